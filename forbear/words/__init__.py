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
_COUNTED = re.compile(r"\{(\w+)\} (?:month|week|day|payment|row)s\b")
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
    if language == "en" and any(str(fact) == "1" for fact in facts.values()):
        sentence = _COUNTED.sub(lambda found: _singular(found, known_facts), sentence)
    return sentence.format_map(known_facts)


def _singular(found: Match[str], facts: Mapping[str, object]) -> str:
    return found[0][:-1] if str(facts.get(found[1])) == "1" else found[0]


def _in(language: str, facts: Mapping[str, object]) -> Mapping[str, object]:
    ending = f"_{language}"
    return {**facts, **{name.removesuffix(ending): facts[name] for name in facts if name.endswith(ending)}}


def sentences(language: str, key: str, **facts: str) -> tuple[str, ...]:
    """The sentences of a message, one a line in the catalogue, without those that mention a fact that is empty."""
    lines = catalogue(language)[key].strip().splitlines()
    mentioned = ({name for _, name, _, _ in Formatter().parse(line) if name} for line in lines)
    return tuple(
        line.format_map(facts) for line, names in zip(lines, mentioned, strict=True) if all(facts[n] for n in names)
    )


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
