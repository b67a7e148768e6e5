"""Her own plan: what is written is read back, every fault has its place, and the budget is pointed at, not obeyed."""

from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forbear.adapters.sheets import FileSheets
from forbear.core.budget import Household, Income, MonthBudget
from forbear.core.household import Evidence
from forbear.core.own_plan import (
    NAME_MAX,
    Fault,
    OwnMonth,
    OwnPlan,
    Sheet,
    cells,
    month_in,
    nearest,
    read_plan,
    remarks,
)
from forbear.core.refusal import Refusal
from forbear.words import format, say

FIRST, LAST = "2026-04", "2031-03"
SHEETS = FileSheets()
HEADS = {"zh": ("月份", "收入", "还款"), "en": ("Month", "Income", "I pay")}


def read(text: str) -> OwnPlan | tuple[Fault, ...]:
    return read_plan(SHEETS.read(text.encode()), FIRST, LAST)


def faults(text: str) -> list[str]:
    """Each fault as its place and its English sentence."""
    found = read(text)
    assert not isinstance(found, OwnPlan)
    return [f"{fault.letter}{fault.row} {said(fault.refusal)}" for fault in found]


def said(refusal: Refusal) -> str:
    return " ".join(say("en", key, **refusal.facts) for key in (refusal.reason, refusal.way_on) if key)


# ---- out and in again

amount = st.one_of(st.none(), st.integers(0, 10**11))
name = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=NAME_MAX)
signed = st.builds(str.__add__, st.sampled_from(list("=+-@'＝＋－＠")), name).map(lambda text: text[:NAME_MAX])


@st.composite
def plans(draw: st.DrawFn) -> OwnPlan:
    sources = draw(st.lists(st.one_of(name, signed), min_size=0, max_size=3, unique=True))
    months = sorted(draw(st.sets(st.integers(0, 59), min_size=1, max_size=20)))
    rows = [
        OwnMonth(
            month=f"{2026 + (3 + index) // 12}-{(3 + index) % 12 + 1:02d}",
            incomes_minor=tuple(draw(amount) for _ in sources),
            pay_minor=draw(st.integers(0, 10**11)) if not number else draw(amount),
        )
        for number, index in enumerate(months)
    ]
    return OwnPlan(sources=tuple(sources), months=tuple(rows))


RISKY = OwnPlan(
    sources=("=HYPERLINK(1)", "+1", "''"),
    months=(OwnMonth(month="2026-04", incomes_minor=(1, None, 0), pay_minor=0),),
)


@given(plan=plans(), language=st.sampled_from(["zh", "en"]), kind=st.sampled_from(["csv", "xlsx"]))
@example(RISKY, "zh", "csv")
@example(RISKY, "en", "xlsx")
def test_a_plan_written_to_a_file_is_read_back_as_it_was(plan: OwnPlan, language: str, kind: str):
    rows = cells(plan, HEADS[language], lambda month: format.month(language, month))
    data = SHEETS.csv(rows) if kind == "csv" else SHEETS.xlsx(rows, "plan")
    assert read_plan(SHEETS.read(data), FIRST, LAST) == plan


@given(plan=plans())
def test_no_text_that_is_written_could_be_run(plan: OwnPlan):
    texts = [cell for row in cells(plan, HEADS["zh"], lambda month: month) for cell in row if isinstance(cell, str)]
    assert [text for text in texts if text[:1] in tuple("=+-@＝＋－＠\t\r\n")] == []


@given(text=st.text(st.sampled_from("月份还款,;\t\n\"'=0123456789.元月年Apr-4５，—"), max_size=120))
@example("月份,还款\n\ufeff,1")
def test_garbage_is_a_plan_or_faults_with_places(text: str):
    found = read(text)
    if isinstance(found, OwnPlan):
        assert found.table
    else:
        assert found
        assert all(said(fault.refusal) for fault in found)


@given(data=st.binary(max_size=400))
@example(b"PK\x03\x04")
@example(b"\xff\xfe\x00")
def test_any_bytes_give_a_sheet_or_faults(data: bytes):
    found = SHEETS.read(data)
    assert bool(found.rows) != bool(found.faults)


# ---- what people write

WRITTEN = OwnPlan(
    sources=("工资",),
    months=(
        OwnMonth(month="2026-04", incomes_minor=(450000,), pay_minor=450050),
        OwnMonth(month="2026-05", incomes_minor=(None,), pay_minor=0),
    ),
)


