"""A refusal as every page says it: the reason and the way on, days and amounts as people write them."""

import pytest

from forbear.core.refusal import Refusal
from forbear.web.text import refused


@pytest.mark.parametrize(
    ("refusal", "language", "said"),
    [
        (Refusal("x", "payments.refusal.before", facts={"on": "2026-03-18"}), "zh", "2026年3月18日"),
        (Refusal("x", "payments.refusal.before", facts={"on": "2026-03-18"}), "en", "18 March 2026"),
        (Refusal("x", "plan.refusal.all-waived", facts={"amount": "1866.20"}), "zh", "1,866.20 元"),
    ],
)
def test_days_and_amounts_are_written_out(refusal: Refusal, language: str, said: str):
    assert said in refused(refusal, language)


def test_reason_and_way_on_are_two_sentences():
    refusal = Refusal("x", "contact.refusal.role", "contact.way_on.ask_agent")
    zh, en = (refused(refusal, language) for language in ("zh", "en"))
    assert " " not in zh and ". " in en
