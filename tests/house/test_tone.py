"""How the desk speaks: plain and kind, without threat, blame, shouting or officialese, in sentences one can take in."""

from collections.abc import Iterator

import pytest

from forbear.core.tone import tone_faults
from forbear.words import LANGUAGES, catalogue
from tests.house.tree import none

SAID = {
    "word": "says {!r}",
    "exclamation": "shouts with an exclamation mark",
    "capitals": "shouts {}",
    "latin-mark": "has Latin punctuation after a Chinese character",
    "chinese": "has Chinese outside of quotation marks",
}


def faults(language: str, sentence: str) -> Iterator[str]:
    """What a sentence of the catalogue says in a way we do not speak."""
    for fault in tone_faults(language, sentence):
        if fault.kind == "long" and language == "zh":
            yield f"takes {len(fault.what)} characters for one sentence: {fault.what}"
        elif fault.kind == "long":
            yield f"takes {len(fault.what.split())} words for one sentence: {fault.what}"
        else:
            yield SAID[fault.kind].format(fault.what)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_plain_and_kind(language: str):
    none(f"{key} {fault}" for key, said in catalogue(language).items() for fault in faults(language, said))


@pytest.mark.parametrize(
    ("language", "sentence", "found"),
    [
        ("zh", "请在{date}之前告诉我们。", []),
        ("zh", "尊敬的客户，请还款！", ["says '尊敬的'", "shouts with an exclamation mark"]),
        ("zh", "失　信的人会被起 诉。", ["says '失信'", "says '起诉'"]),
        ("en", "As of the day it was perfect. WE MARSHALL", ["shouts WE", "shouts MARSHALL"]),
        ("zh", "一" * 41, [f"takes 41 characters for one sentence: {'一' * 41}"]),
        ("zh", "请写金额,例如4500", ["has Latin punctuation after a Chinese character"]),
        ("en", "Please tell us by {date}. A PDF is fine.", []),
        ("en", "You MUST pay", ["says 'must pay'", "shouts MUST"]),
        ("en", "Please 告诉我们为什么", ["has Chinese outside of quotation marks"]),
        ("en", "word " * 31, [f"takes 31 words for one sentence: {'word ' * 31}"]),
    ],
)
def test_a_hard_word_is_heard(language: str, sentence: str, found: list[str]):
    assert list(faults(language, sentence)) == found
