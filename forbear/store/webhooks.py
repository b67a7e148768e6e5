"""Webhooks on Django: endpoints sealed whole, so that a copy of the tables signs nothing."""

import json
from datetime import datetime

from django.db import transaction

from forbear.actions.ports import WebhookAttempt
from forbear.core.codec import plain, typed
from forbear.core.webhooks import Endpoint
from forbear.store.models import WebhookAttemptRow, WebhookRow
from forbear.store.privacy import Keys, open_text, seal_text


class DjangoWebhooks:
    """The Webhooks port (forbear/actions/ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._key = keys.book
        self._using = using
        self._rows = WebhookRow.objects.using(using)
        self._attempts = WebhookAttemptRow.objects.using(using)

    def put(self, endpoint: Endpoint) -> None:
        text = json.dumps(plain(endpoint), ensure_ascii=False)
        row = WebhookRow(
            id=endpoint.id, made_at=endpoint.made_at, sealed=seal_text(self._key, _place(endpoint.id), text)
        )
        row.save(using=self._using)

    def get(self, id: str) -> Endpoint | None:
        row = self._rows.filter(id=id).first()
        return None if row is None else self._endpoint(row)

    def all(self) -> tuple[Endpoint, ...]:
        return tuple(self._endpoint(row) for row in self._rows.order_by("made_at", "id"))

    def remove(self, id: str) -> None:
        with transaction.atomic(using=self._using):
            self._rows.filter(id=id).delete()
            self._attempts.filter(endpoint=id).delete()

    def tried(self, attempt: WebhookAttempt) -> None:
        self._attempts.create(
            endpoint=attempt.endpoint,
            message=attempt.message,
            at=attempt.at,
            status=attempt.status,
            error=attempt.error[:200],
        )

    def attempts(self, id: str, limit: int = 100) -> tuple[WebhookAttempt, ...]:
        rows = self._attempts.filter(endpoint=id).order_by("-id")[:limit]
        return tuple(
            WebhookAttempt(endpoint=row.endpoint, message=row.message, at=row.at, status=row.status, error=row.error)
            for row in rows
        )

    def forget_attempts(self, before: datetime) -> None:
        self._attempts.filter(at__lt=before).delete()

    def _endpoint(self, row: WebhookRow) -> Endpoint:
        found: Endpoint = typed(Endpoint, json.loads(open_text(self._key, _place(row.id), row.sealed)), "webhook")
        return found


def _place(id: str) -> str:
    return f"webhook:{id}"
