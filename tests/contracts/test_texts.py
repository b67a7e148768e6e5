"""What was handed to carriers and what came from them, in memory and in the databases, told in any order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from forbear.actions.ports import Receipt, TextIn
from forbear.adapters.memory_texts import MemoryTexts
from forbear.core.sms import Fate
from forbear.store.models import TextInRow, TextOutRow
from forbear.store.sms import DjangoTexts
from tests.contracts.bench import PHONE, START, WORDS, at_once, database_bytes

GOOD = Receipt(carrier="b1", fate=Fate.DELIVERED, code="DELIVRD")
BAD = Receipt(carrier="b1", fate=Fate.LOST, code="UNDELIV")
GONE = Receipt(carrier="b1", fate=Fate.REFUSED, code="BLACK")
TEXT = TextIn(id="t1", number=PHONE, text=WORDS)


@pytest.fixture
def texts(bench):
    return MemoryTexts() if bench.kind == "memory" else DjangoTexts(bench.keys)


def hand(texts, *carriers, thing="n_1", case_id="c_1"):
    texts.handed(carriers, case_id=case_id, thing=thing, at=START)


def told(texts, receipt):
    return texts.reported(receipt, START)


def test_a_receipt_finds_its_message_whichever_comes_first(texts):
    assert told(texts, GOOD) is None
    assert texts.fate("n_1") is None
    assert texts.counts()["unmatched"] == 1
    hand(texts, "b1")
    assert texts.fate("n_1") == (Fate.DELIVERED, "DELIVRD")
    assert told(texts, GOOD) == ("c_1", "n_1")
    assert texts.counts() == {"delivered": 1, "unmatched": 0, "came": 0, "strays": 0}


@pytest.mark.parametrize(
    ("order", "fate"),
    [
        ((GOOD, BAD), (Fate.DELIVERED, "DELIVRD")),
        ((BAD, GOOD), (Fate.DELIVERED, "DELIVRD")),
        ((BAD, BAD), (Fate.LOST, "UNDELIV")),
        ((GONE, BAD), (Fate.REFUSED, "BLACK")),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_arrived_stands_for_good_in_any_order(texts, order, fate, place):
    for n, receipt in enumerate(order):
        if n == place:
            hand(texts, "b1")
        told(texts, receipt)
    if place == 2:
        hand(texts, "b1")
    assert texts.fate("n_1") == fate


def test_a_message_in_parts_and_a_second_attempt(texts):
    hand(texts, "b1", "b2")
    told(texts, GOOD)
    assert texts.fate("n_1") is None
    told(texts, Receipt(carrier="b2", fate=Fate.LOST, code="EXPIRED"))
    assert texts.fate("n_1") == (Fate.LOST, "EXPIRED")
    hand(texts, "b3", "b4")
    assert texts.fate("n_1") is None
    for carrier in ("b3", "b4"):
        told(texts, Receipt(carrier=carrier, fate=Fate.DELIVERED, code="DELIVRD"))
    assert texts.fate("n_1") == (Fate.DELIVERED, "DELIVRD")


def test_an_id_that_the_carrier_uses_again_is_another_message(texts):
    hand(texts, "b1")
    told(texts, GOOD)
    hand(texts, "b1", thing="n_2")
    assert texts.fate("n_2") is None
    told(texts, BAD)
    assert texts.fate("n_2") == (Fate.LOST, "UNDELIV")


def test_told_at_the_same_moment_one_of_them_sees_both(texts):
    seen = at_once([lambda: (hand(texts, "b1"), texts.fate("n_1"))[1], lambda: told(texts, GOOD)])
    assert seen[0] == (Fate.DELIVERED, "DELIVRD") or seen[1] == ("c_1", "n_1")
    assert texts.fate("n_1") == (Fate.DELIVERED, "DELIVRD")


def test_a_text_is_kept_once_and_waits_until_somebody_looked(texts):
    assert texts.keep(TEXT, START, "", "unknown")
    assert not texts.keep(TEXT, START, "c_1", "")
    assert texts.keep(TextIn(id="t2", number=PHONE, text="好的"), START, "c_1", "")
    (stray,) = texts.strays(9)
    assert (stray.id, stray.number, stray.text, stray.came_at, stray.why) == ("t1", PHONE, WORDS, START, "unknown")
    assert (texts.counts()["came"], texts.counts()["strays"]) == (2, 1)
    texts.place("t1", "c_1")
    assert texts.strays(9) == ()


def part(n, text, parts=3):
    return TextIn(id=f"p{n}", number=PHONE, text=text, joint="j", part=n, parts=parts)


def test_parts_make_one_message_in_any_order_and_twice_is_once(texts):
    assert texts.whole(part(3, "三"), START) is None
    assert texts.whole(part(3, "三"), START) is None
    assert texts.whole(part(1, "一"), START) is None
    whole = texts.whole(part(2, "二"), START)
    assert (whole.text, whole.parts, whole.number) == ("一二三", 1, PHONE)
    assert texts.whole(part(2, "二"), START) == whole


def test_parts_whose_others_never_come(texts):
    texts.whole(part(1, "一"), START)
    texts.whole(part(3, "三"), START)
    for n in (1, 2):
        texts.whole(replace(part(n, f"整{n}", 2), joint="k"), START)
    assert texts.loose(START) == ()
    (left,) = texts.loose(START + timedelta(hours=2))
    assert (left.text, left.number, left.parts) == ("一 […] 三", PHONE, 1)
    assert texts.loose(START + timedelta(hours=3)) == (left,)


def test_the_number_that_joins_parts_is_used_again(texts):
    texts.whole(part(1, "一", 2), START)
    first = texts.whole(part(2, "二", 2), START)
    assert texts.whole(part(1, "四", 2), START) is None
    second = texts.whole(part(2, "五", 2), START)
    assert (second.text, second.id == first.id) == ("四五", False)
    assert texts.whole(part(1, "六", 2), START + timedelta(hours=2)) is None
    assert texts.whole(part(2, "五", 2), START + timedelta(hours=2)).text == "六五"


def test_what_has_its_place_is_not_kept_twice_and_is_forgotten_in_time(stored):
    texts = DjangoTexts(stored.keys)
    for id, why in (("t1", "unknown"), ("t2", ""), ("t3", "unknown")):
        texts.keep(TextIn(id=id, number=PHONE, text=WORDS), START, "", why)
    texts.place("t3", "c_1")
    assert [bytes(row.sealed) == b"" for row in TextInRow.objects.order_by("id")] == [False, True, True]
    hand(texts, "b1")
    texts.forget(START)
    assert (texts.counts()["came"], TextOutRow.objects.count()) == (3, 1)
    texts.forget(START + timedelta(seconds=1))
    assert [row.id for row in TextInRow.objects.all()] == ["t1"]
    assert TextOutRow.objects.count() == 0


def test_the_database_holds_neither_number_nor_words(stored):
    texts = DjangoTexts(stored.keys)
    texts.keep(TEXT, START, "", "unknown")
    texts.whole(part(1, WORDS), START)
    held = database_bytes(stored)
    assert PHONE.encode() not in held and WORDS.encode() not in held
