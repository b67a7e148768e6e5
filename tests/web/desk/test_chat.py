"""The chat at the desk: the line, joining, answering where she is, and what others may not."""

from collections.abc import Callable

import pytest

from forbear.actions import chat
from forbear.actions.ports import Desk
from forbear.actions.record import By, load
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.lives import proposed
from forbear.words import say
from tests.web.desk.conftest import Person, live


@pytest.fixture(autouse=True)
def without_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the bot answers is tests/actions/bot's."""
    monkeypatch.setattr(chat, "heard", lambda desk, case_id: None)


def asks(desk: Desk, she: Borrower) -> str:
    """She has a case and waits in its chat; returns its id."""
    live(desk, proposed(she))
    held = desk.loans.loan(desk.cases.line(she.case_id).loan_id)  # type: ignore[union-attr]
    assert held is not None
    her = Actor(Role.BORROWER, held.borrower_id, Auth.CODE)
    chat.post(desk, By(actor=her, channel=Channel.CHAT, key="q1"), she.case_id, "有人吗")
    return she.case_id


def test_who_waits_is_shown_joined_answered_and_left(desk: Desk, she: Borrower, person: Callable[..., Person]):
    case_id = asks(desk, she)
    her = person(AGENTS[0].id)
    line = her.opens("/desk/chat")
    assert f"/desk/cases/{case_id}/chat/join" in line.source
    assert "有人吗" not in line.text
    joined = her.sends(f"/desk/cases/{case_id}/chat/join", {}, form=line)
    assert joined.to == f"/desk/cases/{case_id}/chat"
    page = her.opens(joined.to)
    assert "有人吗" in page.text and f"{joined.to}/leave" in page.source
    assert her.sends(f"{joined.to}/answer", {"text": "您好"}, form=page).to == joined.to
    said = [(one.text, one.channel) for one in load(desk, case_id).spoken if one.text][-2:]
    assert said == [("有人吗", Channel.CHAT), ("您好", Channel.WEB)]
    assert say("zh", "chat.page.state.desk.away") in page.text
    left = her.sends(f"{joined.to}/leave", {}, form=page)
    assert left.to == "/desk/chat"
    assert say("zh", "chat.page.desk.nobody") in her.opens("/desk/chat").text


def test_a_taken_conversation_names_who_has_it(desk: Desk, she: Borrower, person: Callable[..., Person]):
    case_id = asks(desk, she)
    one, other = person(AGENTS[0].id), person(AGENTS[1].id)
    one.sends(f"/desk/cases/{case_id}/chat/join", {}, form=one.opens("/desk/chat"))
    refused = other.does(case_id, "chat", "join")
    assert refused.status == 422
    assert say("zh", "chat.refusal.taken", person=AGENTS[0].id) in refused.refused


def test_an_empty_answer_stays_in_its_form(desk: Desk, she: Borrower, person: Callable[..., Person]):
    case_id = asks(desk, she)
    her = person(AGENTS[0].id)
    refused = her.does(case_id, "chat", "answer", text=" ")
    assert (refused.status, refused.faults) == (422, [say("zh", "contact.refusal.empty")])


def test_an_auditor_reads_and_is_not_counted_as_having_it(desk: Desk, she: Borrower, person: Callable[..., Person]):
    case_id = asks(desk, she)
    page = person("he").opens(f"/desk/cases/{case_id}/chat")
    assert "有人吗" in page.text and "chat/answer" not in page.source and "talk.js" not in page.source
    assert [one.delivered_at for one in load(desk, case_id).spoken if one.text == "有人吗"] == [None]
