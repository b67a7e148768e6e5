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
    assert capsys.readouterr() == ("", "forbear: stopped\n")
