"""Made-up accounts by seed and number, their plain numbers, and what the solver answers held against every plan.

`compare(seed, count)` gives one line for every difference; the same call with a larger count is part of `make bench`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from math import exp, log
from random import Random
from typing import Any

from forbear.adapters.rulebook import load_rulebook
from forbear.core.budget import Evidence, Household, Income, OtherDebt, Outgoing, floor_minor
from forbear.core.dates import month_after, month_of
from forbear.core.loan import DayCount, Loan
from forbear.core.plan import Cause, Offer, Request
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook, rulebook
from forbear.core.situation import Situation, pause_asked, situation, term_asked
from forbear.core.solver import Question, solve, what_if
from tests.oracles.brute import NOTHING, PARTS, Account, Every, Worth, every_plan, one_plan
from tests.oracles.domination import dominated
from tests.oracles.flows import compiled

OWING = OtherDebt(creditor="bank", balance_minor=900_000, monthly_minor=300_00, priority=True)
SHIPPED = ("consumer-finance", "example", ())
POLICIES = (
    *[SHIPPED] * 6,
    ("consumer-finance", None, ()),
    ("bank-card", "example", ()),
    ("bank-card", "example", (("alloc.order", ("principal", "interest", "penalty", "fees")),)),
    ("consumer-finance", "example", (("alloc.order", ("interest", "principal", "penalty", "fees")),)),
    ("consumer-finance", "example", (("alloc.order", ("penalty", "fees", "principal", "interest")),)),
    ("consumer-finance", "example", (("plan.instalment_unit", 1_000),)),
    ("consumer-finance", "example", (("plan.instalment_unit", 5_000), ("plan.instalment_least", 20_000))),
    ("consumer-finance", "example", (("plan.instalment_least", 1),)),
    ("consumer-finance", "example", (("plan.instalment_least", 50_000), ("plan.gap_max_months", 2))),
    ("consumer-finance", "example", (("plan.gap_max_months", 0),)),
    ("consumer-finance", "example", (("plan.term_max_months", 24), ("plan.first_due_least_days", 45))),
)
"""(sector, lender, what differs from the files shipped): units, least instalments, gaps, orders, terms."""


@cache
def policy(number: int) -> Rulebook:
    """One of POLICIES, on a day before every account."""
    sector, lender, changes = POLICIES[number]
    shipped = load_rulebook("cn", sector, lender, date(2026, 3, 2))
    changed = dict(changes)
    params = [replace(p, value=changed.get(p.key, p.value)) for p in shipped.params]
    return rulebook(shipped.layers, params, date(2026, 3, 2))


def account(seed: int, number: int) -> tuple[Question, Rulebook]:
    """A loan of 500 to 200,000 yuan, a household with a level, a seasonal or no income, and what she asks for."""
    rng = Random(seed * 1_000_003 + number)
    terms = rng.randrange(len(POLICIES))
    as_of = rng.choice([date(2024, 2, 29), date(2026, 3, 2), date(2021, 1, 1) + timedelta(days=rng.randrange(3_200))])
    rules, loan = policy(terms).on(as_of), _loan(rng, as_of)
    return _question(rng, as_of, loan, _household(rng, as_of, loan, rules)), rules


def plain(case: Situation) -> Account:
    """The plain numbers of a case: everything the brute force knows of it."""
    rules, terms = case.rules, case.most
    kept = tuple(getattr(terms.kept, f"{part}_minor") for part in PARTS)
    fees, interest, penalty, principal = kept
    asked = pause_asked(case)
    return Account(
        kept=(fees, interest, penalty, principal),
        order=tuple(PARTS.index(part) for part in _order(case)),
        rate_ppm=terms.rate_ppm,
        parts=case.time.parts,
        denominator=case.time.denominator,
        caps=case.caps,
        ceiling=case.ceiling_minor,
        unit=rules.integer("plan.instalment_unit"),
        least=rules.integer("plan.instalment_least"),
        gap=rules.integer("plan.gap_max_months"),
        first=case.time.first,
        last=min(len(case.caps), case.time.first + rules.integer("plan.term_max_months")) - 1,
        pauses=(asked, *(n for n in _pauses(case) if n > asked)),
        worth=_worth(case),
    )


def compare(seed: int, count: int, first: int = 0) -> list[str]:
    """What differs between the solver and every plan there is, on accounts `first` to `first + count` of a seed.

    Every other account is solved as fast as this machine can: the figures are the same.
    """
    return [
        f"account({seed}, {number}): {line}"
        for number in range(first, first + count)
        for line in differences(*account(seed, number), Random(number), compiled() if number % 2 else {})
    ]


def differences(question: Question, rules: Rulebook, rng: Random, how: Mapping[str, Any]) -> Iterator[str]:
    """Each difference in a sentence: a missed plan, a name that is not true, an offer that another plan beats.

    `how`: what else the solver is told, by name.
    """
    case = situation(question, rules)
    answer = solve(question, rules, **how)
    if case.most.kept.total_minor == 0:
        if answer.offers:
            yield "offers where nothing is to be paid"
        return
    numbers = plain(case)
    every = every_plan(numbers)
    for shorter in reversed([n for n in (0, *_pauses(case)) if n < pause_asked(case)]):
        if not len(every.rows):
            every = every_plan(replace(numbers, pauses=(shorter,)))
    offers = {offer.name: _criteria(offer, case) for offer in answer.offers}
    yield from dominated({offer.name: offer for offer in answer.offers}, lambda offer: _criteria(offer, case))
    if case.settlement is not None:
        return  # a settlement pays off other terms than the plans counted here
    if bool(offers) is not bool(len(every.rows)):
        yield f"offers {sorted(offers)} where there are {len(every.rows)} plans"
        return
    yield from _names(offers, every)
    yield from _as_requested(offers, every, case)
    if offers:
        yield from _any_amount(numbers, case, rng, how)
        yield from _any_term(every, case, rng, how)


def _names(offers: dict[str, tuple[int, ...]], every: Every) -> Iterator[str]:
    orders = {
        "lightest": ("burden", "total", "end"),
        "cheapest": ("total", "burden", "end"),
        "soonest": ("end", "burden", "total"),
    }
    for name, by in orders.items():
        best = every.best(by)
        if best is not None and offers.get(name) != best.criteria:
            yield f"{name} is {offers.get(name)}; the best is {best}"
    for name, criteria in offers.items():
        better = every.better_than(*criteria)
        if better is not None:
            yield f"{name} {criteria} is beaten by {better}"


def _as_requested(offers: dict[str, tuple[int, ...]], every: Every, case: Situation) -> Iterator[str]:
    """There is such an offer exactly where a plan meets the request, and it meets it."""
    request, months = case.question.request, term_asked(case.question.request)
    if request.instalment_minor is None and months is None:
        return
    until = None if months is None else case.time.first + months - 1
    met = every.best(("burden", "total", "end"), until, request.instalment_minor)
    asked = offers.get("as-requested")
    if (met is None) is not (asked is None):
        yield f"as-requested is {asked}; what meets the request is {met}"
    elif asked is not None:
        too_much = request.instalment_minor is not None and asked[0] > request.instalment_minor
        if too_much or (until is not None and asked[2] > until):
            yield f"as-requested {asked} is not what was asked: {request}"


def _any_term(every: Every, case: Situation, rng: Random, how: Mapping[str, Any]) -> Iterator[str]:
    """The lightest within a term: what she gets who asks for that term."""
    question, months = case.question, rng.randrange(1, 60)
    kinds = tuple(kind for kind in question.request.kinds if kind == "payment-holiday")
    request = Request(kinds=("longer-term", *kinds), months=months)
    asked = replace(question, request=request)
    if pause_asked(replace(case, question=asked)) != pause_asked(case) or question.request.instalment_minor is not None:
        return  # another pause makes other plans, and an instalment asked for raises the ceiling
    best = every.best(("burden", "total", "end"), until=case.time.first + months - 1)
    offers = {offer.name: _criteria(offer, case) for offer in solve(asked, case.rules, **how).offers}
    if offers.get("as-requested") != (best and best.criteria):
        yield f"within {months} months: {offers.get('as-requested')}; the best is {best}"


def _any_amount(numbers: Account, case: Situation, rng: Random, how: Mapping[str, Any]) -> Iterator[str]:
    """What if she paid this much, in whole units: the plan under that ceiling."""
    bearable = max(numbers.caps[numbers.first : numbers.last + 1]) // numbers.unit
    if bearable == 0:
        return  # the whole debt is less than a unit
    amount = numbers.unit * rng.randrange(1, bearable + 1)
    plan = one_plan(numbers, amount, pause_asked(case)) or one_plan(numbers, amount)
    found = what_if(case.question, case.rules, amount, **how)
    if plan is None:
        if not isinstance(found, Refusal):
            yield f"what-if {amount} is an offer where there is no plan"
    elif isinstance(found, Refusal):
        yield f"what-if {amount} is refused: {found.reason}; the plan is {plan}"
    elif _criteria(found, case) != plan.criteria:
        yield f"what-if {amount} is {_criteria(found, case)}; the plan is {plan}"


def _criteria(offer: Offer, case: Situation) -> tuple[int, int, int, int]:
    """Less is better in each."""
    plan, value = offer.plan, getattr(offer, "value_minor", None) or 0
    return plan.instalment_max_minor, plan.total_minor, case.time.due_on.index(plan.ends_on), -value


def _worth(case: Situation) -> Worth:
    """The weights of the lender's value, where the solver has them."""
    weights = getattr(case, "worth", None)
    if weights is None:
        return NOTHING
    return Worth(claim=weights.claim, bands=weights.bands, kept=weights.kept, broken=weights.broken, room=weights.room)


