"""Backup, erase, restore: no erased canary comes back; and what a backup or a restore refuses, it refuses untouched."""

import json
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import psycopg

from tests.attack.test_erasure_killed import MADE
from tests.servers import ROOT, Place, Site

TOLD = """
import json
from forbear.config.wiring import desk
from forbear.core.file import open_file
from forbear.core.facts import Retention
here, told = desk(), {}
for n in range(3):
    case_id = f"c_{n:05d}"
    events = here.ledger.events(case_id)
    papers = [e.fact.facts for e in events if e.fact.type == "paper.received" and e.fact.facts]
    draft = here.drafts.of(case_id, "lin")
    mail = here.mails.get(f"m_{n}")
    told[case_id] = [
        sorted(name for e in events for name, _, _ in e.fact.private()),
        [e.fact.why for e in events if e.fact.type == "data.erased"],
        [here.vault.open(paper.blob).decode() for paper in papers],
        draft.text if draft else "", mail.shown.text if mail and mail.shown else "",
        here.cases.line(case_id).name,
    ]
print(json.dumps([told, len(here.ledger.verify().flaws)]))
"""
WHOLE = ["answer", "contract", "facts", "loan_id", "party", "sha256", "text"]


def kept(number: int, held: bool = False) -> list[object]:
    names = sorted([*WHOLE, *(["letter", "reason"] if held else [])])
    return [names, [], ["CANARY paper"], "CANARY draft", "CANARY mail", f"CANARY {number}"]


def gone(why: str) -> list[object]:
    return [[], [why] * 5, [], "", "", ""]


def forbear(site: Site, *arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "forbear", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False)


def wrapped(site: Site, case_id: str) -> set[bytes]:
    """The wrapped keys of a case."""
    ask = "select wrapped from data_key where case_id = '" + case_id + "' and wrapped is not null"
    if url := site.environment["DATABASE_URL"]:
        with psycopg.connect(url) as connection:
            return {bytes(row[0]) for row in connection.execute(ask).fetchall()}  # type: ignore[arg-type]
    file = sqlite3.connect(site.home / "forbear.sqlite3")
    found = {bytes(row[0]) for row in file.execute(ask)}
    file.close()
    return found


def test_nothing_that_was_erased_comes_back(place: Place, tmp_path: Path):
    site = place.site()
    site.python(MADE.replace("COUNT", "3"))
    keys = wrapped(site, "c_00000")
    assert len(keys) == 5
    data, apart = tmp_path / "data", tmp_path / "keys"
    said = site.forbear("backup", str(data), "--keys", str(apart))
    assert said == "Backed up 18 events and 6 files; the keys are elsewhere.\n"
    assert not {file.name for file in data.rglob("*")} & {"kek", "book", "index", "code", "secret", "keys"}
    hold = "from forbear.actions.leaving import place_hold; from forbear.core.leaving_facts import HoldWhy\n" + WHO
    site.python(hold + "\n".join(f"place_hold(desk(), by({n}), 'c_0000{n}', HoldWhy.COURT, 'x')" for n in (1, 2)))
    for night in ("2026-04-02", "2026-04-03"):
        site.move_clock(datetime.fromisoformat(f"{night}T10:00:00+08:00"))
        site.forbear("worker", "--once")
    assert json.loads(site.python(TOLD)) == [
        {"c_00000": gone("period-over"), "c_00001": kept(1, held=True), "c_00002": kept(2, held=True)},
        0,
    ]
    other = place.empty()
    done = forbear(other, "restore", data, "--keys", apart, "--erasures", site.home / "erasures.jsonl")
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.endswith("erased again: 5.\n")
    assert json.loads(other.python(TOLD)) == [{"c_00000": gone("restored"), "c_00001": kept(1), "c_00002": kept(2)}, 0]
    assert wrapped(other, "c_00000") == set()
    if not other.environment["DATABASE_URL"]:
        before, now = (
            (data / "database.sqlite3").read_bytes(),
            b"".join(file.read_bytes() for file in other.home.glob("forbear.sqlite3*")),
        )
        assert all(key in before for key in keys), "the backup still has them"
        assert not any(key in now for key in keys), "what was restored has not"
    assert "well   record" in other.forbear("check", "--record")
    assert set((site.home / "erasures.jsonl").read_text().splitlines()) <= set(
        (other.home / "erasures.jsonl").read_text().splitlines()
    )


WHO = """
from forbear.actions.record import By
from forbear.config.wiring import desk
from forbear.core.contact import Actor, Auth, Channel, Role
def by(n):
    return By(actor=Actor(Role.REVIEWER, "chen", Auth.STAFF), channel=Channel.WEB, key=f"by:{n}")
"""


