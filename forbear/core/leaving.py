"""How long what is held of a person is kept, and what may go: per retention class, by the rulebook of the day.

A period starts with the decision or with the end of the case. A law may forbid to delete sooner, a hold forbids it
altogether, and while the case goes on its purpose does (PIPL art. 19 and 47; the articles are the rulebook's). All of
it is worked out from the public parts of facts, so that it is the same after an erasure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from forbear.core import events as e
from forbear.core.case import Case, Stage
from forbear.core.dates import add_months
from forbear.core.decision import Outcome
from forbear.core.facts import Retention
from forbear.core.leaving_facts import Stays
from forbear.core.rules import Param, Rulebook

LOOK_DAYS = 7
"""A case whose end is not known yet is looked at again so soon."""
LOOK_DAYS_MOST = 30
"""Every other case at the latest so soon: a new rulebook may keep it shorter than the one of the last look."""
PURPOSE_ARTICLE = "中华人民共和国个人信息保护法 47"
"""Deletion is owed once the purpose is met; before that the lender may go on."""
HOLD_ARTICLE = "中华人民共和国个人信息保护法 47 (2)"
"""What may not be deleted is stored and protected, and used for nothing else."""


class Start(StrEnum):
    """What a period begins with."""

    DECISION = "decision"
    END = "end"


@dataclass(frozen=True, kw_only=True)
class Period:
    """How long a class is kept, and by which rule. `source`: title and article; `force` and `status` as the rulebook
    has them.
    """

    starts: Start
    days: int
    rule: str
    source: str
    force: str
    status: str

    @property
    def years(self) -> int:
        """Whole years of 365 days; 0 where the period is told in days."""
        return 0 if self.days % 365 else self.days // 365

    def until_on(self, ended_on: date | None, decided_on: date | None) -> date | None:
        """The first day on which it is over; None while what starts it has not happened."""
        begun_on = ended_on
        if self.starts is Start.DECISION:
            begun_on = min((on for on in (ended_on, decided_on) if on is not None), default=None)
        return None if begun_on is None else begun_on + timedelta(days=self.days)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is kept of a class of a case. `there`: something of it is; `until_on`: when its time is over, None while the
    case goes on; `law` and `law_until_on`: what forbids to delete it sooner; `holds`: those that stand.
    """

    retention: Retention
    there: bool
    period: Period
    until_on: date | None
    law: Period | None
    law_until_on: date | None
    holds: tuple[str, ...]

    def over(self, today: date) -> bool:
        """Whether it is there although its time is over."""
        return self.there and self.until_on is not None and today >= self.until_on

    def stays(self, today: date, ended: bool) -> e.ErasureRefused | None:
        """Why it cannot be deleted today, asked for or not; None when it can."""
        if self.holds:
            return self._refused(Stays.HOLD, "hold", HOLD_ARTICLE, hold=self.holds[0])
        if self.law and (self.law_until_on is None or today < self.law_until_on):
            return self._refused(Stays.LAW, self.law.rule, self.law.source, until_on=self.law_until_on)
        if not ended:
            return self._refused(Stays.PURPOSE, self.period.rule, PURPOSE_ARTICLE)
        return None

    def _refused(self, why: Stays, rule: str, article: str, **more: object) -> e.ErasureRefused:
        given = {"retention_class": self.retention, "why": why, "rule": rule, "article": article, **more}
        return e.ErasureRefused(**given)  # type: ignore[arg-type]


def period_of(rulebook: Rulebook, retention: Retention) -> Period:
    """How long a class is kept by the rulebook of the day."""
    if retention is Retention.HEALTH:
        param = rulebook.param("desk.keep_health_days")
        return _period(param, Start.DECISION, int(param.value))
    return _table(rulebook.param("data.keep", retention.value))


def law_of(rulebook: Rulebook, retention: Retention) -> Period | None:
    """The period before whose end a law forbids to delete a class; None where none does."""
    found = rulebook.stack("data.keep_least", retention.value)
    return _table(found[-1]) if found else None


