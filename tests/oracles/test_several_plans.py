"""Picks for several loans against every plan that the rule of the split gives, counted out on small cases."""

from dataclasses import replace
from datetime import date
from functools import cache
from random import Random

import pytest

from forbear.adapters.rulebook import load_rulebook
from forbear.core.budget import Evidence, Household, Income, OtherDebt, Outgoing
from forbear.core.joint import JointAnswer, JointQuestion, solve_jointly
from forbear.core.joint_situation import joint_situation, loans_of
from forbear.core.loan import DayCount, Loan
from forbear.core.plan import Cause, Request
from forbear.core.rules import Rulebook, rulebook
from tests.core.plan.test_joint import check
from tests.oracles.several import FOREVER, Found, Numbers, balanced, every_plan, flat, numbers

DAY = date(2026, 3, 2)
SEEDS = range(16)


@cache
def rules(unit: int, least: int, term: int) -> Rulebook:
    shipped = load_rulebook("cn", "consumer-finance", "example", DAY)
    changed = {"plan.instalment_unit": unit, "plan.instalment_least": least, "plan.term_max_months": term}
    return rulebook(shipped.layers, [replace(p, value=changed.get(p.key, p.value)) for p in shipped.params], DAY)


def case(rng: Random, request: Request = Request()) -> tuple[JointQuestion, Rulebook]:
    """Two or three loans of up to 6,000 yuan in units of 25 to 100 yuan, and a household that can pay something."""
    held = rules(rng.choice([25_00, 50_00, 100_00]), rng.choice([1_00, 100_00]), rng.choice([10, 18, 24]))
    loans = []
    for index in range(rng.choice([2, 2, 3])):
        principal, late = rng.randrange(1_00, 6_000_00), rng.choice([0, 20, 64, 120])
        loans.append(
            Loan(
                contract=f"L{index}", currency="CNY", signed_on=date(2025, 1, 1), principal_minor=principal,
                interest_minor=rng.choice([0, principal // 17]), penalty_minor=principal // 90 if late else 0,
                fees_minor=rng.choice([0, 33_33]), rate_ppm=rng.choice([0, 72_000, 180_000, 237_600]),
                penalty_rate_ppm=270_000, day_count=rng.choice([DayCount.THIRTY_360, DayCount.ACTUAL_365]),
                oldest_unpaid_due_on=date.fromordinal(DAY.toordinal() - late) if late else None,
                instalment_minor=max(100_00, principal // rng.randrange(4, 20)), instalments_left=rng.choice([0, 12]),
                due_day=rng.choice([1, 5, 16, 28, 31]), as_of=DAY,
            )
        )  # fmt: skip
    income = [Income(source="wages", monthly_minor=rng.randrange(2_900_00, 4_500_00), evidence=Evidence.A)]
    if rng.random() < 0.5:
        income.append(Income(source="harvest", month="2026-09", amount_minor=3_000_00, evidence=Evidence.B))
    lean = [Outgoing(kind="medical", month="2026-06", amount_minor=rng.randrange(900_00))] * (rng.random() < 0.5)
    home = Household(
        place="cn/sichuan/chengdu", adults=1, children=0, income=tuple(income), outgoings=tuple(lean),
        other_debts=(OtherDebt(creditor="bank", balance_minor=1_000_00, monthly_minor=300_00, priority=False),),
    )  # fmt: skip
    question = JointQuestion(
        as_of=DAY, loans=tuple(loans), cause=Cause.ILLNESS, since=None, until=None, request=request, household=home
    )
    return question, held


def criteria(answer: JointAnswer, held: Numbers) -> dict[str, tuple[int, int, int, int]]:
    months = [month.month for month in answer.affordable]
    return {
        o.name: (o.instalment_max_minor, o.total_minor, months.index(o.months[-1][0]), -(o.value_minor or 0))
        for o in answer.offers
    }


def holds(found: dict[str, tuple[int, int, int, int]], plans: list[Found]) -> None:
    """The three ends of the line are the best there is, and no plan beats a named one."""
    every = [plan.criteria for plan in plans]
    assert found["lightest"] == min(every)
    assert found["cheapest"] == min(every, key=lambda c: (c[1], *c))
    assert found["soonest"] == min(every, key=lambda c: (c[2], *c))
    for name, own in found.items():
        beats = [c for c in every if c[:3] != own[:3] and all(a <= b for a, b in zip(c[:3], own[:3], strict=True))]
        assert not beats, (name, own, beats[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_picks_are_those_of_every_plan(seed):
    rng = Random(f"several {seed}")
    question, held = case(rng)
    amount, months = rng.choice([(None, 8), (600_00, None), (900_00, 12)])
    question = replace(question, request=Request(instalment_minor=amount, months=months))
    answer = solve_jointly(question, held, lender=False)
    joint = joint_situation(question, held, loans_of(question, held).payable)
    plain = numbers(joint)
    plans = list(every_plan(plain, plain.caps, plain.ceiling, plain.last))
    found = criteria(answer, plain)
    check(question, answer)
    assert bool(found) is bool(plans)
    if not plans:
        return
    holds(found, plans)
    untils = range(plain.first, plain.last + 1)
    lightest = [min(p, key=lambda f: f.criteria) for u in untils if (p := [f for f in plans if f.criteria[2] <= u])]
    ends = [min(plans, key=lambda f: (f.criteria[at], *f.criteria)) for at in (1, 2)]
    middle = balanced([*lightest, *ends])
    assert found.get("balanced", next(iter(middle))) in middle
    until = plain.last if months is None else plain.first + months - 1
    met = [f.criteria for f in plans if f.criteria[2] <= until and f.criteria[0] <= (amount or FOREVER)]
    assert ("as-requested" in found) is bool(met)
    if met:
        burden, _, end, _ = found["as-requested"]
        assert burden <= (amount or FOREVER) and end <= until
        assert found["as-requested"][2] == min(c[2] for c in met) if amount else found["as-requested"] == min(met)


@pytest.mark.parametrize("shape", ["level", "stepped", "interest-only"])
@pytest.mark.parametrize("seed", range(4))
def test_every_shape_of_every_number_of_months(seed, shape):
    rng = Random(f"{shape} {seed}")
    question, held = case(rng, Request(kinds=(shape,)))
    answer = solve_jointly(question, held, lender=False)
    joint = joint_situation(question, held, loans_of(question, held).payable)
    plain = numbers(joint)
    on = held.on(DAY)
    plans: list[Found] = []
    for until in range(plain.first, plain.last + 1):
        if shape == "interest-only":
            rest = min(on.integer("relief.interest_only_max"), on.integer("relief.interest_only_usual"))
            plans += every_plan(plain, plain.caps, plain.ceiling, until, rest)
            continue
        for block in (0,) if shape == "level" else on.integers("plan.step_months"):
            plans += every_plan(plain, flat(plain, until, block), plain.ceiling, until)
    check(question, answer)
    refused = {refusal.reason for refusal in answer.refusals}
    assert bool(plans) is not bool(refused & {"plan.refusal.shape", "plan.refusal.interest-only"}) or not answer.offers
    if plans:
        holds(criteria(answer, plain), plans)
