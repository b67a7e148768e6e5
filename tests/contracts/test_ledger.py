"""What every ledger promises, asked of the one in memory and of the same code on SQLite and PostgreSQL.

Order, no gaps, one winner of a race, nothing done twice, all or nothing, nothing personal in clear, every change found.
"""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.actions.ports import Conflict, KeyReused
from forbear.core import events as e
from forbear.core.case import fold
from forbear.core.chain import encoded, verify_chain
from forbear.core.envelope import Damaged
from forbear.store import projections
from forbear.store.models import Command, Event, Head, Secret
from forbear.store.privacy import DataKeys, WrongKey, open_bytes, seal_bytes
from tests.contracts.bench import (
    CANARIES,
    LOG,
    START,
    WORDS,
    Bench,
    at_once,
    database_bytes,
    due,
    make_bench,
    opened,
    without_triggers,
    write,
    wrote,
)


def begun(bench: Bench, case_id: str = "c_1", messages: int = 0) -> None:
    """A case with its first event and some messages."""
    bench.ledger.append(write(opened(case_id), expected=-1, key=f"open-{case_id}", case_id=case_id))
    for number in range(messages):
        text = wrote(f"{WORDS} {number}")
        bench.ledger.append(write(text, expected=number, key=f"say-{case_id}-{number}", case_id=case_id))


# ---- order -----------------------------------------------------------------------------------------------------


def test_an_empty_log_has_nothing(bench):
    assert bench.ledger.size() == 0
    assert bench.ledger.events("c_1") == ()
    assert bench.ledger.bodies("c_1") == ()
    assert tuple(bench.ledger.all()) == ()
    assert bench.ledger.command("k", b"r" * 32) is None


def test_what_is_answered_is_what_is_read(bench):
    happened = START - timedelta(hours=3)
    answered = bench.ledger.append(
        write(opened(), wrote(), expected=-1, key="k1", occurred_at=happened, cause="call-7")
    )
    assert answered == bench.ledger.events("c_1")
    assert [(r.leaf, r.seq, r.case_id) for r in answered] == [(0, 0, "c_1"), (1, 1, "c_1")]
    assert answered[0].fact == opened()
    assert answered[1].fact == wrote()
    assert (answered[0].occurred_at, answered[0].cause, answered[0].command) == (happened, "call-7", "k1")


def test_the_body_has_the_agreed_header_and_only_commitments(bench):
    bench.ledger.append(write(opened(), expected=-1, key="k1"))
    ((body, leaf_hash),) = bench.ledger.bodies("c_1")
    value = json.loads(body)
    assert sorted(value) == sorted(
        ["v", "log", "case", "seq", "prev", "type", "tv", "at", "occ", "actor", "chan", "cmd", "cause", "pub", "_sd"]
    )
    assert (value["v"], value["log"], value["case"], value["seq"], value["prev"]) == (1, LOG, "c_1", 0, "")
    assert (value["type"], value["tv"], value["at"], value["occ"]) == (
        "case.opened",
        1,
        "2026-03-02T02:00:00.000Z",
        None,
    )
    assert value["actor"] == {"kind": "borrower", "id": "p_c_1", "auth": "otp-sms"}
    assert (value["chan"], value["cmd"], value["cause"]) == ({"kind": "web"}, "k1", "")
    assert value["pub"] == {"language": "zh", "keep_until_on": "2026-04-01"}
    assert len(value["_sd"]) == 3
    assert bench.ledger.events("c_1")[0].leaf_hash == leaf_hash


def test_each_event_names_the_one_before_it_in_its_case(bench):
    begun(bench, "c_1", messages=2)
    begun(bench, "c_2", messages=1)
    bench.ledger.append(write(wrote(), wrote(), expected=2, key="two-more"))
    bodies = bench.ledger.bodies("c_1")
    assert [json.loads(body)["prev"] for body, _ in bodies] == ["", *[encoded(hash_) for _, hash_ in bodies[:-1]]]
    assert verify_chain(bodies) == ()
    assert verify_chain(bench.ledger.bodies("c_2")) == ()


def test_leaves_have_no_gap_over_all_cases(bench):
    begun(bench, "c_1", messages=1)
    begun(bench, "c_2", messages=2)
    bench.ledger.append(write(wrote(), expected=9, key="too-late"))
    bench.ledger.append(write(wrote(), wrote(), expected=1, key="more"))
    everything = tuple(bench.ledger.all())
    assert [r.leaf for r in everything] == list(range(7))
    assert [(r.case_id, r.seq) for r in everything] == [
        ("c_1", 0), ("c_1", 1), ("c_2", 0), ("c_2", 1), ("c_2", 2), ("c_1", 2), ("c_1", 3),
    ]  # fmt: skip
    assert bench.ledger.size() == 7
    assert [r.leaf for r in bench.ledger.all(from_leaf=5)] == [5, 6]


