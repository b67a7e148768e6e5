"""A thousand canaries: none stands in the open in the database, its dump, the logs, the errors or the mail on its way;
after an erasure none of hers stands in a file, an export or a backup made since.
"""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tests.servers import ROOT, Place, Site, free_port

PEOPLE, CASES = 200, 4
SHAPES = (
    "金丝雀{0:04d}",
    "99{0:04d}19900307{0:04d}",
    "156{0:04d}{0:04d}",
    "canary{0}@mail.example",
    "HC-CANARY-{0:06d}",
)
CANARIES = [shape.format(n) for n in range(PEOPLE) for shape in SHAPES]
"""Names, identity numbers, telephone numbers, addresses and contracts."""
WORDS = ("CANARY-answer", "CANARY-words", "CANARY-paper", "CANARY-mail", "CANARY-text", "CANARY-draft", "CANARY-stray")

LIVES = f"""
import json
from dataclasses import replace
from hashlib import sha256
from datetime import date, timedelta
from forbear.actions import contact, drafts, mail, sms
from forbear.actions.conversation import write_message
from forbear.actions.ports import Draft, TextIn
from forbear.actions.record import By, carry_out
from forbear.config.wiring import desk
from forbear.core import events as e
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.evidence import PaperFacts
from forbear.core.statement import Question
from forbear.town.book import made_up_book
here, rows, DIGEST = desk(), [], sha256(b"CANARY-paper").hexdigest()
for n, row in enumerate(made_up_book(3, {PEOPLE}, date(2026, 3, 2))):
    loan = replace(row.loan, contract=f"HC-CANARY-{{n:06d}}")
    who = dict(name=f"金丝雀{{n:04d}}", id_number=f"99{{n:04d}}19900307{{n:04d}}", phone=f"156{{n:04d}}{{n:04d}}")
    rows.append(replace(row, loan=loan, email=f"canary{{n}}@mail.example", **who))
here.loans.put(rows)
agent = Actor(Role.AGENT, "lin", Auth.STAFF)
for n, row in enumerate(rows[:{CASES}]):
    held = here.loans.find(row.loan.contract)
    contact.ask_code(here, contract=row.loan.contract, id_number=row.id_number, address="::1")
    her = By(actor=Actor(Role.BORROWER, held.borrower_id, Auth.CODE), channel=Channel.WEB, key=f"open{{n}}")
    case_id = contact.open_case(here, her, loan_id=held.loan_id, language="zh").case_id
    blob = here.vault.keep(case_id, "finance", b"CANARY-paper")
    paper = PaperFacts(name="CANARY-paper.jpg", mime="image/jpeg", size=12, sha256=DIGEST, blob=blob, health=False)
    facts = [
        e.AnswerGiven(question=Question.STORY, answer={{"words": "CANARY-answer"}}),
        e.MessageWritten(text="CANARY-words that can be found"),
        e.PaperReceived(item=1, paper=f"f_{{n}}", facts=paper),
    ]
    carry_out(here, replace(her, key=f"lives{{n}}"), case_id, {{"n": n}}, lambda _: facts)
    write_message(here, By(actor=agent, channel=Channel.EMAIL, key=f"says{{n}}"), case_id, "CANARY-words to her")
    drafts.keep_draft(here, By(actor=agent, channel=Channel.WEB, key=f"draft{{n}}"), Draft(
        case_id=case_id, staff="lin", at=here.clock.now(), channel=Channel.WEB, text="CANARY-draft"))
    head = f"From: {{row.email}}\\nSubject: CANARY-mail\\nMessage-ID: <m{{n}}@mail.example>\\n\\nCANARY-mail"
    mail.receive_mail(here, head.encode())
    sms.take_text(here, TextIn(id=f"in{{n}}", number=row.phone, text="CANARY-text"))
    sms.take_text(here, TextIn(id=f"stray{{n}}", number=f"1990000000{{n}}", text="CANARY-stray"))
    print(case_id)
"""

AWRY = """
import logging
from forbear.config.wiring import desk
here = desk()
for case_id in CASES:
    for blob in [f.fact.facts.blob for f in here.ledger.events(case_id) if f.fact.type == "paper.received"]:
        path = next((here.vault._shelf._folder).rglob(blob))
        path.write_bytes(b"FBV1" + bytes(80))
        try:
            here.vault.open(blob)
        except Exception:
            logging.getLogger("forbear").exception("a paper does not open")
row = here.loans.find("HC-CANARY-000001").row
try:
    raise ValueError(f"no such person: {row.id_number} {row.phone} {row.email}")
except ValueError:
    logging.getLogger("another_package").exception("of %s", row.phone)
"""

