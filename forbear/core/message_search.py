"""Finding words in what was said: a query is read once, an index narrows, and what is shown was matched exactly.

Chinese has no spaces, so a run of it is known by its letters and by each pair of neighbours; anything else by whole
words and numbers. A term stands where it is found as written (folded, core/folding.py) and not inside a longer word.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forbear.core import events as e
from forbear.core.conversation import Notice, Said, Spoken
from forbear.core.folding import DENSE, folded
from forbear.core.refusal import Refusal

TERMS_MOST = 8
QUERY_MOST = 80
AROUND = 60
"""Letters shown before and after a hit."""
_RUN = re.compile(rf"(?P<dense>[{DENSE}]+)|(?P<word>[^\W_{DENSE}]+)")
_TERM = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True)
class Query:
    """Terms, folded; a text is found when all of them stand in it."""

    terms: tuple[str, ...]

    @property
    def marks(self) -> frozenset[str]:
        """What the index is asked for: every text that is found has all of these."""
        return frozenset(mark for term in self.terms for mark in _marks(term, every_letter=False))


@dataclass(frozen=True)
class Excerpt:
    """A hit in its surroundings, as written."""

    before: str
    hit: str
    after: str


def read_query(typed: str) -> Query | Refusal:
    """Terms with spaces between them; "in quotation marks" the words stand together."""
    text = folded(typed[:QUERY_MOST]).text.strip()
    terms = [(quoted or single).strip(' "') for quoted, single in _TERM.findall(text)]
    kept = tuple(dict.fromkeys(term for term in terms if term))[:TERMS_MOST]
    query = Query(kept)
    if not query.marks:
        return Refusal("search.empty", "conversation.refusal.search_empty", where="search")
    return query


def index_marks(text: str) -> frozenset[str]:
    """By what a text is found."""
    return frozenset(_marks(folded(text).text, every_letter=True))


def _marks(text: str, *, every_letter: bool) -> Iterator[str]:
    for run in _RUN.finditer(text):
        dense = run["dense"]
        if dense is None:
            yield run["word"]
            continue
        if every_letter or len(dense) == 1:
            yield from dense
        yield from (dense[at : at + 2] for at in range(len(dense) - 1))


def found_in(text: str, query: Query) -> Excerpt | None:
    """Where the first term stands, if all of them do."""
    plain = folded(text)
    places = [_place(plain.text, term) for term in query.terms]
    if not places or any(place is None for place in places):
        return None
    first = places[0]
    assert first is not None, "looked at above"
    begin = plain.places[first]
    end = plain.places[first + len(query.terms[0]) - 1] + 1
    start, stop = max(0, begin - AROUND), end + AROUND
    before = ("…" if start else "") + plain.written[start:begin]
    after = plain.written[end:stop] + ("…" if stop < len(plain.written) else "")
    return Excerpt(before, plain.written[begin:end], after)


def _place(text: str, term: str) -> int | None:
    at = text.find(term)
    while at >= 0:
        if not _joined(text[at - 1 : at] if at else "", term[0]) and not _joined(term[-1], text[at + len(term) :][:1]):
            return at
        at = text.find(term, at + 1)
    return None


def _joined(one: str, other: str) -> bool:
    """Whether two neighbouring letters belong to one word."""
    return bool(one and other) and all((found := _RUN.match(letter)) and found["word"] for letter in (one, other))


def found_among(entries: Iterable[Said], query: Query) -> tuple[tuple[Said, Excerpt], ...]:
    """What of a conversation has the words, newest first: messages, notes and what went out by itself."""
    found = ((entry, found_in(_words(entry), query)) for entry in entries)
    hits = [(entry, excerpt) for entry, excerpt in found if excerpt is not None]
    return tuple(sorted(hits, key=lambda hit: -hit[0].seq))


def _words(entry: Said) -> str:
    match entry:
        case Spoken(text=text, subject=subject, sender=sender):
            return _joined_lines(subject, text, sender)
        case Notice(letter=letter) if letter is not None:
            return _joined_lines(letter.subject, letter.body)
    return ""


def _joined_lines(*parts: str | None) -> str:
    return "\n".join(part for part in parts if part)


def said_in(fact: e.Fact) -> str:
    """What is searched of a fact over all cases: the words of messages and notes, with subject and sender; "" for
    every other. What goes out by itself is left out: it says the same to everybody.
    """
    match fact:
        case e.MessageWritten(text=text, subject=subject, sender=sender):
            return _joined_lines(subject, text, sender)
        case e.PersonAsked(words=words) | e.MoreAsked(words=words):
            return words or ""
        case e.NoteWritten(text=text):
            return text or ""
    return ""
