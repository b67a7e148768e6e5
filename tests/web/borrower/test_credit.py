"""The end of an agreement and the credit record as she sees them: figures before and after, the letter, a dispute."""

from datetime import date

import pytest

from forbear.actions import breach, breach_question, credit
from forbear.config import wiring
from forbear.core.payments import BreakReason
from tests.kept import AGENT, BANK, CHEN, ROW, Kept
from tests.web.borrower.conftest import Borrower


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, sqlite_database) -> Kept:
    made = Kept()
    monkeypatch.setattr(wiring, "desk", lambda: made.desk)
    return made


@pytest.fixture
def she(kept: Kept) -> Borrower:
    return Borrower(kept.desk, ROW)


def test_she_reads_what_would_fall_back_before_and_what_did_after(kept: Kept, she: Borrower):
    kept.pays(40_900)
    kept.until(date(2026, 5, 30))
    page = she.signs_in().opens("payments").text
    assert "如果终止，减免怎么算" in page
    assert "协议内共要还 1,537.00 元，已还 409.00 元。" in page
    assert "保留的减免 7.99 元 恢复的部分 22.01 元" in page
    kept.until(date(2026, 6, 10))
    kept.does(breach.declare_broken, CHEN, BreakReason.UNPAID, "没有还")
    page = she.signs_in().opens("payments").text
    assert "终止之后，减免怎么算" in page
    found = kept.file.promise.fallback
    before, after = found.before.total_minor, found.after.total_minor
    assert (before, after - before) == (112_674, 2_201)
    assert "终止之前共欠 1,126.74 元 终止之后共欠 1,148.75 元" in page


def test_the_letter_is_hers_to_download_once_all_is_paid(kept: Kept, she: Borrower):
    assert she.signs_in().opens("payments/settled.pdf").status == 404
    kept.pays(160_000)
    kept.work()
    page = she.opens("payments").text
    assert "下载结清证明（PDF）" in page
    assert "多付了 67.00 元，2026年3月9日前退给您。" in page
    answer = she.opens("payments/settled.pdf").response
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content == kept.desk.vault.open(kept.file.promise.letter.document)


def test_a_pause_is_told_with_its_last_day(kept: Kept, she: Borrower):
    kept.does(breach.suspend, AGENT, date(2026, 5, 10), "住院")
    page = she.signs_in().opens("payments").text
    assert "协议暂停中 到2026年5月10日（星期日）为止不用还款，也不算晚。" in page


def test_she_sees_every_line_and_disputes_one_in_her_words(kept: Kept, she: Borrower):
    assert "还没有报送过。" in she.signs_in().opens("payments/credit").text
    kept.until(date(2026, 5, 31))
    credit.feed(kept.desk, kept.by(BANK), date(2026, 5, 31))
    page = she.signs_in().opens("payments/credit")
    assert "2026年5月31日 共欠 1,537.00 元 登记为：个性化分期 2026年5月31日报送 过期 43 天 · 2 785.00 元" in page.text
    assert "在 20 天内书面答复您" in page.text
    wrong = she.sends("payments/credit", {"act": "dispute", "on": "2026-05-31", "words": " "})
    assert (wrong.status, wrong.faults) == (422, ["请写一下哪里不对。"])
    wrong = she.sends("payments/credit", {"act": "dispute", "on": "2026-01-01", "words": "不对"})
    assert (wrong.status, wrong.faults) == (422, ["请从报送过的记录里选一条。"])
    sent = she.sends("payments/credit", {"act": "dispute", "on": "2026-05-31", "words": "我 5 月 20 日还过"})
    assert sent.to == she.at("payments/credit?done=disputed")
    page = she.opens("payments/credit?done=disputed").text
    assert "2026年5月31日的记录：正在查，2026年6月20日前答复。" in page
    assert "您写的：我 5 月 20 日还过" in page
    assert "报送过的都已经在查。" in page
    (disputed,) = kept.file.credit.open_disputes
    kept.does(credit.answer_dispute, AGENT, disputed.dispute, words="银行没有这笔。")
    assert "我们的答复：银行没有这笔。" in she.opens("payments/credit").text


def test_her_own_words_wait_to_be_read(kept: Kept, she: Borrower):
    kept.until(date(2026, 3, 31))
    credit.feed(kept.desk, kept.by(BANK), date(2026, 3, 31))
    she.signs_in()
    long = she.sends("payments/credit", {"act": "statement", "statement": "长" * 201})
    assert (long.status, long.faults) == (422, ["请写 1 到 200 个字。"])
    assert she.sends("payments/credit", {"act": "statement", "statement": "一直按时还。"}).status == 302
    assert "您写的说明在等我们看：一直按时还。" in she.opens("payments/credit").text


def test_she_reads_what_she_is_asked_and_answers(kept: Kept, she: Borrower):
    assert she.signs_in().opens("payments/question").to == she.at("payments")
    why = BreakReason.UNDISCLOSED_INCOME
    kept.does(breach_question.ask_about_breach, AGENT, why, "流水里每月另有 3,000 元。<b>")
    for page in ("", "payments"):
        assert "有一件事想问您，2026年3月12日（星期四）前可以答复。 看一看并答复" in she.opens(page).text
    page = she.opens("payments/question").text
    assert "我们查到的：流水里每月另有 3,000 元。<b>" in page
    assert "2026年3月12日（星期四）前您可以说明和补正。" in page
    assert she.sends("payments/question", {"words": " "}).status == 422
    sent = she.sends("payments/question", {"words": "那是我妈妈的钱"})
    assert sent.to == she.at("payments/question?done=answered")
    assert "您在2026年3月2日写的：那是我妈妈的钱" in she.opens("payments/question?done=answered").text
    kept.until(date(2026, 3, 14))
    assert "说明的日子到2026年3月12日（星期四）为止。" in she.signs_in().opens("payments/question").text
