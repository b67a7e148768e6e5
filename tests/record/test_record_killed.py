"""kill -9 in the middle of appends and checkpoints: what was acknowledged is there, and nothing half done is seen.

Four threads append to cases of their own, so that commands are committed in groups, and a fifth cuts checkpoints;
after each kill the new part of the record is audited. FORBEAR_LONG kills 200 times in each on each database.
"""

import os
import signal
import subprocess
import sys
import time
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
TRIES_MOST = 10
"""A checkpoint that was cut before the kill came is no kill in the middle of one: another life is begun."""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("middle", ["append", "checkpoint"])
def test_nothing_acknowledged_is_lost(
    kind: str, middle: str, request: pytest.FixtureRequest, tmp_path: Any, campaign: Any
):
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
    rng, cut, acknowledged, commands, since = Random(middle), 0, 0, 0, Beginning()
    desk = memory_desk(at=START, ledger=bench.ledger, log=bench.log)
    try:
        for _ in range(TRIES_MOST * KILLS):
            if cut == KILLS:
                break
            told = one_life(writers, rng, middle)
            signs = [sign for sign, _ in told]
            cut += middle == "append" or signs.count("b") > signs.count("c")
            keys = [word for sign, word in told if sign == "k"]
            sizes = {int(word) for sign, word in told if sign == "c"}
            assert Command.objects.filter(key__in=keys, count=2).count() == len(keys)
            assert CheckpointRow.objects.filter(size__in=sizes).count() == len(sizes)
            found = audited(desk, since=since)
            assert found.flaws == ()
            acknowledged, commands, since = acknowledged + len(keys), commands + found.commands, found.end
        assert audited(desk).flaws == ()
        assert cut == KILLS and acknowledged > 0
    finally:
        writers.stdin.close()
        writers.wait(30)
    more, checkpoints = commands - acknowledged, CheckpointRow.objects.count()
    figures = {"acknowledged": acknowledged, "more_there": more, "checkpoints": checkpoints}
    campaign(f"kill -9 in the middle of {middle}s, {kind}", kills=cut, **figures)


def one_life(writers: "subprocess.Popen[str]", rng: Random, middle: str) -> list[tuple[str, str]]:
    """Start one, kill it after some acknowledged appends, or moments into a checkpoint after one; all that it told."""
    writers.stdin.write("go\n")
    told: list[tuple[str, str]] = []
    pid, until, enough = 0, "k" if middle == "append" else "b", rng.randrange(1, 20 if middle == "append" else 4)
    for line in writers.stdout:
        sign, _, word = line.strip().partition(" ")
        if sign == "end":
            break
        if sign == "p":
            pid = int(word)
        else:
            told.append((sign, word))
        signs = [sign for sign, _ in told]
        if pid and "k" in signs and signs.count(until) >= enough:
            if until == "b":
                time.sleep(rng.random() * 0.002)  # somewhere in it
            os.kill(pid, signal.SIGKILL)
            enough = 10**9
    return told
