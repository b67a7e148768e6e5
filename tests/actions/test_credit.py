"""The feed to a credit bureau: told before, status only, the same twice, disputed, answered, corrected."""

from dataclasses import fields
from datetime import date

import pytest

from forbear.actions import breach, credit
from forbear.actions.credit import Feed, feed
from forbear.actions.letters import mentioned
from forbear.actions.record import carry_out
from forbear.core import events as e
from forbear.core.contact import SYSTEM
from forbear.core.credit_line import FIELDS, Correction, Line
from forbear.core.file import open_file
from forbear.core.payments import BreakReason
from forbear.core.refusal import Refusal
from tests.kept import AGENT, BANK, CHEN, Kept


@pytest.fixture
def kept() -> Kept:
    return Kept()


def fed(kept: Kept, on: date) -> Feed:
    found = feed(kept.desk, kept.by(BANK), on)
    assert isinstance(found, Feed)
    return found


def row(found: Feed) -> dict[str, object]:
    (line,) = found.lines
    return line.row()


def late(kept: Kept) -> None:
    """The first instalment, due on 18 April, is not paid: by 30 April she has been told that it will be reported."""
    kept.until(date(2026, 4, 30))


def test_a_line_says_how_it_stands_and_nothing_else(kept: Kept):
    kept.until(date(2026, 3, 31))
    found = fed(kept, date(2026, 3, 31))
    assert (found.pack, found.held) == ("cn", ())
    assert row(found) == {
        "contract": "HC-2025-0099123",
        "on": "2026-03-31",
        "status": "N",
        "days_past_due": 0,
        "past_due": "0.00",
        "balance": "1537.00",
        "arrangement": "个性化分期",
        "dispute": "",
        "statement": "",
        "corrects": "",
        "forborne_on": "",
        "cure_on": "",
        "probation_ends_on": "",
    }
    assert list(row(found)) == list(FIELDS)
    assert {field.name for field in fields(Line)}.isdisjoint({"cause", "reason", "words", "health"})


def test_nothing_negative_goes_out_before_she_was_told(kept: Kept):
    """Late from 22 April, told on the 26th, reported from 1 May on: five days after the notice went out."""
    kept.until(date(2026, 4, 25))
    assert kept.told("credit-notice") == []
    assert (fed(kept, date(2026, 4, 25)).lines, fed(kept, date(2026, 4, 25)).held) == ((), ("HC-2025-0099123",))
    kept.until(date(2026, 4, 30))
    assert kept.told("credit-notice") == ["sent"]
    assert fed(kept, date(2026, 4, 30)).held == ("HC-2025-0099123",)
    kept.until(date(2026, 5, 1))
    told = row(fed(kept, date(2026, 5, 1)))
    assert (told["status"], told["days_past_due"], told["past_due"]) == ("1", 13, "409.00")
    (fact,) = [event.fact for event in kept.file.events if event.fact.type == "credit.reported"]
    assert (fact.status, fact.negative, fact.pack) == ("1", True, "cn")


def test_a_notice_that_never_went_out_is_none(kept: Kept):
    kept.desk.messenger.broken = True
    kept.until(date(2026, 6, 30))
    assert kept.told("credit-notice") == ["failed"]
    assert fed(kept, date(2026, 6, 30)).held == ("HC-2025-0099123",)


def test_paid_before_the_report_nothing_negative_is_told(kept: Kept):
    late(kept)
    kept.pays(41_000)
    kept.until(date(2026, 5, 1))
    assert row(fed(kept, date(2026, 5, 1)))["status"] == "N"


def test_the_same_day_again_is_the_same_and_records_nothing(kept: Kept):
    kept.until(date(2026, 5, 31))
    first, size = fed(kept, date(2026, 5, 31)), kept.desk.ledger.size()
    assert fed(kept, date(2026, 5, 31)) == first
    kept.pays(50_000)
    after = kept.desk.ledger.size()
    assert fed(kept, date(2026, 5, 31)) == first
    assert (kept.desk.ledger.size(), size < after) == (after, True)


def test_a_day_in_the_past_is_told_as_it_was_at_its_end(kept: Kept):
    kept.until(date(2026, 6, 10))
    kept.pays(200_000)
    assert row(fed(kept, date(2026, 5, 31)))["past_due"] == "785.00"
    assert row(fed(kept, date(2026, 6, 10)))["status"] == "C"
    assert fed(kept, date(2026, 5, 1)).lines == ()  # a later day was told already
    kept.until(date(2026, 6, 30))
    assert fed(kept, date(2026, 6, 30)).lines == ()  # settled is told once


def test_a_day_that_had_no_line_stays_so_and_the_next_one_marks_the_dispute(kept: Kept):
    """All is paid and told; of the days after nothing is. What she disputes then is of its own day."""
    kept.until(date(2026, 3, 31))
    fed(kept, date(2026, 3, 31))
    kept.pays(160_000)
    kept.until(date(2026, 4, 1))
    fed(kept, date(2026, 4, 1))
    kept.until(date(2026, 4, 3))
    first = fed(kept, date(2026, 4, 2))
    kept.does(credit.dispute_line, kept.her, date(2026, 3, 31), "不对")
    size = kept.desk.ledger.size()
    assert (fed(kept, date(2026, 4, 2)), kept.desk.ledger.size()) == (first, size)
    kept.until(date(2026, 4, 4))
    assert [(line.corrects_on, line.dispute) for line in fed(kept, date(2026, 4, 3)).lines] == [
        (date(2026, 3, 31), "异议")
    ]


