"""The packs say what the tables of the domain say: value, first day, who stands behind it, article, how far checked."""

from datetime import date
from functools import cache

import pytest

from forbear.adapters.rulebook import load_rulebook
from forbear.core.rules import Param, Rulebook, Status, thawed

ON = date(2026, 11, 27)
SIGNED = date(2025, 12, 15)
LAW, REG, SELF, HOUSE = "statutory", "regulatory", "self-regulatory", "house"
FEES_FIRST = ["fees", "interest", "penalty", "principal"]
PRINCIPAL_FIRST = ["principal", "interest", "penalty", "fees"]
REFUSAL = ["decision", "reasons", "afca-name", "afca-contact"]
CHINA = [
    ("cn/bank-card", "plan.term_max_months", 60, "2011-01-13", REG, "70", "V"),
    ("cn/bank-card", "agreement.stop_collection", True, "2011-01-13", REG, "70", "V"),
    ("cn/bank-card", "recording.keep_until", "settled", "2011-01-13", REG, "70", "V"),
    ("cn/bank-card", "agreement.no_new_card_promise", True, "2011-01-13", REG, "70(4)", "V"),
    ("cn/consumer-finance", "alloc.order", FEES_FIRST, "2021-01-01", LAW, "561", "V"),
    ("cn/bank-card", "alloc.order", FEES_FIRST, "2011-01-13", REG, "57", "V2"),
    ("cn/bank-card", "alloc.order_late", PRINCIPAL_FIRST, "2011-01-13", REG, "57", "V2"),
    ("cn/bank-card", "alloc.late_from_days", 91, "2011-01-13", REG, "57", "V2"),
    ("cn/bank-card", "cap.annual_cost", 240_000, "2025-10-01", REG, "", "V2"),
    ("cn/consumer-finance", "cap.annual_cost", 200_000, "2025-10-01", HOUSE, "", "V2"),
    ("cn/micro-lender", "cap.annual_cost", 240_000, "2025-12-01", REG, "", "V2"),
    ("cn/micro-lender", "cap.new_contract", 240_000, "2025-12-01", REG, "", "V2"),
    ("cn/bank-card", "cap.private", 120_000, "2020-08-20", LAW, "25", "V"),
    ("cn/bank-card", "lpr.1y", 30_000, "2025-12-01", REG, "", "V2"),
    ("cn/bank-card", "damages.excess_threshold", 300_000, "2023-12-05", LAW, "65", "V"),
    ("cn/bank-card", "budget.floor_factor", 1_000_000, "2021-01-01", LAW, "3(2)", "V"),
    ("cn/bank-card", "penalty.uplift_max", 500_000, "2004-01-01", REG, "3", "K"),
    ("cn/bank-card", "contact.quiet_from", "22:00", "2024-05-15", REG, "", "V2"),
    ("cn/bank-card", "contact.quiet_until", "08:00", "2024-05-15", REG, "", "V2"),
    ("cn/bank-card", "contact.connected_max_per_day", 3, "2024-05-15", SELF, "", "V2"),
    ("cn/bank-card", "contact.unanswered_max_per_day", 6, "2026-01-30", SELF, "", "V2"),
    ("cn/bank-card", "contact.round_gap_days", 7, "2024-05-15", SELF, "", "V2"),
    ("cn/bank-card", "contact.third_party", "locate-only", "2026-01-30", SELF, "", "V2"),
    ("cn/bank-card", "credit.negative_keep_years", 5, "2013-03-15", LAW, "16", "V"),
    ("cn/bank-card", "credit.pre_notice", True, "2013-03-15", LAW, "15", "V"),
    ("cn/bank-card", "credit.dispute_days", 20, "2013-03-15", LAW, "25", "V"),
    ("cn/bank-card", "desk.complaint_days", 15, "2020-03-01", REG, "", "V2"),
    ("cn/bank-card", "complaint.complex_days", 30, "2020-03-01", REG, "", "V2"),
    ("cn/bank-card", "complaint.extension_days", 30, "2020-03-01", REG, "", "V2"),
    ("cn/bank-card", "limitation.years", 3, "2021-01-01", LAW, "188", "V"),
    ("cn/bank-card", "limitation.restarts_on_request", True, "2021-01-01", LAW, "14", "V"),
    ("cn/bank-card", "data.separate_consent", ["health", "financial-account", "third-party"], "2021-11-01", LAW,
     "23, 29", "V"),
    ("cn/bank-card", "authority.human_review", True, "2021-11-01", LAW, "24", "V"),
    ("cn/bank-card", "data.assessment_keep_years", 3, "2021-11-01", LAW, "56", "V"),
    ("cn/consumer-finance", "line_max", 20_000_000, "2024-04-18", REG, "", "V2"),
    ("cn/bank-card", "restruct.watch_months", 12, "2023-07-01", REG, "", "K"),
]  # fmt: skip
OTHERS = [
    ("uk/consumer-credit", "moratorium.days", 60, "2021-05-04", LAW, "", "V"),
    ("uk/consumer-credit", "moratorium.crisis_days", 30, "2021-05-04", LAW, "", "V"),
    ("uk/consumer-credit", "moratorium.once_months", 12, "2021-05-04", LAW, "", "V2"),
    ("uk/consumer-credit", "forbearance.approaching", True, "2024-11-04", REG, "7.2.1R", "V2"),
    ("uk/consumer-credit", "plan.leave_disposable", True, "2024-11-04", REG, "", "V2"),
    ("uk/consumer-credit", "adviser.hold_days", 30, "2014-04-01", REG, "7.3.12G", "K"),
    ("uk/consumer-credit", "adviser.hold_more_days", 30, "2014-04-01", REG, "7.3.12G", "K"),
    ("uk/consumer-credit", "cap.hcstc.daily", 8_000, "2015-01-02", REG, "5A", "K"),
    ("uk/consumer-credit", "cap.hcstc.default_fee", 1_500, "2015-01-02", REG, "5A", "K"),
    ("uk/consumer-credit", "cap.hcstc.total", 1_000_000, "2015-01-02", REG, "5A", "K"),
    ("uk/consumer-credit", "complaint.final_weeks", 8, "2014-04-01", REG, "1.6", "K"),
    ("au/consumer-credit", "hardship.request_info_days", 21, "2013-03-01", LAW, "72(2)", "V"),
    ("au/consumer-credit", "hardship.borrower_reply_days", 21, "2013-03-01", LAW, "72(2)", "V"),
    ("au/consumer-credit", "hardship.confirm_days", 30, "2013-03-01", LAW, "73", "V2"),
    ("au/consumer-credit", "desk.stay_days_after_decision", 14, "2013-03-01", LAW, "89A(2)(b)", "V2"),
    ("au/consumer-credit", "default_notice.days", 30, "2010-07-01", LAW, "88", "K"),
    ("au/consumer-credit", "intake.oral_ok", True, "2013-03-01", LAW, "72(1)", "V"),
    ("au/consumer-credit", "refusal.must_state", REFUSAL, "2013-03-01", LAW, "72(4)(b)", "K"),
    ("us/consumer-credit", "contact.calls_max_per_week", 7, "2021-11-30", HOUSE, "1006.14(b)(2)", "V"),
    ("us/consumer-credit", "contact.after_talk_days", 7, "2021-11-30", HOUSE, "1006.14(b)(2)", "V"),
    ("us/consumer-credit", "contact.quiet_from", "21:00", "2021-11-30", HOUSE, "1006.6(b)(1)(i)", "V"),
    ("us/consumer-credit", "contact.quiet_until", "08:00", "2021-11-30", HOUSE, "1006.6(b)(1)(i)", "V"),
    ("us/consumer-credit", "records.keep_years", 3, "2021-11-30", HOUSE, "1006.100", "K"),
    ("us/consumer-credit", "adverse_action.days", 30, "2011-07-21", REG, "9(a)(1)(i)", "V"),
    ("us/consumer-credit", "forgiveness.tax_report", 60_000, "2020-01-01", LAW, "", "K"),
    ("us/mortgage", "waterfall.flex.cut", 200_000, "2024-12-01", SELF, "", "V"),
    ("us/mortgage", "waterfall.flex.term_max", 480, "2024-12-01", SELF, "", "V"),
    ("us/mortgage", "waterfall.flex.forbear_max", 300_000, "2024-12-01", SELF, "", "K"),
    ("us/mortgage", "waterfall.flex.forbear_ltv_least", 800_000, "2024-12-01", SELF, "", "K"),
    ("us/mortgage", "waterfall.hamp.target", 310_000, "2009-03-04", HOUSE, "", "V"),
    ("us/mortgage", "waterfall.hamp.rate_step", 1_250, "2009-03-04", HOUSE, "", "V"),
    ("us/mortgage", "waterfall.hamp.rate_floor", 20_000, "2009-03-04", HOUSE, "", "V"),
    ("us/mortgage", "waterfall.hamp.term_max", 480, "2009-03-04", HOUSE, "", "V"),
    ("us/mortgage", "fha.partial_claim_max", 300_000, "2009-08-15", HOUSE, "", "V"),
    ("us/mortgage", "fha.front_ratio", 310_000, "2009-08-15", HOUSE, "", "V"),
    ("us/mortgage", "fha.back_ratio", 550_000, "2009-08-15", HOUSE, "", "V"),
    ("eu/consumer-credit", "enforce.forbear_first", True, "2026-11-20", LAW, "35(1)", "V"),
    ("eu/consumer-credit", "assess.skip_if_total_not_up", True, "2026-11-20", LAW, "35(1)", "V"),
    ("eu/consumer-credit", "repeat_offer.duty", False, "2026-11-20", LAW, "35(1)", "V"),
    ("eu/consumer-credit", "default_charge.cost_only", True, "2026-11-20", LAW, "35(3), (4)", "V"),
    ("eu/consumer-credit", "scope.credit_max", 10_000_000, "2026-11-20", LAW, "2(2)(c)", "V"),
    ("eu/consumer-credit", "debt_advice.referral", True, "2026-11-20", LAW, "36", "V"),
    ("eu/consumer-credit", "temp_measure.max_months", 24, "2019-06-30", REG, "", "K"),
    ("eu/consumer-credit", "forborne.cure_months", 12, "2014-07-31", REG, "", "V"),
    ("eu/consumer-credit", "forborne.probation_months", 24, "2014-07-31", REG, "", "V"),
    ("eu/consumer-credit", "forborne.reclass_days", 30, "2014-07-31", REG, "", "V"),
]  # fmt: skip


