"""docs/waterfalls.md works two waterfalls and two loans by hand; its tables are worked out again here."""

from pathlib import Path

from forbear.core.money import major, percent
from forbear.core.several import Way
from forbear.core.waterfall import Before, Outcome, Step
from tests.core.plan.test_several import CHEAP, DEAR, ENOUGH, fill_jointly
from tests.core.plan.test_waterfall import FLEX, HAMP, home, owed, ran

PAGE = (Path(__file__).parents[3] / "docs/waterfalls.md").read_text("utf-8")
SKIPPED = {"nothing": "nothing in arrears", "reached": "not needed"}


def table(outcome: Outcome) -> str:
    """The page's table of an outcome."""
    rows = ["| step | result | payment |", "|---|---|---|"]
    for done in outcome.steps:
        if done.skipped:
            result = SKIPPED[done.skipped.rpartition(".")[2]]
        elif done.step is Step.RATE:
            result = f"{percent(done.rate_ppm or 0)} % a year" + (", the floor" if done.at_limit else "")
        elif done.step is Step.TERM:
            result = f"{done.months} months" + (", the longest" if done.at_limit else "")
        else:
            result = major(done.amount_minor) + (" put off" if done.step is Step.FORBEAR else " join the principal")
        rows.append(f"| {done.step.value} | {result} | {major(done.payment_minor)} |")
    return "\n".join(rows) + "\n"


def test_hamp_is_worked_as_the_page_says():
    outcome = ran(HAMP, home(450_000_00, 90_000, 4_500_00))
    assert "\n\n" + table(outcome) in PAGE


def test_flex_is_worked_as_the_page_says():
    arrears = owed(195_000_00, interest=6_000_00, fees=500_00)
    outcome = ran(FLEX, Before(owed=arrears, rate_ppm=60_000, months_left=336, payment_minor=1_199_49))
    assert "\n\n" + table(outcome) in PAGE


def test_two_loans_are_worked_as_the_page_says():
    flow = fill_jointly([DEAR, CHEAP], [500_00] * 24, ENOUGH, Way(policy="avalanche", order=(0, 1)))
    assert flow is not None
    paid = [{payment.index: payment.amount_minor for payment in one.payments} for one in flow.flows]
    rows = [f"| {i + 1} | {major(paid[0].get(i, 0))} | {major(paid[1].get(i, 0))} |" for i in range(flow.ends_at + 1)]
    assert "\n| month | first loan | second loan |\n|---|---|---|\n" + "\n".join(rows) + "\n\n1,626.42 in all." in PAGE
    assert flow.total_minor == 1_626_42
