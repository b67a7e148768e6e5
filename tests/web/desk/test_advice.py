"""What a plan is worth to the lender beside doing nothing: advice at the desk unless the rulebook binds, never hers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from forbear.actions.plan import offers_today
from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.adapters.rulebook import load_rulebook
from forbear.config import wiring
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook, rulebook
from forbear.town.borrower import AGENTS, REVIEWERS, Borrower
from forbear.town.lives import under_review, wishes
from forbear.web.templatetags.desk import refused_in
from forbear.words import say
from tests.web.desk.conftest import Person, live

AGENT, REVIEWER = AGENTS[1].id, REVIEWERS[1].id
Signed = Callable[..., Person]

SAID = {
    "zh": ("预期价值", "不达成协议时的预期", "仅供参考，不会因此拒绝任何方案。", "尚未核实，需由专人确认。"),
    "en": (
        "Expected value",
        "Expected if nothing is agreed",
        "Advice only: no plan is refused because of it.",
        "Not confirmed yet; a named person must check it.",
    ),
}


class Binding:
    """The example lender's rules with a value of doing nothing that binds."""

    def on(self, day: date) -> Rulebook:
        """The rulebook of a day."""
        rules = load_rulebook("cn", "consumer-finance", "example", day)
        bound = [replace(p, value=True) if p.key == "value.npv_binding" else p for p in rules.params]
        return rulebook(rules.layers, bound, day)


def yuan(amount_minor: int) -> str:
    return f"{amount_minor // 100:,}.{amount_minor % 100:02d}"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_tab_of_plans_puts_each_value_beside_doing_nothing(
    desk: Desk, she: Borrower, person: Signed, language: str
):
    live(desk, wishes(she))
    answer = offers_today(desk, load(desk, she.case_id))
    page = person(AGENT, language=language).opens(f"/desk/cases/{she.case_id}/plans")
    for words in SAID[language]:
        assert words in page.text
    assert answer.nothing_minor is not None
    assert yuan(answer.nothing_minor) in page.text
    for offer in (*answer.offers, answer.lender_best):
        assert offer is not None
        assert offer.value_minor is not None
        assert f"<td>{yuan(offer.value_minor)}</td>" in page.source
    for key in ("hazard", "recovery", "nothing", "discount", "npv_binding"):
        assert say(language, f"rules.value.{key}") in page.text
    assert "base.value." not in page.source


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_proposes_and_who_signs_read_the_value_too(desk: Desk, she: Borrower, person: Signed, language: str):
    live(desk, under_review(she))
    answer = offers_today(desk, load(desk, she.case_id))
    agent, tab = person(AGENT, language=language), f"/desk/cases/{she.case_id}/decision"
    page = agent.opens(tab)
    for offer in answer.offers:
        assert offer.value_minor is not None
        assert f"{SAID[language][0]} {yuan(offer.value_minor)}" in page.text.replace("CNY ", "").replace("¥", "")
    assert SAID[language][2] in page.text
    least = min(answer.offers, key=lambda offer: offer.plan.forgiven.total_minor)
    done = agent.does(she.case_id, "decision", "propose", outcome="approved", plan=least.name, words="好的。")
    assert done.status == 302
    proposal = load(desk, she.case_id).proposal
    assert proposal is not None
    assert proposal.plan is not None
    assert proposal.plan.value_minor is not None
    assert answer.nothing_minor is not None
    note = person(REVIEWER, language=language).opens(tab).text
    for amount in (proposal.plan.value_minor, answer.nothing_minor):
        assert yuan(amount) in note
    assert SAID[language][2] in note


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "按规则有约束力：价值低于此数的方案不提供。"),
        ("en", "Binding by the rulebook: a plan worth less than this is not offered."),
    ],
)
def test_where_the_rulebook_binds_the_page_says_so(
    desk: Desk, she: Borrower, person: Signed, monkeypatch: pytest.MonkeyPatch, language: str, said: str
):
    live(desk, wishes(she))
    held = replace(desk, rulebooks=Binding())
    monkeypatch.setattr(wiring, "desk", lambda: held)
    page = person(AGENT, language=language).opens(f"/desk/cases/{she.case_id}/plans").text
    assert said in page
    assert SAID[language][2] not in page


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "扣除家庭每月至少 2,040.00 元的必需开支后，目前没有余钱可还。"),
        ("en", "After what your household needs, at least CNY 2,040.00 a month, nothing is left for a payment now."),
    ],
)
def test_a_refusals_amounts_are_written_as_people_write_them(language: str, said: str):
    refusal = Refusal("cn.budget.floor", "plan.refusal.no-surplus", facts={"floor": "2040.00"})
    assert refused_in(language, refusal) == said
