"""`forbear credit-feed` as the engineer of a lender runs it: what is written, which status, the same bytes again."""

import errno
import json
import logging
import os
import sys
import time
from argparse import Namespace
from datetime import date, timedelta
from pathlib import Path

import pytest

from forbear.actions import breach, breach_question, conversation, credit, payments, statement
from forbear.actions.ports import ZONE
from forbear.actions.record import carry_out
from forbear.adapters.memory import clock_of, memory_desk
from forbear.adapters.rulebooks import FiledRulebooks
from forbear.config import credit_feed, wiring
from forbear.core import events as e
from forbear.core.clocks import start_of
from forbear.core.credit_line import FIELDS, Correction
from forbear.core.evidence import PaperFacts
from forbear.core.payments import BreakReason
from forbear.core.statement import Question
from tests.kept import AGENT, BEGIN, Kept, stored

HEAD = ",".join(FIELDS) + "\n"
DOCS = Path(__file__).parent.parent / "docs" / "credit-feed.md"


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    made = Kept()
    monkeypatch.setattr(wiring, "desk", lambda: made.desk)
    return made


class Ran:
    """The command in this process; its status and what it wrote."""

    def __init__(self, capsys: pytest.CaptureFixture[str], on: str, *, form: str = "csv", out: Path | None = None):
        capsys.readouterr()
        given = Namespace(on=on, format=form, out=str(out) if out else None, language="en")
        self.status = credit_feed.run(given)
        self.out, self.err = capsys.readouterr()


def test_a_house_without_cases_has_a_file_without_lines(monkeypatch, capsys):
    empty = memory_desk(at=start_of(BEGIN, ZONE, 9), rows=[])
    monkeypatch.setattr(wiring, "desk", lambda: empty)
    told = Ran(capsys, "2026-03-01")
    assert (told.status, told.out, told.err) == (0, HEAD, "")
    told = Ran(capsys, "2026-03-01", form="json")
    assert json.loads(told.out) == {"pack": "cn", "on": "2026-03-01", "lines": [], "held": []}


@pytest.mark.parametrize(
    "on", ["", "2026-02-30", "2026-13-01", "0000-01-01", "March", "20260331", "2026-W13-2", "２０２６-03-31", "2026-03"]
)
def test_a_day_that_is_none_is_status_2(capsys, on: str):
    told = Ran(capsys, on)
    assert (told.status, told.out) == (2, "")
    assert told.err == f"forbear credit-feed: --on {on!r} is no day; write it as 2026-03-31.\n"


def test_a_day_to_come_or_before_all_rules_is_status_2_and_records_nothing(kept: Kept, capsys):
    size = kept.desk.ledger.size()
    told = Ran(capsys, "2026-03-03")
    assert (told.status, told.out) == (2, "")
    assert told.err == "forbear credit-feed: 2026-03-03 has not come yet and cannot be reported.\n"
    assert Ran(capsys, "1999-12-31").status == 2
    assert kept.desk.ledger.size() == size


def reported(kept: Kept) -> None:
    """Late, told of it, reported; then she disputes the line and is right."""
    kept.until(date(2026, 5, 1))


def test_the_docs_show_what_is_written(kept: Kept, capsys):
    """The two files of docs/credit-feed.md, to the byte: a late line, then its correction beside the next day's."""
    reported(kept)
    first = Ran(capsys, "2026-05-01")
    assert first.out in DOCS.read_text("utf-8")
    assert first.out.startswith(HEAD)
    kept.does(credit.dispute_line, kept.her, date(2026, 5, 1), "我 4 月还过 25 元")
    (dispute,) = kept.file.credit.open_disputes
    right = Correction(reported_on=date(2026, 5, 1), days_past_due=13, past_due_minor=38_400)
    kept.does(credit.answer_dispute, AGENT, dispute.dispute, words="查到了，改过来。", correction=right)
    kept.until(date(2026, 5, 2))
    second = Ran(capsys, "2026-05-02")
    assert second.out in DOCS.read_text("utf-8")
    assert second.out.count("\n") == 3


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_day_gives_the_same_bytes_for_ever(kept: Kept, capsys, form: str):
    """Whatever comes later: money, a dispute, other words of hers, the end."""
    reported(kept)
    Ran(capsys, "2026-05-01", form=form)
    kept.does(credit.give_statement, kept.her, "一直在还。")
    kept.does(credit.judge_statement, AGENT, passed=True)
    kept.until(date(2026, 5, 2))
    with_words = Ran(capsys, "2026-05-02", form=form)
    assert "一直在还。" in with_words.out
    kept.does(credit.give_statement, kept.her, "我得了重病")
    size = kept.desk.ledger.size()
    assert Ran(capsys, "2026-05-02", form=form).out == with_words.out
    kept.does(credit.judge_statement, AGENT, passed=False, words="请不要写病情")
    kept.does(credit.give_statement, kept.her, "按协议还款。")
    kept.does(credit.judge_statement, AGENT, passed=True)
    kept.does(credit.dispute_line, kept.her, date(2026, 5, 2), "不对")
    kept.pays(160_000)
    kept.until(date(2026, 5, 20))
    assert Ran(capsys, "2026-05-02", form=form).out == with_words.out
    assert kept.desk.ledger.size() > size
    after = Ran(capsys, "2026-05-20", form=form)
    assert "按协议还款。" in after.out and "一直在还。" not in after.out and "重病" not in after.out


