"""The timeline tells every fact there is, in both languages, with its figures, and survives erasure."""

from dataclasses import fields, replace
from typing import Any

import pytest

from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.core.case import Stage, WaitsFor
from forbear.core.events import KINDS
from forbear.core.file import CaseFile
from forbear.core.payments import Standing
from forbear.town import lives
from forbear.town.borrower import Borrower
from forbear.web.desk.timeline import FILTERS, sentence_key, shown_in, timeline
from forbear.words import LANGUAGES, known
from tests.web.desk.conftest import live

DUE_WHAT = (
    *("call-back", "keep", "papers", "choose", "sign", "cure", "instalment"),
    *("counter", "appeal", "more", "decide", "answer"),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_fact_has_its_sentence(language: str):
    assert [kind for kind in KINDS if not known(language, sentence_key(kind))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_its_word(language: str):
    keys = [f"desk.stage.{stage}" for stage in Stage] + [f"desk.move.{move}" for move in WaitsFor]
    keys += [f"desk.standing.{standing}" for standing in Standing] + [f"desk.due_what.{what}" for what in DUE_WHAT]
    assert [key for key in keys if not known(language, key)] == []


def test_every_filter_but_the_last_leaves_something_out_and_none_loses_a_fact():
    shown = {kind: [name for name in FILTERS if shown_in(name, kind)] for kind in KINDS}
    assert all("everything" in names for names in shown.values())
    assert [name for name in FILTERS[:-1] if all(name in names for names in shown.values())] == []


@pytest.fixture(
    params=["life_changes_again", "broken", "appealed", "settles_early", "writes_back", "blurred", "lapsed"]
)
def lived(request: pytest.FixtureRequest, desk: Desk, she: Borrower) -> CaseFile:
    live(desk, getattr(lives, request.param)(she), working=True)
    return load(desk, she.case_id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_life_is_told_newest_first(lived: CaseFile, language: str):
    told = timeline(lived, language, "everything")
    assert [entry.seq for entry in told] == list(range(lived.case.seq, -1, -1))
    assert all(entry.sentence and entry.who for entry in told)
    assert "{" not in "".join(entry.sentence + entry.quote for entry in told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_erased_is_told_without_its_contents(lived: CaseFile, language: str):
    def erased(fact: Any) -> Any:
        return replace(fact, **{f.name: None for f in fields(fact) if "retention" in f.metadata})

    events = tuple(replace(event, fact=erased(event.fact)) for event in lived.events)
    bare = CaseFile(case=lived.case, events=events)
    assert len(timeline(bare, language, "everything")) == len(events)
