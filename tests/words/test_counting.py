"""English says "1 month"; Chinese counts without a plural."""

import pytest

from forbear.words import say


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
