"""Builds the desk: every port of forbear.actions.ports filled with the adapter this installation uses.

The one place that knows both sides. Django is set up before (forbear.config.cli.open_house, or the site itself).
"""

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from forbear.actions.ports import Clock, Desk, Line, Messenger, NoModel, NoScanner, NoTimestamps
from forbear.adapters.bucket import Bucket
from forbear.adapters.clamav import ClamAv
from forbear.adapters.clock import FileClock, SystemClock
from forbear.adapters.compiled import arithmetic
from forbear.adapters.dialer import dialer
from forbear.adapters.ed25519 import Ed25519Key, check
from forbear.adapters.ids import RandomIds
from forbear.adapters.language_model import OpenAiModel
from forbear.adapters.mail_reader import MailReader
from forbear.adapters.messenger import ByChannel, Smtp
from forbear.adapters.post import HttpPost
from forbear.adapters.printer import TypstPrinter
from forbear.adapters.reading import reader
from forbear.adapters.rendering import RendererProcess
from forbear.adapters.rulebooks import FiledRulebooks
from forbear.adapters.sealer import PadesSealer
from forbear.adapters.sheets import FileSheets
from forbear.adapters.signing_settings import Signatories
from forbear.adapters.sms_aliyun import AliyunSms
from forbear.adapters.sms_gateway import gateway
from forbear.adapters.sms_http import HttpSms
from forbear.adapters.sms_tencent import TencentSms
from forbear.adapters.template_check import template_faults
from forbear.adapters.templates import Templates
from forbear.adapters.timestamps import TimestampAuthority, Tsa
from forbear.adapters.vault import Folder, SealedVault, Shelf
from forbear.adapters.witness import HttpWitness
from forbear.core.contact import Channel
from forbear.core.events import Recorded
from forbear.core.file import CaseFile
from forbear.core.sms import NETWORK
from forbear.store.agenda import DjangoAgenda
from forbear.store.blobs import DjangoRegister
from forbear.store.conversation import DjangoCannedReplies, DjangoDrafts, DjangoMessageIndex
from forbear.store.erasures import MARK_KEY, ErasureList, own_mark
from forbear.store.identity import DjangoChallenges, DjangoLimits
from forbear.store.leaving import DjangoKeeping
from forbear.store.ledger import DjangoLedger
from forbear.store.likeness import DjangoPaperMarks
from forbear.store.loans import StoredLoanBook
from forbear.store.log import DjangoLog
from forbear.store.log_keys import FiledLogKey
from forbear.store.mail import DjangoMailRoom, signer, signers
from forbear.store.outbox import DevOutbox
from forbear.store.presence import DjangoHandovers, DjangoPresence
from forbear.store.privacy import Keys, load_keys, load_later_key
from forbear.store.projections import DjangoCases
from forbear.store.rooms import DjangoRooms
from forbear.store.sms import DjangoTexts
from forbear.store.telephone import DjangoCalls
from forbear.store.uploads import DjangoUploadLinks, DjangoUploads
from forbear.store.webhooks import DjangoWebhooks


@cache
def desk() -> Desk:
    """The one bundle handed to every action, the same for all threads of the process."""
    keys, ids = load_keys(settings.HOME), RandomIds()
    load_later_key(settings.HOME, MARK_KEY)
    erasures = ErasureList(Path(settings.ERASURE_LIST), own_mark(settings.HOME / "keys"))
    clock = FileClock(Path(settings.CLOCK_FILE)) if settings.CLOCK_FILE else SystemClock()
    carrier = gateway(settings.SMS, clock, ids) if settings.SMS else None
    rulebook = Path(settings.RULEBOOK) if settings.RULEBOOK else None
    return Desk(
        clock=clock,
        ids=ids,
        ledger=DjangoLedger(keys, ids, settings.LOG_NAME, erased=erasures.add),
        agenda=DjangoAgenda(),
        cases=DjangoCases(keys),
        loans=StoredLoanBook(keys, ids),
        challenges=DjangoChallenges(keys),
        limits=DjangoLimits(keys),
        marks=DjangoPaperMarks(keys),
        vault=SealedVault(shelf(), DjangoRegister(keys), ids),
        scanner=ClamAv(settings.CLAMAV) if settings.CLAMAV else NoScanner(),
        renderer=RendererProcess(),
        reader=reader(),
        upload_links=DjangoUploadLinks(keys),
        uploads=DjangoUploads(settings.HOME / "uploads", keys),
        keeping=DjangoKeeping(keys, ids, settings.HOME / "uploads", erasures),
        messenger=_messenger(keys, clock, carrier),
        rulebooks=FiledRulebooks(*settings.POLICY, rulebook),
        printer=TypstPrinter(templates()),
        sealer=PadesSealer(Signatories(settings.SIGNING, settings.HOME / "keys", settings.LENDER), authority(clock)),
        sheets=FileSheets(),
        arithmetic=arithmetic(settings.HOME / "compiled"),
        lender=settings.LENDER,
        lender_en=settings.LENDER_EN,
        phone=settings.LENDER_PHONE,
        pay_to=settings.PAY_TO,
        address=settings.SITE_URL,
        teller=_told,
        **_record(clock),
        **_channels(keys, clock, carrier),
    )


