"""Telling other systems what happens: endpoints, the messages to them, retries and replay.

Every fact that an endpoint wants becomes due in the transaction that records it, so that nothing is told that did not
happen and nothing that happened is left out. The order of arrival is not promised; `seq` in the message is the order.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from forbear.actions.carrier_ports import Webhooks
from forbear.actions.ports import Away, Desk, Due, Leased, WebhookAttempt
from forbear.core.events import CaseOpened, Fact
from forbear.core.refusal import Refusal
from forbear.core.webhooks import (
    ENDPOINTS_MOST,
    OLD_SECRET_HOURS,
    Endpoint,
    Standing,
    message,
    message_id,
    retry_seconds,
    unknown_events,
)

URL_MAX = 500
REPLAY_MOST = 1000
KEEP_ATTEMPTS_DAYS = 30
AWAY_SECONDS = 30


class TryAgain(Exception):
    """The message was not taken; it is tried again after `seconds`, or given up where that is None."""

    def __init__(self, said: str, seconds: int | None) -> None:
        super().__init__(said)
        self.seconds = seconds


# ---- what becomes due ------------------------------------------------------------------------------------------


def dues(webhooks: Webhooks, case_id: str, first_seq: int, facts: Sequence[Fact], now: datetime) -> list[Due]:
    """The messages that these facts of a case call for, the first of them at `first_seq`."""
    endpoints = webhooks.all()
    return [
        _due(endpoint, case_id, first_seq + number, now)
        for number, fact in enumerate(facts)
        for endpoint in endpoints
        if endpoint.wants(fact.type)
    ]


def _due(endpoint: Endpoint, case_id: str, seq: int, now: datetime, again: str = "") -> Due:
    key = f"hook:{endpoint.id}:{case_id}:{seq}{again}"
    return Due(key=key, kind="hook", due_at=now, case_id=case_id, body={"endpoint": endpoint.id, "seq": seq})


def tell(desk: Desk, item: Leased) -> None:
    """Hand one message over; raises TryAgain. Nothing to do where the endpoint is gone or paused meanwhile."""
    endpoint = desk.webhooks.get(str(item.body["endpoint"]))
    if endpoint is None or endpoint.standing is not Standing.ON:
        return
    events, seq = desk.ledger.events(item.case_id), int(item.body["seq"])
    if seq >= len(events):
        raise TryAgain("the fact is not there yet", 1)
    opened = events[0].fact
    contract = (opened.contract or "") if isinstance(opened, CaseOpened) else ""
    name = message_id(item.case_id, seq)
    body = json.dumps(message(events[seq], contract), ensure_ascii=False, separators=(",", ":")).encode()
    now = desk.clock.now()
    if _was_away(desk, endpoint, now):
        raise TryAgain("the receiver was away a moment ago", retry_seconds(item.tries))
    try:
        answer = desk.post(endpoint.url, headers(endpoint, name, now, body), body)
    except Away as away:
        desk.webhooks.tried(WebhookAttempt(endpoint=endpoint.id, message=name, at=now, status=0, error=str(away)))
        raise TryAgain(str(away), retry_seconds(item.tries)) from None
    desk.webhooks.tried(WebhookAttempt(endpoint=endpoint.id, message=name, at=now, status=answer.status))
    if answer.status == 410:
        desk.webhooks.put(replace(endpoint, standing=Standing.GONE))
    elif not 200 <= answer.status < 300:
        raise TryAgain(f"the receiver answered {answer.status}", retry_seconds(item.tries, answer.after_seconds))


def _was_away(desk: Desk, endpoint: Endpoint, now: datetime) -> bool:
    """Whether it did not answer within the last half minute: nobody waits for it message by message."""
    last = desk.webhooks.attempts(endpoint.id, 1)
    return bool(last) and last[0].status == 0 and now - last[0].at < timedelta(seconds=AWAY_SECONDS)


def headers(endpoint: Endpoint, name: str, now: datetime, body: bytes) -> dict[str, str]:
    """What a message is signed with: id, seconds since 1970, and a signature for each secret that holds."""
    stamp = str(int(now.timestamp()))
    signed = [f"v1,{signature(secret, name, stamp, body)}" for secret in endpoint.secrets(now)]
    return {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signed),
    }


def signature(secret: str, name: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over `id.timestamp.body` in base64; `secret` in base64 (Standard Webhooks 1.0, symmetric)."""
    signed = f"{name}.{stamp}.".encode() + body
    return base64.b64encode(hmac.digest(base64.b64decode(secret), signed, hashlib.sha256)).decode("ascii")


