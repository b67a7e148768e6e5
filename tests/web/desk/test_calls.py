"""Calls at the desk: the bar, who it is, the statement in the order of a call, the recordings, and calls to her."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.adapters.memory import clock_of
from forbear.adapters.memory_telephone import MemoryDialer
from forbear.core.contact_facts import CallHeard
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.sample import somebody
from tests.web.api.exchange import SECRET, Exchange, wav
from tests.web.desk.conftest import Page, Person

Signed = Callable[..., Person]
AGENT, OTHER = AGENTS[0].id, AGENTS[1].id


@pytest.fixture
def exchange(desk: Desk, settings: Any) -> Exchange:
    settings.CTI_SECRETS = [SECRET]
    return Exchange(desk.clock)


@pytest.fixture
def her(person: Signed, desk: Desk) -> Person:
    """An agent at extension 101."""
    agent = person(AGENT)
    assert agent.client.post("/desk/account/extension", {"extension": "101"}).status_code == 302
    return agent


def rings(exchange: Exchange, number: str, call: str = "c1", user: str = "101", recorded: bool = True) -> None:
    exchange.tells(event="newCall", callId=call, **{"from": number}, user=[user], recorded=recorded)


def identified(her: Person, she: Borrower, call: str) -> Page:
    """The caller names contract and card in a call, and her case is opened."""
    form = her.opens(f"/desk/telephone?call={call}")
    facts = {"contract": she.row.loan.contract, "id_number": she.row.id_number, "call": form.hidden("call")}
    known = her.sends("/desk/telephone", facts, form=form)
    proof = {"proof": known.hidden("proof"), "call": known.hidden("call"), "language": "zh"}
    return her.sends("/desk/telephone/open", proof, form=known)


def the_call(desk: Desk) -> str:
    (call,) = desk.calls.recent(desk.clock.now() - timedelta(days=1))
    return call.call


# ---- the bar ---------------------------------------------------------------------------------------------------


def test_the_bar_shows_a_call_and_nothing_of_a_case(her: Person, exchange: Exchange, she: Borrower):
    she.arrives()
    rings(exchange, f"+86 {she.row.phone}")
    bar = her.opens("/desk/calls/bar")
    assert f"案件的名字以 {she.row.name[0]}… 开头" in bar.text and "正在响铃" in bar.text
    for private in (she.row.name, she.row.phone, she.row.loan.contract, she.row.id_number, she.case_id):
        assert private not in bar.source
    assert re.search(r'href="/desk/telephone\?call=t_\w+"', bar.source)


def test_the_bar_is_not_sent_again_while_nothing_changes(her: Person, exchange: Exchange, she: Borrower):
    rings(exchange, she.row.phone)
    first = her.client.get("/desk/calls/bar")
    asked = {"If-None-Match": first.headers["ETag"]}
    again = her.client.get("/desk/calls/bar", headers=asked)
    assert (again.status_code, again.content) == (304, b"")
    exchange.tells(event="answer", callId="c1", user=["101"])
    changed = her.client.get("/desk/calls/bar", headers=asked)
    assert changed.status_code == 200 and "通话中" in changed.content.decode()


def test_a_call_is_shown_where_it_rings_and_then_where_it_was_taken(her: Person, person: Signed, exchange: Exchange):
    other = person(OTHER)
    other.client.post("/desk/account/extension", {"extension": "102"})
    exchange.tells(event="newCall", callId="c1", **{"from": "13800138000"}, user=["101", "102"])
    shown = [who.opens("/desk/calls/bar").source.count("<li") for who in (her, other)]
    exchange.tells(event="answer", callId="c1", user=["102"])
    assert shown == [1, 1]
    assert [who.opens("/desk/calls/bar").source.count("<li") for who in (her, other)] == [0, 1]


def test_several_calls_at_once_are_several_lines(her: Person, exchange: Exchange):
    for number, shown in enumerate(("13800138000", "anonymous", "8001", "nonsense")):
        rings(exchange, shown, call=f"c{number}")
    text = her.opens("/desk/calls/bar").text
    for part in ("138****8000", "号码没有显示", "内部分机 8001", "号码看不懂"):
        assert part in text


def test_a_call_whose_end_never_came_leaves_the_screen(desk: Desk, her: Person, exchange: Exchange):
    rings(exchange, "13800138000")
    clock_of(desk).advance(hours=5)
    assert "<li" not in her.opens("/desk/calls/bar").source


def test_two_on_one_number_are_a_choice(desk: Desk, her: Person, exchange: Exchange, she: Borrower):
    row, _ = somebody(desk, Random("other"), 2, desk.clock.today(), planned=True)
    desk.loans.put([replace(row, phone=she.row.phone)])
    rings(exchange, she.row.phone)
    bar = her.opens("/desk/calls/bar")
    assert "登记里有 2 个人用这个号码" in bar.text and "not-this" not in bar.source


def test_somebody_else_takes_the_match_away(desk: Desk, her: Person, exchange: Exchange, she: Borrower):
    rings(exchange, she.row.phone)
    bar = her.opens("/desk/calls/bar")
    borrower = re.search(r'name="borrower" value="([^"]+)"', bar.source)
    assert borrower
    her.client.post(f"/desk/calls/{the_call(desk)}/not-this", {"borrower": borrower[1]})
    assert "号码不在登记里" in her.opens("/desk/calls/bar").text


def test_nobody_but_agents_and_reviewers_sees_calls(person: Signed, exchange: Exchange):
    for name in ("he", "sun"):
        assert person(name).opens("/desk/calls/bar").status == 403
        assert 'id="calls-now"' not in person(name).opens("/desk/").source


# ---- the caller ------------------------------------------------------------------------------------------------


def test_a_caller_who_is_identified_brings_her_call(desk: Desk, her: Person, exchange: Exchange, she: Borrower):
    rings(exchange, she.row.phone)
    exchange.tells(event="answer", callId="c1", user=["101"])
    call = the_call(desk)
    sent = identified(her, she, call)
    case_id = re.search(r"/desk/cases/(\w+)/telephone", sent.to)[1]  # type: ignore[index]
    assert sent.to == f"/desk/cases/{case_id}/telephone?call={call}"
    assert [one.call for one in load(desk, case_id).talk.calls] == [call]
    bar = her.opens("/desk/calls/bar")
    assert "已经核对身份" in bar.text and f"/desk/cases/{case_id}" in bar.source


def test_a_caller_who_is_not_identified_leaves_the_case_alone(
    desk: Desk, her: Person, exchange: Exchange, she: Borrower
):
    she.arrives()
    rings(exchange, she.row.phone)
    before, call = load(desk, she.case_id).case.seq, the_call(desk)
    form = her.opens(f"/desk/telephone?call={call}")
    wrong = {"contract": she.row.loan.contract, "name": she.row.name, "phone_tail": "0000", "call": call}
    answer = her.sends("/desk/telephone", wrong, form=form)
    assert answer.refused.startswith("对不上") and answer.hidden("call") == call
    assert load(desk, she.case_id).case.seq == before
    forged = her.sends("/desk/telephone/open", {"proof": "forged", "call": call, "language": "zh"}, form=form)
    assert forged.to == "/desk/telephone" and load(desk, she.case_id).case.seq == before


def test_the_statement_walks_in_the_order_of_a_call_and_each_step_is_saved(
    desk: Desk, her: Person, exchange: Exchange, she: Borrower
):
    rings(exchange, she.row.phone)
    sent = identified(her, she, the_call(desk))
    page = her.opens(sent.to)
    path = sent.to.partition("?")[0]
    steps = re.findall(r'<section class="step" id="step-(\w+)">', page.source)
    assert steps == ["identify", "cause", "difficulty", "willing", "request"]
    assert page.source.count('class="script"') == 5 and "从一开始就有录音" in page.text
    call = page.hidden("call")
    first = her.sends(path, {"call": call, "act": "next:difficulty", "cause": "illness"}, form=page)
    assert first.to == f"{path}?call={call}#step-difficulty"
    more = {"call": call, "cause": "illness", "since": "2026-02-01", "until-unknown": "yes"}
    second = her.sends(path, {**more, "act": "next:willing"}, form=her.opens(first.to))
    assert second.to == f"{path}?call={call}#step-willing"
    case_id = path.split("/")[3]
    given = [event for event in load(desk, case_id).events if event.fact.type == "answer.given"]
    assert [event.fact.question.value for event in given] == ["cause", "since", "until"]  # type: ignore[attr-defined]
    assert {(event.cause, event.actor.id, event.channel.value) for event in given} == {(call, AGENT, "hotline")}


def test_a_call_of_another_case_is_bound_to_nothing(desk: Desk, her: Person, exchange: Exchange, she: Borrower):
    she.arrives()
    rings(exchange, "13800138000")
    path = f"/desk/cases/{she.case_id}/telephone"
    page = her.opens(f"{path}?call={the_call(desk)}")
    assert page.hidden("call") == ""
    her.sends(path, {"call": the_call(desk), "act": "save", "cause": "illness"}, form=page)
    assert [event.cause for event in load(desk, she.case_id).events if event.fact.type == "answer.given"] == [""]


# ---- the page of calls -----------------------------------------------------------------------------------------


def test_the_page_of_calls_says_what_waits(desk: Desk, her: Person, person: Signed, exchange: Exchange, she: Borrower):
    she.arrives()
    rings(exchange, she.row.phone)
    exchange.tells(event="hangup", callId="c1")
    exchange.whole("c2", "13800138000")
    exchange.records("c2", wav())
    rings(exchange, "13800138001", call="c3")
    text = her.opens("/desk/calls").text
    for part in ("正在进行 1", "未接 1", "还不知道是谁 1", "今天已核对 0", "有 1 段录音在等", "我的分机：101"):
        assert part in text
    assert "/desk/telephone?call=" not in person("he").opens("/desk/calls").source


def test_a_missed_caller_without_a_case_can_be_called_back(her: Person, exchange: Exchange, she: Borrower):
    rings(exchange, she.row.phone)
    assert "tel:" not in her.opens("/desk/calls").source
    exchange.tells(event="hangup", callId="c1")
    assert f'href="tel:+86{she.row.phone}"' in her.opens("/desk/calls").source


@pytest.mark.parametrize(
    ("typed", "kept"), [("102", "102"), ("lin@pbx", "lin@pbx"), ("", ""), ("<b>", "101"), ("1" * 41, "101")]
)
def test_an_extension_is_what_one_can_be(desk: Desk, her: Person, typed: str, kept: str):
    her.client.post("/desk/account/extension", {"extension": typed})
    assert desk.calls.extension_of(AGENT) == kept
    assert f'value="{kept}"' in her.opens("/desk/account").source


# ---- recordings ------------------------------------------------------------------------------------------------


@pytest.fixture
def recorded(desk: Desk, her: Person, exchange: Exchange, she: Borrower) -> str:
    """The address of a recording in her case, as the desk's page has it."""
    she.arrives()
    exchange.whole("c1", she.row.phone)
    exchange.records("c1", wav())
    identified(her, she, the_call(desk))
    page = her.opens(f"/desk/cases/{she.case_id}/messages")
    found = re.search(r'<audio controls preload="none" src="([^"]+)"', page.source)
    assert found
    return found[1]


