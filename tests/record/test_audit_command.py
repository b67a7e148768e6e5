"""`forbear audit`, `forbear witness` and the public addresses, on a real installation of a database of its own."""

import json
import os
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest
from django.test import Client

from forbear.actions.record_audit import Fit, check_receipt
from forbear.adapters.ed25519 import Ed25519Key, check
from forbear.adapters.witness import WitnessBook
from forbear.config import cli, record_watch, wiring
from forbear.core.checkpoint import KeyKind, parse_note, read_checkpoint, read_vkey, verify_note
from forbear.core.log_keys import Step, followed
from forbear.core.merkle import verify_consistency, verify_inclusion
from forbear.core.receipt import read_receipt, receipt_of, without_receipt
from forbear.store.models import Event
from tests.contracts.bench import LOG_KEY, opened, without_triggers, write, wrote
from tests.record.insider import Insider, note_of
from tests.servers import ROOT


@pytest.fixture
def here(sqlite_database, tmp_path, settings):
    """The desk of an installation with three events and one checkpoint."""
    settings.HOME, settings.ALLOWED_HOSTS = tmp_path, ["testserver"]
    wiring.desk.cache_clear()
    desk = wiring.desk()
    desk.ledger.append(write(opened("c_7f3kx"), expected=-1, key="a", case_id="c_7f3kx", at=desk.clock.now()))
    desk.ledger.append(write(wrote("1"), wrote("2"), expected=0, key="b", case_id="c_7f3kx", at=desk.clock.now()))
    desk.log.checkpoint()
    yield desk
    wiring.desk.cache_clear()


def changed():
    without_triggers()
    body = bytes(Event.objects.get(leaf=1).body).replace(b'"cause":""', b'"cause":"x"')
    Event.objects.filter(leaf=1).update(body=body)


def audit(capsys, *arguments):
    status = cli.main(["audit", *arguments])
    return status, capsys.readouterr().out


def test_a_record_that_is_well_is_told_so_and_where_it_ended_is_kept(here, capsys, tmp_path):
    assert audit(capsys) == (0, "well   3 events of 1 cases, 1 checkpoints, 5 disclosures, 0 erased\n")
    begun, day = record_watch.read_mark(tmp_path / record_watch.MARK)
    assert (begun.frontier.size, day) == (3, here.clock.today())
    here.ledger.append(write(wrote("3"), expected=2, key="c", case_id="c_7f3kx", at=here.clock.now()))
    status, said = audit(capsys, "--since-last", "--json")
    told = json.loads(said)
    assert (status, told["well"], told["from"], told["events"], told["size"]) == (0, True, 3, 1, 4)
    assert told["flaws"] == told["warnings"] == []


def test_a_log_that_went_back_behind_the_last_audit_is_named(here, capsys, tmp_path):
    """A backup that was put back, or an end that was cut off."""
    assert audit(capsys)[0] == 0
    without_triggers()
    Insider(type("Bench", (), {"keys": wiring.load_keys(tmp_path)})()).cut(1)
    status, said = audit(capsys, "--since-last")
    assert (status, said.splitlines()[0]) == (
        1,
        "wrong  the head says 1 events, and the last audit saw 3: the log went back",
    )
    status, said = audit(capsys)
    assert (status, "wrong  what the last audit here saw, is over 3 events, and there are 1\n" in said) == (1, True)


def test_a_changed_record_is_named_and_the_status_says_so(here, capsys):
    changed()
    status, said = audit(capsys)
    assert status == 1
    assert said.startswith("wrong  leaf 1: the bytes do not match their hash\n")
    status, said = audit(capsys, "--json")
    assert (status, json.loads(said)["flaws"][0]["leaf"]) == (1, 1)


