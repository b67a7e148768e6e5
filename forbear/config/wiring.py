"""Builds the desk: every port of forbear.actions.ports with the adapter that this installation uses.

The one place that knows both sides. Django is set up before (forbear.config.cli.open_house, or the site itself).
"""

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
from forbear.core.contact import Channel


@cache
def desk() -> Desk:
    """The one bundle handed to every action, the same for all threads of the process."""
    from forbear.store.agenda import DjangoAgenda
    from forbear.store.blobs import DjangoRegister
    from forbear.store.identity import DjangoChallenges, DjangoLimits
    from forbear.store.ledger import DjangoLedger
    from forbear.store.loans import StoredLoanBook
    from forbear.store.privacy import load_keys
    from forbear.store.projections import DjangoCases

    keys, ids = load_keys(settings.HOME), RandomIds()
    rulebook = Path(settings.RULEBOOK) if settings.RULEBOOK else None
    return Desk(
        clock=clock(),
        ids=ids,
        ledger=DjangoLedger(keys, ids, settings.LOG_NAME),
        agenda=DjangoAgenda(),
        cases=DjangoCases(keys),
        loans=StoredLoanBook(keys, ids),
        challenges=DjangoChallenges(keys),
        limits=DjangoLimits(keys),
        vault=LocalVault(settings.HOME / "papers", DjangoRegister(keys), ids),
        messenger=messenger(),
        rulebooks=FiledRulebooks(*settings.POLICY, rulebook),
        printer=TypstPrinter(),
        address=settings.SITE_URL,
        **settings.LENDER,
    )


def clock() -> Clock:
    """The machine's clock, or the one of FORBEAR_CLOCK_FILE."""
    return FileClock(Path(settings.CLOCK_FILE)) if settings.CLOCK_FILE else SystemClock()


def messenger() -> Messenger:
    """In development everything goes to the outbox page, but mail when SMTP_URL is set; otherwise nobody hears."""
    routes: dict[Channel, Messenger] = {}
    if settings.DEV:
        from forbear.store.outbox import DevOutbox
        from forbear.store.privacy import load_keys

        outbox = DevOutbox(load_keys(settings.HOME), clock())
        routes = dict.fromkeys(Channel, outbox)
    if settings.SMTP_URL:
        routes[Channel.EMAIL] = Smtp(settings.SMTP_URL, settings.DEFAULT_FROM_EMAIL, clock())
    return ByChannel(routes)
