"""The MailRoom on Django, and the signature of mail marks under a key derived from the installation's own.

What a person may read of a mail is sealed under the key of its case, or under one of its own that is destroyed as soon
as the mail has found its case: then it goes when its case goes.
"""

import json
from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Any

from django.db import IntegrityError
from django.db.models import Count, QuerySet

from forbear.actions.ports import MailRow, MailShown, MailState
from forbear.core.codec import plain, typed
from forbear.core.facts import Retention
from forbear.store.models import Blob, DataKey, MailIn
from forbear.store.privacy import DataKeys, Keys, marking, marks, open_bytes, seal_bytes

SIGNED_LETTERS = 20
"""Of base 32: 100 bits."""


class KeyGone(Exception):
    """The key of a mail went between its file and its row, as of one that belongs to nobody: it is to be sent again."""


def signer(key: bytes) -> Callable[[str], str]:
    """The Sign of forbear/core/mail_address.py under a key of the installation."""
    return lambda text: signers(key)(text)[0]


def signers(key: bytes) -> Callable[[str], tuple[str, ...]]:
    """The Signs: of every generation of the key, the newest first."""
    return lambda text: tuple(_signed(own, text) for own in marks(key, b"forbear mail marks"))


def _signed(own: bytes, text: str) -> str:
    return b32encode(hmac_digest(own, text.encode(), sha256)).decode("ascii").lower()[:SIGNED_LETTERS]


class DjangoMailRoom:
    """The MailRoom port (forbear/actions/ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._index = keys.index
        self._data_keys = DataKeys(keys, using)
        self._using = using
        self._rows = MailIn.objects.using(using)

    def enter(self, row: MailRow) -> bool:
        try:
            with marking(self._using):
                _key_is_there(row.blob, self._using)
                _, *before = content_marks(self._index, row.content)
                if before and row.outcome != "duplicate" and self._known(before).exists():
                    return False
                self._rows.create(mail=row.mail, **self._columns(row))
        except IntegrityError:
            return False
        return True

    def change(self, row: MailRow) -> None:
        self._rows.filter(mail=row.mail).update(**self._columns(row))

    def first(self, content: bytes) -> MailRow | None:
        found = self._known(content_marks(self._index, content)).first()
        return self._row(found) if found else None

    def _known(self, marks: Sequence[bytes]) -> "QuerySet[MailIn]":
        return self._rows.filter(content__in=marks).exclude(outcome="duplicate")

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
            "content": content_marks(self._index, row.content)[0],
            "raw_digest": content_marks(self._index, bytes.fromhex(row.sha256))[0],
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
            content, digest, told = opened(row, key)
            shown = typed(MailShown, told)
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


def _key_is_there(blob: str, using: str) -> None:
    """Whether the raw mail still opens; until the row is there nobody destroys its key (store/leaving.py)."""
    key_id = Blob.objects.using(using).filter(blob_id=blob).values_list("key_id", flat=True).first()
    live = DataKey.objects.using(using).filter(key_id=key_id, destroyed_leaf=None)
    if key_id is not None and live.select_for_update().first() is None:
        raise KeyGone(blob)


def opened(row: MailIn, key: bytes) -> tuple[bytes, str, Any]:
    """What a mail is known by, its SHA-256 in hexadecimal, and what is shown of it."""
    spelled, digest, told = json.loads(open_bytes(key, _place(row.mail), row.sealed))
    return bytes.fromhex(spelled), digest, told


def content_marks(key: bytes, digest: bytes) -> tuple[bytes, ...]:
    """Without the key nobody can tell by it whether a guessed mail was one."""
    return marks(key, b"mail.content\x00" + digest)


def _place(mail: str) -> bytes:
    return f"mail:{mail}".encode()
