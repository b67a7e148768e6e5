"""What docs/record.md says of each way to bend the record: how it is seen, and what is not seen and why."""

from datetime import UTC, timedelta

import pytest

from forbear.actions.record_audit import Fit, audited, check_receipt
from forbear.adapters.ed25519 import Ed25519Key, check
from forbear.adapters.memory import memory_desk
from forbear.adapters.witness import WitnessBook
from forbear.core.checkpoint import KeyKind, parse_note, read_checkpoint
from forbear.core.receipt import receipt_of
from forbear.core.witness import Asked, Refused
from forbear.store.log import DjangoLog
from forbear.store.models import CheckpointRow, Event, Head
from tests.contracts.bench import LOG_KEY, START, opened, without_triggers, write, wrote
from tests.record.insider import Insider, leaves, note_of

WITNESS = Ed25519Key("witness.example", bytes(31) + b"w", KeyKind.WITNESS)


class Stand:
    """Two cases, nine events, checkpoints over 4 and over all; what an outsider kept, and a receipt of event 3."""

    def __init__(self, bench, tmp_path):
        self.bench, self.insider = bench, Insider(bench)
        for case_id in ("c_abcd", "c_bbbb"):
            bench.ledger.append(write(opened(case_id), expected=-1, key=f"{case_id}-open", case_id=case_id))
        self.say("c_abcd", 0, 2)
        bench.log.checkpoint()
        self.book = WitnessBook(tmp_path / "witness", WITNESS, [LOG_KEY.vkey])
        assert isinstance(self.witnessed(), str)
        self.kept = bench.log.latest()
        self.receipt = str(receipt_of(bench.ledger.at([3])[0]))
        bench.clock.advance(seconds=60)
        self.say("c_bbbb", 0, 5)
        bench.log.checkpoint()
        without_triggers()

    def say(self, case_id, seq, count):
        for n in range(seq, seq + count):
            at = self.bench.clock.now()
            done = self.bench.ledger.append(
                write(wrote(f"{n}"), expected=n, key=f"{case_id}-{n}", case_id=case_id, at=at)
            )
            assert isinstance(done, tuple)

    def desk(self):
        return memory_desk(at=self.bench.clock.now(), ledger=self.bench.ledger, log=self.bench.log)

    def found(self, *kept):
        """What the audit says, with these checkpoints kept elsewhere."""
        given = [(f"the checkpoint in file {n}", note) for n, note in enumerate(kept)]
        return [flaw.problem for flaw in audited(self.desk(), given).flaws]

    def witnessed(self):
        """What the witness says to the newest checkpoint."""
        note = self.bench.log.latest()
        size = read_checkpoint(parse_note(note).body).size
        known = self.book.known(LOG_KEY.origin)
        old = read_checkpoint(parse_note(known).body).size if known else 0
        path = self.bench.log.consistency(min(old, size), size)
        return self.book.cosign(Asked(old, path, note), lambda: int(self.bench.clock.now().timestamp()))

    def fits(self):
        return check_receipt(self.desk(), self.receipt).fit


@pytest.fixture
def stand(stored, tmp_path):
    return Stand(stored, tmp_path)


def other_time(said):
    said["at"] = said["at"].replace("02:00:00.000Z", "02:00:00.001Z")


def other_cause(said):
    said["cause"] = "changed"


def test_nobody_did_anything(stand):
    assert stand.found(stand.kept) == []
    assert stand.fits() is Fit.GENUINE
    assert isinstance(stand.witnessed(), str)


def test_an_administrator_changes_an_event(stand):
    body = bytes(Event.objects.get(leaf=3).body).replace(b'"cause":""', b'"cause":"x"')
    Event.objects.filter(leaf=3).update(body=body)
    assert "the bytes do not match their hash" in stand.found()
    assert stand.fits() is Fit.OTHER


def test_an_insider_with_the_data_keys_makes_everything_fit_again(stand):
    stand.insider.rewrite(2, other_cause)
    changed = "over 4 events has another root: an event before it was changed since"
    assert stand.found() == [
        f"the checkpoint kept of 4 {changed}",
        f"the checkpoint kept of 9 {changed.replace('4', '9')}",
    ]
    assert stand.fits() is Fit.OTHER
    CheckpointRow.objects.all().delete()
    assert stand.found() == [], "with no checkpoint anywhere nothing would tell"
    assert stand.found(stand.kept) == [f"the checkpoint in file 0 {changed}"]


def test_a_stolen_log_key_signs_another_history(stand):
    stand.insider.rewrite(2, other_cause)
    stand.insider.resign(LOG_KEY)
    assert stand.found() == [], "inside the building nothing tells"
    assert stand.found(stand.kept) == [
        "the checkpoint in file 0 over 4 events has another root: an event before it was changed since"
    ]
    assert stand.fits() is Fit.OTHER
    refused = stand.witnessed()
    assert isinstance(refused, Refused)
    assert (refused.status, refused.problem) == (
        422,
        "it is not shown that the log goes on from the 4 events seen here",
    )


def test_a_forger_with_another_key_signs_checkpoints(stand):
    forger = Ed25519Key(LOG_KEY.origin, bytes(32))
    stand.insider.rewrite(2, other_cause)
    stand.insider.resign(forger)
    assert [flaw.split(":")[0] for flaw in stand.found()] == [
        "the checkpoint kept of 4 is not a checkpoint of this log",
        "the checkpoint kept of 9 is not a checkpoint of this log",
    ]
    forged = note_of(forger, 9, leaves()[0])
    assert any("the checkpoint in file 0 is not a checkpoint of this log" in flaw for flaw in stand.found(forged))


