"""Room 1, contact: what somebody means by what she types, in Chinese or English, by phrases that are data.

No model and no guessing: text is made plain, then the first intent of the list whose phrase fits is meant. The data are
forbear/phrases; their order is the order of importance, danger and the wish for a person first.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

TEXT_MAX = 4000
WORDS_MENDED = 80
"""Words of a text that are looked at for slips of the thumb; people ask within the first of them."""

CJK = "\u3400-\u9fff"
_NUMBERS = {
    "zh": "(?:[0-9]{1,2}|[一二两三四五六七八九十]{1,3})",
    "en": "(?:[0-9]{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)",
}
_GROUPS = ("said", "question", "cause", "income", "outgoings", "wish", "proof", "people", "debt")
_ASKS = re.compile(
    r"[?？]\s*$|[吗呢么]\s*[?？。]?\s*$|怎么|如何|什么时候|多少|能不能|可不可以|会不会|为什么|多久|哪里|哪儿|哪些|几天|几号"
    r"|^\s*(?:so |and |but )?(?:how|what|when|where|who|why|which|can|could|do|does|did|will|would)\b"
    r"|^\s*(?:is|are|may|should)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Phrases:
    """What is said for one thing: any of `when` fits after what `unless` fits was cut out."""

    when: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...] = ()

    def fit(self, text: str) -> bool:
        """Whether plain text says it."""
        for pattern in self.unless:
            text = pattern.sub(" ", text)
        return any(pattern.search(text) for pattern in self.when)


@dataclass(frozen=True)
class Tongue:
    """One language: its intents in order, its ways to answer a question by group and name, and its common slips."""

    language: str
    intents: Mapping[str, Phrases]
    groups: Mapping[str, Mapping[str, Phrases]]
    same: Mapping[str, str]
    vocabulary: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    right: frozenset[str] = frozenset()
    characters: Mapping[int, int] = field(default_factory=dict)

    def plain(self, text: str) -> str:
        """Text as phrases are written: half-width, lower case, simplified, one mark for all, slips put right."""
        text = unicodedata.normalize("NFKC", text[:TEXT_MAX]).lower().translate(self.characters)
        text = re.sub("['’`´\u200b-\u200f\ufeff]", "", text)
        text = re.sub(rf"[^0-9a-z{CJK}\s]+", " , ", text)
        text = re.sub(rf"(?<=[{CJK}0-9]) +(?=[{CJK}])|(?<=[{CJK}]) +(?=[0-9])", "", " ".join(text.split()))
        text = re.sub(r"(?: ?, ?)+", ",", text).strip(", ")
        if self.language == "en":
            return _mended(text, self)
        for slip, meant in self.same.items():
            text = text.replace(slip, meant)
        return text


@dataclass(frozen=True)
class Lexicon:
    """All that is understood, in every language; people mix them."""

    tongues: tuple[Tongue, ...]

    def intent(self, text: str) -> str:
        """The first intent of the list that a text fits, "" for none."""
        plain = [(tongue, tongue.plain(text)) for tongue in self.tongues]
        for name in self.tongues[0].intents:
            if any(name in tongue.intents and tongue.intents[name].fit(said) for tongue, said in plain):
                return name
        return ""

    def says(self, group: str, name: str, text: str) -> bool:
        """Whether a text fits one way to answer: group cause, name illness."""
        return any(name in t.groups[group] and t.groups[group][name].fit(t.plain(text)) for t in self.tongues)

    def which(self, group: str, text: str) -> tuple[str, ...]:
        """All names of a group that a text fits, in the order of the data."""
        names = dict.fromkeys(name for tongue in self.tongues for name in tongue.groups[group])
        return tuple(name for name in names if self.says(group, name, text))

    def found(self, group: str, name: str, text: str) -> re.Match[str] | None:
        """Where a text fits one way to answer, for ways that hold a number."""
        for tongue in self.tongues:
            for pattern in tongue.groups[group][name].when if name in tongue.groups[group] else ():
                if match := pattern.search(tongue.plain(text)):
                    return match
        return None


def lexicon(data: Mapping[str, Mapping[str, Any]]) -> Lexicon:
    """The lexicon that phrases by language make (forbear/phrases)."""
    return Lexicon(tuple(_tongue(language, spoken) for language, spoken in data.items()))


def asks(text: str) -> bool:
    """Whether a text is put as a question."""
    return _ASKS.search(text) is not None


def language_of(texts: Iterable[str], default: str) -> str:
    """The language somebody writes in: of the last text that shows it, by its letters; `default` where none does."""
    for text in reversed(tuple(texts)):
        if re.search(f"[{CJK}]", text):
            return "zh"
        if len(re.findall(r"[A-Za-z]{2,}", text)) >= 2:
            return "en"
    return default


def _tongue(language: str, data: Mapping[str, Any]) -> Tongue:
    def phrases(when: Iterable[str], unless: Iterable[str] = ()) -> Phrases:
        return Phrases(tuple(map(pattern, when)), tuple(map(pattern, unless)))

    def pattern(text: str) -> re.Pattern[str]:
        text = text.replace("~", str(data["gap"])).replace("NUMBER", _NUMBERS[language])
        return re.compile(rf"\b(?:{text})\b" if language == "en" else text)

    known = _words_of(data) if language == "en" else frozenset()
    sizes = {len(word) for word in known}
    return Tongue(
        language=language,
        intents={one["name"]: phrases(one["when"], one.get("unless", ())) for one in data["intent"]},
        groups={group: {name: phrases(when) for name, when in data[group].items()} for group in _GROUPS},
        same=data["same"],
        vocabulary={size: tuple(sorted(word for word in known if len(word) == size)) for size in sizes},
        right=known | frozenset(str(data.get("keep", "")).split()),
        characters=str.maketrans(str(data.get("traditional", "")), str(data.get("simplified", ""))),
    )


def _words_of(data: Mapping[str, Any]) -> frozenset[str]:
    """The whole words of five letters or more that the phrases are made of; stems such as waiv… are none."""
    patterns = [text for one in data["intent"] for text in one["when"]]
    patterns += [text for group in _GROUPS for when in data[group].values() for text in when]
    found = {word for text in patterns for word in re.findall(r"(?<![a-z\\])([a-z]{5,})(?![a-z\\(\[?])", text)}
    return frozenset(found | set(str(data.get("vocabulary", "")).split()))


def _mended(text: str, tongue: Tongue) -> str:
    words = text.replace(",", " , ").split()
    mended = [tongue.same.get(word, word) for word in words]
    for place, word in enumerate(mended[:WORDS_MENDED]):
        if len(word) >= 5 and word.isascii() and word.isalpha() and word not in tongue.right:
            mended[place] = _nearest(word, tongue)
    return " ".join(mended).replace(" , ", ",")


def _nearest(word: str, tongue: Tongue) -> str:
    for size in (len(word), len(word) + 1, len(word) - 1):
        for known in tongue.vocabulary.get(size, ()):
            if known[0] == word[0] and one_slip(word, known):
                return known
    return word


def one_slip(typed: str, meant: str) -> bool:
    """Whether one letter too many, too few or wrong, or two changed about, makes one word of the other."""
    if typed == meant:
        return True
    short, long = sorted((typed, meant), key=len)
    if len(long) - len(short) > 1:
        return False
    start = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    if short[start + 1 :] == long[start + 1 :]:
        return True
    return short[start : start + 2] == long[start : start + 2][::-1] and short[start + 2 :] == long[start + 2 :]
