"""Check digits, kinds and faults, on lines made by hand."""

import re
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.core.paper import FIELDS, faults_of, read_paper
from forbear.core.passport_paper import check_digit
from forbear.core.reading import Box, Fault, FaultCode, Line, Page, PaperKind, Reading
from tests.papers import draw
from tests.papers.drawn import Truth

AS_OF = date(2026, 11, 27)


def page_of(*texts: str, number: int = 1, confidence: int = 950) -> list[Line]:
    """Lines one under the other."""
    return [
        Line(text=text, page=number, confidence=confidence, box=Box(left=500, top=top, right=9_500, bottom=top + 200))
        for top, text in zip(range(300, 9_700, 400), texts, strict=False)
    ]


def read(*texts: str) -> Reading:
    return read_paper(page_of(*texts), (Page(number=1, width=1_000, height=1_400),))


def got(reading: Reading) -> dict[str, tuple[str, int]]:
    return {field.name: (field.value, field.confidence) for field in reading.fields}


ZONE = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
"""The specimen of ICAO Doc 9303 part 4."""


def test_the_specimen_of_the_standard():
    reading = read("PASSPORT", *ZONE)
    assert reading.kind is PaperKind.PASSPORT and reading.faults == ()
    assert {name: value for name, (value, _) in got(reading).items()} == {
        "name": "ERIKSSON ANNA MARIA", "number": "L898902C3", "nationality": "UTO", "expires_on": "2012-04-15",
        "born_on": "1974-08-12", "sex": "F",
    }  # fmt: skip
    assert [check_digit(text) for text in ("L898902C3", "740812", "120415", "ZE184226B<<<<<")] == [6, 2, 9, 1]


@pytest.mark.parametrize(
    ("second", "number", "born_on", "confidence", "faults"),
    [
        ("L8989O2C36UTO7408122F1204159ZE184226B<<<<<10", "L898902C3", "1974-08-12", 950, ()),
        ("L898902C36UTO74O8I22F1204159ZE184226B<<<<<10", "L898902C3", "1974-08-12", 950, ()),
        ("L798902C36UTO7408122F1204159ZE184226B<<<<<10", "L798902C3", "1974-08-12", 600, (1,)),
        ("L898902C36UTO7408172F1204159ZE184226B<<<<<10", "L898902C3", "1974-08-17", 600, (1,)),
    ],
)
def test_look_alikes_are_exchanged_only_where_the_check_digit_then_holds(
    second: str, number: str, born_on: str, confidence: int, faults: tuple[int, ...]
):
    reading = read("PASSPORT", ZONE[0], second)
    found = got(reading)
    assert (found["number"][0], found["born_on"][0]) == (number, born_on)
    assert min(found["number"][1], found["born_on"][1]) == confidence
    assert reading.faults == tuple(Fault(code=FaultCode.CHECK_DIGIT, page=page) for page in faults)


def test_of_two_ways_to_mend_a_number_the_one_printed_above_is_taken_and_without_it_none():
    misread = "LB98902C36UTO7408122F1204159ZE184226B<<<<<10"
    alone = read("PASSPORT", ZONE[0], misread)
    assert got(alone)["number"] == ("LB98902C3", 600)
    assert alone.faults == (Fault(code=FaultCode.CHECK_DIGIT, page=1),)
    printed = read("PASSPORT", "L898902C3", ZONE[0], misread)
    assert got(printed)["number"] == ("L898902C3", 950) and printed.faults == ()


FRONT = (
    "姓名 王彧",
    "性别 女 民族 汉",
    "出生 1988 年 9 月 13 日",
    "住址 成都市武侯区高升桥路8号",
    "公民身份号码 532901198809139240",
)


def test_an_identity_card_on_single_lines():
    reading = read(*FRONT)
    assert {name: value for name, (value, _) in got(reading).items()} == {
        "name": "王彧", "sex": "F", "nation": "汉", "born_on": "1988-09-13", "address": "成都市武侯区高升桥路8号",
        "number": "532901198809139240",
    }  # fmt: skip
    assert faults_of(reading, {PaperKind.ID_CARD}, AS_OF) == (Fault(code=FaultCode.BACK_MISSING),)


def test_the_printed_day_mends_the_birth_in_the_number_where_the_check_character_then_holds():
    reading = read(*FRONT[:4], "公民身份号码 532901198309139240")
    assert reading.value("number") == "532901198809139240" and reading.faults == ()


def test_a_number_that_nothing_proves_stays_as_read_and_is_doubtful():
    reading = read(*FRONT[:4], "公民身份号码 532901198809139241")
    assert got(reading)["number"] == ("532901198809139241", 600)
    assert reading.faults == (Fault(code=FaultCode.CHECK_DIGIT, page=1),)
    assert reading.value("born_on") == "1988-09-13"


BACK = ("中华人民共和国", "居民身份证", "签发机关 大理市公安局", "有效期限 2015.03.12-2035.03.12")


def test_a_side_missing_and_a_card_out_of_date():
    wanted = {PaperKind.ID_CARD}
    assert faults_of(read(*BACK), wanted, AS_OF) == (Fault(code=FaultCode.FRONT_MISSING),)
    both = read(*FRONT, *BACK)
    assert faults_of(both, wanted, date(2035, 3, 12)) == ()
    assert faults_of(both, wanted, date(2035, 3, 13)) == (Fault(code=FaultCode.EXPIRED, page=1),)
    without_end = read(*FRONT, *BACK[:3], "有效期限 2015.03.12-长期")
    assert without_end.value("valid_to") == "long-term"
    assert faults_of(without_end, wanted, date(2099, 1, 1)) == ()


