"""The signed hand-over: what opens her case once, and everything that opens nothing."""

import base64
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from forbear.actions.contact import Proved
from forbear.actions.handover import take_over
from forbear.actions.ports import Desk
from forbear.adapters.memory import clock_of, memory_desk
from forbear.core.handover import token_of
from forbear.core.refusal import Refusal
from forbear.town.book import made_up_book

SECRET, OLD = "s" * 40, "o" * 40
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NOW = int(AT.timestamp())


@pytest.fixture
def desk() -> Desk:
    made: Desk = memory_desk(
        at=AT, rows=made_up_book(7, 3, date(2026, 3, 1)), handover_secrets=(SECRET, OLD), address="https://desk.example"
    )
    return made


def claims(desk: Desk, **other: Any) -> dict[str, Any]:
    made = {
        "aud": "https://desk.example",
        "iat": NOW,
        "exp": NOW + 120,
        "jti": "0123456789abcdef",
        "contract": desk.loans.all_contracts()[0],
    }
    return {name: value for name, value in {**made, **other}.items() if value is not None}


def test_a_token_opens_the_case_of_its_contract_once(desk: Desk):
    token = token_of(SECRET, claims(desk))
    held = desk.loans.find(desk.loans.all_contracts()[0])
    assert held is not None
    assert take_over(desk, token) == Proved(held.borrower_id, held.loan_id)
    refused = take_over(desk, token)
    assert isinstance(refused, Refusal) and refused.rule == "handover.taken"


def test_a_secret_that_is_being_changed_still_opens(desk: Desk):
    assert isinstance(take_over(desk, token_of(OLD, claims(desk, iss="app", sub="x", nbf=NOW))), Proved)


@pytest.mark.parametrize(
    ("why", "other"),
    [
        ("audience", {"aud": "https://other.example"}),
        ("audience", {"aud": "https://desk.example.evil"}),
        ("expired", {"iat": NOW - 200, "exp": NOW - 61}),
        ("future", {"iat": NOW + 61, "exp": NOW + 120}),
        ("life", {"exp": NOW + 301}),
        ("life", {"exp": NOW}),
        ("claims", {"jti": None}),
        ("claims", {"jti": "short"}),
        ("claims", {"contract": " "}),
        ("claims", {"contract": None}),
        ("claims", {"iat": str(NOW)}),
        ("claims", {"exp": True}),
        ("claims", {"aud": ["https://desk.example"]}),
        ("unknown_claim", {"customer": "7"}),
        ("contract", {"contract": "HC-0000-0000000"}),
    ],
)
def test_what_is_wrong_in_it_opens_nothing(desk: Desk, why: str, other: dict[str, Any]):
    refused = take_over(desk, token_of(SECRET, claims(desk, **other)))
    assert isinstance(refused, Refusal)
    assert (refused.rule, refused.reason) == (f"handover.{why}", "chat.refusal.handover")


@pytest.mark.parametrize(
    ("issued", "ends", "opens"),
    [
        (NOW - 180, NOW - 60, True),
        (NOW + 60, NOW + 180, True),
        (NOW - 181, NOW - 61, False),
        (NOW + 61, NOW + 180, False),
    ],
)
def test_clocks_may_be_a_minute_apart(desk: Desk, issued: int, ends: int, opens: bool):
    outcome = take_over(desk, token_of(SECRET, claims(desk, iat=issued, exp=ends)))
    assert isinstance(outcome, Proved) is opens


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_other_signatures_open_nothing(desk: Desk):
    good = token_of(SECRET, claims(desk))
    head, body, signature = good.split(".")
    unsigned = _part({"alg": "none", "typ": "JWT"})
    forged = [
        token_of("x" * 40, claims(desk)),
        f"{unsigned}.{body}.",
        f"{unsigned}.{body}.{signature}",
        f"{head}.{_part(claims(desk, contract=desk.loans.all_contracts()[1]))}.{signature}",
        f"{head}.{body}.{signature[:-1]}",
        f"{head}.{body}.é",
        f"{head}.{body}",
        "",
        ".." * 1000,
        good + "a" * 2000,
        f"{_part([1])}.{_part([1])}.x",
        f"{_part({'alg': 'HS256', 'kid': '1'})}.{body}.{signature}",
        "é.é.é",
        "\x00.\x00.\x00",
    ]
    outcomes = [take_over(desk, token) for token in forged]
    assert {outcome.rule for outcome in outcomes if isinstance(outcome, Refusal)} == {
        "handover.form",
        "handover.signature",
    }
    assert [token for token, outcome in zip(forged, outcomes, strict=True) if not isinstance(outcome, Refusal)] == []
    assert isinstance(take_over(desk, good), Proved)


def test_without_a_secret_nothing_opens(desk: Desk):
    closed = memory_desk(at=AT, rows=made_up_book(7, 3, date(2026, 3, 1)), address="https://desk.example")
    for secret in ("", SECRET):
        refused = take_over(closed, token_of(secret, claims(desk)))
        assert isinstance(refused, Refusal) and refused.rule == "handover.signature"


def test_a_token_stays_taken_as_long_as_it_could_be_used(desk: Desk):
    token = token_of(SECRET, claims(desk, exp=NOW + 300))
    assert isinstance(take_over(desk, token), Proved)
    clock_of(desk).advance(seconds=359)
    refused = take_over(desk, token)
    assert isinstance(refused, Refusal) and refused.rule == "handover.taken"
