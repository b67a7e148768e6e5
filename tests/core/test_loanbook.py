"""The loan book's rows: a good row is read to the fen, and of a bad one every fault is named with line and column."""

import json
import re
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import forbear.adapters
from forbear.core import loanbook
from forbear.core.identity import check_character
from forbear.core.loan import DayCount, Loan
from forbear.core.loanbook import Fault, RawRow, Row, check_book, check_row, written
from forbear.core.money import LIMIT_MINOR
from forbear.words import LANGUAGES, say

GOOD = {
    "contract": "HC-2025-0007781",
    "currency": "CNY",
    "signed_on": "2025-05-28",
    "principal": "38200.00",
    "interest": "1146.00",
    "penalty": "312.55",
    "fees": "0.00",
    "annual_rate_percent": "23.76",
    "penalty_rate_percent": "35.64",
    "day_count": "30/360",
    "oldest_unpaid_due_on": "2025-12-28",
    "instalment": "2026.20",
    "instalments_left": "24",
    "due_day": "28",
    "as_of": "2026-03-02",
    "name": "欧阳彧",
    "id_number": "11010519491231002x",
    "phone": "+86 138 0013 8000",
    "email": "",
    "language": "",
    "place": "cn/sichuan/chengdu",
}

READ = Row(
    loan=Loan(
        contract="HC-2025-0007781",
        currency="CNY",
        signed_on=date(2025, 5, 28),
        principal_minor=3820000,
        interest_minor=114600,
        penalty_minor=31255,
        fees_minor=0,
        rate_ppm=237600,
        penalty_rate_ppm=356400,
        day_count=DayCount.THIRTY_360,
        oldest_unpaid_due_on=date(2025, 12, 28),
        instalment_minor=202620,
        instalments_left=24,
        due_day=28,
        as_of=date(2026, 3, 2),
    ),
    name="欧阳彧",
    id_number="11010519491231002X",
    phone="13800138000",
    email=None,
    language="zh",
    place="cn/sichuan/chengdu",
)

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((Path(forbear.adapters.__file__).parent / "loanbook.schema.json").read_text("utf-8"))


def problems(outcome):
    assert not isinstance(outcome, Row)
    return [(fault.line, fault.field, fault.problem) for fault in outcome]


def test_a_good_row_is_read_to_the_fen():
    assert check_row(GOOD, 2) == READ
    assert check_row({column: f"  {text} " for column, text in GOOD.items()}, 2) == READ


def test_columns_that_may_be_left_out():
    short = {column: text for column, text in GOOD.items() if column not in ("email", "language", "place")}
    row = check_row({**short, "oldest_unpaid_due_on": ""}, 2)
    assert isinstance(row, Row)
    assert (row.email, row.language, row.place, row.loan.oldest_unpaid_due_on) == (None, "zh", None, None)


@pytest.mark.parametrize(
    ("column", "text", "problem"),
    [
        ("contract", "", "loanbook.contract.reason"),
        ("contract", "HC;2025", "loanbook.contract.reason"),
        ("contract", "9" * 65, "loanbook.contract.reason"),
        ("currency", "JPY", "loanbook.one_of.reason"),
        ("currency", "cny", "loanbook.one_of.reason"),
        ("signed_on", "2025-02-30", "amounts.day.impossible.reason"),
        ("signed_on", "28/05/2025", "amounts.day.not_iso.reason"),
        ("signed_on", "1889-05-28", "loanbook.far_off.reason"),
        ("principal", "-0.01", "amounts.amount.negative.reason"),
        ("principal", "4,500", "amounts.amount.not_decimal.reason"),
        ("principal", "1000000000000.00", "amounts.amount.too_large.reason"),
        ("principal", "1000000000000000000", "amounts.amount.too_large.reason"),
        ("principal", "", "amounts.amount.empty.reason"),
        ("interest", "1.234", "amounts.amount.decimals.reason"),
        ("penalty", "NaN", "amounts.amount.not_decimal.reason"),
        ("fees", "1e3", "amounts.amount.not_decimal.reason"),
        ("annual_rate_percent", "100.01", "amounts.rate.outside.reason"),
        ("annual_rate_percent", "-1", "amounts.rate.outside.reason"),
        ("penalty_rate_percent", "35.64%", "amounts.rate.not_understood.reason"),
        ("day_count", "365", "loanbook.one_of.reason"),
        ("oldest_unpaid_due_on", "2026-03-03", "loanbook.after_as_of.reason"),
        ("oldest_unpaid_due_on", "2025-05-27", "loanbook.before_signed.reason"),
        ("instalment", "0.00", "loanbook.instalment_zero.reason"),
        ("instalments_left", "601", "loanbook.whole.reason"),
        ("instalments_left", "-1", "loanbook.whole.reason"),
        ("due_day", "0", "loanbook.whole.reason"),
        ("due_day", "32", "loanbook.whole.reason"),
        ("due_day", "二十八", "loanbook.whole.reason"),
        ("name", "", "loanbook.name.reason"),
        ("name", "王\u0007芳", "loanbook.name.reason"),
        ("id_number", "110105194912310021", "identity.id_number.checksum.reason"),
        ("id_number", "1.10105E+17", "identity.id_number.length.reason"),
        ("phone", "13800138", "identity.phone.length.reason"),
        ("email", "nobody", "loanbook.email.reason"),
        ("language", "fr", "loanbook.one_of.reason"),
        ("place", "Chengdu", "loanbook.place.reason"),
        ("guarantors", "张伟; 张伟", "loanbook.names.reason"),
        ("guarantors", "; ".join("甲乙丙丁戊己庚辛壬癸子"), "loanbook.names.reason"),
        ("co_borrowers", "张伟; 1", "loanbook.name.reason"),
    ],
)
def test_one_value_at_fault_is_named(column, text, problem):
    assert problems(check_row({**GOOD, column: text}, 7)) == [(7, column, problem)]


