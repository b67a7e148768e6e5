"""A paper at the desk: its pages beside what was read, the questions it raises, accepting it and asking again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from forbear.actions.agenda import work
from forbear.actions.comparison import compare_papers
from forbear.actions.ports import Desk
from forbear.actions.record import By, carry_out
from forbear.core import comparison
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Channel
from forbear.core.evidence import PaperState
from forbear.core.file import CaseFile, Paper
from forbear.core.household import Evidence, Income
from forbear.core.identity import masked_id
from forbear.core.paper import FIELDS
from forbear.core.plan import Cause
from forbear.core.provenance import lines
from forbear.core.reading import Box, Confirmed, Fault, FaultCode, Field, Page, PaperKind, Reading, Remark, StatementRow
from forbear.town.borrower import AGENTS, REVIEWERS, Borrower
from forbear.town.eyes import with_town_eyes
from forbear.town.lives import has_papers, under_review, wishes
from forbear.web.desk.remarks import remark_words
from forbear.web.readings import field_label, field_value
from forbear.words import LANGUAGES, known
from tests.web.desk.conftest import Page as Shown
from tests.web.desk.conftest import Person, live

AGENT, OTHER_AGENT, REVIEWER = AGENTS[0].id, AGENTS[1].id, REVIEWERS[0].id
Signed = Callable[..., Person]


def earning(she: Borrower, cause: Cause = Cause.INCOME_CUT) -> Borrower:
    """The same borrower, who says she earns 5,200 a month."""
    wages = Income(source="wages", evidence=Evidence.D, monthly_minor=520_000)
    home = replace(she.home, cause=cause, household=replace(she.home.household, income=(wages,)))
    return Borrower(she.desk, she.row, home, Random("earning"), 1)


def read_all(desk: Desk) -> None:
    while work(with_town_eyes(desk)):
        pass


@pytest.fixture
def sent(desk: Desk, she: Borrower) -> Borrower:
    """Her card, payslip, statement and another paper came and were read."""
    one = earning(she)
    live(desk, has_papers(one))
    read_all(desk)
    return one


def papers(she: Borrower, item: int = 0) -> list[Paper]:
    return [paper for paper in she.file.papers if item in (0, paper.item)]


def address(she: Borrower, paper: Paper, rest: str = "") -> str:
    return f"/desk/cases/{she.case_id}/papers/{paper.paper}{rest}"


def facts(she: Borrower, kind: str) -> list[e.Recorded]:
    return [event for event in she.file.events if event.fact.type == kind]


def settles(her: Person, she: Borrower, paper: Paper, **data: str) -> Shown:
    return her.sends(address(she, paper, "/settle"), data, form=her.opens(address(she, paper)))


def is_read(she: Borrower, paper: Paper, reading: Reading, legible: bool = True) -> None:
    """What a worker does: the reading is a fact, then the papers are compared."""
    by = By(actor=SYSTEM, channel=Channel.SYSTEM, key=she.desk.ids.new("w"))
    carry_out(
        she.desk, by, she.case_id, {}, lambda _: [e.PaperRead(paper=paper.paper, legible=legible, reading=reading)]
    )
    compare_papers(she.desk, replace(by, key=she.desk.ids.new("w")), she.case_id)


def reading_of(kind: PaperKind, sure: int = 990, rows: tuple[StatementRow, ...] = (), **fields: str) -> Reading:
    box = Box(1_000, 2_000, 3_000, 2_500)
    found = tuple(Field(name=name, value=value, page=1, box=box, confidence=sure) for name, value in fields.items())
    return Reading(kind=kind, pages=(Page(number=1, width=620, height=877),), fields=found, rows=rows)


# ---- what is seen ----------------------------------------------------------------------------------------------


def test_what_was_read_stands_beside_the_page_with_its_place(sent: Borrower, person: Signed):
    card = papers(sent, 1)[0]
    assert card.reading
    page = person(AGENT).opens(address(sent, card))
    name = next(field for field in card.reading.fields if field.name == "name")
    number = card.reading.fields.index(name) + 1
    assert f'<a href="#place-{number}">姓名</a></th><td>{sent.row.name}</td><td>清楚</td>' in page.source
    box = name.box
    assert (
        f'<rect class="place clear" id="place-{number}" x="{box.left - 40}" y="{box.top - 40}" '
        f'width="{box.right - box.left + 80}" height="{box.bottom - box.top + 80}"/>'
    ) in page.source
    assert f'<img src="{address(sent, card, "/pages/1")}" width="675" height="855"' in page.source
    assert " style=" not in page.source and "<script>" not in page.source
    for key, button in (("a", "可以用"), ("n", "下一份")):
        assert f'data-press="{key}"' in page.source and f"{button} <kbd" in page.source


def test_a_picture_comes_from_the_vault_and_nothing_can_run_in_it(desk: Desk, sent: Borrower, person: Signed):
    card, her = papers(sent, 1)[0], person(AGENT)
    assert card.reading
    answer = her.client.get(address(sent, card, "/pages/1"))
    assert b"".join(answer.streaming_content) == desk.vault.open(card.reading.pages[0].image)
    headers = ("Content-Type", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control")
    assert [answer.headers[name] for name in headers] == [
        "image/jpeg", "nosniff", "default-src 'none'; sandbox", "no-store",
    ]  # fmt: skip
    missing = (address(sent, card, "/pages/2"), f"/desk/cases/{sent.case_id}/papers/f_other/pages/1")
    missing += (f"/desk/cases/{sent.case_id}/papers/f_other", f"/desk/cases/c_other/papers/{card.paper}")
    assert [her.client.get(path).status_code for path in missing] == [404] * 4


def test_a_look_is_a_fact_once_a_day_for_each_person_and_paper(desk: Desk, sent: Borrower, person: Signed):
    card, slip = papers(sent)[:2]
    her = person(AGENT)
    for path in (address(sent, card), address(sent, card), address(sent, card, "/pages/1"), address(sent, slip)):
        her.client.get(path)
    person("he").opens(address(sent, card))
    looks = [(event.actor.id, event.fact.paper) for event in facts(sent, "paper.seen")]  # type: ignore[attr-defined]
    assert looks == [(AGENT, card.paper), (AGENT, slip.paper), ("he", card.paper)]
    desk.clock.advance(days=1)  # type: ignore[attr-defined]
    her.opens(address(sent, card))
    assert len(facts(sent, "paper.seen")) == 4
    page = her.opens(f"/desk/cases/{sent.case_id}/papers").text
    assert f"看过的人：经办人 {AGENT} · 审计 he" in page
    assert "还没有人看" in page
    assert "看了材料：身份" in page
    assert f"经办人 {AGENT}, 2026年3月3日" in her.opens(address(sent, card)).text


def test_saving_a_file_is_a_look_too(sent: Borrower, person: Signed):
    card = papers(sent, 1)[0]
    person(AGENT).opens(f"/desk/cases/{sent.case_id}/papers/file/{card.paper}")
    assert [event.actor.id for event in facts(sent, "paper.seen")] == [AGENT]


def test_what_is_unsure_does_not_add_up_or_was_not_found_is_marked(sent: Borrower, person: Signed):
    slip = papers(sent, 2)[0]
    assert slip.reading
    unsure = reading_of(PaperKind.PAYSLIP, 650, name=sent.row.name, month="2026-02", net="520000")
    is_read(sent, slip, replace(unsure, pages=slip.reading.pages))
    page = person(AGENT).opens(address(sent, slip))
    assert "没把握，请对照" in page.text and '<rect class="place low"' in page.source
    assert "没有找到：单位、应发、扣款" in page.text
    bank = papers(sent, 2)[1]
    rows = tuple(
        StatementRow(on=on, amount_minor=amount, balance_minor=balance, text="工资", page=1, box=Box(0, 0, 9, 9),
                     confidence=990, salary=True)
        for on, amount, balance in (("2026-01-10", 520_000, 600_000), ("2026-02-10", 520_000, 1_130_000))
    )  # fmt: skip
    is_read(sent, bank, reading_of(PaperKind.BANK_STATEMENT, rows=rows, holder=sent.row.name))
    page = person(AGENT).opens(address(sent, bank))
    assert '<tr data-place="row-2" class="late"><th scope="row"><a href="#row-2">2026年2月10日</a>' in page.source
    assert page.source.count('<span class="chip no">余额接不上</span>') == 1 and "1 行接不上" in page.text
    assert "有 1 行余额接不上，最早在2026年2月10日。是缺了一行，还是读错了？" in page.text


def test_what_she_says_stands_beside_what_was_read(sent: Borrower, person: Signed):
    slip = papers(sent, 2)[0]
    said = Confirmed(values=(("month", "2026-02"), ("net", "530000")))
    by = By(actor=sent.her, channel=Channel.WEB, key="said")
    fact = e.ReadingConfirmed(paper=slip.paper, changed=1, confirmed=said)
    carry_out(sent.desk, by, sent.case_id, {}, lambda _: [fact])
    page = person(AGENT).opens(address(sent, slip)).text
    assert "借款人写的是：5,300.00 元" in page and "清楚 · 本人确认" in page
    told = person(AGENT).opens(f"/desk/cases/{sent.case_id}").text
    assert "确认了读出的内容（收入）：有更正" in told


def test_a_paper_that_is_not_read_yet_says_so(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    paper = papers(she)[0]
    page = person(AGENT).opens(address(she, paper)).text
    assert "正在读取，请过一分钟再看" in page
    assert "正在读取" in person(AGENT).opens(f"/desk/cases/{she.case_id}/papers").text


def test_completeness_at_a_glance(sent: Borrower, person: Signed):
    her = person(AGENT)
    page = her.opens(f"/desk/cases/{sent.case_id}/papers")
    count = len(sent.file.items)
    assert f"已办妥 0 项，共 {count} 项" in page.text
    first = papers(sent, 1)[0]
    assert f'href="{address(sent, first)}" data-press="n">看下一份材料' in page.source
    settles(her, sent, first, act="accept", reason="")
    assert f"已办妥 1 项，共 {count} 项" in her.opens(f"/desk/cases/{sent.case_id}/papers").text


# ---- accepting and asking again --------------------------------------------------------------------------------


def test_accepting_takes_what_is_shown_of_wages_into_the_budget(sent: Borrower, person: Signed):
    slip, her = papers(sent, 2)[0], person(AGENT)
    page = her.opens(address(sent, slip)).text
    assert "可以用的话，收支会记入" in page
    assert "目前的证明 D · 只是口头说的" in page and "之后的证明 A · 单位和银行一致" in page
    assert "2026年2月 5,200.00 5,200.00" in page
    answer = settles(her, sent, slip, act="accept", reason="")
    after = next(paper for paper in papers(sent) if paper.item == 3)
    assert answer.to == address(sent, after)
    assert sent.file.case.papers[2] is PaperState.ACCEPTED
    shown = next(line for line in lines(sent.file.events) if line.group == "income")
    assert (shown.by.id, shown.paper, shown.changed) == (AGENT, slip.paper, True)
    (wages,) = sent.file.household.income  # type: ignore[union-attr]
    assert (wages.evidence, wages.monthly_minor, wages.slips) == (Evidence.A, 520_000, (("2026-02", 520_000),))
    assert wages.credits == (("2025-12", 520_000), ("2026-01", 520_000), ("2026-02", 520_000))
    assert sent.file.corrections[-1].fact.reason == "工资单和银行流水显示的收入，审核材料时记入"  # type: ignore[attr-defined]


def test_a_question_that_matters_asks_for_a_reason_and_keeps_what_was_typed(sent: Borrower, person: Signed):
    card, her = papers(sent, 1)[0], person(AGENT)
    is_read(sent, card, reading_of(PaperKind.ID_CARD, name="张三", number="110105199003070021"))
    page = her.opens(address(sent, card))
    assert f"材料上的姓名是张三，登记的是{sent.row.name}。这是谁的材料？" in page.text
    held = sent.file.party.id_number_masked  # type: ignore[union-attr]
    assert f"材料上的号码是{masked_id('110105199003070021')}，登记的是{held}。这是谁的材料？" in page.text
    assert page.text.count("要先弄清") == 2
    refused = settles(her, sent, card, act="accept", reason="  ")
    assert (refused.status, len(refused.faults)) == (422, 1)
    assert sent.file.case.papers[1] is PaperState.RECEIVED
    form = her.opens(address(sent, card))
    sent.writes("再补一句")
    stale = her.sends(address(sent, card, "/settle"), {"act": "accept", "reason": "改过名，户口本已核对"}, form=form)
    assert stale.status == 409 and "改过名，户口本已核对</textarea>" in stale.source
    done = settles(her, sent, card, act="accept", reason="改过名，户口本已核对")
    assert done.status == 302
    (accepted,) = facts(sent, "paper.accepted")
    assert accepted.fact.reason == "改过名，户口本已核对"  # type: ignore[attr-defined]
    assert "改过名，户口本已核对" in her.opens(f"/desk/cases/{sent.case_id}").text


def test_the_tab_takes_the_reason_as_well(sent: Borrower, person: Signed):
    card, her = papers(sent, 1)[0], person(AGENT)
    is_read(sent, card, reading_of(PaperKind.ID_CARD, name="张三"))
    assert her.does(sent.case_id, "papers", "1/judge", act="accept", reason="").status == 422
    assert her.does(sent.case_id, "papers", "1/judge", act="accept", reason="改过名").status == 302


def test_asking_again_takes_a_sentence_her_own_words_or_both(sent: Borrower, person: Signed):
    card, her = papers(sent, 1)[0], person(AGENT)
    found = reading_of(PaperKind.ID_CARD, name=sent.row.name)
    is_read(sent, card, replace(found, faults=(Fault(code=FaultCode.BACK_MISSING),)), legible=False)
    page = her.opens(address(sent, card)).source
    assert 'value="back-missing" data-press="r" checked' in page
    empty = settles(her, sent, card, act="refuse", because="own", reason="")
    assert (empty.status, len(empty.faults)) == (422, 1)
    assert 'value="own" checked' in empty.source
    assert settles(her, sent, card, act="refuse", because="back-missing", reason="四个角都要拍到。").status == 302
    assert sent.file.paper_reasons[1] == "还少背面。请把背面也拍上。四个角都要拍到。"
    settles(her, sent, card, act="refuse", because="own", reason="请交清楚一些的。")
    assert sent.file.paper_reasons[1] == "请交清楚一些的。"


def test_the_sentence_is_in_the_borrowers_language(desk: Desk, she: Borrower, person: Signed):
    she.row = replace(she.row, language="en")
    desk.loans.put([she.row])
    one = Borrower(desk, she.row, she.home, Random("en"), 1)
    live(desk, has_papers(one))
    card, her = papers(one, 1)[0], person(AGENT)
    assert '<label class="check" lang="en">' in her.opens(address(one, card)).source
    settles(her, one, card, act="refuse", because="blurred", reason="")
    assert one.file.paper_reasons[1] == "It is blurred. Hold the phone still, let it focus and take it again."


# ---- who may ---------------------------------------------------------------------------------------------------


def test_an_auditor_looks_and_changes_nothing(sent: Borrower, person: Signed):
    card, him = papers(sent, 1)[0], person("he")
    page = him.opens(address(sent, card))
    assert page.status == 200 and 'data-press="a"' not in page.source
    assert page.source.count('<form method="post"') == 1  # signing out
    assert settles(him, sent, card, act="accept", reason="").status == 403
    assert sent.file.case.papers[1] is PaperState.RECEIVED


def test_health_papers_open_only_for_those_who_work_on_the_case(desk: Desk, she: Borrower, person: Signed):
    one = earning(she, Cause.ILLNESS)
    live(desk, under_review(one))
    read_all(desk)
    health = next(paper for paper in papers(one) if paper.health)
    before = len(facts(one, "paper.seen"))
    working, others = (one.agent.id, REVIEWER), ({AGENT, OTHER_AGENT} - {one.agent.id}, {"he"}, {"sun"})
    paths = (address(one, health), address(one, health, "/pages/1"))
    paths += (f"/desk/cases/{one.case_id}/papers/file/{health.paper}",)
    for (name,) in others:
        assert [person(name).client.get(path).status_code for path in paths] == [403] * 3
    assert len(facts(one, "paper.seen")) == before
    tab = person("he").opens(f"/desk/cases/{one.case_id}/papers")
    assert "只给办理本案的同事看" in tab.text and address(one, health) not in tab.source
    other = person(*({AGENT, OTHER_AGENT} - {one.agent.id}))
    seq = one.file.case.seq
    for act in ("accept", "refuse"):
        refused = other.does(one.case_id, "papers", f"{health.item}/judge", act=act, reason="看过了")
        assert refused.status == 403 and "健康材料只给办理本案的同事看" in refused.text
    assert one.file.case.seq == seq
    for name in working:
        assert [person(name).client.get(path).status_code for path in paths] == [200] * 3


# ---- before the decision ---------------------------------------------------------------------------------------


def test_the_decision_shows_which_papers_wait(desk: Desk, she: Borrower, person: Signed):
    one = earning(she)
    live(desk, wishes(one))
    page = person(one.agent.id).opens(f"/desk/cases/{one.case_id}/decision")
    assert "这些材料还没有看：" in page.text
    slip = papers(one, 2)[0]
    assert f'<a href="{address(one, slip)}">收入</a> <span class="chip no">批准前要看</span>' in page.source


# ---- words -----------------------------------------------------------------------------------------------------

QUESTIONS = {
    "other-name": {"shown": "张三", "held": "吕洁倩"},
    "name-in-other-script": {"shown": "LU JIEQIAN", "held": "吕洁倩"},
    "other-number": {"shown": "0021", "held": "510***********002X"},
    "expired": {"on": "2026-03-01"},
    "from-the-future": {"month": "2026-05"},
    "old": {"month": "2025-10", "months": "3"},
    "net-above-gross": {"net": "520000", "gross": "510000"},
    "sum-of-slip": {"gross": "600000", "deductions": "70000", "net": "520000"},
    "sum-of-statement": {"on": "2026-02-10", "rows": "2"},
    "edited": {"program": "Adobe Photoshop 26.0"},
    "fonts": {"fonts": "Arial SimHei SimSun Song"},
    "changed-later": {"made": "2026-03-01", "on": "2026-03-18"},
    "corrected-by-her": {"fields": "month net"},
    "known-elsewhere": {"case": "c_2"},
    "same-content": {},
    "slip-and-bank": {"month": "2026-02", "net": "520000", "credit": "400000"},
    "months-without": {"months": "2026-01 2026-02"},
    "not-stated": {"shown": "520000"},
    "stated-above-shown": {"stated": "520000", "shown": "400000"},
    "shown-above-stated": {"stated": "400000", "shown": "520000"},
}


def test_every_question_of_the_comparison_is_known_here():
    source = Path(comparison.__file__).read_text("utf-8")
    assert [code for code in QUESTIONS if f'"{code}"' not in source] == []
    asked = source.count("_remark(") - 1 + source.count("Remark(code=") - 1  # the two that say what a remark is
    two_names = source.count(' if other_script else "') + source.count(' if said > shown else "')
    assert asked + two_names == len(QUESTIONS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", QUESTIONS)
def test_every_question_is_asked_as_one(language: str, code: str):
    said = remark_words(CaseFile(), Remark(code=code, values=tuple(QUESTIONS[code].items())), language)
    assert said.endswith(("？", "?")) and "{" not in said


def test_figures_in_questions_are_written_as_people_write_them():
    def said(code: str, language: str = "zh") -> str:
        return remark_words(CaseFile(), Remark(code=code, values=tuple(QUESTIONS[code].items())), language)

    assert said("slip-and-bank") == "2026年2月工资条是 5,200.00 元，银行到账 4,000.00 元。其余是用别的方式发的吗？"
    assert said("months-without", "en") == (
        "The statement shows no wages in January 2026, February 2026. Were they paid another way, or not at all?"
    )
    assert said("old", "en") == "It ends with October 2025, more than 3 months back. Is there a newer one?"
    assert said("changed-later") == "文件2026年3月1日生成，2026年3月18日又保存过。知道是为什么吗？"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_every_kind_has_a_name(language: str):
    assert [kind for kind in PaperKind if not known(language, f"evidence.read.kind.{kind}")] == []
    names = [field_label(kind, name, language) for kind, fields in FIELDS.items() for name in fields]
    assert all(names) and len(names) == 39


def test_values_are_written_by_their_form():
    assert field_value(PaperKind.PAYSLIP, "net", "520000", "en") == "CNY 5,200.00"
    assert field_value(PaperKind.PAYSLIP, "month", "2026-02", "zh") == "2026年2月"
    assert field_value(PaperKind.ID_CARD, "valid_to", "long-term", "en") == "long-term"
    assert field_value(PaperKind.ID_CARD, "valid_to", "2030-01-02", "en") == "2 January 2030"
    assert field_value(PaperKind.ID_CARD, "sex", "F", "zh") == "女"
    assert field_value(PaperKind.ID_CARD, "number", "11010519900307002X", "zh") == "11010519900307002X"