def test_a_checkpoint_kept_elsewhere_is_held_against_it(here, capsys, tmp_path):
    kept = tmp_path / "kept"
    kept.write_text(here.log.latest())
    assert audit(capsys, "--against", str(kept))[0] == 0
    kept.write_text(here.log.latest().replace("\n3\n", "\n4\n"))
    status, said = audit(capsys, "--against", str(kept))
    assert status == 1
    assert f"the checkpoint in {kept} is not a checkpoint of this log" in said
    for nothing in ("", "\n\n", "no checkpoint", "x" * 200_000):
        kept.write_text(nothing)
        assert cli.main(["audit", "--against", str(kept)]) == 2
        assert capsys.readouterr().err.startswith(f"forbear: {kept} is no checkpoint: ")
    for saved in ("\ufeff" + here.log.latest(), here.log.latest() + "\n\n", here.log.latest().strip()):
        kept.write_text(saved)
        assert audit(capsys, "--against", str(kept))[0] == 0, "as an editor saved it"
    kept.write_text(note_of(Ed25519Key("other.example/ledger", bytes(32)), 3, bytes(32)))
    assert cli.main(["audit", "--against", str(kept)]) == 2
    assert f"the checkpoint in {kept} is of the log other.example/ledger, and this one is " in capsys.readouterr().err
    assert cli.main(["audit", "--against", str(tmp_path / "gone")]) == 2
    assert "gone cannot be read: No such file or directory" in capsys.readouterr().err


def test_a_receipt_is_held_against_it(here, capsys):
    receipt = str(receipt_of(here.ledger.at([1])[0]))
    assert receipt.startswith("7F3K-1-2-")
    status, said = audit(capsys, "--receipt", f"您好 {receipt.lower()}")
    assert (status, said[:28]) == (0, "well   the receipt fits: its")
    assert cli.main(["audit", "--receipt", "no receipt"]) == 2
    capsys.readouterr()
    assert audit(capsys, "--receipt", receipt.replace("-2-", "-9-"), "--json") == (
        1,
        '{"receipt": "unknown", "at": null}\n',
    )
    other = receipt[:-1] + ("A" if receipt[-1] != "A" else "B")
    assert audit(capsys, "--receipt", other)[0] == 1
    changed()
    assert check_receipt(here, receipt).fit is Fit.OTHER


def test_a_receipt_is_read_however_it_is_copied():
    text = "请看。\n存证码 7F3K-12-200345-R4XQKD7M2PLQABCDEFGH"
    found = read_receipt(text)
    assert str(found) == "7F3K-12-200345-R4XQKD7M2PLQABCDEFGH"
    assert read_receipt("7f3k-12-\n200345 - r4xqkd7m2p lqabcdefgh") == found
    assert read_receipt("7F3K－12－200345－R4XQKD7M2PLQABCDEFGH") == found
    assert read_receipt("７Ｆ３Ｋ－１２－２００３４５－Ｒ４ＸＱＫＤ７Ｍ２ＰＬＱＡＢＣＤＥＦＧＨ") == found
    assert read_receipt("7F3K-12-200345-R4XQ") is None
    assert read_receipt("7F3K-12-200345-R4XQKD7M2PLQABCDEFGHI") is None
    assert without_receipt(text) == "请看。"
    assert without_receipt("请看。") == "请看。"


@pytest.mark.parametrize(
    "typed",
    [
        "7F3K-12-2OO345-R4XQKD7M2PLQABCDEFGH",
        "7f3k-l2-2oo345-r4xqkd7m2plqabcdefgh",
        "7F3K‑12‑200345‑R4XQKD7M2PLQABCDEFGH",
        "7F3K——12——200345——R4XQKD7M2PLQABCDEFGH",
        "7F3K−12−200345−R4XQKD7M2PLQABCDEFGH",
        "7F3K 12 200345 R4XQKD7M2PLQABCDEFGH",
        "7 F 3 K - 1 2 - 2 0 0 3 4 5 - R4XQ KD7M 2PLQ ABCD EFGH",
        "\ufeff7F3K-12-200345-R4XQKD7M2P\u200bLQABCDEFGH",
        "“7F3K-12-200345-R4XQKD7M2PLQABCDEFGH”。",
        "存证码7F3K-12-200345-R4XQKD7M2PLQABCDEFGH拒收请回复R",
        "7F3K-12-200345-R4XQKD7M2PLQABCDEFGH\n\nSent from my telephone",
        "On 2026-11-28 - we wrote\n> Receipt 7F3K-12-200345-R4XQKD7M2PLQ\nABCDEFGH\n\n> and more",
    ],
)
def test_a_receipt_is_read_as_people_retype_and_paste_it(typed):
    assert str(read_receipt(typed)) == "7F3K-12-200345-R4XQKD7M2PLQABCDEFGH"