def heard(desk: Desk, case_id: str) -> int:
    return sum(isinstance(event.fact, CallHeard) for event in load(desk, case_id).events)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_recording_is_played_from_any_place_and_listening_is_noted_once(
    desk: Desk, her: Person, she: Borrower, recorded: str
):
    whole = her.client.get(recorded)
    assert (whole.status_code, whole.headers["Content-Type"], body(whole)) == (200, "audio/wav", wav())
    size = len(wav())
    for asked, part in (("bytes=0-3", b"RIFF"), (f"bytes={size - 5}-", wav()[-5:]), ("bytes=-5", wav()[-5:])):
        got = her.client.get(recorded, headers={"Range": asked})
        assert (got.status_code, body(got)) == (206, part)
    past = her.client.get(recorded, headers={"Range": f"bytes={size}-"})
    assert (past.status_code, past.headers["Content-Range"]) == (416, f"bytes */{size}")
    assert heard(desk, she.case_id) == 1
    assert "media-src 'self'" in whole.headers["Content-Security-Policy"]


def test_a_recording_is_heard_by_who_works_on_cases_alone(desk: Desk, person: Signed, she: Borrower, recorded: str):
    assert person("he").opens(recorded).status == 403
    assert "<audio" not in person("he").opens(f"/desk/cases/{she.case_id}/messages").source
    assert person(OTHER).opens(recorded.replace("/b_", "/b_x")).status == 404
    assert heard(desk, she.case_id) == 0