@pytest.mark.parametrize(
    "text",
    [
        "月份,工资,还款\n2026年4月,4500元,4500.5\n2026年5月,,0\n",
        '\ufeff月份,工资,还款\n2026-04,"4,500.00",￥4500.50\n2026/5,,0',
        "月份；工资；还款\n2026-04；４５００；４５００．５\n2026-05；；0\n",
        "sep=;\n月份;工资;还款\n2026-04-01;四千五;4500.50\n2026/5/31;;0\n",
        "Month\t工资\tI pay\n\nApr-26\t4500\t4500.50\nMay 2026\t\t0\n合计\t4500\t4500.50\n",
        "月份,工资,还款,,\n2026-05,,0,,\n2026-04,4500,4500.50,,\n",
    ],
)
def test_a_table_is_read_as_people_and_programs_write_it(text: str):
    assert read(text) == WRITTEN


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["0 The file is empty. Take the table from this page and fill it in."]),
        ("工资,还款\n1,2", ["A1 The first row begins with Month, then each income, and ends with I pay."]),
        ("月份,工资\n2026-04,2", ["B1 The last column of the first row is I pay. Please name it so."]),
        ("月份,a,b,c,d,还款\n", ["E1 At most 3 incomes fit. Please put some of them together."]),
        ("月份,,a,a,还款\n", [
            "B1 This income has no name. Please write one, such as wages.",
            "D1 There are two incomes called a. Please give each its own name.",
        ]),
        ("月份,还款\n2026-04,\n", ["B1 No month has a payment. Please write at least one; 0 is fine."]),
        ("月份,还款\n2026-03,1\n2031-04,1\n2026-05,5\n2026年5月,6\n,7\n", [
            "A2 2026-03 cannot be used. A plan may run from 2026-04 to 2031-03.",
            "A3 2031-04 cannot be used. A plan may run from 2026-04 to 2031-03.",
            "A5 2026-05 stands in row 4 already. Please keep one of the two.",
            "A6 There is no month here yet. Write month and year, for example March 2026.",
        ]),
        ("月份,工资,还款\n\n2026-04,看情况,\"4,50\",9\n", [
            "D3 There is nothing above this cell in the first row. Please empty it, or name its column.",
            "B3 We could not tell which amount “看情况” is. Write it in digits, for example 4500 or 4500.50.",
            "C3 The comma in “4,50” can be read in two ways. Write 4500 or 4500.50; no comma is needed.",
        ]),
        ('月份,还款\n"2026-04,1\n', [
            "2 A quotation mark is missing here. Please save the table once more from your table program.",
        ]),
    ],
)  # fmt: skip
def test_every_fault_names_its_place_and_what_would_be_right(text: str, found: list[str]):
    assert faults(text) == found


def test_more_rows_than_a_table_of_months_are_refused():
    text = "月份,还款\n" + "2026-04,1\n" * 201
    assert faults(text) == ["202 There are more than 200 rows. Please leave one row a month."]


@pytest.mark.parametrize("text", ["4月", "13-26", "Foo-26", "", "2026-13", "26-04"])
def test_a_month_without_one_reading_is_asked_again(text: str):
    assert isinstance(month_in(text), Refusal)


def test_faults_of_the_file_come_through():
    fault = Fault(2, 3, Refusal("own_plan.formula", "own_plan.fault.formula"))
    assert read_plan(Sheet(faults=(fault,)), FIRST, LAST) == (fault,)
    assert (fault.letter, Fault(1, 0, fault.refusal).letter, Fault(1, 27, fault.refusal).letter) == ("C", "", "")


# ---- beside the budget


def home(*income: Income) -> Household:
    return Household(place="cn", adults=1, children=0, income=income, outgoings=(), other_debts=())


def bears(**months: int) -> list[MonthBudget]:
    rest = {"income_minor": 0, "outgoings_minor": 0, "debts_minor": 0, "floor_minor": 0, "buffer_minor": 0}
    named = [(name.removeprefix("m").replace("_", "-"), most) for name, most in months.items()]
    return [MonthBudget(month=month, affordable_minor=most, **rest) for month, most in named]


WAGES = Income(source="wages", evidence=Evidence.A, monthly_minor=520000)
HARVEST = Income(source="harvest", evidence=Evidence.C, month="2026-05", amount_minor=100000)


def plan(pay: Mapping[str, int], income: Mapping[str, int] | None = None) -> OwnPlan:
    names = sorted({*pay, *(income or {})})
    return OwnPlan(
        sources=("工资",),
        months=tuple(
            OwnMonth(month=name, incomes_minor=((income or {}).get(name),), pay_minor=pay.get(name)) for name in names
        ),
    )


def test_a_month_that_cannot_bear_its_payment_and_a_sum_that_leaves_something_open_are_pointed_out():
    found = remarks(plan({"2026-04": 80000, "2026-05": 70000}), bears(m2026_04=70000, m2026_05=70000), home(), 200000)
    assert [(one.kind, dict(one.facts)) for one in found] == [
        ("above", {"month": "2026-04", "asked": "800.00", "amount": "700.00"}),
        ("sum-less", {"paid": "1500.00", "owed": "2000.00", "apart": "500.00"}),
    ]
    assert remarks(plan({"2026-04": 70000}), bears(m2026_04=70000), home(), 70000) == ()
    (more,) = remarks(plan({"2026-04": 70000}), bears(m2026_04=70000), home(), 60000)
    assert more.kind == "sum-more"


def test_another_income_than_stated_is_pointed_out_month_by_month_and_as_a_span():
    written = {"2026-04": 520000, "2026-05": 520000, "2026-06": 480000, "2026-07": 480000}
    found = remarks(plan({}, written), [], home(WAGES, HARVEST), 0)
    assert [(one.kind, dict(one.facts)) for one in found] == [
        ("income", {"month": "2026-05", "last": "2026-05", "said": "5200.00", "stated": "6200.00"}),
        ("income-span", {"month": "2026-06", "last": "2026-07", "said": "4800.00", "stated": "5200.00"}),
    ]


def test_an_income_known_by_past_months_alone_is_not_held_against_her():
    seen = Income(source="odd-jobs", evidence=Evidence.C, credits=(("2026-01", 300000),))
    assert remarks(plan({}, {"2026-04": 1}), [], home(WAGES, seen), 0) == ()


def test_the_nearest_table_is_hers_within_what_each_month_bears_and_goes_on():
    months = bears(m2026_04=50000, m2026_05=0, m2026_06=90000, m2026_07=30000, m2026_08=90000)
    assert nearest(plan({"2026-04": 80000, "2026-05": 80000, "2026-06": 20000}), months) == (
        ("2026-04", 50000),
        ("2026-06", 20000),
        ("2026-07", 30000),
        ("2026-08", 80000),
    )
