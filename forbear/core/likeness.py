"""Whether two pictures are the same page: a difference hash of 256 bits, robust to size, compression and light.

A page is brought to 17 × 16 grey cells; a bit says whether a cell is brighter than its left neighbour. Two photos of
one page differ in few bits, two pages of one form in many more: names and figures stand in other places.
Formula: N. Krawetz, "Kind of Like That" (2013), here on 16 rows instead of 8.
"""

from collections.abc import Sequence

COLUMNS = 17
ROWS = 16
BITS = (COLUMNS - 1) * ROWS
BANDS = 16
"""A hash is kept in so many bands: two that differ in fewer bits than that agree in at least one, so an index of the
bands finds every one that is close enough."""

LIKE_BITS_MAX = 15


def difference_hash(grey: Sequence[int]) -> int:
    """The hash of `COLUMNS` × `ROWS` grey values, row by row."""
    assert len(grey) == COLUMNS * ROWS, "a page is looked at in 17 × 16 cells"
    bits = 0
    for row in range(ROWS):
        for column in range(1, COLUMNS):
            at = row * COLUMNS + column
            bits = bits << 1 | (grey[at] > grey[at - 1])
    return bits


def bands(hashed: int) -> tuple[int, ...]:
    """The hash in `BANDS` parts of equal length, the first from the highest bits."""
    width = BITS // BANDS
    return tuple(hashed >> (BITS - width * (n + 1)) & ((1 << width) - 1) for n in range(BANDS))


def alike(one: int, other: int) -> bool:
    """Whether two hashes are of the same page."""
    return (one ^ other).bit_count() <= LIKE_BITS_MAX
