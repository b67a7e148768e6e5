"""Whether she may be reached now, by this channel and for this purpose, and if not: by which rule and until when.

Pure: the limits of the day (core/contact_limits.py), how she wants to be reached, what was tried before over all her
cases and contracts, and a moment. `answer` looks again at the moment it names, so that contact is really allowed then.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from forbear.core.clocks import first_open, start_of
from forbear.core.contact import Channel, Purpose, Reach
from forbear.core.contact_limits import Limit, Limits
from forbear.core.refusal import Refusal

SAFE_LEAST = 60
"""Minutes a day in which it is safe and no night: fewer, and what has to go would miss them."""

_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

LOOKS_MOST = 400
"""How often the next allowed moment is looked for: more than every rule can push it on."""

FREE = (Purpose.ANSWER, Purpose.CODE)
"""What she set going herself is neither counted nor limited in number."""

COUNTED = (Purpose.COLLECTION, Purpose.CASE, Purpose.NOTICE)
"""Why a call counts. A notice by telephone counts too: only in writing must it go whatever was tried before."""

WRITTEN = (Channel.SMS, Channel.EMAIL, Channel.CHAT)
HERE = (Channel.CHAT, Channel.WEB)
"""Where an answer shows on a page that she has open, and nowhere else."""

AT_NIGHT = (Channel.CHAT, Channel.WEB, Channel.EMAIL)
"""Where later answers may come at night if she said so."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One contact with her or attempt at it. `connected`: None while a call goes on; a message that went out is
    connected. `loan`: its loan's id, "" for none in particular; `number`: what stands for the number, "" unknown;
    `ref`: what names it, so that a message that waits does not stand in its own way.
    """

    at: datetime
    channel: Channel
    connected: bool | None
    purpose: Purpose = Purpose.COLLECTION
    loan: str = ""
    number: str = ""
    ref: str = ""


@dataclass(frozen=True, kw_only=True)
class Rest:
    """Collection rests, until the end of `until_on` where a day is known."""

    until_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Reached:
    """What is known of her. `zones`: her place's, every one it may be; `loan`: the rest of the loan in question."""

    zones: tuple[tzinfo, ...]
    reach: Reach | None = None
    rest: Rest | None = None
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to do. `number`: what stands for the number to be called, several joined by | while the key
    of such marks is changed; `third`: the person called is not the borrower nor anybody who may speak for her;
    `asked_at`: when she did what this answers, None for just now.
    """

    channel: Channel
    purpose: Purpose
    loan: str = ""
    number: str = ""
    third: bool = False
    asked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Count:
    """How much of a limit is used at the moment; `house`: the lender's own standard, no law that binds it."""

    rule: str
    used: int
    most: int
    house: bool