def test_another_kind_than_asked_for():
    card = read(*FRONT, *BACK)
    assert faults_of(card, {PaperKind.PASSPORT}, AS_OF) == (Fault(code=FaultCode.OTHER_KIND),)
    assert faults_of(card, {PaperKind.PASSPORT, PaperKind.ID_CARD}, AS_OF) == ()
    letter = read("尊敬的客服:", "我想申请延期还款三个月。")
    assert letter.kind is PaperKind.UNKNOWN
    assert faults_of(letter, {PaperKind.PAYSLIP}, AS_OF) == (Fault(code=FaultCode.OTHER_KIND),)
    assert faults_of(letter, {PaperKind.PAYSLIP, PaperKind.UNKNOWN}, AS_OF) == ()


def test_the_same_page_twice():
    pages = tuple(Page(number=i, width=1_011, height=638) for i in (1, 2))
    twice = read_paper([*page_of(*FRONT), *page_of(*FRONT, number=2)], pages)
    assert twice.faults == (Fault(code=FaultCode.SAME_PAGE_TWICE, page=2),)
    assert read_paper([*page_of(*FRONT), *page_of(*BACK, number=2)], pages).faults == ()


def test_of_a_diagnosis_nothing_is_kept_but_name_hospital_and_days():
    paper = draw(PaperKind.DIAGNOSIS, 4).truth
    reading = read_paper(paper.lines, paper.pages)
    said = next(line.text for line in paper.lines if line.text.startswith("临床诊断")).split(":")[1]
    assert reading.health and said not in repr(reading)


def test_a_payslip_whose_figures_do_not_add_up_is_doubtful():
    lines = ("工资条", "2026年7月", "姓名 王芳", "应发合计 9,000.00", "扣款合计 1,000.00", "实发工资 8,100.00")
    found = got(read(*lines))
    assert {name: found[name] for name in ("gross", "deductions", "net")} == {
        "gross": ("900000", 600), "deductions": ("100000", 600), "net": ("810000", 600),
    }  # fmt: skip
    assert got(read(*lines[:5], "实发工资 8,000.00"))["net"] == ("800000", 950)


def test_a_misread_label_is_not_taken_for_its_opposite():
    found = got(read("工资条", "姓名 王芳", "应发工资 9,000.00", "买发工资 8,000.00"))
    assert (found["gross"][0], found["net"][0]) == ("900000", "800000")
    assert "net" not in got(read("工资条", "姓名 王芳", "应发工资 9,000.00"))


WORDS = st.sampled_from(
    sorted({part for kind in FIELDS for line in draw(kind, 9).truth.lines for part in (line.text, line.text[:3])})
)
PLACES = st.integers(-50, 10_050)
LINES = st.lists(
    st.builds(
        Line,
        text=st.one_of(WORDS, st.text(max_size=30), st.text("0123456789OlSB,.-/<年月日 ¥", max_size=50)),
        page=st.integers(1, 3),
        box=st.builds(Box, left=PLACES, top=PLACES, right=PLACES, bottom=PLACES),
        confidence=st.integers(0, 1000),
    ),
    max_size=40,
)


@given(LINES)
def test_any_lines_give_values_of_the_right_form(lines: list[Line]):
    well_formed(lines, (Page(number=1, width=1_000, height=1_400), Page(number=2, width=0, height=1)))


@given(st.sampled_from([draw(kind, 9).truth for kind in FIELDS if kind]), st.data())
def test_any_damage_gives_values_of_the_right_form(truth: Truth, data: st.DataObject):
    count = len(truth.lines)
    texts = data.draw(st.dictionaries(st.integers(0, max(count - 1, 0)), st.text(max_size=30), max_size=8))
    lines = [
        Line(text=texts.get(i, line.text), page=line.page, box=line.box, confidence=line.confidence)
        for i, line in enumerate(truth.lines)
    ]
    well_formed(lines, truth.pages)


def well_formed(lines: Sequence[Line], pages: tuple[Page, ...]) -> None:
    reading = read_paper(lines, pages)
    assert read_paper(lines, pages) == reading
    assert len({field.name for field in reading.fields}) == len(reading.fields)
    for field in reading.fields:
        assert re.fullmatch(FIELDS[reading.kind][field.name], field.value), field
        assert 0 <= field.confidence <= 1000
        if field.name.endswith("_on") or (field.name.startswith(("valid", "period")) and field.value != "long-term"):
            date.fromisoformat(field.value)
    for row in reading.rows:
        date.fromisoformat(row.on)
        assert 0 <= row.confidence <= 1000 and (row.amount_minor > 0 or not row.salary)
    faults_of(reading, {PaperKind.PAYSLIP}, AS_OF)


def test_a_day_that_cannot_be_read_is_not_taken_from_the_label_beside_it():
    lines = ("成都市第三人民医院", "出院记录", "姓名 王芳", "入院日期:2O2G-x9-22 出院日期:2026-10-13")
    found = {name: value for name, (value, _) in got(read(*lines)).items()}
    assert found == {"hospital": "成都市第三人民医院", "name": "王芳", "discharged_on": "2026-10-13"}
