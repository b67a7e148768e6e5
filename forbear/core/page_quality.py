"""Whether a page can be trusted as it was read, and if not, what to tell her.

A machine measures (adapters/page_measures.py), this decides: a page that reads well is taken whatever it looks like,
and every page whose text cannot be trusted has a fault that says what to do. Thresholds were chosen on drawn pages of
other seeds than those `make bench` reports (docs/papers.md has the table).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from forbear.core.reading import FaultCode


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One page, measured in whole numbers. `confidence` is the reader's own, 0 to 1000, weighted by characters;
    shares are parts per thousand; brightness is 0 (black) to 255 (white); lengths are tenths of a pixel.
    """

    characters: int
    lines: int
    confidence: int
    weak_share: int
    """of the characters, those in lines the reader is unsure of (below LINE_SURE)"""
    text_height: int
    """of the middle line"""
    sharpness: int
    """how steep a letter's edge is: thousandths of its contrast a pixel, at a line height of 48 pixels"""
    contrast: int
    """between paper and ink, as brightness"""
    brightness: int
    """of the paper"""
    glare_share: int
    """of the page, burnt out by a light: white without an edge"""
    cut_lines: int
    """lines that run into the picture's edge"""
    moire: int
    """how far the strongest regular pattern of the paper stands above its surroundings, tenths"""
    tilt: int
    """how far the page was tilted, tenths of a degree"""


LINE_SURE = 850
"""Below this the reader guesses: on drawn pages one line in three is wrong there, above it one in a hundred."""
CHARACTERS_LEAST = 8
"""An empty page may show a page number or a speck read as a letter; every paper has more."""
CONFIDENCE_LEAST = 900
"""A page's mean below which its fields are no longer right 95 times in 100."""
WEAK_MOST = 150
"""Of a thousand characters; more of them weak and some field is wrong, whatever the mean."""
TEXT_LEAST = 110
"""Eleven pixels a line: below that strokes of Chinese characters fall together."""
SHARP_LEAST = 110
"""An edge wider than a sixth of the line's height hides the strokes between."""
CONTRAST_LEAST = 45
BRIGHT_LEAST = 90
"""Paper darker than this is lit too weakly: the camera's noise is as strong as the ink."""
GLARE_MOST = 12
"""More than about one part in eighty of the page burnt out hides a word."""
CUT_MOST = 1
"""One line may touch the edge by chance, such as a watermark or the next page; two are the page's own."""
MOIRE_MOST = 80
"""Paper, print and camera make no pattern this regular; the dots of a screen do."""
TILT_MOST = 300
"""Thirty degrees: beyond it lines are torn apart when they are found."""


def legible(page: Measured) -> bool:
    """Whether what was read of the page can be trusted."""
    return (
        page.characters >= CHARACTERS_LEAST and page.confidence >= CONFIDENCE_LEAST and page.weak_share <= WEAK_MOST
    )


def page_faults(page: Measured) -> tuple[FaultCode, ...]:
    """What to tell her of the page; () for one that can be read and is whole.

    A page that reads well is told only what reading cannot mend: that it is cut, that light burnt a part of it away,
    that it was taken from a screen. One that does not is told every reason seen, and at least that it is unreadable.
    """
    if page.characters < CHARACTERS_LEAST and page.brightness >= BRIGHT_LEAST and not page.glare_share > GLARE_MOST:
        return (FaultCode.BLANK,)
    found = tuple(_always(page))
    if legible(page):
        return found
    return (*found, *_causes(page)) or (FaultCode.UNREADABLE,)


def _always(page: Measured) -> Iterator[FaultCode]:
    if page.cut_lines > CUT_MOST:
        yield FaultCode.CUT
    if page.glare_share > GLARE_MOST:
        yield FaultCode.GLARE
    if page.moire > MOIRE_MOST:
        yield FaultCode.SCREEN


def _causes(page: Measured) -> Iterator[FaultCode]:
    """Why it does not read: all that can be seen, the most likely first."""
    if page.brightness < BRIGHT_LEAST or page.contrast < CONTRAST_LEAST:
        yield FaultCode.DARK
    if page.text_height < TEXT_LEAST:
        yield FaultCode.SMALL
    if page.sharpness < SHARP_LEAST:
        yield FaultCode.BLURRED
    if page.tilt > TILT_MOST:
        yield FaultCode.TILTED