LEAVE = """
import json
from dataclasses import replace
from forbear.actions.record import By, carry_out
from forbear.config.wiring import desk
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Channel
here, none = desk(), dict.fromkeys(("principal_minor", "interest_minor", "penalty_minor", "fees_minor"), 0)
for n, case_id in enumerate(CASES):
    held = here.loans.find(f"HC-CANARY-{n:06d}")
    here.loans.put([replace(held.row, loan=replace(held.row.loan, **none))])
    by = By(actor=SYSTEM, channel=Channel.SYSTEM, key=f"closes{n}")
    carry_out(here, by, case_id, {"closes": n}, lambda _: [e.CaseClosed(why="unfinished")])
"""


def clear(content: bytes, wanted: list[str]) -> list[str]:
    """Which stand there as they are, or as a dump spells the bytes of a column."""
    low = content.lower()
    return [one for one in wanted if one.encode() in content or one.encode().hex().encode() in low]


def database(site: Site) -> bytes:
    """SQLite's files as they lie there; PostgreSQL's dump, with every column as text."""
    url = site.environment["DATABASE_URL"]
    if not url:
        return b"".join(file.read_bytes() for file in sorted(site.home.glob("forbear.sqlite3*")))
    found = shutil.which("pg_dump") or str(max(Path("/usr/lib/postgresql").glob("*/bin/pg_dump")))
    return subprocess.run([found, "--inserts", url], capture_output=True, check=True).stdout


def said(site: Site, *command: str) -> bytes:
    """All that a process of the product prints, whatever becomes of it."""
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=site.environment, capture_output=True, check=False)
    return done.stdout + done.stderr


def files(folder: Path) -> Iterator[bytes]:
    """Every file below, its name too; what a zip holds as well."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield str(file).encode() + file.read_bytes()
            if zipfile.is_zipfile(file):
                with zipfile.ZipFile(file) as bag:
                    yield from (bag.read(name) for name in bag.namelist())


def test_no_canary_stands_in_the_open_and_after_an_erasure_none_is_left(place: Place, tmp_path: Path):
    site = place.site()
    cases = site.python(LIVES).split()
    assert len(cases) == CASES and len(CANARIES) == 1000
    everything = [*CANARIES, *WORDS]
    closed = f"smtp://127.0.0.1:{free_port()}"
    lines = said(site, "-m", "forbear", "worker", "--once")
    site.environment = {**site.environment, "SMTP_URL": closed}
    site.move_clock(datetime.fromisoformat("2026-03-02T11:00:00+08:00"))
    lines += said(site, "-m", "forbear", "worker", "--once")
    lines += said(site, "-c", f"import django; django.setup()\n{AWRY.replace('CASES', repr(cases[:-1]))}")
    assert b"DamagedFile" in lines and b"no such person: [number] [number] [mail]" in lines
    assert clear(lines, everything) == [], "logs and tracebacks"
    stored = database(site)
    assert b"CaseOpened" in stored or b"case.opened" in stored or b"636173652e6f70656e6564" in stored
    assert clear(stored, everything) == [], "the database, errors of what could not be delivered among it"
    for folder in ("papers", "uploads"):
        assert clear(b"".join(files(site.home / folder)), everything) == []
    site.forbear("audit")
    *leaving, stays = cases
    site.forbear("export", stays, "-o", str(tmp_path / "another's.zip"))
    site.python(LEAVE.replace("CASES", repr(leaving)))
    hers = CANARIES[: 5 * len(leaving)]
    for night in ("2026-07-02", "2026-07-03"):
        site.move_clock(datetime.fromisoformat(f"{night}T10:00:00+08:00"))
        lines = said(site, "-m", "forbear", "worker", "--once")
        assert clear(lines, everything) == []
    kept = json.loads(site.forbear("kept", "--json"))
    assert {line["case_id"] for line in kept} == {stays}, "every class of every other case is gone"
    for since in ((), ("--since-last",)):
        site.forbear("audit", *since)
    site.forbear("verify", str(tmp_path / "another's.zip"))
    (tmp_path / "another's.zip").unlink()
    site.forbear("export", cases[0], "-o", str(tmp_path / "bundle.zip"))
    site.forbear("verify", str(tmp_path / "bundle.zip"))
    site.forbear("backup", str(tmp_path / "data"), "--keys", str(tmp_path / "keys"))
    opened = site.python(READ.replace("CASES", repr(leaving)))
    assert clear(opened.encode(), hers) == [], "what the keys still open"
    assert clear(opened.encode(), ["CANARY-answer", "CANARY-text", "CANARY-stray"]) == []
    assert clear(database(site) + b"".join(files(site.home)) + b"".join(files(tmp_path)), hers) == []


READ = """
from django.db import connection
from forbear.config.wiring import desk
here = desk()
print([here.loans.find(contract) for contract in here.loans.all_contracts()])
print([list(here.ledger.events(case_id)) for case_id in CASES], here.texts.strays(99))
print([here.mails.list(state) for state in ("coming", "waiting", "filed", "aside", "assigned", "discarded")])
print([message for message in getattr(here.messenger, "messages", lambda: ())()])
"""
