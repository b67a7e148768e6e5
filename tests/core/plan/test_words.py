"""Both languages of the plan room say the same things with the same facts, kindly and briefly."""

import re
from string import Formatter

import pytest

from forbear.words import catalogue

KEYS = sorted(key for key in catalogue("zh") if key.startswith(("plan.", "rules.")))


def facts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_sentences():
    assert sorted(key for key in catalogue("en") if key.startswith(("plan.", "rules."))) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_a_sentence_has_the_same_facts_in_both_languages_and_a_calm_voice(key):
    zh, en = catalogue("zh")[key], catalogue("en")[key]
    assert facts(zh) == facts(en)
    assert not set("!！") & set(zh + en)
    assert not en.isupper()
    assert max(len(re.sub(r"{\w+}", "10", part)) for part in re.split("[。；]", zh)) <= 40