def test_of_whom_the_contract_is_erased_no_line_is_told_again(kept: Kept):
    """A country may let go of names sooner than of agreements; a line without its contract would be of nobody."""
    kept.until(date(2026, 3, 31))
    fed(kept, date(2026, 3, 31))
    gone = [e.DataErased(retention_class=e.Retention.IDENTITY, why="asked", keys=1)]
    carry_out(kept.desk, kept.by(SYSTEM), kept.case_id, {"gone": 1}, lambda _: gone)
    assert fed(kept, date(2026, 3, 31)) == Feed(pack="cn", on=date(2026, 3, 31), lines=(), held=())


def test_a_day_to_come_is_refused_and_records_nothing(kept: Kept):
    size = kept.desk.ledger.size()
    found = feed(kept.desk, kept.by(BANK), date(2026, 3, 3))
    assert isinstance(found, Refusal) and found.rule == "credit.future"
    assert kept.desk.ledger.size() == size


def test_after_a_breach_the_loan_account_reports(kept: Kept):
    kept.until(date(2026, 5, 31))
    assert kept.does(breach.declare_broken, CHEN, BreakReason.UNPAID, "没有还").events
    assert fed(kept, date(2026, 5, 31)).lines == ()


def test_a_dispute_is_marked_answered_and_taken_off(kept: Kept):
    kept.until(date(2026, 5, 31))
    told = fed(kept, date(2026, 5, 31))
    done = kept.does(credit.dispute_line, kept.her, date(2026, 5, 31), "我 5 月 20 日还过")
    (disputed,) = kept.file.credit.open_disputes
    assert disputed.answer_by_on == date(2026, 6, 20)
    assert kept.told("dispute-received") == ["queued"]
    kept.until(date(2026, 6, 1))
    assert done.events and [item.kind for item in kept.desk.agenda.given_up()] == ["dispute"]
    marked = fed(kept, date(2026, 6, 1)).lines
    assert [(line.corrects_on, line.dispute, line.status) for line in marked] == [
        (date(2026, 5, 31), "异议", told.lines[0].status),
        (None, "", "2"),
    ]
    kept.does(credit.answer_dispute, AGENT, disputed.dispute, words="查过银行流水，没有这笔。")
    assert kept.desk.agenda.given_up() == ()
    kept.until(date(2026, 6, 2))
    assert kept.told("dispute-answered") == ["sent"]
    lines = fed(kept, date(2026, 6, 2)).lines
    assert [(line.corrects_on, line.dispute) for line in lines] == [(date(2026, 5, 31), ""), (None, "")]
    kept.until(date(2026, 6, 3))
    assert [line.corrects_on for line in fed(kept, date(2026, 6, 3)).lines] == [None]


def test_where_she_was_right_a_corrected_line_names_its_day(kept: Kept):
    kept.until(date(2026, 5, 31))
    fed(kept, date(2026, 5, 31))
    kept.does(credit.dispute_line, kept.her, date(2026, 5, 31), "第一期还过了")
    (disputed,) = kept.file.credit.open_disputes
    wrong = Correction(reported_on=date(2026, 5, 31), days_past_due=13, past_due_minor=0)
    refused = kept.does(credit.answer_dispute, AGENT, disputed.dispute, words="对", correction=wrong)
    assert refused.rule == "credit.correction"
    right = Correction(reported_on=date(2026, 5, 31), days_past_due=13, past_due_minor=38_400)
    kept.does(credit.answer_dispute, AGENT, disputed.dispute, words="您说得对，改过来了。", correction=right)
    again = kept.does(credit.answer_dispute, AGENT, disputed.dispute, words="再答一次", correction=right)
    assert again.rule == "credit.answered"
    kept.until(date(2026, 6, 1))
    corrected = fed(kept, date(2026, 6, 1)).lines[0].row()
    assert (corrected["corrects"], corrected["status"], corrected["past_due"]) == ("2026-05-31", "1", "384.00")
    assert corrected["dispute"] == ""


def test_an_unanswered_dispute_becomes_a_task_again_before_its_day(kept: Kept):
    kept.until(date(2026, 5, 31))
    fed(kept, date(2026, 5, 31))
    kept.does(credit.dispute_line, kept.her, date(2026, 5, 31), "不对")
    kept.until(date(2026, 6, 14))
    assert len(kept.desk.agenda.given_up()) == 1
    kept.until(date(2026, 6, 15))
    assert [item.kind for item in kept.desk.agenda.given_up()] == ["dispute", "dispute"]