def test_the_whole_log_is_read_over_any_number_of_events(bench, monkeypatch):
    monkeypatch.setattr("forbear.store.ledger.READ_AT_ONCE", 4)
    begun(bench, messages=9)
    assert [r.leaf for r in bench.ledger.all()] == list(range(10))


def test_time_never_runs_back_over_the_whole_log(bench):
    bench.ledger.append(write(opened(), expected=-1, key="k1", at=START))
    earlier = START - timedelta(hours=1)
    bench.ledger.append(write(opened("c_2"), expected=-1, key="k2", case_id="c_2", at=earlier))
    later = START + timedelta(microseconds=2_499)
    bench.ledger.append(write(wrote(), expected=0, key="k3", at=later))
    assert [r.at for r in bench.ledger.all()] == [START, START, START + timedelta(milliseconds=2)]


# ---- races and repeats -----------------------------------------------------------------------------------------


def test_whoever_saw_an_older_state_is_told_and_nothing_is_written(bench):
    begun(bench, messages=1)
    answer = bench.ledger.append(write(wrote(), expected=0, key="late", dues=(due("late-due"),)))
    assert answer == Conflict(1)
    assert bench.ledger.append(write(opened(), expected=-1, key="again")) == Conflict(1)
    assert bench.ledger.append(write(wrote(), expected=4, key="early")) == Conflict(1)
    assert bench.ledger.append(write(wrote(), expected=0, key="none", case_id="c_9")) == Conflict(-1)
    assert bench.ledger.size() == 2
    assert bench.agenda.next_due_at() is None
    assert bench.ledger.command("late", b"late".ljust(32, b".")) is None


def test_of_many_at_once_one_wins_each_round(bench):
    begun(bench)
    for round_ in range(8):
        tasks = [
            lambda n=n, r=round_: bench.ledger.append(write(wrote(f"{r}.{n}"), expected=r, key=f"race-{r}-{n}"))
            for n in range(6)
        ]
        answers = at_once(tasks)
        assert sum(isinstance(answer, tuple) for answer in answers) == 1
        assert sum(answer == Conflict(round_ + 1) for answer in answers) == 5
    assert [r.seq for r in bench.ledger.events("c_1")] == list(range(9))
    assert bench.ledger.size() == 9
    assert verify_chain(bench.ledger.bodies("c_1")) == ()


def test_many_cases_at_once_share_one_gapless_log(bench):
    tasks = [
        lambda n=n: [
            bench.ledger.append(write(opened(f"c_{n}"), expected=-1, key=f"o{n}", case_id=f"c_{n}")),
            *(
                bench.ledger.append(write(wrote(), expected=seq, key=f"m{n}-{seq}", case_id=f"c_{n}"))
                for seq in range(5)
            ),
        ]
        for n in range(5)
    ]
    answers = at_once(tasks)
    assert all(isinstance(one, tuple) for answer in answers for one in answer), answers
    assert [r.leaf for r in bench.ledger.all()] == list(range(30))
    for n in range(5):
        assert [r.seq for r in bench.ledger.events(f"c_{n}")] == list(range(6))
        assert verify_chain(bench.ledger.bodies(f"c_{n}")) == ()


def test_the_same_command_again_answers_as_it_did_and_writes_nothing(bench):
    asked = write(opened(), wrote(), expected=-1, key="k1", dues=(due("d1"),))
    first = bench.ledger.append(asked)
    bench.ledger.append(write(wrote(), expected=1, key="k2"))
    assert bench.ledger.append(asked) == first
    assert bench.ledger.append(replace(asked, expected=2)) == first
    assert bench.ledger.command("k1", asked.request) == first
    assert bench.ledger.size() == 3


def test_the_same_key_for_something_else_is_told(bench):
    begun(bench)
    other = write(wrote(), expected=0, key="open-c_1", request=b"another request".ljust(32))
    assert bench.ledger.append(other) == KeyReused("open-c_1")
    assert bench.ledger.command("open-c_1", other.request) == KeyReused("open-c_1")
    assert bench.ledger.size() == 1


def test_a_double_click_from_many_threads_is_one_event(bench):
    begun(bench)
    asked = write(wrote(), expected=0, key="click")
    answers = at_once([lambda: bench.ledger.append(asked) for _ in range(6)])
    assert all(answer == answers[0] for answer in answers), answers
    assert bench.ledger.size() == 2


