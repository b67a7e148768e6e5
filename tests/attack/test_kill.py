"""kill -9 in the middle of it: of the site while people write, of the worker while it delivers. Real processes.

What was acknowledged is there, once; what was not is there once or not at all, and once after it was sent again; every
chain holds; the agenda goes on. FORBEAR_LONG kills many times more often.
"""

import http.client
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from datetime import datetime, timedelta
from threading import Event, Thread

import psycopg

from tests.servers import ROOT, Site, wait_until

KILLS = 25 if os.environ.get("FORBEAR_LONG") else 2
WRITERS = 4
LEASE_SECONDS = 60

PEOPLE = """
import json
from django.contrib.sessions.backends.db import SessionStore
from forbear.actions.contact import open_case
from forbear.actions.record import By
from forbear.config.wiring import desk
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.town.book import made_up_book
here, people = desk(), []
here.loans.put(made_up_book(5, COUNT, here.clock.today()))
for contract in here.loans.all_contracts():
    held = here.loans.find(contract)
    her = Actor(Role.BORROWER, held.borrower_id, Auth.CODE)
    by = By(actor=her, channel=Channel.WEB, key=f"open:{contract}")
    opened = open_case(here, by, loan_id=held.loan_id, language="zh")
    session = SessionStore()
    session["borrower"] = {"id": held.borrower_id, "loan": held.loan_id, "at": here.clock.now().isoformat()}
    session.create()
    people.append([opened.case_id, session.session_key])
print(json.dumps(people))
"""

WRITTEN = """
import json
from forbear.config.wiring import desk
print(json.dumps([r.fact.text for r in desk().ledger.all() if r.fact.type == "message.written"]))
"""

LETTERS = """
from forbear.actions.conversation import write_message
from forbear.actions.record import By
from forbear.config.wiring import desk
from forbear.core.contact import Actor, Auth, Channel, Role
agent = Actor(Role.AGENT, "lin", Auth.STAFF)
for case_id in CASES:
    her = Actor(Role.BORROWER, desk().cases.line(case_id).borrower_id, Auth.CODE)
    for number in range(LETTERS):  # each answers her: what nobody asked for is limited a day
        by = By(actor=her, channel=Channel.WEB, key=f"asks:{case_id}:{number}")
        write_message(desk(), by, case_id, "收到了吗？")
        by = By(actor=agent, channel=Channel.WEB, key=f"letter:{case_id}:{number}")
        write_message(desk(), by, case_id, f"第 {number} 封")
"""

DELIVERED = """
import json
from collections import Counter
from forbear.config.wiring import desk
from forbear.store.models import AgendaItem, DevMessage
facts = [r.fact for r in desk().ledger.all()]
print(json.dumps({
    "queued": [f.notice for f in facts if f.type == "notice.queued"],
    "sent": [f.notice for f in facts if f.type == "notice.sent"],
    "handed over": list(DevMessage.objects.values_list("reference", flat=True)),
    "agenda": Counter(AgendaItem.objects.filter(kind="deliver").values_list("state", flat=True)),
}))
"""


