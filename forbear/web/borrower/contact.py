"""Room 1 on the borrower's site: the first page, proving who she is, writing to a person, asking for a call."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from forbear.actions import contact as verbs
from forbear.actions.contact import CodeSent, ask_code, open_case, prove
from forbear.actions.conversation import ask_person, write_message
from forbear.actions.ports import CaseLine
from forbear.actions.record import By
from forbear.core.bundle import her_addresses, third_partys
from forbear.core.codec import plain
from forbear.core.codes import DIGITS
from forbear.core.contact import Channel
from forbear.core.events import Recorded
from forbear.core.file import CaseFile
from forbear.core.identity import check_id_number
from forbear.core.refusal import Refusal
from forbear.web.access import Person, ProofNeeded, desk_of, held_for, let_in, let_out, person_of
from forbear.web.borrower.conversation import letters, taken
from forbear.web.borrower.fields import Field, filled
from forbear.web.borrower.page import (
    by_her,
    day,
    done_words,
    not_found,
    of_her_case,
    show,
    to,
    to_the_door,
    why_not,
    words,
)
from forbear.web.downloads import saved_as
from forbear.web.text import reader_language

CONTRACT_MAX = 60
WORDS_MAX = 4000
EXPECTED = ("value_minor", "nothing_minor")
"""Where the record keeps what the lender expects of a plan and of no plan."""


def landing(request: HttpRequest) -> HttpResponse:
    """What happens, how long it takes, what to have ready, and a person's telephone; nobody signs in for this."""
    desk = desk_of(request)
    days = desk.rulebooks.on(desk.clock.today()).integer("desk.decision_working_days")
    title, hours = words("site.page.landing.title"), words("site.page.landing.hours")
    return show(request, "landing", title=title, days=days, hours=hours)


# ---- identity ----------------------------------------------------------------------------------------------------


def identity(request: HttpRequest) -> HttpResponse:
    """Contract and ID-card number; whatever they are, the next page is the same."""
    if request.method != "POST":
        try:
            person_of(request)
        except ProofNeeded:
            return _identity(request)
        return redirect(_next(request) or reverse("borrower:mine"))
    given = {name: request.POST.get(name, "").strip()[:CONTRACT_MAX] for name in ("contract", "id_number")}
    faults = {}
    if not given["contract"]:
        faults["contract"] = words("contact.page.fault.contract")
    number = check_id_number(given["id_number"])
    if isinstance(number, Refusal):
        faults["id_number"] = why_not(number)
    if faults or isinstance(number, Refusal):
        return _identity(request, given, faults)
    contract = given["contract"].upper()
    sent = ask_code(desk_of(request), contract=contract, id_number=number, address=address_of(request))
    if isinstance(sent, Refusal):
        return _identity(request, given, message=why_not(sent))
    request.session["challenge"] = sent.challenge
    request.session["asked"] = [contract, number]
    return redirect(_with_next(request, "borrower:code"))


def _identity(
    request: HttpRequest, given: dict[str, str] | None = None, faults: dict[str, str] | None = None, message: str = ""
) -> HttpResponse:
    fields = (
        Field(
            "contract", "text", words("contact.page.identity.contract"), words("contact.page.identity.contract_hint")
        ),
        Field(
            "id_number", "text", words("contact.page.identity.id_number"), words("contact.page.identity.id_number_hint")
        ),
    )
    return show(
        request,
        "contact",
        title=words("contact.page.identity.title"),
        status=422 if faults or message else 200,
        back=reverse("borrower:landing"),
        why=words("contact.page.identity.why"),
        note=words("site.page.again.line") if request.GET.get("again") else "",
        message=message,
        fields=filled(fields, given or {}, faults or {}),
        go=words("contact.page.identity.go"),
        lost=words("contact.page.identity.lost"),
    )


def code(request: HttpRequest) -> HttpResponse:
    """The one-time code; with it she is in."""
    challenge = request.session.get("challenge")
    if not challenge:
        return redirect(_with_next(request, "borrower:identity"))
    if request.method != "POST":
        again = words("contact.page.code.again_done") if request.GET.get("done") == "again" else ""
        return _code(request, note=again)
    given = "".join(request.POST.get("code", "").split())[:20]
    given = given.translate({full: full - 0xFEE0 for full in range(0xFF10, 0xFF1A)})
    if not (given.isascii() and given.isdigit() and len(given) == DIGITS):
        return _code(request, given, words("contact.page.fault.code", digits=DIGITS))
    proved = prove(desk_of(request), challenge=challenge, code=given)
    if isinstance(proved, Refusal):
        return _code(request, given, words("contact.page.fault.code_wrong"))
    for name in ("challenge", "asked"):
        request.session.pop(name, None)
    person = let_in(request, proved)
    return redirect(_next(request) or reverse("borrower:case", args=[her_case(request, person)]))


