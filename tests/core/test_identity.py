"""Identity and phone numbers: one kept form, a refusal that never repeats the number, masks that give nothing away."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forbear.core import identity
from forbear.core.refusal import Refusal
from forbear.words import LANGUAGES, say

STANDARD = "11010519491231002X"
"""The example printed in GB 11643-1999 itself."""

id_numbers = st.builds(
    lambda region, born_on, order: (
        (first := f"{region:06d}{born_on:%Y%m%d}{order:03d}") + identity.check_character(first)
    ),
    st.integers(0, 999999),
    st.dates(date(1900, 1, 1), date(2026, 12, 31)),
    st.integers(0, 999),
)


def test_the_example_of_the_standard_is_right():
    assert identity.check_character("11010519491231002") == "X"
    assert identity.check_character("44052418800101001") == "4"
    assert identity.birth_date(STANDARD) == date(1949, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        STANDARD,
        "11010519491231002x",
        " 110105 19491231 002X ",
        "110105-19491231-002x",
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_one_form_is_kept(text):
    assert identity.check_id_number(text) == STANDARD


@pytest.mark.parametrize(
    ("text", "why"),
    {
        "": "empty",
        "110105491231002": "old",
        "1101051949123100": "length",
        "11010519491231002XX": "length",
        "11010519491231002Y": "characters",
        "X1010519491231002X": "characters",
        "110105194913310020": "birth",
        "110105194902300020": "birth",
        "110105180012310020": "birth",
        "110105194912310021": "checksum",
        "11010519491231020X": "checksum",
    }.items(),
)
def test_what_is_no_identity_number_is_asked_again(text, why):
    refusal = identity.check_id_number(text)
    assert isinstance(refusal, Refusal)
    assert refusal.rule == f"identity.id_number.{why}"


@given(id_numbers, st.integers(0, 16), st.integers(1, 9))
def test_any_one_digit_mistyped_is_found(number, place, shift):
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert identity.check_id_number(number) == number
    assert isinstance(identity.check_id_number(wrong), Refusal)


@given(id_numbers, st.integers(0, 15))
def test_any_two_neighbours_exchanged_are_found(number, place):
    assume(number[place] != number[place + 1])
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert isinstance(identity.check_id_number(wrong), Refusal)


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "+8613800138000",
        "86 13800138000",
        "0086 138 0013 8000",
        "（+86）13800138000",
        "１３８００１３８０００",
    ],
)
def test_one_form_of_a_mobile_number_is_kept(text):
    assert identity.phone(text) == "13800138000"


@pytest.mark.parametrize(
    ("text", "why"),
    {
        "": "empty",
        "138001380O0": "characters",
        "+852 9123 4567": "abroad",
        "00852 91234567": "abroad",
        "010-6655 1234": "landline",
        "1380013800": "length",
        "138001380001": "length",
        "23800138000": "mobile",
    }.items(),
)
def test_what_is_no_mobile_number_is_asked_again(text, why):
    refusal = identity.phone(text)
    assert isinstance(refusal, Refusal)
    assert refusal.rule == f"identity.phone.{why}"


@given(st.text(max_size=30) | st.from_regex(r"[0-9Xx +-]{0,24}", fullmatch=True))
def test_any_text_is_kept_in_one_form_or_refused_in_words_without_it(text):
    for outcome in (identity.check_id_number(text), identity.phone(text)):
        if isinstance(outcome, Refusal):
            assert all(isinstance(fact, int) for fact in outcome.facts.values())
            assert all(say(language, outcome.reason, **outcome.facts) for language in LANGUAGES)
            assert all(say(language, outcome.way_on, **outcome.facts) for language in LANGUAGES)
    kept = identity.check_id_number(text)
    assert isinstance(kept, Refusal) or identity.check_id_number(kept) == kept


def test_masks_show_enough_to_recognise_and_no_more():
    assert identity.masked_id(STANDARD) == "110***********002X"
    assert identity.masked_phone("13800138000") == "138****8000"
    assert identity.masked_id("1234567") == identity.masked_phone("123") == "*******"
    names = {
        "王芳": "王*",
        "王小明": "王**",
        "欧阳彧": "欧阳*",
        "欧阳": "欧*",
        "Li Wei": "L* W**",
        "阿依古丽·买买提": "阿***·买**",
        "王": "*",
        "": "",
    }
    assert {name: identity.masked_name(name) for name in names} == names