def _pauses(case: Situation) -> list[int]:
    return sorted(case.rules.integers("relief.deferral_options"))


def _order(case: Situation) -> tuple[str, ...]:
    """The order payments are allocated in: bank cards late by the days of the rule turn it round."""
    if case.rules.stack("alloc.late_from_days") and case.days_late >= case.rules.integer("alloc.late_from_days"):
        return case.rules.texts("alloc.order_late")
    return case.rules.texts("alloc.order")


# ---- drawing ---------------------------------------------------------------------------------------------------


def _loan(rng: Random, as_of: date) -> Loan:
    principal = round(100 * exp(rng.uniform(log(500), log(200_000))))
    days_late = rng.choice([0, rng.randrange(1, 31), rng.randrange(31, 91), rng.randrange(91, 400), 800])
    left = rng.choice([*[0] * 40, *range(6, 61)])
    rate = rng.choice(
        [0, 1, 36_000, 72_000, 120_000, 180_000, 237_600, 240_000, 359_999, rng.randrange(360_000), 10**6]
    )
    return Loan(
        contract="C-1",
        currency="CNY",
        signed_on=as_of - timedelta(days=1_000),
        principal_minor=principal,
        interest_minor=rng.choice([0, rng.randrange(1 + principal * 12 // 100)]),
        penalty_minor=rng.choice([0, rng.randrange(1 + principal * 5 // 100)]),
        fees_minor=rng.choice([0, 0, 1, 20_00, 333_33]),
        rate_ppm=rate,
        penalty_rate_ppm=rng.choice([0, rate, min(10**6, rate * 3 // 2)]),
        day_count=rng.choice(list(DayCount)),
        oldest_unpaid_due_on=as_of - timedelta(days=days_late) if days_late else None,
        instalment_minor=max(1, principal * rng.choice([1, 1, 3]) // max(1, left) + principal * rate // 24_000_000),
        instalments_left=left,
        due_day=rng.randrange(1, 32),
        as_of=as_of,
    )


def _household(rng: Random, as_of: date, loan: Loan, rules: Rulebook) -> Household:
    """Need and a little more, so that most can carry a plan, some only just and some not at all."""
    home = Household(
        place=rng.choice(["cn/sichuan/chengdu", "cn/gansu", "cn/beijing"]),
        adults=rng.randrange(1, 3),
        children=rng.randrange(3),
        income=(),
        outgoings=(),
        other_debts=rng.choice([(), (), (OWING,)]),
    )
    need = floor_minor(home, rules) + sum(debt.monthly_minor for debt in home.other_debts)
    owed = loan.principal_minor + loan.interest_minor + loan.penalty_minor
    spare = owed * rng.randrange(100, 200) // (100 * rng.randrange(2, 60))
    kind = rng.choice([*["level"] * 4, *["season"] * 3, *["both"] * 2, "said", "none"])
    once = Outgoing(kind="medical", month=month_after(month_of(as_of), rng.randrange(1, 9)), amount_minor=700_00)
    return replace(
        home,
        income=tuple(_income(rng, kind, month_of(as_of), need, spare)),
        outgoings=rng.choice([(), (), (once,), (once, Outgoing(kind="rent", monthly_minor=rng.randrange(900_00)))]),
    )


def _income(rng: Random, kind: str, month: str, need: int, spare: int) -> Iterator[Income]:
    """The same every month, or in some months of the year only, or both, or shown by nothing."""
    if kind in ("level", "both", "said"):
        wage = need + (spare if kind != "both" else 0) + rng.randrange(100_00)
        grade = Evidence.D if kind == "said" else rng.choice([Evidence.A, Evidence.B])
        yield Income(source="wages", evidence=grade, monthly_minor=wage)
    if kind in ("season", "both"):
        active = rng.sample(range(12), rng.randrange(1, 10))
        base = (need if kind == "season" else 0) + spare * 12 // len(active)
        for index in range(1, 62):
            if index % 12 in active:
                amount = base + rng.randrange(1 + base // 4)
                yield Income(
                    source="harvest", evidence=Evidence.A, month=month_after(month, index), amount_minor=amount
                )


def _question(rng: Random, as_of: date, loan: Loan, home: Household) -> Question:
    pause, longer = "payment-holiday", "longer-term"
    kinds = rng.choice([(), (), (longer,), (longer,), (longer,), (pause,), (longer, pause), ("settlement",)])
    asked = rng.choice([None, None, round(loan.principal_minor / rng.randrange(2, 60)) + 1, 1])
    return Question(
        as_of=as_of,
        loan=loan,
        cause=rng.choice(list(Cause)),
        since=None,
        until=None,
        request=Request(kinds=kinds, instalment_minor=asked, months=rng.choice([None, None, rng.randrange(1, 70)])),
        household=home,
    )
