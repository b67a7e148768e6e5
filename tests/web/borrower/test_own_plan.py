"""Her own plan on the site: out and in as a file, held against the budget, and the nearest plan where hers is none."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from forbear.actions.plan import offers_today
from tests.web.borrower.conftest import Borrower

CELLS = {"months": "12", "s-0": "工资", "i-0-0": "5200", "p-0": "300.50", "p-1": "0"}


@pytest.fixture
def handed_in(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits()


def table(text: str, name: str = "安排.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode("gb18030"), "text/csv")


def given(she: Borrower, kind: str, **other: str) -> Any:
    return she.sends("plans/own", {**CELLS, **other, "act": kind}).response


def uploads(she: Borrower, file: SimpleUploadedFile, **other: str) -> Any:
    return she.sends("plans/own", {**CELLS, **other, "act": "upload", "table": file})


def test_the_table_is_given_as_csv_and_read_back_into_the_form(handed_in: Borrower):
    file = given(handed_in, "csv")
    assert file.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E6%88%91")
    assert file.content.decode().splitlines()[:4] == [
        "\ufeff月份,工资,还款",
        "2026年4月,5200.00,300.50",
        "2026年5月,,0.00",
        "2026年6月,,",
    ]
    page = uploads(handed_in, SimpleUploadedFile("a.csv", file.content), **{"p-0": "9", "words": "收成后"})
    assert page.status == 200
    typed = [page.typed(name) for name in ("s-0", "i-0-0", "p-0", "p-1", "p-2")]
    assert typed == ["工资", "5200.00", "300.50", "0.00", ""]
    assert "收成后</textarea>" in page.source
    assert "请核对，再交给我们" in page.text
    assert handed_in.facts("plan.requested") == []


def test_the_table_is_given_as_a_workbook_without_formulas(handed_in: Borrower):
    file = given(handed_in, "xlsx", **{"s-0": "=1+1"})
    sheet = load_workbook(io.BytesIO(file.content)).active
    assert [[cell.value for cell in row] for row in sheet["A1:C2"]] == [
        ["月份", "'=1+1", "还款"],
        ["2026年4月", 5200, 300.5],
    ]
    assert sheet["B1"].data_type == "s"
    page = uploads(handed_in, SimpleUploadedFile("a.xlsx", file.content))
    assert page.typed("s-0") == "=1+1"


def test_a_longer_table_makes_the_form_longer(handed_in: Borrower):
    page = uploads(handed_in, table("月份,还款\n2028年3月,100\n"))
    assert (page.hidden("months"), page.typed("p-23")) == ("24", "100.00")


def test_every_fault_of_a_file_is_said_and_the_form_stays(handed_in: Borrower):
    page = uploads(handed_in, table('月份,工资,还款\n2026年4月,看情况,"4,50"\n2020年1月,,5\n'), **{"p-0": "77"})
    assert (page.status, page.faults) == (422, ["这个文件没有读入任何内容。请按这一页列出的地方改好，再选一次"])
    assert "第 2 行 B 列：我们没看懂“看情况”是多少钱。" in page.text
    assert "第 2 行 C 列：" in page.text
    assert "第 3 行 A 列：2020年1月不能用。还款可以从2026年4月排到2031年3月。" in page.text
    assert page.typed("p-0") == "77"


def test_a_formula_is_refused_by_its_place(handed_in: Borrower):
    made, out = Workbook(), io.BytesIO()
    for row in (("月份", "还款"), ("2026-04", "=100+1")):
        made.active.append(row)
    made.save(out)
    page = uploads(handed_in, SimpleUploadedFile("a.xlsx", out.getvalue()))
    assert "第 2 行 B 列：这一格是公式。请直接写数字。" in page.text


def test_without_a_file_one_is_asked_for_and_a_large_one_is_refused(handed_in: Borrower):
    assert uploads(handed_in, "").faults == ["请先选一个文件，再点按钮"]
    assert uploads(handed_in, table("," * (1024 * 1024 + 1))).faults == [
        "这个文件超过 1024 KB。按月的表格没有这么大，请只留表格，去掉别的内容。"
    ]


def test_another_income_than_stated_is_pointed_out_once_and_then_goes_out_as_it_is(handed_in: Borrower):
    owed = offers_today(handed_in.desk, handed_in.file).owed.total_minor // 100
    paid = {f"p-{index}": str(-(-owed // 12)) for index in range(13)}
    cells = {"months": "13", "i-0-0": "4800", "i-0-1": "4800", **paid, "act": "send"}
    shown = handed_in.sends("plans/own", cells)
    assert shown.status == 200
    assert "2026年4月到2026年5月：您写的每月收入是 4,800.00，情况说明里是 5,200.00。" in shown.text
    assert "就这样交" in shown.text
    assert handed_in.facts("plan.requested") == []
    sent = handed_in.sends("plans/own", {**cells, "noted": shown.hidden("noted")}, form=shown)
    assert sent.to == handed_in.at("?done=own"), sent.faults
    assert handed_in.file.household.income[0].monthly_minor == 520000


@pytest.mark.parametrize("language", ["zh", "en"])
def test_where_hers_is_no_plan_the_nearest_one_is_offered_and_can_be_sent(handed_in: Borrower, language: str):
    handed_in.client.cookies["lang"] = language
    cells = {"months": "12", "p-0": "999999", "p-1": "400"}
    no = handed_in.sends("plans/own", {**cells, "act": "send"})
    assert no.status == 422
    assert {"zh": "最接近又行得通的安排：分 ", "en": "The nearest plan that works: "}[language] in no.text
    filled = handed_in.sends("plans/own", {**cells, "act": "nearest"}, form=no)
    assert (filled.status, filled.typed("p-0") not in ("", "999999")) == (200, True)
    months = int(filled.hidden("months"))
    paid = {f"p-{index}": filled.typed(f"p-{index}") for index in range(months)}
    sent = handed_in.sends("plans/own", {"months": str(months), **paid, "act": "send"}, form=filled)
    assert sent.to == handed_in.at("?done=own"), sent.text
    (fact,) = handed_in.facts("plan.requested")
    assert (fact.offer, fact.plan.name) == ("own-table", "own-plan")
    item = handed_in.opens("papers").source.partition('id="item-4"')[2]
    assert {"zh": "已收到", "en": "Received"}[language] in item


def test_the_papers_lead_to_the_form(handed_in: Borrower):
    assert f'href="{handed_in.at("plans/own")}"' in handed_in.opens("papers").source
