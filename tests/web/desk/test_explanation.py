"""Why, at the desk: an agent reads names and the lender's value, an auditor every id; the record is told as it was."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from forbear.actions.plan import offers_today
from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.actions.sections import source_told
from forbear.core.decision import Outcome
from forbear.core.money import major
from forbear.town.borrower import AGENTS, REVIEWERS, Borrower
from forbear.town.lives import under_review, wishes
from tests.web.desk.conftest import Person, live

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "explanation.schema.json").read_text("utf-8"))
AGENT = AGENTS[1].id
Signed = Callable[..., Person]


def data(her: Person, path: str) -> dict[str, Any]:
    answer = her.client.get(f"{path}{'&' if '?' in path else '?'}format=json")
    assert answer.status_code == 200
    document: dict[str, Any] = json.loads(answer.content)
    jsonschema.validate(document, SCHEMA, cls=jsonschema.Draft202012Validator)
    return document


@pytest.fixture
def base(desk: Desk, she: Borrower) -> str:
    live(desk, wishes(she))
    return f"/desk/cases/{she.case_id}"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_agent_reads_every_plan_with_its_rules_and_the_lenders_value(
    desk: Desk, she: Borrower, base: str, person: Signed, language: str
):
    her, file = person(AGENT, language=language), load(desk, she.case_id)
    answer = offers_today(desk, file)
    tab = her.opens(f"{base}/plans")
    for offer in (*answer.offers, answer.lender_best):
        assert f'href="{base}/plans/{offer.name}/why"' in tab.source
        page, document = her.opens(f"{base}/plans/{offer.name}/why"), data(her, f"{base}/plans/{offer.name}/why")
        (shown,) = document["offers"]
        assert (document["audience"], shown["name"]) == ("agent", offer.name)
        assert shown["figures"]["total"] == major(offer.plan.total_minor)
        assert f"{offer.plan.total_minor // 100:,}" in page.text
        assert "lender_value" in shown
        assert shown["bound"] == list(offer.bound)
        assert [rule["rule"] for rule in shown["rules"]] == [finding.rule for finding in offer.findings]
        assert "cn.budget.floor" not in page.text
        assert answer.rulebook_digest not in page.text
        assert answer.rulebook_digest[:12] in page.text


@pytest.mark.parametrize("name", ["he", "sun"])
def test_an_auditor_and_a_policy_owner_read_every_id_and_the_whole_digest(
    desk: Desk, she: Borrower, base: str, person: Signed, name: str
):
    her, answer = person(name), offers_today(desk, load(desk, she.case_id))
    page, document = her.opens(f"{base}/plans/lightest/why"), data(her, f"{base}/plans/lightest/why")
    assert document["audience"] == "auditor"
    for finding in answer.offers[0].findings:
        assert finding.rule in page.text
        assert source_told("zh", finding.source) in page.text
    assert answer.rulebook_digest in page.text
    assert "待核实" in page.text


def test_what_was_shown_on_an_earlier_day_is_told_from_the_record(desk: Desk, she: Borrower, base: str, person: Signed):
    her, file = person("he"), load(desk, she.case_id)
    (event,) = [event for event in file.events if event.fact.type == "offers.made"]
    offer = event.fact.answer.offers[0]
    desk.clock.move_to(desk.clock.now().replace(month=desk.clock.now().month + 1))
    person("he").client.get("/desk/")
    again = f"{base}/plans/{offer.name}/why?at={event.seq}"
    assert f'href="{again}"' in her.opens(f"{base}/plans").source
    then, today = data(her, again), data(her, f"{base}/plans/{offer.name}/why")
    assert (then["stored"], then["as_of"]) == (True, event.fact.as_of.isoformat())
    assert then["offers"][0]["figures"]["total"] == major(offer.plan.total_minor)
    assert then["offers"][0]["delay"]["total_more"] == major(event.fact.delays[0].total_more_minor)
    assert today["stored"] is False
    assert today["owed"] != then["owed"]
    chosen = data(her, f"{base}/plans/chosen/why")
    assert chosen["offers"][0]["figures"]["total"] == major(file.requested.plan.total_minor)


@pytest.mark.parametrize(
    "path",
    ["plans/free-money/why", "plans/lightest/why?at=0", "plans/lightest/why?at=x", "plans/why-not/99", "decision/why"],
)
def test_what_is_not_there_is_a_404(base: str, person: Signed, path: str):
    assert person(AGENT).opens(f"{base}/{path}").status == 404


def test_a_decision_is_explained_from_its_own_record(desk: Desk, she: Borrower, person: Signed):
    live(desk, under_review(she))
    she.papers_checked()
    she.proposed(Outcome.REFUSED, reasons=("papers-missing",), would_change="请补三个月的流水。")
    she.decided()
    base, decided = f"/desk/cases/{she.case_id}", load(desk, she.case_id).decided
    her = person("he")
    assert f'href="{base}/decision/why"' in her.opens(f"{base}/decision").source
    document = data(her, f"{base}/decision/why")
    assert document["decision"]["reason_codes"] == ["papers-missing"]
    assert document["decision"]["decided_by"] == decided.decided_by in [reviewer.id for reviewer in REVIEWERS]
    assert document["decision"]["affordable"] == major(decided.affordable_minor)
    page = her.opens(f"{base}/decision/why").text
    for said in ("还缺少需要的材料。", "请补三个月的流水。", decided.decided_by):
        assert said in page


def test_a_borrower_does_not_get_in(she: Borrower, base: str):
    from django.test import Client

    assert Client().get(f"{base}/plans/lightest/why").status_code == 302
