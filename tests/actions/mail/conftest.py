"""A desk in memory, and a borrower whom mail reaches."""

import pytest

from forbear.actions.ports import Desk
from forbear.adapters.memory import memory_desk
from forbear.town.borrower import Borrower
from tests.actions.mail.letters import AT, HERS, borrower_at


@pytest.fixture
def desk() -> Desk:
    return memory_desk(at=AT)


@pytest.fixture
def she(desk: Desk) -> Borrower:
    return borrower_at(desk, HERS)
