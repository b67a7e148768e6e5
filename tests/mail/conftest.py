"""Servers that mail tests share, and a desk with a borrower whose case they write to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest

from forbear.actions.agenda import work
from forbear.actions.ports import Desk
from forbear.adapters.memory import memory_desk
from forbear.town.borrower import Borrower
from forbear.town.lives import states
from forbear.town.sample import somebody
from tests.mail.servers import DOVECOT, NO_DOVECOT, Dovecot, SmtpPeer

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
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
    """A borrower with an address on file, whose statement is in."""
    row, home = somebody(desk, Random("mail"), 3, date(2026, 3, 2), planned=True)
    row = replace(row, email=HERS, language="zh")
    desk.loans.put([row])
    one = Borrower(desk, row, home, Random("mail"), 3)
    for _ in states(one):
        pass
    while work(desk):
        pass
    return one
