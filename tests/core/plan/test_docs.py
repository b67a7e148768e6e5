"""The worked figures of docs/budget.md are those of the product."""

import re

from forbear.core.budget import pro_rata
from forbear.core.budget_explained import explain_month
from forbear.core.household import Period, a_month
from forbear.core.income import usual_minor
from forbear.core.money import major, percent
from tests.core.budget_rules import RULES
from tests.core.plan_household import HOME
from tests.house.tree import ROOT

TEXT = (ROOT / "docs/budget.md").read_text("utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)


def minor(text: str) -> int:
    return int(text.replace(".", "")) if "." in text else int(text) * 100


def test_an_income_that_varies():
    observed, *rules = BLOCKS[0].splitlines()
    amounts = [minor(amount) for amount in observed.removeprefix("observed: ").split()]
    told = dict(line.split(": ") for line in rules)
    assert told == {rule: major(usual_minor(amounts, rule)) for rule in ("min-mean-median", "lower-quartile")}


def test_the_conversions():
    told = [re.fullmatch(r"([0-9.]+) ([a-z-]+): ([0-9.]+)", line) for line in BLOCKS[1].splitlines()]
    assert [line[2] for line in told if line] == [period.value for period in Period if period is not Period.MONTHLY]
    for line in told:
        assert line
        assert a_month(minor(line[1]), Period(line[2])) == minor(line[3])


def test_the_shares_among_creditors():
    for line in BLOCKS[2].splitlines():
        surplus, balances, offers = re.fullmatch(r"([0-9.]+) among ([0-9 ]+): (.+)", line).groups()
        assert offers.split() == [major(o) for o in pro_rata(minor(surplus), [minor(b) for b in balances.split()])]


def test_the_month_line_by_line():
    said = explain_month(HOME, RULES, "2026-09", "2026-04")
    rows = [
        (f"income   {i.source:<9} {i.evidence}  {major(i.month_minor)}  {percent(i.share_ppm):>6} %", i.counted_minor)
        for i in said.income
    ]
    rows += [(f"need     {n.kind:<9} {n.nature}", n.stated_minor) for n in said.needs]
    rows += [("need     up to the floor", said.raised_minor)]
    rows += [(f"debt     {d.creditor}", d.month_minor) for d in said.debts]
    rows += [
        (f"buffer   {percent(said.buffer_ppm)} %", said.month.buffer_minor),
        ("bears", said.month.affordable_minor),
        (f"stress   {percent(said.stress_ppm)} % less income", said.month.stress_minor),
    ]
    assert BLOCKS[3].splitlines() == [f"{name:<39}{major(amount):>10}" for name, amount in rows]


def test_the_grades_and_shares_of_the_table():
    grades = re.findall(r"^\| ([ABCD]) \|.*\| (.+) \| (.+) \|$", TEXT, flags=re.MULTILINE)
    assert [grade for grade, _, _ in grades] == ["A", "B", "C", "C", "D"]
    said = {"in full": 1_000_000, "as the months usually show": 1_000_000, "nothing": 0, "the same": 1_000_000}
    for (_, first, later), scope in zip(grades, ("A", "B", "C/observed", "C", "D"), strict=True):
        shares = [said.get(text) or int(re.sub(r"\D", "", text) or 0) * 10_000 for text in (first, later)]
        assert shares == [RULES.integer(f"budget.income_share.{span}", scope) for span in ("interim", "long")]
    assert [RULES.integer("budget.observed_months", grade) for grade in "ABC"] == [1, 3, 6]
    assert (RULES.integer("budget.evidence_apart"), RULES.integer("budget.interim_months")) == (100_000, 6)