def test_others_who_answer_for_a_loan():
    row = check_row({**GOOD, "guarantors": "张伟、 阿依古丽·买买提；仚𬭎㛃;", "co_borrowers": "Li Fang"}, 2)
    assert isinstance(row, Row)
    assert (row.guarantors, row.co_borrowers) == (("张伟", "阿依古丽·买买提", "仚𬭎㛃"), ("Li Fang",))
    assert written(row)["guarantors"] == "张伟; 阿依古丽·买买提; 仚𬭎㛃"
    assert check_row(written(row), 2) == row


def test_every_fault_of_a_row_is_listed():
    bad = {**GOOD, "principal": "-5", "due_day": "0", "id_number": "110105194912310021", "as_of": "2026-02-30"}
    assert problems(check_row(bad, 3)) == [
        (3, "principal", "amounts.amount.negative.reason"),
        (3, "due_day", "loanbook.whole.reason"),
        (3, "as_of", "amounts.day.impossible.reason"),
        (3, "id_number", "identity.id_number.checksum.reason"),
    ]


def test_a_loan_signed_after_the_day_of_the_data():
    assert problems(check_row({**GOOD, "signed_on": "2026-03-03"}, 2)) == [
        (2, "signed_on", "loanbook.after_as_of.reason"),
        (2, "oldest_unpaid_due_on", "loanbook.before_signed.reason"),
    ]


def test_somebody_born_after_signing_is_pointed_out():
    first = "11010520250601002"
    assert problems(check_row({**GOOD, "id_number": first + check_character(first)}, 2)) == [
        (2, "id_number", "loanbook.born_after_signing.reason")
    ]


def test_columns_unknown_missing_or_twice_are_named_once_and_values_are_still_checked():
    columns = [*(column for column in GOOD if column != "fees"), "colour", "name"]
    raw = {**{column: text for column, text in GOOD.items() if column != "fees"}, "colour": "red", "due_day": "32"}
    checked = check_book(columns, [RawRow(2, raw), RawRow(3, {**raw, "contract": "B"})])
    assert checked.rows == ()
    assert problems(checked.faults) == [
        (1, "fees", "loanbook.missing_column.reason"),
        (1, "colour", "loanbook.unknown_column.reason"),
        (1, "name", "loanbook.column_twice.reason"),
        (2, "due_day", "loanbook.whole.reason"),
        (3, "due_day", "loanbook.whole.reason"),
    ]
    assert problems(check_row(raw, 9))[:2] == [
        (9, "fees", "loanbook.missing_column.reason"),
        (9, "colour", "loanbook.unknown_column.reason"),
    ]


def test_a_contract_twice_in_a_file_is_a_fault_of_both_lines_whatever_its_spelling():
    raws = [RawRow(2, GOOD), RawRow(3, {**GOOD, "contract": "B-1"}), RawRow(4, {**GOOD, "contract": "hc-2025-0007781"})]
    checked = check_book(list(GOOD), raws)
    assert [item.line for item in checked.rows] == [3]
    assert problems(checked.faults) == [
        (2, "contract", "loanbook.contract_twice.reason"),
        (4, "contract", "loanbook.contract_twice.reason"),
    ]
    assert checked.faults[0].facts == {"lines": "2, 4"}


def test_a_contract_twice_is_found_even_where_one_of_the_lines_has_another_fault():
    checked = check_book(list(GOOD), [RawRow(2, GOOD), RawRow(3, {**GOOD, "principal": "x"})])
    assert checked.rows == ()
    assert [(fault.line, fault.field) for fault in checked.faults] == [
        (2, "contract"),
        (3, "principal"),
        (3, "contract"),
    ]


def test_one_identity_number_under_two_names_is_a_fault_and_under_one_name_two_loans():
    second = {**GOOD, "contract": "B-1"}
    assert len(check_book(list(GOOD), [RawRow(2, GOOD), RawRow(3, second)]).rows) == 2
    checked = check_book(list(GOOD), [RawRow(2, GOOD), RawRow(3, {**second, "name": "欧阳或"})])
    assert problems(checked.faults) == [
        (2, "name", "loanbook.two_names.reason"),
        (3, "name", "loanbook.two_names.reason"),
    ]


