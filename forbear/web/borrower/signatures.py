"""Room 6 on the borrower's site, signatures: what they are worth, the sealed PDF, changing her mind."""

from datetime import datetime
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.agreement import take_back as take_signature_back
from forbear.actions.ports import ZONE, DamagedFile
from forbear.core.agreement import cooling_ends_on
from forbear.core.file import Agreed, CaseFile
from forbear.core.refusal import Refusal
from forbear.core.signatures import Check, Issuer, Level, Signed
from forbear.web import text
from forbear.web.access import desk_of
from forbear.web.borrower.fields import Field
from forbear.web.borrower.page import by_her, day, not_found, of_her_case, show, to, why_not, words
from forbear.web.downloads import saved_as
from forbear.words.format import moment


@of_her_case
def sealed(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The PDF with both signatures, byte for byte."""
    agreed = file.last_agreed
    if agreed is None or not agreed.sealed:
        return not_found(request)
    data = kept(request, file, agreed.sealed, _sealed_sha256(agreed))
    if isinstance(data, HttpResponse):
        return data
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = saved_as(f"{file.contract or 'agreement'}-{agreed.number}-signed.pdf")
    return response


@of_her_case
def check(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """Whether the sealed PDF that is kept for her holds, check by check, as of now."""
    agreed, desk = file.last_agreed, desk_of(request)
    if agreed is None or not agreed.sealed:
        return not_found(request)
    try:
        pdf = desk.vault.open(agreed.sealed)
        checks = desk.sealer.look(pdf, desk.clock.now(), agreed.printed, _sealed_sha256(agreed))
    except KeyError:
        return not_found(request)
    except DamagedFile:
        checks = (Check("digest", False, "seal_check.wrong.damaged", {}),)
    well = all(one.well for one in checks)
    return show(
        request,
        "seal_check",
        title=words("signatures.page.looked.title"),
        file=file,
        back=reverse("borrower:agreement", args=[file.case.case_id]),
        verdict=words(f"seal_check.all_{'well' if well else 'wrong'}"),
        checks=[_told(one) for one in checks],
    )


def _told(one: Check) -> tuple[str, str]:
    """What was looked at, and what was found."""
    state, facts = "well" if one.well else "wrong", dict(one.facts)
    if "at" in facts:  # the command says it as it stands in the file
        facts["at"] = moment(text.reader_language(), datetime.fromisoformat(facts["at"]))
    said = words("signatures.page.looked.one", state=words(f"seal_check.is_{state}"), said=words(one.key, **facts))
    return words(f"seal_check.name.{one.name.replace(' ', '_')}"), said


def kept(request: HttpRequest, file: CaseFile, blob: str, sha256_hex: str) -> bytes | HttpResponse:
    """A paper of hers as it is kept; a page that says so where it is gone, or is not the one that the record names.

    `sha256_hex`: as the record has it, "" where that was erased.
    """
    try:
        data = desk_of(request).vault.open(blob)
        if not sha256_hex or sha256(data).hexdigest() == sha256_hex:
            return data
    except KeyError:
        return not_found(request)
    except DamagedFile:
        pass
    return show(
        request,
        "notice",
        title=words("signatures.page.damaged.title"),
        file=file,
        status=503,
        back=reverse("borrower:agreement", args=[file.case.case_id]),
        lines=[
            words("signatures.page.damaged.line"),
            words("signatures.page.damaged.act", phone=desk_of(request).phone),
        ],
    )


def _sealed_sha256(agreed: Agreed) -> str:
    return agreed.sealing.seal.sha256 if agreed.sealing and agreed.sealing.seal else ""


@of_her_case
def take_back(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """She changes her mind within the days to do so, and may say why."""
    given, message = request.POST.get("words", "")[:4000], ""
    if back_until(request, file.agreed) is None:
        return to("agreement", file)
    if request.method == "POST":
        by = by_her(request, file, "take-back", given)
        outcome = take_signature_back(desk_of(request), by, file.case.case_id, given)
        if not isinstance(outcome, Refusal):
            return to("case", file, done="taken-back")
        message = why_not(outcome)
    field = Field("words", "area", words("signatures.page.back.words"), optional=True, value=given, maximum=4000)
    return show(
        request,
        "agreement_decline",
        title=words("signatures.page.back.title"),
        file=file,
        status=422 if message else 200,
        back=reverse("borrower:agreement", args=[file.case.case_id]),
        message=message,
        lead=words("signatures.page.back.lead"),
        fields=[field],
        go=words("signatures.page.back.go"),
    )


def back_until(request: HttpRequest, agreed: Agreed | None) -> str | None:
    """The last day to take a signature back, in words; None where it cannot be."""
    if agreed is None or agreed.terms is None or agreed.signed_at is None or agreed.state != "in-force":
        return None
    until_on = cooling_ends_on(agreed.terms, agreed.signed_at.astimezone(ZONE).date())
    return day(until_on) if until_on and desk_of(request).clock.today() <= until_on else None


def about(request: HttpRequest, file: CaseFile, agreed: Agreed) -> dict[str, object]:
    """What her agreement page shows of signatures."""
    case_id = file.case.case_id
    until = back_until(request, agreed)
    waits = agreed.signed_at is not None and not agreed.sealed and bool(agreed.printed)
    return {
        "worth": _worth(request, agreed),
        "digest": agreed.printed,
        "sealed_url": reverse("borrower:sealed", args=[case_id])
        if agreed.sealed and agreed == file.last_agreed
        else "",
        "waits": words("signatures.page.sealed_waits", date=day(agreed.signed_at))
        if waits and agreed.signed_at
        else "",
        "look_url": reverse("borrower:seal_check", args=[case_id]),
        "statement": _statement(agreed),
        "check": _check(agreed),
        "back_url": reverse("borrower:take_back", args=[case_id]) if until else "",
        "back_lead": words("signatures.page.back.lead_open", date=until) if until else "",
    }


def _worth(request: HttpRequest, agreed: Agreed) -> list[str]:
    """As it was sealed, or as it would be now."""
    sealing = agreed.sealing
    own = (sealing.issuer if sealing else desk_of(request).sealer.issuer) is Issuer.OWN
    keys = ["worth_change", "worth_found", *(("worth_own", "worth_own_means") if own else ("worth_outside",))]
    if sealing:
        keys.append("worth_no_time" if sealing.level is Level.B_B else "worth_time")
    return [words(f"signatures.page.{key}") for key in keys]


def _statement(agreed: Agreed) -> list[tuple[str, str]]:
    """The sealed file in figures; [] where there is none, or what was said of it is erased."""
    if agreed.sealing is None or agreed.sealing.seal is None:
        return []
    seal, level = agreed.sealing.seal, agreed.sealing.level
    rows = [
        (words("signatures.page.kind"), words(f"signatures.page.level.{level.value}", level=level.value)),
        (words("signatures.page.your_certificate"), _certificate(seal.borrower)),
        (words("signatures.page.our_certificate"), _certificate(seal.lender)),
    ]
    if seal.borrower.stamped_at:
        said = words(
            "signatures.page.stamped_by",
            at=moment(text.reader_language(), seal.borrower.stamped_at),
            by=seal.borrower.stamped_by,
        )
        rows.append((words("signatures.page.stamped"), said))
    rows.append((words("signatures.page.file_digest"), seal.sha256))
    rows.append((words("signatures.page.document_digest"), seal.document_sha256))
    return rows


def _certificate(signed: Signed) -> str:
    return words("signatures.page.issued_by", subject=signed.subject, issuer=signed.issuer)


def _check(agreed: Agreed) -> list[str]:
    if agreed.sealing is None or agreed.sealing.seal is None:
        return []
    size = f"{agreed.sealing.seal.document_size:,}"
    return [
        words("signatures.page.check_open"),
        words("signatures.page.check_prefix", size=size),
        words("signatures.page.check_digest"),
        words("signatures.page.check_tool"),
    ]
