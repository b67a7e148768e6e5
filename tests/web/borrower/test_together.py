"""A second loan at the same lender: she sees that it is counted, and reads plans over both of them on one budget."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from forbear.actions.explanation import explained_together
from forbear.actions.plan import months_ahead, question, question_together
from forbear.core.explained import Audience
from forbear.core.loan import owed_on
from forbear.core.money import PPM, Rounding, divide
from forbear.web.text import money
from tests.web.borrower.conftest import Borrower

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "explanation.schema.json").read_text("utf-8"))
OTHER = "HC-2024-SECOND"


@pytest.fixture
def alone(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits()


@pytest.fixture
def both(alone: Borrower) -> Borrower:
    """The same with another loan of 3,000.00 in the book, 250.00 a month, nothing late."""
    held = alone.desk.loans.loan(alone.file.loan_id or "")
    assert held is not None
    small = replace(
        held.row.loan, contract=OTHER, principal_minor=3_000_00, interest_minor=0, penalty_minor=0, fees_minor=0,
        oldest_unpaid_due_on=None, instalment_minor=250_00, instalments_left=13, due_day=9,
    )  # fmt: skip
    alone.desk.loans.put([replace(held.row, loan=small)])
    return alone


def test_what_the_other_loan_takes_is_not_there_for_this_one(both: Borrower):
    (debt,) = [d for d in question(both.desk, both.file).household.other_debts if OTHER in d.creditor]
    held = both.desk.loans.find(OTHER)
    assert held is not None
    owed = owed_on(held.row.loan, both.desk.clock.today()).total_minor
    assert (debt.monthly_minor, debt.balance_minor) == (250_00, owed)
    month = months_ahead(both.desk, both.file, 1)[0]
    surplus = month.income_minor - month.need_minor - month.debts_minor
    buffer = both.desk.rulebooks.on(both.desk.clock.today()).integer("budget.buffer")
    assert month.debts_minor >= 250_00
    assert month.affordable_minor == surplus - divide(surplus * buffer, PPM, Rounding.UP)


def test_who_has_one_loan_reads_nothing_of_others(alone: Borrower):
    assert question_together(alone.desk, alone.file) is None
    assert "plans/together" not in alone.opens("plans").source
    assert alone.client.get(alone.at("plans/together")).status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_plans_over_all_her_loans_are_a_page_and_data(both: Borrower, language: str):
    both.client.cookies["lang"] = language
    plans = both.opens("plans")
    assert OTHER in plans.text and f'href="/c/{both.file.case.case_id}/plans/together"' in plans.source
    found = explained_together(both.desk, both.file, Audience.BORROWER)
    assert found is not None and found.offers and [loan.contract for loan in found.loans][1] == OTHER
    for shown in found.offers:
        page = both.opens(f"plans/together?plan={shown.offer.name}")
        assert page.status == 200 and OTHER in page.text
        assert money(shown.figures.total_minor, language) in page.text
        assert money(shown.figures.highest_minor, language) in page.text
    answer = both.client.get(both.at("plans/together?format=json"))
    document = json.loads(answer.content)
    jsonschema.validate(document, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert [offer["name"] for offer in document["offers"]] == [shown.offer.name for shown in found.offers]
    assert "lender-best" not in json.dumps(document) and "lender_value" not in json.dumps(document)
    assert both.client.get(both.at("plans/together?plan=lender-best")).status_code == 404
