"""What an explanation is made of: inputs, rules with their sources, figures, what waiting costs, rights.

Values only; forbear/core/explanation.py fills them. Amounts in minor units, rates in ppm a year, ids the rulebook's.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from forbear.core.budget import MonthBudget
from forbear.core.dates import month_of
from forbear.core.loan import Owed
from forbear.core.plan import Offer, Why
from forbear.core.refusal import Refusal
from forbear.core.rules import Finding
from forbear.core.solver import Question


class Audience(StrEnum):
    """Who reads. Only agents and auditors see the lender's value and its own choice; auditors see every id."""

    BORROWER = "borrower"
    AGENT = "agent"
    AUDITOR = "auditor"


@dataclass(frozen=True, kw_only=True)
class OwedPart:
    """One part of the debt: what the lender's book held on `booked_on`, and what has grown since."""

    part: str
    amount_minor: int
    booked_minor: int
    booked_on: date
    grown_minor: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the household. `kind`: income, outgoing, other-debt (with its balance); monthly, or in one `month`.

    `counts_minor`: how much of an income counts by its evidence in the first months, `counts_later_minor` after
    them; None where nothing is known of it.
    """

    kind: str
    name: str
    amount_minor: int
    month: str = ""
    evidence: str = ""
    balance_minor: int = 0
    priority: bool = False
    counts_minor: int | None = None
    counts_later_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What the answer was found on. `contract_minor`: what the contract still asks if it is paid as written."""

    question: Question
    parts: tuple[OwedPart, ...]
    contract_minor: int
    lines: tuple[Line, ...]
    interim_months: int | None


@dataclass(frozen=True, kw_only=True)
class Month:
    """One month of a plan: what counts as income, less other debts and the payment, is left. Beside it what the
    household needs that month, and the floor below which no need is ever read.
    """

    month: str
    income_minor: int
    debts_minor: int
    pays_minor: int
    left_minor: int
    need_minor: int
    floor_minor: int

    @property
    def above_floor_minor(self) -> int:
        """What is left beyond the floor; never negative for an offer."""
        return self.left_minor - self.floor_minor

    @property
    def spare_minor(self) -> int:
        """What is left beyond the need; never negative for an offer."""
        return self.left_minor - self.need_minor


@dataclass(frozen=True, kw_only=True)
class RuleHeld:
    """A rule held against a plan, or one that said no, with who stands behind it. Texts are "" where not known."""

    rule: str
    key: str
    source: str
    status: str
    force: str = ""
    checked_on: date | None = None
    finding: Finding | None = None
    bound: bool = False

    @property
    def unverified(self) -> bool:
        """Nobody has confirmed the value yet."""
        return self.status == "K"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a plan. `interest_minor`: all interest it pays; `against_…`: its total less the other's;
    None where the contract has run out or is no longer known.
    """

    first_minor: int
    highest_minor: int
    last_minor: int
    payments: int
    months: int
    total_minor: int
    interest_minor: int
    against_owed_minor: int
    against_contract_minor: int | None


@dataclass(frozen=True, kw_only=True)
class Delay:
    """The offer of the same name `days` later, when nothing is paid meanwhile; nothing but the name where there is
    none any more. `relief_moves`: the rules would by then give another relief, because the debt is older.
    """

    offer: str
    days: int
    possible: bool
    total_more_minor: int = 0
    instalment_max_minor: int = 0
    instalment_more_minor: int = 0
    ends_on: date | None = None
    relief_moves: bool = False


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What is owed `days` later when nothing is done."""

    days: int
    now: Owed
    later: Owed


@dataclass(frozen=True, kw_only=True)
class OfferExplained:
    """An offer with all that bears on it. `budgets`: the household's months as far as they are known."""

    offer: Offer
    figures: Figures
    budgets: tuple[MonthBudget, ...]
    rules: tuple[RuleHeld, ...]
    delay: Delay | None

    @property
    def months(self) -> tuple[Month, ...]:
        """Each known month with a payment, with what it leaves."""
        pays: dict[str, int] = {}
        for row in self.offer.plan.instalments:
            pays[month_of(row.due_on)] = pays.get(month_of(row.due_on), 0) + row.amount_minor
        return tuple(_month(budget, pays[budget.month]) for budget in self.budgets if budget.month in pays)


@dataclass(frozen=True, kw_only=True)
class RefusalExplained:
    """Why something is not possible, what would change that, the nearest thing that is possible, and other ways."""

    refusal: Refusal
    rule: RuleHeld
    change: Why | None
    nearest: Why | None
    others: tuple[Why, ...]


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What holds whatever the answer is: how soon a person looks, who else can be asked, how long collecting rests.
    None and "" where the rulebook says nothing. `country`: the rulebook's, whose public advice the words may name.
    """

    country: str

    answer_working_days: int | None
    decide_working_days: int | None
    appeal_days: int | None
    stay_days: int | None
    complaint_days: int | None
    complaint_body: str
    credit_keep_years: int | None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A person's decision, as recorded. `reasons`: codes, said as decision.reason.…; `by`, `second`: who decided."""

    outcome: str
    decided_on: date
    reasons: tuple[str, ...]
    words: str
    would_change: str
    income_minor: int
    outgoings_minor: int
    affordable_minor: int
    owed: Owed
    by: str
    second: str
    appeal_by_on: date | None
    rests_until_on: date | None


@dataclass(frozen=True, kw_only=True)
class LoanExplained:
    """One of several loans: what is owed on it, what waiting costs on it, and its part of each offer of that name."""

    contract: str
    owed: Owed
    days_past_due: int
    inputs: Inputs
    waiting: Waiting
    offers: tuple[OfferExplained, ...]

    def part(self, name: str) -> OfferExplained | None:
        """Its part of the offer of that name; None where nothing of it is left to pay."""
        return next((shown for shown in self.offers if shown.offer.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """`stored`: read from the record as it was shown then, with what that day's rules said. `plans_fit`: there are
    offers, also where this speaks of a refusal alone. `nothing_minor`: what the lender may expect where nothing is
    agreed; None for the borrower, and where nobody worked it out. `loans`: each of several loans; everything else is
    then about all of them together, and of `inputs` the contract is that of the first alone.
    """

    audience: Audience
    as_of: date
    stored: bool
    owed: Owed
    days_past_due: int | None
    inputs: Inputs | None
    months: tuple[MonthBudget, ...]
    waiting: Waiting | None
    offers: tuple[OfferExplained, ...]
    refusals: tuple[RefusalExplained, ...]
    rights: Rights
    rulebook_digest: str
    effective_on: date
    plans_fit: bool = False
    decision: Decision | None = None
    nothing_minor: int | None = None
    loans: tuple[LoanExplained, ...] = ()

    def of_offer(self, name: str) -> "Explanation | None":
        """The same about one offer alone; None where it is not among them."""
        found = tuple(shown for shown in self.offers if shown.offer.name == name)
        return replace(self, offers=found, refusals=()) if found else None

    def of_refusal(self, number: int) -> "Explanation | None":
        """The same about the refusal of that number alone, from 1; None where there are fewer."""
        found = self.refusals[number - 1 : number] if number > 0 else ()
        return replace(self, offers=(), refusals=found) if found else None


def _month(budget: MonthBudget, pays_minor: int) -> Month:
    return Month(
        month=budget.month,
        income_minor=budget.income_minor,
        debts_minor=budget.debts_minor,
        pays_minor=pays_minor,
        left_minor=budget.income_minor - budget.debts_minor - pays_minor,
        need_minor=max(budget.need_minor, budget.floor_minor),
        floor_minor=budget.floor_minor,
    )
