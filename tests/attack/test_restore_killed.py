"""kill -9 in the middle of a restore: what was erased is never open, and begun again in an empty place it comes whole.

FORBEAR_LONG kills more often. Which kills fall into which step is chance; the next restore always says what is there.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tests.attack.test_erasure_killed import MADE
from tests.servers import ROOT, Place
from tests.test_backup_command import TOLD, forbear, gone

KILLS = 40 if os.environ.get("FORBEAR_LONG") else 2


def test_a_restore_that_is_killed_opens_nothing_and_the_next_is_whole(
    place: Place, tmp_path: Path, campaign: Callable[..., None]
):
    site = place.site()
    site.python(MADE.replace("COUNT", "3"))
    data, apart = tmp_path / "data", tmp_path / "keys"
    site.forbear("backup", str(data), "--keys", str(apart))
    for night in ("2026-04-02", "2026-04-03"):
        site.move_clock(datetime.fromisoformat(f"{night}T10:00:00+08:00"))
        site.forbear("worker", "--once")
    listed = site.home / "erasures.jsonl"
    command = [sys.executable, "-m", "forbear", "restore", str(data), "--keys", str(apart), "--erasures", str(listed)]
    rng, shut = random.Random(1), 0
    for _ in range(KILLS):
        other = place.empty()
        child = subprocess.Popen(command, cwd=ROOT, env=other.environment, stdout=subprocess.DEVNULL)
        while child.poll() is None and not (other.home / "restoring").exists():
            time.sleep(0.002)
        time.sleep(rng.random() * 0.8)
        child.send_signal(signal.SIGKILL)
        child.wait(20)
        if child.returncode == -signal.SIGKILL and (other.home / "restoring").exists():
            shut += 1
            done = forbear(other, "check")
            assert (done.returncode, "a restore of a backup was not finished here" in done.stdout) == (1, True)
        else:
            assert json.loads(other.python(TOLD)) == [{f"c_0000{n}": gone("restored") for n in range(3)}, 0]
    assert shut
    last = place.empty()
    if place.cluster is None:  # in the very place of the one that was killed, once it is empty
        shutil.rmtree(other.home)
        last = other
    done = forbear(last, *command[3:])
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(last.python(TOLD)) == [{f"c_0000{n}": gone("restored") for n in range(3)}, 0]
    kind = "postgresql" if place.cluster else "sqlite"
    campaign(f"kill -9 of restores, {kind}", kills=KILLS, in_the_middle=shut)
