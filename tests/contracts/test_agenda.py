"""What every agenda promises: nothing due is lost, nothing is held by two, what keeps failing reaches a person.

The worker that dies is a real process, killed while it hands a message over; another does the work after its lease.
"""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import transaction

from forbear.actions.agenda import HANDLERS, LEASE_SECONDS, TRIES_MAX, work
from forbear.actions.ports import GivenUp, Lane, Message
from forbear.adapters.memory import clock_of, memory_desk, sent_by
from forbear.core.contact import Channel
from tests.contracts.bench import START, at_once, due
from tests.servers import ROOT

MINUTE = timedelta(minutes=1)


def keys(items):
    return [item.key for item in items]


def test_putting_twice_changes_nothing(bench):
    first = due("remind:c_1:3", body={"instalment": 3}, case_id="c_1")
    assert bench.agenda.put([first, due("other")]) == 2
    assert bench.agenda.put([due("remind:c_1:3", START + MINUTE, kind="elsewhere"), due("third")]) == 1
    assert bench.agenda.put([]) == 0
    taken = bench.agenda.lease(START, 9, 60)
    assert keys(taken) == ["remind:c_1:3", "other", "third"]
    item = taken[0]
    assert (item.kind, item.case_id, item.body, item.due_at, item.tries) == (
        "test",
        "c_1",
        {"instalment": 3},
        START,
        1,
    )


def test_what_was_done_stays_done_when_it_is_put_again(bench):
    bench.agenda.put([due("once")])
    bench.agenda.done(bench.agenda.lease(START, 9, 60)[0])
    assert bench.agenda.put([due("once")]) == 0
    assert bench.agenda.lease(START + MINUTE, 9, 60) == ()


def test_many_at_once(bench):
    assert bench.agenda.put([due(f"k{n:04d}", START + n * MINUTE) for n in range(450)]) == 450
    assert keys(bench.agenda.lease(START + 449 * MINUTE, 1000, 60)) == [f"k{n:04d}" for n in range(450)]


def test_only_what_is_due_and_earliest_first(bench):
    bench.agenda.put([due("c", START + 3 * MINUTE), due("a", START + MINUTE), due("b", START + 2 * MINUTE)])
    assert bench.agenda.lease(START, 9, 60) == ()
    assert bench.agenda.next_due_at() == START + MINUTE
    assert keys(bench.agenda.lease(START + 3 * MINUTE, 2, 60)) == ["a", "b"]
    assert keys(bench.agenda.lease(START + 3 * MINUTE, 2, 60)) == ["c"]


def test_a_lease_holds_until_it_runs_out_and_then_the_thing_is_taken_again(bench):
    bench.agenda.put([due("a")])
    assert bench.agenda.lease(START, 9, 60)[0].tries == 1
    assert bench.agenda.lease(START + timedelta(seconds=59), 9, 60) == ()
    assert bench.agenda.next_due_at() == START + MINUTE
    again = bench.agenda.lease(START + MINUTE, 9, 60)
    assert (keys(again), again[0].tries) == (["a"], 2)


def test_done_is_done(bench):
    bench.agenda.put([due("a")])
    bench.agenda.done(bench.agenda.lease(START, 9, 60)[0])
    assert bench.agenda.lease(START + timedelta(days=1), 9, 60) == ()
    assert bench.agenda.next_due_at() is None
    assert bench.agenda.given_up() == ()


def test_a_retry_comes_back_when_it_was_put_off_to(bench):
    bench.agenda.put([due("a")])
    bench.agenda.retry(bench.agenda.lease(START, 9, 60)[0], START + 5 * MINUTE, "no line")
    assert bench.agenda.next_due_at() == START + 5 * MINUTE
    assert bench.agenda.lease(START + 4 * MINUTE, 9, 60) == ()
    again = bench.agenda.lease(START + 5 * MINUTE, 9, 60)[0]
    assert (again.tries, again.due_at) == (2, START + 5 * MINUTE)


def test_what_is_given_up_waits_for_a_person_until_she_took_care_of_it(bench):
    bench.agenda.put([due("a", body={"notice": "n_1"}, case_id="c_1"), due("b")])
    item = bench.agenda.lease(START, 1, 60)[0]
    bench.agenda.give_up(item, "eight times refused")
    assert bench.agenda.given_up() == (
        GivenUp(item.id, "test", "c_1", {"notice": "n_1"}, START, 1, "eight times refused"),
    )
    assert keys(bench.agenda.lease(START + MINUTE, 9, 60)) == ["b"]
    bench.agenda.settle(item.id)
    assert bench.agenda.given_up() == ()
    assert bench.agenda.lease(START + timedelta(days=1), 9, 60)[0].key == "b"


def test_only_a_given_up_thing_can_be_settled(bench):
    bench.agenda.put([due("a")])
    item = bench.agenda.lease(START, 9, 60)[0]
    bench.agenda.settle(item.id)
    bench.agenda.settle(item.id + 100)
    assert keys(bench.agenda.lease(START + MINUTE, 9, 60)) == ["a"]


def test_who_lost_the_lease_can_neither_put_off_nor_give_up(bench):
    bench.agenda.put([due("a")])
    slow = bench.agenda.lease(START, 9, 60)[0]
    quick = bench.agenda.lease(START + MINUTE, 9, 60)[0]
    bench.agenda.retry(slow, START + timedelta(days=9), "late")
    bench.agenda.give_up(slow, "late")
    assert bench.agenda.given_up() == ()
    assert bench.agenda.next_due_at() == START + 2 * MINUTE
    bench.agenda.done(quick)
    bench.agenda.retry(quick, START, "after it was done")
    bench.agenda.give_up(quick, "after it was done")
    assert (bench.agenda.next_due_at(), bench.agenda.given_up()) == (None, ())


