"""Where a payment goes: within one debt by the order of its parts, among several debts by choice and then by law.

Every door that takes a payment uses these functions, so there is one way. Each fen is in exactly one place: what was
taken and what is left over sum to the payment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from forbear.core.loan import Owed
from forbear.core.money import allocate
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook

PARTS = ("fees", "interest", "penalty", "principal")
"""Costs, then interest, then principal where nothing else was agreed (民法典 art. 561)."""

NOTHING = Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0)


class Spread(StrEnum):
    """How a payment meets several instalments: INSTALMENT settles the oldest wholly before the next; PART pays one
    part of all of them, oldest first, before the next part (cards: all principal due before any interest)."""

    INSTALMENT = "instalment"
    PART = "part"


@dataclass(frozen=True, kw_only=True)
class Orders:
    """The order in force and the one that takes over from `late_from_days` days past due; None: it never changes."""

    usual: tuple[str, ...]
    late: tuple[str, ...] = ()
    late_from_days: int | None = None

    def at(self, days_past_due: int) -> tuple[str, ...]:
        """The order for a debt this many days past due; parts that it does not name come after it."""
        switched = self.late_from_days is not None and days_past_due >= self.late_from_days
        return tuple(dict.fromkeys([*(self.late if switched else self.usual), *PARTS]))


@dataclass(frozen=True, kw_only=True)
class Debt:
    """One of several debts to one creditor. `secured_minor`: worth of what secures it; `burden_ppm`: what it costs a
    year while unpaid; `due_on`: the day its oldest open amount is or was due."""

    debt: str
    owed: Owed
    due_on: date
    secured_minor: int = 0
    burden_ppm: int = 0
    order: tuple[str, ...] = PARTS


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Whose word comes before the law, debts by name in order. `agreed` binds both; `debtor` speaks when paying;
    `creditor` counts only where its law lets the creditor choose for a silent debtor (not under 民法典 art. 560)."""

    agreed: tuple[str, ...] = ()
    debtor: tuple[str, ...] = ()
    creditor: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What each debt or instalment takes of a payment, in the order given, and what is left over."""

    parts: tuple[Owed, ...]
    over_minor: int


def orders(rules: Rulebook) -> Orders:
    """alloc.order, and where the sector has them alloc.order_late from alloc.late_from_days (cards: principal first
    from 91 days on, 信用卡办法 art. 57)."""
    late = bool(rules.stack("alloc.order_late")) and bool(rules.stack("alloc.late_from_days"))
    return Orders(
        usual=rules.texts("alloc.order"),
        late=rules.texts("alloc.order_late") if late else (),
        late_from_days=rules.integer("alloc.late_from_days") if late else None,
    )


def order_on(rules: Rulebook, days_past_due: int) -> tuple[str, ...]:
    """The order of a payment on a debt this many days past due."""
    return orders(rules).at(days_past_due)


def taken(owed: Owed, amount_minor: int, order: Sequence[str]) -> Owed:
    """What a debt takes of an amount that is not negative, part after part; never more than it has open."""
    assert amount_minor >= 0, "a payment is not negative"
    rest, parts = amount_minor, {}
    for part in dict.fromkeys([*order, *PARTS]):
        parts[f"{part}_minor"] = min(rest, getattr(owed, f"{part}_minor"))
        rest -= parts[f"{part}_minor"]
    return Owed(**parts)


def over_instalments(
    owed: Sequence[Owed], amount_minor: int, order: Sequence[str], spread: Spread = Spread.INSTALMENT
) -> Taken:
    """A payment over instalments, oldest first. Both spreads take the same in total where the payment is enough."""
    if spread is Spread.PART:
        return _part_by_part(owed, amount_minor, order)
    rest, parts = amount_minor, []
    for instalment in owed:
        parts.append(taken(instalment, rest, order))
        rest -= parts[-1].total_minor
    return Taken(parts=tuple(parts), over_minor=rest)


def _part_by_part(owed: Sequence[Owed], amount_minor: int, order: Sequence[str]) -> Taken:
    whole = taken(sum(owed, NOTHING), amount_minor, order)
    left = {part: getattr(whole, f"{part}_minor") for part in PARTS}
    parts = []
    for instalment in owed:
        amounts = {part: min(left[part], getattr(instalment, f"{part}_minor")) for part in PARTS}
        left = {part: left[part] - amounts[part] for part in PARTS}
        parts.append(Owed(**{f"{part}_minor": amount for part, amount in amounts.items()}))
    return Taken(parts=tuple(parts), over_minor=amount_minor - whole.total_minor)


def among_debts(debts: Sequence[Debt], amount_minor: int, on: date, choice: Choice | None = None) -> Taken | Refusal:
    """A payment to one creditor over several debts (民法典 art. 560): what was agreed, the debtor's choice, then debts
    already due, the least secured, the most burdensome, the earliest due; equal ones share in proportion to what is
    owed, the odd fen going by name, so that the answer does not depend on the order in which the debts are given.

    Refused: a negative amount, one name twice, a choice that names no debt of these.
    """
    choice = choice or Choice()
    names = [debt.debt for debt in debts]
    if amount_minor < 0:
        return Refusal("alloc.amount", "measures.refusal.negative", "measures.way_on.amount", where="amount")
    if len(set(names)) < len(names):
        return Refusal("alloc.choice", "measures.refusal.same_name", "measures.way_on.one_name", where="debts")
    wanted = list(dict.fromkeys([*choice.agreed, *choice.debtor, *choice.creditor]))
    for name in wanted:
        if name not in names:
            facts = {"debt": name}
            return Refusal("alloc.choice", "measures.refusal.no_debt", "measures.way_on.choose", facts, "choice")
    ranks = {debt.debt: _rank(debt, wanted, on) for debt in debts}
    given = dict.fromkeys(names, 0)
    rest = amount_minor
    for rank in sorted(set(ranks.values())):
        equals = sorted((d for d in debts if ranks[d.debt] == rank and d.owed.total_minor), key=lambda d: d.debt)
        whole = sum(debt.owed.total_minor for debt in equals)
        if whole == 0 or rest == 0:
            continue
        share = min(rest, whole)
        for debt, part in zip(equals, allocate(share, [d.owed.total_minor for d in equals]), strict=True):
            given[debt.debt] = part
        rest -= share
    parts = tuple(taken(debt.owed, given[debt.debt], debt.order) for debt in debts)
    return Taken(parts=parts, over_minor=rest)


def _rank(debt: Debt, wanted: Sequence[str], on: date) -> tuple[int, bool, int, int, date]:
    """Smaller goes first."""
    if debt.debt in wanted:
        return wanted.index(debt.debt), False, 0, 0, date.min
    return len(wanted), debt.due_on > on, debt.secured_minor, -debt.burden_ppm, debt.due_on
