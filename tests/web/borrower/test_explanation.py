"""Why this plan, why not, why this answer: the page's figures are the record's, in both languages, and hers alone."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from forbear.actions.explanation import explained_choice
from forbear.actions.explanation_document import explanation_document
from forbear.actions.plan import offers_today
from forbear.actions.told import told
from forbear.core import events as e
from forbear.core.decision import Outcome
from forbear.core.explained import Audience
from forbear.core.money import major
from forbear.core.plan import Offer
from forbear.web.text import money
from tests.web.borrower.conftest import Borrower, Page

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "explanation.schema.json").read_text("utf-8"))
INSIDE = re.compile(r"(base|cn|lender)\.[a-z-]+\.[a-z_.]+|lender-best|lender_value")


@pytest.fixture
def handed_in(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits()


def data(she: Borrower, path: str) -> dict[str, Any]:
    """The same address as data, which fits the schema."""
    answer = she.client.get(she.at(f"{path}{'&' if '?' in path else '?'}format=json"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    document: dict[str, Any] = json.loads(answer.content)
    jsonschema.validate(document, SCHEMA, cls=jsonschema.Draft202012Validator)
    return document


def figures_of(offer: Offer) -> dict[str, Any]:
    plan = offer.plan
    return {
        "first": major(plan.instalments[0].amount_minor),
        "highest": major(plan.instalment_max_minor),
        "last": major(plan.instalments[-1].amount_minor),
        "payments": len(plan.instalments),
        "total": major(plan.total_minor),
        "interest": major(sum(row.interest_minor for row in plan.instalments)),
        "ends_on": plan.ends_on.isoformat(),
    }


def part(document: dict[str, Any], offer: Offer) -> dict[str, Any]:
    (shown,) = document["offers"]
    assert shown["name"] == offer.name
    return {name: shown["figures"][name] for name in figures_of(offer)}


def rises(she: Borrower, days: int) -> None:
    she.desk.clock.advance(minutes=days * 24 * 60)
    she.client.cookies.pop("sessionid", None)
    she.signs_in()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_card_leads_to_a_page_with_the_same_figures(handed_in: Borrower, language: str):
    handed_in.client.cookies["lang"] = language
    plans, answer = handed_in.opens("plans"), offers_today(handed_in.desk, handed_in.file)
    for offer in answer.offers:
        path = f"plans/{offer.name}/why"
        page, document = handed_in.opens(path), data(handed_in, path)
        assert page.status == 200
        for amount in (offer.plan.total_minor, offer.plan.instalment_max_minor, answer.if_nothing_changes.total_minor):
            assert money(amount, language) in page.text
        assert part(document, offer) == figures_of(offer)
        assert document["if_nothing_changes"]["total"] == major(answer.if_nothing_changes.total_minor)
        assert not INSIDE.search(page.text)
        assert not INSIDE.search(json.dumps(document))
    links = set(re.findall(rf'href="/c/{handed_in.case_id}/plans/([a-z-]+)/why"', plans.source))
    assert links == {next(o.name for o in answer.offers if o.plan == plan) for plan in {o.plan for o in answer.offers}}


def test_looking_changes_nothing(handed_in: Borrower):
    events = len(handed_in.file.events)
    handed_in.opens("plans/lightest/why")
    data(handed_in, "plans/lightest/why")
    assert len(handed_in.file.events) == events


def test_an_amount_she_tries_is_explained_too(handed_in: Borrower):
    assert 'plans/what-if/why?pay=700"' in handed_in.opens("plans?pay=700").source
    document = data(handed_in, "plans/what-if/why?pay=700")
    assert [shown["name"] for shown in document["offers"]] == ["what-if"]
    assert document["offers"][0]["figures"]["highest"] == "700.00"
    assert document["offers"][0]["delay"]["days"] == 30
    assert "您输入的金额" in handed_in.opens("plans/what-if/why?pay=700").text


@pytest.mark.parametrize(
    "path",
    [
        "plans/free-money/why",
        "plans/lender-best/why",
        "plans/chosen/why",
        "plans/what-if/why?pay=1",
        "plans/why-not/99",
    ],
)
def test_what_is_not_there_is_not_there(handed_in: Borrower, path: str):
    assert handed_in.opens(path).status == 404


def test_what_she_chose_is_told_as_it_was_shown_whatever_today_says(handed_in: Borrower):
    before = data(handed_in, "plans/lightest/why")
    offer = offers_today(handed_in.desk, handed_in.file).offers[0]
    handed_in.chooses("lightest")
    rises(handed_in, 20)
    today, chosen = data(handed_in, "plans/lightest/why"), data(handed_in, "plans/chosen/why")
    assert (chosen["stored"], chosen["as_of"]) == (True, "2026-03-02")
    assert chosen == {**before, "stored": True}
    assert today["owed"] != before["owed"]
    assert part(chosen, offer) == figures_of(offer)
    assert "这是2026年3月2日给您看的内容" in handed_in.opens("plans/chosen/why").text
    assert "plans/chosen/why" in handed_in.opens("plans").source


def test_the_record_keeps_what_was_asked_and_what_waiting_costs(handed_in: Borrower):
    handed_in.chooses("lightest")
    (fact,) = handed_in.facts("offers.made")
    assert isinstance(fact, e.OffersMade)
    assert [wait.offer for wait in fact.delays][: fact.count] == [offer.name for offer in fact.answer.offers]
    assert fact.question.loan.contract == handed_in.row.loan.contract
    assert (fact.retention("question").value, fact.retention("delays").value) == ("statement", "finance")


def test_once_her_statement_is_erased_the_rest_is_still_told(handed_in: Borrower):
    handed_in.chooses("lightest")
    file = handed_in.file
    bare = tuple(
        replace(event, fact=replace(event.fact, question=None)) if event.fact.type == "offers.made" else event
        for event in file.events
    )
    whole = explained_choice(handed_in.desk, file, Audience.BORROWER)
    rest = explained_choice(handed_in.desk, replace(file, events=bare), Audience.BORROWER)
    assert whole.inputs is not None
    assert rest.inputs is None
    assert rest.offers[0].offer == whole.offers[0].offer
    assert rest.offers[0].months == whole.offers[0].months
    document = explanation_document(rest, Audience.BORROWER, "zh")
    jsonschema.validate(document, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert "合同年利率" not in str(told(rest, "zh"))


def test_a_no_is_explained_and_leads_on(she: Borrower):
    she.signs_in().answers(income={"rows": "0", "state": "none"}).submits()
    plans = she.opens("plans")
    assert f'href="/c/{she.case_id}/plans/why-not/1"' in plans.source
    page, document = she.opens("plans/why-not/1"), data(she, "plans/why-not/1")
    (refused,) = document["refusals"]
    assert refused["reason"] in page.text
    assert refused["what_would_change_it"] in page.text
    assert refused["nearest"] in page.text
    assert "rule" not in refused["rule"]
    assert document["offers"] == []
    for right in ("12378", "12348", "2 个工作日", "14 天不催收", "保留 5 年"):
        assert right in page.text
    assert not INSIDE.search(page.text)


def test_a_wish_that_does_not_fit_is_a_no_beside_plans_that_do(she: Borrower):
    she.signs_in().answers(wish={"kinds": ["longer-term"], "instalment": "10", "months": "6"}).submits()
    document = data(she, "plans/why-not/1")
    assert document["refusals"][0]["reason"] == "您提出的方案，与欠款和每月余钱还对不上。"
    assert "今天有合适的方案，在方案页可以看到。" in she.opens("plans/why-not/1").text


def test_an_answer_is_explained_from_its_own_record(handed_in: Borrower):
    handed_in.chooses("lightest").is_answered(Outcome.APPROVED)
    decided = handed_in.file.decided
    rises(handed_in, 5)
    page, document = handed_in.opens("answer/why"), data(handed_in, "answer/why")
    assert part(document, decided.plan) == figures_of(decided.plan)
    assert document["decision"] == {
        "outcome": "approved",
        "decided_on": "2026-03-02",
        "reasons": [],
        "words": "",
        "would_change": "",
        "other_ways": [],
        "income": major(decided.income_minor),
        "outgoings": major(decided.outgoings_minor),
        "affordable": major(decided.affordable_minor),
        "appeal_by_on": None,
        "collection_rests_until_on": handed_in.file.case.stayed_until_on.isoformat(),
    }
    assert money(decided.affordable_minor, "zh") in page.text
    assert f'href="{handed_in.at("answer/why")}"' in handed_in.opens("agreement").source
    assert document["offers"][0]["months"], "the plan was made on the day she was shown it, so its months are known"


def test_a_refusal_says_all_that_a_refusal_must(handed_in: Borrower):
    handed_in.chooses("lightest").is_answered(Outcome.REFUSED)
    page, document, case = handed_in.opens("answer/why"), data(handed_in, "answer/why"), handed_in.file.case
    assert document["decision"]["reasons"] == ["除去生活所需，每月没有剩余的钱。"]
    assert document["decision"]["would_change"] == "收入恢复之后。"
    assert document["decision"]["appeal_by_on"] == case.appeal_by_on.isoformat()
    assert document["decision"]["collection_rests_until_on"] == case.stayed_until_on.isoformat()
    assert document["decision"]["other_ways"] == [
        "您可以重新选择一个方案，或者给我们留言。",
        "可以找免费的债务咨询，一起梳理所有欠款。我们的工作人员可以帮您联系。",
    ]
    for said in (
        *document["decision"]["other_ways"],
        "谢谢您告诉我们。",
        "收入恢复之后。",
        "除去生活所需",
        "12378",
        "保留 5 年",
        "2026年3月2日",
    ):
        assert said in page.text
    assert 'href="' + handed_in.at("answer/why") in handed_in.opens("answer").source


def test_nothing_is_explained_before_it_is_there(she: Borrower):
    she.signs_in()
    assert she.opens("answer/why").status == 404
    assert she.opens("plans/chosen/why").status == 404
    assert "还没有提交情况说明。" in she.opens("plans/lightest/why").text


@pytest.mark.parametrize("path", ["plans/lightest/why", "plans/chosen/why", "plans/why-not/1", "answer/why"])
def test_another_persons_explanations_are_no_pages_at_all(handed_in: Borrower, another: Borrower, path: str):
    handed_in.chooses("lightest")
    another.signs_in()
    for asked in (path, f"{path}?format=json"):
        answer = Page(another.client.get(handed_in.at(asked)))
        assert answer.status == 404
        assert handed_in.row.loan.contract not in answer.source