def test_signs_that_look_alike_still_fit_and_others_do_not(here):
    messages = [wrote(f"{n}") for n in range(50)]  # so many that each sign is in one of their hashes
    here.ledger.append(write(*messages, expected=2, key="more", case_id="c_7f3kx", at=here.clock.now()))
    receipts = [str(receipt_of(event)) for event in here.ledger.all()]
    for one, typed in (("O", "0"), ("I", "1"), ("I", "l"), ("B", "8")):
        receipt = next(receipt for receipt in receipts if one in receipt)
        assert check_receipt(here, receipt.replace(one, typed)).fit is Fit.GENUINE
    assert check_receipt(here, receipt[:-1] + ("A" if receipt[-1] != "A" else "C")).fit is Fit.OTHER


def test_a_place_that_cannot_be_read_or_kept_is_said_and_the_whole_record_looked_at(here, capsys, tmp_path):
    mark = tmp_path / record_watch.MARK
    said = f"{mark} cannot be read: the record could not be held to what the last audit here saw of it"
    audit(capsys)
    well = json.loads(mark.read_text())
    for damaged in (
        *("", "{}", "[]", "x", "[" * 100_000),
        *(json.dumps(well | {"size": size}) for size in (3.0, "3", -1, None, 2**70, 10**400)),
        *(json.dumps(well | {"at": at}) for at in (5, "yesterday")),
        json.dumps(well | {"frontier": "AAAA"}),
    ):
        mark.write_text(damaged)
        status, told = audit(capsys, "--since-last", "--json")
        assert (status, json.loads(told)["warnings"], json.loads(told)["events"]) == (0, [said], 3), damaged
        assert json.loads(mark.read_text()) == well
        mark.write_text(damaged)
        assert record_watch.look(here, mark) == (said,)
        assert record_watch.look(here, mark) == ()
    mark.unlink()
    mark.mkdir()
    status, told = audit(capsys)
    assert (status, f"note   {mark} cannot be written (Is a directory): " in told) == (0, True)
    assert not list(tmp_path.glob(".record*")), "nothing half done is left"


def test_the_worker_looks_and_says_what_is_wrong(here, tmp_path):
    mark = tmp_path / record_watch.MARK
    assert record_watch.look(here, mark) == ()
    assert record_watch.read_mark(mark)[0].frontier.size == 3
    here.ledger.append(write(wrote("3"), expected=2, key="c", case_id="c_7f3kx", at=here.clock.now()))
    for watch in record_watch.watches():
        assert watch(here) == ()
    assert record_watch.read_mark(mark)[0].frontier.size == 4
    assert read_checkpoint(parse_note(here.log.latest()).body).size == 4
    mark.write_text("{}")
    changed()
    assert "leaf 1: the bytes do not match their hash" in record_watch.look(here, mark)
    assert not mark.exists()


def test_everybody_can_read_key_checkpoint_and_proofs(here):
    page = Client()
    vkey = page.get("/log/key").content.decode().strip()
    assert vkey == here.log_key.vkey
    note = page.get("/log/checkpoint").content.decode()
    found = read_checkpoint(verify_note(note, vkey, check))
    assert page.get("/log/checkpoint/3").content.decode() == note
    assert page.get("/log/checkpoint/2").status_code == 404

    def hashes(query):
        return [b64decode(step) for step in page.get(f"/log/proof?{query}").json()["hashes"]]

    leaf = here.ledger.at([1])[0].leaf_hash
    assert verify_inclusion(leaf, 1, 3, hashes("leaf=1&size=3"), found.root)
    here.ledger.append(write(wrote("3"), expected=2, key="c", case_id="c_7f3kx", at=here.clock.now()))
    new = read_checkpoint(verify_note(here.log.checkpoint(), vkey, check))
    assert verify_consistency(3, found.root, 4, new.root, hashes("old=3&size=4"))
    for query, problem in (
        ("", "write ?leaf=7&size=100 or ?old=50&size=100, whole numbers"),
        ("leaf=x&size=3", "write ?leaf=7&size=100 or ?old=50&size=100, whole numbers"),
        ("leaf=3&size=3", "a log of 3 has no leaf 3"),
        ("leaf=1&size=99", "the log has 4 events, not 99"),
        ("old=5&size=4", "a log of 4 has no beginning of 5"),
    ):
        answer = page.get(f"/log/proof?{query}")
        assert (answer.status_code, answer.json()["error"]) == (400, problem)
    assert page.post("/log/checkpoint").status_code == 405


