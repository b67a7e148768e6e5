"""Calls that the desk makes: asked of the rules of contact first, counted whatever comes of them.

A click asks the telephone system to ring the agent and then her; without one the agent dials by a link and says how it
ended. The call stands in the record when it was surely tried: the system told of it, the agent said so, or a minute
went by.
"""

from dataclasses import replace
from datetime import timedelta

from forbear.actions.contact_attempts import note_refused
from forbear.actions.contact_budget import asked, purpose_of
from forbear.actions.hotline import BY_HAND, call_answered, call_begun, call_ended
from forbear.actions.ports import Desk, DialerAway, Due
from forbear.actions.record import By, load
from forbear.core.contact import Channel, may_work_on_cases
from forbear.core.contact_facts import Direction
from forbear.core.file import CaseFile
from forbear.core.phone_numbers import e164
from forbear.core.refusal import Refusal
from forbear.core.telephone_call import CallEvent, Step, TelephoneCall

AGAIN_SECONDS = 60
"""So long a click makes no second call to her, in whichever of her cases and whoever clicks: a finger slips, two agents
want the same, and an attempt counts only once it has begun.
"""


def may_call(desk: Desk, by: By, file: CaseFile) -> Refusal | None:
    """Whether she may be called now, by the rules of contact; why not, and from when on. A refusal is noted."""
    found = asked(desk, file, Channel.HOTLINE, purpose_of(desk, file, Channel.HOTLINE), desk.clock.now())
    if found.budget.refusal:
        note_refused(desk, by, file.case.case_id, Channel.HOTLINE, found)
    return found.budget.refusal


def dial(desk: Desk, by: By, case_id: str) -> TelephoneCall | Refusal:
    """Call her at the number on file: the telephone system is asked to, or the agent dials by the link shown."""
    if refusal := may_work_on_cases(by.actor):
        return refusal
    file = load(desk, case_id)
    if not file.events or file.party is None:
        return Refusal("record.no_case", "contact.refusal.no_such_case", "contact.way_on.call")
    now, extension = desk.clock.now(), desk.calls.extension_of(by.actor.id)
    for before in desk.calls.of_case(case_id):
        if before.asked_at and before.ended_at is None and now - before.asked_at < timedelta(seconds=AGAIN_SECONDS):
            return before
    if desk.dialer.there and not extension:
        return Refusal("telephone.no_extension", "telephone.refusal.no_extension", "telephone.way_on.extension")
    if refusal := may_call(desk, by, file):
        return refusal
    if not desk.limits.take(f"call:{file.party.borrower_id}", now, 1, AGAIN_SECONDS):
        return Refusal("telephone.being_called", "telephone.refusal.being_called", "telephone.way_on.minute")
    number = e164(file.reach.phone if file.reach else file.party.phone)
    call = TelephoneCall(
        call=desk.ids.new("t"),
        first_at=now,
        direction=Direction.OUT,
        e164=number,
        number=number,
        extensions=(extension,) if extension else (),
        asked_at=now,
        case_id=case_id,
        identified_by=by.actor,
    )
    desk.calls.put(call)
    if desk.dialer.there:
        try:
            desk.dialer.originate(extension=extension, number=number, reference=call.call)
        except DialerAway:
            desk.calls.forget(call.call)
            desk.calls.count("originate")
            return Refusal("telephone.away", "telephone.refusal.away", "telephone.way_on.dial_by_hand")
    at = now + timedelta(seconds=AGAIN_SECONDS)
    desk.agenda.put([Due(key=f"call-made:{call.call}", kind="call-made", due_at=at, body={"call": call.call})])
    return replace(call, version=1)


def call_made(desk: Desk, call: str) -> None:
    """A minute after the click: nobody told of the call meanwhile, and it counts as one that was tried."""
    found = desk.calls.get(call)
    if found is None or found.begun_at is not None or found.ended_at is not None or found.asked_at is None:
        return
    call_begun(desk, _event(found, Step.BEGUN, recorded=False))


def say_how_it_ended(desk: Desk, by: By, call: str, *, connected: bool) -> TelephoneCall | Refusal:
    """An agent who dialled by hand says whether somebody answered. Where the telephone system tells of the call, it
    knows better, and nothing is changed.
    """
    if refusal := may_work_on_cases(by.actor):
        return refusal
    found = desk.calls.get(call)
    if found is None or found.direction is not Direction.OUT:
        return Refusal("telephone.no_call", "telephone.refusal.no_call")
    if found.ended_at is not None or (found.system and not found.system.startswith(BY_HAND)):
        return found
    call_begun(desk, _event(found, Step.BEGUN, recorded=False))
    if connected:
        call_answered(desk, replace(_event(found, Step.ANSWERED), at=desk.clock.now()))
    return call_ended(desk, replace(_event(found, Step.ENDED), at=desk.clock.now()))


def _event(call: TelephoneCall, step: Step, recorded: bool | None = None) -> CallEvent:
    assert call.asked_at is not None, "asked for here"
    return CallEvent(
        step=step,
        call=call.system or f"{BY_HAND}{call.call}",
        at=call.asked_at,
        direction=Direction.OUT,
        number=call.number,
        recorded=recorded,
        reference=call.call,
    )
