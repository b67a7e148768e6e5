"""Where each line of a household comes from: who stated or changed it, when, on which paper, and why.

The record is the only source: a line stands since the fact that brought it in. Nobody but a person changes one, and
says why; a solver, a reader of papers or another system may propose and cannot act (`may_correct`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from forbear.core import events as e
from forbear.core.contact import Actor, Channel, may_work_on_cases
from forbear.core.household import Household, Income, OtherDebt, Outgoing
from forbear.core.refusal import Refusal

HouseholdLine = Income | Outgoing | OtherDebt
GROUPS = ("income", "outgoings", "other_debts")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the household as it counts now, with its provenance: event `seq` brought it in, by whom, by which
    channel and when. `grade`: A to D of an income, else ""; `paper`: the paper that shows it, "" for none.
    `changed`: a person changed what was stated; then `reason` says why and `was` is what had been stated, None for
    nothing.
    """

    group: str
    line: HouseholdLine
    seq: int
    by: Actor
    channel: Channel
    at: datetime
    grade: str = ""
    paper: str = ""
    changed: bool = False
    reason: str = ""
    was: HouseholdLine | None = None


def lines(recorded: Iterable[e.Recorded]) -> tuple[Line, ...]:
    """Every line of the household as the last statement and its corrections left it, in the order of `GROUPS`."""
    versions = _versions(recorded)
    if not versions:
        return ()
    last = versions[-1][0]
    return tuple(_line(group, line, versions) for group in GROUPS for line in getattr(last, group))


def may_correct(actor: Actor, reason: str) -> Refusal | None:
    """Whether this actor may change a line: a person of the desk, known by her id, with a reason in words."""
    if refusal := may_work_on_cases(actor):
        return refusal
    if not actor.id:
        return Refusal("desk.role", "contact.refusal.role", "contact.way_on.ask_agent")
    if not reason.strip():
        return Refusal("evidence.reason", "evidence.refusal.reason", where="reason")
    return None


def identity(line: HouseholdLine) -> tuple[str, str | None]:
    """What makes two versions of a line the same line: its name, and its month where it is of one month."""
    if isinstance(line, Income):
        return line.source, line.month
    return (line.kind, line.month) if isinstance(line, Outgoing) else (line.creditor, None)


def _versions(recorded: Iterable[e.Recorded]) -> list[tuple[Household, e.Recorded]]:
    """Every household of the last statement with the fact that brought it, oldest first."""
    found: list[tuple[Household, e.Recorded]] = []
    for event in recorded:
        match event.fact:
            case e.StatementSubmitted(statement=statement) if statement:
                found = [(statement.household, event)]
            case e.BudgetCorrected(household=household) if household:
                found.append((household, event))
    return found


def _line(group: str, line: HouseholdLine, versions: list[tuple[Household, e.Recorded]]) -> Line:
    since = versions[-1][1]
    for household, event in reversed(versions):
        if line not in getattr(household, group):
            break
        since = event
    fact = since.fact
    changed = isinstance(fact, e.BudgetCorrected)
    stated = getattr(versions[0][0], group)
    return Line(
        group=group,
        line=line,
        seq=since.seq,
        by=since.actor,
        channel=since.channel,
        at=since.at,
        grade=line.evidence.value if isinstance(line, Income) else "",
        paper=line.paper,
        changed=changed,
        reason=(fact.reason or "") if isinstance(fact, e.BudgetCorrected) else "",
        was=next((old for old in stated if identity(old) == identity(line)), None) if changed else None,
    )
