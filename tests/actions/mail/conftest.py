"""A desk in memory, and a borrower whom mail reaches."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from forbear.actions.ports import Desk
from forbear.adapters.memory import memory_desk
from forbear.town.borrower import Borrower
from forbear.town.lives import states
from forbear.town.sample import somebody
from tests.actions.mail.letters import AT, HERS, worked


@pytest.fixture
def desk() -> Desk:
    return memory_desk(at=AT)


@pytest.fixture
def she(desk: Desk) -> Borrower:
    """A borrower with an address on file, whose statement is in and whose papers are asked for."""
    row, home = somebody(desk, Random("mail"), 3, date(2026, 3, 2), planned=True)
    row = replace(row, email=HERS, language="zh")
    desk.loans.put([row])
    one = Borrower(desk, row, home, Random("mail"), 3)
    for _ in states(one):
        pass
    worked(desk)
    return one