def test_a_command_may_only_put_something_on_the_agenda(bench):
    begun(bench)
    asked = write(expected=0, key="only-due", dues=(due("d1"),))
    assert bench.ledger.append(asked) == ()
    assert bench.ledger.append(asked) == ()
    assert bench.ledger.command("only-due", asked.request) == ()
    assert bench.ledger.size() == 1
    assert [item.key for item in bench.agenda.lease(START, 9, 60)] == ["d1"]


# ---- all or nothing --------------------------------------------------------------------------------------------


def nothing_of(bench: Bench, key: str) -> None:
    assert bench.ledger.size() == 1
    assert len(bench.ledger.events("c_1")) == 1
    assert bench.ledger.command(key, key.encode().ljust(32, b".")) is None
    assert bench.agenda.next_due_at() is None
    assert bench.cases.line("c_1").seq == 0
    assert isinstance(bench.ledger.append(write(wrote(), expected=0, key=key)), tuple)
    assert bench.ledger.events("c_1")[1].leaf == 1


def test_a_due_thing_that_cannot_be_kept_undoes_the_facts(bench):
    begun(bench)
    impossible = due("bad", body={"amount": 1.5})
    with pytest.raises(AssertionError):
        bench.ledger.append(write(wrote(), expected=0, key="k", dues=(due("good"), impossible)))
    nothing_of(bench, "k")


def test_a_projection_that_fails_undoes_the_facts(bench, monkeypatch):
    begun(bench)

    def fails(*anything):
        raise RuntimeError("the disk of the queue is full")

    place = bench.cases if bench.kind == "memory" else projections
    with monkeypatch.context() as patched:
        patched.setattr(place, "prepared" if bench.kind == "memory" else "apply", fails)
        with pytest.raises(RuntimeError, match="the disk of the queue is full"):
            bench.ledger.append(write(wrote(), expected=0, key="k", dues=(due("d"),)))
    nothing_of(bench, "k")


def test_facts_and_what_becomes_due_stand_together(bench):
    bench.ledger.append(write(opened(), expected=-1, key="k", dues=(due("d1"), due("d2"), due("d1"))))
    assert [item.key for item in bench.agenda.lease(START, 9, 60)] == ["d1", "d2"]


def test_a_callers_transaction_that_fails_takes_all_of_it_along(stored):
    begun(stored)
    with transaction.atomic():
        stored.ledger.append(write(wrote(), expected=0, key="k", dues=(due("d"),)))
        transaction.set_rollback(True)
    nothing_of(stored, "k")


def test_a_callers_transaction_sees_a_refused_command_and_goes_on(stored):
    begun(stored)
    with transaction.atomic():
        assert stored.ledger.append(write(wrote(), expected=7, key="wrong")) == Conflict(0)
        stored.ledger.append(write(wrote(), expected=0, key="right"))
    assert [r.command for r in stored.ledger.events("c_1")] == ["open-c_1", "right"]


def test_the_head_stands_at_the_last_leaf(stored):
    begun(stored, messages=3)
    assert Head.objects.values_list("one", "size", "last_at").get() == (1, 4, START)
    assert Command.objects.count() == 4


# ---- private things --------------------------------------------------------------------------------------------


def test_nothing_private_stands_in_a_body(bench):
    begun(bench, messages=1)
    together = b"".join(body for body, _ in bench.ledger.bodies("c_1")).decode()
    for canary in CANARIES:
        assert canary not in together
        assert encoded(canary.encode()) not in together


def test_nothing_private_stands_in_the_database_in_clear(stored):
    begun(stored, messages=2)
    stored.cases.queue(search=CANARIES[0])
    lying_there = database_bytes(stored)
    assert b"case.opened" in lying_there, "the whole database is looked at"
    for canary in CANARIES:
        for form in (canary, json.dumps(canary)[1:-1], encoded(canary.encode()), encoded(canary.encode())[2:-2]):
            assert form.encode() not in lying_there


def test_a_disclosure_is_found_missing_when_its_key_is_destroyed_and_the_rest_reads_on(bench):
    begun(bench, messages=2)
    bench.forget("c_1", "message")
    recorded = bench.ledger.events("c_1")
    assert [r.fact for r in recorded] == [opened(), e.MessageWritten(text=None), e.MessageWritten(text=None)]
    assert verify_chain(bench.ledger.bodies("c_1")) == ()
    assert fold(recorded).seq == 2
    bench.forget("c_1", "identity")
    first = bench.ledger.events("c_1")[0].fact
    assert (first.party, first.loan_id, first.contract, first.language) == (None, None, None, "zh")
    assert [r.fact for r in bench.ledger.all()] == [r.fact for r in bench.ledger.events("c_1")]


