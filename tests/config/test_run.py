"""`forbear run` as a person meets it: comes up, brings its worker back, says who has the port, leaves cleanly."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.servers import ROOT, free_port, wait_until


def children(pid: int, of: str) -> list[int]:
    """Processes a process started whose command line has a word in it."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found if of in Path(f"/proc/{child}/cmdline").read_text()]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FORBEAR_", "DJANGO_", "SMTP"))}
    kept.pop("DATABASE_URL", None)
    return kept | {"FORBEAR_HOME": str(tmp_path / "home"), "PORT": str(free_port()), "PYTHONPATH": str(ROOT)}


def test_the_site_and_its_worker_run_until_told_to_stop(environment: dict[str, str]):
    command = [sys.executable, "-m", "forbear", "run"]
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert running.stdout is not None
        said = b""
        while b"Ctrl-C" not in said:
            line = running.stdout.readline()
            assert line, "it ended before it was up"
            said += line
        assert f"http://127.0.0.1:{environment['PORT']}/desk/".encode() in said
        with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/readyz", timeout=10) as answer:
            assert answer.read() == b"ready\n"
        (worker,) = children(running.pid, "forbear\0worker")
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: children(running.pid, "forbear\0worker") not in ([], [worker]), 20, "another worker")
        left = children(running.pid, "-m")
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left), 10, "the children to end")
    finally:
        if running.poll() is None:
            running.terminate()
            running.wait(30)
        for pipe in (running.stdout, running.stderr):
            if pipe:
                pipe.close()


def test_a_port_that_is_taken_is_named(environment: dict[str, str]):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(environment["PORT"])))
        other.listen()
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "forbear", "run"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    port = int(environment["PORT"])
    assert done.returncode == 1
    assert done.stderr == f"forbear: port {port} is taken by another program; choose another: PORT={port + 1}\n"
    assert time.monotonic() - begun < 15


def test_a_wrong_setting_stops_with_a_sentence(environment: dict[str, str]):
    done = subprocess.run(
        [sys.executable, "-m", "forbear", "run"],
        cwd=ROOT,
        env=environment | {"PORT": "eighty"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "forbear: PORT is 'eighty'; write a whole number from 1 to 65535.\n"
