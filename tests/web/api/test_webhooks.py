"""Webhooks by the machine door: who may, what is shown, and the secret that is shown once."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from forbear.actions.ports import Desk
from forbear.config import wiring
from forbear.core.api_keys import Scope, read_key
from tests.web.api.conftest import Core
from tests.web.api.test_api import check

HOST = "hooks.example.org"
NEW = {"url": f"https://{HOST}/in", "events": ["enforcement.*", "case.closed"]}


@pytest.fixture
def listed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk where the host is listed."""
    made = replace(desk, webhook_hosts=(HOST,))
    monkeypatch.setattr(wiring, "desk", lambda: made)
    return made


def test_a_webhook_is_made_seen_changed_and_removed(listed: Desk, core: Core):
    status, made = core.post("/api/webhooks", NEW)
    assert (status, made["standing"], made["events"]) == (201, "on", NEW["events"])
    check("NewWebhookMade", made)
    address = f"/api/webhooks/{made['id']}"
    status, every = core.get("/api/webhooks")
    check("Webhooks", every)
    assert (status, len(every["webhooks"])) == (200, 1)
    status, one = core.get(address)
    check("WebhookAttempts", one)
    assert "secret" not in one
    status, paused = core.patch(address, {"standing": "paused", "events": ["*"]})
    check("Webhook", paused)
    assert (status, paused["standing"], paused["events"], paused["url"]) == (200, "paused", ["*"], NEW["url"])
    status, turned = core.post(f"{address}/rotate", {})
    assert status == 200
    assert turned["secret"] != made["secret"]
    status, told = core.post(f"{address}/replay", {"from_leaf": 0})
    check("Replayed", told)
    assert (status, told) == (202, {"messages": 0, "next_leaf": None})
    assert (core.delete(address), core.delete(address)) == (204, 404)
    assert core.get(address)[0] == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "url"),
        ({"url": NEW["url"]}, 422, "events"),
        ({**NEW, "events": "*"}, 422, "events"),
        ({**NEW, "events": [1]}, 422, "events"),
        ({**NEW, "events": ["no.such"]}, 422, "events"),
        ({**NEW, "url": "https://elsewhere.example.org/"}, 422, "url"),
        ({**NEW, "secret": "mine"}, 400, "secret"),
    ],
)
def test_a_wish_that_makes_no_sense_names_its_field(
    listed: Desk, core: Core, body: dict[str, Any], status: int, field: str
):
    got, answer = core.post("/api/webhooks", body)
    assert (got, answer["error"]["field"]) == (status, field)
    assert listed.webhooks.all() == ()


@pytest.mark.parametrize("change", [{"standing": "gone"}, {"standing": "off"}, {"events": []}, {"colour": "red"}])
def test_a_change_that_makes_no_sense_changes_nothing(listed: Desk, core: Core, change: dict[str, Any]):
    made = core.post("/api/webhooks", NEW)[1]
    before = listed.webhooks.all()
    status, body = core.patch(f"/api/webhooks/{made['id']}", change)
    assert (status, body["error"]["field"]) == (400 if "colour" in change else 422, next(iter(change)))
    assert listed.webhooks.all() == before


@pytest.mark.parametrize("body", [{}, {"from_leaf": -1}, {"from_leaf": "0"}, {"from_leaf": True}, {"from_leaf": 2**60}])
def test_a_replay_says_from_where(listed: Desk, core: Core, body: dict[str, Any]):
    made = core.post("/api/webhooks", NEW)[1]
    status, answer = core.post(f"/api/webhooks/{made['id']}/replay", body)
    assert (status, answer["error"]["field"]) == (422, "from_leaf")


def test_a_key_opens_what_it_is_for_and_nothing_else(listed: Desk, settings: Any):
    keys = {scope: f"the key for {scope}" for scope in Scope}
    settings.API_KEYS = [read_key(f"{sha256(key.encode()).hexdigest()}:{scope}") for scope, key in keys.items()]
    paths = {
        Scope.CASES: ("get", "/api/cases/c_none", 404),
        Scope.PAYMENTS: ("post", "/api/payments", 422),
        Scope.WEBHOOKS: ("get", "/api/webhooks", 200),
    }
    for scope, key in keys.items():
        core = Core(key)
        for needed, (method, path, inside) in paths.items():
            status, body = getattr(core, method)(path, *([{}] if method == "post" else []))
            assert status == (inside if scope is needed else 403)
            if scope is not needed:
                assert body["error"]["field"] == "key"
