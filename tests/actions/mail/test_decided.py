"""A mail that belongs to nobody for sure: a person puts it with a case, or sets it aside."""

import pytest

from forbear.actions.bundle import Exported, export
from forbear.actions.mail import assign_mail, discard_mail, receive_mail
from forbear.actions.ports import Desk, MailState
from forbear.actions.record import By, Done
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Role
from forbear.core.refusal import Refusal
from forbear.town.borrower import AGENTS, Borrower
from tests.actions.mail.letters import JPEG, by_agent, letter, reply_to, said
from tests.bundles import Bag, packed


@pytest.fixture
def stranger(desk: Desk, she: Borrower) -> str:
    one = letter("sister@x.cn", "我是她姐姐，附上工资条。", to=reply_to(she), Message_ID="<s-1@x.cn>")
    one.add_attachment(JPEG, maintype="image", subtype="jpeg", filename="payslip.jpg")
    return receive_mail(desk, one.as_bytes()).mail


def test_a_person_puts_a_mail_with_a_case(desk: Desk, she: Borrower, stranger: str):
    row = desk.mails.get(stranger)
    assert row is not None
    raw = desk.vault.open(row.blob)
    assert isinstance(assign_mail(desk, by_agent(), stranger, she.case_id, "她姐姐，电话里核实过"), Done)
    (one,) = said(she)
    assert (one.sender, one.assigned_by, one.by.auth) == ("sister@x.cn", "lin", Auth.NONE)
    assert one.text.startswith("我是她姐姐") and len(one.papers) == 1
    assert desk.vault.open(one.raw) == raw
    notes = [note for note in she.file.spoken if note.note]
    assert notes[-1].text == "上一封邮件由人工归入本案件。理由：她姐姐，电话里核实过"
    assert notes[-1].by.id == "lin"
    moved = desk.mails.get(stranger)
    assert moved is not None and (moved.state, moved.owner) == (MailState.ASSIGNED, she.case_id)
    with pytest.raises(KeyError):
        desk.vault.open(row.blob)
    again = assign_mail(desk, by_agent("assign-2"), stranger, she.case_id, "又一次")
    assert isinstance(again, Refusal) and again.rule == "mail.settled"


def test_whose_mail_it_was_is_not_told_in_her_bundle(desk: Desk, she: Borrower, stranger: str):
    """The address is withheld wherever it stands, in what the desk notes of itself too."""
    assert isinstance(assign_mail(desk, by_agent(), stranger, she.case_id, "她姐姐"), Done)
    made = export(desk, By(actor=SYSTEM, channel=Channel.SYSTEM, key="x"), she.case_id, reason="for a test")
    assert isinstance(made, Exported)
    files = Bag.of(packed(desk, made)).files
    assert [name for name, data in files.items() if b"sister@x.cn" in data or b"s-1@x.cn" in data] == []
    assert [name for name, data in files.items() if "我是她姐姐".encode() in data] != []


def test_a_person_discards_a_mail_and_it_is_kept(desk: Desk, she: Borrower, stranger: str):
    assert discard_mail(desk, by_agent(), stranger, "广告") is None
    row = desk.mails.get(stranger)
    assert row is not None and row.shown is not None
    assert (row.state, row.settled_by, row.shown.reason) == (MailState.DISCARDED, "lin", "广告")
    assert b"sister@x.cn" in desk.vault.open(row.blob)
    assert said(she) == []


@pytest.mark.parametrize(
    ("actor", "case", "reason", "rule"),
    [
        (Actor(Role.AUDITOR, "he", Auth.STAFF), "", "因为", "desk.role"),
        (AGENTS[0], "", "  ", "mail.reason"),
        (AGENTS[0], "c_nowhere", "因为", "mail.case"),
    ],
)
def test_who_may_not_or_says_no_reason_changes_nothing(
    desk: Desk, she: Borrower, stranger: str, actor: Actor, case: str, reason: str, rule: str
):
    seq = she.file.case.seq
    by = By(actor=actor, channel=Channel.WEB, key="no")
    refused = assign_mail(desk, by, stranger, case or she.case_id, reason)
    assert isinstance(refused, Refusal) and refused.rule == rule
    assert she.file.case.seq == seq
    assert [row.mail for row in desk.mails.list("waiting")] == [stranger]


def test_what_is_erased_with_its_case_can_no_longer_be_read(desk: Desk, she: Borrower):
    got = receive_mail(desk, letter(to=reply_to(she)).as_bytes())
    desk.ledger.forget(she.case_id, "message")  # type: ignore[attr-defined]
    row = desk.mails.get(got.mail)
    assert row is not None and row.shown is None
    with pytest.raises(KeyError):
        desk.vault.open(row.blob)
