"""Whether a page can be trusted as it was read, and if not, what to tell her.

A machine measures (adapters/page_measures.py), this decides: a page that reads well is taken whatever it looks like,
and every page whose text cannot be trusted has a fault that says what to do. Thresholds were chosen on drawn pages of
other seeds than those `make bench` reports; docs/papers.md has the table.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from forbear.core.reading import Fault, FaultCode, PaperKind, Reading


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One page, measured in whole numbers. `confidence` is the reader's own, 0 to 1000, weighted by characters;
    shares are parts per thousand; brightness is 0 (black) to 255 (white).
    """

    characters: int
    lines: int
    confidence: int
    weak_share: int
    """of the characters, those in lines the reader is unsure of (below LINE_SURE)"""
    text_height: int
    """of the middle line, in tenths of a pixel"""
    sharpness: int
    """how steep a letter's edge is: thousandths of its contrast a pixel, at a line height of 48 pixels"""
    contrast: int
    """between paper and ink, in levels of brightness"""
    brightness: int
    """of the paper"""
    ink: int
    """how much darker than its surroundings the darkest is, in levels of brightness: 0 for an empty page"""
    glare_share: int
    """of the printed area, burnt out by a light"""
    cut_lines: int
    """lines that run into the picture's edge"""
    moire: int
    """how far the strongest regular pattern stands above its surroundings, in tenths"""
    fringes: int
    """the amplitude of the strongest regular colour, in thousandths of a level"""
    fringe_peak: int
    """how far that colour stands above its surroundings, in tenths"""
    tilt: int
    """how far the lines leaned, in tenths of a degree"""


LINE_SURE = 850
"""Below this the reader guesses a character or more of the line."""
CHARACTERS_LEAST = 8
"""A speck may be read as a letter and an empty page may show its number; every paper has more."""
CONFIDENCE_LEAST = 930
"""Moderately spoilt pages read with 966 or more, those whose words are lost with 892 or less."""
WEAK_MOST = 200
"""Moderately spoilt pages have up to 111 in a thousand characters weak, lost ones 134 to 1000."""
SHARP_LEAST = 125
"""Moderately spoilt lines have 130 and more. At 110 names come out wrong and the reader is still sure of them: it
knows words better than it sees strokes. So blur alone is enough to ask again.
"""
TEXT_LEAST = 160
"""Sixteen pixels a line, as the detector draws its boxes: strokes of Chinese characters then fall together."""
CONTRAST_LEAST = 30
"""Moderately dark lines have 42 and more, lost ones 11: words then come out wrong while the reader is sure of them."""
BRIGHT_LEAST = 60
"""Paper darker than this is lit too weakly: the camera's noise is as strong as the ink."""
INK_LEAST = 10
"""An empty sheet, photographed, has up to 4 from noise and shade; print out of focus has 20 and more."""
GLARE_MOST = 80
"""A lamp's veil that leaves the words readable burns up to 50 parts of a thousand of the empty places between them."""
GLARE_SEEN = 15
"""Enough to be the reason where something that must be there was not found."""
CUT_MOST = 1
"""One line may touch the edge by chance, such as the neighbouring page's; two are the page's own."""
MOIRE_MOST = 60
"""Paper, print and camera make no pattern off the axes this regular (up to 34 was seen); a screen's dots do."""
FRINGES_MOST = 1200
FRINGE_PEAK_MOST = 60
"""Colour noise has an amplitude up to 500 and stands out by 40; the colours of a screen 7000 and 83 at the least."""
TILT_MOST = 300
"""Thirty degrees: beyond it lines are torn apart when they are found."""
SURE_LEAST = 700
"""A field below this is a guess: the page that holds it is not clear enough."""
NAME_SURE_LEAST = 950
"""A passport's name in characters has no check digit: readable pages have 985 and more, a wrong stroke 922."""

ESSENTIAL: Mapping[PaperKind, tuple[tuple[str, ...], ...]] = {
    PaperKind.ID_CARD: (
        ("number", "valid_to"),
        ("name", "authority"),
        ("nation", "authority"),
        ("address", "authority"),
    ),
    PaperKind.PASSPORT: (("number",), ("name",), ("expires_on",)),
    PaperKind.PAYSLIP: (("net",), ("month",)),
    PaperKind.BANK_STATEMENT: (("account_tail",), ("period_from",)),
    PaperKind.TAX_CERTIFICATE: (("name", "id_tail"), ("tax",)),
    PaperKind.DIAGNOSIS: (("hospital",), ("name",), ("issued_on", "discharged_on")),
}
"""What a paper of a kind shows wherever it comes from: one field of each group. One that lacks a group was not read
whole, however well the rest of it reads.
"""

