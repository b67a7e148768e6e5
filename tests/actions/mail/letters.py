"""Letters as they come in from outside, and what became of them at the desk."""

from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from hashlib import sha256
from random import Random
from typing import Any

from forbear.actions.agenda import work
from forbear.actions.ports import Desk, Message
from forbear.actions.record import By
from forbear.adapters.memory import sent_by
from forbear.core import mail_address as marks
from forbear.core.contact import Channel
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.lives import states
from forbear.town.sample import somebody

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HERS = "Xiao.Yan@mail.example.cn"
DOMAIN = "lender.example"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + b"payslip" * 40


def worked(desk: Desk) -> None:
    while work(desk):
        pass


def borrower_at(desk: Desk, email: str) -> Borrower:
    """A borrower with this address on file, whose statement is in and whose papers are asked for."""
    row, home = somebody(desk, Random("mail"), 3, date(2026, 3, 2), planned=True)
    row = replace(row, email=email, language="zh")
    desk.loans.put([row])
    one = Borrower(desk, row, home, Random("mail"), 3)
    for _ in states(one):
        pass
    worked(desk)
    return one


def letter(
    sender: str = HERS, text: str = "我下周可以还五百。", to: str = "desk@lender.example", **headers: str
) -> EmailMessage:
    one = EmailMessage()
    one["From"], one["To"], one["Subject"] = sender, to, headers.pop("Subject", "关于还款")
    one["Message-ID"] = headers.pop(
        "Message_ID", f"<{sha256((sender + text + to).encode()).hexdigest()[:20]}@mail.example.cn>"
    )
    for name, value in headers.items():
        one[name.replace("_", "-")] = value
    one.set_content(text)
    return one


def reply_to(she: Borrower) -> str:
    return marks.reply_address(she.desk.mail_sign, DOMAIN, she.case_id, "b")


def said(she: Borrower) -> list[Any]:
    return [one for one in she.file.spoken if one.message and one.channel is Channel.EMAIL]


def mails_sent(desk: Desk) -> list[Message]:
    return [one for one in sent_by(desk) if one.channel is Channel.EMAIL]


def answers(desk: Desk) -> list[Message]:
    return [one for one in mails_sent(desk) if one.mail and one.mail.answers]


def by_agent(key: str = "assign-1") -> By:
    return By(actor=AGENTS[0], channel=Channel.WEB, key=key)
