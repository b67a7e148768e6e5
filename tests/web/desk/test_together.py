"""Her other loans at the desk: their instalments are counted, and plans over all of them tell an auditor every id."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.lives import wishes
from tests.web.desk.conftest import live
from tests.web.desk.test_explanation import Signed

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "explanation.schema.json").read_text("utf-8"))
OTHER = "HC-2024-SECOND"


@pytest.fixture
def base(desk: Desk, she: Borrower) -> str:
    live(desk, wishes(she))
    held = desk.loans.loan(load(desk, she.case_id).loan_id or "")
    assert held is not None
    small = replace(
        held.row.loan, contract=OTHER, principal_minor=2_000_00, interest_minor=0, penalty_minor=0, fees_minor=0,
        oldest_unpaid_due_on=None, instalment_minor=150_00, instalments_left=14, due_day=9,
    )  # fmt: skip
    desk.loans.put([replace(held.row, loan=small)])
    return f"/desk/cases/{she.case_id}/plans"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_desk_sees_her_other_loan_and_plans_over_both(base: str, person: Signed, language: str):
    her = person(AGENTS[1].id, language=language)
    tab = her.opens(base)
    assert OTHER in tab.text and f'href="{base}/together"' in tab.source
    document = json.loads(her.client.get(f"{base}/together?format=json").content)
    jsonschema.validate(document, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert (document["audience"], document["offers"][-1]["name"]) == ("agent", "lender-best")
    assert [loan["contract"] for loan in document["loans"]][1] == OTHER
    for offer in document["offers"]:
        parts = [one for loan in document["loans"] for one in loan["offers"] if one["name"] == offer["name"]]
        values = sum(round(float(part["lender_value"]) * 100) for part in parts)
        assert values == round(float(offer["lender_value"]) * 100)
        page = her.opens(f"{base}/together?plan={offer['name']}")
        assert f"{int(float(offer['figures']['total'])):,}" in page.text
    assert her.client.get(f"{base}/together?plan=nothing").status_code == 404
