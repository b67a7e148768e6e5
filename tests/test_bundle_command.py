"""`forbear export` and `forbear verify` as people type them: what is printed, which status, and nothing half done."""

import errno
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from forbear.config import cli, verify
from forbear.config.export import write_whole
from tests.servers import ROOT, Site

IN_IT = "from forbear.config.wiring import desk; from tests.bundles import desk_with_case; desk_with_case(desk())"


@pytest.fixture(scope="module")
def home() -> Iterator[Site]:
    site = Site()
    site.python(f"from django.core.management import call_command; call_command('migrate', verbosity=0); {IN_IT}")
    yield site
    site.stop()


def forbear(home: Site, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "forbear", *arguments]
    return subprocess.run(command, cwd=ROOT, env=dict(home.environment), capture_output=True, text=True, check=False)


def test_export_then_verify_then_the_file_that_travels_in_it(home: Site, tmp_path: Path):
    out = tmp_path / "case.zip"
    made = forbear(home, "export", "c_bundled", "-o", str(out))
    assert (made.returncode, made.stderr) == (0, ""), made.stderr
    assert "sealed at event 19" in made.stdout
    told = forbear(home, "verify", str(out), "--json")
    found = json.loads(told.stdout)
    assert (told.returncode, found["ok"], found["case"], found["keys"]) == (0, True, "c_bundled", "unpinned")
    assert set(found["checks"].values()) == {""}
    chinese = forbear(home, "verify", str(out), "--language", "zh").stdout
    assert "成立    zip" in chinese and "截至" in chinese and "FAILED" not in chinese
    said = forbear(home, "verify", str(out)).stdout
    assert f"complete as of {found['complete_as_of']}" in said and "unpinned" in said
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(out), str(tmp_path / "x")], check=True)
    verifier = next((tmp_path / "x").rglob("verify.py"))
    alone = [sys.executable, "-I", "-S", str(verifier), str(out), "--json"]
    other = subprocess.run(alone, capture_output=True, text=True, check=False)
    assert other.returncode == 0
    assert json.loads(other.stdout)["checks"] == found["checks"]
    assert len(verifier.read_text("utf-8").splitlines()) < 300


def test_a_spoilt_bundle_is_status_1_and_no_bundle_is_2(home: Site, tmp_path: Path):
    out, text = tmp_path / "case.zip", tmp_path / "note.txt"
    assert forbear(home, "export", "c_bundled", "-o", str(out)).returncode == 0
    out.write_bytes(out.read_bytes()[:-1])
    spoilt = forbear(home, "verify", str(out))
    assert spoilt.returncode == 1 and "FAILED  zip" in spoilt.stdout and "not sealed" in spoilt.stdout
    text.write_text("hello")
    for given in (text, tmp_path / "nothing.zip"):
        none = forbear(home, "verify", str(given))
        assert (none.returncode, none.stdout) == (2, "") and "is no bundle" in none.stderr
    wrong = forbear(home, "verify", str(out), "--log-key", "nonsense")
    assert wrong.returncode == 2 and "--log-key" in wrong.stderr