def test_what_takes_long_is_taken_apart_from_the_rest(bench):
    bench.agenda.put([due("a", kind="read"), due("b"), due("c", START + MINUTE, kind="read")])
    assert keys(bench.agenda.lease(START, 9, 60, lane=Lane.REST)) == ["b"]
    assert keys(bench.agenda.lease(START, 9, 60, lane=Lane.REST)) == []
    assert keys(bench.agenda.lease(START, 9, 60, lane=Lane.READING)) == ["a"]
    assert keys(bench.agenda.lease(START + MINUTE, 9, 60)) == ["a", "b", "c"]


def test_a_lease_renewed_holds_longer_but_only_for_who_has_it(bench):
    bench.agenda.put([due("a")])
    slow = bench.agenda.lease(START, 9, 60)[0]
    bench.agenda.renew(slow, START + MINUTE / 2, 120)
    assert bench.agenda.lease(START + 2 * MINUTE, 9, 60) == ()
    quick = bench.agenda.lease(START + 2.5 * MINUTE, 9, 60)[0]
    bench.agenda.renew(slow, START + 3 * MINUTE, 9000)
    assert bench.agenda.next_due_at() == START + 3.5 * MINUTE
    bench.agenda.done(quick)
    bench.agenda.renew(quick, START + 3 * MINUTE, 60)
    assert bench.agenda.next_due_at() is None


def test_two_workers_never_hold_the_same_thing(bench):
    bench.agenda.put([due(f"k{n}") for n in range(120)])

    def takes_all():
        mine = []
        while taken := bench.agenda.lease(START, 3, 60):
            mine += taken
        return mine

    held = [item for share in at_once([takes_all] * 5) for item in share]
    assert sorted(keys(held)) == sorted(f"k{n}" for n in range(120))
    assert {item.tries for item in held} == {1}


def test_putting_at_once_makes_each_thing_once(bench):
    new = at_once([lambda: bench.agenda.put([due(f"k{n}") for n in range(40)])] * 5)
    assert sum(new) == 40
    assert len(bench.agenda.lease(START, 1000, 60)) == 40


def test_what_is_put_in_a_transaction_that_fails_was_never_there(stored):
    with transaction.atomic():
        stored.agenda.put([due("a")])
        transaction.set_rollback(True)
    assert stored.agenda.next_due_at() is None


# ---- the worker ------------------------------------------------------------------------------------------------


def hand_over(desk, item):
    """A handler of the worker that does nothing but send one message."""
    desk.messenger.send(Message(channel=Channel.SMS, to="", subject="", body="", reference=item.key))


@pytest.fixture
def worker_desk(bench, monkeypatch):
    monkeypatch.setitem(HANDLERS, "test", hand_over)
    return memory_desk(at=START, agenda=bench.agenda)


def test_the_worker_does_each_thing_once(bench, worker_desk):
    desk = worker_desk
    bench.agenda.put([due("a")])
    assert (work(desk), work(desk)) == (1, 0)
    assert [m.reference for m in sent_by(desk)] == ["a"]
    assert bench.agenda.next_due_at() is None


def test_the_worker_tries_later_and_later_and_at_last_tells_a_person(bench, worker_desk):
    desk = worker_desk
    desk.messenger.broken = True
    bench.agenda.put([due("a")])
    waits = []
    while work(desk):
        if (next_at := bench.agenda.next_due_at()) is not None:
            waits.append(int((next_at - desk.clock.now()).total_seconds()))
            clock_of(desk).move_to(next_at)
    assert waits == [10, 30, 120, 600, 1800, 7200, 14400]
    (given_up,) = bench.agenda.given_up()
    assert (given_up.tries, given_up.error) == (TRIES_MAX, "Undelivered: the messenger is out of order")
    assert sent_by(desk) == []


def test_an_unknown_kind_of_thing_ends_with_a_person_and_stops_nobody(bench, worker_desk):
    desk = worker_desk
    bench.agenda.put([due("odd", kind="odd"), due("a")])
    assert work(desk) == 2
    assert len(sent_by(desk)) == 1
    assert bench.agenda.next_due_at() == START + timedelta(seconds=10)


DYING = """
import json, sys, time
import django
django.setup()
from tests import databases
from forbear.core.contact import Channel
from tests.contracts.bench import START
from tests.contracts.test_agenda import hand_over
from forbear.actions.agenda import HANDLERS, work
from forbear.adapters.memory import memory_desk
from forbear.store.agenda import DjangoAgenda

class Hangs:
    def send(self, message):
        print("sending", message.reference, flush=True)
        time.sleep(600)

with databases.using(json.loads(sys.argv[1])):
    desk = memory_desk(at=START, agenda=DjangoAgenda(), messenger=Hangs())
    HANDLERS["test"] = hand_over
    work(desk)
"""


def test_a_worker_killed_in_the_middle_leaves_its_work_to_the_next(stored, request, monkeypatch):
    settings = request.getfixturevalue(f"{stored.kind}_database").settings
    stored.agenda.put([due("a"), due("b")])
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", DYING, json.dumps(settings, default=str)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as dying:
        assert dying.stdout.readline() == "sending a\n"
        dying.send_signal(signal.SIGKILL)
        assert dying.wait(20) == -signal.SIGKILL
    monkeypatch.setitem(HANDLERS, "test", hand_over)
    desk = memory_desk(at=START, agenda=stored.agenda)
    assert work(desk) == 0, "its lease has not run out"
    clock_of(desk).advance(seconds=LEASE_SECONDS)
    assert work(desk, limit=1) == 1
    assert [m.reference for m in sent_by(desk)] == ["a"]
    left = stored.agenda.lease(desk.clock.now(), 9, 60)
    assert [(item.key, item.tries) for item in left] == [("b", 2)]
