"""What can be measured of a page's picture, as whole numbers (core/page_quality.py says what they mean)."""

import cv2
import numpy as np

from forbear.adapters.page_geometry import Boxes, Picture, cut_out
from forbear.core.page_quality import LINE_SURE, Measured

LINES_LOOKED_AT = 24
"""Sharpness and contrast are the middle of this many lines, the longest: more change nothing and cost time."""
LINE_HEIGHT = 48
EDGE_PIXELS = 3
"""A line this near to the edge runs into it: the detector ends its boxes about here."""
BURNT = 250
SMALL_SIDE = 500
PAPER_BRIGHT = 225
"""Where the rest of the page is this bright all of it is well lit, and white is only its white."""
BURNT_MOST = 500
"""Unless most of the printed area is white: well lit pages have up to 342 parts of a thousand, burnt ones 845."""
AROUND = np.ones((9, 9), np.uint8)
TILE = 256
TILES = 8
NEAR = 10
"""Frequencies this low, in waves a tile, are shading, letters and lines, not the dots of a screen."""
AXES = 4
WAVE_LEAST = 800
"""Thousandths of a level: a smooth shade rounded to whole levels makes regular steps up to 340, a screen 4200."""


def measure(
    picture: Picture, boxes: Boxes, texts: list[tuple[str, float]], *, tilt: float, whole: tuple[Picture, Boxes]
) -> Measured:
    """Measure an upright page. `texts`: (text, confidence 0 to 1) of each box; `whole`: the picture as it came
    with the boxes in it, whose edges are the photograph's own.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    counts = np.array([len(text) for text, _ in texts])
    sure = np.array([score for _, score in texts])
    total = int(counts.sum())
    sharpness, contrast, height = _strokes(grey, boxes)
    return Measured(
        characters=total,
        lines=len(texts),
        confidence=int(1000 * (counts * sure).sum() / total) if total else 0,
        weak_share=int(1000 * counts[sure * 1000 < LINE_SURE].sum() / total) if total else 0,
        text_height=height,
        sharpness=sharpness,
        contrast=contrast,
        brightness=int(np.percentile(grey, 75)),
        ink=_ink(grey),
        glare_share=_glare(grey, boxes),
        cut_lines=_cut(*whole),
        moire=min(_moire(grey), _moire(cv2.cvtColor(whole[0], cv2.COLOR_BGR2GRAY))),
        **_fringes(whole[0]),
        tilt=abs(int(10 * tilt)),
    )


def _strokes(grey: Picture, boxes: Boxes) -> tuple[int, int, int]:
    """(sharpness, contrast, text height) of the middle line."""
    if not len(boxes):
        return 0, 0, 0
    lengths = np.hypot(*(boxes[:, 1] - boxes[:, 0]).T)
    found = []
    for box in boxes[np.argsort(-lengths)[:LINES_LOOKED_AT]]:
        line = cut_out(grey, box).astype(np.float32)
        high = line.shape[0]
        low, paper = np.percentile(line, (5, 95))
        step = max(paper - low, 1.0)
        # Edges of small print are steep only because it is small: compared at one height, a pixel is a share of it.
        line = cv2.resize(line, None, fx=LINE_HEIGHT / high, fy=LINE_HEIGHT / high, interpolation=cv2.INTER_CUBIC)
        line = cv2.GaussianBlur(line, (0, 0), 0.7)
        steep = np.hypot(cv2.Sobel(line, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(line, cv2.CV_32F, 0, 1) / 8)
        found.append((1000 * np.percentile(steep, 97) / step, step, 10 * high))
    middle = np.median(np.array(found), axis=0)
    return int(middle[0]), int(middle[1]), int(middle[2])


def _ink(grey: Picture) -> int:
    """How much darker than its surroundings the darkest half percent of the page is, its rim left out: 0 for nothing
    printed. Blurred print counts, so that a page out of focus is no empty page.
    """
    height, width = grey.shape
    small = _small(grey[height // 10 : -height // 10, width // 10 : -width // 10]).astype(np.float32)
    around = cv2.GaussianBlur(small, (0, 0), 25)
    return max(0, int(np.percentile(around - cv2.GaussianBlur(small, (0, 0), 1.5), 99.5)))


def _small(plane: Picture) -> Picture:
    scale = SMALL_SIDE / max(plane.shape)
    return cv2.resize(plane, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _glare(grey: Picture, boxes: Boxes) -> int:
    """Parts per thousand of the printed area that a light burnt out: white where paper is darker, fading at its edge
    (printed white has a sharp one), and away from every line that was read.
    """
    small = _small(grey)
    scale = small.shape[1] / grey.shape[1]
    places = (boxes * scale).astype(np.int32)
    rest = small[small < BURNT]
    if not len(boxes) or not rest.size:
        return 0
    printed, read = np.zeros_like(small), np.zeros_like(small)
    cv2.fillConvexPoly(printed, cv2.convexHull(places.reshape(-1, 2)), 1)
    for place in places:
        cv2.fillConvexPoly(read, place, 1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((small >= BURNT).astype(np.uint8))
    steep = np.hypot(cv2.Sobel(small, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(small, cv2.CV_32F, 0, 1) / 8)
    lost = printed * (1 - cv2.dilate(read, AROUND))
    area = 0
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_AREA] < small.size / 1000:
            continue
        spot = (labels == label).astype(np.uint8)
        ring = (cv2.dilate(spot, np.ones((5, 5), np.uint8)) - spot).astype(bool)
        if np.median(steep[ring]) < 8:
            area += int((spot * lost).sum())
    share = 1000 * area // max(1, int(printed.sum()))
    return 0 if np.median(rest) > PAPER_BRIGHT and share < BURNT_MOST else share


def _cut(picture: Picture, boxes: Boxes) -> int:
    """How many lines run into the edge of the picture as it came."""
    height, width = picture.shape[:2]
    if not len(boxes):
        return 0
    left, top = boxes[:, :, 0].min(axis=1), boxes[:, :, 1].min(axis=1)
    right, bottom = boxes[:, :, 0].max(axis=1), boxes[:, :, 1].max(axis=1)
    near = (left < EDGE_PIXELS) | (top < EDGE_PIXELS) | (right > width - EDGE_PIXELS) | (bottom > height - EDGE_PIXELS)
    return int(near.sum())


def _moire(grey: Picture) -> int:
    """How far the strongest single frequency off the axes stands above its neighbours, in tenths.

    Print and paper have broad spectra, and the lines of an upright page lie on the axes; the dots of a screen against
    those of a camera make a few sharp peaks anywhere. (A tilted page's lines too: the
    less counts of the page as it came and upright.)
    """
    strength = _spectrum(grey)
    if strength is None:
        return 0
    off_axes = strength[(_distance() >= NEAR) & (_from_axes() >= AXES)]
    return _peak(strength, AXES) if _amplitude(off_axes) >= WAVE_LEAST else 0


def _fringes(picture: Picture) -> dict[str, int]:
    """Of regular colour: its greatest amplitude, in thousandths of a level, and how far its peak stands out, in tenths.

    Paper has colour in patches; a screen has red, green and blue dots, whose colours beat against the camera's.
    """
    found = {"fringes": 0, "fringe_peak": 0}
    for one, other in ((2, 1), (0, 1)):
        strength = _spectrum(picture[:, :, one].astype(np.float32) - picture[:, :, other])
        if strength is not None:
            found["fringes"] = max(found["fringes"], _amplitude(strength[_distance() > NEAR]))
            found["fringe_peak"] = max(found["fringe_peak"], _peak(strength, 0))
    return found


def _spectrum(plane: Picture) -> Picture | None:
    """The mean spectrum of the page's quietest tiles, where print disturbs least; None for a page below a tile."""
    tiles = [
        plane[y : y + TILE, x : x + TILE].astype(np.float32)
        for y in range(0, plane.shape[0] - TILE + 1, TILE // 2)
        for x in range(0, plane.shape[1] - TILE + 1, TILE // 2)
    ]
    if not tiles:
        return None
    window = np.outer(np.hanning(TILE), np.hanning(TILE))
    chosen = sorted(tiles, key=lambda tile: float(tile.std()))[:TILES]
    spectra = [np.abs(np.fft.fftshift(np.fft.fft2((tile - tile.mean()) * window))) for tile in chosen]
    return np.asarray(np.mean(spectra, axis=0), np.float32)


def _amplitude(strength: Picture) -> int:
    """The height of the strongest wave, in thousandths of a level of brightness."""
    return int(8000 * strength.max() / TILE / TILE)


def _peak(strength: Picture, axes: int) -> int:
    around = cv2.medianBlur(strength, 5) + np.float32(np.median(strength))
    peaks = strength / np.maximum(around, 1e-3)
    peaks[(_distance() < NEAR) | (_from_axes() < axes)] = 0
    return int(10 * np.sort(peaks.ravel())[-4])


def _distance() -> Picture:
    y, x = np.ogrid[:TILE, :TILE]
    return np.asarray(np.hypot(y - TILE // 2, x - TILE // 2))


def _from_axes() -> Picture:
    y, x = np.ogrid[:TILE, :TILE]
    return np.asarray(np.minimum(np.abs(y - TILE // 2), np.abs(x - TILE // 2)))
