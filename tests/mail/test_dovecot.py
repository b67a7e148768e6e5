"""Mail out of a real mailbox: Dovecot takes it by LMTP, we fetch it by IMAP, keep it and move it aside."""

import imaplib
from email.message import EmailMessage

import pytest

from forbear.actions import mail as mail_room
from forbear.actions.conversation import Written
from forbear.actions.mail import receive_mail
from forbear.actions.ports import Desk, MailboxAway
from forbear.actions.record import By, Done
from forbear.adapters.mailbox import DONE, ImapMailbox
from forbear.config.mail import fetch_mail
from forbear.core import mail_address as marks
from forbear.core.mail_routing import Outcome
from forbear.core.refusal import Refusal
from forbear.town.borrower import Borrower
from tests.mail.conftest import HERS
from tests.mail.nasty import NASTY
from tests.mail.servers import PASSWORD, Dovecot
from tests.servers import free_port


def letter(text: str, to: str) -> bytes:
    one = EmailMessage()
    one["From"], one["To"], one["Subject"] = HERS, to, "关于还款"
    one.set_content(text)
    return one.as_bytes()


def lying(dovecot: Dovecot, user: str, folder: str) -> list[bytes]:
    """What lies in a folder, asked of the server itself."""
    with imaplib.IMAP4("127.0.0.1", dovecot.imap) as box:
        box.login(user, PASSWORD)
        if box.select(folder, readonly=True)[0] != "OK":
            return []
        _, (numbers,) = box.search(None, "ALL")
        return [box.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers.decode().split()]


def test_what_lies_there_is_kept_and_moved_aside(dovecot: Dovecot, desk: Desk, she: Borrower):
    address = marks.reply_address(desk.mail_sign, "lender.example", she.case_id, "b")
    dovecot.deliver(letter("我下周还。", address), [address], HERS)
    user = address.partition("+")[0]
    box = ImapMailbox(dovecot.url(user))
    assert fetch_mail(desk, box) == 1
    (said,) = [one for one in she.file.spoken if one.message and one.sender]
    assert (said.text, said.sender) == ("我下周还。", HERS)
    assert lying(dovecot, user, "INBOX") == []
    assert lying(dovecot, user, DONE) == [desk.vault.open(said.raw)]
    assert fetch_mail(desk, box) == 0
    box.close()


def test_dying_between_keeping_and_moving_makes_a_duplicate_that_is_known(
    dovecot: Dovecot, desk: Desk, she: Borrower, monkeypatch: pytest.MonkeyPatch
):
    dovecot.deliver(letter("只有一封。", "twice@lender.example"), ["twice@lender.example"], HERS)
    box = ImapMailbox(dovecot.url("twice"))

    def cut(id: str) -> None:
        raise MailboxAway("the line is dead")

    with monkeypatch.context() as dead:
        dead.setattr(box, "done", cut)
        with pytest.raises(MailboxAway):
            fetch_mail(desk, box)
    assert len(lying(dovecot, "twice", "INBOX")) == 1
    seq = she.file.case.seq
    assert fetch_mail(desk, box) == 1
    assert she.file.case.seq == seq
    assert [one.text for one in she.file.spoken if one.sender] == ["只有一封。"]
    assert (lying(dovecot, "twice", "INBOX"), len(lying(dovecot, "twice", DONE))) == ([], 1)
    box.close()


def test_a_mail_that_cannot_be_kept_holds_up_no_other(
    dovecot: Dovecot, desk: Desk, she: Borrower, monkeypatch: pytest.MonkeyPatch
):
    for text in ("坏的。", "好的。"):
        dovecot.deliver(letter(text, "stuck@lender.example"), ["stuck@lender.example"], HERS)
    box, write = ImapMailbox(dovecot.url("stuck")), mail_room.write_message

    def fails(desk: Desk, by: By, case_id: str, written: Written) -> Done | Refusal:
        if written.text == "坏的。":
            raise OSError("not this one")
        return write(desk, by, case_id, written)

    with monkeypatch.context() as broken:
        broken.setattr(mail_room, "write_message", fails)
        assert fetch_mail(desk, box) == 1
    assert [one.text for one in she.file.spoken if one.sender] == ["好的。"]
    assert fetch_mail(desk, box) == 1
    assert [one.text for one in she.file.spoken if one.sender] == ["好的。", "坏的。"]
    box.close()


def test_mails_that_break_readers_are_fetched_to_the_last_byte(dovecot: Dovecot, desk: Desk):
    names = (
        "null bytes everywhere",
        "a thousand deep",
        "GB18030 said to be UTF-8",
        "winmail.dat",
        "ten thousand parts",
    )
    for name in names:
        dovecot.deliver(NASTY[name], ["nasty@lender.example"], "a@b.example")
    there = lying(dovecot, "nasty", "INBOX")
    box = ImapMailbox(dovecot.url("nasty"))
    assert fetch_mail(desk, box) == len(names)
    rows = [row for state in ("waiting", "aside", "filed") for row in desk.mails.list(state)]
    assert sorted(desk.vault.open(row.blob) for row in rows) == sorted(there)
    box.close()


def test_the_same_mail_by_pipe_and_by_mailbox_is_one(dovecot: Dovecot, desk: Desk, she: Borrower):
    raw = letter("一封信。", "three@lender.example")
    assert receive_mail(desk, raw).outcome is Outcome.NEW
    dovecot.deliver(raw, ["three@lender.example", "four@lender.example"], HERS)
    for user in ("three", "four"):
        box = ImapMailbox(dovecot.url(user))
        assert fetch_mail(desk, box) == 1
        box.close()
    assert [one.text for one in she.file.spoken if one.sender] == ["一封信。"]
    assert desk.mails.counts()["duplicate"] == 2


@pytest.mark.parametrize("url", ["imap://x:y@127.0.0.1:{closed}/INBOX", "imap://x:wrong@127.0.0.1:{imap}/INBOX"])
def test_a_server_that_is_away_or_lets_nobody_in_is_told(dovecot: Dovecot, desk: Desk, url: str):
    box = ImapMailbox(url.format(closed=free_port(), imap=dovecot.imap))
    with pytest.raises(MailboxAway, match=r"the mailbox could not be read: [A-Za-z]+$"):
        fetch_mail(desk, box)
