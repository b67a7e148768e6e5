"""What can be measured of a page's picture, as whole numbers (core/page_quality.py says what they mean)."""

from typing import Any

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
TILE = 256


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
        glare_share=_glare(grey),
        cut_lines=_cut(*whole),
        moire=_moire(grey),
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


def _glare(grey: Picture) -> int:
    """Parts per thousand of the page in white spots that fade out: printed white has an edge, light has none."""
    scale = 500 / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if np.median(small) > 235:  # white paper, evenly lit: nothing stands out of it
        return 0
    burnt = (small >= BURNT).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(burnt)
    steep = np.hypot(cv2.Sobel(small, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(small, cv2.CV_32F, 0, 1) / 8)
    spots = 0
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_AREA] < small.size / 1000:
            continue
        spot = (labels == label).astype(np.uint8)
        ring = (cv2.dilate(spot, np.ones((5, 5), np.uint8)) - spot).astype(bool)
        if np.median(steep[ring]) < 8:
            spots += int(stats[label, cv2.CC_STAT_AREA])
    return 1000 * spots // small.size


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
    """How far the strongest single frequency stands above its neighbours, in tenths, over the page's quietest tiles.

    Print and paper have broad spectra and the lines of a table lie on the axes; the dots of a screen against those of
    a camera make a few sharp peaks off the axes.
    """
    tiles = [
        grey[y : y + TILE, x : x + TILE].astype(np.float32)
        for y in range(0, grey.shape[0] - TILE + 1, TILE // 2)
        for x in range(0, grey.shape[1] - TILE + 1, TILE // 2)
    ]
    if not tiles:
        return 0
    tiles = sorted(tiles, key=lambda tile: float(tile.std()))[: max(6, len(tiles) // 4)]
    window = np.outer(np.hanning(TILE), np.hanning(TILE)).astype(np.float32)
    strength = sum(np.abs(np.fft.fftshift(np.fft.fft2((tile - tile.mean()) * window))) for tile in tiles)
    strength = np.asarray(strength, np.float32)
    around = cv2.medianBlur(strength, 5) + np.float32(np.median(strength))
    peaks = strength / np.maximum(around, 1e-3)
    middle = TILE // 2
    y, x = np.ogrid[:TILE, :TILE]
    far = np.hypot(y - middle, x - middle)
    peaks[(far < 10) | (np.abs(y - middle) < 4) | (np.abs(x - middle) < 4)] = 0
    return int(10 * np.sort(peaks.ravel())[-4])
