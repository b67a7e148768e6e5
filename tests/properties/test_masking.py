"""Nothing that looks like a person's number, card, telephone, mail, address or name passes the mask, however put."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forbear.core.masking import DIGITS_MOST, MARK, looks_like_somebody, masked

GAPS = st.sampled_from(["", "", "", " ", "-", ".", " - ", "—", "\u200b", "·", "，", "、", "/"])
DIGITS = st.sampled_from(["0123456789", "０１２３４５６７８９", "零一二三四五六七八九"])
WORDS = st.sampled_from(["", "我的号码是", "工资四千五，", "call me on ", "。", " and ", "身份证"])


@st.composite
def spelt(draw: st.DrawFn, least: int = DIGITS_MOST + 1, most: int = 19) -> str:
    """A number of that many digits, in any digits and with anything between them."""
    signs = draw(DIGITS)
    number = draw(st.lists(st.integers(0, 9), min_size=least, max_size=most))
    return "".join(signs[digit] + draw(GAPS) for digit in number).rstrip()


@given(WORDS, spelt(), WORDS)
def test_no_long_number_passes(before: str, number: str, after: str):
    safe = masked(before + number + after)
    bare = unicodedata.normalize(
        "NFKC", re.sub(r"[^0-9零一二三四五六七八九]", "", unicodedata.normalize("NFKC", number))
    )
    left = re.sub(r"[^0-9零一二三四五六七八九]", "", safe.replace(MARK, "|"))
    assert bare not in left
    assert not looks_like_somebody(safe)


@given(st.text(max_size=200) | st.text(alphabet="0123456789零一二三四五六七八九 -@.abcA１()+/路号", max_size=80))
@example("0000000A000000")
def test_whatever_is_masked_stays_masked_and_nothing_is_left(text: str):
    """A second look takes nothing more out; it spells the marks of the first one in other signs."""
    safe = masked(text)
    assert not looks_like_somebody(safe)
    assert MARK not in masked(safe)


@given(
    st.sampled_from(["吕洁倩", "王小明", "John Smith", "欧阳 娜"]),
    st.sampled_from(["{}", "我叫{}，工资4500", "my name, {}, is here", "{}{}", "　{}　"]),
)
def test_no_known_name_passes(name: str, said: str):
    for put in (name, name.upper(), " ".join(name), name.replace(" ", "")):
        safe = masked(said.format(put, put), [name])
        assert name.replace(" ", "").lower() not in re.sub(r"\s", "", safe).lower()


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("身份证11010119900307123X", "11010119900307123X"),
        ("旧身份证110101900307123", "110101900307123"),
        ("卡号 6222-0212 3456 7890 123", "6222"),
        ("打 010-8888 6666 找我", "8888"),
        ("+86 138 0013 8000", "0013"),
        ("一三八零零一三八零零零", "零零一三"),
        ("one three eight zero zero one three eight", "eight zero"),
        ("john.smith@example.com", "smith"),
        ("john at example dot com", "example"),
        ("微信号 abc_12345", "abc_12345"),
        ("我叫张三丰", "张三丰"),
        ("我是李雷，失业了", "李雷"),
        ("找王经理", "王经理"),
        ("my name is Anna Lee", "Anna"),
        ("成都市武侯区人民南路四段12号3栋2单元501室", "人民南路"),
        ("住在幸福小区", "幸福"),
        ("12 High Street", "High"),
        ("flat in SW1A 1AA", "SW1A"),
        ("passport E12345678", "E1234"),
        ("see https://example.com/me?id=1", "example"),
    ],
)
def test_what_tells_who_she_is_is_gone(text: str, gone: str):
    assert gone not in masked(text)


@pytest.mark.parametrize(
    "text",
    ["工资四千五,房租1200,欠花呗12000每月还600", "从2025-12-01开始,到2026/6/1", "在路上送外卖每月4500", "我是失业了",
     "I lost my job, wages were 4500 a month", "pay 500 a month to the court", "两个大人一个孩子"],
)  # fmt: skip
def test_what_a_statement_is_made_of_stays(text: str):
    assert masked(text) == text