def test_an_erased_recording_is_gone(desk: Desk, her: Person, she: Borrower, recorded: str):
    desk.ledger.forget(she.case_id, "recording")  # type: ignore[attr-defined]
    assert her.opens(recorded).status == 404


# ---- calls to her ----------------------------------------------------------------------------------------------


def test_a_click_makes_a_call(desk: Desk, her: Person, she: Borrower):
    she.arrives()
    object.__setattr__(desk, "dialer", MemoryDialer())
    page = her.opens(f"/desk/cases/{she.case_id}/messages")
    sent = her.sends(f"/desk/cases/{she.case_id}/call", {}, form=page)
    assert desk.dialer.asked[0][:2] == ("101", f"+86{she.row.phone}")  # type: ignore[attr-defined]
    assert "您的分机会先响" in her.opens(sent.to).text


def test_a_call_by_hand_is_a_link_and_an_answer(desk: Desk, her: Person, she: Borrower):
    she.arrives()
    page = her.opens(f"/desk/cases/{she.case_id}/messages")
    call = her.opens(her.sends(f"/desk/cases/{she.case_id}/call", {}, form=page).to)
    assert f'href="tel:+86{she.row.phone}"' in call.source
    number = the_call(desk)
    her.sends(f"/desk/cases/{she.case_id}/calls/{number}", {"connected": "no"}, form=call)
    (made,) = load(desk, she.case_id).talk.calls
    assert (made.call, made.connected, made.direction.value) == (number, False, "out")


def test_a_call_against_the_rules_says_from_when_on(desk: Desk, her: Person, she: Borrower):
    she.arrives()
    clock_of(desk).advance(hours=14)
    page = her.opens(f"/desk/cases/{she.case_id}/messages")
    refused = her.sends(f"/desk/cases/{she.case_id}/call", {}, form=page)
    assert refused.status == 422 and "从 2026年3月3日 08:00 起可以" in refused.refused
    assert json.dumps([event.fact.type for event in load(desk, she.case_id).events]).count("call.") == 0
