"""A reply drafted for the agent: in the form for her to edit, sent by her alone, and marked; no button without it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from forbear.actions.ports import Desk
from forbear.config import wiring
from forbear.core.contact import Role
from forbear.town.borrower import Borrower
from tests.web.desk.conftest import Person


class Model:
    """A model that says what it is told to."""

    there = True

    def __init__(self, said: str | None) -> None:
        self.said = said

    def answer(self, task: str, text: str) -> str | None:
        return self.said


def test_no_model_no_button(she: Borrower, person: Callable[..., Person]):
    she.arrives()
    agent = person(she.agent.id)
    assert 'value="draft"' not in agent.opens(f"/desk/cases/{she.case_id}/messages").source


@pytest.mark.parametrize(("said", "sentence"), [("您好，材料收到了。", "这是语言模型的草稿"), (None, "没有起草出来")])
def test_a_draft_is_edited_and_sent_by_a_person(
    desk: Desk,
    she: Borrower,
    person: Callable[..., Person],
    monkeypatch: pytest.MonkeyPatch,
    said: str | None,
    sentence: str,
):
    with_model = replace(desk, language_model=Model(said))
    monkeypatch.setattr(wiring, "desk", lambda: with_model)
    she.arrives()
    agent = person(she.agent.id)
    place = f"/desk/cases/{she.case_id}/messages"
    page = agent.sends(f"{place}/write", {"act": "draft", "text": ""}, form=agent.opens(place))
    assert sentence in page.text and (said or "") in page.source
    assert [one for one in she.file.spoken if one.by.kind is not Role.BORROWER] == []
    if said:
        agent.sends(f"{place}/write", {"text": said + "谢谢。", "drafted": page.hidden("drafted")}, form=page)
        sent = she.file.spoken[-1]
        assert (sent.text, sent.drafted, sent.by.id) == (said + "谢谢。", True, she.agent.id)