def test_what_was_never_told_cannot_be_disputed_nor_twice(kept: Kept):
    kept.until(date(2026, 3, 31))
    assert kept.does(credit.dispute_line, kept.her, date(2026, 3, 31), "不对").rule == "credit.line"
    fed(kept, date(2026, 3, 31))
    assert kept.does(credit.dispute_line, kept.her, date(2026, 3, 31), "  ").rule == "credit.words"
    assert kept.does(credit.dispute_line, kept.her, date(2026, 3, 31), "不对").events
    assert kept.does(credit.dispute_line, kept.her, date(2026, 3, 31), "不对").rule == "credit.open"


def test_her_own_words_go_along_only_once_a_person_read_them(kept: Kept):
    kept.until(date(2026, 3, 31))
    fed(kept, date(2026, 3, 31))
    assert kept.does(credit.give_statement, AGENT, "她病了").rule == "credit.hers"
    kept.does(credit.give_statement, kept.her, "我得了重病")
    kept.until(date(2026, 4, 1))
    assert [line.statement for line in fed(kept, date(2026, 4, 1)).lines] == [""]
    assert [item.kind for item in kept.desk.agenda.given_up()] == ["own-statement"]
    kept.does(credit.judge_statement, AGENT, passed=False, words="请不要写病情")
    assert kept.desk.agenda.given_up() == ()
    kept.does(credit.give_statement, kept.her, "与贷款人协商分期，一直按时还。")
    kept.does(credit.judge_statement, AGENT, passed=True)
    kept.until(date(2026, 4, 2))
    lines = {line.corrects_on: line.statement for line in fed(kept, date(2026, 4, 2)).lines}
    assert lines == {None: "与贷款人协商分期，一直按时还。", date(2026, 4, 1): "与贷款人协商分期，一直按时还。"}
    kept.until(date(2026, 4, 3))
    assert [line.corrects_on for line in fed(kept, date(2026, 4, 3)).lines] == [None]


def test_each_answer_names_the_line_it_is_about_and_says_when_it_is_late(kept: Kept):
    """Two disputes: the older is answered in its days, the newer three days late."""
    for day in (date(2026, 3, 30), date(2026, 3, 31)):
        kept.until(day)
        fed(kept, day)
    kept.does(credit.dispute_line, kept.her, date(2026, 3, 30), "不对")
    kept.does(credit.dispute_line, AGENT, date(2026, 3, 31), "电话里说：这条也不对")
    older, newer = kept.file.credit.open_disputes
    kept.until(date(2026, 4, 2))
    kept.does(credit.answer_dispute, AGENT, older.dispute, words="三十日的查过。")
    kept.until(date(2026, 4, 23))
    assert newer.answer_by_on == date(2026, 4, 20)
    assert [item.kind for item in kept.desk.agenda.given_up()] == ["dispute"] * 3
    kept.does(credit.answer_dispute, AGENT, newer.dispute, words="三十一日的查过。")
    assert kept.desk.agenda.given_up() == ()
    said = [mentioned_of(kept, event.seq) for event in kept.file.events if event.fact.type == "credit.answered"]
    assert [(one["answered_on"], one["dispute_answer"], one["dispute_late"]) for one in said] == [
        ("2026年3月30日", "三十日的查过。", ""),
        ("2026年3月31日", "三十一日的查过。", "2026年4月20日"),
    ]


def mentioned_of(kept: Kept, seq: int) -> dict[str, str]:
    """What a message could mention right after an event."""
    then = open_file(event for event in kept.file.events if event.seq <= seq)
    return mentioned(kept.desk, then, "zh")


def test_the_task_before_an_answer_is_due_falls_on_a_day_when_somebody_is_there(kept: Kept):
    """Disputed on 16 April, answer by 6 May; five days before is in the May holiday (1 to 5 May): 30 April it is."""
    kept.until(date(2026, 3, 31))
    fed(kept, date(2026, 3, 31))
    kept.until(date(2026, 4, 16))
    kept.does(credit.dispute_line, kept.her, date(2026, 3, 31), "不对")
    assert kept.file.credit.open_disputes[0].answer_by_on == date(2026, 5, 6)
    counts = {}
    for day in (date(2026, 4, 29), date(2026, 4, 30), date(2026, 5, 6), date(2026, 5, 7)):
        kept.until(day)
        counts[day.isoformat()] = sum(item.kind == "dispute" for item in kept.desk.agenda.given_up())
    assert counts == {"2026-04-29": 1, "2026-04-30": 2, "2026-05-06": 2, "2026-05-07": 3}


def test_settled_is_told_once_even_where_an_earlier_line_is_disputed_after_it(kept: Kept):
    kept.until(date(2026, 3, 31))
    fed(kept, date(2026, 3, 31))
    kept.pays(160_000)
    kept.until(date(2026, 4, 1))
    assert row(fed(kept, date(2026, 4, 1)))["status"] == "C"
    kept.does(credit.dispute_line, kept.her, date(2026, 3, 31), "不对")
    kept.until(date(2026, 4, 2))
    assert [(line.corrects_on, line.dispute) for line in fed(kept, date(2026, 4, 2)).lines] == [
        (date(2026, 3, 31), "异议")
    ]
    kept.until(date(2026, 4, 3))
    assert fed(kept, date(2026, 4, 3)).lines == ()
