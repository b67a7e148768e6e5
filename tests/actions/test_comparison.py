"""Who may confirm what was read and look at a paper, and what each is refused; afterwards nothing has happened."""

from datetime import UTC, date, datetime
from random import Random

import pytest

from forbear.actions.agenda import work
from forbear.actions.comparison import confirm_reading, taken, wages_in
from forbear.actions.evidence import accept_paper, see_paper, waive_paper
from forbear.actions.ports import Desk
from forbear.actions.record import Done
from forbear.adapters.memory import memory_desk
from forbear.core.contact import Actor, Auth, Role
from forbear.core.file import Paper
from forbear.core.household import Evidence, Income
from forbear.core.refusal import Refusal
from forbear.town.book import made_up_book
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.eyes import with_town_eyes
from forbear.town.households import made_up_household
from forbear.town.lives import has_papers

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def desk() -> Desk:
    return with_town_eyes(memory_desk(at=AT, rows=made_up_book(7, 40, date(2026, 3, 1))))


@pytest.fixture
def she(desk: Desk) -> Borrower:
    """Somebody with wages, whose papers came and were read."""
    for number, row in enumerate(made_up_book(7, 40, date(2026, 3, 1))):
        home = made_up_household(row, Random(number))
        if [line.source for line in home.household.income] == ["wages"]:
            one = Borrower(desk, row, home, Random(1), number)
            for _ in has_papers(one):
                pass
            while work(desk):
                pass
            return one
    raise AssertionError("the book has somebody with wages")


def slip(she: Borrower) -> Paper:
    return next(paper for paper in she.file.papers if paper.reading and paper.reading.kind == "payslip")


def confirms(she: Borrower, actor: Actor, values: dict[str, str], paper: str = "") -> Done | Refusal:
    return confirm_reading(she.desk, she.by(actor), she.case_id, paper or slip(she).paper, values)


def test_she_confirms_and_the_same_again_is_no_fact(she: Borrower):
    seq = she.file.case.seq
    done = confirms(she, she.her, {"net": slip(she).reading.value("net")})  # type: ignore[union-attr]
    assert isinstance(done, Done) and [event.fact.type for event in done.events] == ["reading.confirmed"]
    again = confirms(she, she.her, {"net": slip(she).reading.value("net")})  # type: ignore[union-attr]
    assert isinstance(again, Done) and again.events == ()
    assert she.file.case.seq == seq + 1


def test_a_changed_value_is_compared_in_the_same_step(she: Borrower):
    done = confirms(she, she.her, {"net": "100"})
    assert isinstance(done, Done)
    assert [event.fact.type for event in done.events] == ["reading.confirmed", "papers.compared"]
    assert "corrected-by-her" in [remark.code for remark in she.file.remarks]
    assert wages_in([slip(she)], she.desk.rulebooks.on(date(2026, 3, 2))) == 100


@pytest.mark.parametrize(
    ("values", "rule", "where"),
    [
        ({}, "evidence.not_read", ""),
        ({"net": "5200.00"}, "evidence.value", "net"),
        ({"month": "2026-13"}, "evidence.value", "month"),
        ({"hospital": "示例医院"}, "evidence.value", "hospital"),
        ({"employer": "长" * 201}, "evidence.value", "employer"),
    ],
)
def test_what_cannot_stand_on_such_a_paper_is_refused(she: Borrower, values: dict[str, str], rule: str, where: str):
    seq, refused = she.file.case.seq, confirms(she, she.her, values)
    assert isinstance(refused, Refusal) and (refused.rule, refused.where) == (rule, where)
    assert she.file.case.seq == seq


def test_nobody_confirms_for_her_and_nothing_that_is_settled(she: Borrower):
    refused = confirms(she, AGENTS[0], {"net": "1"})
    assert isinstance(refused, Refusal) and refused.rule == "evidence.reading_hers"
    other = confirms(she, Actor(Role.BORROWER, "p_other", Auth.CODE), {"net": "1"})
    assert isinstance(other, Refusal) and other.rule == "record.no_case"
    unknown = confirms(she, she.her, {"net": "1"}, "f_other")
    assert isinstance(unknown, Refusal) and unknown.rule == "evidence.not_read"
    waive_paper(she.desk, she.by(AGENTS[0]), she.case_id, slip(she).item, "不用了")
    settled = confirms(she, she.her, {"net": "1"})
    assert isinstance(settled, Refusal) and settled.rule == "evidence.settled"


def test_what_accepting_would_take_is_what_accepting_takes(she: Borrower):
    item, rulebook = slip(she).item, she.desk.rulebooks.on(date(2026, 3, 2))
    promised = taken(she.file, item, rulebook)
    assert promised is not None
    before, after = promised
    net = int(slip(she).reading.value("net"))  # type: ignore[union-attr]
    assert (before.slips, after.slips, after.evidence) == ((), (("2026-02", net),), Evidence.A)
    assert isinstance(accept_paper(she.desk, she.by(AGENTS[0]), she.case_id, item), Done)
    household = she.file.household
    assert household is not None and after in household.income
    assert isinstance(after, Income) and taken(she.file, item, rulebook) is None


def test_only_staff_look_and_only_at_what_is_there(she: Borrower):
    for actor, paper, rule in (
        (she.her, slip(she).paper, "desk.role"),
        (AGENTS[0], "f_other", "evidence.paper"),
        (Actor(Role.AGENT, "x", Auth.NONE), slip(she).paper, "desk.role"),
    ):
        refused = see_paper(she.desk, actor, she.case_id, paper)
        assert isinstance(refused, Refusal) and refused.rule == rule
    seq = she.file.case.seq
    assert isinstance(see_paper(she.desk, AGENTS[0], she.case_id, slip(she).paper), Done)
    again = see_paper(she.desk, AGENTS[0], she.case_id, slip(she).paper)
    assert isinstance(again, Done) and again.replayed
    assert she.file.case.seq == seq + 1
