"""A queue of papers that a worker reads while it is killed: shared by the test (a few pages) and the bench (200).

Each page is a paper of its own on one case of a real desk (tests/servers.py: Site), received with the due thing that
`actions/evidence.py` would make; the clock is moved on after a kill, so that nobody waits for a lease to run out.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from time import monotonic, sleep

from tests.servers import ROOT, Site

LEASE = timedelta(seconds=300)

SENT = """
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path
from forbear.actions.reading import reading_due
from forbear.actions.record import By, carry_out
from forbear.config.wiring import desk
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Channel
from forbear.core.evidence import PaperFacts
pictures, here = [p.read_bytes() for p in sorted(Path(FOLDER).glob("*.jpg"))], desk()
by = lambda key: By(actor=SYSTEM, channel=Channel.SYSTEM, key=key)
opened = e.CaseOpened(language="zh", keep_until_on=date(2030, 1, 1))
carry_out(here, by("open"), "c_queue", {}, lambda _: [opened])
for number in range(COUNT):
    data = pictures[number % len(pictures)]
    blob = here.vault.keep("c_queue", "finance", data)
    digest = sha256(data).hexdigest()
    facts = PaperFacts(name="p.jpg", mime="image/jpeg", size=len(data), sha256=digest, blob=blob, health=False)
    came = e.PaperReceived(item=1, paper=f"f_{number}", facts=facts)
    carry_out(here, by(f"p{number}"), "c_queue", {}, lambda _: [came, *reading_due(here, "c_queue", came)])
"""

READ = """
import json
from forbear.config.wiring import desk
from forbear.core import events as e
facts = [event.fact for event in desk().ledger.events("c_queue")]
read = [[f.paper, f.legible, f.reading.by, f.reading.kind] for f in facts if isinstance(f, e.PaperRead)]
print(json.dumps([read, len(desk().agenda.given_up())]))
"""


@dataclass(frozen=True)
class Drained:
    """What came of the queue: (paper, legible, by, kind) of every fact, how many dues were given up, kills, seconds."""

    read: list[tuple[str, bool, str, str]]
    given_up: int
    kills: int
    seconds: float


def send(site: Site, pictures: Sequence[bytes], count: int) -> None:
    """Prepare the site's database and receive `count` pages, the pictures in turn."""
    site.forbear("migrate")
    folder = site.home / "pictures"
    folder.mkdir()
    for number, picture in enumerate(pictures):
        (folder / f"{number:03d}.jpg").write_bytes(picture)
    site.python(SENT.replace("FOLDER", repr(str(folder))).replace("COUNT", str(count)))


def drain(site: Site, count: int, kills: int, seed: int) -> Drained:
    """Let workers read the queue; each but the last is killed with SIGKILL in the middle of its pages."""
    random, begun, done, killed = Random(seed), monotonic(), 0, 0
    now = datetime.fromisoformat(site.clock_file.read_text())
    while True:
        worker = subprocess.Popen([sys.executable, "-m", "forbear", "worker"], cwd=ROOT, env=site.environment)
        try:
            goal = (
                count if killed == kills else done + random.randint(1, max(1, (count - done) // (kills - killed + 1)))
            )
            while (done := _count(site)) < goal:
                assert worker.poll() is None, "the worker ended by itself"
                sleep(0.2)
            if killed == kills:
                break
            sleep(random.uniform(0, 1))  # somewhere in the next page
            worker.send_signal(signal.SIGKILL)
            killed += 1
        finally:
            if worker.poll() is None:
                worker.terminate()
            worker.wait(60)
        now += LEASE
        site.move_clock(now)
    read, given_up = json.loads(site.python(READ))
    return Drained([tuple(one) for one in read], given_up, killed, monotonic() - begun)


def _count(site: Site) -> int:
    import sqlite3

    with sqlite3.connect(f"file:{site.home / 'forbear.sqlite3'}?mode=ro", uri=True) as database:
        return int(database.execute("select count(*) from agenda where kind = 'read' and state = 'done'").fetchone()[0])
