"""A dialer asks before it rings and an agency reports what it tried: one limit for all, exact times, nothing twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from forbear.actions.ports import ZONE, Desk
from forbear.actions.record import load
from forbear.core import events as e
from forbear.town.borrower import Borrower
from forbear.town.lives import proposed
from tests.web.api.conftest import Core
from tests.web.api.test_api import check
from tests.web.desk.conftest import live

RULES = ["contact.connected_max_per_day", "contact.unanswered_max_per_day"]


@pytest.fixture
def address(she: Borrower) -> str:
    return f"/api/contact-budget/{she.row.loan.contract}"


def report(core: Core, address: str, key: str, **change: Any) -> tuple[int, Any]:
    core.client.defaults["HTTP_IDEMPOTENCY_KEY"] = key
    body = {"channel": "hotline", "connected": False, "at": "2026-03-02T09:00:00+08:00", **change}
    return core.post(f"{address}/attempts", body)


def test_what_is_left_for_a_contract_without_a_case(core: Core, she: Borrower, address: str):
    status, body = core.get(address)
    check("ContactBudget", body)
    assert (status, body["allowed"], body["rule"], body["reason"]) == (200, True, None, None)
    assert body["counts"] == [
        {"rule": RULES[0], "used": 0, "limit": 3, "house": False},
        {"rule": RULES[1], "used": 0, "limit": 6, "house": False},
    ]
    assert body["quiet_hours"] == {"from": "22:00", "until": "08:00", "zones": ["Asia/Shanghai"]}
    assert (body["next_at"], body["collection_rests"]) == ("2026-03-02T01:00:00.000Z", False)


def test_at_night_it_says_until_when(desk: Desk, core: Core, address: str):
    desk.clock.move_to(datetime(2026, 3, 2, 22, 0, tzinfo=ZONE))  # type: ignore[attr-defined]
    body = core.get(f"{address}?channel=sms&purpose=notice")[1]
    check("ContactBudget", body)
    assert (body["allowed"], body["rule"], body["next_at"]) == (
        False, "contact.quiet_from", "2026-03-03T00:00:00.000Z")  # fmt: skip
    assert "3 March 2026, 08:00" in body["reason"]["en"]
    assert "2026年3月3日 08:00" in body["reason"]["zh"]


def test_attempts_of_agencies_count_for_all_and_each_once(core: Core, address: str):
    for number in range(6):
        assert report(core, address, f"a-{number}", by="agency one")[0] == 201
        status, body = report(core, address, f"a-{number}", by="agency one")
        assert (status, body["counts"][1]["used"]) == (200, number + 1)
    body = core.get(address)[1]
    assert (body["allowed"], body["rule"], body["next_at"]) == (
        False, "contact.unanswered_max_per_day", "2026-03-03T00:00:00.000Z")  # fmt: skip


def test_an_attempt_on_a_loan_with_a_case_is_a_fact_of_it(desk: Desk, core: Core, she: Borrower, address: str):
    live(desk, proposed(she))
    at = desk.clock.now() - timedelta(minutes=1)
    for _ in range(2):
        report(core, address, "one", connected=True, at=at.isoformat(), by="agency two")
    (tried,) = (one for one in load(desk, she.case_id).events if isinstance(one.fact, e.ContactTried))
    assert isinstance(tried.fact, e.ContactTried)
    assert (tried.fact.connected, tried.fact.by, tried.occurred_at) == (True, "agency two", at)
    assert report(core, address, "one", connected=False, at=at.isoformat())[0] == 409
    body = core.get(address)[1]
    assert (body["allowed"], body["rule"], body["next_at"], body["collection_rests"]) == (
        False, "contact.collection_rests", None, True)  # fmt: skip
    assert body["counts"][0]["used"] == 1


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"channel": "pigeon"}, 422, "channel"),
        ({"connected": "yes"}, 422, "connected"),
        ({"at": "2026-03-02T09:00:00"}, 422, "at"),
        ({"at": "yesterday"}, 422, "at"),
        ({"at": "2026-03-02T02:00:00Z"}, 422, "at"),
        ({"purpose": "fun"}, 422, "purpose"),
        ({"by": "x" * 81}, 422, "by"),
        ({"colour": "green"}, 400, "colour"),
    ],
)
def test_a_report_at_fault_names_its_field_and_counts_nothing(
    core: Core, address: str, change: dict[str, Any], status: int, field: str
):
    got, body = report(core, address, "bad", **change)
    assert (got, body["error"]["field"]) == (status, field)
    assert [one["used"] for one in core.get(address)[1]["counts"]] == [0, 0]


def test_without_a_key_or_a_contract(core: Core, address: str):
    assert report(core, address, "")[1]["error"]["field"] == "Idempotency-Key"
    assert report(core, "/api/contact-budget/HC-0", "k")[0] == 404
    assert core.get("/api/contact-budget/HC-0")[0] == 404
    assert core.get(f"{address}?channel=pigeon")[1]["error"]["field"] == "channel"
    assert Core("").get(address)[0] == 401
