"""Mail, measured: messages a second in and out, beside what the libraries alone do with the same mails in the same run.

`make bench` runs it and keeps its table in docs/mail.md and docs/figures.md; `python tools/bench_mail.py 100` takes so
many mails and prints, `write` keeps the table too. In: kept encrypted, routed and filed in a case, on SQLite as an
installation has it; beside it a server that parses each mail and writes it to the disk. A second is one of the wall.
"""

import os
import shutil
import smtplib
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.mail.servers import DOVECOT, Dovecot, SmtpPeer  # noqa: E402 (the root must be known first)
from tests.servers import free_port  # noqa: E402
from tools.tables import keep_between  # noqa: E402

MAILS = 400
CASES = 40
MARKS = ("<!-- mail figures: written by make bench -->", "<!-- end of mail figures -->")
OUT = (ROOT / "docs/mail.md", ROOT / "docs/figures.md")
HERS = "her@mail.example.cn"
Line = tuple[str, str, str]


People = Sequence[tuple[str, str]]
"""(a borrower's address, the address she answers to)"""


def mails(count: int, people: People, run: str) -> list[bytes]:
    """Chinese mails with a picture of some 20 kB, from one after the other; `run` tells those of one run apart."""
    made = []
    for number in range(count):
        one, (sender, to) = EmailMessage(), people[number % len(people)]
        one["From"], one["To"], one["Subject"] = sender, to, "关于还款"
        one["Message-ID"] = f"<{number}.{run}@mail.example.cn>"
        one.set_content(f"您好，这是第 {number} 封。\n> 请看上次的邮件\n")
        picture = b"\xff\xd8\xff\xe0" + number.to_bytes(4, "big") + os.urandom(15_000)
        one.add_attachment(picture, maintype="image", subtype="jpeg", filename="a.jpg")
        made.append(one.as_bytes(policy=SMTP))
    return made


def a_second(count: int, act: Callable[[], object]) -> str:
    """How many a second of the wall, and of this process's own processor time."""
    wall, cpu = perf_counter(), process_time()
    act()
    wall, cpu = perf_counter() - wall, process_time() - cpu
    return f"{count / wall:,.0f}/s ({1000 * cpu / count:.1f} ms of processor time each)"


def measured(count: int) -> Iterator[Line]:
    """(what, ours, the libraries alone), each pair in one run."""
    home = Path(tempfile.mkdtemp(prefix="forbear-mail-"))
    keep = {"FORBEAR_HOME": str(home), "FORBEAR_DEV": "1", "DJANGO_SETTINGS_MODULE": "forbear.config.settings"}
    os.environ.update(keep)
    os.environ.pop("DATABASE_URL", None)
    try:
        desk, people = _desk()
        yield _by_hand(desk, people, count, home)
        yield _by_smtp(desk, people, count, home)
        if Path(DOVECOT).exists():
            yield _by_imap(desk, people, count, home)
        yield _out(desk, count)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _desk() -> tuple[Any, People]:
    """An installation with CASES borrowers whose cases are open."""
    import logging
    from dataclasses import replace
    from datetime import date
    from random import Random

    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    from forbear.actions import mail
    from forbear.config.wiring import desk as wired
    from forbear.core.mail_address import reply_address
    from forbear.town.book import made_up_book
    from forbear.town.borrower import Borrower
    from forbear.town.households import made_up_household

    mail.MAILS_A_MINUTE = 1_000_000  # the flood is what is measured
    desk = wired()
    people = []
    for number, row in enumerate(made_up_book(5, CASES, date(2026, 3, 1))):
        row = replace(row, email=f"her{number}@mail.example.cn")
        desk.loans.put([row])
        she = Borrower(desk, row, made_up_household(row, Random(number)), Random(number), number)
        she.arrives()
        people.append((row.email, reply_address(desk.mail_sign, desk.mail_domain, she.case_id, "b")))
    return desk, people


def _plain(folder: Path, raw: bytes, number: int) -> None:
    """What a program does that only takes mail: parse it and have it on the disk."""
    message_from_bytes(raw)
    with (folder / f"{number}.eml").open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _by_hand(desk: Any, people: People, count: int, home: Path) -> Line:
    from forbear.actions.mail import receive_mail

    some = mails(count, people, "hand")
    ours = a_second(count, lambda: [receive_mail(desk, raw) for raw in some])
    alone = a_second(count, lambda: [_plain(home, raw, number) for number, raw in enumerate(some)])
    return "in, kept, routed and filed / parsed and written by email", ours, alone


