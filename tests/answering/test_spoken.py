"""Numbers, amounts, dates and times as they are said."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.adapters.sip import spoken
from forbear.core.numerals import whole_number


def aloud(language: str, phrases: tuple[str, ...]) -> str:
    texts = spoken.needed(language)
    return ("" if language == "zh" else " ").join(texts[phrase] for phrase in phrases)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "零", "zero"),
        (2, "二", "two"),
        (10, "十", "ten"),
        (18, "十八", "eighteen"),
        (110, "一百一十", "one hundred and ten"),
        (200, "二百", "two hundred"),
        (1005, "一千零五", "one thousand and five"),
        (2200, "两千二百", "two thousand two hundred"),
        (10500, "一万零五百", "ten thousand five hundred"),
        (20000, "两万", "twenty thousand"),
        (22000, "两万二千", "twenty two thousand"),
        (105000, "十万五千", "one hundred and five thousand"),
        (120034, "十二万零三十四", "one hundred and twenty thousand and thirty four"),
        (10050000, "一千零五万", "ten million fifty thousand"),
        (200000002, "两亿零二", "two hundred million and two"),
    ],
)
def test_numbers(value, zh, en):
    assert (aloud("zh", spoken.number("zh", value)), aloud("en", spoken.number("en", value))) == (zh, en)


@given(st.integers(0, 10**12 - 1) | st.integers(0, 200_000))
def test_what_is_said_in_chinese_is_understood_as_the_same_number(value):
    assert whole_number(aloud("zh", spoken.number("zh", value))) == value


@given(st.integers(0, 10**12 - 1))
def test_every_english_number_has_a_reading_of_its_own(value):
    assert english(aloud("en", spoken.number("en", value))) == value


def english(text: str) -> int:
    """The number of a reading, by its own rules: what stands before a place is counted by it."""
    words = {word: number for number, word in enumerate(spoken._EN_NUMBERS.split())}
    words |= {word: 10 * tens for tens, word in enumerate(spoken._EN_TENS, 2)}
    places = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
    total = group = 0
    for word in text.split():
        if word in places:
            total, group = total + group * places[word], 0
        elif word == "hundred":
            group *= 100
        elif word != "and":
            group += words[word]
    return total + group


@pytest.mark.parametrize(
    ("amount_minor", "zh", "en"),
    [
        (0, "零元", "zero yuan"),
        (5, "五分", "five fen"),
        (20, "两角", "twenty fen"),
        (200, "两元", "two yuan"),
        (205, "两元零五分", "two yuan and five fen"),
        (186620, "一千八百六十六元两角", "one thousand eight hundred and sixty six yuan and twenty fen"),
        (
            1183996,
            "一万一千八百三十九元九角六分",
            "eleven thousand eight hundred and thirty nine yuan and ninety six fen",
        ),
    ],
)
def test_amounts(amount_minor, zh, en):
    assert (aloud("zh", spoken.amount("zh", amount_minor)), aloud("en", spoken.amount("en", amount_minor))) == (zh, en)


@pytest.mark.parametrize(
    ("on", "zh", "en"),
    [
        ("2026-03-18", "二零二六年三月十八日", "the eighteenth of March twenty twenty six"),
        ("2009-10-20", "二零零九年十月二十日", "the twentieth of October two thousand and nine"),
        ("2010-12-31", "二零一零年十二月三十一日", "the thirty-first of December twenty ten"),
        ("2105-01-02", "二一零五年一月二日", "the second of January twenty one zero five"),
    ],
)
def test_dates(on, zh, en):
    day = date.fromisoformat(on)
    assert (aloud("zh", spoken.day("zh", day)), aloud("en", spoken.day("en", day))) == (zh, en)


@pytest.mark.parametrize(
    ("at", "zh", "en"),
    [
        ("2026-03-02T09:00+08:00", "星期一九点", "Monday at nine o’clock"),
        ("2026-03-02T02:05+08:00", "星期一两点零五分", "Monday at two zero five"),
        ("2026-03-02T06:30+00:00", "星期一十四点三十分", "Monday at fourteen thirty"),
    ],
)
def test_times(at, zh, en):
    said = [aloud(language, spoken.moment(language, datetime.fromisoformat(at))) for language in ("zh", "en")]
    assert said[0] == "二零二六年三月二日" + zh
    assert said[1] == en.replace(" at", " the second of March twenty twenty six at")


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.integers(0, 10**12))
def test_there_is_a_sound_for_all_that_is_said(on, amount_minor):
    for language in ("zh", "en"):
        at = datetime(on.year, on.month, on.day, amount_minor % 24, amount_minor % 60, tzinfo=spoken.ZONE)
        said = {*spoken.day(language, on), *spoken.amount(language, amount_minor), *spoken.moment(language, at)}
        assert said <= set(spoken.needed(language))
