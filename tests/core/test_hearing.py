"""What people type means what it means, in both languages, with slips of the thumb and with hard noes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.actions.bot_told import shipped_lexicon
from forbear.core.hearing import asks, language_of, one_slip
from tests.core.utterances import TABLE

LEXICON = shipped_lexicon()


@pytest.mark.parametrize(("intent", "text"), TABLE, ids=[text for _, text in TABLE])
def test_what_is_typed_is_meant(intent: str, text: str):
    assert LEXICON.intent(text) == intent


def test_the_table_is_as_large_as_promised_and_names_every_intent():
    assert len(TABLE) >= 150
    assert {intent for intent, _ in TABLE} - {""} == set(LEXICON.tongues[0].intents)


def test_both_languages_know_the_same_intents_and_answers():
    zh, en = LEXICON.tongues
    assert list(zh.intents) == list(en.intents)
    assert {group: set(ways) for group, ways in zh.groups.items()} == {
        group: set(ways) for group, ways in en.groups.items()
    }


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str):
    assert LEXICON.intent(text) in {"", *LEXICON.tongues[0].intents}


@pytest.mark.parametrize(
    ("typed", "meant", "one"),
    [("wiave", "waive", True), ("humn", "human", True), ("agennt", "agent", True), ("agents", "agent", True),
     ("count", "court", True), ("paper", "people", False), ("ab", "abcd", False), ("abcd", "badc", False)],
)  # fmt: skip
def test_one_slip_of_the_thumb(typed: str, meant: str, one: bool):
    assert one_slip(typed, meant) is one


def test_a_right_word_stays_what_it_is():
    assert LEXICON.intent("I count on you") == ""


def test_her_language_is_that_of_her_letters():
    assert language_of(["你好"], "en") == "zh"
    assert language_of(["hello there"], "zh") == "en"
    assert language_of(["你好", "4500"], "en") == "zh"
    assert language_of(["4500", "ok"], "en") == "en"


def test_a_question_is_known_from_an_answer():
    assert asks("罚息能减免吗") and asks("how long does it take") and asks("多久？")
    assert not asks("工资四千五") and not asks("wages 4500")
