"""The MailRoom on Django, and the signature of mail marks under a key derived from the installation's own.

What a person may read of a mail is sealed under the key of its case, or under one of its own that is destroyed as soon
as the mail has found its case: then it goes when its case goes.
"""

import json
from base64 import b32encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count

from forbear.actions.ports import MailRow, MailShown, MailState
from forbear.core.codec import plain, typed
from forbear.core.facts import Retention
from forbear.store.models import MailIn
from forbear.store.privacy import DataKeys, Keys, open_bytes, seal_bytes

SIGNED_LETTERS = 20
"""Of base 32: 100 bits."""


def signer(key: bytes) -> Callable[[str], str]:
    """The Sign of forbear/core/mail_address.py under a key of the installation."""
    own = hmac_digest(key, b"forbear mail marks", sha256)

    def sign(text: str) -> str:
        return b32encode(hmac_digest(own, text.encode(), sha256)).decode("ascii").lower()[:SIGNED_LETTERS]

    return sign


class DjangoMailRoom:
    """The MailRoom port (forbear/actions/ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._index = keys.index
        self._data_keys = DataKeys(keys, using)
        self._using = using
        self._rows = MailIn.objects.using(using)

    def enter(self, row: MailRow) -> bool:
        try:
            with transaction.atomic(using=self._using):
                self._rows.create(mail=row.mail, **self._columns(row))
        except IntegrityError:
            return False
        return True

    def change(self, row: MailRow) -> None:
        self._rows.filter(mail=row.mail).update(**self._columns(row))

    def first(self, content: bytes) -> MailRow | None:
        found = self._rows.filter(content=self._keyed(content)).exclude(outcome="duplicate").first()
        return self._row(found) if found else None

    def get(self, mail: str) -> MailRow | None:
        found = self._rows.filter(mail=mail).first()
        return self._row(found) if found else None

    def list(self, state: str, offset: int = 0, limit: int = 50) -> tuple[MailRow, ...]:
        found = self._rows.filter(state=state).order_by("-came_at", "-mail")[offset : offset + limit]
        return tuple(self._row(row) for row in found)

    def counts(self) -> Mapping[str, int]:
        counted = {}
        for column, head in (("outcome", ""), ("state", "state:")):
            rows = self._rows.values_list(column).annotate(count=Count("mail")).order_by(column)
            counted |= {f"{head}{value}": count for value, count in rows}
        return counted

    def _columns(self, row: MailRow) -> dict[str, Any]:
        shown = row.shown or MailShown()
        key_id, key = self._data_keys.for_writing(row.owner, Retention.MESSAGE)
        text = json.dumps([row.content.hex(), row.sha256, plain(shown)], ensure_ascii=False)
        return {
            "content": self._keyed(row.content),
            "raw_digest": self._keyed(bytes.fromhex(row.sha256)),
            "outcome": row.outcome,
            "state": row.state.value,
            "came_at": row.came_at,
            "blob": row.blob,
            "size": row.size,
            "owner": row.owner,
            "case_id": row.case_id,
            "why": row.why,
            "settled_by": row.settled_by,
            "key_id": key_id,
            "sealed": seal_bytes(key, _place(row.mail), text.encode()),
        }

    def _row(self, row: MailIn) -> MailRow:
        key = self._data_keys.by_id([row.key_id]).get(row.key_id)
        content, digest, shown = b"", "", None
        if key is not None:
            spelled, digest, told = json.loads(open_bytes(key, _place(row.mail), row.sealed))
            content, shown = bytes.fromhex(spelled), typed(MailShown, told)
        return MailRow(
            mail=row.mail,
            content=content,
            sha256=digest,
            outcome=row.outcome,
            state=MailState(row.state),
            came_at=row.came_at,
            blob=row.blob,
            size=row.size,
            owner=row.owner,
            case_id=row.case_id,
            why=row.why,
            settled_by=row.settled_by,
            shown=shown,
        )

    def _keyed(self, digest: bytes) -> bytes:
        """Without the key nobody can tell by it whether a guessed mail was one."""
        return hmac_digest(self._index, b"mail.content\x00" + digest, sha256)


def _place(mail: str) -> bytes:
    return f"mail:{mail}".encode()
