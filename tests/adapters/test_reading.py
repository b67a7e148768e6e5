"""The reader's own process on drawn pages: turned, leaning and seen askew it reads; what is lost is told; killed, it
starts again. One process for all tests here; each test reads a page or two.
"""

import os
import signal
from collections.abc import Iterator
from threading import Thread

import cv2
import numpy as np
import pytest

from forbear.actions.ports import Looked, Nobody, ReaderAway
from forbear.adapters import reading
from forbear.adapters.reading import MEMORY_MOST, ReaderProcess, reader
from forbear.core.page_quality import judged, page_faults
from forbear.core.paper import read_paper
from forbear.core.reading import FaultCode, PaperKind, Reading
from tests.papers import draw
from tests.papers.drawn import Drawn
from tests.papers.spoil import LOSSES, Level, spoil
from tests.servers import wait_until

CARD: Drawn = draw(PaperKind.ID_CARD, 8, "front")
SLIP: Drawn = draw(PaperKind.PAYSLIP, 7, "table")


@pytest.fixture(scope="session")
def machine() -> Iterator[ReaderProcess]:
    running = ReaderProcess()
    yield running
    running.close()


def read(looked: Looked | None) -> Reading:
    assert looked is not None
    found, trusted = judged(read_paper(looked.lines, (looked.page,)), {1: looked.measured})
    assert (found.faults, trusted) == ((), True)
    return found


def values(found: Reading) -> dict[str, str]:
    return {field.name: field.value for field in found.fields}


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_card_reads_however_the_phone_was_held(machine: ReaderProcess, turned: int):
    picture = cv2.cvtColor(np.asarray(CARD.pages[0]), cv2.COLOR_RGB2BGR)
    sent = cv2.imencode(".jpg", np.ascontiguousarray(np.rot90(picture, turned // 90)))[1].tobytes()
    looked = machine.read(sent, 1)
    assert values(read(looked)) == CARD.truth.fields
    assert looked is not None
    assert (looked.page.turned_degrees, looked.page.width, looked.page.height) == (turned, 1011, 638)
    shown = cv2.imdecode(np.frombuffer(looked.picture, np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(shown.astype(int) - picture).mean() < 4


@pytest.mark.parametrize("did", ["tilt", "perspective", "dark"])
def test_what_leans_is_seen_askew_or_lies_in_the_dark_reads(machine: ReaderProcess, did: str):
    looked = machine.read(spoil(SLIP.pages[0], Level.MODERATE, 7, did).jpeg, 1)
    assert values(read(looked)) == SLIP.truth.fields


def test_a_place_is_where_the_word_stands(machine: ReaderProcess):
    found = read(machine.read(spoil(CARD.pages[0], Level.CLEAN, 7).jpeg, 1))
    number = next(field for field in found.fields if field.name == "number")
    _, drawn = CARD.truth.boxes["number"]
    assert abs(number.box.top - drawn.top) < 500
    assert abs(number.box.right - drawn.right) < 500


@pytest.mark.parametrize(
    ("did", "codes"),
    [
        ("blur", {FaultCode.BLURRED}),
        ("dark", {FaultCode.DARK}),
        ("glare", {FaultCode.GLARE}),
        ("cut", {FaultCode.CUT}),
        ("small", {FaultCode.SMALL}),
        ("blank", {FaultCode.BLANK}),
    ],
)
def test_what_is_lost_is_told_by_its_name(machine: ReaderProcess, did: str, codes: set[FaultCode]):
    assert did in LOSSES
    looked = machine.read(spoil(SLIP.pages[0], Level.UNREADABLE, 7, did).jpeg, 1)
    assert looked is not None
    assert codes <= set(page_faults(looked.measured))


@pytest.mark.parametrize(("seed", "tail"), [(970035, "2927"), (970036, "4441")])
def test_figures_after_a_row_of_asterisks_are_neither_dropped_nor_doubled(machine: ReaderProcess, seed: int, tail: str):
    page = draw(PaperKind.BANK_STATEMENT, seed).pages[0]
    looked = machine.read(spoil(page, Level.CLEAN, seed + 1000, "").jpeg, 1)
    assert looked is not None
    assert read_paper(looked.lines, (looked.page,)).value("account_tail") == tail


@pytest.mark.parametrize(
    ("kind", "seed", "name", "value"),
    [
        (PaperKind.DIAGNOSIS, 985060, "issued_on", "2026-04-04"),
        (PaperKind.BANK_STATEMENT, 985035, "period_to", "2026-10-28"),
    ],
)
def test_a_line_under_a_red_seal_is_read(machine: ReaderProcess, kind: PaperKind, seed: int, name: str, value: str):
    looked = machine.read(spoil(draw(kind, seed).pages[0], Level.CLEAN, seed + 1000, "").jpeg, 1)
    assert looked is not None
    assert read_paper(looked.lines, (looked.page,)).value(name) == value


def test_a_light_that_burns_the_middle_of_a_page_away_is_told_though_the_rest_is_bright(machine: ReaderProcess):
    seed = 970327
    lit = spoil(draw(PaperKind.DIAGNOSIS, seed).pages[0], Level.UNREADABLE, seed + 1000, "glare")
    looked = machine.read(lit.jpeg, 1)
    assert looked is not None
    assert FaultCode.GLARE in page_faults(looked.measured)


def test_a_photo_of_a_screen_is_told(machine: ReaderProcess):
    looked = machine.read(spoil(CARD.pages[0], Level.SCREEN, 7).jpeg, 1)
    assert looked is not None
    assert page_faults(looked.measured) == (FaultCode.SCREEN,)


def test_what_is_no_picture_shows_nothing(machine: ReaderProcess):
    assert machine.read(b"no picture", 1) is None


def test_a_reader_that_was_killed_starts_again_and_stays_small(machine: ReaderProcess):
    card = spoil(CARD.pages[0], Level.CLEAN, 7).jpeg
    machine.read(b"", 1)
    killed = machine.pid
    os.kill(killed, signal.SIGKILL)
    assert values(read(machine.read(card, 1))) == CARD.truth.fields
    assert machine.pid not in (0, killed)
    assert 100 << 20 < machine.memory_seen <= MEMORY_MOST


def test_a_page_that_ends_the_reader_twice_is_a_persons():
    hungry = ReaderProcess(memory_most=40 << 20)
    assert hungry.read(spoil(CARD.pages[0], Level.CLEAN, 7).jpeg, 1) is None
    assert hungry.pid == 0


def test_a_page_that_takes_too_long_is_a_persons():
    hasty = ReaderProcess(page_seconds=0)
    assert hasty.read(spoil(CARD.pages[0], Level.CLEAN, 7).jpeg, 1) is None
    assert hasty.pid == 0


def test_closing_in_the_middle_of_a_page_puts_the_page_back():
    running, said = ReaderProcess(), []

    def ask() -> None:
        try:
            running.read(spoil(SLIP.pages[0], Level.CLEAN, 7).jpeg, 1)
        except ReaderAway as away:
            said.append(str(away))

    asking = Thread(target=ask)
    asking.start()
    wait_until(lambda: running.pid != 0, 60, "the reader to start")
    running.close()
    asking.join(60)
    assert said == ["the reader was stopped"]
    assert running.pid == 0


def test_without_the_packages_nobody_reads(monkeypatch: pytest.MonkeyPatch):
    assert isinstance(reader(), ReaderProcess)
    monkeypatch.setattr(reading, "find_spec", lambda package: None if package == "rapidocr" else object())
    nobody = reader()
    assert isinstance(nobody, Nobody)
    assert nobody.read(b"anything", 1) is None
    nobody.close()