def test_words_that_nobody_read_yet_never_leave_and_the_read_ones_stay(kept: Kept, capsys):
    reported(kept)
    Ran(capsys, "2026-05-01")
    kept.does(credit.give_statement, kept.her, "=一直在还。")
    kept.does(credit.judge_statement, AGENT, passed=True)
    kept.does(credit.give_statement, kept.her, "CANARY 我得了重病")
    kept.until(date(2026, 5, 2))
    told = Ran(capsys, "2026-05-02")
    assert "CANARY" not in told.out and told.out.count("'=一直在还。") == 2


def test_what_is_held_back_is_named_both_times(kept: Kept, capsys):
    """Also where the same file tells of an earlier day, as the earlier line is marked."""
    kept.until(date(2026, 3, 31))
    Ran(capsys, "2026-03-31")
    kept.does(credit.dispute_line, kept.her, date(2026, 3, 31), "不对")
    kept.until(date(2026, 4, 26), 9)
    first = Ran(capsys, "2026-04-25", form="json")
    assert [line["corrects"] for line in json.loads(first.out)["lines"]] == ["2026-03-31"]
    assert first.err == "HC-2025-0099123: not reported, as she has not been told before (art. 15)\n"
    again = Ran(capsys, "2026-04-25", form="json")
    assert (again.out, again.err) == (first.out, first.err)


# ---- files -----------------------------------------------------------------------------------------------------


def test_a_file_is_there_whole_and_one_that_holds_something_else_is_left_alone(kept: Kept, capsys, tmp_path: Path):
    reported(kept)
    out = tmp_path / "2026-05-01.csv"
    told = Ran(capsys, "2026-05-01", out=out)
    assert (told.status, told.out) == (0, "")
    assert out.read_bytes().decode() == Ran(capsys, "2026-05-01").out
    assert Ran(capsys, "2026-05-01", out=out).status == 0
    other = Ran(capsys, "2026-05-01", form="json", out=out)
    assert other.status == 2 and "holds something else" in other.err
    assert out.read_bytes().decode() == Ran(capsys, "2026-05-01").out
    assert [path.name for path in tmp_path.iterdir()] == ["2026-05-01.csv"]


def test_a_place_that_is_none_is_found_before_anything_is_recorded(kept: Kept, capsys, tmp_path: Path):
    reported(kept)
    size = kept.desk.ledger.size()
    for out in (tmp_path, tmp_path / "gone" / "file.csv", Path("/dev/full")):
        told = Ran(capsys, "2026-05-01", out=out)
        assert (told.status, told.out) == (2, "") and str(out) in told.err
    assert kept.desk.ledger.size() == size


def test_a_full_disk_loses_nothing(kept: Kept, capsys, monkeypatch, tmp_path: Path):
    reported(kept)
    out = tmp_path / "feed.csv"

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        told = Ran(capsys, "2026-05-01", out=out)
    assert told.status == 1
    assert f"{out} was not written: No space left on device." in told.err
    assert list(tmp_path.iterdir()) == []
    with monkeypatch.context() as disk, open("/dev/full", "w", encoding="utf-8") as nowhere:
        disk.setattr(sys, "stdout", nowhere)
        status = credit_feed.run(Namespace(on="2026-05-01", format="csv", out=None, language="en"))
        disk.setattr(nowhere, "close", lambda: None)
    assert status == 1
    assert Ran(capsys, "2026-05-01", out=out).status == 0
    assert out.read_bytes().decode() == Ran(capsys, "2026-05-01").out


# ---- days and countries ------------------------------------------------------------------------------------------


def test_a_payment_of_the_last_second_of_a_day_counts_on_it(kept: Kept, capsys):
    """The day ends at the lender's place."""
    kept.until(date(2026, 4, 30), 23)
    clock_of(kept.desk).move_to(start_of(date(2026, 5, 1), ZONE) - timedelta(seconds=1))
    kept.pays(40_900)
    kept.until(date(2026, 5, 18), 9)
    assert "2026-04-30,N,0,0.00,1128.00" in Ran(capsys, "2026-04-30").out


def test_a_payment_of_midnight_counts_on_the_next_day(kept: Kept, capsys):
    kept.until(date(2026, 4, 30), 23)
    clock_of(kept.desk).move_to(start_of(date(2026, 5, 1), ZONE))
    kept.pays(40_900, paid_on=date(2026, 4, 30))
    told = Ran(capsys, "2026-04-30")
    assert (told.out, told.err[:15]) == (HEAD, "HC-2025-0099123")
    assert "2026-05-01,N,0,0.00,1128.00" in Ran(capsys, "2026-05-01").out


