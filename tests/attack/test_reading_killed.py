"""kill -9 of the worker while it reads papers: every paper is read once, by the machine, and none is lost."""

from collections.abc import Iterator

import pytest

from forbear.core.reading import PaperKind
from tests.papers import draw
from tests.papers.queue import drain, send
from tests.papers.spoil import Level, spoil
from tests.servers import Site


@pytest.fixture
def home() -> Iterator[Site]:
    site = Site()
    yield site
    site.stop()


def test_a_queue_drains_over_a_kill(home: Site):
    card = spoil(draw(PaperKind.ID_CARD, 8, "back").pages[0], Level.CLEAN, 8).jpeg
    send(home, [card], 3)
    drained = drain(home, 3, 1, seed=3)
    assert sorted(drained.read) == [(f"f_{n}", True, "machine", "id-card") for n in range(3)]
    assert (drained.given_up, drained.kills) == (0, 1)