def _by_smtp(desk: Any, people: People, count: int, home: Path) -> Line:
    from aiosmtpd.controller import Controller

    from forbear.adapters.mail_listener import Listener
    from forbear.config.mail import keep_one

    some = mails(count, people, "smtp")
    domain, port = desk.mail_domain, free_port()
    listener = Listener("smtp", "127.0.0.1", port, domain, ("desk",), keep_one, most=1_000_000)
    listener.start()
    try:
        ours = a_second(count, lambda: _hand_over(port, some, people))
    finally:
        listener.stop()

    class Plain:
        count = 0

        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            self.count += 1
            _plain(home, envelope.content, self.count)
            return "250 OK"

    plain = Controller(Plain(), hostname="127.0.0.1", port=free_port())
    plain.start()
    try:
        alone = a_second(count, lambda: _hand_over(plain.port, some, people))
    finally:
        plain.stop()
    return "in by SMTP / aiosmtpd, parsed and written", ours, alone


def _hand_over(port: int, some: Sequence[bytes], people: People) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
        for number, raw in enumerate(some):
            sender, to = people[number % len(people)]
            server.sendmail(sender, [to], raw)


def _by_imap(desk: Any, people: People, count: int, home: Path) -> Line:
    from imap_tools import MailBoxUnencrypted

    from forbear.adapters.mailbox import ImapMailbox
    from forbear.config.mail import fetch_mail
    from tests.mail.servers import PASSWORD

    dovecot = Dovecot()
    try:
        for user in ("ours", "alone"):
            for raw in mails(count, people, user):
                dovecot.deliver(raw, [f"{user}@lender.example"], HERS)
        box = ImapMailbox(dovecot.url("ours"))

        def fetch_all() -> None:
            while fetch_mail(desk, box):
                pass

        def fetch_plainly() -> None:
            with MailBoxUnencrypted("127.0.0.1", dovecot.imap).login("alone", PASSWORD) as plain:
                for number, message in enumerate(plain.fetch(mark_seen=False)):
                    _plain(home, message.obj.as_bytes(), number)
                plain.folder.create("Done")
                plain.move(plain.uids(), "Done")

        ours, alone = a_second(count, fetch_all), a_second(count, fetch_plainly)
        box.close()
    finally:
        dovecot.stop()
    return "in from a mailbox / imap-tools, fetched, written and moved together", ours, alone


def _out(desk: Any, count: int) -> Line:
    from forbear.actions.ports import MailHeaders, Message
    from forbear.adapters.messenger import Smtp
    from forbear.core.contact import Channel

    peer = SmtpPeer()
    try:
        smtp = Smtp(peer.url, "desk@lender.example", desk.clock)
        headers = MailHeaders(message_id="<x.1.y@lender.example>", reply_to="case+x.b.y@lender.example")
        message = Message(
            channel=Channel.EMAIL, to=HERS, subject="您的方案", body="您好。\n" * 20, reference="n", mail=headers
        )
        ours = a_second(count, lambda: [smtp.send(message) for _ in range(count)])

        def plainly() -> None:
            for _ in range(count):
                one = EmailMessage()
                one["From"], one["To"], one["Subject"] = "desk@lender.example", HERS, "您的方案"
                one.set_content("您好。\n" * 20)
                with smtplib.SMTP("127.0.0.1", peer.port) as server:
                    server.send_message(one)

        alone = a_second(count, plainly)
    finally:
        peer.stop()
    return "out by SMTP, a connection each / smtplib alone", ours, alone


def section(lines: Sequence[Line], count: int) -> str:
    """The table as Markdown."""
    busy = f"{os.getloadavg()[0]:.1f} processes running on {os.cpu_count()} cores"
    rows = [f"{count} mails of some 20 kB each way, {busy}.", "", "| | Forbear | the library alone |", "|---|---|---|"]
    return "\n".join([*rows, *(f"| {what} | {ours} | {alone} |" for what, ours, alone in lines), ""])


def keep(told: str) -> None:
    """Put the table between the marks; docs/figures.md gets a section of its own at its end."""
    for page in OUT:
        keep_between(page, MARKS, told, "## Mail")


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    count = next((int(word) for word in arguments if word.isdigit()), MAILS)
    lines = list(measured(count))
    print("\n".join(f"{what}: {ours}  beside {alone}" for what, ours, alone in lines))
    if "write" in arguments:
        keep(section(lines, count))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
