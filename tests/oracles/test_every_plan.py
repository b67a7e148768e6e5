"""The solver misses no plan: its offers against every whole unit of instalment, every deferral and every term."""

from datetime import date
from pathlib import Path

import pytest

from forbear.adapters.rulebook import load_rulebook
from forbear.config.plan_file import read_case
from forbear.core.situation import situation
from tests.oracles.accounts import account, compare, plain
from tests.oracles.brute import Account, Every, Found, every_plan, one_plan
from tests.oracles.domination import dominated, dominates

ACCOUNTS, CHUNK = 2_000, 250
SEED = 20_261_127


@pytest.mark.parametrize("first", range(0, ACCOUNTS, CHUNK))
def test_no_plan_of_a_made_up_account_is_missed(first):
    assert compare(SEED, CHUNK, first) == []


def test_the_accounts_are_of_every_kind():
    """Many carry a plan and many do not; incomes are level, seasonal and none; orders, units and pauses vary."""
    seen = [plain(situation(*account(SEED, number))) for number in range(300)]
    counts = [len(every_plan(numbers).rows) for numbers in seen]
    assert 100 < sum(count > 0 for count in counts) < 290
    assert max(counts) > 10_000
    assert {numbers.unit for numbers in seen} == {100, 1_000, 5_000}
    assert {numbers.order[0] for numbers in seen} == {0, 1, 2, 3}
    assert {numbers.pauses[0] for numbers in seen} >= {0, 3}
    assert sum(0 < numbers.caps.count(0) < len(numbers.caps) for numbers in seen) > 50


def test_the_loops_find_the_golden_figures_of_the_illness_case():
    question = read_case((Path(__file__).parents[2] / "examples/plan/illness.json").read_bytes()).question
    rules = load_rulebook("cn", "consumer-finance", "example", date(2026, 3, 2))
    numbers = plain(situation(question, rules))
    assert numbers.kept == (0, 573_00, 0, 38_200_00)
    every = every_plan(numbers)
    assert figures(every.best(("burden", "total", "end"))) == (728_00, 42_887_57, 58)
    assert figures(every.best(("total", "burden", "end"))) == (2_026_00, 40_691_73, 26)
    assert figures(every.best(("end", "burden", "total"))) == (1_539_00, 40_755_07, 26)
    assert figures(one_plan(numbers, 900_00)) == (900_00, 42_075_75, 46)
    assert one_plan(numbers, 727_00) is None


def figures(found: Found | None) -> tuple[int, int, int]:
    assert found is not None
    return found.burden, found.total, found.end


def by_hand(**changes: object) -> Every:
    """10.00 of principal at 12 % a year and 1.00 of fees, in whole units of 1.00, over four equal months."""
    base: dict[str, object] = {
        "kept": (100, 0, 0, 1_000),
        "order": (0, 1, 2, 3),
        "rate_ppm": 120_000,
        "parts": (30, 30, 30, 30),
        "denominator": 360,
        "caps": (1_200, 1_200, 1_200, 1_200),
        "ceiling": 400,
        "unit": 100,
        "least": 100,
        "gap": 1,
        "first": 0,
        "last": 3,
    }
    return every_plan(Account(**(base | changes)))  # type: ignore[arg-type]


def test_the_loops_by_hand():
    """Under 4.00: 11.10 → 4.00, 7.10 + 0.07 → 4.00, 3.17 + 0.03 → 3.20. Under 3.00: 8.10, 5.18, 2.23, then 2.25.
    Without the second month: 7.10 + 0.07 + 0.07 → 4.00, 3.24 + 0.03 → 3.27."""
    assert by_hand().rows.tolist() == [[300, 1_125, 3, 0, 0, 300], [400, 1_120, 2, 0, 0, 400]]
    assert by_hand(caps=(400, 0, 400, 400)).rows.tolist() == [[400, 1_127, 3, 0, 0, 400]]
    assert by_hand(caps=(400, 0, 0, 1_200), ceiling=1_200).rows.tolist() == []
    assert by_hand(caps=(400, 0, 0, 1_200), ceiling=1_200, gap=2).rows.tolist() == [
        [731, 1_131, 3, 0, 0, 800],
        [731, 1_131, 3, 0, 0, 900],
        [731, 1_131, 3, 0, 0, 1_000],
        [731, 1_131, 3, 0, 0, 1_100],
        [731, 1_131, 3, 0, 0, 1_200],
    ]
    assert by_hand(order=(3, 1, 2, 0)).rows.tolist() == [[300, 1_122, 3, 0, 0, 300], [400, 1_118, 2, 0, 0, 400]]
    assert by_hand(least=350, last=1, ceiling=600).rows.tolist() == [[600, 1_115, 1, 0, 0, 600]]


def test_a_better_plan_is_seen():
    every = by_hand()
    assert figures(every.better_than(400, 1_121, 2)) == (400, 1_120, 2)
    assert figures(every.better_than(400, 1_125, 3)) == (300, 1_125, 3)
    assert every.better_than(400, 1_120, 2) is None
    assert every.best(("burden",), until=1) is None
    assert figures(every.best(("total",), at_most=399)) == (300, 1_125, 3)


def test_a_beaten_offer_is_seen():
    assert dominates((1, 2, 3), (1, 2, 4))
    assert not dominates((1, 2, 3), (1, 2, 3))
    assert not dominates((1, 2, 3), (0, 9, 9))
    offers = {"lightest": (1, 9, 9), "soonest": (9, 9, 1), "beaten": (9, 9, 2)}
    assert list(dominated(offers, lambda offer: offer)) == ["beaten (9, 9, 2) is beaten by soonest (9, 9, 1)"]
    value = {(1, 9, 9): 5, (9, 9, 1): 5, (9, 9, 2): 6}
    assert list(dominated(offers, lambda offer: offer, value.__getitem__)) == []
