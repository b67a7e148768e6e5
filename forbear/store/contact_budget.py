"""The contacts with every borrower: written in the transaction of the facts they come from, made anew from the record.

How she wants to be reached stands sealed under her case's identity key, a number as a blind index of its last digits.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connections

from forbear.actions.ports import CaseReach, Seen
from forbear.core.case import Case
from forbear.core.chain import canonical
from forbear.core.codec import plain, typed
from forbear.core.contact import Channel, Purpose, Reach
from forbear.core.contact_attempts import Counted, Turned, counted, number_end
from forbear.core.contact_budget import Attempt
from forbear.core.events import ReachChosen, Recorded
from forbear.core.facts import Retention
from forbear.store.models import ContactCaseRow, ContactRow
from forbear.store.privacy import DataKeys, Keys, blind, blinds, open_text, seal_text

_OWNER = "select borrower_id, loan_id from case_line where case_id = %s"
KINDS = (
    *("case.opened", "reach.chosen", "call.begun", "call.ended", "contact.tried"),
    *("notice.queued", "notice.sent", "message.written"),
)
"""The types of facts that say something here; that collection rests comes from the case's state."""


def apply(recorded: Sequence[Recorded], before: Case | None, after: Case, keys: Keys, using: str) -> None:
    """Bring the tables up to date with new events of one case, `before` and `after` being its state."""
    told = [event for event in recorded if event.fact.type in KINDS]
    rested = (before.collection_rests, before.stayed_until_on) if before else (False, None)
    rests = (after.collection_rests, after.stayed_until_on)
    if not told and rested == rests:
        return
    case_id = recorded[0].case_id
    owner = _owner(case_id, using)
    if recorded[0].seq == 0:
        _open(case_id, owner, using)
    _take(told, owner, keys, using)
    if rested != rests:
        _cases(using).update_or_create(
            case_id=case_id,
            defaults={"rests": rests[0], "rests_until_on": rests[1]},
            create_defaults={**_owned(owner), "rests": rests[0], "rests_until_on": rests[1]},
        )


def clear(using: str) -> None:
    """Before the tables are made anew: what came from the record goes."""
    ContactRow.objects.using(using).exclude(case_id="").delete()
    ContactCaseRow.objects.using(using).all().delete()


def remake(case_id: str, told: Sequence[Recorded], case: Case, keys: Keys, using: str) -> None:
    """The rows of a case from all its events of KINDS and its state."""
    owner = _owner(case_id, using)
    _open(case_id, owner, using)
    _take(told, owner, keys, using)
    _cases(using).filter(case_id=case_id).update(rests=case.collection_rests, rests_until_on=case.stayed_until_on)


def _open(case_id: str, owner: tuple[str, str], using: str) -> None:
    _cases(using).create(case_id=case_id, **_owned(owner))


def _owner(case_id: str, using: str) -> tuple[str, str]:
    with connections[using].cursor() as cursor:
        cursor.execute(_OWNER, [case_id])
        borrower_id, loan_id = cursor.fetchone()
    return borrower_id, loan_id


def _owned(owner: tuple[str, str]) -> dict[str, str]:
    return {"borrower_id": owner[0], "loan_id": owner[1]}


def _take(told: Iterable[Recorded], owner: tuple[str, str], keys: Keys, using: str) -> None:
    rows = ContactRow.objects.using(using)
    made: dict[str, ContactRow] = {}
    for event in told:
        if isinstance(event.fact, ReachChosen):
            _choose(event, event.fact.reach, owner, keys, using)
        match counted(event):
            case Counted() as new:
                ref = f"{event.case_id}:{new.ref}"
                made[ref] = ContactRow(
                    ref=ref,
                    case_id=event.case_id,
                    at=new.at,
                    channel=new.channel.value,
                    connected=new.connected,
                    purpose=new.purpose.value,
                    number=_number(keys, new.number),
                    **_owned(owner),
                )
            case Turned() as turned:
                ref = f"{event.case_id}:{turned.ref}"
                changes = {"connected": turned.connected} if turned.connected is not None else {"at": turned.at}
                if ref in made:
                    for name, value in changes.items():
                        setattr(made[ref], name, value)
                else:
                    rows.filter(ref=ref).update(**changes)
    rows.bulk_create(made.values(), ignore_conflicts=True)


