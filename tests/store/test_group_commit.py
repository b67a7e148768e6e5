"""Group commit: many at once are each done once, a failing one fails alone, and nobody waits for ever."""

from threading import Event, Thread

import pytest
from django.db import IntegrityError, transaction

from forbear.actions.ports import Conflict
from forbear.store.group_commit import TOGETHER_MAX, GroupCommit
from forbear.store.models import Event as EventRow
from tests.contracts.bench import at_once, due, opened, write, wrote


class Counted:
    """A commit that says which came together, and fails where one of them is a fault."""

    def __init__(self):
        self.together = []
        self.begun, self.go = Event(), Event()

    def __call__(self, asked):
        self.together.append(list(asked))
        self.begun.set()
        self.go.wait(30)
        if "bad" in asked:
            raise ValueError("bad")
        return [f"done {one}" for one in asked]


def test_who_comes_meanwhile_is_done_together_and_a_failure_is_its_own():
    commit = Counted()
    group = GroupCommit(commit)
    found = {}

    def do(asked):
        try:
            found[asked] = group.do(asked)
        except ValueError as error:
            found[asked] = error

    first = Thread(target=do, args=("first",))
    first.start()
    commit.begun.wait(30)
    rest = [Thread(target=do, args=(asked,)) for asked in ("a", "bad", "b")]
    for thread in rest:
        thread.start()
    while len(group._line) < 3:
        pass
    commit.go.set()
    for thread in (first, *rest):
        thread.join(30)
    assert commit.together[0] == ["first"]
    assert sorted(commit.together[1]) == ["a", "b", "bad"]
    assert sorted(map(tuple, commit.together[2:])) == [("a",), ("b",), ("bad",)]
    assert (found["first"], found["a"], found["b"]) == ("done first", "done a", "done b")
    assert isinstance(found["bad"], ValueError)


def test_one_alone_fails_with_its_own_error_and_the_next_is_done():
    def commit(asked):
        return [1 // one for one in asked]

    group = GroupCommit(commit)
    with pytest.raises(ZeroDivisionError):
        group.do(0)
    assert group.do(1) == 1


def test_more_than_fit_together_are_all_done():
    group = GroupCommit(lambda asked: [one * 2 for one in asked])
    count = TOGETHER_MAX * 2
    assert at_once([lambda n=n: group.do(n) for n in range(count)]) == [n * 2 for n in range(count)]


def test_commands_of_many_threads_make_one_sound_record(stored):
    """Eight cases side by side, every tenth command at fault in the database, every seventh too late."""
    cases = [f"c_{n}" for n in range(8)]
    for case_id in cases:
        stored.ledger.append(write(opened(case_id), expected=-1, key=f"{case_id}-open", case_id=case_id))

    def run(case_id):
        found = []
        for n in range(12):
            if n % 7 == 3:
                found.append(
                    stored.ledger.append(write(wrote(), expected=99, key=f"{case_id}-late{n}", case_id=case_id))
                )
            if n % 10 == 5:
                try:
                    faulty = write(wrote(), expected=n, key=f"{case_id}-bad", case_id=case_id, dues=(due(None),))
                    stored.ledger.append(faulty)
                except IntegrityError:
                    found.append("failed alone")
            stored.ledger.append(write(wrote(f"{n}"), expected=n, key=f"{case_id}-{n}", case_id=case_id))
        return found

    answers = at_once([lambda case_id=case_id: run(case_id) for case_id in cases])
    for found in answers:
        assert found == [Conflict(3), "failed alone", Conflict(10)]
    assert EventRow.objects.count() == stored.ledger.size() == 8 * 13
    stored.log.checkpoint()
    assert stored.ledger.verify(stored.log.held()).flaws == ()


def test_a_caller_with_a_transaction_of_its_own_is_not_made_to_wait(stored):
    with transaction.atomic():
        stored.ledger.append(write(opened(), expected=-1, key="a"))
        assert isinstance(stored.ledger.append(write(wrote(), expected=5, key="b")), Conflict)
    assert stored.ledger.size() == 1
