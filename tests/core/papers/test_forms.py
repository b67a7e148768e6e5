"""Which values can stand in a field of a paper, and which rows of a statement do not follow."""

import pytest

from forbear.core.comparison import doubted
from forbear.core.paper import FIELDS, Form, form_of, well_formed
from forbear.core.reading import Box, PaperKind, Reading, StatementRow


@pytest.mark.parametrize(
    ("kind", "name", "good", "bad"),
    [
        (PaperKind.PAYSLIP, "net", ("0", "520000"), ("-1", "5200.00", "", "五千", "5 200")),
        (PaperKind.PAYSLIP, "month", ("2026-02",), ("2026-13", "2026-2", "2026", "2026-02-01")),
        (PaperKind.PAYSLIP, "employer", ("A", "成都 某厂"), ("", " A", "A ")),
        (PaperKind.ID_CARD, "valid_to", ("2028-02-29", "long-term"), ("2027-02-29", "长期", "2027-2-3")),
        (PaperKind.ID_CARD, "number", ("11010519900307002X",), ("11010519900307002x", "1101051990030700")),
        (PaperKind.TAX_CERTIFICATE, "tax", ("-5", "5"), ("--5",)),
        (PaperKind.PAYSLIP, "hospital", (), ("某医院",)),
        (PaperKind.UNKNOWN, "name", (), ("王芳",)),
    ],
)
def test_a_value_has_the_form_of_its_field(kind: PaperKind, name: str, good: tuple[str, ...], bad: tuple[str, ...]):
    assert [value for value in good if not well_formed(kind, name, value)] == []
    assert [value for value in bad if well_formed(kind, name, value)] == []


def test_every_field_has_one_of_four_forms():
    forms = {(kind.value, name): form_of(kind, name) for kind, fields in FIELDS.items() for name in fields}
    assert {key for key, form in forms.items() if form is Form.AMOUNT} == {
        ("payslip", "gross"), ("payslip", "deductions"), ("payslip", "net"), ("tax-certificate", "income"),
        ("tax-certificate", "tax"),
    }  # fmt: skip
    assert {name for (_, name), form in forms.items() if form is Form.MONTH} == {"month", "month_from", "month_to"}
    days = {name for (_, name), form in forms.items() if form is Form.DAY}
    assert days == {name for _, name in forms if name.endswith("_on")} | {
        "valid_from", "valid_to", "period_from", "period_to",
    }  # fmt: skip


def row(on: str, amount: int, balance: int) -> StatementRow:
    return StatementRow(
        on=on, amount_minor=amount, balance_minor=balance, text="", page=1, box=Box(0, 0, 1, 1), confidence=990
    )


def test_rows_that_do_not_follow_are_found_whichever_way_a_bank_prints_them():
    rows = (row("2026-01-01", 5, 105), row("2026-01-02", 5, 110), row("2026-01-03", 5, 120), row("2026-01-04", 1, 121))
    for printed in (rows, rows[::-1]):
        reading = Reading(kind=PaperKind.BANK_STATEMENT, pages=(), rows=printed)
        assert [one.on for one in doubted(reading)] == ["2026-01-03"]
