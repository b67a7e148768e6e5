"""What `make bench` says of the tools beside ours: the same work by each, its cents looked at and not believed."""

import pytest

from forbear.core.situation import situation
from forbear.core.solver import solve
from tests.oracles.accounts import plain
from tools.bench_offers import cases, grid, one_program
from tools.bench_schedules import MONTHS, faults, loans, tools

LOANS = loans(25)
TOOLS = {name: (minor, tool) for name, minor, tool in tools()}
EXACT = {"Python Decimal", "amortization", "polars expressions, all at once"}


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_gives_36_rows_of_the_same_loans(name):
    minor, tool = TOOLS[name]
    rows = tool(LOANS)
    for (interest, principal), (owed, rate) in zip(rows, LOANS, strict=True):
        monthly = rate / 12e6
        instalment = owed * monthly / (1 - (1 + monthly) ** -MONTHS)
        assert [len(interest), len(principal)] == [MONTHS, MONTHS]
        for month in range(MONTHS - 1):
            paid = (float(interest[month]) + float(principal[month])) * minor
            assert abs(paid - instalment) <= 1, month
    wrong = faults(rows, LOANS, minor)
    assert (wrong == "") is (name in EXACT or name.startswith("Forbear"))
    assert wrong == "" or wrong.startswith("parts of a cent in 100 %")


def test_what_is_wrong_with_cents_is_seen():
    right = [([1] * MONTHS, [2] * MONTHS)]
    assert faults(right, [(2 * MONTHS, 0)], 1) == ""
    assert faults(right, [(2 * MONTHS + 1, 0)], 1) == "cents do not add up in 100 %"
    assert faults([([1.5] * MONTHS, [2] * MONTHS)], [(2 * MONTHS, 0)], 1) == "parts of a cent in 100 %"
    assert faults([([1] * 35, [2] * 36)], [(72, 0)], 1) == "rows missing in 100 %"
    assert faults([([0.01] * MONTHS, [0.02] * MONTHS)], [(2 * MONTHS, 0)], 100) == ""


def test_the_others_answer_the_same_question():
    """On the example of an illness the program and the grid come near the solver's lightest, from either side."""
    question, rules = next(case for case in cases(1, 4) if case[0].loan.principal_minor == 38_200_00)
    numbers = plain(situation(question, rules))
    light = next(o for o in solve(question, rules).offers if o.name == "lightest").plan.instalment_max_minor
    assert abs(one_program(numbers)() / light - 1) < 0.02
    lightest, cheapest, soonest = grid(numbers)()
    assert 1 <= lightest / light < 1.1
    assert cheapest > numbers.kept[3]
    assert numbers.first < soonest <= numbers.last