def _code(request: HttpRequest, given: str = "", fault: str = "", note: str = "") -> HttpResponse:
    hint = words("contact.page.code.hint", minutes=verbs.CODE_MINUTES)
    field = Field("code", "code", words("contact.page.code.code"), hint, autocomplete="one-time-code")
    return show(
        request,
        "contact",
        title=words("contact.page.code.title"),
        status=422 if fault else 200,
        back=_with_next(request, "borrower:identity"),
        why=words("contact.page.code.why", digits=DIGITS),
        note=note,
        fields=filled([field], {"code": given}, {"code": fault} if fault else {}),
        go=words("contact.page.code.go"),
        again_url=_with_next(request, "borrower:code_again"),
    )


def code_again(request: HttpRequest) -> HttpResponse:
    """A new code for the same two numbers; the old one is forgotten."""
    asked = request.session.get("asked")
    if request.method != "POST" or not asked:
        return redirect(_with_next(request, "borrower:code"))
    sent = ask_code(desk_of(request), contract=asked[0], id_number=asked[1], address=address_of(request))
    if not isinstance(sent, CodeSent):
        return _code(request, fault=why_not(sent))
    request.session["challenge"] = sent.challenge
    address = _with_next(request, "borrower:code")
    return redirect(f"{address}{'&' if '?' in address else '?'}done=again")


def leave(request: HttpRequest) -> HttpResponse:
    """Signed out; everything is saved."""
    let_out(request)
    return show(
        request,
        "notice",
        title=words("contact.page.leave.title"),
        lines=[words("contact.page.leave.line")],
        go_url=reverse("borrower:landing"),
        go=words("site.page.gone.go"),
    )


def mine(request: HttpRequest) -> HttpResponse:
    """Her case, or the list where she has more than one loan in hardship."""
    try:
        person = person_of(request)
    except ProofNeeded as needed:
        return to_the_door(request, needed.expired)
    lines = desk_of(request).cases.of_borrower(person.borrower_id)
    if len(lines) < 2:
        return redirect(reverse("borrower:case", args=[her_case(request, person)]))
    cases = [
        {
            "url": reverse("borrower:case", args=[line.case_id]),
            "label": words("site.page.cases.label", contract=line.contract),
            "state_words": words(f"site.page.cases.stage.{line.stage}"),
        }
        for line in lines
    ]
    return show(request, "cases", title=words("site.page.cases.title"), why=words("site.page.cases.why"), cases=cases)