def test_a_case_goes_on_under_a_new_key_after_the_old_one_is_destroyed(bench):
    begun(bench, messages=1)
    bench.forget("c_1", "message")
    bench.ledger.append(write(wrote("later"), expected=1, key="later"))
    assert [r.fact for r in bench.ledger.events("c_1")[1:]] == [e.MessageWritten(text=None), wrote("later")]


def test_each_retention_class_of_a_case_has_a_key_of_its_own(stored):
    begun(stored, "c_1", messages=2)
    begun(stored, "c_2", messages=1)
    used = {(row.leaf, row.key_id) for row in Secret.objects.all()}
    per_leaf = {leaf: {key for at, key in used if at == leaf} for leaf in range(5)}
    assert all(len(keys) == 1 for keys in per_leaf.values())
    assert per_leaf[1] == per_leaf[2], "both messages of the first case stand under one key"
    assert len({key for keys in per_leaf.values() for key in keys}) == 4


def test_without_the_installations_key_nothing_opens(stored, tmp_path):
    begun(stored)
    (tmp_path / "elsewhere").mkdir()
    stranger = make_bench(stored.kind, tmp_path / "elsewhere")
    with pytest.raises(WrongKey, match="keys/kek"):
        stranger.ledger.events("c_1")


# ---- tampering -------------------------------------------------------------------------------------------------


def test_any_flipped_bit_of_any_event_is_found(bench):
    begun(bench, messages=4)
    untouched = bench.ledger.bodies("c_1")
    assert verify_chain(untouched) == ()

    @settings(max_examples=300, deadline=None)
    @given(st.integers(0, len(untouched) - 1), st.integers(0, 10**6), st.integers(0, 7), st.booleans())
    def flipped(seq, place, bit, in_body):
        body, leaf_hash = untouched[seq]
        changed = bytearray(body if in_body else leaf_hash)
        changed[place % len(changed)] ^= 1 << bit
        forged = (bytes(changed), leaf_hash) if in_body else (body, bytes(changed))
        flaws = verify_chain([*untouched[:seq], forged, *untouched[seq + 1 :]])
        assert flaws
        assert flaws[0].seq == seq

    flipped()


def test_a_dropped_a_doubled_and_a_swapped_event_are_found(bench):
    begun(bench, messages=4)
    stored = bench.ledger.bodies("c_1")
    for seq in range(len(stored) - 1):
        assert verify_chain([*stored[:seq], *stored[seq + 1 :]])[0].seq == seq
        assert verify_chain([*stored[: seq + 1], *stored[seq:]])[0].seq == seq + 1
        assert verify_chain([*stored[:seq], stored[seq + 1], stored[seq], *stored[seq + 2 :]])[0].seq == seq


@pytest.mark.parametrize("column", ["body", "leaf_hash"])
def test_a_row_changed_in_the_database_is_found_on_reading(stored, column):
    begun(stored, messages=2)
    without_triggers()
    row = Event.objects.get(leaf=1)
    changed = bytearray(getattr(row, column))
    changed[20] ^= 1
    Event.objects.filter(leaf=1).update(**{column: bytes(changed)})
    with pytest.raises(Damaged) as found:
        stored.ledger.events("c_1")
    assert found.value.leaf == 1
    assert verify_chain(stored.ledger.bodies("c_1"))[0].seq == 1


def test_a_ciphertext_moved_to_another_event_is_found(stored):
    begun(stored, messages=2)
    without_triggers()
    one, other = Secret.objects.get(leaf=1), Secret.objects.get(leaf=2)
    assert one.key_id == other.key_id, "under the same key: only its place tells it apart"
    Secret.objects.filter(leaf=1).update(ct=other.ct)
    Secret.objects.filter(leaf=2).update(ct=one.ct)
    with pytest.raises(Damaged, match="leaf 1: its disclosure 0 does not open in this place"):
        stored.ledger.events("c_1")


def test_two_ciphertexts_of_one_event_swapped_are_found(stored):
    begun(stored)
    without_triggers()
    one, other = Secret.objects.get(leaf=0, n=1), Secret.objects.get(leaf=0, n=2)
    Secret.objects.filter(leaf=0, n=1).update(ct=other.ct)
    Secret.objects.filter(leaf=0, n=2).update(ct=one.ct)
    with pytest.raises(Damaged) as found:
        stored.ledger.events("c_1")
    assert found.value.leaf == 0


