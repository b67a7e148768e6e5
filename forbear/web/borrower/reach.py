"""Room 1 on the borrower's site: how and when she wants to be reached, and what we leave alone."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.contact import choose_reach
from forbear.actions.contact_budget import reach_of
from forbear.core.contact import Channel, Reach
from forbear.core.contact_limits import limits_of
from forbear.core.file import CaseFile
from forbear.core.loanbook import email_address
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.borrower.fields import Field, Option, Typed, filled, typed
from forbear.web.borrower.page import by_her, done_words, of_her_case, show, to, why_not, words

CHANNELS = (Channel.HOTLINE, Channel.SMS, Channel.EMAIL)
ZONES = ("Asia/Shanghai", "Asia/Urumqi", "Asia/Tokyo", "Europe/London", "Europe/Berlin", "America/New_York",
         "America/Los_Angeles", "Australia/Sydney")  # fmt: skip
"""The times to choose from; one chosen elsewhere stays."""

HOURS = tuple(f"{hour:02d}:00" for hour in range(24))


@of_her_case
def reach(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """What holds now, to change; nothing here changes what she owes or how her case is decided."""
    desk = desk_of(request)
    before = _now(request, file)
    fields = _fields(before)
    given, faults, message = _as_typed(before), {}, ""
    if request.method == "POST" and before is not None:
        given = typed(dict(request.POST.lists()), fields)
        chosen = _read(given, before)
        if isinstance(chosen, Refusal):
            outcome: object = chosen
        else:
            by = by_her(request, file, "reach", given, seen=False)
            outcome = choose_reach(desk, by, file.case.case_id, chosen)
        if not isinstance(outcome, Refusal):
            return to("reach", file, done="kept")
        named = outcome.where in {field.name for field in fields}
        faults, message = ({outcome.where: why_not(outcome)}, "") if named else ({}, why_not(outcome))
    limits = limits_of(desk.rulebooks.on(desk.clock.today()))
    hours = {"from": f"{limits.quiet_from:%H:%M}", "until": f"{limits.quiet_until:%H:%M}"}
    return show(
        request,
        "contact_messages",
        title=words("contact_budget.reach.title"),
        file=file,
        status=422 if faults or message else 200,
        back=reverse("borrower:case", args=[file.case.case_id]),
        why=words("contact_budget.reach.why", **hours),
        message=message,
        done=done_words(request, {"kept": words("contact_budget.reach.kept")}),
        fields=filled(fields, given, faults) if before else [],
        go=words("contact_budget.reach.go"),
    )


def _now(request: HttpRequest, file: CaseFile) -> Reach | None:
    """How she is reached now: what she chose in whichever of her cases, else as the lender has it."""
    if file.party is None:
        return None
    held = Reach(language=file.case.language, phone=file.party.phone, email=file.party.email)
    return reach_of(desk_of(request), file) or held


def _fields(now: Reach | None) -> tuple[Field, ...]:
    said = "contact_budget.reach"
    channels = tuple(Option(one.value, words(f"{said}.channel.{one.value}")) for one in CHANNELS)
    hours = (Option("", words(f"{said}.any_hour")), *(Option(hour, hour) for hour in HOURS))
    own = (now.zone,) if now and now.zone and now.zone not in ZONES else ()
    zones = (
        Option("", words(f"{said}.zone_here")),
        *(Option(name, words(f"{said}.zones.{name.rpartition('/')[2]}")) for name in ZONES),
        *(Option(name, name) for name in own),
    )
    return (
        Field("unwanted", "checks", words(f"{said}.unwanted"), words(f"{said}.unwanted_hint"), channels),
        Field("safe_from", "select", words(f"{said}.safe_from"), words(f"{said}.safe_hint"), hours),
        Field("safe_until", "select", words(f"{said}.safe_until"), "", hours),
        Field("private", "checks", words(f"{said}.private"), words(f"{said}.private_hint"), _one("discreet")),
        Field("night", "checks", words(f"{said}.night"), words(f"{said}.night_hint"), _one("night")),
        Field("zone", "select", words(f"{said}.zone"), words(f"{said}.zone_hint"), zones),
        Field("email", "text", words(f"{said}.email"), optional=True, maximum=254, autocomplete="email"),
    )


def _one(name: str) -> tuple[Option, ...]:
    return (Option("yes", words(f"contact_budget.reach.yes_{name}")),)


def _as_typed(now: Reach | None) -> Typed:
    if now is None:
        return {}
    return {
        "unwanted": ",".join(channel.value for channel in now.unwanted),
        "safe_from": now.safe_from,
        "safe_until": now.safe_until,
        "private": "yes" if now.discreet else "",
        "night": "yes" if now.night else "",
        "zone": now.zone,
        "email": now.email or "",
    }


def _read(given: Typed, now: Reach) -> Reach | Refusal:
    email = email_address(given["email"])
    if isinstance(email, Refusal):
        return Refusal("reach.email", "contact_budget.reach.fault.email", where="email")
    ticked = given["unwanted"].split(",")
    return replace(
        now,
        email=email,
        discreet=bool(given["private"]),
        night=bool(given["night"]),
        unwanted=tuple(channel for channel in CHANNELS if channel.value in ticked),
        safe_from=given["safe_from"],
        safe_until=given["safe_until"],
        zone=given["zone"],
    )
