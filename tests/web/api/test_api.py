"""The machine door: a payment is booked once, errors name the field, nothing is private, the description is true."""

import json
import re
from typing import Any

import jsonschema
import pytest
from django.urls import resolve

from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.core.money import major
from forbear.town.borrower import Borrower
from forbear.town.lives import proposed, signed
from forbear.web.api.events import description
from forbear.web.api.urls import urlpatterns
from tests.web.api.conftest import Core
from tests.web.desk.conftest import live


def check(name: str, body: Any) -> None:
    """The body has the shape that the description gives it."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": description()["components"]}
    jsonschema.validate(body, schema)


@pytest.fixture
def case_id(desk: Desk, she: Borrower) -> str:
    """A case with an agreement in force."""
    live(desk, signed(she))
    return she.case_id


@pytest.fixture
def payment(desk: Desk, she: Borrower, case_id: str) -> dict[str, str]:
    due = next(row for row in load(desk, case_id).rows() if row.open_minor).open_minor
    today = desk.clock.today().isoformat()
    return {"contract": she.row.loan.contract, "amount": major(due), "paid_on": today, "reference": "CORE-1"}


def test_a_payment_is_booked_once_however_often_it_is_sent(
    desk: Desk, core: Core, case_id: str, payment: dict[str, str]
):
    answers = [core.post("/api/payments", payment) for _ in range(3)]
    assert [status for status, _ in answers] == [201, 200, 200]
    assert answers[0][1] == answers[1][1] == answers[2][1]
    check("Payment", answers[0][1])
    (paid,) = load(desk, case_id).payments
    assert (paid.by.kind.value, paid.by.auth.value) == ("lender-core", "api-key")
    by_case = {"case": case_id, **{name: payment[name] for name in ("amount", "paid_on", "reference")}}
    assert core.post("/api/payments", by_case)[0] == 200


def test_a_reference_stands_in_no_body_of_the_record(desk: Desk, core: Core, case_id: str, payment: dict[str, str]):
    """It is erased with the payments; a body never is."""
    assert core.post("/api/payments", payment)[0] == 201
    bodies = b"".join(body for body, _ in desk.ledger.bodies(case_id))
    assert payment["reference"].encode() not in bodies


def test_a_reference_stands_for_one_payment(core: Core, payment: dict[str, str]):
    core.post("/api/payments", payment)
    status, body = core.post("/api/payments", {**payment, "amount": "1.00"})
    assert (status, body["error"]["field"]) == (409, "reference")


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"amount": "4,500"}, 422, "amount"),
        ({"amount": "-1.00"}, 422, "amount"),
        ({"amount": "0.00"}, 422, "amount"),
        ({"amount": "1" + "0" * 18}, 422, "amount"),
        ({"amount": 5}, 422, "amount"),
        ({"amount": True}, 422, "amount"),
        ({"amount": ""}, 422, "amount"),
        ({"paid_on": "2026-02-30"}, 422, "paid_on"),
        ({"paid_on": "2099-01-01"}, 422, "paid_on"),
        ({"reference": " "}, 422, "reference"),
        ({"reference": "x" * 121}, 422, "reference"),
        ({"contract": "HC-0000-0000000"}, 422, "contract"),
        ({"case": "c_both"}, 422, "contract"),
        ({"colour": "green"}, 400, "colour"),
    ],
)
def test_an_error_names_its_field(
    desk: Desk, core: Core, case_id: str, payment: dict[str, str], change: dict[str, Any], status: int, field: str
):
    before = load(desk, case_id).case.seq
    got, body = core.post("/api/payments", {**payment, **change})
    assert (got, body["error"]["field"]) == (status, field)
    check("Error", body)
    assert load(desk, case_id).case.seq == before


@pytest.mark.parametrize("body", ["", "[]", "{", '{"amount": 1.5}', '"text"', "\x00"])
def test_what_is_no_object_is_refused(core: Core, payment: dict[str, str], body: str):
    status, answer = core.post("/api/payments", body)
    assert (status, answer["error"]["code"]) == (400, "json")


@pytest.mark.parametrize("key", ["", "wrong", "a key that only the core system know"])
def test_without_a_known_key_every_address_is_shut(desk: Desk, core: Core, case_id: str, key: str):
    stranger = Core(key)
    for path in ("/api/payments", "/api/loans/find", f"/api/cases/{case_id}", f"/api/cases/{case_id}/events"):
        assert stranger.get(path)[0] == 401
        assert stranger.post(path, {})[0] == 401


def test_a_case_tells_its_state_and_nothing_private(desk: Desk, core: Core, she: Borrower):
    live(desk, proposed(she))
    status, body = core.get(f"/api/cases/{she.case_id}")
    assert (status, body["stage"], body["waits_for"]) == (200, "decision", "reviewer")
    check("Case", body)
    status, told = core.get(f"/api/cases/{she.case_id}/events")
    assert (status, [event["seq"] for event in told["events"]]) == (200, list(range(body["seq"] + 1)))
    check("Events", told)
    text = json.dumps([body, told], ensure_ascii=False)
    for private in (she.row.name, she.row.id_number, she.row.phone, she.row.loan.contract):
        assert private not in text
    assert core.get(f"/api/cases/{she.case_id}/events?after={body['seq']}")[1]["events"] == []
    assert core.get(f"/api/cases/{she.case_id}/events?after=x")[0] == 422
    assert core.get("/api/cases/c_none")[0] == 404


def test_a_contract_finds_its_cases(core: Core, she: Borrower, case_id: str):
    status, body = core.post("/api/loans/find", {"contract": she.row.loan.contract})
    assert (status, [case["case"] for case in body["cases"]]) == (200, [case_id])
    check("Loan", body)
    assert core.post("/api/loans/find", {"contract": "HC-0"})[0] == 404
    assert core.post("/api/loans/find", {})[1]["error"]["field"] == "contract"


def test_the_description_is_true(desk: Desk, core: Core):
    """Every address described is there, every address there is described, each answers its method and no other."""
    described: dict[str, Any] = description()["paths"]  # type: ignore[assignment]
    there = {"/api/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern)) for pattern in urlpatterns}
    assert set(described) == there
    for path, methods in described.items():
        address = re.sub(r"\{\w+\}", "c_none", path)
        assert resolve(address).app_name == "api"
        for method in ("get", "post"):
            status = (
                getattr(core, method)(address, *([{}] if method == "post" else []))[0]
                if (path != "/api/openapi.json" or method == "get")
                else 405
            )
            assert (status == 405) == (method not in methods)
    status, body = core.get("/api/openapi.json")
    assert (status, body["openapi"]) == (200, "3.1.0")
