"""An erasure is a fact and the deed at once: the key goes in the same step, the rest reads on, the record verifies."""

from typing import Any

from forbear.actions.ports import KeyReused
from forbear.core import events as e
from forbear.core.chain import verify_chain
from forbear.core.evidence import PaperFacts
from forbear.core.facts import Retention
from forbear.store.models import DataKey, Secret
from tests.contracts.bench import Bench, opened, write, wrote

CANARY = "CANARY-诊断书.jpg"


def health(number: int = 1) -> e.PaperReceived:
    facts = PaperFacts(name=CANARY, mime="image/jpeg", size=9, sha256="0" * 64, blob=f"b_{number}", health=True)
    return e.PaperReceived(item=3, paper=f"f_{number}", facts=facts)


def erased(keys: int = 1) -> e.DataErased:
    return e.DataErased(retention_class=Retention.HEALTH, why="purpose-met", keys=keys)


def begun(bench: Bench) -> None:
    bench.ledger.append(write(opened(), wrote(), health(), expected=-1, key="a"))
    bench.ledger.append(write(opened("c_2"), health(), expected=-1, key="b", case_id="c_2"))


def test_what_the_key_sealed_is_gone_and_the_rest_reads_on(bench: Bench):
    begun(bench)
    assert (bench.ledger.keys_of("c_1", "health"), bench.ledger.keys_of("c_3", "health")) == (1, 0)
    assert bench.ledger.cases_with("health") == ("c_1", "c_2")
    (recorded,) = bench.ledger.append(write(erased(), expected=2, key="c"))  # type: ignore[misc]
    assert recorded.fact == erased()
    facts = [event.fact for event in bench.ledger.events("c_1")]
    assert facts == [opened(), wrote(), e.PaperReceived(item=3, paper="f_1"), erased()]
    assert bench.ledger.events("c_2")[1].fact == health(), "another case keeps its own"
    assert (bench.ledger.keys_of("c_1", "health"), bench.ledger.cases_with("health")) == (0, ("c_2",))


def test_the_record_still_verifies(bench: Bench):
    begun(bench)
    before = bench.ledger.bodies("c_1")
    bench.ledger.append(write(erased(), expected=2, key="c"))
    assert bench.ledger.bodies("c_1")[:3] == before, "what was hashed is not touched"
    assert verify_chain(bench.ledger.bodies("c_1")) == ()
    audit = bench.ledger.verify()
    assert (audit.flaws, audit.erased) == ((), 1)


def test_the_same_command_twice_erases_once_and_a_later_paper_has_a_key_of_its_own(bench: Bench):
    begun(bench)
    for _ in range(2):
        bench.ledger.append(write(erased(), expected=2, key="c"))
    bench.ledger.append(write(health(2), expected=3, key="d"))
    assert bench.ledger.append(write(erased(), expected=2, key="c")) == bench.ledger.events("c_1")[3:4]
    assert bench.ledger.events("c_1")[4].fact == health(2)
    assert bench.ledger.verify().flaws == ()


def test_what_a_command_asked_cannot_be_tried_once_its_words_are_erased(bench: Bench):
    """Its hash has no salt. The command stays known, and sent again it is refused; what wrote other classes repeats."""
    begun(bench)
    bench.ledger.append(write(wrote(), expected=2, key="m"))
    bench.ledger.append(write(erased(), expected=3, key="c"))
    asked = {key: bench.ledger.command(key, key.encode().ljust(32, b".")) for key in ("a", "b", "m", "c")}
    assert asked["a"] == KeyReused("a")
    assert [len(asked[key]) for key in ("b", "m", "c")] == [2, 1, 1]  # type: ignore[arg-type]
    assert bench.ledger.verify().flaws == ()


def test_neither_key_nor_sealed_words_are_left_in_the_tables(stored: Bench):
    begun(stored)
    key = DataKey.objects.get(case_id="c_1", retention="health")
    assert Secret.objects.filter(key_id=key.key_id).count() == 1
    stored.ledger.append(write(erased(), expected=2, key="c"))
    key.refresh_from_db()
    assert (key.wrapped, key.destroyed_leaf) == (None, 5)
    assert not Secret.objects.filter(key_id=key.key_id).exists()


def test_an_erasure_that_comes_too_late_destroys_nothing(bench: Bench):
    begun(bench)
    conflict: Any = bench.ledger.append(write(erased(), expected=1, key="c"))
    assert conflict.actual == 2
    assert bench.ledger.events("c_1")[2].fact == health()
