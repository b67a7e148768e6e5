"""`forbear payments import`: faults by line and column on stderr, exit 2 and nothing booked."""

import pytest

from forbear.core.payments_file import check_rows

HEAD = "contract,amount,paid_on,reference\n"


def faults(text: str) -> list[tuple[int, str, str]]:
    """(line, column, what is wrong) of every fault."""
    return [(fault.line, fault.field, fault.refusal.rule) for fault in check_rows(text)[1]]


def test_rows_are_read_whatever_the_order_of_the_columns():
    (row,), found = check_rows("reference,paid_on,amount,contract\nB-1,2026-03-02,1866.20,HC-1\n")
    assert found == ()
    assert (row.line, row.contract, row.amount_minor, row.paid_on.isoformat(), row.reference) == (
        *(2, "HC-1", 186_620),
        *("2026-03-02", "B-1"),
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(1, "", "payments_file.empty")]),
        ("contract,amount\n", [(1, "paid_on", "payments_file.columns")]),
        (HEAD.strip() + ",colour\n", [(1, "colour", "payments_file.columns")]),
        (HEAD + "HC-1,1.00\n", [(2, "", "payments_file.cells")]),
        (HEAD + "HC-1,1.00,2026-03-02,B-1,more\n", [(2, "", "payments_file.cells")]),
        (HEAD + ",1.00,2026-03-02,B-1\n", [(2, "contract", "payments_file.contract")]),
        (HEAD + 'HC-1,"4,500",2026-03-02,B-1\n', [(2, "amount", "amounts.amount.not_decimal")]),
        (HEAD + "HC-1,0.00,2026-03-02,B-1\n", [(2, "amount", "payments_file.zero")]),
        (HEAD + "HC-1,1.00,2026-02-30,B-1\n", [(2, "paid_on", "amounts.day.impossible")]),
        (HEAD + "HC-1,1.00,2026-03-02,\n", [(2, "reference", "payments_file.reference")]),
        (
            HEAD + "HC-1,1.00,2026-03-02,B-1\n\nHC-1,2.00,2026-03-02,B-1\nHC-2,-1,x,B-2\n",
            [
                (4, "reference", "payments_file.twice"),
                (5, "amount", "amounts.amount.negative"),
                (5, "paid_on", "amounts.day.not_iso"),
            ],
        ),
    ],
)
def test_every_fault_is_found_in_one_go(text: str, found: list[tuple[int, str, str]]):
    assert faults(text) == found


def test_the_same_row_twice_is_no_fault():
    row = "HC-1,1.00,2026-03-02,B-1\n"
    assert faults(HEAD + row + row) == []
