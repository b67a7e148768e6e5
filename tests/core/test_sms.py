"""How long a text message is, where it is cut, and what a reply asks; against the tables of the standard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.core.sms import (
    NETWORK,
    Alphabet,
    Fate,
    Gateway,
    Wish,
    as_sent,
    fate_of,
    from_octets,
    octets,
    parts,
    signed,
    sms_size,
    wish_of,
)

CHINA = Gateway(gsm=None, signature="示例消费", discreet_signature="服务通知")


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "count", "left"),
    [
        ("", "gsm", 0, 1, 160),
        ("a" * 160, "gsm", 160, 1, 0),
        ("a" * 161, "gsm", 161, 2, 145),
        ("a" * 306, "gsm", 306, 2, 0),
        ("a" * 307, "gsm", 307, 3, 152),
        ("€" * 80, "gsm", 160, 1, 0),
        ("[a]", "gsm", 5, 1, 155),
        ("a" * 152 + "€" + "a" * 100, "gsm", 254, 2, 51),  # 152, then the escape does not fit with its sign
        ("ü§¿Δ\n\f", "gsm", 7, 1, 153),
        ("a" * 69 + "ç", "ucs2", 70, 1, 0),  # small c with cedilla is not in the table, the capital is
        ("Ç`", "ucs2", 2, 1, 68),
        ("中" * 70, "ucs2", 70, 1, 0),
        ("中" * 71, "ucs2", 71, 2, 63),
        ("中" * 134, "ucs2", 134, 2, 0),
        ("中" * 135, "ucs2", 135, 3, 66),
        ("😀" * 35, "ucs2", 70, 1, 0),
        ("😀" * 36, "ucs2", 72, 2, 61),  # 33 pairs are 66 of 67; the 34th is not cut in two
        ("中" * 66 + "😀" + "中" * 60, "ucs2", 128, 2, 5),
        ("\x1b", "ucs2", 1, 1, 69),  # the escape itself is no sign
    ],
)
def test_size(text, alphabet, units, count, left):
    size = sms_size(text)
    assert (size.alphabet, size.units, size.parts, size.left) == (alphabet, units, count, left)


def test_the_whole_table_of_the_standard():
    assert octets("@\n ~§àÄ", Alphabet.GSM) == bytes([0x00, 0x0A, 0x20, 0x1B, 0x3D, 0x5F, 0x7F, 0x5B])
    assert octets("|€{}[]\\^\f", Alphabet.GSM) == bytes.fromhex("1b401b651b281b291b3c1b3e1b2f1b141b0a")
    assert octets("ΔΦΓΛΩΠΨΣΘΞ", Alphabet.GSM) == bytes([0x10, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A])
    assert octets("中😀", Alphabet.UCS2) == bytes.fromhex("4e2dd83dde00")
    assert from_octets(b"ok\x1b\x02\x1b", Alphabet.GSM) == "ok��"
    assert from_octets(bytes.fromhex("4e2d00"), Alphabet.UCS2) == "中�"


SIGNS = st.text(st.characters(codec="utf-8", exclude_characters="【["), max_size=400)


@given(SIGNS)
def test_parts_are_the_text_and_each_fits(text):
    pieces = parts(text)
    assert "".join(pieces) == text
    size = sms_size(text)
    assert len(pieces) == size.parts
    room = {"gsm": (160, 153), "ucs2": (70, 67)}[size.alphabet][0 if size.parts == 1 else 1]
    width = {"gsm": 1, "ucs2": 2}[size.alphabet]
    sizes = [len(octets(piece, size.alphabet)) // width for piece in pieces]
    assert all(each <= room for each in sizes)
    assert size.left == room - sizes[-1]
    assert from_octets(b"".join(octets(piece, size.alphabet) for piece in pieces), size.alphabet) == text


def test_a_chinese_gateway_counts_everything_as_ucs2_and_its_signature_with_it():
    assert sms_size("【示例消费金融有限公司】" + "中" * 64, CHINA).parts == 1
    assert sms_size("【示例消费金融有限公司】" + "中" * 65, CHINA).parts == 2
    assert sms_size("a" * 65, CHINA).parts == 2
    assert sms_size("a" * 65).parts == 1


def test_the_signature_of_a_text_that_names_nobody_is_the_neutral_one():
    assert as_sent("【示例消费金融有限公司】您好", CHINA) == "【示例消费】您好"
    assert as_sent("[Example Consumer Finance Co., Ltd.] Hello", CHINA) == "【示例消费】Hello"
    assert as_sent("您有一条新信息", CHINA) == "【服务通知】您有一条新信息"
    assert as_sent("【示例消费】您好", NETWORK) == "【示例消费】您好"
    assert signed("【】您好") == ("", "【】您好")
    assert signed("您好【a】") == ("", "您好【a】")


ON, OFF, GONE = Fate.DELIVERED, Fate.LOST, Fate.REFUSED


@pytest.mark.parametrize(
    ("attempts", "fate"),
    [
        ((), None),
        (((None,),), None),
        (((ON,),), ON),
        (((ON, None),), None),
        (((ON, ON),), ON),
        (((ON, OFF),), OFF),
        (((OFF, None),), OFF),
        (((OFF,), (None,)), None),
        (((OFF,), (ON,)), ON),
        (((GONE,), (OFF,)), GONE),
    ],
)
def test_the_fate_of_a_message_in_parts_and_attempts(attempts, fate):
    assert fate_of(attempts) is fate


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("TD", Wish.STOP),
        (" ｔｄ。", Wish.STOP),
        ("「恢复」", Wish.START),
        ("“stop”", Wish.STOP),
        ("退订", Wish.STOP),
        ("Stop!", Wish.STOP),
        ("START", Wish.START),
        ("恢复", Wish.START),
        ("please stop calling me", None),
        ("我想退订", None),
        ("", None),
    ],
)
def test_what_a_reply_asks(text, wish):
    assert wish_of(text) is wish
