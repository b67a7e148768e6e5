"""A witness signs a log that only grows, over HTTP as C2SP has it, and refuses every other history."""

from http.client import HTTPConnection
from threading import Thread

import pytest

from forbear.actions.log import cut, have_signed
from forbear.actions.ports import WitnessAway, WitnessRefuses
from forbear.actions.record_audit import warnings
from forbear.adapters.ed25519 import Ed25519Key, check
from forbear.adapters.memory import memory_desk
from forbear.adapters.witness import HttpWitness, MemoryLost, WitnessBook, witness_server
from forbear.core.checkpoint import BadNote, KeyKind, parse_note, read_vkey, signed, verify_note
from forbear.core.witness import Asked, Refused, asking, read_asking
from tests.contracts.bench import LOG_KEY, START, make_bench, opened, write, wrote
from tests.record.insider import note_of

KEY = Ed25519Key("witness.example", bytes(31) + b"w", KeyKind.WITNESS)
NOW = 1764230400
PATIENCE_SECONDS = 120
"""A busy machine is no witness that is away."""


@pytest.fixture
def bench(tmp_path):
    return make_bench("memory", tmp_path)


@pytest.fixture
def book(tmp_path):
    return WitnessBook(tmp_path / "witness", KEY, [LOG_KEY.vkey])


@pytest.fixture
def served(book):
    with witness_server(book, ("127.0.0.1", 0), lambda: NOW) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield HttpWitness(f"http://127.0.0.1:{server.server_port}", KEY.vkey, PATIENCE_SECONDS)
        server.shutdown()
        thread.join()


def tend(desk):
    return cut(desk) + have_signed(desk)


def grow(bench, case_id="c_1", messages=1):
    bench.ledger.append(write(opened(case_id), expected=-1, key=f"{case_id}-open", case_id=case_id))
    for n in range(messages):
        bench.ledger.append(write(wrote(f"{n}"), expected=n, key=f"{case_id}-{n}", case_id=case_id))
    return bench.log.checkpoint()


def test_it_signs_what_goes_on_and_remembers_it_before_it_says_so(bench, book, tmp_path):
    note = grow(bench)
    line = book.cosign(Asked(0, (), note), lambda: NOW)
    assert verify_note(note + line, KEY.vkey, check)
    assert book.known(LOG_KEY.origin) == note + line
    later = grow(bench, "c_2", 5)
    again = WitnessBook(tmp_path / "witness", KEY, [LOG_KEY.vkey])
    assert verify_note(later + again.cosign(Asked(2, bench.log.consistency(2, 8), later), lambda: NOW), KEY.vkey, check)
    assert isinstance(again.cosign(Asked(8, (), later), lambda: NOW), str), "the same once more is no other history"


def test_it_refuses_and_says_why(bench, book):
    note = grow(bench)
    assert isinstance(book.cosign(Asked(0, (), note), lambda: NOW), str)
    forger = Ed25519Key(LOG_KEY.origin, bytes(32))
    other = Ed25519Key("other/log", bytes(32))
    fork = note_of(LOG_KEY, 2, bytes(32))
    grown = note_of(LOG_KEY, 9, bytes(32))
    smaller = note_of(LOG_KEY, 1, bytes(32))
    assert book.cosign(Asked(2, (), fork), lambda: NOW) == Refused(
        409, "two histories of 2 events: the log is forked", 2
    )
    assert book.cosign(Asked(2, (), grown), lambda: NOW).status == 422
    assert book.cosign(Asked(0, (), grown), lambda: NOW) == Refused(409, "this witness has seen 2 events of the log", 2)
    assert book.cosign(Asked(2, (), smaller), lambda: NOW).status == 400
    assert book.cosign(Asked(2, (), note_of(forger, 9, bytes(32))), lambda: NOW).status == 403
    assert book.cosign(Asked(2, (), note_of(other, 9, bytes(32))), lambda: NOW).status == 404
    assert book.cosign(Asked(2, (), "no note"), lambda: NOW).status == 400
    assert book.known(LOG_KEY.origin).startswith(note)


def signed_body(body):
    return signed(body, LOG_KEY.origin, read_vkey(LOG_KEY.vkey).hash + LOG_KEY.sign(body.encode()))


def test_what_is_signed_and_no_checkpoint_is_a_bad_request_and_further_lines_are_signed_with_it(bench, book):
    root = parse_note(grow(bench)).body.split("\n")[2]
    for body in (
        f"{LOG_KEY.origin}\n2\n",
        f"{LOG_KEY.origin}\n02\n{root}\n",
        f"{LOG_KEY.origin}\n2\n{root[:-4]}\n",
        f"{LOG_KEY.origin}\n2\n{root}\n\nmore\n",
    ):
        assert book.cosign(Asked(0, (), signed_body(body)), lambda: NOW).status == 400
    note = signed_body(f"{LOG_KEY.origin}\n2\n{root}\nmore\nand more\n")
    line = book.cosign(Asked(0, (), note), lambda: NOW)
    assert verify_note(note + line, KEY.vkey, check).endswith("and more\n")
    assert book.cosign(Asked(0, (), note), lambda: NOW) == Refused(409, "this witness has seen 2 events of the log", 2)


