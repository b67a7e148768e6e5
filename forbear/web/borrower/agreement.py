"""Room 6 on the borrower's site: the terms in full, what signing means, the document, and a code that signs it."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.agreement import decline as refuse_to_sign
from forbear.actions.agreement import sign as sign_with_code
from forbear.actions.contact import CODE_MINUTES, ask_signing_code
from forbear.core.agreement import Terms
from forbear.core.codes import DIGITS
from forbear.core.file import Agreed, CaseFile
from forbear.core.identity import masked_phone
from forbear.core.refusal import Refusal
from forbear.web.access import case_for_borrower, desk_of
from forbear.web.borrower.fields import Field, Option, filled
from forbear.web.borrower.page import by_her, day, done_words, money, not_found, of_her_case, show, to, why_not, words
from forbear.web.borrower.signatures import about, kept
from forbear.web.downloads import saved_as


@of_her_case
def agreement(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The agreement that waits for her, or the one in force."""
    return _agreement(request, file)


@of_her_case
def sign(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """First a code is sent for this very agreement; then, with the code and her tick, she signs."""
    case = file.case
    if request.method != "POST" or case.offered is None or file.loan_id is None:
        return to("agreement", file)
    if request.POST.get("act") == "ask" or not _challenge(request, file):
        return _send_code(request, file)
    given = "".join(request.POST.get("code", "").split())[:20]
    given = given.translate({full: full - 0xFEE0 for full in range(0xFF10, 0xFF1A)})
    faults = {}
    if not (given.isascii() and given.isdigit() and len(given) == DIGITS):
        faults["code"] = words("contact.page.fault.code", digits=DIGITS)
    if request.POST.get("read") != "yes":
        faults["read"] = words("agreement.page.sign.read_fault")
    typed = {"code": given, "read": request.POST.get("read", "")}
    if faults:
        return _agreement(request, file, typed, faults)
    challenge = _challenge(request, file)
    by = by_her(request, file, "sign", challenge)
    address = request.META.get("REMOTE_ADDR", "")
    outcome = sign_with_code(desk_of(request), by, case.case_id, challenge=challenge, code=given, address=address)
    if isinstance(outcome, Refusal) and not _signed(request, file):
        if outcome.where == "code":
            return _agreement(request, file, typed, {"code": words("contact.page.fault.code_wrong")})
        return _agreement(request, file, typed, message=why_not(outcome))
    request.session.pop("signing", None)
    return to("agreement", file, done="signed")


def _signed(request: HttpRequest, file: CaseFile) -> bool:
    """Whether the agreement that waited when this request came is signed by now, in another tab or by a first press."""
    now = case_for_borrower(request, file.case.case_id)
    return any(one.number == file.case.offered and one.act is not None for one in now.agreements)


def _send_code(request: HttpRequest, file: CaseFile) -> HttpResponse:
    case = file.case
    assert file.loan_id is not None and case.offered is not None, "an agreement to sign, on a loan"
    sent = ask_signing_code(desk_of(request), loan_id=file.loan_id, case_id=case.case_id, number=case.offered)
    if isinstance(sent, Refusal):
        return _agreement(request, file, message=why_not(sent))
    request.session["signing"] = {"for": f"{case.case_id}:{case.offered}", "challenge": sent.challenge}
    return to("agreement", file, done="code")


def _challenge(request: HttpRequest, file: CaseFile) -> str:
    """The challenge of the code sent for this agreement; "" when none was."""
    signing = request.session.get("signing") or {}
    asked_for = f"{file.case.case_id}:{file.case.offered}"
    return str(signing["challenge"]) if signing.get("for") == asked_for else ""


@of_her_case
def document(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The agreement as it was printed once, byte for byte."""
    shown = _shown(file)
    if shown is None:
        return not_found(request)
    data = kept(request, file, shown.document, shown.printed)
    if isinstance(data, HttpResponse):
        return data
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = saved_as(f"{file.contract or 'agreement'}-{shown.number}.pdf")
    return response


@of_her_case
def decline(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """She does not sign, and may say why; a person gets in touch."""
    if file.case.offered is None:
        return to("agreement", file)
    given, message = request.POST.get("words", "")[:4000], ""
    if request.method == "POST":
        by = by_her(request, file, "decline", given)
        outcome = refuse_to_sign(desk_of(request), by, file.case.case_id, given)
        if not isinstance(outcome, Refusal):
            return to("case", file, done="unsigned")
        message = why_not(outcome)
    return show(
        request,
        "agreement_decline",
        title=words("agreement.page.decline.title"),
        file=file,
        status=422 if message else 200,
        back=reverse("borrower:agreement", args=[file.case.case_id]),
        message=message,
        lead=words("agreement.page.decline.lead"),
        fields=[
            Field("words", "area", words("agreement.page.decline.words"), optional=True, value=given, maximum=4000)
        ],
        go=words("agreement.page.decline.go"),
    )


def _decided_on(file: CaseFile, terms: Terms) -> bool:
    """Whether the last decision is the one that this agreement carries out, so that its page explains these rows."""
    return file.decided is not None and file.decided.plan is not None and file.decided.plan.plan == terms.plan


def _agreement(
    request: HttpRequest,
    file: CaseFile,
    typed: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    message: str = "",
) -> HttpResponse:
    shown, case = _shown(file), file.case
    back = reverse("borrower:case", args=[case.case_id])
    if shown is None or shown.terms is None:
        title, lines = words("agreement.page.title_none"), [words("agreement.page.lead_none")]
        go = words("decision.page.on_case")
        return show(request, "notice", title=title, file=file, back=back, lines=lines, go_url=back, go=go)
    waits = case.offered == shown.number
    asked = waits and bool(_challenge(request, file))
    terms = shown.terms
    said = {"accepted": words("decision.page.counter.accepted"), "signed": words("agreement.page.sign.done")}
    return show(
        request,
        "agreement",
        title=words("agreement.page.title"),
        file=file,
        status=422 if faults or message else 200,
        back=back,
        message=message,
        done=done_words(request, said),
        lead=_lead(shown, waits),
        facts=_facts(terms),
        why_url=reverse("borrower:why_answer", args=[case.case_id]) if _decided_on(file, terms) else "",
        pdf_url=reverse("borrower:document", args=[case.case_id]),
        rows=terms.plan.instalments,
        schedule_title=words("agreement.page.schedule.title"),
        parts=_parts(terms),
        sign_url=reverse("borrower:sign", args=[case.case_id]) if waits else "",
        sign_text=_sign_text(request, file, asked),
        sign_go=words(f"agreement.page.sign.{'code' if asked else 'ask'}_go"),
        sign_act="sign" if asked else "ask",
        again=asked,
        fields=filled(_sign_fields(), typed or {}, faults or {}) if asked else [],
        decline_url=reverse("borrower:decline", args=[case.case_id]),
        signatures=about(request, file, shown),
    )


def _shown(file: CaseFile) -> Agreed | None:
    return file.offered or file.last_agreed


def _lead(shown: Agreed, waits: bool) -> str:
    if waits:
        return words("agreement.page.lead_sign")
    if shown.state == "in-force" and shown.signed_at:
        return words("agreement.page.lead_active", date=day(shown.signed_at))
    return words("agreement.page.lead_ended")


def _sign_text(request: HttpRequest, file: CaseFile, asked: bool) -> str:
    """With the number that the code goes to: the loan book's of today, which the lender may have changed."""
    held = desk_of(request).loans.loan(file.loan_id) if file.loan_id else None
    phone = masked_phone(held.row.phone) if held else ""
    if asked:
        return words("agreement.page.sign.code_text", phone=phone, minutes=CODE_MINUTES)
    return words("agreement.page.sign.ask_text", phone=phone)


def _sign_fields() -> list[Field]:
    read = words("agreement.page.sign.read")
    hint = words("agreement.page.sign.code_hint", digits=DIGITS)
    return [
        Field("code", "code", words("agreement.page.sign.code"), hint, autocomplete="one-time-code"),
        Field("read", "checks", read, heading=True, options=(Option("yes", read),)),
    ]


def _facts(terms: Terms) -> list[tuple[str, str]]:
    plan = terms.plan
    return [
        (words(f"agreement.page.{'monthly' if plan.level else 'monthly_varies'}"), money(plan.instalment_max_minor)),
        (words("agreement.page.count"), words("agreement.page.count_value", count=len(plan.instalments))),
        (words("agreement.page.first"), day(plan.first_due_on)),
        (words("agreement.page.last"), day(plan.ends_on)),
        (words("agreement.page.total"), money(plan.total_minor)),
        (words("agreement.page.waived"), money(plan.forgiven.total_minor)),
        (words("agreement.page.sign_by"), day(terms.sign_by_on)),
        (words("agreement.page.number"), f"{terms.contract}-{terms.number}"),
    ]


def _parts(terms: Terms) -> list[dict[str, object]]:
    grace, cure = terms.grace_days, terms.cure_days
    return [
        {
            "title": words("agreement.page.missed.title"),
            "lines": [
                words(f"agreement.page.missed.lines_{number}", grace=grace, cure=cure) for number in (1, 2, 3, 4)
            ],
        },
        {
            "title": words("agreement.page.means.title"),
            "lines": [
                words(f"agreement.page.means.{n}") for n in ("limitation", "credit", "collection", "early", "change")
            ],
        },
    ]
