"""A clock that lies: set back by seconds or hours, at a start, in one of two processes, beside what others saw."""

from dataclasses import replace
from datetime import timedelta

import pytest

from forbear.actions.log import have_signed, stamp
from forbear.actions.ports import TimestampLies
from forbear.actions.record import By, carry_out
from forbear.actions.record_audit import audited, warnings
from forbear.adapters.ed25519 import check
from forbear.adapters.memory import memory_desk
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Channel
from forbear.store.log import DjangoLog
from forbear.store.models import AttestationRow
from tests.contracts.bench import LOG_KEY, START, opened, without_triggers, write

HOUR = timedelta(hours=1)


class AnyClock:
    """A clock that can be set anywhere."""

    def __init__(self, at):
        self.at = at

    def now(self):
        return self.at

    def today(self):
        return self.at.date()

    def advance(self, seconds):
        self.at += timedelta(seconds=seconds)


class Tsa:
    """An authority with a clock of its own."""

    def __init__(self, clock):
        self.clock = clock

    def stamp(self, data):
        return self.clock.now().isoformat().encode() + b"\n" + data

    def read(self, token, data):
        at, _, over = token.partition(b"\n")
        if over != data:
            raise TimestampLies("imprint", "other bytes")
        return START.fromisoformat(at.decode())


class Stand:
    """Two processes on one database, `one` and `two`, with a clock each; an authority with the true time."""

    def __init__(self, bench):
        bench.ledger.append(write(opened("c_1"), expected=-1, key="open"))
        self.true, self.keys = AnyClock(START), iter(range(1000))
        tsa = Tsa(self.true)
        self.log = DjangoLog(LOG_KEY, check, bench.clock, tsa)
        desk = memory_desk(at=START, ledger=bench.ledger, log=self.log, timestamps=tsa)
        self.one, self.two = replace(desk, clock=AnyClock(START)), replace(desk, clock=AnyClock(START))

    def later(self, seconds):
        for clock in (self.true, self.one.clock, self.two.clock):
            clock.advance(seconds=seconds)

    def say(self, desk):
        by = By(actor=SYSTEM, channel=Channel.SYSTEM, key=f"note-{next(self.keys)}")
        (event,) = carry_out(desk, by, "c_1", {}, lambda _: [e.NoteWritten(text="x")]).events
        return event.at

    def stamped(self):
        self.log.checkpoint()
        assert stamp(self.one, self.one.ledger.size()) == ""

    def found(self, desk=None):
        return [flaw.problem for flaw in audited(desk or self.one).flaws]


@pytest.fixture
def stand(stored):
    return Stand(stored)


def behind(seconds):
    said = f"this machine's clock is {seconds} seconds before the record's last event: it was set back, or another"
    return f"{said} that writes here ran ahead"


@pytest.mark.parametrize("back", [1, 120, 121, 7200, 86_400 * 400])
def test_set_back_the_record_stands_still_and_the_machine_is_named(stand, back):
    """Also at a start: nothing is remembered but what the record says."""
    stand.later(10)
    before = stand.say(stand.one)
    stand.one.clock.advance(seconds=-back)
    assert stand.say(stand.one) == before, "the record's time never runs back"
    assert stand.found() == ([behind(back)] if back > 120 else [])
    assert stand.found(stand.two) == [], "the other machine is well"


def test_set_back_before_the_last_checkpoint_it_shows_beside_what_the_authority_saw(stand):
    """Time goes on, and the record's clock does not."""
    stand.one.clock.advance(seconds=-7200)
    stand.later(3600)
    stand.stamped()
    stand.say(stand.one)
    assert "its time is 3600 seconds before the timestamp authority saw the log without it: a clock was set back" in (
        stand.found(stand.two)
    )


def test_one_of_two_processes_ran_ahead_and_takes_the_record_with_it(stand):
    stand.two.clock.advance(seconds=10_800)
    assert stand.say(stand.two) == START + 3 * HOUR
    assert stand.say(stand.one) == START + 3 * HOUR, "what follows cannot be before"
    assert stand.found() == [behind(10_800)]
    stand.stamped()
    assert stand.found(stand.two) == [
        "its time is 10800 seconds after the timestamp authority saw the log with it: the clock ran ahead"
    ]


def test_one_of_two_processes_is_behind_and_is_carried_along(stand):
    stand.later(1000)
    stand.say(stand.one)
    stand.stamped()
    stand.two.clock.advance(seconds=-900)
    assert stand.say(stand.two) == START + timedelta(seconds=1000)
    assert stand.found() == []
    assert stand.found(stand.two) == [behind(900)]


@pytest.mark.parametrize(("apart", "named"), [(120, False), (121, True), (-120, False), (-121, True)])
def test_apart_by_more_than_two_minutes_is_named_and_less_is_not(stand, apart, named):
    stand.true.advance(seconds=apart)
    stand.stamped()
    stand.say(stand.one)
    assert bool(stand.found()) is named


def test_a_token_that_came_late_is_no_clock_set_back(stand):
    """The authority was away for two hours, and stamps the checkpoint before an agreement when it is back."""
    stand.log.checkpoint()
    early = stand.one.ledger.size()
    for _ in range(3):
        stand.say(stand.one)
        stand.later(2400)
    stand.log.checkpoint()
    assert stamp(stand.one, early) == ""
    assert stand.log.token(stand.one.ledger.size()), "the longer log was shown first"
    assert stand.found() == []
    stand.one.clock.advance(seconds=-7200)
    stand.say(stand.one)
    assert any("before the timestamp authority saw the log without it" in said for said in stand.found(stand.two))


def test_a_token_kept_under_a_time_to_come_keeps_nobody_from_asking_for_the_next(stand):
    """Written there by a clock that ran ahead, or by somebody who wants no more of them."""
    stand.stamped()
    without_triggers()
    AttestationRow.objects.update(at=START + timedelta(days=9000))
    stand.later(600)
    stand.say(stand.one)
    stand.log.checkpoint()
    assert [told for told in warnings(stand.one) if "the timestamp authority signed last over 1 of 2" in told]
    assert have_signed(stand.one) == ()
    assert stand.log.attested("tsa")[0] == 2
