"""`forbear check`: configuration, database, keys, clock, rulebook: what is wrong and how to mend it.

One line a thing looked at, on stdout; exit 1 when anything is wrong. Nothing is changed. With --record every event
is looked at as well, and every line of the queue is held to what the record says.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

YEAR_LEAST = 2025
CLOCK_APART_SECONDS = 60
FLAWS_SHOWN = 20
MEBIBYTE = 1024 * 1024
FREE_BYTES_LEAST = 512 * MEBIBYTE
CERTIFICATE_DAYS = 30


def add(subparsers: Any) -> None:
    """Add `check` to the command's subcommands."""
    parser = subparsers.add_parser("check", help="say whether this installation is well")
    parser.add_argument("--record", action="store_true", help="look at every event, disclosure and queue line too")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look at each thing, even when an earlier one is wrong; without a configuration there is nothing to look at."""
    fault = _configuration()
    if fault:
        print(f"wrong  configuration: {fault}")
        return 1
    print("well   configuration")
    status = 0
    looks = [("database", _database), ("keys", _keys), ("clock", _clock), ("rulebook", _rulebook)]
    looks += [("papers", _papers), ("scanner", _scanner), ("mail", _mail), ("texts", _texts)]
    looks += [("signing", _signing), ("proof", _proof), ("leaving", _leaving)]
    if arguments.record:
        looks += [("record", _record), ("queue", _queue)]
    for name, look in looks:
        faults = _faults(look)
        for found in faults:
            print(f"wrong  {name}: {found}")
        if faults:
            status = 1
        else:
            print(f"well   {name}")
    return status


def _configuration() -> str:
    import django

    from forbear.config.environment import Misconfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forbear.config.settings")
    try:
        django.setup()
    except Misconfigured as fault:
        return str(fault)
    from django.conf import settings

    if sys.flags.optimize:
        return "Python runs with -O, which switches the assertions off; start it without."
    if not settings.DEV and not settings.HOSTS:
        return "FORBEAR_HOSTS is not set, so the site answers on localhost only; set it to the site's host name."
    return ""


def _faults(look: Callable[[], Iterator[str]]) -> list[str]:
    """What a look finds; a look that fails has found something too."""
    try:
        return list(look())
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]


def _database() -> Iterator[str]:
    from django.db import DatabaseError, connection

    from forbear.config.health import pending_migrations

    try:
        pending = pending_migrations()
    except DatabaseError as error:
        yield f"it does not answer ({str(error).splitlines()[0]}); look at DATABASE_URL and whether the server runs."
        return
    if pending:
        yield f"it lacks {len(pending)} migrations; run `forbear migrate`."
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        if mode != "wal":
            yield f"SQLite's journal is {mode!r}, not WAL: the data directory must lie on a local disk."


def _keys() -> Iterator[str]:
    from django.conf import settings

    for file in (settings.HOME / "secret", *sorted((settings.HOME / "keys").glob("*"))):
        if file.exists() and file.stat().st_mode & 0o077:
            yield f"{file} can be read by others; run chmod 600 {file}"
    from forbear.config.wiring import desk

    desk()


def _clock() -> Iterator[str]:
    """The machine's clock against itself, the database's clock and the record's last entry."""
    from django.db import connection

    now = datetime.now(UTC)  # noqa: TID251 (the machine's clock is what is looked at)
    if now.year < YEAR_LEAST:
        yield f"the machine says it is {now:%Y-%m-%d}; set its clock."
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            theirs = cursor.fetchone()[0]
        if abs((theirs - now).total_seconds()) > CLOCK_APART_SECONDS:
            yield f"the database's clock says {theirs:%Y-%m-%d %H:%M:%S}, this machine's {now:%H:%M:%S}; set them."
    from forbear.actions.record_audit import clock_behind
    from forbear.config.wiring import desk

    here = desk()
    last = here.ledger.at([here.ledger.size() - 1])
    yield from (f"{fault.problem}; set it right." for fault in clock_behind(here, last[0].at if last else None))


def _rulebook() -> Iterator[str]:
    """Every fault of the policy's files, each on its own line, or that there is no such policy."""
    from forbear.adapters.rulebook import RulebookAtFault, UnknownLayer
    from forbear.config.wiring import desk

    here = desk()
    try:
        here.rulebooks.on(here.clock.today())
    except RulebookAtFault as error:
        yield from map(str, error.faults)
    except UnknownLayer as error:
        yield str(error)