def test_a_machine_whose_clock_is_set_back_in_the_night_tells_each_day_once(kept: Kept, capsys, monkeypatch):
    """Berlin sets its clocks back on 25 October 2026; the days are the lender's."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        kept.until(date(2026, 10, 27))
        days = [Ran(capsys, f"2026-10-{day}").out.splitlines()[1].split(",") for day in (24, 25, 26)]
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert [day[1] for day in days] == ["2026-10-24", "2026-10-25", "2026-10-26"]
    assert [int(day[3]) for day in days] == [189, 190, 191]


PACKS = {"cn": "consumer-finance"} | dict.fromkeys(("au", "uk", "us", "eu"), "consumer-credit")
"""Country and sector."""


@pytest.mark.parametrize("country", PACKS)
def test_each_country_has_a_file_of_its_own_codes(country: str, monkeypatch, capsys):
    made = Kept(rulebooks=FiledRulebooks(country, PACKS[country], None))
    monkeypatch.setattr(wiring, "desk", lambda: made.desk)
    made.until(date(2026, 3, 31))
    (line,) = json.loads(Ran(capsys, "2026-03-31", form="json").out)["lines"]
    book = made.desk.rulebooks.on(date(2026, 3, 31))
    assert (line["status"], line["arrangement"]) == (
        book.rows("credit.status")[0]["status"],
        book.text("credit.arrangement"),
    )
    eu = ["2026-03-02", "2027-03-02", "2029-03-02"]  # 104 days late when helped: a year to cure, two of probation
    assert [line[name] for name in ("forborne_on", "cure_on", "probation_ends_on")] == (
        eu if country == "eu" else ["", "", ""]
    )
    made.pays(160_000)
    (line,) = json.loads(Ran(capsys, "2026-03-31", form="json").out)["lines"]
    assert line["balance"] == "1537.00"
    made.until(date(2026, 4, 1))
    (line,) = json.loads(Ran(capsys, "2026-04-01", form="json").out)["lines"]
    assert (line["status"], line["balance"], line["forborne_on"]) == (book.text("credit.settled_status"), "0.00", "")


def test_both_databases_write_what_memory_writes(database, monkeypatch, capsys):
    told = []
    for made in (Kept(desk=stored()), Kept()):
        reported(made)
        monkeypatch.setattr(wiring, "desk", lambda desk=made.desk: desk)
        told += [Ran(capsys, "2026-05-01").out, Ran(capsys, "2026-05-01").out]
    assert told[0].count("\n") == 2
    assert set(told) == {told[0]}


# ---- a status and never a reason -----------------------------------------------------------------------------------


def test_no_word_of_hers_or_of_the_desk_leaves_with_it(kept: Kept, capsys, caplog):
    """CANARY stands in everything that somebody can write into a case; none is in the feed, on stderr or in the log."""
    caplog.set_level(logging.DEBUG)
    paper = PaperFacts(name="CANARY.jpg", mime="image/jpeg", size=1, sha256="0" * 64, blob="b_1", health=True)
    planted = [
        e.AnswerGiven(question=Question.STORY, answer={"story": "CANARY 癌症"}),
        e.PaperReceived(item=1, paper="p_1", facts=paper),
    ]
    carry_out(kept.desk, kept.by(kept.her), kept.case_id, {"plant": 1}, lambda _: planted)
    kept.does(conversation.write_message, AGENT, "CANARY 化疗")
    kept.does(conversation.write_note, AGENT, "CANARY 抑郁")
    kept.does(conversation.ask_person, kept.her, "CANARY 住院")
    kept.pays(100, "CANARY-REF")
    kept.does(payments.reverse_payment, AGENT, kept.file.payments[-1].payment, "CANARY 退票")
    why = BreakReason.UNDISCLOSED_INCOME
    kept.does(breach_question.ask_about_breach, AGENT, why, "CANARY 另有收入")
    kept.does(breach_question.explain_breach, kept.her, "CANARY 手术")
    kept.does(breach_question.clear_breach, AGENT, "CANARY 清楚了")
    kept.does(breach.suspend, AGENT, date(2026, 3, 20), "CANARY 住院")
    reported(kept)
    first = Ran(capsys, "2026-05-01")
    kept.does(credit.dispute_line, kept.her, date(2026, 5, 1), "CANARY 我病了")
    (dispute,) = kept.file.credit.open_disputes
    kept.does(credit.give_statement, kept.her, "CANARY 重病")
    kept.until(date(2026, 5, 2))
    marked = Ran(capsys, "2026-05-02", form="json")
    kept.does(credit.judge_statement, AGENT, passed=False, words="CANARY 请不写病情")
    kept.does(credit.answer_dispute, AGENT, dispute.dispute, words="CANARY 查过")
    kept.does(payments.renegotiate, kept.her, "CANARY 又病了")
    kept.does(statement.give_answer, kept.her, Question.STORY, {"story": "CANARY 复发"})
    kept.until(date(2026, 5, 3))
    last = Ran(capsys, "2026-05-03")
    held = "".join(str(event.fact) for event in kept.file.events)
    assert held.count("CANARY") > 15
    for told in (first, marked, last):
        assert told.status == 0 and told.out.count("HC-2025-0099123") >= 1
        assert "CANARY" not in told.out + told.err
    assert "CANARY" not in caplog.text
    assert "郑秀兰" not in first.out + marked.out + last.out
