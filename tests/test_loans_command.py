"""`forbear loans import` and `forbear loans sample`: files in every shape, what is printed, and what is written."""

import csv
import io
import json
from datetime import date
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forbear.adapters import loanbook as files
from forbear.adapters.memory_loanbook import MemoryLoanBook
from forbear.config import cli, loans
from forbear.core.loanbook import COLUMNS, written
from forbear.town.book import made_up_book

AS_OF = date(2026, 3, 2)
BOOK = made_up_book(5, 12, AS_OF)
TEXTS = [written(row) for row in BOOK]


class CountingIds:
    count = 0

    def new(self, prefix):
        self.count += 1
        return f"{prefix}_{self.count}"

    def salt(self):
        return bytes(16)


class FixedClock:
    def today(self):
        return AS_OF


@pytest.fixture
def desk():
    return SimpleNamespace(loans=MemoryLoanBook(CountingIds()), clock=FixedClock())


def as_csv(texts, columns=COLUMNS):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(texts)
    return out.getvalue()


def with_value(line, column, text):
    """The book's rows with one value of one line (the first row is line 2) changed."""
    return [{**row, column: text} if i == line else row for i, row in enumerate(TEXTS, start=2)]


def take_in(desk, tmp_path, data, *, skip_bad=False, as_json=False, language="en"):
    file = tmp_path / "book"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return loans.take_in(desk, file, skip_bad=skip_bad, as_json=as_json, language=language)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_csv_file_is_taken_in_whole_in_every_encoding(desk, tmp_path, capsys, encoding, line_end):
    text = as_csv(TEXTS).replace("\r\n", line_end)
    assert take_in(desk, tmp_path, text.encode(encoding)) == 0
    assert [desk.loans.find(row.loan.contract).row for row in BOOK] == list(BOOK)
    assert capsys.readouterr().out == "Imported: 12 new, 0 changed, 0 unchanged.\n"


def test_importing_the_same_file_twice_changes_nothing(desk, tmp_path, capsys):
    take_in(desk, tmp_path, as_csv(TEXTS))
    before = [desk.loans.find(row.loan.contract) for row in BOOK]
    capsys.readouterr()
    assert take_in(desk, tmp_path, as_csv(TEXTS), language="zh") == 0
    assert capsys.readouterr() == ("已导入：新增 0 笔，更新 0 笔，未变 12 笔。\n", "")
    assert [desk.loans.find(row.loan.contract) for row in BOOK] == before


def test_a_changed_row_is_brought_up_to_date(desk, tmp_path, capsys):
    take_in(desk, tmp_path, as_csv(TEXTS))
    capsys.readouterr()
    assert take_in(desk, tmp_path, as_csv(with_value(3, "fees", "12.34"))) == 0
    assert capsys.readouterr().out == "Imported: 0 new, 1 changed, 11 unchanged.\n"
    assert desk.loans.find(BOOK[1].loan.contract).row.loan.fees_minor == 1234


def test_columns_may_come_in_any_order_and_the_optional_ones_not_at_all(desk, tmp_path):
    columns = [column for column in reversed(COLUMNS) if column not in ("email", "language", "place")]
    assert take_in(desk, tmp_path, as_csv(TEXTS, columns)) == 0
    assert desk.loans.find(BOOK[0].loan.contract).row.email is None


BAD = with_value(2, "principal", "-5")
BAD[3] = {**BAD[3], "id_number": "110105194912310021", "due_day": "40"}


def test_one_bad_row_and_nothing_is_written_and_every_fault_is_told(desk, tmp_path, capsys):
    assert take_in(desk, tmp_path, as_csv(BAD)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "Line 2, principal: An amount cannot be less than zero. Write 0 or more, for example 4500.",
        "Line 5, due_day: “40” is not a whole number from 1 to 31. Write a whole number from 1 to 31.",
        "Line 5, id_number: The last character does not fit the others; one may be mistyped. "
        "Compare it with the card, one character after the other.",
        "3 faults, nothing was written. Mend them and import again, or use --skip-bad to import the other lines.",
    ]
    assert desk.loans.all_contracts() == ()


