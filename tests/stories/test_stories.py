"""Whole cases, told line by line through the real actions and ending as written: in memory, on SQLite, on PostgreSQL.

Each *.story file beside this one is a test. Agreements are printed for real; every command is given twice.
"""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from forbear.actions.ports import Desk, Looked
from forbear.adapters.memory import MemoryMessenger, MovedClock, memory_desk
from forbear.adapters.printer import TypstPrinter
from forbear.adapters.reading import reader
from forbear.config import wiring
from forbear.town.stories import Broken, tell
from forbear.town.story_text import Story, Unreadable, read_story

FILES = sorted(Path(__file__).parent.glob("*.story"))
NAMES = [file.stem for file in FILES]


def story(file: Path) -> Story:
    return read_story(file.read_text("utf-8"))


class ReadOnce:
    """The Reader port: each page is read for real once, whatever stories and databases it stands in."""

    def __init__(self) -> None:
        self._reader, self._read = reader(), dict[tuple[bytes, int], Looked | None]()

    def read(self, picture: bytes, number: int) -> Looked | None:
        page = (sha256(picture).digest(), number)
        if page not in self._read:
            self._read[page] = self._reader.read(picture, number)
        return self._read[page]

    def close(self) -> None:
        self._reader.close()


@pytest.fixture(scope="module")
def papers() -> Iterator[ReadOnce]:
    once = ReadOnce()
    yield once
    once.close()


def stored_desk(told: Story, papers: ReadOnce) -> Desk:
    """The desk of an installation on the database of the test, its clock and messenger in our hands."""
    desk = replace(wiring.desk(), clock=MovedClock(told.begins_at), messenger=MemoryMessenger(), reader=papers)
    desk.loans.put(told.rows)
    return desk


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_in_memory(file: Path):
    told = story(file)
    desk = memory_desk(at=told.begins_at, rows=told.rows, printer=TypstPrinter())
    assert len(list(tell(told, desk))) == len(told.steps)


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_in_a_database(file: Path, database, papers: ReadOnce):
    told = story(file)
    assert len(list(tell(told, stored_desk(told, papers)))) == len(told.steps)


def test_the_stories_there_are():
    assert {
        *("illness", "job-loss", "seasonal", "no-surplus", "two-loans", "refusal-appeal", "counter-offer", "broken"),
        *("cured", "renegotiated", "settled", "early", "by-telephone"),
    } <= set(NAMES)
    assert {story(file).language for file in FILES} == {"zh", "en"}


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_story_ends_with_what_was_sent_and_expects_exact_figures(file: Path):
    told = story(file)
    expected = [step.text for step in told.steps if step.at is None]
    assert len(expected) >= 8
    assert any(text.startswith("agreement ") for text in expected)
    assert not [text for text in expected if "?" in text]
    assert " / " in told.title


HEAD = """story: kurz / short
loan HC-1 of 欧阳彧 990001198504121247 15400000001
  signed 2025-05-28 at 23.76 %, penalty 35.64 %, 30/360
  owed on 2026-03-02: principal 1000.00, interest 0.00, penalty 0.00, fees 0.00
  4 instalments of 260.00 on day 28, unpaid since 2025-12-28
2026-03-02 borrower opens HC-1
"""


def told(more: str) -> list[str]:
    read = read_story(HEAD + more)
    return list(tell(read, memory_desk(at=read.begins_at, rows=read.rows)))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("expect stage payments", "line 7: stage payments: it is 'statement'"),
        ("expect notice late on sms", "line 7: notice late on sms: told so far: "),
        ("2026-03-02 borrower submits", "line 7: submits: refused by statement.missing: "),
        ("2026-03-02 agent lin decides => refused decision.role", "line 7: decides => refused decision.role: it was"),
        ("2026-03-01 borrower writes: too early", "line 7: writes: too early: 2026-03-01 02:00:00+00:00 is before"),
        ("2026-03-02 borrower dances", "line 7: dances: borrower does not know how to do this"),
        ("expect happiness", "line 7: happiness: nobody knows how to expect 'happiness'"),
    ],
)
def test_a_story_that_goes_otherwise_names_the_line(line: str, said: str):
    with pytest.raises(Broken) as broken:
        told(line)
    assert str(broken.value).startswith(said)


@pytest.mark.parametrize(
    "line", ["2026-03-02 the borrower opens", "loan HC-2 of nobody", "home nowhere", "2026-02-30 borrower submits"]
)
def test_a_line_that_nobody_understands_is_named(line: str):
    with pytest.raises(Unreadable, match=f"^line 7: '{line}' is not understood"):
        told(line)
