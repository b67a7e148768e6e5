"""kill -9 in the middle of signing and sealing, on both databases: every act acknowledged stands once, with both facts
of it, and ends in one sealed file that verifies; nothing half done is seen. FORBEAR_LONG kills 200 times on each.
"""

import json
import os
from collections.abc import Callable

from tests.servers import Site

KILLS = 200 if os.environ.get("FORBEAR_LONG") else 3

ATTACK = '''
import json, os, random, signal, time
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pyhanko.sign.signers, pyhanko.sign.validation
from django.conf import settings
from django.db import connection, connections

from forbear.actions import agenda, agreement
from forbear.actions.contact import ask_signing_code, open_case
from forbear.actions.record import By, carry_out, load
from forbear.adapters.seal_check import Trust, examine
from forbear.config.wiring import desk
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Role
from forbear.town.book import made_up_book
from tests.adapters.terms import OWED, a_plan, some_terms

here, rng = desk(), random.Random(4)
terms = some_terms(a_plan(2), issued_on=here.clock.today())

def printed_apart():
    """Typst's threads would not survive a fork: another process prints."""
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        os.close(told)
        with os.fdopen(tell, "wb") as out:
            out.write(here.printer.agreement(terms, "zh"))
        os._exit(0)
    os.close(tell)
    with os.fdopen(told, "rb") as read:
        pdf = read.read()
    os.waitpid(child, 0)
    return pdf

printed = printed_apart()

def offer(row):
    loan = replace(row.loan, principal_minor=OWED.principal_minor)
    here.loans.put([replace(row, loan=loan)])
    held = here.loans.find(loan.contract)
    her = Actor(Role.BORROWER, held.borrower_id, Auth.CODE)
    by = By(actor=her, channel=Channel.WEB, key=f"open:{loan.contract}")
    case_id = open_case(here, by, loan_id=held.loan_id, language="zh").case_id
    document = here.vault.keep(case_id, "agreement", printed)
    mine = replace(terms, case_id=case_id, borrower=load(here, case_id).party, contract=loan.contract)
    issued = e.AgreementIssued(
        number=1, due_on=tuple(row.due_on for row in mine.plan.instalments), grace_days=3, sign_by_on=mine.sign_by_on,
        template=mine.template, document=document, terms=mine, printed=sha256(printed).hexdigest(),
    )
    by = By(actor=SYSTEM, channel=Channel.SYSTEM, key=f"offer:{case_id}")
    carry_out(here, by, case_id, {"offer": case_id}, lambda file: [issued])
    return case_id

def sign(case_id):
    """She asks for a code and enters it; True when she was told that it is signed."""
    file = load(here, case_id)
    if file.case.offered is None:
        return False
    sent = ask_signing_code(here, loan_id=file.loan_id, case_id=case_id, number=1)
    her = Actor(Role.BORROWER, file.party.borrower_id, Auth.CODE)
    by = By(actor=her, channel=Channel.WEB, key=f"sign:{case_id}:{sent.challenge}")
    code = here.challenges.code(sent.challenge)
    return bool(agreement.sign(here, by, case_id, challenge=sent.challenge, code=code, address="192.0.2.7").events)

def fresh():
    """No connection is shared with the process that forked."""
    for one in connections.all(initialized_only=True):
        one.close()
        one.close_pool() if hasattr(one, "close_pool") else None

def tick():
    """The lease of whoever died is over."""
    file = Path(settings.CLOCK_FILE)
    draft = file.with_suffix(".new")
    draft.write_text((here.clock.now() + timedelta(seconds=61)).isoformat())
    draft.replace(file)

cases = [offer(row) for row in made_up_book(5, 3 * KILLS + 2, here.clock.today())]
here.sealer.trust(here.clock.now())  # the keys are there
acknowledged, cuts, span = [], 0, 0.3
for case_id in cases:
    if cuts == KILLS:
        break
    fresh()
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        os.write(tell, b"b")
        if sign(case_id):
            os.write(tell, b"A")
        while agenda.work(here, 5):
            pass
        os.write(tell, b"E")
        time.sleep(60)
        os._exit(0)
    os.close(tell)
    os.read(told, 1)
    time.sleep(rng.random() * span)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    rest = os.read(told, 10)
    os.close(told)
    acknowledged += [case_id] if b"A" in rest else []
    done = b"E" in rest
    cuts += not done
    span = max(0.05, span * (0.8 if done else 1.1))
    tick()
for case_id in cases:
    sign(case_id)
while agenda.work(here, 50):
    pass
found = {"cuts": cuts, "cases": len(cases), "acknowledged": len(acknowledged), "wrong": []}
for case_id in cases:
    kinds = [r.fact.type for r in here.ledger.events(case_id) if r.fact.type.startswith("agreement.")]
    if kinds != ["agreement.issued", "agreement.signed", "agreement.countersigned", "agreement.sealed"]:
        found["wrong"].append([case_id, kinds])
        continue
    agreed = load(here, case_id).agreed
    pdf = here.vault.open(agreed.sealed)
    if sha256(pdf).hexdigest() != agreed.sealing.seal.sha256:
        found["wrong"].append([case_id, "digest"])
    if cases.index(case_id) < cuts + 3 and not examine(pdf, Trust(), here.clock.now(), agreed.printed).well:
        found["wrong"].append([case_id, "does not verify"])
found["flaws"] = len(here.ledger.verify().flaws)
found["given up"] = len(here.agenda.given_up())
print(json.dumps(found))
'''


def test_kill_in_the_middle_of_signing_and_sealing(home: Site, campaign: Callable[..., None]):
    found = json.loads(home.python(ATTACK.replace("KILLS", str(KILLS))))
    figures = {"cut_off": found["cuts"], "signed": found["acknowledged"], "wrong": len(found["wrong"])}
    campaign(f"kill -9 of signing and sealing, {home.database}", **figures)
    assert found["cuts"] == KILLS
    assert (found["wrong"], found["flaws"], found["given up"]) == ([], 0, 0)
    assert found["acknowledged"] <= found["cases"]
