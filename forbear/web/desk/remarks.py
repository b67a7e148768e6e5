"""The questions that papers raise, as the desk reads them, and who looked at which paper."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from forbear.core import events as e
from forbear.core.file import CaseFile
from forbear.core.reading import PaperKind, Remark
from forbear.web import text
from forbear.web.desk.timeline import who
from forbear.web.readings import field_label
from forbear.words import say

_AMOUNTS = ("net", "gross", "deductions", "credit", "stated")
_SHOWN_IS_AMOUNT = ("not-stated", "stated-above-shown", "shown-above-stated")


@dataclass(frozen=True)
class Asked:
    """A question in words; `weighty`: to be settled before accepting; `case`: another case that it is about, or ""."""

    words: str
    weighty: bool
    case: str = ""


def questions_about(file: CaseFile, paper: str, language: str) -> tuple[Asked, ...]:
    """What is asked about a paper, the weighty questions first."""
    about = [remark for remark in file.remarks if paper in remark.papers]
    asked = [
        Asked(remark_words(file, remark, language), remark.weighty, dict(remark.values).get("case", ""))
        for remark in about
    ]
    return tuple(sorted(asked, key=lambda one: not one.weighty))


def remark_words(file: CaseFile, remark: Remark, language: str) -> str:
    """A remark as a question, its amounts, days and months as people write them."""
    values = dict(remark.values)
    facts = {name: _value(file, remark, name, value, language) for name, value in values.items()}
    return say(language, f"evidence.remark.{remark.code}", **facts)


def _value(file: CaseFile, remark: Remark, name: str, value: str, language: str) -> str:
    between = say(language, "evidence.read.and")
    if name in _AMOUNTS or (name == "shown" and remark.code in _SHOWN_IS_AMOUNT):
        return text.money(int(value), language)
    if name == "fields":
        return between.join(field_label(_kind(file, remark), field, language) for field in value.split())
    if name == "months" and remark.code == "months-without":
        return between.join(text.month(month, language) for month in value.split())
    return between.join(value.split()) if name == "fonts" else text.figure(value, language)


def _kind(file: CaseFile, remark: Remark) -> PaperKind:
    paper = file.paper(remark.papers[0]) if remark.papers else None
    return paper.reading.kind if paper and paper.reading else PaperKind.UNKNOWN


def looks(file: CaseFile, language: str) -> Mapping[str, tuple[tuple[str, datetime], ...]]:
    """Who looked at each paper and when first, in order of time."""
    seen: dict[str, dict[str, datetime]] = {}
    for paper, name, at in _looks(file, language):
        seen.setdefault(paper, {}).setdefault(name, at)
    return {paper: tuple(names.items()) for paper, names in seen.items()}


def _looks(file: CaseFile, language: str) -> Iterator[tuple[str, str, datetime]]:
    for event in file.events:
        if isinstance(event.fact, e.PaperSeen):
            yield event.fact.paper, who(file, event, language), event.at