class Writer(Thread):
    """A borrower who writes one message after the other and presses again when she gets no answer."""

    def __init__(self, site: Site, number: int, case_id: str, session: str) -> None:
        super().__init__(daemon=True)
        self.site, self.number, self.session = site, number, session
        self.address = f"{site.url}/c/{case_id}/messages"
        self.acknowledged: list[str] = []
        self.pressed_again = 0
        self.enough = Event()
        self.faults: list[str] = []

    def run(self) -> None:
        while not self.enough.is_set():
            text = f"writer {self.number} message {len(self.acknowledged)}"
            page = self._until_answered(None)
            form = dict(re.findall(r'name="(csrfmiddlewaretoken|key|seen)" value="([^"]*)"', page))
            self._until_answered({**form, "words": text})
            self.acknowledged.append(text)

    def _until_answered(self, form: dict[str, str] | None) -> str:
        while True:
            try:
                return self._ask(form)
            except urllib.error.HTTPError as error:
                if error.code != 500:
                    self.faults.append(f"{error.code} {error.read()[-300:]!r}")
            except (OSError, http.client.HTTPException):
                pass
            self.pressed_again += form is not None
            time.sleep(0.05)

    def _ask(self, form: dict[str, str] | None) -> str:
        token = form["csrfmiddlewaretoken"] if form else ""
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self.address, data)
        jar = f"sessionid={self.session}" + (f"; csrftoken={self.cookie}" if token else "")
        request.add_header("Cookie", jar)
        with _without_redirects().open(request, timeout=20) as answer:
            for name, value in answer.headers.items():
                if name.lower() == "set-cookie" and value.startswith("csrftoken="):
                    self.cookie = value.split(";")[0].removeprefix("csrftoken=")
            return str(answer.read().decode())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is the answer to a press."""

    def http_error_302(self, request, answer, code, message, headers):  # type: ignore[no-untyped-def]
        return answer


def _without_redirects() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def test_the_site_dies_while_people_write(home: Site):
    home.serve()
    people = json.loads(home.python(PEOPLE.replace("COUNT", str(WRITERS))))
    writers = [Writer(home, number, *person) for number, person in enumerate(people)]
    for writer in writers:
        writer.start()
    rng = random.Random(1)
    for _ in range(KILLS):
        before = sum(len(writer.acknowledged) for writer in writers)
        wait_until(lambda b=before: sum(len(w.acknowledged) for w in writers) >= b + 6, 60, "messages to be written")
        time.sleep(rng.random() * 0.05)
        home.kill()
        home.serve()
    for writer in writers:
        writer.enough.set()
    for writer in writers:
        writer.join(60)
    assert [writer.faults for writer in writers] == [[]] * WRITERS
    assert not any(writer.is_alive() for writer in writers)
    written = Counter(json.loads(home.python(WRITTEN)))
    acknowledged = Counter(text for writer in writers for text in writer.acknowledged)
    assert written == acknowledged, "each message is there once, whether its first press was answered or not"
    assert sum(writer.pressed_again for writer in writers) > 0, "somebody was cut off in the middle"
    assert "well   record" in home.forbear("check", "--record")


def handed_over(site: Site) -> int:
    """How many messages the provider has been given, asked of the database from outside."""
    ask = "select count(*) from dev_message"
    if url := site.environment["DATABASE_URL"]:
        with psycopg.connect(url) as connection:
            row = connection.execute(ask).fetchone()
            assert row is not None
            return int(row[0])
    file = sqlite3.connect(f"file:{site.home / 'forbear.sqlite3'}?mode=ro", uri=True)
    count: int = file.execute(ask).fetchone()[0]
    file.close()
    return count


def test_the_worker_dies_while_it_delivers(home: Site):
    home.serve()
    people = json.loads(home.python(PEOPLE.replace("COUNT", "4")))
    letters = str(6 * KILLS)
    home.python(LETTERS.replace("CASES", repr([case_id for case_id, _ in people])).replace("LETTERS", letters))
    now, rng, cut_off = datetime.fromisoformat("2026-03-02T10:10:00+08:00"), random.Random(2), 0
    for _ in range(KILLS):
        before = handed_over(home)
        worker = subprocess.Popen([sys.executable, "-m", "forbear", "worker"], cwd=ROOT, env=home.environment)
        wait_until(lambda b=before: handed_over(home) >= b + 3, 60, "messages to be delivered")
        time.sleep(rng.random() * 0.02)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        cut_off += json.loads(home.python(DELIVERED))["agenda"].get("due", 0) > 0
        now += timedelta(seconds=LEASE_SECONDS + 1)
        home.move_clock(now)
    assert cut_off == KILLS, "each worker left something undone"
    home.forbear("worker", "--once")
    done = json.loads(home.python(DELIVERED))
    assert len(done["queued"]) == len(set(done["queued"])) >= 4 * int(letters)
    assert sorted(done["sent"]) == sorted(done["queued"]), "every message is recorded as sent exactly once"
    assert sorted(done["handed over"]) == sorted(done["queued"]), "and was handed over under one reference"
    assert done["agenda"] == {"done": len(done["queued"])}
    assert "well   record" in home.forbear("check", "--record")