EXPECTED: Mapping[PaperKind, tuple[str, ...]] = {
    PaperKind.PAYSLIP: ("employer", "name"),
    PaperKind.PASSPORT: ("born_on", "nationality"),
    PaperKind.BANK_STATEMENT: ("holder",),
    PaperKind.TAX_CERTIFICATE: ("name", "id_tail"),
}
"""What nearly every paper of a kind shows: where one is missing and a line touches the edge or a light burnt
something, the picture lost it, and she is told; without such a trace the paper is one that does not show it.
"""


def legible(page: Measured) -> bool:
    """Whether the text of the page can be trusted."""
    return (
        page.characters >= CHARACTERS_LEAST
        and page.confidence >= CONFIDENCE_LEAST
        and page.weak_share <= WEAK_MOST
        and page.sharpness >= SHARP_LEAST
        and page.contrast >= CONTRAST_LEAST
    )


def page_faults(page: Measured) -> tuple[FaultCode, ...]:
    """What to tell her of the page; () for one that can be read and is whole.

    A page that reads well is told only what reading cannot mend: that it is cut, that light burnt a part of it away,
    that it was taken from a screen. One that does not is told every reason seen, and at least that it is unreadable.
    """
    if page.characters < CHARACTERS_LEAST:
        return (_nothing_read(page),)
    found = tuple(_beyond_mending(page))
    if legible(page):
        return found
    return (*found, *_causes(page)) or (FaultCode.UNREADABLE,)


def _nothing_read(page: Measured) -> FaultCode:
    if page.brightness < BRIGHT_LEAST:
        return FaultCode.DARK
    if page.glare_share > GLARE_MOST:
        return FaultCode.GLARE
    return FaultCode.BLURRED if page.ink >= INK_LEAST else FaultCode.BLANK


def _beyond_mending(page: Measured) -> Iterator[FaultCode]:
    if page.cut_lines > CUT_MOST:
        yield FaultCode.CUT
    if page.glare_share > GLARE_MOST:
        yield FaultCode.GLARE
    if page.moire > MOIRE_MOST or (page.fringes > FRINGES_MOST and page.fringe_peak > FRINGE_PEAK_MOST):
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


# ---- the paper as a whole ----------------------------------------------------------------------------------------


def judged(reading: Reading, measured: Mapping[int, Measured]) -> tuple[Reading, bool]:
    """The reading with what is wrong with its pages, and whether it can be trusted: every page legible and whole, and
    every field found that a paper of its kind must have. `measured`: by page number.
    """
    faults = [Fault(code=code, page=number) for number, page in measured.items() for code in page_faults(page)]
    clear = all(legible(page) for page in measured.values())
    lost = any(fault.code in (FaultCode.CUT, FaultCode.GLARE) for fault in faults)
    whole = _whole(reading)
    if clear and not lost:
        traces = list(_traces(measured))
        if not whole:
            faults += traces or [Fault(code=FaultCode.UNREADABLE)]
        elif traces and not all(reading.value(name) for name in EXPECTED.get(reading.kind, ())):
            faults, whole = [*faults, *traces], False
    return replace(reading, faults=(*faults, *reading.faults)), clear and whole and not lost


def _traces(measured: Mapping[int, Measured]) -> Iterator[Fault]:
    """What may have taken away something that was not found, where a slight trace of it is seen."""
    yield from (Fault(code=FaultCode.GLARE, page=n) for n, page in measured.items() if page.glare_share > GLARE_SEEN)
    yield from (Fault(code=FaultCode.CUT, page=n) for n, page in measured.items() if page.cut_lines)


def _whole(reading: Reading) -> bool:
    sure = {field.name for field in reading.fields if field.confidence >= SURE_LEAST}
    guessed = any(field.name == "name_native" and field.confidence < NAME_SURE_LEAST for field in reading.fields)
    return not guessed and all(any(name in sure for name in group) for group in ESSENTIAL.get(reading.kind, ()))
