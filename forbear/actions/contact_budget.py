"""Room 1, contact: may she be reached now? Asked before every message and call of the desk, and by agencies' dialers.

`may_contact` answers for a case. Within a command `asked` also gives the contacts it was decided on: among its facts
they have two people who press at the same moment decided one after the other (actions/record.py).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from forbear.actions.ports import CaseReach, Desk, Held, Seen
from forbear.core import events as e
from forbear.core.contact import Channel, Purpose, Reach, Role
from forbear.core.contact_budget import Attempt, Budget, Reached, Rest, Wish, answer, limited
from forbear.core.contact_limits import Limits, limits_of, zones_of
from forbear.core.file import CaseFile, open_file
from forbear.core.refusal import Refusal

DAYS_BACK = 40
"""How far back contacts are looked at: longer than any gap a rulebook sets."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the rules answer, the day's limits and what is known of her; `seen`: the contacts it was decided on, of
    nobody where nothing was to be recorded.
    """

    budget: Budget
    limits: Limits
    known: Reached
    seen: Seen


def may_contact(
    desk: Desk, case_id: str, channel: Channel, purpose: Purpose, now: datetime, number: str = ""
) -> Refusal | None:
    """Why the borrower of a case may not be reached at a moment; `facts["next_at"]`: the next allowed time at her
    place, "" for never. `number`: the telephone number to be called, "" for the one on file.
    """
    return asked(desk, open_file(desk.ledger.events(case_id)), channel, purpose, now, number).budget.refusal


def asked(desk: Desk, file: CaseFile, channel: Channel, purpose: Purpose, now: datetime, number: str = "") -> Asked:
    """The same with all that it rests on, for a case as it stands within a command."""
    borrower_id = file.party.borrower_id if file.party else ""
    held = desk.loans.loan(file.loan_id) if file.loan_id else None
    wish = Wish(channel=channel, purpose=purpose, loan=file.loan_id or "", asked_at=acted_at(file))
    rest = Rest(until_on=file.case.stayed_until_on) if file.case.collection_rests else None
    return _asked(desk, _Whom(borrower_id, held, reach_of(desk, file), rest), wish, now, number)


def asked_for_loan(desk: Desk, held: Held, channel: Channel, purpose: Purpose, now: datetime) -> Asked:
    """For a contract of the loan book, with or without a case: found without reading one."""
    said = desk.ledger.contacts.reaches(held.borrower_id)
    rests = [one for one in said if one.loan_id == held.loan_id and one.rests]
    days = [one.rests_until_on for one in rests]
    known = [on for on in days if on is not None]
    rest = Rest(until_on=max(known) if len(known) == len(days) else None) if rests else None
    wish = Wish(channel=channel, purpose=purpose, loan=held.loan_id)
    return _asked(desk, _Whom(held.borrower_id, held, _last_chosen(said), rest), wish, now, "", guarded=False)


def held_back(desk: Desk, file: CaseFile, notice: str, now: datetime) -> Budget:
    """Whether a message on the agenda may go out now; it does not stand in its own way."""
    queued = next(one for one in file.notices if one.notice == notice)
    found = asked(desk, file, queued.channel, queued.purpose, now)
    own = f"{file.case.case_id}:notice:{notice}"
    others = tuple(one for one in found.known.attempts if one.ref != own)
    wish = Wish(
        channel=queued.channel, purpose=queued.purpose, loan=file.loan_id or "", asked_at=acted_at(file, queued.at)
    )
    return answer(found.limits, replace(found.known, attempts=others), wish, now)


def purpose_of(desk: Desk, file: CaseFile, channel: Channel) -> Purpose:
    """Why the desk writes or calls now: ANSWER while she waits for a person or spoke last, and in writing as long as
    she is about (a conversation goes on); else CASE, a word of its own.
    """
    said = [one for one in file.spoken if not one.note and one.text]
    if file.case.person_by_on is not None or (said and said[-1].hers):
        return Purpose.ANSWER
    limits = limits_of(desk.rulebooks.on(desk.clock.today()))
    hers = [event.at for event in file.events if event.actor.kind is Role.BORROWER]
    about = bool(hers) and desk.clock.now() - hers[-1] <= timedelta(minutes=limits.answer_minutes)
    return Purpose.ANSWER if about and channel is not Channel.HOTLINE else Purpose.CASE


def acted_at(file: CaseFile, until: datetime | None = None) -> datetime | None:
    """When she last did something herself in the case, at the latest at a moment; the case's opening if never."""
    hers = [event.at for event in file.events if event.actor.kind is Role.BORROWER]
    before = [at for at in hers if until is None or at <= until]
    return before[-1] if before else (file.events[0].at if file.events else None)


def reach_of(desk: Desk, file: CaseFile) -> Reach | None:
    """How she wants to be reached: what she chose last, in whichever of her cases."""
    own = next((event for event in reversed(file.events) if isinstance(event.fact, e.ReachChosen)), None)
    if own is not None and own.leaf < 0:
        return file.reach
    others = desk.ledger.contacts.reaches(file.party.borrower_id) if file.party else ()
    return _last_chosen(others) or file.reach


def _last_chosen(said: tuple[CaseReach, ...]) -> Reach | None:
    chosen = max((one for one in said if one.reach is not None), key=lambda one: one.chosen, default=None)
    return chosen.reach if chosen else None


@dataclass(frozen=True)
class _Whom:
    borrower_id: str
    held: Held | None
    reach: Reach | None
    rest: Rest | None


def _asked(desk: Desk, whom: _Whom, wish: Wish, now: datetime, number: str, *, guarded: bool = True) -> Asked:
    """`seen` is read before the contacts: one that comes in between makes the command be decided anew."""
    contacts, rules, row = desk.ledger.contacts, desk.rulebooks.on(desk.clock.today()), whom.held and whom.held.row
    seen, tried = Seen("", 0), tuple[Attempt, ...]()
    if limited(wish.channel, wish.purpose):
        seen = contacts.seen(whom.borrower_id) if guarded else seen
        tried = contacts.tried(whom.borrower_id, now - timedelta(days=DAYS_BACK))
        wish = replace(wish, number=contacts.number(number or (row.phone if row else "")))
    own_zone = whom.reach.zone if whom.reach else ""
    zones = (own_zone,) if own_zone else zones_of(rules, (row.place if row else None) or "")
    known = Reached(zones=tuple(ZoneInfo(name) for name in zones), reach=whom.reach, rest=whom.rest, attempts=tried)
    limits = limits_of(rules)
    return Asked(budget=answer(limits, known, wish, now), limits=limits, known=known, seen=seen)
