"""The families of plans by hand: settlements, shapes, the balanced one and the one worth most to the lender."""

from collections import Counter

from forbear.core.situation import situation
from tests.oracles.accounts import choices, wished
from tests.oracles.brute import Account, Found, Worth, every_plan
from tests.oracles.choices import Wish, balanced, family, flattened, most_worth, settled, with_bare_months

SEED = 20_261_127
BASE = Account(
    kept=(0, 0, 0, 1_000),
    order=(0, 1, 2, 3),
    rate_ppm=120_000,
    parts=(30, 30, 30, 30),
    denominator=360,
    caps=(700, 700, 700, 700),
    ceiling=700,
    unit=100,
    least=100,
    gap=1,
    first=0,
    last=3,
)
"""10.00 of principal at 1 % a month, in whole units of 1.00, over four equal months."""


def test_months_of_interest_alone_by_hand():
    """0.10 and 0.10, then under 6.00: 6.00, and 4.10 + 0.04; under 7.00: 7.00, and 3.10 + 0.03; 5.00 is too little."""
    rows = family(BASE, Wish(shapes=("interest-only",), resting=2)).all.rows
    assert rows[:, :4].tolist() == [[600, 1_034, 3, 0], [700, 1_033, 3, 0]]


def test_months_of_no_interest_are_months_without_a_payment():
    account = Account(**(vars(BASE) | {"rate_ppm": 0, "resting": 2}))
    assert every_plan(account).rows.tolist() == []
    longer = Account(**(vars(account) | {"gap": 2}))
    assert every_plan(longer).rows[:, :3].tolist() == [[500, 1_000, 3], [600, 1_000, 3], [700, 1_000, 3]]


def test_a_stretch_bears_what_its_barest_month_bears():
    caps = (5, 9, 4, 8, 7)
    assert flattened(caps, 0, 4, 0, 0) == (4, 4, 4, 4, 4)
    assert flattened(caps, 0, 2, 0, 0) == (5, 5, 4, 5, 5)
    assert flattened(caps, 0, 4, 2, 0) == (5, 5, 4, 4, 4)
    assert flattened(caps, 0, 4, 2, 3) == (3, 3, 4, 4, 4)
    assert flattened(caps, 0, 1, 3, 0)[:2] == (5, 5)


def test_a_settlement_is_a_share_of_all_that_is_owed():
    """A quarter of 10.00 is forgiven: penalty 0.30, fees 1.00, interest 0.50, then 0.70 of principal."""
    owed = (100, 50, 30, 820)
    found = settled(BASE, owed, 750_000, 3)
    assert (found.kept, found.rate_ppm, found.last, found.ceiling) == ((0, 0, 0, 750), 0, 2, 700)
    assert sum(settled(BASE, owed, 333_333, 3).kept) == 334
    assert every_plan(found).best(("end", "burden", "total")) == Found(
        burden=400, total=750, end=1, value=0, pause=0, ceiling=400
    )


def test_the_lightest_of_every_term():
    every = every_plan(BASE)
    light = [(plan.burden, plan.total, plan.end) for plan in every.lightest_by_term()]
    assert light == [(600, 1_014, 1), (400, 1_018, 2), (300, 1_022, 3)]
    assert with_bare_months(BASE, 2).caps == (0, 0, 700, 700)


def test_the_balanced_plan_by_hand():
    """1 · 51, 41 · 31 and 61 · 1; of two with the same product the cheaper."""
    figures = [(100, 900, 3, 500), (60, 950, 6, 480), (40, 1_000, 9, 450), (60, 940, 7, 480)]
    plans = [Found(burden=b, total=t, end=e, value=v, pause=0, ceiling=b) for b, t, e, v in figures]
    assert balanced(plans[:3]) == {(60, 950, 6, -480)}
    assert balanced(plans) == {(60, 940, 7, -480)}


def test_what_is_worth_most_by_hand():
    """Without interest 4 + 4 + 2 at 100, 90 and 80 % is 9.20; in four payments or with less kept it is less."""
    kept = (1_000_000, 900_000, 800_000, 700_000)
    worth = Worth(claim=0, bands=1, kept=kept, broken=(0,) * 4, room=(700, 1_400, 2_100, 2_800))
    account = Account(**(vars(BASE) | {"ceiling": 400, "worth": worth}))
    found = most_worth(account, [((0, 0, 0, 1_000), 0), ((0, 0, 0, 900), 0)])
    assert {plan.criteria for plan in found} == {(400, 1_000, 2, -920)}


def test_the_wishes_are_of_every_kind():
    """Settlements and every shape are asked for and had, and asked for and not to be had."""
    cases = [situation(*wished(SEED, number)) for number in range(300)]
    seen = Counter[str]()
    for case in cases:
        if case.most.kept.total_minor:
            found = choices(case)
            seen["settled" if found.settled is not None else found.shape or "usual"] += bool(len(found.every.rows))
            seen["none"] += not len(found.every.rows)
    assert min(seen[name] for name in ("settled", "level", "stepped", "interest-only", "usual", "none")) >= 3, seen
