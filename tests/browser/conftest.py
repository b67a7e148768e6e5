"""What the browser tests stand on: a site with a small loan book and people at the desk, and eyes that look at a page.

`site` here has the book of tests/browser/people.py in it and takes the lender's API key `people.API_KEY`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser import people
from tests.browser.eyes import Eyes


@pytest.fixture(scope="module")
def site() -> Iterator[people.Inhabited]:
    """One for each file of tests."""
    running = people.Inhabited()
    yield running
    running.stop()


@pytest.fixture
def own_site() -> Iterator[people.Inhabited]:
    """One for each test: for those that move the clock by months."""
    running = people.Inhabited()
    yield running
    running.stop()


@pytest.fixture
def eyes(axe_violations: Callable[[Any], list[str]]) -> Eyes:
    """Looks at a page as everybody needs it to be."""
    return Eyes(axe_violations)
