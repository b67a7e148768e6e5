"""The index key and the code key change under a desk that works on: all is found before, in the middle and after."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from forbear.actions.message_search import Found, search_messages
from forbear.actions.ports import Answered, Challenge, Counts, Desk, MailState
from forbear.actions.record import carry_out, load
from forbear.core import events as e
from forbear.core.contact import Channel
from forbear.core.contact_budget import Attempt
from forbear.core.evidence import PaperFacts
from forbear.core.likeness import Look
from forbear.core.phone_numbers import e164
from forbear.core.reading import Page, PaperKind, Reading
from forbear.core.refusal import Refusal
from forbear.core.telephone_call import TelephoneCall
from forbear.store import rotation, rotation_marks
from forbear.store.mail import signers
from forbear.store.privacy import Ring, generations, load_keys
from forbear.store.rotation_marks import MarksAnew
from forbear.town.borrower import Borrower
from tests.contracts import leaving_desk as on
from tests.contracts.bench import Bench
from tests.contracts.test_rotation import made_at

COLUMNS = {
    "borrower": ("id_index",),
    "loan": ("contract_index", "phone_index", "digest", "email_index"),
    "case_line": ("contract_index", "name_index"),
    "mail_in": ("content", "raw_digest"),
    "telephone_call": ("mark",),
    "contact": ("number",),
    "paper_mark": ("mark",),
    "message_mark": ("mark",),
}
"""Every column of marks that are made anew."""
LOOK = Look(picture="f0" * 32)


def marked() -> dict[str, set[bytes]]:
    """Every mark there is, by table."""
    found: dict[str, set[bytes]] = {}
    with connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            cursor.execute(f'select {", ".join(columns)} from "{table}"')
            found[table] = {bytes(cell) for row in cursor.fetchall() for cell in row if cell}
    return found


def lived(desk: Desk) -> tuple[Borrower, str]:
    """Somebody with something under every kind of mark."""
    she = on.borrower(desk, "she", 1)
    case_id = on.lives(she, 1)
    number = she.row.phone
    call = e.CallBegun(call="t_out", direction=e.Direction.OUT, number=number)
    facts = PaperFacts(name="a.jpg", mime="image/jpeg", size=9, sha256="a" * 64, blob="b_none", health=False)
    page = Page(number=1, width=9, height=9, look=LOOK)
    came = e.PaperReceived(item=1, paper="f_looked", facts=facts)
    read = e.PaperRead(paper="f_looked", legible=True, reading=Reading(kind=PaperKind.PAYSLIP, pages=(page,)))
    done = carry_out(desk, on.by(on.AGENT, "calls"), case_id, {"call": 1}, lambda _: [call, came, read])
    assert not isinstance(done, Refusal)
    desk.marks.enter(case_id, desk.cases.line(case_id).borrower_id, "f_looked", [facts.sha256], [LOOK])  # type: ignore[union-attr]
    contacts, whose = desk.ledger.contacts, load(desk, case_id).party.borrower_id  # type: ignore[union-attr]
    for key, called in (("hers", number), ("others", "13911112222")):
        tried = Attempt(at=desk.clock.now(), channel=Channel.HOTLINE, connected=False, number=contacts.number(called))
        contacts.outside(key, whose, tried)
    return she, case_id


def found(desk: Desk, she: Borrower, case_id: str) -> list[object]:
    """All that is found by a mark: her loan every way, her case, mails, calls, words, papers; and that all is known."""
    row, file, contacts = she.row, load(desk, case_id), desk.ledger.contacts
    contract = row.loan.contract
    number = contacts.number(row.phone)
    tried = contacts.tried(file.party.borrower_id, desk.clock.now() - timedelta(days=9))  # type: ignore[union-attr]
    mails = [mail for state in MailState for mail in desk.mails.list(state.value)]
    words = search_messages(desk, on.AGENT, "我写的话")
    assert isinstance(words, Found)
    return [
        *(desk.loans.find(contract), desk.loans.by_identity(contract, row.id_number)),
        *(desk.loans.by_id_number(row.id_number), desk.loans.by_identity(contract, "990009199608090911")),
        *(desk.loans.by_phone(e164(row.phone)), desk.loans.borrowers_at(row.email or "")),
        *(desk.loans.put([row]), desk.loans.moved([row])),
        *([line.case_id for line in desk.cases.queue(search=said)] for said in (row.name, contract)),
        *([desk.mails.first(mail.content) for mail in mails], len(mails)),
        [desk.mails.enter(replace(mail, mail="m_again")) for mail in mails if mail.outcome != "duplicate"],
        *(desk.calls.by_system("pbx1"), desk.calls.put(TelephoneCall(call="t_b", first_at=on.NOW, system="pbx1"))),
        *(desk.calls.answered("asked"), [hit.event.leaf for hit in words.hits]),
        *(desk.marks.elsewhere("p_somebody", ["a" * 64], []), desk.marks.elsewhere("p_somebody", [], [LOOK])),
        [one.ref for one in tried if one.number in number.split("|")],
    ]


def test_all_is_found_while_the_index_key_changes_and_after(stored: Bench):
    desk = on.desk_on(stored.home)
    she, case_id = lived(desk)
    desk.calls.remember("asked", Answered("d", 200, "done"), desk.clock.now())
    before, lain = found(desk, she, case_id), marked()
    refs = ["hers", f"{case_id}:call:t_out"]
    assert before[0] and before[3] is None and before[6] == Counts(0, 0, 1) and before[10] and before[13] and before[16]
    assert before[14] is False and True not in before[12] and sorted(before[-1]) == sorted(refs)  # type: ignore[call-overload,operator]
    assert before[-3] == before[-2] == (case_id,) and all(lain.values())
    folder, index = stored.home / "keys", load_keys(stored.home).index
    rotation.begin(folder, "index")
    assert found(desk, she, case_id) == before, "a process that runs on takes both"
    work = MarksAnew(desk.ledger, desk.loans, "default").all()  # type: ignore[arg-type]
    for _ in range(3):  # and then a kill
        next(work)
        assert found(desk, she, case_id) == before
    work.close()
    done = sum(MarksAnew(desk.ledger, desk.loans, "default").all(), Counter())  # type: ignore[arg-type]
    assert done["gone"] == 1 and done["anew"] > 10, "the number that is nowhere in the open goes"
    assert left(desk) == 0 and found(desk, she, case_id) == before
    now = marked()
    assert {table for table in COLUMNS if lain[table] & now[table]} == set()
    later = made_at(folder / "index.2") + timedelta(seconds=rotation_marks.STILL_SECONDS + 1)
    ring = Ring(folder, "index")
    told = {"still": rotation_marks.STILL_SECONDS, "left": lambda: left(desk)}
    with pytest.raises(rotation.NotYet, match="what the key before made is still out: wait 90 min"):
        rotation.destroy_older(ring, later - timedelta(hours=1, minutes=30), "default", **told)  # type: ignore[arg-type]
    signed = signers(index)("reply:1")
    assert rotation.destroy_older(ring, later, "default", **told) == 1  # type: ignore[arg-type]
    assert [file.name for file in folder.iterdir() if "index" in file.name] == ["index.2"]
    last = found(on.desk_on(stored.home), she, case_id)
    assert found(desk, she, case_id) == last
    assert (before.pop(15), last.pop(15)) == (Answered("d", 200, "done"), None), "answers run out before the key may go"
    assert last == before
    assert signers(load_keys(stored.home).index)("reply:1") == signed[:1] != signed[1:]
    assert desk.ledger.verify().flaws == ()


def left(desk: Desk) -> int:
    return sum(sum(MarksAnew(desk.ledger, desk.loans, "default", False).all(), Counter()).values())  # type: ignore[arg-type]


def test_a_row_that_a_slow_process_wrote_with_the_old_key_keeps_it(stored: Bench):
    desk = on.desk_on(stored.home)
    desk.loans.put([on.borrower(desk, "she", 1).row])
    newest = rotation.begin(stored.home / "keys", "index")
    assert left(desk) == 2, "a person and a loan"
    soon, told = made_at(newest) + timedelta(seconds=1), {"still": 0, "left": lambda: left(desk)}
    with pytest.raises(rotation.NotYet, match=r"2 rows still need a key before index\.2"):
        rotation.destroy_older(Ring(stored.home / "keys", "index"), soon, "default", **told)  # type: ignore[arg-type]


def test_counts_of_tries_go_on_over_a_change_of_key(stored: Bench):
    desk = on.desk_on(stored.home)
    tries = [desk.limits.take("codes:1", desk.clock.now(), 3, 86_400) for _ in range(2)]
    rotation.begin(stored.home / "keys", "index")
    tries += [desk.limits.take("codes:1", desk.clock.now(), 3, 86_400) for _ in range(2)]
    assert tries == [True, True, True, False]


def test_a_code_and_a_link_that_are_out_stay_good_while_the_code_key_changes(stored: Bench):
    desk = on.desk_on(stored.home)
    challenge = Challenge(
        id="q1", purpose="p", loan_id="l", borrower_id="b", phone="1", made_at=on.NOW,
        expires_at=on.NOW + timedelta(minutes=5), tries=0, used=False,
    )  # fmt: skip
    desk.challenges.put(challenge)
    desk.upload_links.put("u1", "c_1")
    code, token = desk.challenges.code("q1"), desk.upload_links.token("u1")
    rotation.begin(stored.home / "keys", "code")
    assert desk.challenges.code("q1") != code
    assert desk.challenges.try_code("q1", "0" * len(code), on.NOW, 5) is None
    assert desk.challenges.try_code("q1", code, on.NOW, 5) is not None
    assert desk.challenges.try_code("q1", desk.challenges.code("q1"), on.NOW, 5) is None, "once it is used it is used"
    assert desk.upload_links.token("u1") == token != desk.upload_links.token("u2")
    assert desk.upload_links.by_token(token) is not None
    later = made_at(stored.home / "keys/code.2") + timedelta(days=40)
    assert rotation.destroy_older(Ring(stored.home / "keys", "code"), later, "default") == 1
    assert desk.upload_links.by_token(token) is not None, "a link out there is known by its hash"
    with pytest.raises(KeyError, match="the key that made the link u1 is gone"):
        desk.upload_links.token("u1")
    assert generations(stored.home / "keys", "code") == (stored.home / "keys/code.2",)


def test_a_key_that_goes_is_never_one_of_zeros_and_leaves_no_draft(tmp_path: Path):
    """A kill in the middle of destroying leaves a hidden file, which the next time wipes."""
    load_keys(tmp_path)
    folder = tmp_path / "keys"
    held = (folder / "code").read_bytes()
    newest = rotation.begin(folder, "code")
    (folder / "code").rename(folder / ".code-gone")
    (folder / ".code.2-99-ab").write_bytes(held)
    assert Ring(folder, "code").generations == (newest.read_bytes(),)
    assert rotation.destroy_older(Ring(folder, "code"), made_at(newest) + timedelta(hours=1), "default") == 0
    assert sorted(file.name for file in folder.iterdir() if "code" in file.name) == ["code.2"]
