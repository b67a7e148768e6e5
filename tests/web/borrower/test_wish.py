"""What she asks for shapes her plans: interest only at first, less at first and more later, or a no that reads well."""

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from forbear.actions.plan import offers_today
from forbear.adapters.rulebook import load_rulebook
from forbear.config import wiring
from forbear.core.rules import Rulebook, rulebook
from tests.web.borrower.conftest import Borrower

ILL_UNTIL_SUMMER = {"on-year": "2026", "on-month": "8", "on-day": "31"}
CARE = {
    "rows": "1",
    "m-rent": "1500",
    "m-food": "1400",
    "r0-kind": "medical",
    "r0-month": "2026-05",
    "r0-amount": "1300",
}
WORDS = {
    "zh": {
        "interest-only": ("先只还利息", "头几个月只付利息，本金放到后面再还", "先只还利息 6 个月。"),
        "step-up": ("先少还，后多还", "头几个月每月少还一些，之后每月多还一些", "先少还，后多还。"),
    },
    "en": {
        "interest-only": (
            "Only the interest at first",
            "For some months you pay just the interest; what you borrowed is paid back after that",
            "For the first 6 months you pay only the interest.",
        ),
        "step-up": (
            "Less at first, more later",
            "One smaller payment each month for some months, a larger one after that",
            "The payments are smaller first and larger later.",
        ),
    },
}


class Changed:
    """The example lender's rules with other values."""

    def __init__(self, **values: Any) -> None:
        self.values = {key.replace("__", "."): value for key, value in values.items()}

    def on(self, day: date) -> Rulebook:
        """The rulebook of a day."""
        rules = load_rulebook("cn", "consumer-finance", "example", day)
        params = [replace(p, value=self.values.get(p.key, p.value)) for p in rules.params]
        return rulebook(rules.layers, params, day)


def asks(she: Borrower, language: str, *kinds: str, months: str = "", **other: Any) -> Borrower:
    she.client.cookies["lang"] = language
    she.signs_in()
    wish = {"kinds": list(kinds), "instalment": "", "months": months}
    return she.answers(wish=wish, **other).submits()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_wish_has_its_name_and_one_sentence(she: Borrower, language: str):
    she.client.cookies["lang"] = language
    page = she.signs_in().opens("statement/wish")
    for name, sentence, _ in WORDS[language].values():
        assert f'<span>{name}<span class="hint">{sentence}</span></span>' in page.source


@pytest.mark.parametrize("language", ["zh", "en"])
def test_interest_only_is_on_every_card_and_her_own_plan_is_among_them(she: Borrower, language: str):
    asks(she, language, "interest-only", months="6")
    page, answer = she.opens("plans"), offers_today(she.desk, she.file)
    assert "as-requested" in [offer.name for offer in answer.offers]
    cards = page.source.count('<article class="offer"')
    assert page.text.count(WORDS[language]["interest-only"][2]) == cards > 0
    for offer in answer.offers:
        assert len({row.balance_minor for row in offer.plan.instalments[:6]}) == 1
        assert offer.plan.instalments[6].amount_minor > offer.plan.instalments[1].amount_minor
    why = she.opens("plans/as-requested/why").text
    assert WORDS[language]["interest-only"][0] in why


@pytest.mark.parametrize("language", ["zh", "en"])
def test_less_first_and_more_later_is_on_every_card(she: Borrower, language: str):
    asks(she, language, "step-up", until=ILL_UNTIL_SUMMER, outgoings=CARE)
    page, answer = she.opens("plans"), offers_today(she.desk, she.file)
    assert "as-requested" in [offer.name for offer in answer.offers]
    stepped = [offer for offer in answer.offers if "step" in [m.measure for m in offer.plan.measures]]
    assert stepped
    shown = {offer.plan.instalments for offer in stepped}
    assert page.source.count(f'<p class="small">{WORDS[language]["step-up"][2]}</p>') == len(shown)
    for offer in stepped:
        amounts = [row.amount_minor for row in offer.plan.instalments[:-1]]
        assert len(set(amounts)) == 2
        assert amounts == sorted(amounts)


