"""kill -9 in the middle of an export: there is no half file under the target's name, what was there before stays, the
record holds, and the next export is whole. FORBEAR_LONG kills 200 times on each database.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from forbear.config.verify import looked_at
from tests.servers import ROOT, Site

LONG = bool(os.environ.get("FORBEAR_LONG"))
KILLS, PARTS = (10, 20) if LONG else (6, 1)
TRIES_MOST = 20
"""An export that ended before it was killed is tried again."""

CASE_IN_IT = """
from forbear.config.wiring import desk
from tests.bundles import desk_with_case
desk_with_case(desk(), repeats=40)
print(desk().log_key.vkey, end="")
"""

NURSERY = """
import glob, os, signal, sys, time
from django.db import connections
from forbear.config import cli
cli.open_house()
from forbear.config.wiring import desk
from forbear.web.desk import timeline  # all that an export loads, loaded before the fork
from forbear.actions import bundle, bundle_zip
from forbear.adapters import vault
desk()
for line in sys.stdin:
    out, when, seconds = line.split()
    begun, begins = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(begins, b"x")
        sys.stdout = sys.stderr
        os._exit(cli.main(["export", "c_bundled", "-o", out]))
    os.read(begun, 1)
    ended = (0, 0)
    if when != "never":
        draft = os.path.join(os.path.dirname(out), ".case.zip." + str(child) + ".part")
        while when == "draft" and not os.path.exists(draft) and not ended[0]:
            ended = os.waitpid(child, os.WNOHANG)  # an export that ends meanwhile is a whole one
        time.sleep(float(seconds))
        if not ended[0]:
            os.kill(child, signal.SIGKILL)
    print((ended if ended[0] else os.waitpid(child, 0))[1], flush=True)
    os.close(begun); os.close(begins)
"""


@pytest.mark.parametrize("part", range(PARTS))
def test_the_export_dies_in_the_middle(home: Site, tmp_path: Path, campaign: Callable[..., None], part: int):
    key, rng = home.python(CASE_IN_IT), Random(part)
    home.move_clock(datetime.fromisoformat("2027-03-02T10:00:00+08:00"))  # after all that was written just now
    nursery = subprocess.Popen(
        [sys.executable, "-c", NURSERY],
        cwd=ROOT,
        env=dict(home.environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert nursery.stdin is not None and nursery.stdout is not None

    def ask(out: Path, when: str, seconds: float = 0) -> int:
        assert nursery.stdin is not None and nursery.stdout is not None
        nursery.stdin.write(f"{out} {when} {seconds}\n")
        nursery.stdin.flush()
        return int(nursery.stdout.readline())

    out, cut, drafts, seals = tmp_path / "case.zip", 0, 0, 0
    try:
        begun = time.monotonic()
        assert ask(out, "never") == 0
        whole, lasts = out.read_bytes(), time.monotonic() - begun
        for number in range(TRIES_MOST * KILLS):
            if cut == KILLS:
                break
            on_the_way = number % 2
            killed = ask(out, "draft" if on_the_way else "time", rng.random() * (0.004 if on_the_way else lasts)) != 0
            cut += killed
            drafts += any(tmp_path.glob(".case.zip.*.part"))
            if killed and out.read_bytes() == whole:
                continue
            report = looked_at(out, key)
            assert report.ok, (number, dict(report.checks))
            assert report.events > seals, "each is sealed after the one before"
            whole, seals = out.read_bytes(), report.events
        assert ask(out, "never") == 0
        assert looked_at(out, key).ok
        assert list(tmp_path.glob(".case.zip.*")) == [], "no draft is left lying around"
    finally:
        nursery.stdin.close()
        nursery.wait(20)
    assert cut == KILLS, "so many were cut off in the middle"
    assert "well   record" in home.forbear("check", "--record")
    campaign(f"kill -9 of exports, {home.database}", cut_off=cut, drafts_left_and_swept=drafts)
