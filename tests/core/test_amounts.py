"""What people write for money, rates and dates: every accepted spelling has one reading, every other is asked again."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.core import amounts
from forbear.core.money import LIMIT_MINOR, major, percent
from forbear.core.numerals import whole_number
from forbear.core.refusal import Refusal
from forbear.words import LANGUAGES, say

UNDERSTOOD = {
    "4500": 450000,
    "4,500": 450000,
    "4 500": 450000,
    "4，500": 450000,
    "1,234,567.89": 123456789,
    "4500元": 450000,
    "4500 元整": 450000,
    "￥4500": 450000,
    "¥4,500.50": 450050,
    "人民币4500元": 450000,
    "RMB 4500": 450000,
    "4500 yuan": 450000,
    "4500块": 450000,
    "4500块钱": 450000,
    "４５００": 450000,
    "４，５００．５": 450050,
    "0": 0,
    "0.01": 1,
    "0元": 0,
    "零": 0,
    "4500。": 450000,
    "四千五": 450000,
    "四千五百": 450000,
    "四千五百元": 450000,
    "肆仟伍佰元整": 450000,
    "四千零五": 400500,
    "四千零五十": 405000,
    "两千零五十": 205000,
    "三百二": 32000,
    "十五": 1500,
    "一百一十五块": 11500,
    "三万二千": 3200000,
    "一万二": 1200000,
    "一万零五百": 1050000,
    "一万零二": 1000200,
    "二十万五千": 20500000,
    "二十万零五千": 20500000,
    "1.2万": 1200000,
    "1.2 万元": 1200000,
    "1.2w": 1200000,
    "12万5千": 12500000,
    "1万2": 1200000,
    "1万2500": 1250000,
    "一点二万": 1200000,
    "4.5k": 450000,
    "4.5K": 450000,
    "3千": 300000,
    "25百": 250000,
    "1亿": 10**10,
    "1.23456万": 1234560,
    "4500元5角": 450050,
    "三块二毛五分": 325,
    "3元零5分": 305,
    "999999999999.99": LIMIT_MINOR - 1,
}

REFUSED = {
    "": "empty",
    "   ": "empty",
    "4.500": "decimals",
    "4500.123": "decimals",
    "1.23456789万": "decimals",
    "4,50": "comma",
    "1,2,3": "comma",
    "1.234,56": "comma",
    "1,0000": "comma",
    "0,500": "comma",
    "-5": "negative",
    "－5": "negative",
    "¥-5": "negative",
    "负五百": "negative",
    "10^18": "plain_digits",
    "1e5": "plain_digits",
    "5×1000": "plain_digits",
    "abc": "not_understood",
    "元": "not_understood",
    "4500元吧": "not_understood",
    "4.5.0": "not_understood",
    ".": "not_understood",
    "四五零零": "not_understood",
    "四千五十": "not_understood",
    "一万五百": "not_understood",
    "四千零五百": "not_understood",
    "四千五万": "not_understood",
    "三万零": "not_understood",
    "1万50": "not_understood",
    "万": "not_understood",
    "٤٥٠٠": "not_understood",
    "②③": "not_understood",
    "4²": "not_understood",
    "四五千": "several",
    "4000-5000": "several",
    "4000到5000": "several",
    "三千至四千": "several",
    "大概4500": "about",
    "四千多": "about",
    "4500左右": "about",
    "about 4500": "about",
    "$4500": "other_currency",
    "100美元": "other_currency",
    "EUR 100": "other_currency",
    "1000000000000": "too_large",
    "1000000000000000000": "too_large",
    "10000亿": "too_large",
    "9" * 41: "too_long",
}


@pytest.mark.parametrize(("text", "expected_minor"), UNDERSTOOD.items())
def test_an_amount_with_one_reading_is_understood(text, expected_minor):
    assert amounts.amount_minor(text) == expected_minor


@pytest.mark.parametrize(("text", "why"), REFUSED.items())
def test_an_amount_with_no_reading_or_two_is_asked_again(text, why):
    refusal = amounts.amount_minor(text)
    assert isinstance(refusal, Refusal)
    assert refusal.rule == f"amounts.amount.{why}"


@given(st.integers(0, LIMIT_MINOR - 1))
def test_what_the_product_writes_it_reads_back(amount_minor):
    written = major(amount_minor)
    grouped = f"{amount_minor // 100:,}.{amount_minor % 100:02d}"
    readings = [amounts.amount_minor(text) for text in (written, f"￥{grouped}", f"{written}元")]
    assert [amounts.decimal_minor(written), *readings] == [amount_minor] * 4


def said(number: int) -> str:
    """A whole number below 10^12 in Chinese, by the book: 零 once for every run of skipped places inside it."""
    if number == 0:
        return "零"
    words, skipped = "", False
    for exponent in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**exponent % 10
        place = exponent % 4
        if digit:
            words += ("零" if skipped and words else "") + "零一二三四五六七八九"[digit] + ("", "十", "百", "千")[place]
            skipped = False
        else:
            skipped = True
        if exponent in (4, 8) and number // 10**exponent % 10**4:
            words += "万" if exponent == 4 else "亿"
            skipped = False if number // 10 ** (exponent - 1) % 10 else skipped
    return words


@given(st.integers(0, 10**12 - 1))
def test_every_number_said_in_full_is_understood(number):
    assert whole_number(said(number)) == number


@given(st.text(max_size=60))
def test_any_text_gives_an_amount_or_a_refusal_that_can_be_said(text):
    outcome = amounts.amount_minor(text)
    if isinstance(outcome, Refusal):
        assert all(say(language, outcome.reason, **outcome.facts) for language in LANGUAGES)
        assert all(say(language, outcome.way_on, **outcome.facts) for language in LANGUAGES)
    else:
        assert 0 <= outcome < LIMIT_MINOR


@given(st.text(alphabet="0123456789,.￥元万千百十零一二三四五两-点角分k ", max_size=12))
def test_signs_of_amounts_in_any_order_never_break_the_reading(text):
    outcome = amounts.amount_minor(text)
    assert isinstance(outcome, Refusal) or 0 <= outcome < LIMIT_MINOR


def test_a_file_writes_amounts_in_one_way_only():
    assert amounts.decimal_minor("1866.20") == 186620
    assert amounts.decimal_minor("1866.2") == 186620
    assert amounts.decimal_minor("1866") == 186600
    refused = {
        "4,500": "not_decimal",
        "": "empty",
        "-0.01": "negative",
        "1.234": "decimals",
        "1e5": "not_decimal",
        "￥5": "not_decimal",
        " 5": "not_decimal",
        "1000000000000.00": "too_large",
        "NaN": "not_decimal",
    }
    assert {text: amounts.decimal_minor(text).rule for text in refused} == {
        text: f"amounts.amount.{why}" for text, why in refused.items()
    }


RATES = {
    "23.76": 237600,
    "23.76%": 237600,
    "２３．７６％": 237600,
    "年利率 7.2%": 72000,
    "百分之七点二": 72000,
    "百分之十八": 180000,
    "0": 0,
    "0.5%": 5000,
    "100": 1000000,
    "3.5645": 35645,
}


@pytest.mark.parametrize(("text", "expected_ppm"), RATES.items())
def test_a_rate_is_understood(text, expected_ppm):
    assert amounts.rate_ppm(text) == expected_ppm


@pytest.mark.parametrize(
    ("text", "why"),
    {
        "": "empty",
        "0.2376": "fraction",
        "100.01": "outside",
        "-1": "outside",
        "1.23456": "decimals",
        "万分之五": "not_understood",
        "24,5": "not_understood",
        "abc": "not_understood",
    }.items(),
)
def test_a_rate_is_asked_again(text, why):
    refusal = amounts.rate_ppm(text)
    assert isinstance(refusal, Refusal)
    assert refusal.rule == f"amounts.rate.{why}"


@given(st.integers(0, 1_000_000))
def test_a_rate_the_product_writes_it_reads_back(rate_ppm):
    assert amounts.decimal_ppm(percent(rate_ppm)) == rate_ppm
    assert amounts.rate_ppm(f"{percent(rate_ppm)}%") == rate_ppm


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-18",
        "2026年3月18日",
        "2026 年 3 月 18 日",
        "2026年03月18号",
        "20260318",
        "2026/3/18",
        "2026.3.18",
        "18 March 2026",
        "18 Mar 2026",
        "18th of March 2026",
        "March 18, 2026",
        "２０２６－０３－１８",
    ],
)
def test_a_day_is_understood(text):
    assert amounts.day(text) == date(2026, 3, 18)


@pytest.mark.parametrize(
    ("text", "why"),
    {
        "": "empty",
        "2026-02-30": "impossible",
        "20261332": "impossible",
        "30 February 2026": "impossible",
        "0000-01-01": "impossible",
        "2026年2月29日": "impossible",
        "3月18日": "year",
        "18 March": "year",
        "3/18": "year",
        "18/3/2026": "order",
        "03-04-26": "order",
        "260318": "order",
        "yesterday": "not_understood",
        "18 Marsh 2026": "not_understood",
        "2026-3/18": "not_understood",
        "12 apples 2026": "not_understood",
    }.items(),
)
def test_a_day_is_asked_again(text, why):
    refusal = amounts.day(text)
    assert isinstance(refusal, Refusal)
    assert refusal.rule == f"amounts.day.{why}"


def test_a_leap_day_is_a_day():
    assert amounts.day("2028年2月29日") == date(2028, 2, 29)


def test_a_file_writes_days_in_one_way_only():
    assert amounts.iso_day("2026-03-18") == date(2026, 3, 18)
    refused = {"2026/3/18": "not_iso", "20260318": "not_iso", "2026-02-30": "impossible", "": "not_iso"}
    assert {text: amounts.iso_day(text).rule for text in refused} == {
        text: f"amounts.day.{why}" for text, why in refused.items()
    }


@pytest.mark.parametrize(
    "text", ["2026-03", "2026-3", "2026/3", "202603", "2026年3月", "2026年3月份", "03/2026", "March 2026", "Mar 2026"]
)
def test_a_month_is_understood(text):
    assert amounts.month(text) == "2026-03"


@pytest.mark.parametrize(
    ("text", "why"),
    {
        "": "empty",
        "2026-13": "impossible",
        "2026年0月": "impossible",
        "3月": "year",
        "March": "year",
        "next month": "not_understood",
    }.items(),
)
def test_a_month_is_asked_again(text, why):
    refusal = amounts.month(text)
    assert isinstance(refusal, Refusal)
    assert refusal.rule == f"amounts.month.{why}"


@given(st.text(max_size=30))
def test_any_text_gives_dates_and_rates_or_refusals_that_can_be_said(text):
    for outcome in (amounts.day(text), amounts.month(text), amounts.rate_ppm(text), amounts.decimal_minor(text)):
        if isinstance(outcome, Refusal):
            assert all(say(language, outcome.reason, **outcome.facts) for language in LANGUAGES)
            assert all(say(language, outcome.way_on, **outcome.facts) for language in LANGUAGES)


@given(st.dates())
def test_every_day_is_read_back_in_every_spelling(on):
    spellings = (on.isoformat(), f"{on.year:04d}年{on.month}月{on.day}日", f"{on.year:04d}/{on.month}/{on.day}")
    assert [amounts.day(text) for text in spellings] == [on] * 3
    assert amounts.iso_day(on.isoformat()) == on