@cache
def rules(policy: str) -> Rulebook:
    country, sector = policy.split("/")
    return load_rulebook(country, sector, None, ON).on(ON, SIGNED)


def said(param: Param) -> tuple:
    return (
        thawed(param.value),
        param.from_on.isoformat(),
        param.force.value,
        param.source.article,
        param.status.value,
    )


@pytest.mark.parametrize("row", CHINA + OTHERS, ids=lambda row: f"{row[0]}:{row[1]}")
def test_a_row_of_the_domain_stands_in_its_pack(row):
    policy, key, *expected = row
    assert said(rules(policy).param(key)) == tuple(expected)


def test_new_contracts_of_micro_lenders_come_down_to_four_times_the_lpr():
    book = load_rulebook("cn", "micro-lender", None, ON)
    caps = [book.on(ON, date.fromisoformat(on)).integer("cap.new_contract") for on in ("2027-12-30", "2027-12-31")]
    assert caps == [240_000, 120_000]


def test_the_repair_of_2025_has_an_end():
    [row] = rules("cn/bank-card").on(date(2026, 4, 30)).rows("credit.repair")
    assert (row["item_max"], row["paid_by"]) == (1_000_000, "2026-03-31")
    assert rules("cn/bank-card").on(date(2026, 5, 1)).stack("credit.repair") == ()


@pytest.mark.parametrize(
    ("country", "currency"), [("au", "AUD"), ("cn", "CNY"), ("eu", "EUR"), ("uk", "GBP"), ("us", "USD")]
)
def test_every_country_has_its_money_and_a_floor_to_be_confirmed(country, currency):
    sector = "bank-card" if country == "cn" else "consumer-credit"
    book = rules(f"{country}/{sector}")
    assert book.text("currency") == currency
    floor = book.param("budget.floor", f"{country}/somewhere")
    assert (floor.layer, floor.status) == (country, Status.K)
    assert floor.value > 0
