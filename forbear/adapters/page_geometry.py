"""How a photographed page is laid straight: its corners, which way its lines run, how far they lean.

Everything works on boxes that the text detector found (n × 4 corners × (x, y), pixels) and on one 3 × 3 matrix from the
picture as it came to the upright one, so that the picture is resampled once and boxes are moved, not found again.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

Picture = np.ndarray[Any, Any]
Boxes = np.ndarray[Any, Any]
Matrix = np.ndarray[Any, Any]

SIDE_MOST = 2000
"""Longer sides are scaled down to this: A4 then has 170 dots an inch, enough for 7-point print, at 12 MB a picture."""
LONG = 1.8
"""A box this much longer than high says which way its line runs; a shorter one may be a single character."""
FAN_DEGREES = 0.6
"""Opposite edges that differ by less than this need no perspective correction: turning is enough."""
WORKING_SIDE = 600


@dataclass(frozen=True)
class Lean:
    """Which way the lines of a page run: `sideways`, and how many degrees they fall to the right beyond that."""

    sideways: bool
    degrees: float


def open_picture(data: bytes) -> Picture | None:
    """The picture's pixels (BGR), at most SIDE_MOST long; None when it is none."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if picture is None:
        return None
    scale = SIDE_MOST / max(picture.shape[:2])
    if scale >= 1:
        return picture
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def lean(boxes: Boxes) -> Lean:
    """The weighted middle of the long boxes' directions; boxes that say nothing are left out."""
    across, down = boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 0]
    widths, heights = np.hypot(*across.T), np.hypot(*down.T)
    wide, high = widths > LONG * heights, heights > LONG * widths
    sideways = bool(heights[high].sum() > widths[wide].sum())
    chosen, axis, lengths = (high, down, heights) if sideways else (wide, across, widths)
    if not chosen.any():
        return Lean(sideways, 0.0)
    angles = np.degrees(np.arctan2(axis[chosen, 1], axis[chosen, 0])) - (90 if sideways else 0)
    angles = (angles + 90) % 180 - 90
    return Lean(sideways, _weighted_middle(angles, lengths[chosen]))


def _weighted_middle(values: Boxes, weights: Boxes) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def page_corners(picture: Picture, boxes: Boxes) -> Boxes | None:
    """The four corners of a page that lies inside the picture with all of its text, clockwise from the top left.

    None where no such page stands out, or where it fills the picture so that nothing would change.
    """
    height, width = picture.shape[:2]
    scale = WORKING_SIDE / max(height, width)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    centres = boxes.mean(axis=1) * scale
    best: tuple[float, Boxes] | None = None
    for mask in _masks(small):
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in sorted(contours, key=cv2.contourArea)[-2:]:
            corners = _four_corners(contour)
            if corners is None or not _holds(corners, centres):
                continue
            share = cv2.contourArea(corners) / small.shape[0] / small.shape[1]
            if 0.2 < share < 0.97 and (best is None or share < best[0]):
                best = share, corners
    return None if best is None else _clockwise(best[1].reshape(4, 2) / scale)


def _masks(small: Picture) -> list[Picture]:
    """What is lighter than the rest, what is darker, and what is more or less coloured: a card on a white table."""
    blurred = cv2.GaussianBlur(small, (0, 0), 2)
    kernel = np.ones((15, 15), np.uint8)
    found = []
    for plane in (cv2.cvtColor(blurred, cv2.COLOR_BGR2GRAY), cv2.cvtColor(blurred, cv2.COLOR_BGR2HSV)[:, :, 1]):
        _, light = cv2.threshold(plane, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        found += [cv2.morphologyEx(light, cv2.MORPH_CLOSE, kernel)]
        found += [cv2.morphologyEx(255 - light, cv2.MORPH_CLOSE, kernel)]
    return found


def _four_corners(contour: Boxes) -> Boxes | None:
    hull = cv2.convexHull(contour)
    round_about = cv2.arcLength(hull, True)
    for tolerance in (0.015, 0.03, 0.05):
        corners = cv2.approxPolyDP(hull, tolerance * round_about, True)
        if len(corners) == 4:
            filled = cv2.contourArea(contour) / max(1.0, cv2.contourArea(corners))
            return corners.astype(np.float32) if filled > 0.9 else None
    return None


def _holds(corners: Boxes, centres: Boxes) -> bool:
    return all(cv2.pointPolygonTest(corners, (float(x), float(y)), True) > -1 for x, y in centres)


def _clockwise(corners: Boxes) -> Boxes:
    """From the corner nearest to the top left, clockwise on the screen."""
    middle = corners.mean(axis=0)
    turned = corners[np.argsort(np.arctan2(*(corners - middle).T[::-1]))]
    return np.roll(turned, -int(np.argmin(turned.sum(axis=1))), axis=0)


def fans(corners: Boxes) -> bool:
    """Whether opposite edges of the page run apart: then it was seen at an angle."""
    edges = np.roll(corners, -1, axis=0) - corners
    angles = np.degrees(np.arctan2(edges[:, 1], edges[:, 0]))
    apart = np.abs((angles[:2] - angles[2:] + 90) % 180 - 90)
    return bool(apart.max() > FAN_DEGREES)


def flattened(corners: Boxes) -> tuple[Matrix, tuple[int, int]]:
    """The matrix that lays the page flat, with a rim of a hundredth, and the (width, height) it then has."""
    edges = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    width, height = int(max(edges[0], edges[2])), int(max(edges[1], edges[3]))
    rim = max(width, height) // 100
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + rim
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    return matrix, (width + 2 * rim, height + 2 * rim)


def turned(size: tuple[int, int], degrees: float) -> tuple[Matrix, tuple[int, int]]:
    """The matrix that turns a picture of (width, height) counter-clockwise about its middle, and its size then."""
    width, height = size
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    new = int(np.ceil(height * sine + width * cosine - 1e-6)), int(np.ceil(height * cosine + width * sine - 1e-6))
    matrix[:, 2] += (new[0] - width) / 2, (new[1] - height) / 2
    return np.vstack([matrix, [0, 0, 1]]), new


def moved(boxes: Boxes, matrix: Matrix) -> Boxes:
    """The boxes where the matrix takes them, each from its top left corner on, clockwise."""
    points = cv2.perspectiveTransform(boxes.reshape(-1, 1, 2).astype(np.float64), matrix).reshape(-1, 4, 2)
    # The edge that runs furthest to the right is the top of its line.
    firsts = np.argmax(np.roll(points, -1, axis=1)[:, :, 0] - points[:, :, 0], axis=1)
    return np.stack([np.roll(quad, -int(first), axis=0) for quad, first in zip(points, firsts, strict=True)])


def redrawn(picture: Picture, matrix: Matrix, size: tuple[int, int]) -> Picture:
    """The picture as the matrix lays it; what lies outside of it is drawn in the colour of its rim."""
    rim = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    colour = tuple(int(c) for c in np.median(rim, axis=0))
    return cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_CUBIC, borderValue=colour)


def cut_out(picture: Picture, box: Boxes) -> Picture:
    """One line of text, laid flat."""
    width = int(max(np.hypot(*(box[1] - box[0])), np.hypot(*(box[2] - box[3])), 1))
    height = int(max(np.hypot(*(box[3] - box[0])), np.hypot(*(box[2] - box[1])), 1))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(box.astype(np.float32), target)
    return cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