def test_a_fault_never_repeats_who_somebody_is():
    bad = {**GOOD, "name": "王\u0007芳", "id_number": "110105194912310021", "phone": "13800138", "email": "nobody"}
    faults = check_row(bad, 2)
    said = " ".join(say(lang, key, **f.facts) for f in faults for lang in LANGUAGES for key in (f.problem, f.way_on))
    assert [text for text in ("王", "110105194912310021", "13800138", "nobody") if text in said] == []


def test_every_sentence_about_a_fault_is_there_in_both_languages():
    reasons = set(re.findall(r'"(loanbook\.[a-z_.]+)"', (ROOT / "forbear/adapters/loanbook.py").read_text("utf-8")))
    source = (ROOT / "forbear/core/loanbook.py").read_text("utf-8")
    names = set(re.findall(r'_(?:no|fault)\((?:line, |item\.line, )?(?:"?[a-z_]+"?, )?"([a-z_]+)"', source))
    assert {"contract", "one_of", "missing_column", "instalment_zero"} <= names
    from forbear.words import catalogue

    for language in LANGUAGES:
        keys = set(catalogue(language))
        assert reasons <= keys
        assert {f"loanbook.{name}.{part}" for name in names for part in ("reason", "way_on")} <= keys
    zh, en = ({key for key in catalogue(language) if key.startswith("loanbook.")} for language in LANGUAGES)
    assert zh == en


amounts_minor = st.integers(0, LIMIT_MINOR - 1)
rates_ppm = st.integers(0, 1_000_000)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@st.composite
def rows(draw):
    signed_on, oldest, as_of = sorted(draw(st.lists(days, min_size=3, max_size=3)))
    first = f"{draw(st.integers(0, 999999)):06d}{draw(st.dates(date(1950, 1, 1), date(2001, 1, 1))):%Y%m%d}001"
    loan = Loan(
        contract=draw(st.text(alphabet="ABCXYZ0123456789-（）第号abc", min_size=1, max_size=64)),
        currency=draw(st.sampled_from(loanbook.CURRENCIES)),
        signed_on=signed_on,
        principal_minor=draw(amounts_minor),
        interest_minor=draw(amounts_minor),
        penalty_minor=draw(amounts_minor),
        fees_minor=draw(amounts_minor),
        rate_ppm=draw(rates_ppm),
        penalty_rate_ppm=draw(rates_ppm),
        day_count=draw(st.sampled_from(DayCount)),
        oldest_unpaid_due_on=draw(st.sampled_from([None, oldest])),
        instalment_minor=draw(st.integers(1, LIMIT_MINOR - 1)),
        instalments_left=draw(st.integers(0, 600)),
        due_day=draw(st.integers(1, 31)),
        as_of=as_of,
    )
    return Row(
        loan=loan,
        name=draw(st.sampled_from(["欧阳彧", "阿依古丽·买买提", "Li Wei", "𠮷野"])),
        id_number=first + check_character(first),
        phone=f"1{draw(st.integers(0, 10**10 - 1)):010d}",
        email=draw(st.sampled_from([None, "a@example.com"])),
        language=draw(st.sampled_from(LANGUAGES)),
        place=draw(st.sampled_from([None, "cn/beijing"])),
    )


@given(rows())
def test_what_is_written_is_read_back_and_fits_the_schema(row):
    jsonschema.validate(written(row), SCHEMA)
    assert check_row(written(row), 2) == row


@given(st.sampled_from(sorted(GOOD)), st.text(max_size=70))
def test_any_text_in_any_column_gives_a_row_or_faults_that_can_be_said(column, text):
    outcome = check_row({**GOOD, column: text}, 2)
    for fault in () if isinstance(outcome, Row) else outcome:
        assert isinstance(fault, Fault)
        assert fault.line == 2
        assert all(say(language, fault.problem, **fault.facts) for language in LANGUAGES)
        assert all(say(language, fault.way_on, **fault.facts) for language in LANGUAGES)


def test_schema_columns_fields_and_the_documented_table_agree():
    assert tuple(SCHEMA["properties"]) == loanbook.COLUMNS
    assert set(loanbook.COLUMNS) - set(SCHEMA["required"]) == set(loanbook.OPTIONAL)
    assert SCHEMA["properties"]["currency"]["enum"] == list(loanbook.CURRENCIES)
    loan_fields = set(Loan.__dataclass_fields__)
    assert set(loanbook.LOAN_FIELDS.values()) == loan_fields
    assert {*loanbook.PERSON_FIELDS, "loan"} == set(Row.__dataclass_fields__)
    documented = re.findall(r"^\| `([a-z_]+)` \| (yes|no) \|", (ROOT / "docs/loan-book.md").read_text("utf-8"), re.M)
    assert documented == [(column, "no" if column in loanbook.OPTIONAL else "yes") for column in loanbook.COLUMNS]


@pytest.mark.parametrize("day_count", [*DayCount, *(day_count.upper() for day_count in DayCount)])
def test_a_day_count_is_known_in_capitals_and_without(day_count):
    row = check_row({**GOOD, "day_count": day_count}, 2)
    jsonschema.validate({**GOOD, "day_count": day_count}, SCHEMA)
    assert isinstance(row, Row)
    assert row.loan.day_count.upper() == day_count.upper()
