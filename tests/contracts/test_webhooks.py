"""What every store of webhooks promises: an endpoint as it was put, attempts newest first, and secrets sealed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from forbear.actions.ports import WebhookAttempt, Webhooks
from forbear.adapters.memory_webhooks import MemoryWebhooks
from forbear.core.webhooks import Endpoint, Standing
from forbear.store.webhooks import DjangoWebhooks
from tests.contracts.bench import START, Bench

SECRET = "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LTEyMzQ="
FIRST = Endpoint(id="h_1", url="https://canary.example.org/", events=("*",), secret=SECRET, made_at=START)
SECOND = replace(FIRST, id="h_2", made_at=START + timedelta(seconds=1))


@pytest.fixture
def webhooks(bench: Bench) -> Webhooks:
    return MemoryWebhooks() if bench.keys is None else DjangoWebhooks(bench.keys)


def test_an_endpoint_is_as_it_was_put(webhooks: Webhooks):
    webhooks.put(FIRST)
    webhooks.put(SECOND)
    changed = replace(FIRST, standing=Standing.PAUSED, old_secret=SECRET, old_until=START + timedelta(days=1))
    webhooks.put(changed)
    assert webhooks.all() == (changed, SECOND)
    assert webhooks.get("h_1") == changed
    webhooks.remove("h_1")
    assert (webhooks.get("h_1"), webhooks.all()) == (None, (SECOND,))


def test_attempts_come_newest_first_and_are_forgotten_in_time(webhooks: Webhooks):
    tried = [
        WebhookAttempt(endpoint=f"h_{n % 2}", message=f"m{n}", at=START + timedelta(hours=n), status=200 + n, error="")
        for n in range(6)
    ]
    for attempt in tried:
        webhooks.tried(attempt)
    assert webhooks.attempts("h_1") == (tried[5], tried[3], tried[1])
    assert webhooks.attempts("h_1", 1) == (tried[5],)
    webhooks.forget_attempts(START + timedelta(hours=3))
    assert webhooks.attempts("h_1") == (tried[5], tried[3])
    webhooks.remove("h_1")
    assert webhooks.attempts("h_1") == ()


def test_a_copy_of_the_table_signs_nothing(stored: Bench):
    assert stored.keys is not None
    DjangoWebhooks(stored.keys).put(FIRST)
    with connection.cursor() as cursor:
        cursor.execute("select id, sealed from webhook")
        sealed = bytes(cursor.fetchone()[1])
    assert b"canary.example.org" not in sealed
    assert SECRET.encode() not in sealed
