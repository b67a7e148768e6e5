"""What a page's measures mean: which of them ask her for another picture, and which do not."""

from dataclasses import replace

import pytest

from forbear.core.page_quality import Measured, judged, legible, page_faults
from forbear.core.reading import Box, Fault, FaultCode, Field, Page, PaperKind, Reading

GOOD = Measured(
    characters=200,
    lines=29,
    confidence=996,
    weak_share=0,
    text_height=410,
    sharpness=377,
    contrast=215,
    brightness=245,
    ink=120,
    glare_share=0,
    cut_lines=0,
    moire=14,
    fringes=9,
    fringe_peak=11,
    tilt=9,
)


@pytest.mark.parametrize(
    "small_defect",
    [
        {"tilt": 250},
        {"brightness": 61, "contrast": 31},
        {"brightness": 20, "contrast": 30},
        {"cut_lines": 1},
        {"glare_share": 80},
        {"text_height": 150},
        {"moire": 60},
        {"fringes": 500, "fringe_peak": 90},
        {"fringes": 9000, "fringe_peak": 60},
        {"confidence": 930, "weak_share": 200, "sharpness": 125, "characters": 8},
    ],
)
def test_a_page_that_reads_well_is_taken(small_defect: dict[str, int]):
    page = replace(GOOD, **small_defect)
    assert (page_faults(page), legible(page)) == ((), True)


@pytest.mark.parametrize(
    ("defect", "codes", "readable"),
    [
        ({"cut_lines": 2}, ["cut"], True),
        ({"glare_share": 81}, ["glare"], True),
        ({"moire": 61}, ["screen"], True),
        ({"fringes": 1201, "fringe_peak": 61}, ["screen"], True),
        ({"confidence": 929}, ["unreadable"], False),
        ({"weak_share": 201}, ["unreadable"], False),
        ({"sharpness": 124}, ["blurred"], False),
        ({"contrast": 29}, ["dark"], False),
        ({"confidence": 700, "brightness": 59}, ["dark"], False),
        ({"confidence": 700, "contrast": 29, "text_height": 159}, ["dark", "small"], False),
        ({"confidence": 700, "tilt": 301, "moire": 99, "sharpness": 100}, ["screen", "blurred", "tilted"], False),
        ({"characters": 7, "ink": 9}, ["blank"], False),
        ({"characters": 7, "ink": 10}, ["blurred"], False),
        ({"characters": 0, "brightness": 59, "ink": 3}, ["dark"], False),
        ({"characters": 7, "glare_share": 81, "ink": 3}, ["glare"], False),
    ],
)
def test_what_reading_cannot_mend_is_told(defect: dict[str, int], codes: list[str], readable: bool):
    page = replace(GOOD, **defect)
    assert (list(page_faults(page)), legible(page)) == (codes, readable)


def payslip(*fields: tuple[str, int]) -> Reading:
    box = Box(left=0, top=0, right=1, bottom=1)
    found = tuple(Field(name=name, value="1", page=1, box=box, confidence=sure) for name, sure in fields)
    pages = (Page(number=1, width=1, height=1), Page(number=2, width=1, height=1))
    return Reading(kind=PaperKind.PAYSLIP, pages=pages, fields=found, faults=(Fault(code=FaultCode.CHECK_DIGIT),))


def test_a_paper_is_trusted_when_its_pages_are_clear_and_its_fields_were_found():
    whole = payslip(("net", 990), ("month", 700))
    assert judged(whole, {1: GOOD, 2: GOOD}) == (whole, True)


@pytest.mark.parametrize("fields", [[("net", 990)], [("net", 990), ("month", 699)], []])
def test_a_clear_page_that_lacks_what_its_kind_must_have_is_told_so(fields: list[tuple[str, int]]):
    reading, trusted = judged(payslip(*fields), {1: GOOD, 2: GOOD})
    assert reading.faults == (Fault(code=FaultCode.UNREADABLE), Fault(code=FaultCode.CHECK_DIGIT))
    assert not trusted


def test_where_something_is_missing_a_slight_trace_says_why():
    reading, _ = judged(payslip(), {1: replace(GOOD, glare_share=16), 2: replace(GOOD, cut_lines=1)})
    glare, cut, _ = reading.faults
    assert (glare, cut) == (Fault(code=FaultCode.GLARE, page=1), Fault(code=FaultCode.CUT, page=2))


def test_a_bad_page_is_named_and_the_paper_not_trusted():
    reading, trusted = judged(payslip(("net", 990)), {1: GOOD, 2: replace(GOOD, cut_lines=9)})
    assert reading.faults[0] == Fault(code=FaultCode.CUT, page=2)
    assert (len(reading.faults), trusted) == (2, False)


def test_a_photo_of_a_screen_that_reads_is_trusted_and_told():
    reading, trusted = judged(payslip(("net", 990), ("month", 990)), {1: replace(GOOD, moire=300)})
    assert reading.faults[0] == Fault(code=FaultCode.SCREEN, page=1)
    assert trusted


def test_papers_of_kinds_nobody_knows_need_no_field():
    unknown = Reading(kind=PaperKind.UNKNOWN, pages=(Page(number=1, width=1, height=1),))
    assert judged(unknown, {1: GOOD}) == (unknown, True)


@pytest.mark.parametrize(
    ("fields", "cut_lines", "told"),
    [
        (("net", "month", "name", "employer"), 1, []),
        (("net", "month", "name"), 1, [FaultCode.CUT]),
        (("net", "month", "employer"), 1, [FaultCode.CUT]),
        (("net", "month"), 0, []),
    ],
)
def test_what_nearly_every_payslip_shows_was_lost_where_a_line_touches_the_edge(
    fields: tuple[str, ...], cut_lines: int, told: list[FaultCode]
):
    reading = replace(payslip(*((name, 990) for name in fields)), faults=())
    found, trusted = judged(reading, {1: replace(GOOD, cut_lines=cut_lines)})
    assert ([fault.code for fault in found.faults], trusted) == (told, not told)


@pytest.mark.parametrize(("confidence", "trusted"), [(949, False), (950, True)])
def test_a_name_in_characters_has_to_be_read_surely(confidence: int, trusted: bool):
    box = Box(left=0, top=0, right=1, bottom=1)
    values = {"number": 990, "name": 800, "name_native": confidence, "expires_on": 990}
    values |= {"born_on": 990, "nationality": 990}
    fields = tuple(Field(name=n, value="x", confidence=c, page=1, box=box) for n, c in values.items())
    passport = Reading(kind=PaperKind.PASSPORT, pages=(Page(number=1, width=1, height=1),), fields=fields)
    found, whole = judged(passport, {1: GOOD})
    assert ([fault.code for fault in found.faults], whole) == ([] if trusted else [FaultCode.UNREADABLE], trusted)
