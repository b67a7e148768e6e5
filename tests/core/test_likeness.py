"""The difference hash: the same page is found again, and the index by bands misses none that is close enough."""

import random

from hypothesis import given
from hypothesis import strategies as st

from forbear.core.likeness import BANDS, BITS, COLUMNS, LIKE_BITS_MAX, ROWS, alike, bands, difference_hash


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
