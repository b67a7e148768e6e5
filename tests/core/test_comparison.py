"""Papers held against each other: every question a reviewer is asked, and none where there is nothing to ask."""

from dataclasses import replace
from datetime import date

import pytest

from forbear.core.comparison import ReadPaper, compare, shown_wages, with_wages
from forbear.core.contact import Party
from forbear.core.household import Evidence, Household, Income
from forbear.core.reading import Box, Field, PaperKind, Reading, StatementRow
from tests.core.budget_rules import RULES

AS_OF = date(2026, 3, 20)
BOX = Box(0, 0, 10, 10)
PARTY = Party(borrower_id="p_1", name="吕洁倩", id_number_masked="510***********002X", phone="138****0000")
HOME = Household(
    place="cn/sichuan/chengdu",
    adults=2,
    children=1,
    income=(
        Income(source="wages", evidence=Evidence.D, monthly_minor=520_000),
        Income(source="wages", evidence=Evidence.D, monthly_minor=300_000),
    ),
    outgoings=(),
    other_debts=(),
)


def paper(
    name: str, kind: PaperKind, /, rows: tuple[StatementRow, ...] = (), *, about=None, likes=(), values=None, **fields
):
    """A paper with these fields read."""
    found = tuple(Field(name=key, value=value, page=1, box=BOX, confidence=990) for key, value in fields.items())
    reading = Reading(kind=kind, pages=(), fields=found, rows=rows)
    return ReadPaper(paper=name, reading=reading, values=values or {}, about=about or {}, likes=likes)


def row(on: str, amount: int, balance: int | None, salary: bool = False) -> StatementRow:
    return StatementRow(
        on=on, amount_minor=amount, balance_minor=balance, text="", page=1, box=BOX, confidence=990, salary=salary
    )


def slip(name: str, month: str, net: int, **more: str) -> ReadPaper:
    return paper(name, PaperKind.PAYSLIP, name="吕洁倩", employer="成都某厂", month=month, net=str(net), **more)


def statement(*credits: tuple[str, int], first: str = "2025-12-20", last: str = "2026-03-15", **more) -> ReadPaper:
    """A statement whose balances add up, with wages on these days."""
    rows, balance = [], 100_000
    for on, amount in credits:
        balance += amount
        rows.append(row(on, amount, balance, salary=True))
    fields = {"holder": "吕洁倩", "account_tail": "1234", "period_from": first, "period_to": last}
    return paper("f_bank", PaperKind.BANK_STATEMENT, tuple(rows), **(fields | more))


def codes(*papers: ReadPaper, household: Household | None = HOME) -> list[str]:
    return [remark.code for remark in compare(papers, PARTY, household, AS_OF, RULES)]


BANK = statement(("2026-01-10", 515_000), ("2026-02-10", 520_000), ("2026-03-10", 521_000))


def test_papers_that_agree_raise_no_question():
    slips = [slip("f_1", "2025-12", 515_000), slip("f_2", "2026-01", 520_000), slip("f_3", "2026-02", 521_000)]
    card = paper("f_0", PaperKind.ID_CARD, name="吕 洁倩", number="51010519900307002X", valid_to="2035-03-02")
    assert codes(card, *slips, BANK) == []


@pytest.mark.parametrize(
    ("wrong", "code", "weighty"),
    [
        (slip("f", "2026-02", 520_000, holder="张三"), "other-name", True),
        (paper("f", PaperKind.TAX_CERTIFICATE, name="吕洁倩", id_tail="0021"), "other-number", True),
        (paper("f", PaperKind.ID_CARD, name="吕洁倩", number="110105199003070021"), "other-number", True),
        (paper("f", PaperKind.ID_CARD, name="吕洁倩", valid_to="2026-03-19"), "expired", True),
        (slip("f", "2026-04", 520_000), "from-the-future", True),
        (slip("f", "2025-11", 520_000), "old", False),
        (slip("f", "2026-02", 520_000, gross="510000"), "net-above-gross", False),
        (slip("f", "2026-02", 520_000, gross="600000", deductions="70000"), "sum-of-slip", False),
        (
            paper("f", PaperKind.BANK_STATEMENT, (row("2026-01-10", 100, 500), row("2026-02-10", 100, 700))),
            "sum-of-statement",
            False,
        ),
        (replace(BANK, about={"producer": "Adobe Photoshop 26.0"}), "edited", False),
        (replace(BANK, about={"fonts.2": "SimSun SimSun-Bold SimHei,Bold Arial-Regular Helvetica"}), "fonts", False),
        (
            replace(BANK, about={"created": "D:20260301120000+08'00'", "modified": "D:20260318090000Z"}),
            "changed-later",
            False,
        ),
        (replace(BANK, values={"account_tail": "9999"}), "corrected-by-her", False),
        (replace(BANK, likes=("c_2",)), "known-elsewhere", True),
    ],
)
def test_each_question_has_its_cause(wrong: ReadPaper, code: str, weighty: bool):
    found = compare([wrong], PARTY, None, AS_OF, RULES)
    assert [(remark.code, remark.weighty, remark.papers) for remark in found] == [(code, weighty, (wrong.paper,))]


