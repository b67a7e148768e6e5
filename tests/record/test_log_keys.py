"""Another key signs the log: the log announces it under the key before, and audits follow from key to key by that."""

import fcntl
import json
import os
from dataclasses import replace

import pytest

from forbear.actions.log import announce_key
from forbear.actions.ports import LogBroken, NoTimestamps
from forbear.actions.record import load
from forbear.actions.record_audit import audited
from forbear.adapters.ed25519 import Ed25519Key, check
from forbear.adapters.memory import memory_desk
from forbear.core.chain import leaf_hash
from forbear.core.checkpoint import BadNote, parse_note, read_checkpoint, read_vkey, signed, verify_note
from forbear.core.contact import SYSTEM
from forbear.core.log_facts import HOUSE, LogKeyChanged
from forbear.core.log_keys import followed
from forbear.store.log import DjangoLog
from forbear.store.log_keys import NEXT, FiledLogKey, change
from forbear.store.models import CaseRow, CheckpointRow, Event, LookRow
from tests.contracts.bench import LOG, START, opened, without_triggers, write, wrote


class Stand:
    """A log of two events under its first key, with that key's checkpoint over them."""

    def __init__(self, bench, home):
        self.bench, self.home, self.key = bench, home, FiledLogKey(home, LOG, Ed25519Key)
        self.log = DjangoLog(self.key, check, bench.clock, NoTimestamps())
        bench.ledger.append(write(opened("c_1"), expected=-1, key="a"))
        bench.ledger.append(write(wrote("1"), expected=0, key="b"))
        self.first, self.kept = self.key.vkey, self.log.checkpoint()

    def desk(self):
        return memory_desk(at=START, ledger=self.bench.ledger, log=self.log, log_key=self.key)

    def change(self):
        return change(self.home, LOG, Ed25519Key, lambda vkey: announce_key(self.desk(), vkey))

    def say(self, key="c"):
        seq = len(self.bench.ledger.events("c_1"))
        self.bench.ledger.append(write(wrote(key), expected=seq - 1, key=key))
        return self.log.checkpoint()

    def found(self, *against):
        return [flaw.problem for flaw in audited(self.desk(), [("the note", note) for note in against]).flaws]


@pytest.fixture
def stand(stored, tmp_path):
    return Stand(stored, tmp_path)


def test_the_next_key_is_announced_in_the_log_and_the_key_before_signs_that(stand):
    before, after = stand.change()
    assert (before, stand.key.vkey) == (stand.first, after)
    assert before != after
    (event,) = stand.bench.ledger.events(HOUSE)
    assert (event.leaf, event.fact) == (2, LogKeyChanged(before=before, after=after))
    over = read_checkpoint(verify_note(stand.log.latest(), before, check))
    assert over.size == 3, "whoever knows the key before learns the next one from the log"
    note = stand.say()
    assert read_checkpoint(verify_note(note, after, check)).size == 4
    assert stand.found(stand.kept, note) == []
    assert CaseRow.objects.count() == LookRow.objects.count() == 1, "the log itself is no case"
    assert list(stand.bench.ledger.bent()) == []
    assert stand.bench.ledger.rebuild() == 1
    assert load(stand.desk(), HOUSE).events == ()


def test_from_key_to_key_and_a_process_that_runs_signs_with_the_new_one(stand):
    for n in range(3):
        stand.change()
        stand.say(f"k{n}")
    assert [file.name for file in sorted((stand.home / "keys").glob("log*"))] == [
        *("log", "log.2", "log.3", "log.4", "log.made")
    ]
    assert stand.found(stand.kept) == []
    assert len({parse_note(row.note).signatures[0].key_hash for row in CheckpointRow.objects.all()}) == 4


def test_killed_anywhere_it_goes_on_with_the_same_key(stand):
    class Killed(Exception):
        pass

    def before_it(vkey):
        raise Killed

    def after_it(vkey):
        announce_key(stand.desk(), vkey)
        raise Killed

    for killed in (before_it, after_it, after_it):
        with pytest.raises(Killed):
            change(stand.home, LOG, Ed25519Key, killed)
        assert stand.key.vkey == stand.first
        assert (stand.home / "keys" / NEXT).exists()
        stand.log.checkpoint()
        assert stand.found() == [], "announced and not in use yet is no flaw"
    _, after = stand.change()
    assert [event.fact.after for event in stand.bench.ledger.events(HOUSE)] == [after]
    stand.say()
    assert stand.found() == []


def test_whoever_knows_an_old_key_follows_to_the_present_one_and_no_further_than_is_shown(stand):
    for n in range(3):
        stand.change()
        stand.say(f"k{n}")
    steps = stand.log.steps()
    assert followed(stand.first, steps, check) == stand.key.vkey
    second = json.loads(steps[0].body)["pub"]["after"]
    assert followed(second, steps, check) == stand.key.vkey, "from any key on"
    assert followed(stand.key.vkey, steps, check) == stand.key.vkey
    assert followed(stand.first, steps[:1], check) == second
    assert followed(stand.first, steps[1:], check) == stand.first, "no step is left out"
    forger = Ed25519Key(LOG, bytes(32))
    body = steps[0].body.replace(second.encode(), forger.vkey.encode())
    for wrong in (
        replace(steps[0], body=body),
        replace(steps[0], body=b"[]"),
        replace(steps[0], body=bytes(Event.objects.get(leaf=1).body)),
        replace(steps[0], note=stand.log.at(2)),
        replace(steps[0], note=steps[1].note),
        replace(steps[0], leaf=0),
        replace(steps[0], path=()),
    ):
        with pytest.raises(BadNote):
            followed(stand.first, [wrong, *steps[1:]], check)


