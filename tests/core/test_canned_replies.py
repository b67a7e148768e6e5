"""What a kept reply may say: plain, kind, and no promise that nobody made; its holes come from the case."""

from datetime import UTC, datetime

import pytest

from forbear.core.canned_replies import CannedReply, current, filled, next_version, reply_faults, versions
from forbear.core.refusal import Refusal
from forbear.core.tone import Fault
from forbear.words import LANGUAGES, catalogue

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def reply(version: int = 1, text: str = "您好，{name}。请在{by}之前告诉我们。", **other: str) -> CannedReply:
    named = {"name": "延期说明", "language": "zh", "by": "zhao"} | other
    return CannedReply(version=version, text=text, at=AT, **named)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "{name}，您的材料收到了。我们在{by}之前给您答复。"),
        ("zh", "您的下一期在{next_on}，是{next_amount}。"),
        ("en", "Dear {name}, your papers are here. We answer by {by}. Call {phone} at any time."),
        ("en", "You can send a PDF or a JPG."),
    ],
)
def test_a_plain_reply_is_kept(language: str, text: str):
    assert reply_faults(language, text) == ()


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("zh", "不还款会失信。", Fault("word", "失信")),
        ("zh", "不还款会失 信。", Fault("word", "失信")),
        ("zh", "我们会起诉您。", Fault("word", "起诉")),
        ("zh", "我们会上门。", Fault("word", "上门")),
        ("zh", "Dear debtor，您好。", Fault("word", "debtor")),
        ("en", "As a DEBTOR you know it.", Fault("word", "debtor")),
        ("en", "PLEASE pay.", Fault("capitals", "PLEASE")),
        ("en", "Ｄｅｂｔｏｒ, hello.", Fault("word", "debtor")),
        ("zh", "我们保证您能延期。", Fault("promise", "保证")),
        ("en", "This will be approved.", Fault("promise", "will be approved")),
        ("zh", "利息减免50%。", Fault("figure", "50%")),
        ("zh", "我们三天内答复。", Fault("figure", "三天")),
        ("zh", "每月还 900 元。", Fault("figure", "900 元")),
        ("en", "We answer within 3 working days.", Fault("figure", "3 working days")),
        ("en", "Pay CNY 900.", Fault("figure", "CNY 9")),
        ("en", "It takes two weeks.", Fault("figure", "two weeks")),
        ("zh", "您好，{nickname}。", Fault("hole", "nickname")),
        ("zh", "您好，{name。", Fault("brace")),
    ],
)
def test_a_hard_word_a_promise_and_a_figure_are_heard(language: str, text: str, found: Fault):
    assert found in reply_faults(language, text)


def test_holes_are_filled_from_the_case_or_it_is_said_which_is_not():
    assert filled(reply(), {"name": "王小燕", "by": "2026年3月9日"}) == "您好，王小燕。请在2026年3月9日之前告诉我们。"
    refused = filled(reply(), {"name": "王小燕", "by": ""})
    assert isinstance(refused, Refusal)
    assert refused.facts == {"reply": "延期说明@1", "hole": "by"}


def test_what_fills_a_hole_is_no_hole_itself():
    assert filled(reply(text="{name}"), {"name": "{by}", "by": "x"}) == "{by}"


def test_versions_count_over_the_languages_of_a_name_and_old_ones_stay():
    first, english, second = reply(1), reply(2, "Hello {name}.", language="en"), reply(3, "新的。")
    every = [first, english, second]
    assert current(every) == (english, second)
    assert next_version(every, "延期说明") == 4
    assert list(versions(every, "延期说明", "zh")) == [second, first]
    gone = reply(4, "")
    assert current([*every, gone]) == (english,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_first_run_keeps_says_what_a_reply_may_say(language: str):
    starters = {key: said for key, said in catalogue(language).items() if key.startswith("conversation.starter.")}
    assert len(starters) == 3
    assert {key: reply_faults(language, said) for key, said in starters.items()} == dict.fromkeys(starters, ())
