"""A command on a database that is not set up, or is not there, ends with a sentence that says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT, Place, Site, free_port


def told(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "forbear", *command]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", ["audit", "rebuild"])
def test_one_without_tables_is_to_be_migrated(place: Place, command: str):
    done = told(place.empty().environment, command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("forbear: the database is not set up for this version (")
    assert "; run `forbear migrate`, or look at DATABASE_URL, or at FORBEAR_HOME" in done.stderr
    assert done.stderr.count("\n") == 1


def test_one_of_an_older_version_too(home: Site):
    home.python(
        "from django.db import connection; connection.cursor().execute('ALTER TABLE checkpoint RENAME TO older')"
    )
    done = told(home.environment, "audit")
    assert done.returncode == 1
    assert "checkpoint" in done.stderr and "run `forbear migrate`" in done.stderr


def test_one_that_is_not_there_does_not_answer(tmp_path: Path):
    url = f"postgres://nobody@127.0.0.1:{free_port()}/none"
    done = told({**os.environ, "FORBEAR_HOME": str(tmp_path), "DATABASE_URL": url}, "audit")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("forbear: the database does not answer (")
