"""Every sentence a person reads, in every language: words/<language>/<room>.toml, key → sentence with {parameters}.

`say("zh", "statement.cause.title")` looks in words/zh/statement.toml for [cause] title. One catalogue serves pages,
messages, letters and refusals, so that a sentence is written once and both languages stay complete (tests/house).
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from re import Match
from string import Formatter
from typing import Any

from forbear.words.format import unit

LANGUAGES = ("zh", "en")
_COUNTED = re.compile(
    r"\{(\w+)\} (?:year|month|week|day|minute|second|time|payment|instalment|loan|row|file|page|paper|line)s\b"
)
"""What English counts: of one it says "1 month"."""


def say(language: str, key: str, /, **facts: object) -> str:
    """The sentence for a key; KeyError when the key or one of its parameters is missing.

    A fact may be words of its own, given in each language: `reason_zh` and `reason_en` are said as {reason}. A sentence
    about money says its {unit} once: that of the fact `currency`, CNY where none is given.
    """
    sentence = catalogue(language)[key]
    if not facts and "{" not in sentence:
        return sentence
    known_facts = _in(language, facts)
    if "{unit}" in sentence and "unit" not in facts:
        known_facts = {**known_facts, "unit": unit(language, str(facts.get("currency", "CNY")))}
    return _filled(language, sentence, known_facts)


def _filled(language: str, sentence: str, facts: Mapping[str, object]) -> str:
    def counted(found: Match[str]) -> str:
        return found[0][:-1] if str(facts.get(found[1])) == "1" else found[0]

    if language == "en" and any(str(fact) == "1" for fact in facts.values()):
        sentence = _COUNTED.sub(counted, sentence)
    return sentence.format_map(facts)


def _in(language: str, facts: Mapping[str, object]) -> Mapping[str, object]:
    ending = f"_{language}"
    return {**facts, **{name.removesuffix(ending): facts[name] for name in facts if name.endswith(ending)}}


def sentences(language: str, key: str, **facts: str) -> tuple[str, ...]:
    """The sentences of a message, one a line in the catalogue, without those that mention a fact that is empty."""
    lines = catalogue(language)[key].strip().splitlines()
    mentioned = {line: {name for _, name, _, _ in Formatter().parse(line) if name} for line in lines}
    return tuple(_filled(language, line, facts) for line in lines if all(facts[name] for name in mentioned[line]))


def known(language: str, key: str) -> bool:
    """Whether the catalogue has the key."""
    return key in catalogue(language)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All sentences of a language, keyed <room>.<dotted path>."""
    sentences: dict[str, str] = {}
    folder = resources.files("forbear.words").joinpath(language)
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            _flatten(file.name.removesuffix(".toml"), tomllib.loads(file.read_text("utf-8")), sentences)
    return sentences


def _flatten(prefix: str, value: Any, into: dict[str, str]) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _flatten(f"{prefix}.{key}", item, into)
    else:
        into[prefix] = str(value)