def test_a_statement_may_begin_with_its_newest_row():
    newest_first = replace(BANK, reading=replace(BANK.reading, rows=BANK.reading.rows[::-1]))
    assert codes(newest_first) == []


def test_a_file_made_in_one_go_and_one_that_is_signed_raise_no_question():
    same_day = {"producer": "iText 7", "created": "D:20260301120000", "modified": "D:20260301120009", "saved": "1"}
    signed = {"created": "2026:03:01 12:00:00", "modified": "2026:03:18 12:00:00", "signed": "yes"}
    plain = {"fonts.1": "SimSun SimSun-Bold Arial", "fonts.2": "SimHei", "created": "", "modified": "D:20260318"}
    assert not [remark for about in (same_day, signed, plain) for remark in codes(replace(BANK, about=about))]


def test_a_card_valid_for_long_and_a_card_on_its_last_day_are_in_date():
    assert codes(paper("f", PaperKind.ID_CARD, name="吕洁倩", valid_to="长期")) == []
    assert codes(paper("f", PaperKind.ID_CARD, name="吕洁倩", valid_to="2026-03-20")) == []


def test_a_passport_may_write_the_name_in_another_order():
    party = replace(PARTY, name="Jieqian LÜ")
    passport = paper("f", PaperKind.PASSPORT, name="LU JIEQIAN")
    assert not compare([passport], party, None, AS_OF, RULES)
    (asked,) = compare([passport], PARTY, None, AS_OF, RULES)
    assert (asked.code, asked.weighty) == ("name-in-other-script", False)


def test_the_same_slip_twice_is_asked_about_and_two_months_are_not():
    assert codes(slip("f_1", "2026-02", 520_000), slip("f_2", "2026-02", 520_000)) == ["same-content"]
    assert codes(slip("f_1", "2026-01", 520_000), slip("f_2", "2026-02", 520_000)) == []


def test_slips_are_laid_on_the_month_they_were_paid_in():
    slips = [slip("f_1", "2025-12", 515_000), slip("f_2", "2026-01", 520_000)]
    wages = shown_wages([*slips, BANK], RULES)
    assert wages.slips == (("2026-01", 515_000), ("2026-02", 520_000))
    assert wages.credits == (("2026-01", 515_000), ("2026-02", 520_000), ("2026-03", 521_000))
    assert shown_wages(slips, RULES).slips == (("2025-12", 515_000), ("2026-01", 520_000))


def test_a_whole_month_without_wages_counts_nothing_and_a_part_of_one_does_not_count():
    bank = statement(("2026-02-10", 520_000), first="2025-12-20", last="2026-03-15")
    assert shown_wages([bank], RULES).credits == (("2026-01", 0), ("2026-02", 520_000))


def test_slip_and_bank_ten_per_cent_apart_agree_and_a_fen_more_do_not():
    def apart(net: int) -> list[str]:
        return codes(slip("f_1", "2026-02", net), statement(("2026-02-10", 500_000), first="2026-02-01",
                     last="2026-02-28"), household=None)  # fmt: skip

    assert apart(450_000) == []
    assert apart(449_999) == ["slip-and-bank"]


def test_what_is_stated_and_what_is_shown_are_compared_on_the_nearest_line_of_wages():
    month = {"first": "2026-02-01", "last": "2026-02-28"}
    assert codes(statement(("2026-02-10", 290_000), **month)) == []
    assert codes(statement(("2026-02-10", 400_000), **month)) == ["shown-above-stated"]
    assert codes(statement(("2026-02-10", 200_000), **month)) == ["stated-above-shown"]
    empty = statement(("2026-02-10", 290_000), first="2026-01-01", last="2026-02-28")
    assert codes(empty) == ["months-without"]
    nobody = replace(HOME, income=())
    assert codes(statement(("2026-02-10", 200_000), **month), household=nobody) == ["not-stated"]


def test_too_few_months_raise_a_grade_and_never_lower_one():
    one = shown_wages([slip("f_1", "2026-02", 300_000)], RULES)
    stated = replace(HOME, income=(replace(HOME.income[1], evidence=Evidence.B),))
    assert with_wages(stated, one, RULES).income[0].evidence is Evidence.B
    assert with_wages(stated, one, RULES).income[0].slips == (("2026-02", 300_000),)
    both = shown_wages([slip("f_1", "2026-02", 520_000), statement(("2026-02-10", 520_000))], RULES)
    assert with_wages(HOME, both, RULES).income[0].evidence is Evidence.A


def test_what_is_shown_makes_the_grade_and_leaves_the_stated_amount():
    slips = [slip("f_1", "2026-01", 515_000), slip("f_2", "2026-02", 520_000), slip("f_3", "2026-03", 521_000)]
    first, second = with_wages(HOME, shown_wages([*slips, BANK], RULES), RULES).income
    assert (first.evidence, first.monthly_minor, first.paper) == (Evidence.A, 520_000, "f_1")
    assert first.slips == (("2026-01", 515_000), ("2026-02", 520_000), ("2026-03", 521_000))
    assert second == HOME.income[1]
    alone = with_wages(HOME, shown_wages(slips, RULES), RULES).income[0]
    assert alone.evidence is Evidence.B
    assert with_wages(HOME, shown_wages([], RULES), RULES) is HOME