def test_a_disclosure_sealed_anew_with_other_words_is_found(stored):
    """Whoever holds the keys can encrypt what they like; the commitment in the event says it is not what was said."""
    begun(stored, messages=2)
    without_triggers()
    rows = {leaf: Secret.objects.get(leaf=leaf) for leaf in (1, 2)}
    hashes = {r.leaf: r.leaf_hash for r in stored.ledger.events("c_1")}
    key = DataKeys(stored.keys).by_id([rows[1].key_id])[rows[1].key_id]
    text = open_bytes(key, hashes[2] + bytes(4), rows[2].ct)
    Secret.objects.filter(leaf=1).update(ct=seal_bytes(key, hashes[1] + bytes(4), text))
    with pytest.raises(Damaged, match="leaf 1: an opened disclosure is not the one the event commits to"):
        stored.ledger.events("c_1")


def test_an_event_put_under_another_case_is_found(stored):
    begun(stored, "c_1", messages=1)
    begun(stored, "c_2")
    without_triggers()
    Event.objects.filter(leaf=1).update(case_id="c_2", seq=1)
    with pytest.raises(Damaged, match="leaf 1: it stands as event 0 of c_2 and is another"):
        stored.ledger.events("c_2")


# ---- the database refuses --------------------------------------------------------------------------------------

REFUSED = {
    "an event changed": "update event set type = 'x' where leaf = 1",
    "an event deleted": "delete from event where leaf = 1",
    "a leaf left out": "insert into event select leaf + 5, 'c_x', 0, type, body, leaf_hash from event where leaf = 0",
    "a disclosure changed": "update secret set name = 'x' where leaf = 1",
    "a disclosure deleted while its key is there": "delete from secret where leaf = 1",
}
REFUSED_SQLITE = {
    "an event replaced": "insert or replace into event select * from event where leaf = 1",
    "an event replaced by its place in the case":
        "insert or replace into event select 3, case_id, seq, type, body, leaf_hash from event where leaf = 1",
    "a disclosure replaced": "insert or replace into secret select * from secret where leaf = 1",
}  # fmt: skip
REFUSED_POSTGRESQL = {"the log emptied": "truncate event", "the disclosures emptied": "truncate secret"}


@pytest.mark.parametrize("what", [*REFUSED, *REFUSED_SQLITE, *REFUSED_POSTGRESQL])
def test_the_database_itself_refuses(request, tmp_path, what):
    kinds = ("sqlite",) if what in REFUSED_SQLITE else ("postgresql",) if what in REFUSED_POSTGRESQL else ()
    for kind in kinds or ("sqlite", "postgresql"):
        request.getfixturevalue(f"{kind}_database")
        bench = make_bench(kind, tmp_path)
        begun(bench, messages=2)
        before = bench.ledger.events("c_1")
        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute({**REFUSED, **REFUSED_SQLITE, **REFUSED_POSTGRESQL}[what])
        assert bench.ledger.events("c_1") == before
        assert bench.ledger.size() == 3


def test_a_disclosure_may_go_once_its_key_is_destroyed(stored):
    begun(stored, messages=1)
    stored.forget("c_1", "message")
    Secret.objects.filter(leaf=1).delete()
    assert [r.fact for r in stored.ledger.events("c_1")] == [opened(), e.MessageWritten(text=None)]
    assert Secret.objects.count() == 3


# ---- everything the desk records -------------------------------------------------------------------------------


def test_two_ledgers_on_one_database_write_one_log(stored):
    """Two processes of the site: each folds for itself what the other has written."""
    other = make_bench(stored.kind, stored.home)
    begun(stored)
    for seq in range(6):
        desk = (stored, other)[seq % 2]
        assert isinstance(desk.ledger.append(write(wrote(), expected=seq, key=f"t{seq}")), tuple)
    assert [r.leaf for r in stored.ledger.events("c_1")] == list(range(7))
    assert stored.cases.line("c_1") == other.cases.line("c_1")
    assert stored.cases.line("c_1").seq == 6


def test_the_same_seed_makes_the_same_record_on_every_ledger(request, tmp_path):
    heads = set()
    for kind in ("memory", "sqlite", "postgresql"):
        if kind != "memory":
            request.getfixturevalue(f"{kind}_database")
        bench = make_bench(kind, tmp_path)
        begun(bench, messages=3)
        heads.add(tuple(hash_ for _, hash_ in bench.ledger.bodies("c_1")))
    assert len(heads) == 1
