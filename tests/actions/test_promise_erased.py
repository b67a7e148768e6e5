"""Every word and reference of a promise kept to its end is gone after the last period, and so is what can be tried."""

import json
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection

from forbear.actions import breach, breach_question, completion, credit, leaving, payments, payments_file
from forbear.core import events as e
from forbear.core.codec import plain
from forbear.core.facts import Retention
from forbear.core.payments import BreakReason
from forbear.core.refusal import Refusal
from tests.contracts.leaving_desk import later
from tests.kept import AGENT, BANK, CHEN, LOAN, ROW, ZHAO, Kept, stored

CANARY = "CANARY"
NEW = {"name": f"{CANARY} name", "phone": "13800138000", "email": "canary@mail.example"}


def tables() -> dict[str, bytes]:
    """Every value of every table, as bytes."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'select * from "{table}"')
            cells = [cell for row in cursor.fetchall() for cell in row]
            found[table] = b"\0".join(
                bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in cells
            )
    return found


def tried(asked: dict[str, Any]) -> bytes:
    """What a command was known by: anybody can make it who guesses what was asked."""
    return sha256(json.dumps(plain(asked), sort_keys=True, separators=(",", ":")).encode()).digest()


def lives(kept: Kept) -> list[dict[str, Any]]:
    """A word of somebody in every act of room 7 and about data; returns some of what was asked."""
    kept.until(date(2026, 3, 31))
    credit.feed(kept.desk, kept.by(BANK), kept.today)
    kept.does(credit.dispute_line, kept.her, kept.today, f"{CANARY} dispute")
    (dispute,) = kept.file.credit.open_disputes
    kept.does(credit.answer_dispute, AGENT, dispute.dispute, words=f"{CANARY} answer")
    kept.does(credit.give_statement, kept.her, f"{CANARY} statement")
    kept.does(credit.judge_statement, AGENT, passed=True)
    kept.pays(100, f"{CANARY} bounced")
    kept.does(payments.reverse_payment, BANK, kept.file.payments[0].payment, f"{CANARY} reason")
    kept.does(breach_question.ask_about_breach, AGENT, BreakReason.UNDISCLOSED_INCOME, f"{CANARY} found")
    kept.does(breach_question.explain_breach, kept.her, f"{CANARY} explained")
    kept.does(breach_question.clear_breach, AGENT, f"{CANARY} cleared")
    kept.does(breach.suspend, AGENT, date(2026, 4, 10), f"{CANARY} pause")
    kept.does(leaving.ask_about_data, kept.her, e.Right.CORRECT, words=f"{CANARY} wrong")
    (wish,) = leaving.requests(kept.file)
    kept.does(leaving.correct_party, AGENT, wish.request, **NEW)
    kept.does(leaving.answer_request, AGENT, wish.request, e.Answered.CORRECTED, f"{CANARY} right")
    kept.does(leaving.place_hold, CHEN, e.HoldWhy.COURT, f"{CANARY} hold")
    (hold,) = leaving.holds(kept.file)
    kept.does(leaving.lift_hold, ZHAO, hold, f"{CANARY} lifted")
    kept.does(payments.renegotiate, kept.her, f"{CANARY} changed")
    kept.pays(160_000, f"{CANARY} all")
    (over,) = kept.file.promise.refunds_due
    kept.does(completion.send_refund, AGENT, over.payment, sent_on=kept.today, reference=f"{CANARY} back")
    kept.work()
    return [
        {"pay": 160_000, "paid_on": kept.today, "reference": f"{CANARY} all"},
        {"explain": f"{CANARY} explained"},
        {"correct": wish.request, **NEW},
        {"hold": e.HoldWhy.COURT, "reason": f"{CANARY} hold"},
    ]


def test_a_file_that_tells_of_a_payment_again_finds_it_known_though_the_words_of_its_day_are_erased(database: Any):
    """Three years after the end messages go, payments stay ten: files that hold all there ever was come every day."""
    kept = Kept(desk=stored())
    row = f"{LOAN.contract},{{}},2026-03-02,BANK-1\n"
    heads = "contract,amount,paid_on,reference\n"
    first = payments_file.book_payments(kept.desk, kept.by(BANK), (heads + row.format("1600.00")).encode())
    assert isinstance(first, payments_file.Booked) and first.new == 1
    kept.work()
    later(kept.desk, 1200)
    there = {one for one in Retention if kept.desk.ledger.keys_of(kept.case_id, one)}
    assert Retention.MESSAGE not in there and Retention.AGREEMENT in there
    again = payments_file.book_payments(kept.desk, kept.by(BANK), (heads + row.format("1600.00")).encode())
    assert again == payments_file.Booked(0, 1, ())
    other = payments_file.book_payments(kept.desk, kept.by(BANK), (heads + row.format("1500.00")).encode())
    assert isinstance(other, payments_file.NotBooked)
    assert [one.refusal.rule for one in other.faults] == ["payments.reference"]
    assert len(kept.file.payments) == 1


@pytest.mark.parametrize("waits", ["dispute", "refund"])
def test_what_the_lender_still_owes_her_keeps_what_it_takes(waits: str):
    """All is paid, and she asks for deletion while a dispute or money of hers waits; after that it may go."""
    kept = Kept()
    kept.until(date(2026, 3, 31))
    credit.feed(kept.desk, kept.by(BANK), kept.today)
    figure = payments.settlement_figure(kept.file, kept.today)
    assert figure is not None
    kept.pays(160_000 if waits == "refund" else figure.total_minor)
    if waits == "dispute":
        kept.does(credit.dispute_line, kept.her, date(2026, 3, 31), "不对")
    assert kept.file.case.closed == "completed"
    kept.does(leaving.ask_about_data, kept.her, e.Right.ERASE, classes=(Retention.MESSAGE,))
    (wish,) = leaving.requests(kept.file)
    refused = kept.does(leaving.propose_erasure, AGENT, wish.request)
    assert isinstance(refused, Refusal) and refused.rule == "leaving.nothing"
    (stay,) = leaving.stays(kept.desk, kept.file, (Retention.MESSAGE,))
    assert stay.why is e.Stays.PURPOSE
    for dispute in kept.file.credit.open_disputes:
        kept.does(credit.answer_dispute, AGENT, dispute.dispute, words="查过了。")
    for over in kept.file.promise.refunds_due:
        kept.does(completion.send_refund, AGENT, over.payment, sent_on=kept.today, reference="RF")
    kept.does(leaving.propose_erasure, AGENT, wish.request)
    kept.does(leaving.agree_erasure, CHEN, wish.request)
    kept.does(credit.dispute_line, kept.her, date(2026, 3, 31), "还是不对")
    kept.pass_days(2)
    assert kept.desk.ledger.keys_of(kept.case_id, Retention.MESSAGE) == 1, "a dispute of the same day still is read"
    assert kept.file.credit.open_disputes[-1].words == "还是不对"


def test_after_the_last_period_no_word_of_it_is_left_nor_a_hash_to_try(database: Any):
    kept = Kept(desk=stored())
    hashes = [tried(one) for one in lives(kept)]
    assert (kept.file.case.closed, kept.file.party and kept.file.party.name) == ("completed", NEW["name"])
    before = tables()
    assert [name for name, content in before.items() if CANARY.encode() in content] == [], "none stands in the open"
    assert all(one in before["command"] for one in hashes), "as long as it is kept, a command that comes twice is known"
    for days in (800, 1200, 4000):
        later(kept.desk, days)
    assert not any(kept.desk.ledger.keys_of(kept.case_id, one) for one in Retention)
    after = b"\0".join(tables().values())
    hers = [CANARY, *NEW.values(), ROW.name, ROW.phone, ROW.id_number, LOAN.contract]
    assert [one for one in hers if one.encode() in after] == []
    assert [one for one in hashes if one in after] == []
    assert kept.desk.ledger.verify().flaws == ()
