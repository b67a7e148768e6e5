"""A number in one form, however an exchange shows it; the threads named are those people filed about other desks."""

import pytest

from forbear.core.phone_numbers import Number, Shown, e164, number_of

LI = "+8613800138000"
BEIJING = "+861088886666"


@pytest.mark.parametrize(
    ("shown", "country", "number"),
    [
        ("138-0013-8000", "CN", LI),
        ("138 0013 8000", "CN", LI),
        ("+86 138 0013 8000", "CN", LI),
        ("0086 13800138000", "CN", LI),
        ("8613800138000", "CN", LI),
        ("013800138000", "CN", LI),
        ("17951 13800138000", "CN", LI),
        ("１３８００１３８０００", "CN", LI),
        ("＋８６ １３８－００１３－８０００", "CN", LI),
        ("(+86)138 0013 8000", "CN", LI),
        ("\u202a+86 138 0013 8000\u202c", "CN", LI),
        ("010-8888 6666", "CN", BEIJING),
        ("(010) 8888.6666", "CN", BEIJING),
        ("0086-10-88886666", "CN", BEIJING),
        ("400-123-4567", "CN", "+864001234567"),
        ("100 1234 5678", "CN", "+8610012345678"),
        ("+86 100 1234 5678", "GB", "+8610012345678"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("14155552671", "US", "+14155552671"),
        ("011 86 138 0013 8000", "US", LI),
        ("0086 138 0013 8000", "US", LI),
        ("020 7946 0018", "GB", "+442079460018"),
        ("0044 20 7946 0018", "CN", "+442079460018"),
        ("02 9374 4000", "AU", "+61293744000"),
        ("0412 345 678", "AU", "+61412345678"),
        ("0011 86 138 0013 8000", "AU", LI),
        ("030/1234567", "DE", "+49301234567"),
        ('"Li" <sip:13800138000@pbx.example>', "CN", LI),
        ("sip:+8613800138000@10.0.0.1;user=phone", "CN", LI),
        ("tel:+86-138-0013-8000", "CN", LI),
    ],
)
def test_one_number_is_one_number(shown: str, country: str, number: str):
    assert number_of(shown, country) == Number(Shown.PUBLIC, number)


@pytest.mark.parametrize("shown", ["010-88886666-8001", "01088886666转8001", "010-88886666 ext. 8001",
                                   "tel:+861088886666;ext=8001", "010-88886666分机：8001"])  # fmt: skip
def test_zammad_4555_an_extension_behind_a_number_is_no_part_of_it(shown: str):
    assert number_of(shown) == Number(Shown.PUBLIC, BEIJING, "8001")


@pytest.mark.parametrize(("shown", "number"), [("0391/8123-45", "+49391812345"), ("0391/8123/45", "+49391812345")])
def test_zammad_4872_a_slash_is_a_way_of_writing(shown: str, number: str):
    assert e164(shown, "DE") == number


def test_two_numbers_in_one_field_are_the_first():
    assert e164("13800138000/13900139000") == LI


@pytest.mark.parametrize("shown", ["8001", "101", "*97", "sip:8001@pbx", "000123"])
def test_zammad_5128_an_extension_of_the_house_is_nobodys_number(shown: str):
    assert number_of(shown).shown is Shown.INTERNAL
    assert e164(shown) == ""


@pytest.mark.parametrize("shown", ["", " ", "anonymous", "Anonymous", "RESTRICTED", "Unknown", "匿名", "0", "00",
                                   "sip:anonymous@x.invalid", '"Anonymous" <sip:anonymous@x>', "-"])  # fmt: skip
def test_a_number_that_is_not_shown_is_nobodys(shown: str):
    assert number_of(shown) == Number(Shown.WITHHELD)


@pytest.mark.parametrize("shown", ["hello", "88886666", "+", "9" * 40, "1" * 5000, "\x00\x00x", "+999 1234567890",
                                   "138001380001", "＃＃＃＃＃＃＃＃", "Li <>"])  # fmt: skip
def test_what_cannot_be_read_is_nobodys_and_harms_nothing(shown: str):
    assert e164(shown) == ""
