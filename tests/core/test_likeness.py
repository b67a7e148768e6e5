"""Pages known again: by their figures where they have some, by their look where not; the index misses none."""

import random

from hypothesis import given
from hypothesis import strategies as st

from forbear.core.likeness import (
    BANDS,
    BITS,
    COLUMNS,
    FIGURES_LEAST,
    LIKE_BITS_MAX,
    ROWS,
    SKETCH,
    Look,
    alike,
    bands,
    difference_hash,
    look,
    same_page,
    sketch,
)


def test_a_bit_says_whether_a_cell_is_brighter_than_its_left_neighbour():
    rising = [column for _ in range(ROWS) for column in range(COLUMNS)]
    assert difference_hash(rising) == 2**BITS - 1
    assert difference_hash(rising[::-1]) == 0
    one = [0] * (COLUMNS * ROWS)
    one[-1] = 9
    assert difference_hash(one) == 1


def test_light_and_contrast_change_nothing():
    cells = [random.Random(7).randrange(200) for _ in range(COLUMNS * ROWS)]
    assert difference_hash(cells) == difference_hash([cell * 2 + 30 for cell in cells])


@given(st.integers(0, 2**BITS - 1), st.sets(st.integers(0, BITS - 1), max_size=LIKE_BITS_MAX))
def test_every_hash_close_enough_shares_a_band(hashed: int, flipped: set[int]):
    other = hashed
    for bit in flipped:
        other ^= 1 << bit
    assert alike(hashed, other)
    assert len(bands(hashed)) == BANDS
    assert any(one == two for one, two in zip(bands(hashed), bands(other), strict=True))


@given(st.integers(0, 2**BITS - 1), st.sets(st.integers(0, BITS - 1), min_size=LIKE_BITS_MAX + 1, max_size=40))
def test_further_apart_is_not_alike(hashed: int, flipped: set[int]):
    assert not alike(hashed, hashed ^ sum(1 << bit for bit in flipped))


FIGURES = [f"{number * 7919}" for number in range(20, 40)]


def test_a_page_with_misread_figures_is_the_same_and_another_of_its_form_is_not():
    misread = [*FIGURES[:-3], "11111", "22222", "33333"]
    other = [*FIGURES[:4], *[f"{number * 104729}" for number in range(20, 36)]]
    one = Look(sketch(FIGURES))
    assert same_page(one, Look(sketch(misread)))
    assert not same_page(one, Look(sketch(other)))
    assert not same_page(one, Look(picture="0" * 64))
    assert same_page(Look(picture="5"), Look(picture="7"))
    assert not same_page(Look(), Look())


def test_a_photo_is_known_by_its_look_and_a_page_with_text_never():
    grey = [0] * (COLUMNS * ROWS)
    assert look(grey, ["出口"]) == Look(picture="0" * 64)
    assert look(grey, ["一", "二", "三", "四", "五", "六"]) == Look()
    assert look(grey, ["身份证号 51010519900307002X"]).picture == ""


def test_figures_are_read_without_separators_and_short_ones_say_nothing():
    assert sketch(["5,200.00", "2026-03", "8,000", "尾号1234"]) == sketch(["520000 2026", "8000元", "1234 03"])
    assert sketch(["12", "34", "56", "78"]) == ()
    assert sketch([str(100 + n) for n in range(FIGURES_LEAST - 1)]) == ()
    assert len(sketch([str(100 + n) for n in range(FIGURES_LEAST)])) == SKETCH
    assert sketch(["2026", "6222021234567890123"]) == sketch(["1999", "6222021234567890123"]) != ()


def test_of_two_cards_with_the_same_dates_the_number_tells_which_it_is():
    dates = ["1990 3 2", "20150302", "20350302", "建国路 188 号 1204 室"]
    one, other = sketch([*dates, "51010519900302002X"]), sketch([*dates, "510105199003020041"])
    assert not same_page(Look(one), Look(other))
    assert same_page(Look(one), Look(sketch(["51010519900302002X", "1990", "20150802"])))
