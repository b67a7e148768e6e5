"""One word a room, the same word on every floor: `ls **/statement*` shows a stage from its law to its page."""

from pathlib import Path

import pytest

from tests.house.tree import ROOMS, ROOT

FLOORS = (
    "forbear/core/{room}.py",
    "forbear/actions/{room}.py",
    "forbear/web/borrower/{room}.py",
    "forbear/web/desk/{room}.py",
    "forbear/words/zh/{room}.toml",
    "forbear/words/en/{room}.toml",
)
PAGES = ("forbear/web/templates/borrower", "forbear/web/templates/desk")


@pytest.mark.parametrize("floor", FLOORS)
def test_every_room_stands_on_the_floor(floor: str):
    assert [room for room in ROOMS if not (ROOT / floor.format(room=room)).is_file()] == []


@pytest.mark.parametrize("folder", PAGES)
def test_every_room_has_a_page(folder: str):
    assert [room for room in ROOMS if not list((ROOT / folder).glob(f"{room}*.html"))] == []


def test_the_rooms_are_told_in_order():
    """The tour in forbear/__init__.py has a paragraph for every room, in the order a case walks."""
    tour = (ROOT / "forbear/__init__.py").read_text("utf-8")
    places = [tour.find(f"{room.capitalize()}: ") for room in ROOMS]
    assert -1 not in places
    assert places == sorted(places)


def test_both_languages_have_the_same_files():
    folders = [ROOT / "forbear/words" / language for language in ("zh", "en")]
    names = [sorted(file.name for file in folder.iterdir()) for folder in folders]
    assert names[0] == names[1]


def test_nothing_hides_in_a_drawer_without_a_name():
    """A file says what it holds; these names say nothing."""
    drawers = {"utils", "helpers", "misc", "common", "services", "managers", "base"}
    assert [str(path) for path in Path(ROOT / "forbear").rglob("*.py") if path.stem in drawers] == []