def _papers() -> Iterator[str]:
    """Whether a file can be put where papers are kept, read and deleted again, and how much room is left."""
    import shutil

    from django.conf import settings

    from forbear.config.wiring import desk, shelf

    place, path = shelf(), f"check/{desk().ids.new('x')}"
    where = f"the bucket {settings.S3.bucket}" if settings.S3 else str(settings.MEDIA_ROOT)
    try:
        place.put(path, [b"forbear check"])
        if b"".join(place.read(path, 8)) != b"check":
            yield f"what is written to {where} comes back as something else."
        place.delete(path)
    except Exception as error:
        look = "look at FORBEAR_S3_*" if settings.S3 else "look at its owner and its disk"
        yield f"{where} cannot be written ({type(error).__name__}: {str(error)[:200]}); {look}."
    if not settings.S3:
        free = shutil.disk_usage(settings.HOME).free
        print(f"       {free // MEBIBYTE:,} MiB free for papers")
        if free < FREE_BYTES_LEAST:
            least = FREE_BYTES_LEAST // MEBIBYTE
            yield f"only {free // MEBIBYTE:,} MiB are free where papers are kept; make room: {least:,} MiB at least."


def _scanner() -> Iterator[str]:
    """Whether the virus scanner answers, where there is one."""
    from django.conf import settings

    from forbear.actions.ports import ScannerAway
    from forbear.adapters.clamav import ClamAv

    if not settings.CLAMAV:
        print("       none; papers are taken unscanned, set FORBEAR_CLAMAV to have them scanned")
        return
    try:
        print(f"       {ClamAv(settings.CLAMAV, timeout_seconds=10).version()}")
    except ScannerAway as away:
        yield f"{away}; start it, or mend FORBEAR_CLAMAV: until then no paper is taken."


def _mail() -> Iterator[str]:
    """Whether mail can leave and come back to where it is taken, and whether the mailbox lets us in."""
    from django.conf import settings

    from forbear.actions.ports import MailboxAway
    from forbear.adapters.mailbox import ImapMailbox

    if settings.SMTP_URL and settings.MAIL_DOMAIN == "localhost":
        yield "answers would go to localhost; set FORBEAR_MAIL_FROM or FORBEAR_MAIL_DOMAIN to the desk's mail domain."
    print(f"       answers come to {settings.MAIL_DOMAIN}" + ("" if settings.SMTP_URL else "; no mail leaves"))
    if settings.IMAP_URL:
        box = ImapMailbox(settings.IMAP_URL)
        try:
            next(box.waiting(1), None)
        except MailboxAway as away:
            yield f"{away}; look at FORBEAR_IMAP_URL and whether its server runs."
        finally:
            box.close()


def _texts() -> Iterator[str]:
    """Whether text messages go out, each with an approved text where the carrier wants one, and carriers may call."""
    from pathlib import Path

    from django.conf import settings

    from forbear.actions.sms_templates import sendable
    from forbear.adapters.sms_settings import CHINESE, TextUnapproved, approved
    from forbear.config.environment import text
    from forbear.config.wiring import desk

    if settings.SMS is None:
        print("       none go out; set FORBEAR_SMS")
        return
    file = Path(text("FORBEAR_SMS"))
    if file.stat().st_mode & 0o077:
        yield f"{file} can be read by others; run chmod 600 {file}"
    if settings.SMS.kind != "smpp" and "secret" not in " ".join(settings.SMS.section("callback").values):
        yield f"{file} has no [callback] secret, so nobody can tell us what became of a message."
    missing = []
    for one in sendable(desk(), "zh") if settings.SMS.kind in CHINESE else ():
        try:
            approved(settings.SMS.templates, one.example)
        except TextUnapproved:
            missing.append(one.name)
    if missing:
        names = ", ".join(dict.fromkeys(missing))
        yield f"{len(missing)} texts have no [[template]] and would not go out ({names}); see `forbear sms templates`."


