"""Whether two pages are the same page: by the figures that stand on it, or by its look where it has no text.

Printed forms look alike whoever they are about, so a page with text is known by its figures: of all words with digits a
sketch of `SKETCH` numbers is kept, and two pages are the same when most of them agree (A. Broder, "On the resemblance
and containment of documents", 1997). A photo is known by a difference hash of 256 bits: whether each of 17 × 16 grey
cells is brighter than its left neighbour (N. Krawetz, "Kind of Like That", 2013, here on 16 rows instead of 8). A page
with text and hardly a figure is known by its file alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

COLUMNS = 17
ROWS = 16
BITS = (COLUMNS - 1) * ROWS
BANDS = 16
"""A hash is kept in so many bands: two that differ in fewer bits than that agree in at least one, so an index of the
bands finds every one that is close enough."""

LIKE_BITS_MAX = 15
SKETCH = 12
SKETCH_LEAST = 6
"""Two pages are the same when at least so many of the sketch agree: two photos of one page share most figures though
some are misread, two pages of one form share a few at most (a year, a rate)."""

FIGURES_LEAST = 4
FIGURES_FEW = 8
"""A card has so few figures that two people of one age and one town share most of them: its number alone counts."""

DIGITS_LEAST = 3
LONG_DIGITS = 10
"""A figure as long as this names one person or account, so that one is enough to know a page by."""

TEXTS_MOST = 5
"""With more pieces of text a page is no photo: its look is its form's, not its own."""


@dataclass(frozen=True)
class Look:
    """What a page is known by: the sketch of its figures, () where it has too few, and the difference hash of a photo
    in hexadecimal, "" where the page has text. Both fit a fact of the record, whose numbers stay below 2^53.
    """

    figures: tuple[int, ...] = ()
    picture: str = ""


def look(grey: Sequence[int], texts: Sequence[str]) -> Look:
    """The look of a page: `COLUMNS` × `ROWS` grey values, row by row, and the texts found on it."""
    figures = sketch(texts)
    photo = not figures and len(texts) <= TEXTS_MOST
    return Look(figures, f"{difference_hash(grey):0{BITS // 4}x}" if photo else "")


def same_page(one: Look, other: Look) -> bool:
    """Whether both are pictures of one page."""
    if one.figures and other.figures:
        return sum(a == b for a, b in zip(one.figures, other.figures, strict=True)) >= SKETCH_LEAST
    return bool(one.picture and other.picture) and alike(int(one.picture, 16), int(other.picture, 16))


def sketch(texts: Iterable[str]) -> tuple[int, ...]:
    """The least of each of `SKETCH` hashes of 48 bits over the figures; of the long ones alone where they are few."""
    words = {word for text in texts for word in _words(text)}
    long = {word for word in words if len(word) >= LONG_DIGITS}
    if len(words) < FIGURES_LEAST or (long and len(words) <= FIGURES_FEW):
        words = long
    return tuple(min(_hashed(number, word) for word in words) for number in range(SKETCH)) if words else ()


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
    """Whether two difference hashes are of the same picture."""
    return (one ^ other).bit_count() <= LIKE_BITS_MAX


def _words(text: str) -> list[str]:
    """The runs of digits of a text, thousands separators and decimal points left out, long enough to say something."""
    plain = "".join(c for c in text if c not in ",.")
    runs = "".join(c if c.isdecimal() and c.isascii() else " " for c in plain).split()
    return [run for run in runs if len(run) >= DIGITS_LEAST]


def _hashed(number: int, word: str) -> int:
    return int.from_bytes(sha256(f"{number}\x00{word}".encode()).digest()[:6], "big")