def test_what_lies_there_and_this_witness_did_not_sign_is_no_memory_of_it(bench, book, tmp_path):
    """A bit that fell over would have it call an honest log forked for ever."""
    note = grow(bench)
    line = book.cosign(Asked(0, (), note), lambda: NOW)
    (file,) = (tmp_path / "witness").glob("*.note")
    other = Ed25519Key("w.example", bytes(31) + b"v", KeyKind.WITNESS)
    by_another = WitnessBook(tmp_path / "another", other, [LOG_KEY.vkey]).cosign(Asked(0, (), note), lambda: NOW)
    bent, forged = (note + line).replace("\n2\n", "\n3\n"), note_of(LOG_KEY, 9, bytes(32)) + line
    for kept in (note, note + by_another, bent, forged):
        file.write_text(kept)
        with pytest.raises(MemoryLost):
            book.cosign(Asked(2, (), note), lambda: NOW)
    file.write_text(note + line)
    named_anew = Ed25519Key("new.name", bytes(31) + b"w", KeyKind.WITNESS)
    renamed = WitnessBook(tmp_path / "witness", named_anew, [LOG_KEY.vkey])
    assert isinstance(renamed.cosign(Asked(2, (), note), lambda: NOW), str), "by whatever name it signs"


def test_two_keys_of_one_log_are_not_watched_with_the_last_of_them(tmp_path):
    later = Ed25519Key(LOG_KEY.origin, bytes(32))
    with pytest.raises(BadNote, match=f"two keys of the log {LOG_KEY.origin} are given"):
        WitnessBook(tmp_path, KEY, [LOG_KEY.vkey, later.vkey])
    WitnessBook(tmp_path, KEY, [LOG_KEY.vkey, LOG_KEY.vkey])


def test_a_connection_is_kept_and_a_disk_that_keeps_nothing_is_said(bench, book, served, monkeypatch):
    note = grow(bench)
    line = HTTPConnection("127.0.0.1", int(served._url.rpartition(":")[2]), timeout=PATIENCE_SECONDS)

    def asked(old):
        line.request("POST", "/add-checkpoint", body=asking(Asked(old, (), note)).encode())
        answer = line.getresponse()
        return answer.status, answer.read().decode()

    def full(*_):
        raise OSError(28, "No space left on device")

    keep = book._keep
    monkeypatch.setattr(book, "_keep", full)
    assert asked(0) == (500, "this witness cannot keep what it saw, and so signs nothing\n")
    monkeypatch.setattr(book, "_keep", keep)
    before = line.sock
    assert [asked(old)[0] for old in (0, 2, 0, 2)] == [200, 200, 409, 200]
    assert line.sock is before is not None


def test_the_desk_sends_its_checkpoints_and_keeps_the_signatures(bench, served):
    desk = memory_desk(at=START, ledger=bench.ledger, log=bench.log, witnesses=(served,))
    note = grow(bench)
    assert warnings(desk) == ("the witness witness.example has signed nothing yet",)
    assert tend(desk) == ()
    assert verify_note(bench.log.at(2), KEY.vkey, check)
    assert bench.log.at(2).startswith(note)
    grow(bench, "c_2", 3)
    assert tend(desk) == ()
    assert verify_note(bench.log.at(6), KEY.vkey, check)
    assert warnings(desk) == ()


def test_a_lost_answer_is_made_good(bench, served):
    note = grow(bench)
    served.cosign(0, (), note)
    grow(bench, "c_2", 3)
    desk = memory_desk(at=START, ledger=bench.ledger, log=bench.log, witnesses=(served,))
    assert tend(desk) == ()
    assert verify_note(bench.log.at(6), KEY.vkey, check)


def test_a_log_that_went_back_or_was_forked_is_named_and_nothing_stops(bench, served, tmp_path):
    served.cosign(0, (), note_of(LOG_KEY, 50, bytes(32)))
    grow(bench)
    desk = memory_desk(at=START, ledger=bench.ledger, log=bench.log, witnesses=(served,))
    assert tend(desk) == ("the witness witness.example saw 50 events and there are 2: the log went back",)
    grow(bench, "c_2", 60)
    (said,) = tend(desk)
    assert said.startswith("the witness witness.example refuses: it is not shown that the log goes on from the 50")
    assert bench.log.latest()


def test_a_witness_that_is_away_or_no_witness_is_named(bench):
    away = HttpWitness("http://127.0.0.1:9", KEY.vkey)
    grow(bench)
    desk = memory_desk(at=START, ledger=bench.ledger, log=bench.log, witnesses=(away,))
    (said,) = tend(desk)
    assert said.startswith("the witness witness.example does not answer: http://127.0.0.1:9/add-checkpoint")
    with pytest.raises(WitnessAway):
        away.cosign(0, (), bench.log.latest())


def test_by_http_a_refusal_has_the_size_that_is_known(bench, served):
    served.cosign(0, (), grow(bench))
    with pytest.raises(WitnessRefuses) as refused:
        served.cosign(0, (), bench.log.latest())
    assert refused.value.size == 2
    with pytest.raises(WitnessRefuses, match="two histories") as refused:
        served.cosign(2, (), note_of(LOG_KEY, 2, bytes(32)))
    assert refused.value.size is None


def test_the_asking_is_read_as_it_was_written():
    asked = Asked(7, (bytes(32), b"x" * 32), "body\n\n— a AAAAAAAA\n")
    assert read_asking(asking(asked)) == asked
    for bad in ("", "old 07\n\nx", "old -1\n\nx", "new 7\n\nx", "old 7\n", "old 7\n!!\n\nx", "old 7\nAAAA\n\nx"):
        with pytest.raises(BadNote):
            read_asking(bad)
    with pytest.raises(BadNote, match="63 lines at most"):
        read_asking(asking(Asked(7, (bytes(32),) * 64, "x")))