@dataclass(frozen=True, kw_only=True)
class Budget:
    """`refusal`: None when it is allowed; `next_at`: the first moment from then on at which it is, None for never or
    for nobody knows when; `counts`: the limits in number that hold for this wish.
    """

    refusal: Refusal | None
    next_at: datetime | None
    counts: tuple[Count, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether it may be done at the moment asked about."""
        return self.refusal is None


def limited(channel: Channel, purpose: Purpose) -> bool:
    """Whether what was tried before matters: not for what she set going, nor for a notice in writing."""
    return purpose not in FREE and not (purpose is Purpose.NOTICE and channel is not Channel.HOTLINE)


def answer(limits: Limits, known: Reached, wish: Wish, at: datetime) -> Budget:
    """Whether it is allowed at a moment; else the first rule that forbids it and the first moment none does."""
    at = at.astimezone(UTC)
    refusals = list(_refusals(limits, known, wish, at))
    counts = tuple(_counts(limits, known, wish, at))
    if not refusals:
        return Budget(refusal=None, next_at=at, counts=counts)
    next_at = _next(limits, known, wish, at)
    first = refusals[0]
    way_on = "contact_budget.way_on.later" if next_at else "contact_budget.way_on.not_so"
    facts = {**first.facts, "next_at": _wall(next_at, known.zones[0]) if next_at else ""}
    refusal = Refusal(first.rule, first.reason, way_on, facts)
    return Budget(refusal=refusal, next_at=next_at, counts=counts)


def _next(limits: Limits, known: Reached, wish: Wish, at: datetime) -> datetime | None:
    for _ in range(LOOKS_MOST):
        ends = [one.until for one in _refusals(limits, known, wish, at)]
        if not ends:
            return at
        later = [end for end in ends if end is not None]
        if len(later) < len(ends):
            return None
        assert max(later) > at, "a rule that forbids now ends later than now"
        at = max(later)
    return None


def _wall(at: datetime, zone: tzinfo) -> str:
    """The moment at her place, for a sentence; catalogues and pages write it as people do."""
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def unreachable(reach: Reach, limits: Limits) -> Refusal | None:
    """What would keep decisions and dates from reaching her, beside the field at fault; None for what can be kept to.
    One written way has to stay, and an hour of the day in which it is safe and not night.
    """
    written = [Channel.SMS, *([Channel.EMAIL] if reach.email else [])]
    if all(channel in reach.unwanted for channel in written):
        return Refusal("reach.unwanted", "contact_budget.reach.fault.unwanted", where="unwanted")
    if not reach.safe_from and not reach.safe_until:
        return None
    if not (_HOUR.fullmatch(reach.safe_from) and _HOUR.fullmatch(reach.safe_until)):
        return Refusal("reach.safe", "contact_budget.reach.fault.safe", where="safe_from")
    safe = (_minute(reach.safe_from), _minute(reach.safe_until))
    quiet = (limits.quiet_from.hour * 60 + limits.quiet_from.minute, limits.quiet_until.hour * 60)
    awake = (quiet[1] + limits.quiet_until.minute, quiet[0])
    if sum(_within(minute, safe) and _within(minute, awake) for minute in range(24 * 60)) < SAFE_LEAST:
        hours = {"from": f"{limits.quiet_from:%H:%M}", "until": f"{limits.quiet_until:%H:%M}"}
        return Refusal("reach.safe", "contact_budget.reach.fault.night", facts=hours, where="safe_from")
    return None


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _within(minute: int, span: tuple[int, int]) -> bool:
    begins, ends = span
    return begins <= minute < ends if begins < ends else minute >= begins or minute < ends


@dataclass(frozen=True, kw_only=True)
class _No:
    rule: str
    reason: str
    until: datetime | None
    facts: dict[str, str | int] = field(default_factory=dict)


def _refusals(limits: Limits, known: Reached, wish: Wish, at: datetime) -> Iterator[_No]:
    """Every rule that forbids it at a moment: first what no waiting changes."""
    yield from _third(limits, known, wish, at)
    yield from _resting(known, wish, at)
    yield from _hours(limits, known, wish, at)
    if wish.purpose in FREE:
        return
    for zone in known.zones:
        yield from _numbers(limits, known, wish, _Day(zone, at))


def _third(limits: Limits, known: Reached, wish: Wish, at: datetime) -> Iterator[_No]:
    """Others are asked how to reach her and nothing else, and only when she herself cannot be reached."""
    if wish.third and (wish.purpose is not Purpose.LOCATE or limits.third_party != "locate-only"):
        yield _No(rule="contact.third_party", reason="contact_budget.refusal.third_party", until=None)
    if wish.purpose is not Purpose.LOCATE:
        return
    since = at - timedelta(days=limits.unreached_days)
    lately = [one for one in known.attempts if since < one.at <= at and one.channel is Channel.HOTLINE]
    spoken = [one.at for one in lately if one.connected is not False]
    facts: dict[str, str | int] = {"days": limits.unreached_days}
    if spoken or not lately:
        yield _No(rule="contact.unreached_days", reason="contact_budget.refusal.unreached", until=None, facts=facts)


def _resting(known: Reached, wish: Wish, at: datetime) -> Iterator[_No]:
    if wish.purpose not in (Purpose.COLLECTION, Purpose.LOCATE) or known.rest is None:
        return
    if known.rest.until_on is None:
        yield _No(rule="contact.collection_rests", reason="contact_budget.refusal.rests", until=None)
        return
    ends = max(start_of(known.rest.until_on + timedelta(days=1), zone) for zone in known.zones)
    if at < ends:
        facts: dict[str, str | int] = {"until": known.rest.until_on.isoformat()}
        yield _No(rule="contact.collection_rests", reason="contact_budget.refusal.rests_until", until=ends, facts=facts)


def _hours(limits: Limits, known: Reached, wish: Wish, at: datetime) -> Iterator[_No]:
    """Channels she wants left alone, the hours that are safe for her, and the night."""
    reach = known.reach
    here = _at_once(limits, wish, at) and wish.channel in HERE
    if wish.purpose is Purpose.CODE or here:
        return
    if reach and wish.purpose is not Purpose.LOCATE:
        if wish.channel in reach.unwanted:
            yield _No(rule="contact.unwanted", reason="contact_budget.refusal.unwanted", until=None)
        if reach.safe_from and reach.safe_until:
            hours: dict[str, str | int] = {"from": reach.safe_from, "until": reach.safe_until}
            begins, ends = time.fromisoformat(reach.safe_from), time.fromisoformat(reach.safe_until)
            for zone in known.zones:
                opens = first_open(at, zone, begins, ends)
                if opens > at:
                    yield _No(rule="contact.safe_hours", reason="contact_budget.refusal.safe", until=opens, facts=hours)
    written_at_once = (
        _at_once(limits, wish, at) and wish.channel is not Channel.HOTLINE
    )  # nobody's telephone rings at night
    if written_at_once or (wish.purpose is Purpose.ANSWER and _may_at_night(reach, wish)):
        return
    quiet: dict[str, str | int] = {"from": f"{limits.quiet_from:%H:%M}", "until": f"{limits.quiet_until:%H:%M}"}
    for zone in known.zones:
        opens = first_open(at, zone, limits.quiet_until, limits.quiet_from)
        if opens > at:
            yield _No(rule="contact.quiet_from", reason="contact_budget.refusal.quiet", until=opens, facts=quiet)


def _at_once(limits: Limits, wish: Wish, at: datetime) -> bool:
    """Whether it answers what she did just now."""
    if wish.purpose is not Purpose.ANSWER:
        return False
    return wish.asked_at is None or at - wish.asked_at <= timedelta(minutes=limits.answer_minutes)


def _may_at_night(reach: Reach | None, wish: Wish) -> bool:
    return reach is not None and reach.night and wish.channel in AT_NIGHT


# ---- the limits in number --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Day:
    """A moment and the date it is at her place."""

    zone: tzinfo
    at: datetime

    @property
    def on(self) -> date:
        return self.at.astimezone(self.zone).date()

    def of(self, one: Attempt) -> date:
        return one.at.astimezone(self.zone).date()

    def starts_in(self, days: int, after: date | None = None) -> datetime:
        """The first moment of the day so many days after today or after another day."""
        return start_of((after or self.on) + timedelta(days=days), self.zone)


def _numbers(limits: Limits, known: Reached, wish: Wish, day: _Day) -> Iterator[_No]:
    """What was tried already, today and on the days before at her place."""
    for limit, reason, tried in _a_day(limits, known, wish, day):
        if len(tried) >= limit.value:
            yield _No(rule=limit.key, reason=reason, until=day.starts_in(1), facts={"most": limit.value})
    if gap := _applies(limits.round_gap_days, wish.purpose is Purpose.COLLECTION):
        days = [day.of(one) for one in _rounds(known, wish, day)]
        if days and 0 < (day.on - max(days)).days < gap.value:
            until = day.starts_in(gap.value, max(days))
            facts: dict[str, str | int] = {"days": gap.value}
            yield _No(rule=gap.key, reason="contact_budget.refusal.round", until=until, facts=facts)
    if week := _applies(limits.calls_max_per_week, _a_call(wish)):
        days = sorted(day.of(one) for one in _calls_of_week(known, wish, day))
        if len(days) >= week.value:
            until = day.starts_in(7, days[len(days) - week.value])
            yield _No(rule=week.key, reason="contact_budget.refusal.week", until=until, facts={"most": week.value})
    if rest := _applies(limits.after_talk_days, _a_call(wish)):
        spoken = [day.of(one) for one in _of_loan(_calls(known, day), wish) if one.connected is not False]
        if spoken and (day.on - max(spoken)).days < rest.value:
            until = day.starts_in(rest.value, max(spoken))
            facts = {"days": rest.value}
            yield _No(rule=rest.key, reason="contact_budget.refusal.talked", until=until, facts=facts)


def _a_call(wish: Wish) -> bool:
    return wish.channel is Channel.HOTLINE and wish.purpose in COUNTED


def _applies(limit: Limit | None, holds: bool) -> Limit | None:
    return limit if holds else None


def _a_day(limits: Limits, known: Reached, wish: Wish, day: _Day) -> Iterator[tuple[Limit, str, list[Attempt]]]:
    """The limits of one day that hold for a wish: the limit, why it refuses, and what counts so far."""
    if _a_call(wish):
        calls = [one for one in _calls(known, day) if day.of(one) == day.on]
        if limits.connected_max_per_day:
            spoken = [one for one in calls if one.connected is not False]
            yield limits.connected_max_per_day, "contact_budget.refusal.connected", spoken
        if limits.unanswered_max_per_day:
            rung = [one for one in calls if one.connected is not True and _same_number(one, wish)]
            yield limits.unanswered_max_per_day, "contact_budget.refusal.unanswered", rung
    if limits.messages_max_per_day and wish.channel in WRITTEN and wish.purpose in (Purpose.COLLECTION, Purpose.CASE):
        written = [one for one in known.attempts if one.channel is wish.channel and one.at <= day.at]
        ours = [one for one in written if one.purpose in (Purpose.COLLECTION, Purpose.CASE)]
        today = [one for one in ours if day.of(one) == day.on]
        yield limits.messages_max_per_day, "contact_budget.refusal.messages", today


def _calls(known: Reached, day: _Day) -> list[Attempt]:
    """The calls to her so far that count: none that she asked for, none to other people."""
    calls = [one for one in known.attempts if one.channel is Channel.HOTLINE and one.at <= day.at]
    return [one for one in calls if one.purpose in COUNTED]


def _same_number(one: Attempt, wish: Wish) -> bool:
    return one.number in wish.number.split("|") or not one.number or not wish.number


def _of_loan(attempts: list[Attempt], wish: Wish) -> list[Attempt]:
    return [one for one in attempts if one.loan == wish.loan or not one.loan or not wish.loan]


def _rounds(known: Reached, wish: Wish, day: _Day) -> list[Attempt]:
    """Contacts that reached her about what is overdue on this loan; a day with one is a round of collection."""
    reached = [one for one in known.attempts if one.connected is not False and one.at <= day.at]
    return _of_loan([one for one in reached if one.purpose is Purpose.COLLECTION], wish)


def _calls_of_week(known: Reached, wish: Wish, day: _Day) -> list[Attempt]:
    """Calls about this loan on the seven days that end with today."""
    return [one for one in _of_loan(_calls(known, day), wish) if (day.on - day.of(one)).days < 7]


def _counts(limits: Limits, known: Reached, wish: Wish, at: datetime) -> Iterator[Count]:
    """What is used of each limit in number that holds for a wish, at the first of her places."""
    day = _Day(known.zones[0], at)
    for limit, _, tried in _a_day(limits, known, wish, day):
        yield Count(rule=limit.key, used=len(tried), most=limit.value, house=limit.house)
    if week := _applies(limits.calls_max_per_week, _a_call(wish)):
        used = len(_calls_of_week(known, wish, day))
        yield Count(rule=week.key, used=used, most=week.value, house=week.house)