def test_a_log_that_is_damaged_says_so_to_whoever_asks_for_a_proof(here):
    page = Client()
    assert cli.main(["keys", "log"]) == 0
    without_triggers()
    Event.objects.filter(leaf=1).delete()
    for address in ("/log/proof?leaf=0&size=3", "/log/proof?old=1&size=3", "/log/keys"):
        answer = page.get(address)
        assert (answer.status_code, "run `forbear audit`" in answer.json()["error"]) == (503, True)
    assert page.get("/log/checkpoint").status_code == 200


def test_another_key_signs_the_log_and_an_outsider_follows_to_it(here, capsys, tmp_path):
    page = Client()
    before = here.log_key.vkey
    assert page.get("/log/keys").json() == {"key": before, "steps": []}
    assert cli.main(["keys", "log"]) == 0
    assert capsys.readouterr().out.split()[0] == here.log_key.vkey != before
    here.ledger.append(write(wrote("3"), expected=2, key="c", case_id="c_7f3kx", at=here.clock.now()))
    here.log.checkpoint()
    told = page.get("/log/keys").json()
    (one,) = told["steps"]
    step = Step(one["leaf"], one["event"].encode(), one["checkpoint"], tuple(map(b64decode, one["hashes"])))
    assert followed(before, [step], check) == told["key"] == here.log_key.vkey
    book = WitnessBook(tmp_path / "W", Ed25519Key("w", bytes(32), KeyKind.WITNESS), [before])
    assert book.follow(here.log.at(3), lambda: [step]) == ""
    assert book.follow(here.log.latest(), lambda: [step]) == here.log_key.vkey
    assert audit(capsys)[1].startswith("well   5 events of 1 cases, 3 checkpoints")
    assert page.get("/desk/cases/log").status_code in (302, 404)
    assert cli.main(["export", "log", "-o", str(tmp_path / "x.zip")]) != 0


def test_she_checks_a_receipt_on_a_page(here):
    page = Client(headers={"Accept-Language": "zh"})
    receipt = str(receipt_of(here.ledger.at([2])[0]))
    assert page.get("/receipt").status_code == 200
    fits = page.get("/receipt", {"receipt": f"存证码 {receipt}"})
    assert (fits.status_code, "相符。这条记录写于" in fits.content.decode()) == (200, True)
    other = page.get("/receipt", {"receipt": receipt.replace("-3-", "-2-")})
    assert (other.status_code, "不相符" in other.content.decode()) == (422, True)
    assert "这不是存证码" in page.get("/receipt", {"receipt": "<b>x"}).content.decode()


def test_an_outsider_makes_a_key_and_is_told_what_is_wrong(tmp_path):
    def forbear(*arguments):
        command = [sys.executable, "-m", "forbear", "witness", *arguments]
        env = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO")} | {"PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    made = forbear("key", "--name", "witness.example", "--folder", "W")
    key = read_vkey(made.stdout)
    assert (key.name, key.kind, made.returncode) == ("witness.example", KeyKind.WITNESS, 0)
    assert forbear("key", "--name", "witness.example", "--folder", "W").stdout == made.stdout
    assert (Path(tmp_path) / "W/key").stat().st_mode & 0o777 == 0o600
    wrong = forbear("look", "--name", "w", "--folder", "W", "--log", "nonsense", "http://127.0.0.1:9")
    assert (wrong.returncode, "is no public key of a note" in wrong.stderr) == (2, True)
    away = forbear("look", "--name", "w", "--folder", "W", "--log", LOG_KEY.vkey, "http://127.0.0.1:9")
    assert (away.returncode, "http://127.0.0.1:9 could not be asked" in away.stderr) == (2, True)
