"""The Calls port, the same in memory, on SQLite and on PostgreSQL: one writer wins, and no number lies in a table."""

from dataclasses import replace
from datetime import timedelta

import pytest

from forbear.actions.ports import Answered, Calls
from forbear.adapters.memory_telephone import MemoryCalls
from forbear.core.contact import Actor, Auth, Role
from forbear.core.telephone_call import Recording, TelephoneCall
from forbear.store.telephone import DjangoCalls
from tests.contracts.bench import START, Bench, at_once, database_bytes

SECRET_NUMBER = "13912345678"


@pytest.fixture
def calls(bench: Bench) -> Calls:
    return DjangoCalls(bench.keys) if bench.keys else MemoryCalls()


def call(name: str = "t_1", **other: object) -> TelephoneCall:
    return TelephoneCall(**{"call": name, "first_at": START, "system": f"pbx-{name}", **other})  # type: ignore[arg-type]


def test_a_call_comes_back_as_it_was_put(calls: Calls):
    whole = call(
        number=SECRET_NUMBER, e164=f"+86{SECRET_NUMBER}", extensions=("101", "102"), queue="hardship", recorded=False,
        begun_at=START, answered_at=START, ended_at=START, case_id="c_1",
        identified_by=Actor(Role.AGENT, "lin", Auth.STAFF), not_of=("p_1",), filed=("begun",),
        recordings=(Recording(blob="b_1", sha256="00", seconds=3, held=False),),
    )  # fmt: skip
    assert calls.put(whole)
    stored = replace(whole, version=1)
    assert calls.get("t_1") == calls.by_system("pbx-t_1") == stored
    assert calls.of_case("c_1") == calls.recent(START) == calls.of_extension("102", START) == (stored,)
    assert calls.of_extension("10", START) == calls.of_extension("", START) == calls.of_case("") == ()
    assert calls.recent(START + timedelta(seconds=1)) == calls.of_extension("101", START + timedelta(seconds=1)) == ()
    assert calls.get("t_2") is calls.by_system("") is calls.by_system("t_1") is None


def test_only_the_version_that_was_read_is_replaced(calls: Calls):
    assert calls.put(call()) and not calls.put(call())
    assert calls.put(call(version=1, cause="one")) and not calls.put(call(version=1, cause="other"))
    found = calls.get("t_1")
    assert found is not None and (found.cause, found.version) == ("one", 2)


def test_one_id_of_the_telephone_system_is_one_call(calls: Calls):
    assert calls.put(call()) and not calls.put(call("t_2", system="pbx-t_1"))
    assert calls.put(call("t_3", system="")) and calls.put(call("t_4", system=""))
    assert not calls.put(call("t_3", system="pbx-t_1", version=1))
    assert calls.put(call("t_3", system="pbx-9", version=1))


def test_of_many_at_once_one_is_stored(calls: Calls):
    made = at_once([lambda n=n: calls.put(call(f"t_{n}", system="same")) for n in range(6)])  # type: ignore[misc]
    assert sorted(made) == [False] * 5 + [True]
    (name,) = [found.call for found in calls.recent(START)]
    changed = at_once([lambda n=n: calls.put(call(name, system="same", version=1, cause=str(n))) for n in range(6)])  # type: ignore[misc]
    assert sorted(changed) == [False] * 5 + [True]


def test_what_is_forgotten_is_gone(calls: Calls):
    calls.put(call())
    calls.forget("t_1")
    calls.forget("t_1")
    assert calls.get("t_1") is None and calls.put(call())


def test_the_first_answer_stays(calls: Calls):
    first = Answered("d1", 200, '{"call": "t_1"}')
    calls.remember("hook-1", first, START)
    calls.remember("hook-1", Answered("d2", 409, "{}"), START)
    calls.remember("hook-2", Answered("d2", 409, "{}"), START + timedelta(days=6))
    assert (calls.answered("hook-1"), calls.answered("hook-3")) == (first, None)


def test_counts_lose_nothing(calls: Calls):
    at_once([lambda: calls.count("signature")] * 8)
    calls.count("clock")
    assert calls.counts() == {"clock": 1, "signature": 8}


def test_an_extension_is_a_persons(calls: Calls):
    assert calls.extension_of("lin") == ""
    for extension in ("101", "102", ""):
        calls.set_extension("lin", extension)
        assert calls.extension_of("lin") == extension


def test_no_number_lies_in_a_table(stored: Bench):
    assert stored.keys is not None
    calls = DjangoCalls(stored.keys)
    calls.put(call(number=SECRET_NUMBER, e164=f"+86{SECRET_NUMBER}", system=f"SIP/{SECRET_NUMBER}-0001"))
    assert SECRET_NUMBER.encode() not in database_bytes(stored)


def test_an_answer_of_last_week_is_gone(stored: Bench):
    assert stored.keys is not None
    calls = DjangoCalls(stored.keys)
    calls.remember("hook-1", Answered("d1", 200, "{}"), START)
    calls.remember("hook-2", Answered("d2", 200, "{}"), START + timedelta(days=8))
    assert calls.answered("hook-1") is None and calls.answered("hook-2") is not None
