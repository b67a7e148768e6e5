"""kill -9 in the middle of changing keys: what opened and was found before is so at every look; the record holds.

A process of its own changes all four keys, destroys the ones before, and begins anew, and is killed at random moments;
between two kills another looks whether everything of every case opens and is found. FORBEAR_LONG kills two hundred
times on each database.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from tests.attack.test_erasure_killed import MADE
from tests.servers import ROOT, Site

KILLS = 200 if os.environ.get("FORBEAR_LONG") else 8
CASES = 6

LENT = """
from dataclasses import replace
from datetime import date
from forbear.config.wiring import desk
from forbear.town.book import made_up_book
book = made_up_book(3, 12, date(2026, 3, 2))
desk().loans.put([replace(row, email=f"p{n}@mail.example") for n, row in enumerate(book)])
"""

HOUSE = """
import json, os, sys
from datetime import UTC, datetime, timedelta
import django; django.setup()
from forbear.config import keys as command
from forbear.config.wiring import desk
from forbear.core.message_search import index_marks
from forbear.store import rotation, rotation_marks
rotation.ROWS_AT_ONCE = rotation_marks.ROWS_AT_ONCE = 3
here = desk()

def changed():
    while True:
        for name in command.NAMES:
            rotation.begin(command._folder(), name)
            for _ in rotation.seal_anew(command._ring(name), "default"):
                print("some", flush=True)
            if name == "index":
                for done in command._marks(change=True).all():
                    assert not done["gone"], done
                    print("some", flush=True)
        for name in command.NAMES:
            later = datetime.now(UTC) + timedelta(days=90)
            rotation.destroy_older(command._ring(name), later, "default", left=lambda: command._left(name))
            print("round", flush=True)

def looked():
    told = []
    for n in range(CASES):
        case_id = f"c_{n:05d}"
        events = here.ledger.events(case_id)
        papers = [e.fact.facts.blob for e in events if e.fact.type == "paper.received"]
        mail, draft = here.mails.get(f"m_{n}"), here.drafts.of(case_id, "lin")
        told.append([
            sorted((name, str(value)) for e in events for name, value, _ in e.fact.private()),
            [here.vault.open(blob).decode() for blob in papers], draft.text,
            mail.shown.text, here.mails.first(mail.content).mail,
            [line.case_id for line in here.cases.queue(search=f"CANARY {n}")],
            [line.case_id for line in here.cases.queue(search=f"K{n}")],
        ])
    words = here.message_index.leaves(sorted(index_marks("can be found")), None, 99)
    contracts = here.loans.all_contracts()
    held = [here.loans.find(contract) for contract in contracts]
    people = [here.loans.by_identity(one.row.loan.contract, one.row.id_number).loan_id for one in held]
    mails = [here.loans.borrowers_at(one.row.email) for one in held]
    counts = here.loans.put([one.row for one in held])
    told += [len(words), contracts, [one.loan_id for one in held], people, mails, [counts.new, counts.changed]]
    flaws = [str(flaw) for flaw in here.ledger.verify().flaws]
    return json.dumps([told, flaws])

for line in sys.stdin:
    pid = os.fork()
    if not pid:
        if line == "look\\n":
            print(looked(), flush=True)
            os._exit(0)
        print(os.getpid(), flush=True)
        changed()
    os.waitpid(pid, 0)
    print("over", flush=True)
"""


class House:
    """Processes one after the other, forked from one that has everything imported and no connection."""

    def __init__(self, site: Site) -> None:
        command = [sys.executable, "-c", HOUSE.replace("CASES", str(CASES))]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, cwd=ROOT, env=site.environment, text=True, **pipes)  # type: ignore[call-overload]

    def told(self, line: str) -> str:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer: str = self.process.stdout.readline()
        return answer

    def over(self) -> int:
        """Until the process is no more; how many rounds it told of meanwhile."""
        assert self.process.stdout
        rounds = 0
        while (line := self.process.stdout.readline()) != "over\n":
            assert line, "the house fell"
            rounds += line == "round\n"
        return rounds

    def look(self) -> list[object]:
        found: list[object] = json.loads(self.told("look"))
        self.over()
        return found

    def killed(self, batches: int, seconds: float) -> int:
        """One that has done so many batches is killed so many seconds into the next; how many keys went."""
        pid = int(self.told("change"))
        assert self.process.stdout
        gone = 0
        for _ in range(batches):
            line = self.process.stdout.readline()
            assert line in ("some\n", "round\n"), line
            gone += line == "round\n"
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        return gone + self.over()

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


def test_everything_opens_and_is_found_whenever_changing_the_keys_is_killed(home: Site, campaign: Callable[..., None]):
    home.python(MADE.replace("COUNT", str(CASES)))
    home.python(LENT)
    house = House(home)
    whole = house.look()
    assert whole[1] == [] and "CANARY words that can be found" in str(whole[0])
    first = {file.name: file.read_bytes() for file in (home.home / "keys").iterdir() if file.name in NAMES}
    rng, gone = random.Random(1), 0
    for _ in range(KILLS):
        gone += house.killed(rng.randrange(60), rng.random() * 0.02)
        assert house.look() == whole
    while gone < len(NAMES):
        gone += house.killed(80, 0)
        assert house.look() == whole
    house.close()
    kept = {file.read_bytes() for file in (home.home / "keys").iterdir() if file.name.partition(".")[0] in NAMES}
    assert bytes(32) not in kept, "no key of zeros is ever one that is taken"
    assert not set(first.values()) & kept, "each was changed and destroyed"
    campaign(f"kill -9 of changing the keys, {home.database}", kills=KILLS, keys_destroyed=gone)


NAMES = ("kek", "book", "index", "code")
