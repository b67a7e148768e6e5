"""Room 1, contact: words found in what was said. The index narrows, what is shown was matched exactly."""

from dataclasses import dataclass

from forbear.actions.ports import CaseLine, Desk
from forbear.core.contact import Actor, may_work_on_cases
from forbear.core.events import Recorded
from forbear.core.message_search import Excerpt, Query, found_in, read_query, said_in
from forbear.core.refusal import Refusal

PAGE = 20
AT_ONCE = 100
OPENED_MOST = 1000
"""Candidates opened for one page: the rest is for the next one."""


@dataclass(frozen=True)
class Hit:
    """A message or note with the words in it, and the line of its case."""

    event: Recorded
    excerpt: Excerpt
    line: CaseLine | None


@dataclass(frozen=True)
class Found:
    """A page of hits, newest first; the next page begins before leaf `before`, None when there is no more."""

    hits: tuple[Hit, ...]
    before: int | None = None


def search_messages(
    desk: Desk, actor: Actor, typed: str, before: int | None = None, limit: int = PAGE
) -> Found | Refusal:
    """What was said with these words in it, over all cases; for agents and reviewers."""
    if refusal := may_work_on_cases(actor):
        return refusal
    query = read_query(typed)
    if isinstance(query, Refusal):
        return query
    hits: list[Hit] = []
    opened = 0
    while True:
        leaves = desk.message_index.leaves(query.marks, before, AT_ONCE)
        for event, excerpt in _matching(desk, query, leaves):
            if len(hits) == limit:
                return Found(tuple(hits), hits[-1].event.leaf)
            hits.append(Hit(event, excerpt, desk.cases.line(event.case_id)))
        if len(leaves) < AT_ONCE:
            return Found(tuple(hits))
        before, opened = leaves[-1], opened + len(leaves)
        if opened >= OPENED_MOST:
            return Found(tuple(hits), before)


def _matching(desk: Desk, query: Query, leaves: tuple[int, ...]) -> list[tuple[Recorded, Excerpt]]:
    """The candidates that do have the words, newest first; what was erased has none."""
    events = sorted(desk.ledger.at(leaves), key=lambda event: -event.leaf)
    found = [(event, found_in(said_in(event.fact), query)) for event in events]
    return [(event, excerpt) for event, excerpt in found if excerpt is not None]
