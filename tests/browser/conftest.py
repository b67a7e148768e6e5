"""What the browser tests stand on: a site with a small loan book and people at the desk, and eyes that look at a page.

`site` here has the book of tests/browser/people.py in it and takes the lender's API key `people.API_KEY`.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest

from tests import servers
from tests.browser import people
from tests.browser.eyes import Eyes


def started_site() -> servers.Site:
    """A site that runs, with the book in it and staff at the desk."""
    made = servers.Site()
    made.environment = {**made.environment, "FORBEAR_API_KEYS": sha256(people.API_KEY.encode()).hexdigest()}
    made.start()
    people.move_in(made)
    return made


@pytest.fixture(scope="module")
def site() -> Iterator[servers.Site]:
    """One for each file of tests."""
    running = started_site()
    yield running
    running.stop()


@pytest.fixture
def own_site() -> Iterator[servers.Site]:
    """One for each test: for those that move the clock by months."""
    running = started_site()
    yield running
    running.stop()


@pytest.fixture
def eyes(axe_violations: Callable[[Any], list[str]]) -> Eyes:
    """Looks at a page as everybody needs it to be."""
    return Eyes(axe_violations)