def _table(param: Param) -> Period:
    (row,) = param.value
    return _period(param, Start(row["starts"]), int(row["days"]))


def _period(param: Param, starts: Start, days: int) -> Period:
    rule = f"{param.key}.{param.scope}" if param.scope else param.key
    return Period(
        starts=starts,
        days=days,
        rule=rule,
        source=str(param.source),
        force=param.force.value,
        status=param.status.value,
    )


# ---- the case's days -------------------------------------------------------------------------------------------

_NOT_LIFE = (
    *("notice.", "data.", "erasure.", "hold.", "party.corrected", "consent.withdrawn", "contact.", "message.delivered"),
    *("paper.seen", "call.heard", "enforcement.", "note."),
)
"""Facts that do not keep a case going: what the desk does by itself, and what is asked about data."""
_NO_DEMAND = tuple(kind for kind in _NOT_LIFE if kind not in ("contact.", "enforcement."))
"""Facts that say nothing of the debt."""
BROKEN = "broken"
"""Why a case is closed whose agreement was broken."""


def ended_on(events: Sequence[e.Recorded], case: Case, today: date, rulebook: Rulebook, zone: tzinfo) -> date | None:
    """The day the case ended, None while it goes on: it was closed, or refused and no appeal came, or nothing has
    happened for `data.idle_days` while nobody waited for the lender and no agreement was in force. A broken agreement
    ends nothing: what is owed by it is claimed on, until the debt ends or can be claimed no more.
    """
    closed = next((event for event in reversed(events) if isinstance(event.fact, e.CaseClosed)), None)
    if case.closed and closed is not None:
        if closed.fact == e.CaseClosed(why=BROKEN):
            return _debt_ended_on(events, closed, today, rulebook, zone)
        return _day(closed.at, zone)
    if case.in_force is not None or case.offered is not None or case.under_review or not events:
        return None
    lived = [event for event in events if not event.fact.type.startswith(_NOT_LIFE)]
    last_on = _day(lived[-1].at, zone)
    if case.stage is Stage.DECISION and case.outcome is Outcome.REFUSED and case.appeal_by_on:
        return max(case.appeal_by_on, last_on) if today > case.appeal_by_on else None
    idle_on = last_on + timedelta(days=rulebook.integer("data.idle_days"))
    return idle_on if today >= idle_on else None


def _debt_ended_on(
    events: Sequence[e.Recorded], closed: e.Recorded, today: date, rulebook: Rulebook, zone: tzinfo
) -> date | None:
    """Told by the lender, or after the years of `limitation.years` since anything was last asked or said, where the
    rulebook has them (民法典 188, 195: each demand begins them anew).
    """
    after = [event for event in events if event.leaf > closed.leaf]
    if told := [event.fact.ended_on for event in after if isinstance(event.fact, e.DebtEnded)]:
        return told[-1]
    years = rulebook.stack("limitation.years")
    if not years:
        return None
    said = [event for event in (closed, *after) if not event.fact.type.startswith(_NO_DEMAND)]
    over_on = add_months(_day(said[-1].at, zone), 12 * int(years[-1].value))
    return over_on if today >= over_on else None


def decided_on(events: Sequence[e.Recorded], case: Case, zone: tzinfo) -> date | None:
    """The day of the last decision; None before one, and while another is waited for."""
    made = next((event for event in reversed(events) if isinstance(event.fact, e.DecisionMade)), None)
    return None if made is None or case.under_review else _day(made.at, zone)


def holds_of(events: Sequence[e.Recorded]) -> Mapping[str, e.Recorded]:
    """The holds that stand, in their order, by id: the event that placed each."""
    standing: dict[str, e.Recorded] = {}
    for event in events:
        match event.fact:
            case e.HoldPlaced(hold=hold):
                standing[hold] = event
            case e.HoldLifted(hold=hold):
                standing.pop(hold, None)
    return standing


