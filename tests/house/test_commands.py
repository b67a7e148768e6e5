"""The command's front door: every subcommand is listed, explains itself, and an unknown one is told so."""

import os
import subprocess
import sys

import pytest

from forbear.config import cli
from tests.house.tree import ROOT, files

SUBCOMMANDS = [
    path.stem.replace("_", "-")
    for path in files("forbear/config/*.py")
    if "def add(subparsers" in path.read_text("utf-8")
]


def forbear(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "forbear", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_every_subcommand_is_listed():
    assert sorted(cli.COMMANDS) == sorted(SUBCOMMANDS)


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_a_subcommand_explains_itself(command: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: forbear {command}")


def test_an_unknown_command_is_told_so():
    done = forbear("pay")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("forbear: there is no command 'pay'; there are: run, serve,")


def test_no_command_shows_what_there_is():
    assert (forbear().returncode, forbear("--help").returncode) == (2, 0)
    assert "\n  worker " in forbear("--help").stdout


def test_a_plan_needs_no_framework():
    """`forbear plan` answers a person at a terminal; loading the site for that would take a second."""
    code = "import sys; from forbear.config import cli; cli.parser_of('plan'); print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_reader_who_has_seen_enough_is_no_fault():
    command = [sys.executable, "-m", "forbear", "plan", "examples/plan/illness.json", "--json"]
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run(command, cwd=ROOT, stdout=writes, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writes)
    assert (done.stderr, done.returncode) == ("", cli.BROKEN_PIPE)


def test_a_command_that_is_stopped_says_so_in_a_line(monkeypatch, capsys):
    def stopped(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("forbear.config.audit.run", stopped)
    assert cli.main(["audit"]) == cli.INTERRUPTED
    assert capsys.readouterr() == ("", "forbear: audit was stopped\n")


def test_a_key_that_is_missing_or_a_database_that_is_damaged_is_told_in_a_line(tmp_path):
    env = os.environ | {"FORBEAR_HOME": str(tmp_path), "FORBEAR_DEV": "1"}
    env = {name: value for name, value in env.items() if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}

    def run(*arguments):
        command = [sys.executable, "-m", "forbear", *arguments]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    assert run("migrate").returncode == run("audit").returncode == 0
    key = tmp_path / "keys" / "log"
    kept = key.read_bytes()
    key.write_bytes(b"short")
    said = f"forbear: {key} has 5 bytes instead of 32; restore it from the backup of the keys.\n"
    done = run("audit")
    assert (done.returncode, done.stderr) == (1, said)
    key.write_bytes(kept)
    database = tmp_path / "forbear.sqlite3"
    content = database.read_bytes()
    database.write_bytes(content[:8192] + bytes(len(content) - 8192))
    done = run("audit")
    assert (done.returncode, done.stderr.count("\n"), done.stderr[:34]) == (1, 1, "forbear: the database does not ans")