# ---- endpoints -------------------------------------------------------------------------------------------------


def add(desk: Desk, url: str, events: Sequence[str]) -> Endpoint | Refusal:
    """A new endpoint with a secret of its own; refused where the address or the wish makes no sense."""
    wanted = tuple(dict.fromkeys(events))
    if fault := _url_fault(desk, url) or _events_fault(wanted):
        return fault
    if len(desk.webhooks.all()) >= ENDPOINTS_MOST:
        return Refusal("webhooks.most", "webhooks.refusal.most", facts={"most": ENDPOINTS_MOST})
    endpoint = Endpoint(id=desk.ids.new("h"), url=url, events=wanted, secret=_secret(desk), made_at=desk.clock.now())
    desk.webhooks.put(endpoint)
    return endpoint


def change(desk: Desk, endpoint: Endpoint, url: str, events: Sequence[str], standing: Standing) -> Endpoint | Refusal:
    """The endpoint with another address, other events or another standing."""
    wanted = tuple(dict.fromkeys(events))
    if fault := _url_fault(desk, url) or _events_fault(wanted):
        return fault
    changed = replace(endpoint, url=url, events=wanted, standing=standing)
    desk.webhooks.put(changed)
    return changed


def rotate(desk: Desk, endpoint: Endpoint) -> Endpoint:
    """A new secret; the one before signs beside it for a day."""
    until = desk.clock.now() + timedelta(hours=OLD_SECRET_HOURS)
    changed = replace(endpoint, secret=_secret(desk), old_secret=endpoint.secret, old_until=until)
    desk.webhooks.put(changed)
    return changed


def replay(desk: Desk, endpoint: Endpoint, from_leaf: int, until_leaf: int | None = None) -> tuple[int, int | None]:
    """Tell again what happened from a place in the record on: how many messages, and where to go on (None: all told).

    The messages keep their ids: a receiver that has one already knows it.
    """
    now, count = desk.clock.now(), 0
    found: list[Due] = []
    for event in desk.ledger.all(from_leaf):
        if until_leaf is not None and event.leaf > until_leaf:
            break
        if count == REPLAY_MOST:
            desk.agenda.put(found)
            return count, event.leaf
        if endpoint.wants(event.fact.type):
            count += 1
            found.append(_due(endpoint, event.case_id, event.seq, now, f":again:{int(now.timestamp() * 1000)}"))
    desk.agenda.put(found)
    return count, None


def _secret(desk: Desk) -> str:
    return base64.b64encode(desk.ids.salt() + desk.ids.salt()).decode("ascii")


def _url_fault(desk: Desk, url: str) -> Refusal | None:
    """An address is https, of a host that the operator listed, and carries no password; http only to this machine."""
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return Refusal("webhooks.url", "webhooks.refusal.url", where="url")
    plain = parts.scheme == "http" and host in ("127.0.0.1", "localhost")
    if len(url) > URL_MAX or not url.isprintable() or " " in url or not (parts.scheme == "https" or plain):
        return Refusal("webhooks.url", "webhooks.refusal.url", where="url")
    if parts.username or parts.password or parts.fragment:
        return Refusal("webhooks.url", "webhooks.refusal.url", where="url")
    if host not in desk.webhook_hosts:
        return Refusal("webhooks.host", "webhooks.refusal.host", facts={"host": host or "?"}, where="url")
    return None


def _events_fault(events: tuple[str, ...]) -> Refusal | None:
    if not events:
        return Refusal("webhooks.events", "webhooks.refusal.no_events", where="events")
    if unknown := unknown_events(events):
        return Refusal("webhooks.events", "webhooks.refusal.events", facts={"event": unknown[0][:60]}, where="events")
    return None
