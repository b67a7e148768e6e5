"""The town's papers: what is drawn for a borrower is what her papers are read as; other files go to the desk's eyes."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from forbear.actions.ports import Looked
from forbear.adapters.memory_papers import MemoryReader, MemoryRenderer
from forbear.core.paper import faults_of, read_paper
from forbear.core.reading import PaperKind, Reading
from forbear.town.book import made_up_book
from forbear.town.eyes import TownReader, TownRenderer
from forbear.town.papers import MadeUpPaper, made_up_papers

AS_OF = date(2026, 3, 2)
ROWS = made_up_book(7, 12, AS_OF)
PAY = ("payslip", "bank-statement", "benefit-award")


def drawn(kinds: Sequence[str], wages_minor: int = 520_000, number: int = 0) -> tuple[MadeUpPaper, ...]:
    return made_up_papers(kinds, ROWS[number], wages_minor, AS_OF)


def looked(paper: MadeUpPaper) -> Looked:
    (page,) = TownRenderer(MemoryRenderer()).pages(paper.data, "image/jpeg").pages
    found = TownReader(MemoryReader()).read(page.jpeg, 1)
    assert found is not None
    return found


def read(paper: MadeUpPaper) -> Reading:
    found = looked(paper)
    return read_paper(found.lines, (found.page,))


def test_a_card_is_hers_and_mostly_in_date():
    cards = [read(*drawn(["id-card"], number=number)) for number in range(len(ROWS))]
    assert [(card.value("name"), card.value("number")) for card in cards] == [(r.name, r.id_number) for r in ROWS]
    ended = [bool(faults_of(card, [PaperKind.ID_CARD], AS_OF)) for card in cards]
    assert 0 < sum(ended) < len(ended) // 2


def test_a_payslip_and_a_statement_show_the_wages_she_states():
    slip, bank = (read(paper) for paper in drawn(PAY))
    assert (slip.kind, slip.value("month"), slip.value("net")) == (PaperKind.PAYSLIP, "2026-02", "520000")
    assert int(slip.value("gross")) - int(slip.value("deductions")) == 520_000
    assert (bank.value("period_from"), bank.value("period_to")) == ("2025-12-01", "2026-02-28")
    assert [(row.on, row.amount_minor) for row in bank.rows if row.salary] == [
        ("2025-12-25", 520_000), ("2026-01-25", 520_000), ("2026-02-25", 520_000),
    ]  # fmt: skip


def test_without_wages_there_is_no_payslip():
    (award,) = drawn(PAY, wages_minor=0)
    assert award.name == "低保或失业金通知.jpg"
    (bank,) = (read(paper) for paper in drawn(["bank-statement"], wages_minor=0))
    assert (len(bank.rows), [row for row in bank.rows if row.salary]) == (9, [])


def test_a_hospitals_paper_has_its_days_alone():
    (paper,) = (read(paper) for paper in drawn(["diagnosis"]))
    days = {"rest_until_on": "2026-05-01", "issued_on": "2026-03-02"}
    expected = {"hospital": "示例市第一人民医院", "name": ROWS[0].name, **days}
    assert {field.name: field.value for field in paper.fields} == expected


def test_no_two_borrowers_papers_are_taken_for_one():
    looks = [looked(paper).page.look for number in range(len(ROWS)) for paper in drawn(["id-card"], number=number)]
    assert len({look.figures for look in looks if look}) == len({row.id_number for row in ROWS})  # one has two loans


def photo(comment: bytes = b"") -> bytes:
    out = BytesIO()
    Image.new("L", (8, 8)).save(out, "JPEG", comment=comment)
    return out.getvalue()


@pytest.mark.parametrize(
    "data", [photo(), photo(b"from a telephone"), photo(b'[["a"]]'), photo(b"{}1"), b"\xff\xd8\xff nothing", b"%PDF-"]
)
def test_every_other_file_goes_to_the_desks_own_eyes(data: bytes):
    assert TownRenderer(MemoryRenderer()).pages(data, "image/jpeg").pages[0].width == 620
    reader = MemoryReader()
    assert TownReader(reader).read(data, 1) is None
    assert reader.asked == 1
