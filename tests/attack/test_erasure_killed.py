"""kill -9 in the middle of erasing: a case holds everything or nothing at every look, and in the end nothing is left.

The worker's own look at cases runs in a process of its own and is killed at random moments; each look between two kills
asks the database from outside. FORBEAR_LONG kills two hundred times on each database.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.servers import ROOT, Site, wait_until

KILLS, PARTS = (10, 20) if os.environ.get("FORBEAR_LONG") else (3, 1)
CASES_A_KILL = 3

MADE = """
from datetime import date, timedelta
from forbear.actions.ports import Draft, MailRow, MailShown, MailState, Write
from forbear.config.wiring import desk
from forbear.core import events as e
from forbear.core.contact import Actor, Auth, Channel, Party, Role
from forbear.core.evidence import PaperFacts
from forbear.core.statement import Question
here, now = desk(), desk().clock.now()
for n in range(COUNT):
    case_id = f"c_{n:05d}"
    party = Party(borrower_id=f"p_{n}", name=f"CANARY {n}", id_number_masked="4", phone="19999123456")
    blob = here.vault.keep(case_id, "finance", b"CANARY paper")
    raw = here.vault.keep(case_id, "message", b"CANARY mail")
    paper = PaperFacts(name="CANARY.jpg", mime="image/jpeg", size=9, sha256="0" * 64, blob=blob, health=False)
    facts = (
        e.CaseOpened(language="zh", keep_until_on=now.date(), party=party, loan_id=f"l_{n}", contract=f"K{n}"),
        e.AnswerGiven(question=Question.STORY, answer={"text": "CANARY answer"}),
        e.MessageWritten(text="CANARY words that can be found", raw=raw),
        e.PaperReceived(item=1, paper=f"f_{n}", facts=paper),
        e.CallRecorded(call=f"t_{n}", blob="", sha256="0" * 64),
        e.CaseClosed(why="unfinished"),
    )
    write = Write(case_id=case_id, expected=-1, key=f"made:{n}", request=b"." * 32, at=now, occurred_at=None,
                  actor=Actor(Role.BORROWER, f"p_{n}", Auth.CODE), channel=Channel.WEB, cause="", facts=facts)
    here.ledger.append(write)
    here.drafts.keep(Draft(case_id=case_id, staff="lin", at=now, channel=Channel.WEB, text="CANARY draft"))
    here.mails.enter(MailRow(mail=f"m_{n}", content=bytes(28) + n.to_bytes(4, "big"), sha256="00" * 32, outcome="new",
                             state=MailState.FILED, came_at=now, blob=raw, size=9, owner=case_id, case_id=case_id,
                             shown=MailShown(text="CANARY mail")))
"""

ERASED = """
import os, sys
import django; django.setup()
from forbear.actions.agenda import work
from forbear.actions.leaving import dues_of_the_night
from forbear.config.wiring import desk
desk()
for line in sys.stdin:  # each worker is a process of its own, which begins with everything imported and no connection
    pid = os.fork()
    if not pid:
        desk().agenda.put(dues_of_the_night(desk()))
        print(os.getpid(), flush=True)
        while work(desk(), 1):
            print("one", flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
    print("over", flush=True)
"""


class Workers:
    """Workers one after the other, each killed when it was told to."""

    def __init__(self, site: Site) -> None:
        command = [sys.executable, "-c", ERASED]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.house = subprocess.Popen(command, cwd=ROOT, env=site.environment, text=True, **pipes)  # type: ignore[call-overload]

    def one_killed(self, done: int, seconds: float) -> None:
        """One that has done so many things is killed so many seconds into the next."""
        assert self.house.stdin and self.house.stdout
        self.house.stdin.write("next\n")
        self.house.stdin.flush()
        pid = int(self.house.stdout.readline())
        for _ in range(done):
            assert self.house.stdout.readline() == "one\n"
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        while self.house.stdout.readline() != "over\n":
            pass

    def close(self) -> None:
        assert self.house.stdin and self.house.stdout
        self.house.stdin.close()
        self.house.wait(20)
        self.house.stdout.close()


SEEN = {
    "keys": "select case_id, count(*) from data_key where wrapped is not null group by case_id",
    "secrets": "select e.case_id, count(*) from secret s join event e on e.leaf = s.leaf group by e.case_id",
    "words": "select case_id, count(distinct leaf) from message_mark group by case_id",
    "drafts": "select case_id, count(*) from draft group by case_id",
    "mails": "select owner, count(*) from mail_in group by owner",
    "names": "select case_id, count(*) from case_line where length(name) > 0 group by case_id",
    "reach": "select case_id, count(*) from contact_case where borrower_id <> '' group by case_id",
}
"""What there is of each case, by what it is."""
ERASURES = "select case_id, count(*) from event where type = 'data.erased' group by case_id"


def asked(site: Site, sql: str) -> dict[str, int]:
    """Asked of the database from outside."""
    if url := site.environment["DATABASE_URL"]:
        with psycopg.connect(url) as connection:
            return dict(connection.execute(sql).fetchall())  # type: ignore[arg-type]
    file = sqlite3.connect(f"file:{site.home / 'forbear.sqlite3'}?mode=ro", uri=True, timeout=20)
    try:
        return dict(file.execute(sql).fetchall())
    finally:
        file.close()


def seen(site: Site) -> dict[str, dict[str, int]]:
    """For each case what there is of it."""
    counts = {what: asked(site, sql) for what, sql in SEEN.items()}
    cases = {case_id for found in counts.values() for case_id in found}
    return {case_id: {what: found.get(case_id, 0) for what, found in counts.items()} for case_id in cases}


def files(site: Site) -> list[Path]:
    """Every file of the vault."""
    return [file for file in (site.home / "papers").rglob("*") if file.is_file()]


@pytest.mark.parametrize("part", range(PARTS))
def test_a_case_is_whole_or_gone_whenever_the_worker_dies(home: Site, part: int, campaign: Callable[..., None]):
    count = KILLS * CASES_A_KILL
    home.python(MADE.replace("COUNT", str(count)))
    whole = seen(home)
    (first,) = {tuple(sorted(found.items())) for found in whole.values()}
    assert len(whole) == count and dict(first)["keys"] == 5 and 0 not in dict(first).values()
    home.move_clock(after(days=31))
    workers = Workers(home)
    rng, cut, minutes = random.Random(part), 0, 0
    for _ in range(KILLS):
        before = len(seen(home))
        workers.one_killed(rng.randrange(3), rng.random() * 0.03)
        now, erasures = seen(home), asked(home, ERASURES)
        assert {tuple(sorted(found.items())) for found in now.values()} <= {first}, "half of a case is there"
        assert {case_id for case_id, n in erasures.items() if n == 5} == set(whole) - set(now)
        assert set(erasures.values()) <= {5}
        cut += len(now) < before
        minutes += 2
        home.move_clock(after(days=31, minutes=minutes))
    workers.close()
    home.forbear("worker", "--once")
    wait_until(lambda: not seen(home), 60, "the last case to go")
    assert files(home) == []
    assert set(asked(home, ERASURES)) == set(whole)
    assert cut >= KILLS // 4, "the kills fell into the erasing"
    assert "well   record" in home.forbear("check", "--record")
    listed = (home.home / "erasures.jsonl").read_text().splitlines()
    assert len(listed) >= count * 5
    campaign(f"kill -9 of erasures, {home.database}", kills=KILLS, after_a_case_had_gone=cut)


def after(**by: int) -> datetime:
    """So long after the day on which everything began."""
    return datetime.fromisoformat("2026-03-02T10:00:00+08:00") + timedelta(**by)
