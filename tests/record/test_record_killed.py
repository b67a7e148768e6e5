"""kill -9 in the middle of appends and checkpoints: what was acknowledged is there, and nothing half done is seen.

Four threads append to cases of their own, so that commands are committed in groups, and a fifth cuts checkpoints;
after each kill the new part of the record is audited. FORBEAR_LONG kills 200 times on each database.
"""

import os
import signal
import subprocess
import sys
from random import Random
from typing import Any

import pytest

from forbear.actions.record_audit import audited
from forbear.adapters.memory import memory_desk
from forbear.core.audit import Beginning
from forbear.store.models import CheckpointRow, Command
from tests.contracts.bench import START, make_bench
from tests.servers import ROOT

KILLS = 200 if os.environ.get("FORBEAR_LONG") else 2


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost(kind: str, request: pytest.FixtureRequest, tmp_path: Any, campaign: Any):
    database = request.getfixturevalue(f"{kind}_database")
    bench = make_bench(kind, tmp_path)
    own = {"FORBEAR_HOME": str(tmp_path), "KIND": kind, "DJANGO_SETTINGS_MODULE": "forbear.config.settings"}
    own |= {"DATABASE_URL": database.url} if kind == "postgresql" else {}
    if kind == "sqlite":
        (tmp_path / "forbear.sqlite3").symlink_to(database.settings["NAME"])
    writers = subprocess.Popen(
        [sys.executable, "-m", "tests.record.writers"],
        cwd=ROOT,
        env={**os.environ, **own, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    rng, acknowledged, commands, since = Random(1), 0, 0, Beginning()
    desk = memory_desk(at=START, ledger=bench.ledger, log=bench.log)
    try:
        for _ in range(KILLS):
            told = one_life(writers, rng)
            keys = [word for sign, word in told if sign == "k"]
            sizes = {int(word) for sign, word in told if sign == "c"}
            assert Command.objects.filter(key__in=keys, count=2).count() == len(keys) > 0
            assert CheckpointRow.objects.filter(size__in=sizes).count() == len(sizes)
            found = audited(desk, since=since)
            assert found.flaws == ()
            acknowledged, commands, since = acknowledged + len(keys), commands + found.commands, found.end
        assert audited(desk).flaws == ()
    finally:
        writers.stdin.close()
        writers.wait(30)
    cut, more = CheckpointRow.objects.count(), commands - acknowledged
    figures = {"acknowledged": acknowledged, "more_there": more, "checkpoints": cut}
    campaign(f"kill -9 of appends and checkpoints, {kind}", kills=KILLS, **figures)


def one_life(writers: "subprocess.Popen[str]", rng: Random) -> list[tuple[str, str]]:
    """Start one, kill it after some answers; returns all that it acknowledged."""
    writers.stdin.write("go\n")
    told: list[tuple[str, str]] = []
    pid, enough = 0, rng.randrange(1, 20)
    for line in writers.stdout:
        sign, _, word = line.strip().partition(" ")
        if sign == "end":
            break
        if sign == "p":
            pid = int(word)
        else:
            told.append((sign, word))
        if pid and sum(sign == "k" for sign, _ in told) >= enough:
            os.kill(pid, signal.SIGKILL)
            enough = 10**9
    return told