def test_what_makes_no_sense_is_refused_and_nothing_is_written(place: Place, tmp_path: Path):
    site, other = place.site(), place.empty()
    site.python(MADE.replace("COUNT", "1"))
    data, apart, full = tmp_path / "data", tmp_path / "keys", tmp_path / "full"
    full.mkdir()
    (full / "something").touch()

    def no(where: Site, *arguments: object) -> str:
        done = forbear(where, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        return done.stderr.removeprefix("forbear: ").strip()

    assert "are one place; keep the keys somewhere else" in no(site, "backup", data, "--keys", data)
    assert "are one place; keep the keys somewhere else" in no(site, "backup", data, "--keys", data / "keys")
    assert no(site, "backup", full, "--keys", apart) == f"{full} is not empty; name a directory that is."
    assert not (apart / "manifest.json").exists() and list(full.iterdir()) == [full / "something"]
    site.forbear("backup", str(data), "--keys", str(apart))
    list_file = tmp_path / "erasures.jsonl"
    lost = no(other, "restore", data, "--keys", apart)
    assert "name the erasure list with --erasures" in lost
    list_file.touch()
    last = ("--erasures", list_file)
    assert "is not empty; a backup is restored into an empty" in no(site, "restore", data, "--keys", apart, *last)
    assert (
        no(other, "restore", apart, "--keys", data, *last)
        == f"{apart} does not hold the data of a backup of this kind."
    )
    assert "it is no backup, or one that was not finished" in no(other, "restore", full, "--keys", apart, *last)
    key = apart / "keys/kek"
    held = key.read_bytes()
    key.write_bytes(bytes(32))
    assert f"{key} was changed since the backup was made" in no(other, "restore", data, "--keys", apart, *last)
    key.write_bytes(held)
    second, second_keys = tmp_path / "second", tmp_path / "second_keys"
    site.forbear("backup", str(second), "--keys", str(second_keys))
    assert "holds the keys of another backup" in no(other, "restore", data, "--keys", second_keys, *last)
    assert not other.home.exists() or list(other.home.iterdir()) == []


def test_a_backup_of_the_other_database_or_half_a_one_is_refused_and_nothing_is_written(place: Place, tmp_path: Path):
    site, other = place.site(), place.empty()
    site.python(MADE.replace("COUNT", "1"))
    data, apart, list_file = tmp_path / "data", tmp_path / "keys", tmp_path / "erasures.jsonl"
    site.forbear("backup", str(data), "--keys", str(apart))
    list_file.touch()

    def no(*arguments: object, status: int = 2, **changed: str) -> str:
        environment, other.environment = other.environment, {**other.environment, **changed}
        done = forbear(other, "restore", *arguments)
        other.environment = environment
        assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (status, "", False), done.stderr
        assert not other.home.is_dir() or list(other.home.iterdir()) == []
        return done.stderr.removeprefix("forbear: ").strip()

    whole = (data, "--keys", apart, "--erasures", list_file)
    if place.cluster:
        said = no(*whole, DATABASE_URL="")
        assert said == "this is a backup of PostgreSQL; set DATABASE_URL to an empty database."
        assert "DATABASE_URL names no PostgreSQL database" in no(*whole, DATABASE_URL="mysql://somewhere")
    else:
        said = no(*whole, DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
        assert said == "this is a backup of SQLite; unset DATABASE_URL."
    file = data / ("database.dump" if place.cluster else "database.sqlite3")
    assert f"{file} cannot be read" in no(file, *whole[1:])
    assert "name the erasure list" in no(*whole[:-1], tmp_path)
    (tmp_path / "home").write_text("a file")
    assert "is not empty" in no(*whole, FORBEAR_HOME=str(tmp_path / "home"))
    assert (tmp_path / "home").read_text() == "a file"
    manifest = (data / "manifest.json").read_text("utf-8")
    for spoilt in ("[]", '"x"', '{"format": "forbear-backup/1", "holds": "data"}'):
        (data / "manifest.json").write_text(spoilt, "utf-8")
        assert no(*whole) == f"{data} does not hold the data of a backup of this kind."
    (data / "manifest.json").write_text(manifest[: len(manifest) // 2], "utf-8")
    assert "take another copy of the backup" in no(*whole)
    (data / "manifest.json").write_text(manifest, "utf-8")
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    assert f"{file} was changed since the backup was made" in no(*whole)
    file.unlink()
    assert f"{file} is missing since the backup was made" in no(*whole)


def test_a_restore_that_was_cut_short_opens_nothing(tmp_path: Path):
    site = Site()
    (site.home / "restoring").touch()
    done = forbear(site, "check")
    assert (done.returncode, "a restore of a backup was not finished here" in done.stdout) == (1, True)
    done = forbear(site, "worker", "--once")
    assert (done.returncode, "empty it and run `forbear restore` again" in done.stderr) == (2, True)
    site.stop()