def _choose(event: Recorded, reach: Reach | None, owner: tuple[str, str], keys: Keys, using: str) -> None:
    """Sealed as it was chosen; nothing of it where it is erased already."""
    said: dict[str, object] = {"chosen": event.leaf, "key_id": "", "reach": b""}
    if reach is not None:
        said["key_id"], key = DataKeys(keys, using).for_writing(event.case_id, Retention.IDENTITY.value)
        said["reach"] = seal_text(key, _place(event.case_id), canonical(plain(reach)).decode())
    _cases(using).update_or_create(
        case_id=event.case_id, defaults=said, create_defaults={**said, **_owned(owner), "case_id": event.case_id}
    )


def _place(case_id: str) -> str:
    return f"contact_case.reach:{case_id}"


def _number(keys: Keys, number: str) -> bytes:
    return blind(keys.index, "number", number) if number else b""


def numbers_of(told: Sequence[Recorded], keys: Keys) -> dict[str, bytes]:
    """By what the numbers called are known, under the newest key, by the row's name."""
    found = ((event.case_id, counted(event)) for event in told)
    return {f"{case_id}:{new.ref}": _number(keys, new.number) for case_id, new in found if isinstance(new, Counted)}


def _cases(using: str):  # type: ignore[no-untyped-def]
    return ContactCaseRow.objects.using(using)


# ---- reading ---------------------------------------------------------------------------------------------------


class DjangoContacts:
    """The Contacts port (forbear/actions/contact_ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._keys, self._using = keys, using
        self._data_keys = DataKeys(keys, using)
        self._rows = ContactRow.objects.using(using)

    def tried(self, borrower_id: str, since: datetime) -> tuple[Attempt, ...]:
        rows = self._rows.filter(borrower_id=borrower_id, at__gte=since).order_by("at", "ref")
        return tuple(
            Attempt(
                at=row.at,
                channel=Channel(row.channel),
                connected=row.connected,
                purpose=Purpose(row.purpose),
                loan=row.loan_id,
                number=bytes(row.number).hex(),
                ref=row.ref,
            )
            for row in rows
        )

    def seen(self, borrower_id: str) -> Seen:
        return Seen(borrower_id, self._rows.filter(borrower_id=borrower_id).count())

    def reaches(self, borrower_id: str) -> tuple[CaseReach, ...]:
        rows = list(_cases(self._using).filter(borrower_id=borrower_id).order_by("case_id"))
        wanted = {row.key_id for row in rows if row.key_id}
        keys = self._data_keys.by_id(wanted) if wanted else {}
        return tuple(
            CaseReach(
                case_id=row.case_id,
                loan_id=row.loan_id,
                rests=row.rests,
                rests_until_on=row.rests_until_on,
                reach=_opened(row, keys[row.key_id]) if row.key_id in keys else None,
                chosen=row.chosen,
            )
            for row in rows
        )

    def number(self, number: str) -> str:
        ends = number_end(number)
        return "|".join(mark.hex() for mark in blinds(self._keys.index, "number", ends)) if ends else ""

    def outside(self, key: str, borrower_id: str, attempt: Attempt) -> bool:
        _, made = self._rows.get_or_create(
            ref=key,
            defaults={
                "borrower_id": borrower_id,
                "loan_id": attempt.loan,
                "case_id": "",
                "at": attempt.at,
                "channel": attempt.channel.value,
                "connected": attempt.connected,
                "purpose": attempt.purpose.value,
                "number": bytes.fromhex(attempt.number.partition("|")[0]),
            },
        )
        return made


def _opened(row: ContactCaseRow, key: bytes) -> Reach:
    reach = typed(Reach, json.loads(open_text(key, _place(row.case_id), row.reach)), "reach")
    assert isinstance(reach, Reach), "sealed as one"
    return reach