def test_skip_bad_writes_the_good_rows_and_still_lists_the_bad(desk, tmp_path, capsys):
    assert take_in(desk, tmp_path, as_csv(BAD), skip_bad=True) == 0
    out, err = capsys.readouterr()
    assert out == "Imported: 10 new, 0 changed, 0 unchanged.\n2 lines have faults and were left out.\n"
    assert len(err.splitlines()) == 3
    assert set(desk.loans.all_contracts()) == {row.loan.contract for i, row in enumerate(BOOK) if i not in (0, 3)}


def test_json_is_one_document_with_everything_in_it(desk, tmp_path, capsys):
    assert take_in(desk, tmp_path, as_csv(with_value(4, "currency", "XXX")), as_json=True) == 2
    assert json.loads(capsys.readouterr().out) == {
        "imported": False,
        "new": 0,
        "changed": 0,
        "unchanged": 0,
        "faults": [
            {
                "line": 4,
                "field": "currency",
                "problem": "“XXX” cannot stand here.",
                "what_would_be_right": "Write one of: CNY, HKD, USD, EUR, GBP, AUD.",
            }
        ],
    }
    assert take_in(desk, tmp_path, as_csv(TEXTS), as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {
        "imported": True,
        "new": 12,
        "changed": 0,
        "unchanged": 0,
        "faults": [],
    }


def test_wrong_columns_are_told_and_nothing_is_written_even_with_skip_bad(desk, tmp_path, capsys):
    data = as_csv(TEXTS).replace("principal", "capital", 1)
    assert take_in(desk, tmp_path, data, skip_bad=True) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("Line 1, principal: The file does not have this column.")
    assert lines[1].startswith("Line 1, capital: This column is not part of the format.")
    assert desk.loans.all_contracts() == ()


def test_rows_of_tomorrow_and_contracts_of_somebody_else_are_faults(desk, tmp_path, capsys):
    take_in(desk, tmp_path, as_csv(TEXTS[:1]))
    capsys.readouterr()
    taken = {**TEXTS[0], "id_number": BOOK[1].id_number, "name": BOOK[1].name}
    tomorrow = {**TEXTS[2], "as_of": "2026-03-03"}
    assert take_in(desk, tmp_path, as_csv([taken, tomorrow])) == 2
    assert capsys.readouterr().err.splitlines()[:2] == [
        "Line 2, id_number: This contract is held for another identity number. "
        "Compare the contract number and the identity number.",
        "Line 3, as_of: The day of the data is after today, 2026-03-02. Write a day up to 2026-03-02.",
    ]
    assert desk.loans.find(BOOK[0].loan.contract).row == BOOK[0]
    assert desk.loans.find(BOOK[2].loan.contract) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Line 1: The file is empty."),
        (b"\n", "Line 1: The file is empty."),
        (b"\xff\xfe\x00\x00", "Line 1: The encoding of the file is not known."),
        ("contract,名".encode("utf-16"), "Line 1: The encoding of the file is not known."),
        (b'contract,name\n"A,B\n', "Line 2: From here on this is no correct CSV."),
        (b"PAR1 and then nothing", "Line 1: This Parquet file cannot be read."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(desk, tmp_path, capsys, data, said):
    assert take_in(desk, tmp_path, data, skip_bad=True) == 2
    assert capsys.readouterr().err.startswith(said)
    assert desk.loans.all_contracts() == ()


def test_a_file_that_is_not_there(desk, tmp_path, capsys):
    gone = tmp_path / "gone.csv"
    assert loans.take_in(desk, gone, skip_bad=False, as_json=False, language="zh") == 2
    assert capsys.readouterr().err == f"没有这个文件：{gone}\n"


def test_a_line_with_a_cell_too_many_is_named_and_empty_lines_do_not_count(desk, tmp_path, capsys):
    lines = as_csv(TEXTS).splitlines()
    lines[2] += ",more"
    lines.insert(1, "")
    assert take_in(desk, tmp_path, "\n".join(lines)) == 2
    assert capsys.readouterr().err.startswith("Line 4: This line has 24 cells, and there are 23 column names.")


def test_a_quoted_line_break_does_not_shift_the_line_numbers(desk, tmp_path, capsys):
    texts = with_value(2, "email", "a\nb")
    texts[1] = {**texts[1], "due_day": "0"}
    assert take_in(desk, tmp_path, as_csv(texts)) == 2
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()[:2]] == [
        "Line 2, email",
        "Line 4, due_day",
    ]


def parquet(columns):
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def text_columns():
    return {column: pa.array([text[column] for text in TEXTS]) for column in COLUMNS}


def test_a_parquet_file_of_texts_or_of_exact_types_is_taken_in_whole(desk, tmp_path):
    columns = text_columns()
    typed = {
        **columns,
        "principal": columns["principal"].cast(pa.decimal128(38, 10)),
        "annual_rate_percent": columns["annual_rate_percent"].cast(pa.decimal128(9, 4)),
        "instalments_left": columns["instalments_left"].cast(pa.int64()),
        "signed_on": columns["signed_on"].cast(pa.date32()),
        "as_of": columns["as_of"].cast(pa.timestamp("ms")),
        "currency": columns["currency"].dictionary_encode(),
        "email": pa.nulls(len(TEXTS)),
    }
    assert take_in(desk, tmp_path, parquet(columns)) == 0
    assert [desk.loans.find(row.loan.contract).row for row in BOOK] == list(BOOK)
    read = files.read(tmp_path / "book")
    (tmp_path / "typed").write_bytes(parquet(typed))
    expected = [{**row.values, "email": ""} for row in read.rows]
    for found, wanted in zip(files.read(tmp_path / "typed").rows, expected, strict=True):
        same = {**found.values, "principal": wanted["principal"], "annual_rate_percent": wanted["annual_rate_percent"]}
        assert same == wanted
    other = SimpleNamespace(loans=MemoryLoanBook(CountingIds()), clock=FixedClock())
    assert take_in(other, tmp_path, parquet(typed)) == 0
    assert [other.loans.find(row.loan.contract).row.loan for row in BOOK] == [row.loan for row in BOOK]


@pytest.mark.parametrize(
    ("column", "kind"),
    [("principal", pa.float64()), ("fees", pa.decimal128(30, 6)), ("as_of", pa.timestamp("ms"))],
)
def test_a_parquet_column_that_is_not_exact_is_refused(desk, tmp_path, capsys, column, kind):
    texts = {"principal": "0.1", "fees": "0.123456", "as_of": "2026-03-02 10:00:00"}
    columns = {**text_columns(), column: pa.array([texts[column]] * len(TEXTS)).cast(kind)}
    assert take_in(desk, tmp_path, parquet(columns)) == 2
    assert capsys.readouterr().err.startswith(f"Line 1, {column}: This column of type {kind} cannot be used.")
    assert desk.loans.all_contracts() == ()


def test_a_fault_in_parquet_is_named_by_row_and_column(desk, tmp_path, capsys):
    columns = {**text_columns(), "due_day": pa.array([str(99 if i == 6 else 5) for i in range(len(TEXTS))])}
    assert take_in(desk, tmp_path, parquet(columns)) == 2
    assert capsys.readouterr().err.startswith("Line 8, due_day: “99” is not a whole number")


def arguments(*given):
    return cli.parser_of("loans").parse_args(["loans", *given])


def test_the_command_line_has_the_options_that_were_agreed():
    args = arguments("import", "book.csv", "--skip-bad", "--json")
    assert (args.verb, str(args.file), args.skip_bad, args.json, args.language) == (
        "import",
        "book.csv",
        True,
        True,
        "en",
    )


@pytest.mark.parametrize("name", ["book.csv", "book.parquet"])
def test_a_sample_is_written_and_can_be_imported(desk, tmp_path, capsys, name):
    out = tmp_path / name
    assert loans.run(arguments("sample", str(out), "--accounts", "12", "--seed", "5", "--as-of", "2026-03-02")) == 0
    assert capsys.readouterr().out == f"12 made-up loans written: {out}\n"
    first = out.read_bytes()
    loans.run(arguments("sample", str(out), "--accounts", "12", "--seed", "5", "--as-of", "2026-03-02"))
    assert out.read_bytes() == first
    assert take_in(desk, tmp_path, first) == 0
    assert [desk.loans.find(row.loan.contract).row for row in BOOK] == list(BOOK)


@pytest.mark.parametrize("bad", [("--as-of", "2026-02-30"), ("--accounts", "0", "--as-of", "2026-03-02")])
def test_a_sample_with_wrong_arguments_writes_nothing(tmp_path, capsys, bad):
    out = tmp_path / "book.csv"
    assert loans.run(arguments("sample", str(out), *bad)) == 2
    assert capsys.readouterr().err != ""
    assert not out.exists()