def test_somebody_appends_what_is_new_in_somebodys_name(stand):
    """The record proves that nothing was changed since; who wrote it is not for hashes to say."""
    actor = {"kind": "agent", "id": "lin", "auth": "staff"}
    stand.insider.append(3, type="enforcement.paused", pub={}, actor=actor)
    assert stand.found(stand.kept) == []
    stand.bench.log.checkpoint()
    assert stand.found(stand.kept) == []
    assert stand.fits() is Fit.GENUINE
    stand.insider.append(3, type="enforcement.paused", pub={}, at="2026-03-02T02:00:00.000Z")
    assert "its time is before that of the event before" in stand.found()


def test_the_end_is_cut_off(stand):
    stand.insider.cut(6)
    assert stand.found() == ["the checkpoint kept of 9 is over 9 events, and there are 6"]
    CheckpointRow.objects.filter(size=9).delete()
    assert stand.found() == []
    stand.insider.cut(3)
    CheckpointRow.objects.filter(size=4).delete()
    assert stand.found(stand.kept) == ["the checkpoint in file 0 is over 4 events, and there are 3"]
    assert stand.fits() is Fit.UNKNOWN


def test_events_of_two_cases_change_places(stand):
    """Neither chain notices: leaf 0 and 1 open two cases at the same moment."""
    stand.insider.swap(0, 1)
    assert any("the checkpoint kept of 4 over 4 events has another root" in flaw for flaw in stand.found())


def test_a_checkpoint_is_put_in_the_place_of_another(stand):
    note = CheckpointRow.objects.get(size=4).note
    CheckpointRow.objects.filter(size=9).update(note=note)
    assert "the checkpoint kept of 9 is over 4 events" in stand.found()


def test_what_is_changed_before_the_next_checkpoint_is_not_seen_and_that_is_the_window(stand):
    stand.say("c_abcd", 2, 1)
    stand.insider.rewrite(9, other_cause)
    assert stand.found(stand.kept) == [], "the stated window: at most a minute, none before a decision or a signature"
    stand.bench.log.checkpoint()
    stand.insider.rewrite(9, lambda said: said.update(cause="again"))
    assert stand.found() == [
        "the checkpoint kept of 10 over 10 events has another root: an event before it was changed since"
    ]


def test_a_clock_is_set_back(stand):
    """The record's time stands still then; the witness's does not."""
    seen = stand.bench.clock.now() + timedelta(hours=2)
    stand.bench.log.attest(9, WITNESS.origin, cosigned(stand.bench.log.latest(), seen).encode(), seen)
    stand.say("c_abcd", 2, 1)
    stand.bench.log = with_witness(stand.bench)
    assert stand.found() == [
        "its time is 7200 seconds before the witness witness.example saw the log without it: a clock was set back"
    ]


def test_a_clock_runs_ahead(stand):
    seen = stand.bench.clock.now() - timedelta(seconds=500)
    stand.bench.log.attest(9, WITNESS.origin, cosigned(stand.bench.log.latest(), seen).encode(), seen)
    stand.bench.log = with_witness(stand.bench)
    assert stand.found() == [
        "its time is 500 seconds after the witness witness.example saw the log with it: the clock ran ahead"
    ]


def test_this_machines_clock_is_before_the_record(stand):
    desk = memory_desk(at=START - timedelta(minutes=10), ledger=stand.bench.ledger, log=stand.bench.log)
    assert [flaw.problem for flaw in audited(desk).flaws] == [
        "this machine's clock is 660 seconds before the record's last event: it was set back, or another that writes"
        " here ran ahead"
    ]


def test_two_minutes_apart_are_no_fault(stand):
    seen = stand.bench.clock.now() + timedelta(seconds=120)
    stand.bench.log.attest(9, WITNESS.origin, cosigned(stand.bench.log.latest(), seen).encode(), seen)
    stand.say("c_abcd", 2, 1)
    stand.bench.log = with_witness(stand.bench)
    assert stand.found() == []


def test_a_cosignature_is_forged(stand):
    other = Ed25519Key(WITNESS.origin, bytes(32), KeyKind.WITNESS)
    line = cosigned(stand.bench.log.latest(), START, key=other, named=WITNESS)
    stand.bench.log.attest(9, WITNESS.origin, line.encode(), START)
    stand.bench.log = with_witness(stand.bench)
    assert stand.found() == ["the checkpoint kept of 9: the cosignature of witness.example does not hold"]


def test_somebody_says_that_others_signed_long_ago_so_that_they_are_not_asked_again(stand):
    """A row over a checkpoint that is none would stop every time stamp from then on."""
    stand.bench.log.attest(10**15, "tsa", b"x", START)
    stand.bench.log.attest(5, WITNESS.origin, b"x", START)
    gone = "events is kept, and the checkpoint is not"
    assert stand.found() == [
        f"what {WITNESS.origin} signed of a checkpoint over 5 {gone}",
        f"what tsa signed of a checkpoint over 1000000000000000 {gone}",
    ]


def cosigned(note, at, key=WITNESS, named=WITNESS):
    from forbear.core.checkpoint import Signature, cosigned_data, cosigned_message, read_vkey

    seconds = int(at.astimezone(UTC).timestamp())
    own = key.sign(cosigned_message(parse_note(note).body, seconds))
    return Signature(named.origin, read_vkey(named.vkey).hash, cosigned_data(seconds, own)).line


def with_witness(bench):
    from forbear.actions.ports import NoTimestamps

    return DjangoLog(LOG_KEY, check, bench.clock, NoTimestamps(), witnesses=[WITNESS.vkey])


def test_the_head_is_bent(stand):
    frontier = bytes(Head.objects.get().frontier)
    Head.objects.update(frontier=bytes(32) + frontier[32:])
    assert stand.found() == ["the head's frontier is not that of the events"]
