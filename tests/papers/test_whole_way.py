"""Real pictures, the real renderer, the real reader: a payslip and a statement sent, read, compared and accepted."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random

import pytest

from forbear.actions.agenda import work
from forbear.actions.evidence import accept_paper, receive_paper
from forbear.actions.ports import Desk
from forbear.adapters.memory import memory_desk
from forbear.adapters.reading import ReaderProcess
from forbear.adapters.rendering import RendererProcess
from forbear.core.provenance import lines
from forbear.core.reading import PaperKind
from forbear.core.refusal import Refusal
from forbear.town.book import made_up_book
from forbear.town.borrower import AGENTS, Borrower, well
from forbear.town.households import made_up_household
from tests.papers import draw
from tests.papers.drawn import Drawn

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def desk() -> Iterator[Desk]:
    reader = ReaderProcess()
    made = memory_desk(at=NOW, rows=made_up_book(7, 40, date(2026, 11, 1)), renderer=RendererProcess(), reader=reader)
    yield made
    reader.close()


@pytest.fixture
def she(desk: Desk) -> Borrower:
    """Somebody who stated wages of 5,200 yuan a month and has handed her statement in."""
    for number, row in enumerate(made_up_book(7, 40, date(2026, 11, 1))):
        home = made_up_household(row, Random(number))
        if [item.source for item in home.household.income if item.monthly_minor] == ["wages"]:
            borrower = Borrower(desk, row, home, Random(1), number)
            borrower.arrives()
            borrower.answers()
            borrower.submits()
            return borrower
    raise AssertionError("the book has somebody with wages")


def jpeg(drawn: Drawn, page: int = 0) -> bytes:
    out = io.BytesIO()
    drawn.pages[page].convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def test_from_two_photos_to_a_budget_with_a_grade(desk: Desk, she: Borrower):
    slip, bank = draw(PaperKind.PAYSLIP, 7, "table"), draw(PaperKind.BANK_STATEMENT, 4, "signed")
    item = next(item.number for item in she.file.items if item.need == "income")
    for name, data in (("slip.jpg", jpeg(slip)), ("bank.jpg", jpeg(bank))):
        well(receive_paper(desk, she.by(she.her), she.case_id, item=item, name=name, data=data))
    while work(desk):
        pass
    slip_read, bank_read = (paper.reading for paper in she.file.papers_of(item))
    assert slip_read and bank_read
    assert {field.name: field.value for field in slip_read.fields} == slip.truth.fields
    assert (slip_read.faults, bank_read.faults) == ((), ())
    assert [(row.on, row.amount_minor) for row in bank_read.rows] == [
        (row.on, row.amount_minor) for row in bank.truth.rows if row.page == 1
    ]
    codes = {remark.code for remark in she.file.remarks}
    assert "other-name" in codes

    # The name is another's: an agent has to say why the paper counts, and is the one who brings it into the budget.
    refused = accept_paper(desk, she.by(AGENTS[0]), she.case_id, item)
    assert isinstance(refused, Refusal) and refused.rule == "evidence.questions"
    before = she.file.household
    assert before is not None and not any(line.slips or line.paper for line in before.income)
    well(accept_paper(desk, she.by(AGENTS[0]), she.case_id, item, "工资发到妻子的账户，结婚证已核对。"))
    shown = next(line for line in lines(she.file.events) if line.group == "income")
    assert (shown.by, shown.paper, shown.changed) == (AGENTS[0], she.file.papers_of(item)[0].paper, True)
    (wages,) = [income for income in she.file.household.income if income.source == "wages"]  # type: ignore[union-attr]
    assert dict(wages.slips).popitem()[1] == int(slip.truth.fields["net"])
    assert dict(wages.credits).keys() >= {row.on[:7] for row in bank.truth.rows if row.page == 1 and row.salary}
