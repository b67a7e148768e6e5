"""What the telephone tells of a case is what her own page says first, with the same day, at every step of a life."""

from datetime import date, timedelta

import pytest

from forbear.actions.answering import stand_of
from forbear.actions.ports import ZONE
from forbear.actions.record import load
from forbear.core.file import CaseFile, open_file
from forbear.town import lives
from forbear.town.borrower import Borrower
from forbear.web.borrower.status import now_of
from forbear.words import known, say
from tests.web.desk.conftest import desk, live, she

__all__ = ["desk", "she"]
TITLES = {"slow": ("review", "waiting"), "active": (), "running": (), "late": ("late",)}


@pytest.fixture(params=["life_changes_again", "broken", "appealed", "writes_back"])
def lived(request: pytest.FixtureRequest, desk, she: Borrower) -> CaseFile:
    live(desk, getattr(lives, request.param)(she), working=True)
    return load(desk, she.case_id)


def test_the_telephone_says_what_the_page_says(lived: CaseFile):
    seen = set()
    for count in range(1, len(lived.events) + 1):
        file, at = open_file(lived.events[:count]), lived.events[count - 1].at
        for today in (at.astimezone(ZONE).date(), at.astimezone(ZONE).date() + timedelta(days=30)):
            _compare(file, today, seen)
    assert len(seen) >= 4


def _compare(file: CaseFile, today: date, seen: set[str]) -> None:
    stand, now = stand_of(file, today), now_of(file, today)
    seen.add(stand.name)
    assert all(known(language, f"answering.phrase.state.{stand.name}") for language in ("zh", "en"))
    if now.on is not None:
        assert stand.on == now.on
    titles = TITLES.get(stand.name, (stand.name,))
    if titles:
        assert now.title in [say("zh", f"site.page.case.now.{title}_title") for title in titles]
