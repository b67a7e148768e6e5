"""Servers that mail tests share, and a desk with a borrower whose case they write to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from forbear.actions.ports import Desk
from forbear.adapters.memory import memory_desk
from forbear.town.borrower import Borrower
from tests.actions.mail.letters import AT, borrower_at
from tests.mail.servers import DOVECOT, NO_DOVECOT, Dovecot, SmtpPeer

HERS = "xiao.yan@mail.example.cn"


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A mail server with mailboxes."""
    if not Path(DOVECOT).exists():
        pytest.skip(NO_DOVECOT)
    server = Dovecot()
    yield server
    server.stop()


@pytest.fixture
def peer() -> Iterator[SmtpPeer]:
    """A mail server that takes what we send."""
    server = SmtpPeer()
    yield server
    server.stop()


@pytest.fixture
def desk() -> Desk:
    return memory_desk(at=AT)


@pytest.fixture
def she(desk: Desk) -> Borrower:
    return borrower_at(desk, HERS)