def _day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def keeping(
    events: Sequence[e.Recorded],
    case: Case,
    there: Mapping[Retention, int],
    rulebook: Rulebook,
    today: date,
    zone: tzinfo,
) -> tuple[Kept, ...]:
    """What is kept of a case, class by class. `there`: how many live keys each class has."""
    end = ended_on(events, case, today, rulebook, zone)
    decided, holds = decided_on(events, case, zone), tuple(holds_of(events))
    unfinished = None if case.submissions else rulebook.param("data.keep_unfinished_days")
    found = []
    for retention in Retention:
        period, law = period_of(rulebook, retention), law_of(rulebook, retention)
        if unfinished is not None:  # an application that never was: nothing was done that a law would have kept
            period, law = _period(unfinished, Start.END, int(unfinished.value)), None
        law_until = law.until_on(end, decided) if law else None
        until = period.until_on(end, decided)
        if until is not None and law is not None:
            until = None if law_until is None else max(until, law_until)
        found.append(
            Kept(
                retention=retention,
                there=bool(there.get(retention)),
                period=period,
                until_on=until,
                law=law,
                law_until_on=law_until,
                holds=holds,
            )
        )
    return tuple(found)


# ---- what she asked --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Request:
    """A wish about data and how far it is. `proposed`, `proposed_by`: the first pair of eyes; `agreed`: what goes."""

    request: str
    right: e.Right
    asked_on: date
    answer_by_on: date
    classes: tuple[Retention, ...]
    words: str
    proposed: tuple[Retention, ...] = ()
    proposed_by: str = ""
    agreed: tuple[Retention, ...] = ()
    answer: e.Answered | None = None
    answer_words: str = ""
    stays: tuple[e.ErasureRefused, ...] = ()

    @property
    def open(self) -> bool:
        """Whether nobody has answered yet."""
        return self.answer is None


def requests_of(events: Sequence[e.Recorded], zone: tzinfo) -> tuple[Request, ...]:
    """Every wish about data, the oldest first."""
    found: dict[str, Request] = {}
    for event in events:
        name = getattr(event.fact, "request", "")
        if isinstance(event.fact, e.DataAsked):
            found[name] = Request(
                request=name,
                right=event.fact.right,
                asked_on=_day(event.at, zone),
                answer_by_on=event.fact.answer_by_on,
                classes=event.fact.classes,
                words=event.fact.words or "",
            )
        elif name in found:
            found[name] = _further(found[name], event)
    return tuple(found.values())


def agreed_left(events: Sequence[e.Recorded], request: str) -> tuple[Retention, ...]:
    """What two people agreed on for a wish and has not gone since; what came under the class later is not meant."""
    left: tuple[Retention, ...] = ()
    for event in events:
        match event.fact:
            case e.ErasureAgreed(request=name, classes=classes) if name == request:
                left = classes
            case e.DataErased(retention_class=gone):
                left = tuple(one for one in left if one is not gone)
    return left


def goes_on_since(events: Sequence[e.Recorded], case: Case, request: str) -> bool:
    """Whether the case went on after two people agreed to a wish: then its purpose keeps what they agreed on."""
    if case.closed:
        return False
    if case.in_force is not None or case.offered is not None or case.under_review:
        return True
    after = False
    for event in events:
        match event.fact:
            case e.ErasureAgreed(request=name) if name == request:
                after = True
            case e.StatementSubmitted() if after:
                return True
    return False


def _further(request: Request, event: e.Recorded) -> Request:
    match event.fact:
        case e.ErasureProposed(classes=classes):
            return replace(request, proposed=classes, proposed_by=event.actor.id)
        case e.ErasureAgreed(classes=classes):
            return replace(request, agreed=classes)
        case e.ErasureRefused():
            return replace(request, stays=(*request.stays, event.fact))
        case e.DataAnswered(answer=answer, words=words):
            return replace(request, answer=answer, answer_words=words or "")
    return request