def _record(clock: Clock) -> dict[str, Any]:
    """What proves the record: forbear/actions/record_ports.py."""
    log_key = FiledLogKey(settings.HOME, settings.LOG_NAME, Ed25519Key)
    stamps = authority(clock)
    timestamps = Tsa(stamps) if stamps else NoTimestamps()
    return {
        "log_key": log_key,
        "timestamps": timestamps,
        "witnesses": tuple(HttpWitness(*witness) for witness in settings.WITNESSES),
        "log": DjangoLog(
            log_key,
            check,
            clock,
            timestamps,
            earlier=settings.LOG_KEYS,
            witnesses=[vkey for _, vkey in settings.WITNESSES],
        ),
    }


def _channels(keys: Keys, clock: Clock, carrier: Messenger | None) -> dict[str, Any]:
    """What the channels of room 1 need: each group is a section of forbear/actions/contact_ports.py."""
    return {
        # conversation: drafts, canned replies, search
        "drafts": DjangoDrafts(keys),
        "canned_replies": DjangoCannedReplies(),
        "message_index": DjangoMessageIndex(keys),
        # mail
        "mails": DjangoMailRoom(keys),
        "mail_reader": MailReader(settings.MAIL_DOMAIN),
        "mail_sign": signer(keys.index),
        "mail_signs": signers(keys.index),
        "mail_domain": settings.MAIL_DOMAIN,
        "mail_from": settings.DEFAULT_FROM_EMAIL,
        # text messages
        "texts": DjangoTexts(keys),
        "text_gateway": carrier if isinstance(carrier, (AliyunSms, TencentSms, HttpSms)) else None,
        "text_counting": settings.SMS.counting if settings.SMS else NETWORK,
        "discreet_address": settings.DISCREET_URL,
        # chat and bot
        "rooms": DjangoRooms(),
        "presence": DjangoPresence(),
        "handovers": DjangoHandovers(),
        "handover_secrets": tuple(settings.HANDOVER_SECRETS),
        "embed_origins": tuple(settings.EMBED_ORIGINS),
        "language_model": OpenAiModel(*settings.LANGUAGE_MODEL) if settings.LANGUAGE_MODEL else NoModel(),
        # telephone
        "calls": DjangoCalls(keys),
        "dialer": dialer(settings.CTI_ORIGINATE, settings.CTI_SECRETS, clock),
        "telephony": settings.TELEPHONY,
        # webhooks
        "webhooks": DjangoWebhooks(keys),
        "post": HttpPost(),
        "webhook_hosts": tuple(settings.WEBHOOK_HOSTS),
    }


def templates() -> Templates:
    """The text of agreements: the lender's own where one is set."""
    own = settings.AGREEMENT_TEMPLATE
    return Templates(own, settings.HOME / "templates", template_faults)


def authority(clock: Clock) -> TimestampAuthority | None:
    """Who vouches for times, where somebody is set."""
    return TimestampAuthority(settings.TSA, clock, settings.TSA_ROOTS) if settings.TSA else None


def _told(file: CaseFile, event: Recorded, language: str) -> Line:
    """The desk's own timeline tells what stands in a bundle; the pages are loaded when the first one is made."""
    from django.utils import translation

    from forbear.web.desk.timeline import entry

    with translation.override({"zh": "zh-hans", "en": "en"}[language]):
        told = entry(file, event, language)
    return Line(told.who, told.sentence, told.channel, told.details, told.quote)


def shelf() -> Shelf:
    """Where the vault's files lie: the bucket that is configured, else the data directory."""
    return Bucket(settings.S3) if settings.S3 else Folder(settings.MEDIA_ROOT)


def _messenger(keys: Keys, clock: Clock, carrier: Messenger | None) -> Messenger:
    """E-mail and text messages through what is configured; in development the rest goes to the outbox, elsewhere it
    stays undelivered.
    """
    routes: dict[Channel, Messenger] = {}
    if settings.DEV:
        routes |= dict.fromkeys(Channel, DevOutbox(keys, clock))
    if settings.SMTP_URL:
        routes[Channel.EMAIL] = Smtp(settings.SMTP_URL, settings.DEFAULT_FROM_EMAIL, clock)
    if carrier is not None:
        routes[Channel.SMS] = carrier
    return ByChannel(routes)
