"""What she may ask about her data, what keeps it, and who has to agree before anything goes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from forbear.actions import leaving
from forbear.actions.agenda import work
from forbear.actions.contact import choose_reach
from forbear.actions.contact_budget import reach_of
from forbear.actions.leaving_ports import Keeping
from forbear.actions.ports import Desk
from forbear.actions.record import By, carry_out, load
from forbear.adapters.memory import memory_desk, sent_by
from forbear.core import events as e
from forbear.core.case import fold
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Reach, Role
from forbear.core.facts import Retention
from forbear.core.refusal import Refusal
from forbear.town.borrower import AGENTS, REVIEWERS, Borrower
from forbear.town.sample import somebody

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LAW = "中华人民共和国反洗钱法（2024 年修订） 34"


@pytest.fixture
def desk() -> Desk:
    return memory_desk(at=MONDAY)


@pytest.fixture
def she(desk: Desk) -> Borrower:
    row, home = somebody(desk, Random("leaving"), 1, date(2026, 3, 2), planned=True, above=True)
    row = replace(row, language="zh")
    desk.loans.put([row])
    her = Borrower(desk, row, home, Random("she"), 1)
    her.arrives()
    return her


def by(actor: Actor, key: str) -> By:
    return By(actor=actor, channel=Channel.WEB, key=key)


def her(desk: Desk, she: Borrower) -> Actor:
    return Actor(Role.BORROWER, desk.cases.line(she.case_id).borrower_id, Auth.CODE)  # type: ignore[union-attr]


def asks(desk: Desk, she: Borrower, right: e.Right, *classes: Retention, words: str = "") -> str:
    done = leaving.ask_about_data(
        desk, by(her(desk, she), f"asks:{right}"), she.case_id, right, classes=classes, words=words
    )
    assert not isinstance(done, Refusal)
    return next(event.fact.request for event in done.events if isinstance(event.fact, e.DataAsked))


def facts(desk: Desk, she: Borrower, kind: type[e.Fact]) -> list[e.Fact]:
    return [event.fact for event in desk.ledger.events(she.case_id) if isinstance(event.fact, kind)]


def rule(outcome: object) -> str:
    assert isinstance(outcome, Refusal)
    return outcome.rule


def test_a_wish_has_its_day_and_two_tasks_and_a_message(desk: Desk, she: Borrower):
    request = asks(desk, she, e.Right.CORRECT, words="我的名字写错了。")
    (wish,) = leaving.requests(load(desk, she.case_id))
    assert (wish.request, wish.answer_by_on, wish.open) == (request, date(2026, 3, 23), True)
    work(desk)
    assert [item.kind for item in desk.agenda.given_up()] == ["data-asked"]
    assert "已收到您关于个人信息的请求" in sent_by(desk)[-1].body and "2026年3月23日" in sent_by(desk)[-1].body
    desk.clock.move_to(datetime(2026, 3, 23, 2, 0, tzinfo=UTC))  # type: ignore[attr-defined]
    work(desk)
    assert [item.kind for item in desk.agenda.given_up()] == ["data-asked", "data-due"]
    again = leaving.ask_about_data(
        desk, by(her(desk, she), "again"), she.case_id, e.Right.CORRECT, words=" 我的名字写错了。"
    )
    assert not isinstance(again, Refusal) and again.events == () and len(leaving.requests(load(desk, she.case_id))) == 1
    other = leaving.ask_about_data(
        desk, by(her(desk, she), "other"), she.case_id, e.Right.CORRECT, words="电话也错了。"
    )
    assert not isinstance(other, Refusal) and len(leaving.requests(load(desk, she.case_id))) == 2
    leaving.answer_request(desk, by(AGENTS[0], "a"), she.case_id, request, e.Answered.CORRECTED, "已改好。")
    assert desk.agenda.given_up() == (), "whoever answered has done the task too"


def test_what_is_put_right_is_a_new_fact_and_the_old_one_stays(desk: Desk, she: Borrower):
    request = asks(desk, she, e.Right.CORRECT, words="名字")
    said = {"name": "吕洁倩", "phone": "13800138000", "email": ""}
    correct = leaving.correct_party
    assert rule(correct(desk, by(her(desk, she), "x"), she.case_id, request, **said)) == "desk.role"
    wrong = correct(desk, by(AGENTS[0], "w"), she.case_id, request, **{**said, "phone": "12"})
    assert rule(wrong) == "leaving.phone"
    before = load(desk, she.case_id).party
    correct(desk, by(AGENTS[0], "c"), she.case_id, request, **said)
    party = load(desk, she.case_id).party
    assert party is not None and (party.name, party.phone, party.email) == ("吕洁倩", "13800138000", None)
    assert facts(desk, she, e.CaseOpened)[0].party == before  # type: ignore[attr-defined]
    answered = leaving.answer_request(
        desk, by(AGENTS[0], "a"), she.case_id, request, e.Answered.CORRECTED, "已改好，谢谢您告诉我们。"
    )
    assert not isinstance(answered, Refusal)
    assert not leaving.requests(load(desk, she.case_id))[0].open
    again = leaving.answer_request(desk, by(AGENTS[0], "b"), she.case_id, request, e.Answered.REFUSED, "x")
    assert rule(again) == "leaving.request"


def test_a_number_put_right_is_the_one_that_messages_go_to_also_where_she_chose_how_she_is_reached(
    desk: Desk, she: Borrower
):
    """She chose her hours while the wrong number stood; her choice still is what it was, and can be changed."""
    party = load(desk, she.case_id).party
    assert party is not None
    chosen = Reach(language="zh", phone=party.phone, email="old@mail.example", safe_from="18:00", safe_until="21:00")
    assert not isinstance(choose_reach(desk, by(her(desk, she), "reach"), she.case_id, chosen), Refusal)
    request = asks(desk, she, e.Right.CORRECT, words="电话和邮箱都换了")
    said = {"name": party.name, "phone": "13800138000", "email": "new@mail.example"}
    leaving.correct_party(desk, by(AGENTS[0], "c"), she.case_id, request, **said)
    right = replace(chosen, phone="13800138000", email="new@mail.example")
    assert (load(desk, she.case_id).reach, reach_of(desk, load(desk, she.case_id))) == (right, right)
    leaving.answer_request(desk, by(AGENTS[0], "a"), she.case_id, request, e.Answered.CORRECTED, "已改好。")
    queued = [fact.letter.to for fact in facts(desk, she, e.NoticeQueued)]  # type: ignore[attr-defined]
    assert queued[-2:] == ["13800138000", "new@mail.example"]
    other = replace(right, safe_from="", safe_until="")
    assert not isinstance(choose_reach(desk, by(her(desk, she), "again"), she.case_id, other), Refusal)


def test_while_the_case_goes_on_its_purpose_keeps_everything(desk: Desk, she: Borrower):
    she.answers()
    she.submits()
    request = asks(desk, she, e.Right.ERASE, Retention.STATEMENT, Retention.IDENTITY)
    propose, answer = leaving.propose_erasure, leaving.answer_request
    assert rule(propose(desk, by(AGENTS[0], "p"), she.case_id, request)) == "leaving.nothing"
    answer(desk, by(AGENTS[0], "a"), she.case_id, request, e.Answered.REFUSED, "申请还在进行，材料还要用。")
    told = [(one.retention_class, one.why, one.article) for one in facts(desk, she, e.ErasureRefused)]  # type: ignore[attr-defined]
    purpose = "中华人民共和国个人信息保护法 47"
    assert told == [
        (Retention.IDENTITY, e.Stays.LAW, LAW),
        (Retention.STATEMENT, e.Stays.PURPOSE, purpose),
    ]
    before = len(sent_by(desk))
    work(desk)
    sent = [message.subject or message.body for message in sent_by(desk)[before:]]
    assert sum("答复" in text for text in sent) >= 1 and not any("多保存" in text for text in sent), (
        "one answer, not three"
    )
    assert facts(desk, she, e.DataErased) == []


def draft_asks_to_go(desk: Desk, she: Borrower) -> str:
    she.answers(upto=4)
    return asks(desk, she, e.Right.ERASE, Retention.STATEMENT, Retention.IDENTITY)


def test_two_people_agree_and_a_day_later_it_goes(desk: Desk, she: Borrower):
    request = draft_asks_to_go(desk, she)
    agree = leaving.agree_erasure
    assert rule(agree(desk, by(REVIEWERS[0], "1"), she.case_id, request)) == "leaving.proposed"
    no = leaving.answer_request(desk, by(AGENTS[0], "n"), she.case_id, request, e.Answered.REFUSED, "不行")
    assert rule(no) == "leaving.may_go"
    leaving.propose_erasure(desk, by(REVIEWERS[0], "p"), she.case_id, request)
    assert rule(agree(desk, by(REVIEWERS[0], "2"), she.case_id, request)) == "decision.four_eyes"
    assert rule(agree(desk, by(AGENTS[0], "3"), she.case_id, request)) == "decision.role"
    assert not isinstance(agree(desk, by(REVIEWERS[1], "4"), she.case_id, request), Refusal)
    work(desk)
    assert facts(desk, she, e.DataErased) == [], "the answer finds her first"
    assert any("已有答复" in message.body for message in sent_by(desk))
    state = fold(desk.ledger.events(she.case_id))
    desk.clock.advance(days=1)  # type: ignore[attr-defined]
    work(desk)
    gone = [(one.retention_class, one.why) for one in facts(desk, she, e.DataErased)]  # type: ignore[attr-defined]
    assert gone == [(Retention.IDENTITY, "asked"), (Retention.STATEMENT, "asked")]
    file = load(desk, she.case_id)
    assert (file.party, dict(file.answers), desk.cases.line(she.case_id).name) == (None, {}, "")  # type: ignore[union-attr]
    now = fold(desk.ledger.events(she.case_id)[: state.seq + 1])
    assert now == state and desk.ledger.verify().flaws == ()


def test_a_hold_placed_in_the_last_moment_keeps_what_was_agreed_and_she_is_told(desk: Desk, she: Borrower):
    request = draft_asks_to_go(desk, she)
    leaving.propose_erasure(desk, by(AGENTS[0], "p"), she.case_id, request)
    leaving.agree_erasure(desk, by(REVIEWERS[0], "a"), she.case_id, request)
    place, lift = leaving.place_hold, leaving.lift_hold
    assert rule(place(desk, by(AGENTS[0], "h0"), she.case_id, e.HoldWhy.COURT, "法院来函")) == "decision.role"
    assert rule(place(desk, by(REVIEWERS[0], "h1"), she.case_id, e.HoldWhy.COURT, " ")) == "leaving.words"
    place(desk, by(REVIEWERS[0], "h2"), she.case_id, e.HoldWhy.COURT, "法院来函")
    desk.clock.advance(days=1)  # type: ignore[attr-defined]
    work(desk)
    work(desk)
    assert facts(desk, she, e.DataErased) == []
    kept = [(one.why, one.request) for one in facts(desk, she, e.ErasureRefused)]  # type: ignore[attr-defined]
    assert kept == [(e.Stays.HOLD, request)] * 2
    assert sum("多保存一段时间" in message.body for message in sent_by(desk)) == 1
    (hold,) = leaving.holds(load(desk, she.case_id))
    assert rule(lift(desk, by(REVIEWERS[0], "l0"), she.case_id, "h_none", "x")) == "leaving.hold"
    assert rule(lift(desk, by(REVIEWERS[0], "l2"), she.case_id, hold, "案件已结")) == "decision.four_eyes"
    assert not isinstance(lift(desk, by(REVIEWERS[1], "l1"), she.case_id, hold, "案件已结"), Refusal)
    assert leaving.holds(load(desk, she.case_id)) == {}


def agreed(desk: Desk, she: Borrower) -> str:
    """Two people agreed to what she asked of answers that she never handed in."""
    request = draft_asks_to_go(desk, she)
    leaving.propose_erasure(desk, by(AGENTS[0], "p"), she.case_id, request)
    assert not isinstance(leaving.agree_erasure(desk, by(REVIEWERS[0], "a"), she.case_id, request), Refusal)
    return request


def nights(desk: Desk, days: int) -> None:
    for _ in range(days):
        desk.clock.advance(days=1)  # type: ignore[attr-defined]
        desk.agenda.put(leaving.dues_of_the_night(desk))
        while work(desk, 99):
            pass


def test_what_was_agreed_on_and_a_hold_kept_goes_the_night_after_the_last_hold_is_lifted(desk: Desk, she: Borrower):
    """She was told that it will be deleted: a hold puts that off and does not take it back."""
    request = agreed(desk, she)
    for name in ("h1", "h2"):
        leaving.place_hold(desk, by(REVIEWERS[0], name), she.case_id, e.HoldWhy.COURT, "法院来函")
    nights(desk, 2)
    assert facts(desk, she, e.DataErased) == []
    first, second = leaving.holds(load(desk, she.case_id))
    leaving.lift_hold(desk, by(REVIEWERS[1], "l1"), she.case_id, first, "案件已结")
    nights(desk, 2)
    assert facts(desk, she, e.DataErased) == [], "another hold stands"
    leaving.lift_hold(desk, by(REVIEWERS[1], "l2"), she.case_id, second, "案件已结")
    assert facts(desk, she, e.DataErased) == []
    nights(desk, 2)
    gone = [(one.retention_class, one.why) for one in facts(desk, she, e.DataErased)]  # type: ignore[attr-defined]
    assert gone == [(Retention.IDENTITY, "asked"), (Retention.STATEMENT, "asked")]
    told = {one.request for one in facts(desk, she, e.ErasureRefused)}  # type: ignore[attr-defined]
    assert told == {request}


def test_what_came_after_a_deletion_is_not_meant_by_it(desk: Desk, she: Borrower):
    """A hold placed and lifted after the deletion begins no second one."""
    agreed(desk, she)
    nights(desk, 2)
    she.answers(upto=4)
    leaving.place_hold(desk, by(REVIEWERS[0], "h"), she.case_id, e.HoldWhy.COURT, "法院来函")
    (hold,) = leaving.holds(load(desk, she.case_id))
    leaving.lift_hold(desk, by(REVIEWERS[1], "l"), she.case_id, hold, "案件已结")
    nights(desk, 2)
    assert len(facts(desk, she, e.DataErased)) == 2


def test_an_application_handed_in_after_a_deletion_was_agreed_on_keeps_what_it_is_for(desk: Desk, she: Borrower):
    request = agreed(desk, she)
    she.answers()
    she.submits()
    before = dict(load(desk, she.case_id).answers)
    nights(desk, 3)
    assert facts(desk, she, e.DataErased) == []
    assert dict(load(desk, she.case_id).answers) == before
    told = [(one.retention_class, one.why, one.request) for one in facts(desk, she, e.ErasureRefused)]  # type: ignore[attr-defined]
    assert told == [
        (Retention.IDENTITY, e.Stays.LAW, request),
        (Retention.STATEMENT, e.Stays.PURPOSE, request),
    ]
    assert sum("多保存一段时间" in message.body for message in sent_by(desk)) == 1


def test_what_is_over_goes_by_itself_and_a_hold_is_told_once(desk: Desk, she: Borrower):
    keeping: Keeping = desk.keeping
    she.answers(upto=4)
    place = leaving.place_hold(desk, by(REVIEWERS[0], "h"), she.case_id, e.HoldWhy.COMPLAINT, "投诉在办")
    assert not isinstance(place, Refusal)
    for _ in range(4):  # unfinished answers close after 90 days and are kept 30 days more
        desk.clock.advance(days=60)  # type: ignore[attr-defined]
        desk.agenda.put(leaving.dues_of_the_night(desk))
        work(desk, 99)
    assert load(desk, she.case_id).case.closed == "unfinished"
    assert facts(desk, she, e.DataErased) == []
    refused = facts(desk, she, e.ErasureRefused)
    assert {one.why for one in refused} == {e.Stays.HOLD}  # type: ignore[attr-defined]
    assert len(refused) == len({one.retention_class for one in refused}), "once for each class"  # type: ignore[attr-defined]
    (hold,) = leaving.holds(load(desk, she.case_id))
    leaving.lift_hold(desk, by(REVIEWERS[1], "l"), she.case_id, hold, "投诉办结")
    assert keeping.to_look(desk.clock.today(), 9) == (she.case_id,)
    desk.agenda.put(leaving.dues_of_the_night(desk))
    work(desk, 99)
    desk.clock.advance(days=1)  # type: ignore[attr-defined]
    desk.agenda.put(leaving.dues_of_the_night(desk))
    work(desk, 99)
    assert {one.why for one in facts(desk, she, e.DataErased)} == {"period-over"}  # type: ignore[attr-defined]
    assert load(desk, she.case_id).party is None
    assert keeping.scrubbed >= 1  # type: ignore[attr-defined]
    assert desk.ledger.verify().flaws == ()


def test_a_case_is_looked_at_again_before_a_new_rulebook_is_old(desk: Desk, she: Borrower):
    """What is kept three years by the rules of today may be kept a month by those of tomorrow."""
    she.answers()
    she.submits()
    done = carry_out(desk, by(AGENTS[0], "ends"), she.case_id, {"ends": 1}, lambda _: [e.CaseClosed(why="completed")])
    assert not isinstance(done, Refusal)
    leaving.leave_due(desk, by(SYSTEM, "look"), she.case_id)
    today = desk.clock.today()
    assert desk.keeping.to_look(today + timedelta(days=29), 9) == ()
    assert desk.keeping.to_look(today + timedelta(days=30), 9) == (she.case_id,)


def test_a_period_starts_with_the_end_and_the_law_is_the_longest(desk: Desk, she: Borrower):
    rulebook = desk.rulebooks.on(desk.clock.today())
    from forbear.core.leaving import law_of, period_of

    law = law_of(rulebook, Retention.AGREEMENT)
    assert law is not None and law.until_on(date(2026, 3, 2), None) == date(2026, 3, 2) + timedelta(days=3650)
    assert law.until_on(None, date(2026, 3, 2)) is None
    health = period_of(rulebook, Retention.HEALTH)
    assert health.until_on(date(2026, 5, 1), date(2026, 3, 2)) == date(2026, 4, 1)
    assert law_of(rulebook, Retention.MESSAGE) is None
