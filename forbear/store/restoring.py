"""After a restore, before anything opens: what was erased since the backup is erased again, by the list kept apart.

Every erasure is a fact of its case once more (why: restored), because the record of the backup does not know the first.
"""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.sessions.models import Session

from forbear.actions.ports import Ids, Write
from forbear.core.contact import SYSTEM, Channel
from forbear.core.events import DataErased
from forbear.core.facts import Retention
from forbear.store.erasures import Erased
from forbear.store.ledger import DjangoLedger
from forbear.store.models import BorrowerRow, CallRow, ChallengeRow, ContactRow, DataKey, Event, LoanRow, MailIn
from forbear.store.privacy import DataKeys, Keys


def replay(erased: Iterable[Erased], keys: Keys, ids: Ids, log: str, now: datetime, using: str = "default") -> int:
    """Erase again what the list names and the database still holds; returns how many classes that were. Everybody is
    signed out: sessions of the backup are none of today.
    """
    Session.objects.using(using).all().delete()
    ledger, done = DjangoLedger(keys, ids, log, using), 0
    for one in erased:
        live = DataKey.objects.using(using).filter(key_id__in=one.keys).exclude(wrapped=None)
        if one.retention == "loan":
            ContactRow.objects.using(using).filter(borrower_id=one.owner).delete()
            ChallengeRow.objects.using(using).filter(borrower_id=one.owner).delete()
            done += LoanRow.objects.using(using).filter(borrower_id=one.owner).delete()[0]
            BorrowerRow.objects.using(using).filter(id=one.owner).delete()
        elif live.exists():
            _erase(ledger, one, now, using)
            done += 1
    return done


def _erase(ledger: DjangoLedger, one: Erased, now: datetime, using: str) -> None:
    last = Event.objects.using(using).filter(case_id=one.owner).order_by("-seq").values_list("seq", flat=True).first()
    if last is None:  # a mail or a call that belonged to no case
        MailIn.objects.using(using).filter(owner=one.owner).delete()
        CallRow.objects.using(using).filter(call=one.owner).delete()
        DataKeys(ledger.keys, using).destroy(one.owner, one.retention, -1)
        return
    fact = DataErased(retention_class=Retention(one.retention), why="restored", keys=len(one.keys))
    key = f"restored:{one.keys[0]}"
    write = Write(
        case_id=one.owner,
        expected=last,
        key=key,
        request=key.encode()[-32:].rjust(32, b"."),
        at=now,
        occurred_at=None,
        actor=SYSTEM,
        channel=Channel.SYSTEM,
        cause="restore",
        facts=(fact,),
    )
    written = ledger.append(write)
    assert isinstance(written, tuple), "nobody else writes while a backup is restored"