def _signing() -> Iterator[str]:
    """Whose certificates sign agreements, what they are worth and how long they are good."""
    from cryptography import x509
    from django.conf import settings

    from forbear.actions.ports import SealingAway
    from forbear.adapters.signing_keys import BadKey, binds
    from forbear.adapters.signing_settings import Signatories
    from forbear.config.wiring import desk
    from forbear.core.signatures import Issuer

    now = desk().clock.now()
    who = Signatories(settings.SIGNING, settings.HOME / "keys", settings.LENDER)
    if who.issuer is Issuer.OWN:
        print("       self-made certificates: a change is found, but nobody outside vouches for who signed")
    for name in ("borrower", "lender"):
        try:
            given = who.certificate(name, now)
        except (BadKey, SealingAway) as fault:
            yield f"the key for the {name}'s signature: {fault}; look at FORBEAR_SIGNING."
            continue
        if name == "lender" and given and not binds(given):
            yield "the certificate of the lender is not for signatures that bind; get one with nonRepudiation."
        days = (x509.load_der_x509_certificate(given).not_valid_after_utc - now).days if given else CERTIFICATE_DAYS
        if days < CERTIFICATE_DAYS:
            state = f"ends in {days + 1} days or less" if days >= 0 else "has expired"
            yield f"the certificate behind the {name}'s signature {state}; get a new one: nothing is sealed without it."


def _leaving() -> Iterator[str]:
    """Whether something is still there whose time is over; and whether the erasure list can be written."""
    from pathlib import Path

    from django.conf import settings

    from forbear.actions.kept import overdue
    from forbear.config.wiring import desk

    for line in overdue(desk(), FLAWS_SHOWN):
        since = f"its time was over on {line.until_on}"
        yield f"{line.case_id} still holds {line.retention}; {since}: see that `forbear worker` runs."
    file = Path(settings.ERASURE_LIST)
    print(f"       the erasure list is {file}; keep a copy of it apart from the backups")
    place = file if file.exists() else file.parent
    if not os.access(place, os.W_OK):
        yield f"{file} cannot be written, so nothing can be erased; mend it, or FORBEAR_ERASURE_LIST."


def _proof() -> Iterator[str]:
    """Whether checkpoints are cut, stamped and cosigned; the timestamp authority is asked for a token."""
    from django.conf import settings

    from forbear.actions.ports import TimestampAway, TimestampLies
    from forbear.actions.record_audit import warnings
    from forbear.config.wiring import desk

    here = desk()
    yield from (f"{warning}." for warning in warnings(here))
    if settings.TSA:
        try:
            here.timestamps.stamp(b"forbear check")
        except (TimestampAway, TimestampLies) as problem:
            yield f"{problem}; agreements wait to be sealed until it is mended. Look at FORBEAR_TSA, FORBEAR_TSA_ROOTS."
        if not settings.TSA_ROOTS:
            print("       FORBEAR_TSA_ROOTS is not set, so any authority's certificate is taken")
    else:
        print("       no time-stamping authority: nobody outside vouches for the time; set FORBEAR_TSA")
    print(f"       {here.log_key.vkey}; {len(here.witnesses)} witnesses")


def _record() -> Iterator[str]:
    """Every chain, the one log over all cases with its checkpoints, every disclosure, every command."""
    from forbear.actions.record_audit import audited
    from forbear.config.wiring import desk

    audit = audited(desk())
    for flaw in audit.flaws[:FLAWS_SHOWN]:
        yield f"{f'leaf {flaw.leaf}: ' if flaw.leaf >= 0 else ''}{flaw.problem}"
    if len(audit.flaws) > FLAWS_SHOWN:
        yield f"and {len(audit.flaws) - FLAWS_SHOWN} more"
    if audit.flaws:
        yield "restore the database from a backup that is well, and find out who or what changed it."
    kept = f"{audit.disclosures:,} disclosures, {audit.erased:,} erased, {audit.commands:,} commands"
    print(f"       {audit.events:,} events of {audit.cases:,} cases, {kept}")


def _queue() -> Iterator[str]:
    """Every row that pages read and that is made from the record, against what the record makes of it."""
    from forbear.config.record_watch import rows
    from forbear.config.wiring import desk

    wrong = list(rows(desk()))
    for case_id, what in wrong[:FLAWS_SHOWN]:
        yield f"{what} of {case_id} does not say what the record says; run `forbear rebuild`."
    if len(wrong) > FLAWS_SHOWN:
        yield f"and {len(wrong) - FLAWS_SHOWN} more; run `forbear rebuild`."