@pytest.mark.parametrize(
    ("language", "said", "way"),
    [
        ("zh", "先只还几个月利息的话，剩下的在", "可以从这里的方案中选一个，或申请少几个月只还利息。"),
        (
            "en",
            "After some months of interest only, the rest no longer fits into ",
            "Choose one of the plans here, or ask for a shorter time of interest only.",
        ),
    ],
)
def test_interest_only_that_does_not_fit_is_said_with_a_way_on(
    she: Borrower, monkeypatch: pytest.MonkeyPatch, language: str, said: str, way: str
):
    asks(she, language, "interest-only", months="12")
    loose = offers_today(she.desk, she.file)
    soonest = min(len(offer.plan.instalments) for offer in loose.offers)
    held = replace(she.desk, rulebooks=Changed(plan__term_max_months=soonest - 1))
    monkeypatch.setattr(wiring, "desk", lambda: held)
    page = she.opens("plans")
    assert said in page.text
    assert way in page.text
    assert page.source.count('<article class="offer"') > 0
    number = [refusal.reason for refusal in offers_today(held, she.file).refusals].index("plan.refusal.interest-only")
    assert said in she.opens(f"plans/why-not/{number + 1}").text


@pytest.mark.parametrize(
    ("language", "said", "way"),
    [
        ("zh", "按您想要的还法，在", "可以选一个随收入变化的方案。"),
        (
            "en",
            "With the kind of payments you asked for it no longer fits into ",
            "Choose a plan whose payments follow your income.",
        ),
    ],
)
def test_a_shape_that_does_not_fit_is_said_with_a_way_on(
    she: Borrower, monkeypatch: pytest.MonkeyPatch, language: str, said: str, way: str
):
    asks(she, language, "step-up", until=ILL_UNTIL_SUMMER, outgoings=CARE)
    stepped = min(len(offer.plan.instalments) for offer in offers_today(she.desk, she.file).offers)
    held = replace(she.desk, rulebooks=Changed(plan__term_max_months=stepped - 1))
    monkeypatch.setattr(wiring, "desk", lambda: held)
    page = she.opens("plans").text
    assert said in page
    assert way in page


def test_nothing_of_the_lenders_value_is_on_any_of_her_pages(she: Borrower):
    """Figures, names and keys of it, on every page of plans and in their data."""
    asks(she, "en", "longer-term")
    answer = offers_today(she.desk, she.file)
    assert answer.lender_best is not None
    assert answer.nothing_minor is not None
    values = [offer.value_minor for offer in (*answer.offers, answer.lender_best)] + [answer.nothing_minor]
    amounts = {f"{value // 100:,}.{value % 100:02d}" for value in values if value is not None}
    amounts |= {amount.replace(",", "") for amount in amounts} | {str(value) for value in values}
    pages = ["plans", "plans?pay=900", "", *(f"plans/{offer.name}/why" for offer in answer.offers)]
    she.chooses("lightest")
    pages += ["plans/chosen/why", "plans/chosen/why?format=json", "everything"]
    pages += [f"plans/{offer.name}/why?format=json" for offer in answer.offers]
    for path in pages:
        response = she.client.get(she.at(path))
        assert response.status_code == 200, path
        said = response.content.decode()
        assert [amount for amount in amounts if re.search(rf"(?<![\d,.]){re.escape(amount)}(?![\d])", said)] == []
        assert not re.search(r"value_minor|lender_value|nothing_minor|base\.value|Expected value", said), path
        assert path == "everything" or "lender-best" not in said, path
    assert json.loads(said)["offers"]


def test_the_answers_of_the_page_are_the_ones_of_the_core(she: Borrower):
    asks(she, "zh", "interest-only", "step-up")
    assert she.file.answers["wish"]["kinds"] == ["interest-only", "step-up"]
