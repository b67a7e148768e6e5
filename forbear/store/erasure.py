"""What an erasure deletes beside the key and the disclosures it sealed: every other row that came from that class.

Called by the ledger in the transaction of the DataErased; files of the vault and of uploads follow afterwards
(actions/leaving.py) and are unreadable from here on. What stays of a row says nothing of a person.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from django.db.models import QuerySet

from forbear.core.facts import Retention
from forbear.store.models import (
    AgendaItem,
    CallRow,
    CaseRow,
    ChallengeRow,
    ChatPresence,
    Command,
    ContactCaseRow,
    ContactRow,
    DataKey,
    DevMessage,
    DraftRow,
    Event,
    MailIn,
    MessageMark,
    PaperMark,
    Secret,
    TextInRow,
    TextOutRow,
    UploadLinkRow,
    UploadRow,
)
from forbear.store.privacy import DataKeys

KEYS_AT_ONCE = 500


def erase(case_id: str, retention: Retention, leaf: int, data_keys: DataKeys, using: str) -> tuple[str, ...]:
    """Delete what a class of a case left in the tables and destroy its key; `leaf`: the event that says so. Returns
    the ids of the keys destroyed.
    """
    live = DataKey.objects.using(using).filter(case_id=case_id, retention=retention.value, destroyed_leaf=None)
    key_ids = tuple(live.values_list("key_id", flat=True))
    _BESIDE.get(retention, _nothing)(case_id, key_ids, using)
    _commands(key_ids, using)
    UploadRow.objects.using(using).filter(key_id__in=key_ids).delete()
    AgendaItem.objects.using(using).filter(case_id=case_id).exclude(error="").update(error="")
    data_keys.destroy(case_id, retention.value, leaf)
    return key_ids


def _nothing(case_id: str, key_ids: Sequence[str], using: str) -> None:
    """The class stands in the record and in the vault alone."""


def _commands(key_ids: Sequence[str], using: str) -> None:
    """The hash of what a command asked has no salt: whoever tries all causes, or all amounts, would find hers by it.
    Without it the command is still known, and sent again it is refused.
    """
    leaves = Secret.objects.using(using).filter(key_id__in=key_ids).values("leaf")
    bodies = Event.objects.using(using).filter(leaf__in=leaves).values_list("body", flat=True)
    keys = sorted({json.loads(bytes(body))["cmd"] for body in bodies})
    for start in range(0, len(keys), KEYS_AT_ONCE):
        Command.objects.using(using).filter(key__in=keys[start : start + KEYS_AT_ONCE]).update(req_hash=b"")


def _identity(case_id: str, key_ids: Sequence[str], using: str) -> None:
    """Names, numbers, and what leads from the case to the person; the rest of its line is public state."""
    borrower_ids = set(CaseRow.objects.using(using).filter(case_id=case_id).values_list("borrower_id", flat=True))
    nobody = {"borrower_id": "", "loan_id": ""}
    sealed = {"key_id": "", "contract": b"", "name": b"", "contract_index": b"", "name_index": b""}
    CaseRow.objects.using(using).filter(case_id=case_id).update(**nobody, **sealed)
    ContactCaseRow.objects.using(using).filter(case_id=case_id).update(**nobody, key_id="", reach=b"")
    ContactRow.objects.using(using).filter(case_id=case_id).update(**nobody)
    PaperMark.objects.using(using).filter(case_id=case_id).update(borrower_id="")
    UploadLinkRow.objects.using(using).filter(case_id=case_id).delete()
    _challenges(borrower_ids, using)


def _challenges(borrower_ids: set[str], using: str) -> None:
    """Codes she asked for, with the numbers they went to."""
    asked = ChallengeRow.objects.using(using).filter(borrower_id__in=borrower_ids - {""})
    DevMessage.objects.using(using).filter(reference__in=list(asked.values_list("id", flat=True))).delete()
    asked.delete()


def _message(case_id: str, key_ids: Sequence[str], using: str) -> None:
    """Mails, texts, drafts, marks of words, calls, numbers that were called, and what went out in development."""
    for table in (MessageMark, DraftRow, TextInRow, TextOutRow, CallRow, ChatPresence):
        _rows(table, case_id, using).delete()
    MailIn.objects.using(using).filter(owner=case_id).delete()
    ContactRow.objects.using(using).filter(case_id=case_id).update(number=b"")
    notices = [public["notice"] for public in _public(case_id, "notice.queued", using)]
    DevMessage.objects.using(using).filter(reference__in=notices).delete()


def _recording(case_id: str, key_ids: Sequence[str], using: str) -> None:
    """The call table names recordings and what they hash to."""
    _rows(CallRow, case_id, using).delete()


def _papers(case_id: str, key_ids: Sequence[str], using: str) -> None:
    """Marks by which these papers, and no others of the case, would be known again."""
    leaves = set(Secret.objects.using(using).filter(key_id__in=key_ids).values_list("leaf", flat=True))
    papers = {public["paper"] for public in _public(case_id, "paper.received", using, leaves)}
    PaperMark.objects.using(using).filter(case_id=case_id, paper__in=papers).delete()


_BESIDE: Mapping[Retention, Callable[[str, Sequence[str], str], None]] = {
    Retention.IDENTITY: _identity,
    Retention.MESSAGE: _message,
    Retention.RECORDING: _recording,
    Retention.FINANCE: _papers,
    Retention.HEALTH: _papers,
}


def _rows(table: type, case_id: str, using: str) -> "QuerySet":  # type: ignore[type-arg]
    found: QuerySet = table.objects.using(using).filter(case_id=case_id)  # type: ignore[attr-defined,type-arg]
    return found


def _public(case_id: str, kind: str, using: str, leaves: set[int] | None = None) -> Iterator[dict[str, str]]:
    """The public parts of a case's facts of a type; of these leaves alone where some are given."""
    events = Event.objects.using(using).filter(case_id=case_id, type=kind).values_list("leaf", "body")
    for leaf, body in events:
        if leaves is None or leaf in leaves:
            yield json.loads(bytes(body))["pub"]
