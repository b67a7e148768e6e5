"""Webhooks in memory, and a receiver that keeps what it is told."""

from collections.abc import Mapping
from datetime import datetime

from forbear.actions.ports import Answer, WebhookAttempt
from forbear.core.webhooks import Endpoint


class MemoryWebhooks:
    """The Webhooks port."""

    def __init__(self) -> None:
        self._endpoints: dict[str, Endpoint] = {}
        self._attempts: list[WebhookAttempt] = []

    def put(self, endpoint: Endpoint) -> None:
        self._endpoints[endpoint.id] = endpoint

    def get(self, id: str) -> Endpoint | None:
        return self._endpoints.get(id)

    def all(self) -> tuple[Endpoint, ...]:
        return tuple(self._endpoints.values())

    def remove(self, id: str) -> None:
        self._endpoints.pop(id, None)
        self._attempts = [attempt for attempt in self._attempts if attempt.endpoint != id]

    def tried(self, attempt: WebhookAttempt) -> None:
        self._attempts.append(attempt)

    def attempts(self, id: str, limit: int = 100) -> tuple[WebhookAttempt, ...]:
        return tuple([attempt for attempt in reversed(self._attempts) if attempt.endpoint == id][:limit])

    def forget_attempts(self, before: datetime) -> None:
        self._attempts = [attempt for attempt in self._attempts if attempt.at >= before]


class MemoryPost:
    """The Post port: keeps (url, headers, body) in `told` and answers `status`, 200 to begin with."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.told.append((url, dict(headers), body))
        return Answer(self.status)
