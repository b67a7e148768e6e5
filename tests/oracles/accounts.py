"""Made-up accounts by seed and number, their plain numbers, and what the solver answers held against every plan.

`compare(seed, count)` gives one line for every difference; the same call with a larger count is part of `make bench`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from math import exp, log
from random import Random
from typing import Any

import numpy as np

from forbear.adapters.rulebook import load_rulebook
from forbear.core.budget import Evidence, Household, Income, OtherDebt, Outgoing, floor_minor
from forbear.core.dates import month_after, month_of
from forbear.core.loan import DayCount, Loan
from forbear.core.plan import Cause, Offer, Request
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook, rulebook
from forbear.core.situation import Situation, pause_asked, shape_asked, situation, term_asked
from forbear.core.solver import Question, solve, what_if
from tests.oracles.brute import NOTHING, PARTS, Account, Every, Worth, every_plan, one_plan
from tests.oracles.choices import (
    CHEAP,
    LIGHT,
    SOON,
    Family,
    Wish,
    balanced,
    family,
    most_worth,
    settled,
    with_bare_months,
)
from tests.oracles.domination import dominated
from tests.oracles.flows import compiled

INCOMES = (*["level"] * 4, *["season"] * 3, *["both"] * 2, "said", "none")
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
STIFF = len(POLICIES)
POLICIES += (("consumer-finance", "example", (("plan.instalment_unit", 5_000), ("plan.shapes", ("level", "stepped")))),)
LAWFUL_PPM = 240_000
"""China's cap on the rate of every contract signed here: what built up above it nobody owes."""
SETTLES = (0, 0, 0, 6, *range(9, len(POLICIES)))
COARSE = (11, 12, 12, STIFF)
SETTLING = (("settlement",), ("settlement",), ("settlement", "longer-term"), ("settlement", "payment-holiday"))
SHAPING = (("level",), ("step-up",), ("stepped", "longer-term"), ("interest-only",), ("level", "payment-holiday"), ())


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
    terms = rng.randrange(STIFF)
    as_of = rng.choice([date(2024, 2, 29), date(2026, 3, 2), date(2021, 1, 1) + timedelta(days=rng.randrange(3_200))])
    rules, loan = policy(terms).on(as_of), _loan(rng, as_of)
    return _question(rng, as_of, loan, _household(rng, as_of, loan, rules)), rules