def alone(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The single file, by Python alone."""
    command = [sys.executable, "-I", "-S", str(ROOT / "forbear/published/verify.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_is_given_beside_the_bundle_is_never_passed_over(home: Site, tmp_path: Path):
    """An empty key pins nothing and an empty checkpoint proves nothing: neither may look as if it did."""
    out, empty, words, other = (tmp_path / name for name in ("case.zip", "empty", "words", "holiday.zip"))
    assert forbear(home, "export", "c_bundled", "-o", str(out)).returncode == 0
    empty.write_text("")
    words.write_text("no checkpoint at all")
    with zipfile.ZipFile(other, "w") as made:
        made.writestr("holiday/a.jpg", b"x")
    for key in ("", " ", "nonsense"):
        told = forbear(home, "verify", str(out), "--log-key", key)
        assert (told.returncode, told.stdout) == (2, "") and "--log-key" in told.stderr, told.stdout
        assert alone(str(out), "--log-key", key).returncode == 1
    for file in (empty, words, tmp_path / "gone"):
        told = forbear(home, "verify", str(out), "--against", str(file))
        assert (told.returncode, told.stdout) == (2, "") and f"--against {file}" in told.stderr, told.stdout
        single = alone(str(out), "--against", str(file))
        assert "FAILED  against" in single.stdout or (single.returncode, str(file) in single.stderr) == (2, True)
        assert single.returncode
    assert alone(str(other)).returncode == forbear(home, "verify", str(other)).returncode == 2
    since = forbear(home, "export", "c_bundled", "-o", str(tmp_path / "x.zip"), "--since", str(empty))
    assert since.returncode == 2 and "--since" in since.stderr


def test_a_checkpoint_kept_with_a_line_more_is_the_same_one(home: Site, tmp_path: Path):
    out, kept = tmp_path / "case.zip", tmp_path / "kept"
    note = home.python("from forbear.config.wiring import desk; print(desk().log.checkpoint(), end='')")
    for text in (note, f"{note}\n\n", note.rstrip("\n"), note.replace("\n", "\r\n")):
        kept.write_bytes(text.encode())
        assert forbear(home, "export", "c_bundled", "-o", str(out), "--since", str(kept)).returncode == 0
        assert forbear(home, "verify", str(out), "--against", str(kept)).returncode == 0
        assert alone(str(out), "--against", str(kept)).returncode == 0


COUNTED = "from forbear.config.wiring import desk; print(desk().ledger.size())"


def test_what_cannot_be_exported_writes_nothing(home: Site, tmp_path: Path):
    out = tmp_path / "case.zip"
    out.write_bytes(b"what was there before")
    nobody = forbear(home, "export", "c_nobody", "-o", str(out))
    assert nobody.returncode == 2 and "there is no case c_nobody" in nobody.stderr
    nowhere = forbear(home, "export", "c_bundled", "-o", str(tmp_path / "gone" / "case.zip"))
    assert nowhere.returncode == 2 and "there is no folder" in nowhere.stderr
    assert forbear(home, "export", "c_bundled", "-o", str(tmp_path)).returncode == 2
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    device = forbear(home, "export", "c_bundled", "-o", str(pipe))
    assert device.returncode == 2 and "no file" in device.stderr and pipe.is_fifo()
    pipe.unlink()
    before = home.python(COUNTED)
    for no in (f"{'x' * 300}.zip", f"{'x' * 250}.zip"):  # the second is too long with what its draft is called
        long = forbear(home, "export", "c_bundled", "-o", str(tmp_path / no))
        assert long.returncode == 2 and "too long" in long.stderr and "Traceback" not in long.stderr
    assert forbear(home, "export", "c_bundled", "-o", "/proc/case.zip").returncode == 2
    assert home.python(COUNTED) == before, "nothing was sealed for a file that could not be"
    silent = forbear(home, "export", "c_bundled", "-o", str(out), "--reason", " ")
    assert silent.returncode == 2 and "why you export" in silent.stderr
    newer = tmp_path / "note"
    newer.write_text("no checkpoint at all")
    since = forbear(home, "export", "c_bundled", "-o", str(out), "--since", str(newer))
    assert since.returncode == 2 and "--since" in since.stderr
    assert out.read_bytes() == b"what was there before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.zip", "note"]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path):
    out = tmp_path / "case.zip"
    out.write_bytes(b"what was there before")

    def until_full() -> Iterator[bytes]:
        yield b"PK" * 5000
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_whole(out, until_full())
    assert out.read_bytes() == b"what was there before"
    assert [path.name for path in tmp_path.iterdir()] == ["case.zip"]


def test_ctrl_c_ends_it_in_a_sentence_and_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "case.zip"
    out.write_bytes(b"what was there before")

    def stopped(*_: object) -> Iterator[bytes]:
        yield b"PK" * 5000
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(out, stopped())
    assert [path.name for path in tmp_path.iterdir()] == ["case.zip"]
    assert out.read_bytes() == b"what was there before"
    monkeypatch.setattr(verify, "looked_at", lambda *_: list(stopped()))
    assert cli.main(["verify", str(out)]) == 130
    assert capsys.readouterr().err == "forbear: verify was stopped\n"


STEPS = "from django.test import Client; print(Client(HTTP_HOST='127.0.0.1').get('/log/keys').content.decode())"


def test_the_key_an_agreement_names_leads_on_to_the_one_that_signs_now(tmp_path: Path):
    home, out, steps = Site(), tmp_path / "case.zip", tmp_path / "keys.json"
    try:
        home.python(f"from django.core.management import call_command; call_command('migrate', verbosity=0); {IN_IT}")
        old = home.python("from forbear.config.wiring import desk; print(desk().log_key.vkey, end='')")
        for _ in range(2):
            changed = forbear(home, "keys", "log")
            assert changed.returncode == 0, changed.stderr
        assert forbear(home, "export", "c_bundled", "-o", str(out)).returncode == 0
        told = home.python(STEPS)
    finally:
        home.stop()
    steps.write_text(told)
    assert len(json.loads(told)["steps"]) == 2
    alone = forbear(home, "verify", str(out), "--log-key", old)
    assert alone.returncode == 1 and "FAILED  checkpoint" in alone.stdout
    known = ("verify", str(out), "--log-key", old, "--log-keys", str(steps))
    led = forbear(home, *known)
    assert (led.returncode, "unpinned" in led.stdout) == (0, False), led.stdout + led.stderr
    bent = json.loads(told)
    bent["steps"][0]["event"] = bent["steps"][1]["event"]
    for text, problem in (
        (json.dumps(bent), "FAILED  checkpoint"),
        (told.replace('"leaf": ', '"leaf": 1'), "not in the log that the key before signed"),
        ("[]", "is not what a site's /log/keys says"),
    ):
        steps.write_text(text)
        no = forbear(home, *known)
        assert no.returncode in (1, 2) and problem in no.stdout + no.stderr, no.stdout + no.stderr
    keyless = forbear(home, "verify", str(out), "--log-keys", str(steps))
    assert keyless.returncode == 2 and "name it" in keyless.stderr
