"""English says "1 month"; Chinese counts without a plural."""

import pytest

from forbear.words import say, sentences


@pytest.mark.parametrize(
    ("months", "said"),
    [
        ("1", "You are done soonest: on 2026-04-28, after 1 month."),
        ("11", "You are done soonest: on 2026-04-28, after 11 months."),
    ],
)
def test_one_is_said_as_one(months: str, said: str):
    assert say("en", "plan.why.soonest", ends_on="2026-04-28", months=months) == said
    assert f"{months}个月" in say("zh", "plan.why.soonest", ends_on="2026-04-28", months=months)


def test_of_one_page_too_and_in_what_is_said_line_by_line():
    assert say("en", "desk.evidence.pages", count=1) == "1 page"
    assert say("en", "contact_budget.refusal.messages", most="1").startswith("We wrote 1 time today")
    facts = dict.fromkeys(("stay_until", "quiet_from", "quiet_until", "calls_most"), "so much")
    one, two = ("\n".join(sentences("en", "bot.answer.collection-calls", stay_days=n, **facts)) for n in "12")
    assert "for 1 day after" in one and "for 2 days after" in two