def test_two_who_change_it_at_the_same_moment_do_it_one_after_the_other(stand):
    def announce(vkey):
        handle = os.open(stand.home / "keys", os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(handle)
        return announce_key(stand.desk(), vkey)

    before, after = change(stand.home, LOG, Ed25519Key, announce)
    assert before != after == stand.key.vkey


def by(key, size, root):
    from forbear.core.checkpoint import Checkpoint

    body = Checkpoint(LOG, size, root).body
    return signed(body, LOG, read_vkey(key.vkey).hash + key.sign(body.encode()))


def test_the_key_before_signs_nothing_any_more_and_the_new_one_nothing_from_before(stand):
    old = stand.key.now()
    stand.change()
    stand.say()
    root = read_checkpoint(parse_note(stand.say("d")).body).root
    assert stand.found(by(old, 5, root)) == ["the note is signed with a key that was replaced before it"]
    second = read_checkpoint(parse_note(stand.kept).body)
    assert stand.found(by(stand.key.now(), 2, second.root)) == [
        "the note is signed with a key that the log announced only at leaf 2"
    ]


def announced_by_nobody(stand, before, after):
    """What somebody with the database, and without our key, has the log say."""
    seq = len(stand.bench.ledger.events(HOUSE)) - 1
    fact = LogKeyChanged(before=before, after=after)
    stand.bench.ledger.append(write(fact, expected=seq, key=f"forged-{seq}", case_id=HOUSE, actor=SYSTEM))
    return len(stand.bench.ledger.events(HOUSE))


@pytest.mark.parametrize("ways", ["to his", "from his"])
def test_a_key_that_only_the_database_announces_is_named_and_ours_never_signs_over_it(stand, ways):
    """He would lead everybody from our key to his, or have what his key signed count as signed by one before ours."""
    forger = Ed25519Key(LOG, bytes(32))
    announced_by_nobody(stand, *((stand.first, forger.vkey) if ways == "to his" else (forger.vkey, stand.first)))
    named = (
        f"the log announces at leaf 2 the key {forger.vkey}, which is none of this installation: if it was, bring its"
        " file back to keys, or name it in FORBEAR_LOG_KEYS"
    )
    with pytest.raises(LogBroken) as broken:
        stand.log.checkpoint()
    assert str(broken.value) == named
    assert named in stand.found(stand.kept)
    assert ways == "from his" or stand.found(stand.kept) == [named]
    assert followed(stand.first, stand.log.steps(), check) == stand.first, "nobody is led anywhere"
    CheckpointRow.objects.create(size=3, note=by(forger, 3, _root(3)), at=START)
    if ways == "to his":
        assert stand.found()[0].startswith("the checkpoint kept of 3 is not a checkpoint of this log: the note is not")
    assert named in stand.found()


def test_keys_that_were_lost_are_named_in_the_settings_and_then_nothing_is_wrong(stand, tmp_path):
    before, after = stand.change()
    stand.say()
    for file in (stand.home / "keys").glob("log*"):
        file.unlink()
    lost = FiledLogKey(stand.home, LOG, Ed25519Key)
    assert lost.vkey not in (before, after)
    stand.log = DjangoLog(lost, check, stand.bench.clock, NoTimestamps(), earlier=[before, after])
    stand.key = lost
    stand.say("d")
    assert stand.found(stand.kept) == []
    stand.log = DjangoLog(lost, check, stand.bench.clock, NoTimestamps(), earlier=[before])
    assert any("which is none of this installation" in said for said in stand.found())


def test_an_announcement_that_cannot_be_read_is_named_and_stops_no_audit(stand):
    stand.change()
    stand.say()
    without_triggers()
    body = bytes(Event.objects.get(leaf=2).body)
    for bent in (b"garbage", b"[1]", b"\xff", b"", b"[" * 60_000, body.replace(b'"after"', b'"later"')):
        Event.objects.filter(leaf=2).update(body=bent)
        assert "the bytes do not match their hash" in stand.found(stand.kept)
        Event.objects.filter(leaf=2).update(body=bent, leaf_hash=leaf_hash(bent))
        shape = ("the event does not have the shape of the record", "log.key_changed.later: this key is not known")
        assert stand.found()[0].startswith(shape)
        Event.objects.filter(leaf=2).update(body=body, leaf_hash=leaf_hash(body))
    assert stand.found(stand.kept) == []


def test_the_key_is_changed_while_a_checkpoint_is_being_signed(stand):
    """The log was read under the key before, and the new one has taken its place when the checkpoint is signed."""
    stand.bench.ledger.append(write(wrote("c"), expected=1, key="c"))
    goes_on = stand.log._goes_on

    def meanwhile(*given):
        stand.log._goes_on = goes_on
        found = goes_on(*given)
        stand.change()
        return found

    stand.log._goes_on = meanwhile
    note = stand.log.checkpoint()
    assert stand.log.at(read_checkpoint(parse_note(note).body).size) == note, "kept before it is handed out"
    stand.say("d")
    assert stand.found(stand.kept) == []


def test_another_key_than_the_one_the_log_announces_is_named(stand):
    stand.change()
    stand.say()
    stand.key._known[stand.home / "keys" / "log.2"] = Ed25519Key(LOG, bytes(32))
    assert any("this installation has another" in said for said in stand.found())


def test_a_key_that_was_announced_under_no_checkpoint_of_the_key_before_is_named(stand):
    stand.change()
    stand.say()
    without_triggers()
    CheckpointRow.objects.filter(size=3).delete()
    assert stand.found() == ["the key announced at leaf 2 signs, and the key before signed nothing over that"]


def _root(size):
    from forbear.core.merkle import Frontier

    hashes = [bytes(one) for one in Event.objects.order_by("leaf").values_list("leaf_hash", flat=True)]
    return Frontier().plus_all(hashes[:size]).root