@of_her_case
def start_again(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """A new case on the loan of one that is closed."""
    if request.method != "POST" or not file.case.closed or file.loan_id is None:
        return to("case", file)
    by = by_her(request, file, "open", file.loan_id, seen=False)
    opened = open_case(desk_of(request), by, loan_id=file.loan_id, language=reader_language())
    if isinstance(opened, Refusal):
        return show(request, "notice", title=words("site.page.failed.title"), lines=[why_not(opened)], status=422)
    return redirect(reverse("borrower:case", args=[opened.case_id]))


def her_case(request: HttpRequest, person: Person, channel: Channel = Channel.WEB) -> str:
    """The newest case of the loan she named; the first time, one is opened."""
    desk = desk_of(request)
    lines: tuple[CaseLine, ...] = desk.cases.of_loan(person.loan_id)
    if lines:
        return lines[0].case_id
    by = By(actor=person.actor, channel=channel, key=f"{channel.value}:open:{desk.ids.new('w')}")
    opened = open_case(desk, by, loan_id=person.loan_id, language=reader_language())
    if isinstance(opened, Refusal):
        raise Http404
    return opened.case_id


def address_of(request: HttpRequest) -> str:
    """The network address that limits on tries are counted by."""
    return request.META.get("REMOTE_ADDR", "")


def _next(request: HttpRequest) -> str:
    """Where she was going, if it lies on this site."""
    address = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if safe else ""


def _with_next(request: HttpRequest, name: str) -> str:
    address = _next(request)
    return f"{reverse(name)}?{urlencode({'next': address})}" if address else reverse(name)


# ---- a person ----------------------------------------------------------------------------------------------------


@of_her_case
def messages(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The conversation, whatever the channel, and a field to write more."""
    given, fault, message = _held_words(request), "", ""
    if request.method == "POST":
        given = request.POST.get("words", "")
        outcome = write_message(
            desk_of(request), by_her(request, file, "message", given, seen=False), file.case.case_id, given
        )
        if not isinstance(outcome, Refusal):
            return to("messages", file, done="sent")
        fault, message = _words_fault(outcome)
    file = taken(request, file)
    by_on = file.case.person_by_on
    sent = words("contact.page.messages.sent", date=day(by_on)) if by_on else words("contact.page.messages.sent_plain")
    field = Field("words", "area", words("contact.page.messages.words"), maximum=WORDS_MAX)
    return show(
        request,
        "contact_messages",
        title=words("contact.page.messages.title"),
        file=file,
        status=422 if fault or message else 200,
        back=reverse("borrower:case", args=[file.case.case_id]),
        why=words("contact.page.messages.why"),
        message=message,
        letters=letters(file),
        calls=any(call.blobs for call in file.talk.calls),
        done=done_words(request, {"sent": sent}),
        fields=filled([field], {"words": given}, {"words": fault} if fault else {}),
        go=words("contact.page.messages.go"),
    )


@of_her_case
def call_me(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """She asks for a person to call: always noted, with a date."""
    given, message = _held_words(request), ""
    if request.method == "POST":
        given = request.POST.get("words", "")
        by = by_her(request, file, "person", given, seen=False)
        outcome = ask_person(desk_of(request), by, file.case.case_id, given)
        if not isinstance(outcome, Refusal):
            return to("call_me", file, done="sent")
        message = why_not(outcome)
    by_on = file.case.person_by_on
    field = Field(
        "words",
        "area",
        words("contact.page.call_me.words"),
        words("contact.page.call_me.words_hint"),
        optional=True,
        maximum=WORDS_MAX,
    )
    return show(
        request,
        "contact_messages",
        title=words("contact.page.call_me.title"),
        file=file,
        status=422 if message else 200,
        back=reverse("borrower:case", args=[file.case.case_id]),
        why=words("contact.page.call_me.why"),
        message=message,
        done=words("contact.page.call_me.sent", date=day(by_on)) if by_on else "",
        fields=[] if by_on else filled([field], {"words": given}, {}),
        go=words("contact.page.call_me.go"),
    )


@of_her_case
def everything(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """All that is held about her in this case, as a file: every fact with what is not erased of it.

    What the lender expects of a plan, or of none, is its own estimate and no figure of hers; it is left out, and so is
    what is about somebody else, as in her bundle.
    """
    addresses = her_addresses(file.events)
    facts = [
        {
            "number": event.seq,
            "at": plain(event.at),
            "by": event.actor.kind.value,
            "channel": event.channel.value,
            "what": event.fact.type,
            "facts": event.fact.public(),
            "contents": {name: _hers(value) for name, value in _not_others(event, addresses)},
        }
        for event in file.events
    ]
    options = {"ensure_ascii": False, "indent": 1}
    response = JsonResponse({"case": file.case.case_id, "record": facts}, json_dumps_params=options)
    response["Content-Disposition"] = saved_as(f"{file.contract or file.case.case_id}.json")
    return response


def _not_others(event: Recorded, addresses: frozenset[str]) -> Iterator[tuple[str, Any]]:
    parts = {name: value for name, value, _ in event.fact.private()}
    head = {"type": event.fact.type, "actor": {"kind": event.actor.kind.value}}
    theirs = third_partys(head, parts, addresses)
    yield from ((name, value) for name, value in parts.items() if name not in theirs)


def _hers(value: Any) -> Any:
    """The same without what the lender expects, however deep it lies."""
    if isinstance(value, dict):
        return {name: _hers(part) for name, part in value.items() if name not in EXPECTED}
    return [_hers(part) for part in value] if isinstance(value, list) else value


def _held_words(request: HttpRequest) -> str:
    held = held_for(request) if request.method != "POST" else None
    return (held.get("words") or [""])[-1] if held else ""


def _words_fault(refusal: Refusal) -> tuple[str, str]:
    return (why_not(refusal), "") if refusal.where == "text" else ("", why_not(refusal))


def lost(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 404: the same page as for another person's case."""
    return not_found(request)