def wished(seed: int, number: int) -> tuple[Question, Rulebook]:
    """An account that asks for a settlement or for a shape of its payments, or whose lender gives no plan that follows
    the income; smaller and in larger units, so that every plan of every number of months can be counted."""
    rng = Random(f"wished {seed} {number}")
    settles = rng.randrange(2) == 0
    as_of = date(2024, 1, 1) + timedelta(days=rng.randrange(1_600))
    rules = policy(rng.choice(SETTLES) if settles else rng.choice(COARSE)).on(as_of)
    loan = _loan(rng, as_of, 200_000 if settles else 20_000, 91 if settles else 0)
    kinds = SETTLING if settles else SHAPING
    amount = rng.choice([None, None, None, loan.principal_minor // rng.randrange(3, 40) + 1])
    request = Request(
        kinds=rng.choice(kinds), instalment_minor=amount, months=rng.choice([None, None, rng.randrange(1, 40)])
    )
    until = rng.choice([None, None, as_of + timedelta(days=rng.randrange(600))])
    home = _household(rng, as_of, loan, rules, ("level", "level", "level", "both", "season"), 6 if settles else 40)
    return replace(_question(rng, as_of, loan, home), request=request, until=until), rules


def plain(case: Situation) -> Account:
    """The plain numbers of a case: everything the brute force knows of it."""
    rules, terms = case.rules, case.most
    kept = tuple(getattr(terms.kept, f"{part}_minor") for part in PARTS)
    fees, interest, penalty, principal = kept
    asked = pause_asked(case) if pause_asked(case) <= max(_pauses(case)) else 0
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

    Every fifth is one of those that wish for more. Every other one is solved as fast as this machine can: the figures
    are the same.
    """
    return [
        f"{drawn.__name__}({seed}, {number}): {line}"
        for number in range(first, first + count)
        for drawn in (wished if number % 5 == 0 else account,)
        for line in differences(*drawn(seed, number), Random(number), compiled() if number % 2 else {})
    ]


def differences(question: Question, rules: Rulebook, rng: Random, how: Mapping[str, Any]) -> Iterator[str]:
    """Each difference in a sentence: a missed plan, a name that is not true, an offer that another plan beats.

    `how`: what else the solver is told, by name.
    """
    case = situation(question, rules)
    try:
        answer = solve(question, rules, **how)
    except AssertionError as broken:
        yield f"the solver contradicts itself: {broken}"
        return
    if case.most.kept.total_minor == 0:
        if answer.offers:
            yield "offers where nothing is to be paid"
        return
    found = choices(case)
    every, offers = found.every, {offer.name: _criteria(offer, case) for offer in answer.offers}
    yield from dominated({offer.name: offer for offer in answer.offers}, lambda offer: _criteria(offer, case))
    if bool(offers) is not bool(len(every.rows)):
        yield f"offers {sorted(offers)} where there are {len(every.rows)} plans"
        return
    yield from _names(offers, every)
    yield from _balanced(offers, found)
    if found.settled is not None:
        yield from _as_settled(offers, found.settled)
    else:
        yield from _as_requested(offers, found, case)
    if not offers:
        return
    assert answer.lender_best is not None, "where there is an offer one serves the lender best"
    yield from _lender_best(_criteria(answer.lender_best, case), found, case)
    yield from _any_amount(plain(case), case, rng, how)
    if found.settled is None and not found.shape:
        yield from _any_term(every, case, rng, how, granted=found.given == pause_asked(case))


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a case may choose from once her wishes are weighed: the plans with or without the pause and the shape she
    asks for, and the settlements where she asks for one and there is one. `given`: months of pause, which are `pause`
    in the plans' own rows where they are not bare months already."""

    account: Account
    plans: Family
    settled: Every | None
    pause: int
    given: int
    shape: str = ""

    @property
    def every(self) -> Every:
        """All of both families."""
        rows = [self.plans.all.rows, *([] if self.settled is None else [self.settled.rows])]
        return Every(np.concatenate(rows))


def choices(case: Situation) -> Choices:
    """With the pause she asks for, else a shorter one, else the shape she asks for, else what there is without."""
    numbers, asked, shape = plain(case), pause_asked(case), shape_asked(case)
    usual = _wish(case, _usual(case))
    shorter = [n for n in reversed(_pauses(case)) if 0 < n < asked]
    wishes = [(pause, "") for pause in (asked, *shorter) if 0 < pause <= max(_pauses(case))]
    wishes += [(0, shape)] if shape else []
    for pause, named in (*wishes, (0, "")):
        bare = replace(numbers, pauses=(pause, *(n for n in numbers.pauses if n > max(pause, asked))))
        if named or usual.shapes != ("income-following",):
            bare = with_bare_months(numbers, pause)
        plans = family(bare, _wish(case, (named,)) if named else usual)
        settled = _settled(case, with_bare_months(numbers, pause))
        found = Choices(account=bare, plans=plans, settled=settled, pause=bare.pauses[0], given=pause, shape=named)
        if len(found.every.rows):
            return replace(found, account=with_bare_months(numbers, pause))
    return found


def _usual(case: Situation) -> tuple[str, ...]:
    given = case.rules.texts("plan.shapes")
    if "income-following" in given:
        return ("income-following",)
    return tuple(shape for shape in given if shape != "interest-only") or ("level",)


def _wish(case: Situation, shapes: tuple[str, ...]) -> Wish:
    """What goes with these shapes: the months until the cause ends, the months and the amount she asks for, else what
    the rules have."""
    request, until, rules = case.question.request, case.question.until, case.rules
    first = case.time.due_on[case.time.first]
    known = 0 if until is None else max(0, 12 * (until.year - first.year) + until.month - first.month + 1)
    alone = bool(request.kinds) and set(request.kinds) == {"interest-only"} and request.instalment_minor is None
    resting = (alone and request.months) or known or rules.integer("relief.interest_only_usual")
    return Wish(
        shapes=shapes,
        blocks=(known,) if known else tuple(rules.integers("plan.step_months")),
        early_most=request.instalment_minor or 0,
        resting=min(rules.integer("relief.interest_only_max"), resting),
    )


def _settled(case: Situation, numbers: Account) -> Every | None:
    """All settlements, where she asks for one, the debt is late enough and a household can carry one."""
    if not {"settlement", "settle"} & set(case.question.request.kinds):
        return None
    reached = [row for row in case.rules.rows("settlement.ladder") if int(row["dpd_from"]) <= case.days_late]
    if not reached:
        return None
    share = int(max(reached, key=lambda row: int(row["dpd_from"]))["share_least"])
    owed = [getattr(case.owed, f"{part}_minor") for part in PARTS]
    rate, interest = case.loan.rate_ppm, PARTS.index("interest")
    if rate > LAWFUL_PPM:  # no account's penalty is above half as much again as its rate
        owed[interest] -= -(-owed[interest] * (rate - LAWFUL_PPM) // rate)
    every = every_plan(settled(numbers, owed, share, case.rules.integer("settlement.payments_max")))
    return every if len(every.rows) else None


def _names(offers: dict[str, tuple[int, ...]], every: Every) -> Iterator[str]:
    for name, by in {"lightest": LIGHT, "cheapest": CHEAP, "soonest": SOON}.items():
        best = every.best(by)
        if best is not None and offers.get(name) != best.criteria:
            yield f"{name} is {offers.get(name)}; the best is {best}"
    for name, criteria in offers.items():
        better = every.better_than(*criteria)
        if better is not None:
            yield f"{name} {criteria} is beaten by {better}"


def _balanced(offers: dict[str, tuple[int, ...]], found: Choices) -> Iterator[str]:
    """There is such an offer where the middle is none of the other three and none of the named beats it."""
    candidates, offer = found.plans.candidates(found.pause), offers.get("balanced")
    best = balanced(candidates) if candidates else set()
    others = [criteria for name, criteria in offers.items() if name != "balanced"]
    if offer is not None and offer not in best:
        yield f"balanced is {offer}; the best is {best}"
    elif offer is None and best and not any(b in others or any(beats_for_her(o, b) for o in others) for b in best):
        yield f"nothing is balanced; the best is {best}"


def beats_for_her(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Worse for her in nothing and better in something; alike for her, better for the lender."""
    return one[3] < other[3] if one[:3] == other[:3] else all(a <= b for a, b in zip(one[:3], other[:3], strict=True))


def _as_settled(offers: dict[str, tuple[int, ...]], every: Every) -> Iterator[str]:
    """Who asks for a settlement gets the lightest in the fewest months, unless a named offer beats it for her."""
    best, asked = every.best(SOON), offers.get("as-requested")
    assert best is not None, "there is a settlement"
    if asked != best.criteria and (asked is None or not beats_for_her(asked, best.criteria)):
        yield f"as-requested is {asked}; the settlement is {best}"


def _lender_best(offer: tuple[int, ...], found: Choices, case: Situation) -> Iterator[str]:
    """The greatest value of every rung of relief and every term; without any such plan the settlement."""
    rungs = [
        ((o.fees_minor, o.interest_minor, o.penalty_minor, o.principal_minor), terms.rate_ppm)
        for terms in case.rungs
        for o in (terms.kept,)
    ]
    best = most_worth(found.account, rungs)
    if not best and found.settled is not None:
        best = [plan for plan in (found.settled.best(SOON),) if plan is not None]
    if offer not in {plan.criteria for plan in best}:
        yield f"lender-best is {offer}; the best is {best[:3]}"


def _as_requested(offers: dict[str, tuple[int, ...]], found: Choices, case: Situation) -> Iterator[str]:
    """There is such an offer exactly where a plan meets the request, and it meets it."""
    request, months = case.question.request, term_asked(case.question.request)
    # Where payments step up, her amount is that of the first months and bounds no later one.
    asked, amount = offers.get("as-requested"), None if found.shape == "stepped" else request.instalment_minor
    if found.given != pause_asked(case) or found.shape != shape_asked(case):
        if asked is not None:
            yield f"as-requested is {asked}, but neither the pause nor the shape asked for is in it: {request}"
        return
    if amount is None and months is None:
        if found.shape and asked != offers["lightest"]:
            yield f"as-requested is {asked}; the lightest of the shape asked for is {offers['lightest']}"
        return
    until = None if months is None else case.time.first + months - 1
    met = found.plans.all.best(LIGHT, until, amount)
    if (met is None) is not (asked is None):
        yield f"as-requested is {asked}; what meets the request is {met}"
    elif asked is not None:
        too_much = amount is not None and asked[0] > amount
        if too_much or (until is not None and asked[2] > until):
            yield f"as-requested {asked} is not what was asked: {request}"


def _any_term(every: Every, case: Situation, rng: Random, how: Mapping[str, Any], *, granted: bool) -> Iterator[str]:
    """The lightest within a term: what she gets who asks for that term, and for a pause only where it is `granted`."""
    question, months = case.question, rng.randrange(1, 60)
    kinds = tuple(kind for kind in question.request.kinds if kind == "payment-holiday")
    request = Request(kinds=("longer-term", *kinds), months=months)
    asked = replace(question, request=request)
    if pause_asked(replace(case, question=asked)) != pause_asked(case) or question.request.instalment_minor is not None:
        return  # another pause makes other plans, and an instalment asked for raises the ceiling
    best = every.best(("burden", "total", "end"), until=case.time.first + months - 1) if granted else None
    offers = {offer.name: _criteria(offer, case) for offer in solve(asked, case.rules, **how).offers}
    if offers.get("as-requested") != (best and best.criteria):
        yield f"within {months} months: {offers.get('as-requested')}; the best is {best}"


def _any_amount(numbers: Account, case: Situation, rng: Random, how: Mapping[str, Any]) -> Iterator[str]:
    """What if she paid this much, in whole units: the plan under that ceiling."""
    bearable = max(numbers.caps[numbers.first : numbers.last + 1]) // numbers.unit
    if bearable == 0:
        return  # the whole debt is less than a unit
    amount = numbers.unit * rng.randrange(1, bearable + 1)
    plan = one_plan(numbers, amount, min(pause_asked(case), max(_pauses(case)))) or one_plan(numbers, amount)
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
    kept, broken, room = (np.array(column, np.int64) for column in (weights.kept, weights.broken, weights.room))
    return Worth(claim=weights.claim, bands=weights.bands, kept=kept, broken=broken, room=room)


def _pauses(case: Situation) -> list[int]:
    return sorted(case.rules.integers("relief.deferral_options"))


def _order(case: Situation) -> tuple[str, ...]:
    """The order payments are allocated in: bank cards late by the days of the rule turn it round."""
    if case.rules.stack("alloc.late_from_days") and case.days_late >= case.rules.integer("alloc.late_from_days"):
        return case.rules.texts("alloc.order_late")
    return case.rules.texts("alloc.order")


# ---- drawing ---------------------------------------------------------------------------------------------------


def _loan(rng: Random, as_of: date, most: int = 200_000, least_late: int = 0) -> Loan:
    principal = round(100 * exp(rng.uniform(log(500), log(most))))
    days_late = rng.choice([0, rng.randrange(1, 31), rng.randrange(31, 91), rng.randrange(91, 400), 800])
    days_late = max(days_late, least_late)
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


def _household(
    rng: Random, as_of: date, loan: Loan, rules: Rulebook, kinds: Sequence[str] = INCOMES, slowest: int = 60
) -> Household:
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
    spare = owed * rng.randrange(100, 200) // (100 * rng.randrange(2, slowest))
    kind = rng.choice(kinds)
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
