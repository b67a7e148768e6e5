"""Builds the desk: every port of forbear.actions.ports filled with the adapter this installation uses."""

from functools import cache
from pathlib import Path

from django.conf import settings

from forbear.actions.ports import Clock, Desk, Messenger
from forbear.adapters.clock import FileClock, SystemClock
from forbear.adapters.ids import RandomIds
from forbear.adapters.messenger import ByChannel, Smtp
from forbear.adapters.printer import TypstPrinter
from forbear.adapters.rulebooks import FiledRulebooks
from forbear.adapters.vault import LocalVault
from forbear.config import environment
from forbear.core.contact import Channel
from forbear.store.agenda import DjangoAgenda
from forbear.store.blobs import DjangoRegister
from forbear.store.identity import DjangoChallenges, DjangoLimits
from forbear.store.ledger import DjangoLedger
from forbear.store.loans import StoredLoanBook
from forbear.store.outbox import DevOutbox
from forbear.store.privacy import Keys, load_keys
from forbear.store.projections import DjangoCases


@cache
def desk() -> Desk:
    """The one bundle handed to every action."""
    keys, ids = load_keys(settings.HOME), RandomIds()
    clock = FileClock(Path(settings.CLOCK_FILE)) if settings.CLOCK_FILE else SystemClock()
    country, sector, lender = environment.policy()
    return Desk(
        clock=clock,
        ids=ids,
        ledger=DjangoLedger(keys, ids, settings.LOG_NAME),
        agenda=DjangoAgenda(),
        cases=DjangoCases(keys),
        loans=StoredLoanBook(keys, ids),
        challenges=DjangoChallenges(keys),
        limits=DjangoLimits(keys),
        vault=LocalVault(settings.MEDIA_ROOT, DjangoRegister(keys), ids),
        messenger=_messenger(keys, clock),
        rulebooks=FiledRulebooks(country, sector, lender),
        printer=TypstPrinter(),
        lender=settings.LENDER,
        lender_en=settings.LENDER_EN,
        phone=settings.LENDER_PHONE,
        address=settings.SITE_URL,
    )


def _messenger(keys: Keys, clock: Clock) -> Messenger:
    """E-mail through SMTP when configured; everything else to the outbox that the development page shows."""
    outbox = DevOutbox(keys, clock)
    url = environment.text("SMTP_URL")
    if not url:
        return outbox
    return ByChannel({Channel.EMAIL: Smtp(url, settings.DEFAULT_FROM_EMAIL, clock), Channel.SMS: outbox})
