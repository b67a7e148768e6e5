"""Telling it in one go: her consent first, then a draft, then only what she ticks is saved; nothing without a model."""

import html
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from django.template.loader import render_to_string

from forbear.actions.ports import Desk
from forbear.config import wiring
from forbear.core import events as e
from forbear.core.statement import Question
from tests.web.borrower.conftest import Borrower

GOOD = json.dumps({"cause": "job-loss", "since": "2025-12-01", "income": [{"kind": "wages", "monthly": "4500"}]})


class Model:
    """A model that says what it is told to."""

    there = True

    def __init__(self, said: str | None) -> None:
        self.said, self.saw = said, ""

    def answer(self, task: str, text: str) -> str | None:
        self.saw = text
        return self.said


@pytest.fixture
def model(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Model:
    made = Model(GOOD)
    with_it = replace(desk, language_model=made)
    monkeypatch.setattr(wiring, "desk", lambda: with_it)
    return made


def she_of(desk: Desk, number: int = 3) -> Borrower:
    held = desk.loans.find(desk.loans.all_contracts()[number])
    assert held is not None
    return Borrower(desk, held.row).signs_in()


def test_without_a_model_there_is_no_such_page(desk: Desk):
    she = she_of(desk)
    assert she.opens("in-my-words").status == 404
    assert "in-my-words" not in she.opens("statement/cause").source


def test_she_agrees_writes_ticks_and_only_that_is_saved(desk: Desk, model: Model):
    she = she_of(desk)
    assert "in-my-words" in she.opens("statement/cause").source
    first = she.opens("in-my-words")
    assert "textarea" not in first.source and "语言模型" in first.text
    assert she.sends("in-my-words", {"act": "agree"}).to == she.at("in-my-words")
    page = she.sends("in-my-words", {"act": "draft", "text": f"我叫{she.row.name}，十二月失业了，工资4500"})
    assert "草稿" in page.text and "失去工作" in page.text and she.file.answers == {}
    assert she.row.name not in model.saw
    assert "checked" not in page.source
    hidden = {m[0]: html.unescape(m[1]) for m in re.findall(r'name="(answer-[a-z]+)" value="([^"]*)"', page.source)}
    kept = she.sends("in-my-words", {**hidden, "act": "keep", "right": ["cause", "since"]}, form=page)
    assert kept.to == she.at("check")
    assert dict(she.file.answers) == {Question.CAUSE: {"cause": "job-loss"}, Question.SINCE: {"on": "2025-12-01"}}
    assert [fact.drafted for fact in she.facts("answer.given")] == [True, True]


@pytest.mark.parametrize("answer", ["{", "[]", '{"cause": "rich"}', '{"cause": "illness", "approve": true}'])
def test_a_changed_draft_passes_no_other_way_than_the_form(desk: Desk, model: Model, answer: str):
    she = she_of(desk)
    she.sends("in-my-words", {"act": "agree"})
    she.sends("in-my-words", {"act": "keep", "right": ["cause"], "answer-cause": answer})
    assert she.file.answers == {}


@pytest.mark.parametrize("said", [None, "garbage"])
def test_no_draft_is_said_and_what_she_wrote_stays(desk: Desk, model: Model, said: Any):
    model.said = said
    she = she_of(desk)
    she.sends("in-my-words", {"act": "agree"})
    page = she.sends("in-my-words", {"act": "draft", "text": "失业了，工资没了"})
    assert page.status == 422 and "没有整理出答案" in page.text and "失业了，工资没了" in page.text


def test_she_takes_her_consent_back(desk: Desk, model: Model):
    she = she_of(desk)
    she.sends("in-my-words", {"act": "agree"})
    she.sends("in-my-words", {"act": "withdraw"})
    assert "textarea" not in she.opens("in-my-words").source
    facts = [event.fact for event in she.file.events]
    consents = [fact.type for fact in facts if isinstance(fact, e.ConsentGiven | e.ConsentWithdrawn)]
    assert consents == ["consent.given", "consent.withdrawn"]


def test_quick_replies_are_plain_buttons_and_links():
    talk = {"choices": [{"text": "找真人", "url": ""}, {"text": "打开材料页", "url": "/c/x/papers"}]}
    page = {"talk": talk, "choices_url": "/c/x/chat", "key": "k"}
    shown = render_to_string("borrower/parts/bot_choices.html", page)
    assert '<button class="button second slim" name="words" value="找真人">找真人</button>' in shown
    assert 'href="/c/x/papers"' in shown and 'method="post" action="/c/x/chat"' in shown and "script" not in shown
