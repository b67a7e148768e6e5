"""Spoils drawn pages as phones, light and hands do: `spoil(image, level, seed)` gives a JPEG and what was done to it.

CLEAN: taken with care, as a scanner or a calm hand does. MODERATE: two or three everyday defects, every word still
readable to a person at a second look. UNREADABLE: one defect so strong that words are lost for good; SCREEN: sharp, but
taken from a screen. For every defect a strength of 1.0 is the most that MODERATE has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

import cv2
import numpy as np
from PIL import Image

Picture = np.ndarray
TABLE = (96, 112, 126)
"""The colour (BGR) of the table that pages lie on."""


class Level(StrEnum):
    CLEAN = "clean"
    MODERATE = "moderate"
    UNREADABLE = "unreadable"
    SCREEN = "screen"


@dataclass(frozen=True)
class Spoilt:
    """A page's picture as it is sent, and the names of what was done to it; `turned`: clockwise, in degrees."""

    jpeg: bytes
    did: tuple[str, ...]
    turned: int = 0


def spoil(page: Image.Image, level: Level, seed: int, did: str = "") -> Spoilt:
    """Spoil a page; `did` names the one defect to do to it (a name of DEFECTS or LOSSES), else the seed chooses."""
    random = Random(f"{level}/{seed}")
    picture = cv2.cvtColor(np.asarray(page.convert("RGB")), cv2.COLOR_RGB2BGR)
    if level is Level.CLEAN:
        picture = noise(shade(tilt(picture, random, 0.08), random, 0.2), random, 0.2)
        return Spoilt(_jpeg(picture, random.randint(85, 95)), ("clean",))
    if level is Level.SCREEN:
        return Spoilt(_jpeg(screen(picture, random, 1.0), random.randint(75, 92)), ("screen",))
    if level is Level.UNREADABLE:
        chosen = did or random.choice(tuple(LOSSES))
        return Spoilt(_jpeg(LOSSES[chosen](picture, random), random.randint(60, 85)), (chosen,))
    names = [did] if did else random.sample(tuple(DEFECTS), random.choice((2, 2, 3)))
    quality = random.randint(70, 85)
    for name in sorted(names, key=tuple(DEFECTS).index):
        if name == "jpeg":
            quality = random.randint(35, 50)
        else:
            picture = DEFECTS[name](picture, random, random.uniform(0.4, 1.0))
    turned = random.choice((90, 180, 270)) if "turned" in names else 0
    return Spoilt(_jpeg(np.ascontiguousarray(np.rot90(picture, -turned // 90)), quality), tuple(names), turned)


# ---- defects -----------------------------------------------------------------------------------------------------


def tilt(picture: Picture, random: Random, strength: float) -> Picture:
    """Turned by up to 8 degrees on the table."""
    degrees = 8 * strength * random.choice((-1, 1))
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = int(height * sine + width * cosine), int(height * cosine + width * sine)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_CUBIC, borderValue=TABLE)


def perspective(picture: Picture, random: Random, strength: float) -> Picture:
    """Seen at an angle: corners move by up to a twelfth of the page, the table shows around it."""
    height, width = picture.shape[:2]
    rim = max(height, width) // 12
    big = cv2.copyMakeBorder(picture, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=TABLE)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + rim
    moves = np.array([[random.uniform(-1, 1), random.uniform(-1, 1)] for _ in range(4)], np.float32) * rim * strength
    matrix = cv2.getPerspectiveTransform(corners, (corners + moves).astype(np.float32))
    return cv2.warpPerspective(big, matrix, big.shape[1::-1], flags=cv2.INTER_CUBIC, borderValue=TABLE)


def blur(picture: Picture, random: Random, strength: float) -> Picture:
    """Out of focus: by up to a fifteenth of the line's height."""
    return cv2.GaussianBlur(picture, (0, 0), line_height(picture) * strength / 15)


def shake(picture: Picture, random: Random, strength: float) -> Picture:
    """The hand moved: along a line of up to a sixth of the line's height."""
    return _smeared(picture, random, line_height(picture) * strength / 6)


def _smeared(picture: Picture, random: Random, length: float) -> Picture:
    size = max(3, int(length)) | 1
    kernel = np.zeros((size, size), np.float32)
    kernel[size // 2] = 1
    turn = cv2.getRotationMatrix2D((size // 2, size // 2), random.uniform(0, 180), 1)
    kernel = cv2.warpAffine(kernel, turn, (size, size))
    return cv2.filter2D(picture, -1, kernel / kernel.sum())


def dark(picture: Picture, random: Random, strength: float) -> Picture:
    """Too little light: down to a quarter of it, and the camera's noise with it."""
    return noise(_scaled(picture, 1 - 0.75 * strength), random, 0.7 * strength)


def shade(picture: Picture, random: Random, strength: float) -> Picture:
    """Light from one side: the other has down to half of it."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = random.uniform(0, 2 * np.pi)
    along = np.cos(angle) * x / width + np.sin(angle) * y / height
    along = (along - along.min()) / (along.max() - along.min())
    return (picture * (1 - 0.5 * strength * along)[:, :, None]).astype(np.uint8)


def noise(picture: Picture, random: Random, strength: float) -> Picture:
    """A sensor in weak light: a standard deviation of up to ten levels."""
    grain = np.random.default_rng(random.getrandbits(32)).normal(0, 10 * strength, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def glare(picture: Picture, random: Random, strength: float) -> Picture:
    """A lamp's veil over the page: words under it pale but stay."""
    return _lamp(_scaled(picture, 0.75), random, 0.25, 75 * strength)


def _lamp(picture: Picture, random: Random, size: float, power: float) -> Picture:
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    middle = random.uniform(0.3, 0.7) * width, random.uniform(0.3, 0.7) * height
    radius = size * min(height, width)
    light = power * np.exp(-(((x - middle[0]) / (1.5 * radius)) ** 2 + ((y - middle[1]) / radius) ** 2))
    return np.clip(picture + light[:, :, None], 0, 255).astype(np.uint8)


def small(picture: Picture, random: Random, strength: float) -> Picture:
    """Taken from too far: lines down to 20 pixels high."""
    return _shrunk(picture, 20 + 12 * (1 - strength))


def _shrunk(picture: Picture, high: float) -> Picture:
    factor = min(1.0, high / line_height(picture))
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def _scaled(picture: Picture, factor: float) -> Picture:
    return (picture * factor).astype(np.uint8)


def _as_it_is(picture: Picture, random: Random, strength: float) -> Picture:
    return picture


DEFECTS: dict[str, Callable[[Picture, Random, float], Picture]] = {
    "small": small,
    "tilt": tilt,
    "perspective": perspective,
    "shade": shade,
    "glare": glare,
    "blur": blur,
    "shake": shake,
    "dark": dark,
    "noise": noise,
    "turned": _as_it_is,
    "jpeg": _as_it_is,
}
"""In the order in which they happen: to the page, to the light, to the picture. The last two are done at the end."""


# ---- losses ------------------------------------------------------------------------------------------------------


def lost_blur(picture: Picture, random: Random) -> Picture:
    """So far out of focus that strokes are gone: by a fifth of the line's height or more."""
    return cv2.GaussianBlur(picture, (0, 0), line_height(picture) * random.uniform(0.2, 0.3))


def lost_shake(picture: Picture, random: Random) -> Picture:
    """The hand moved by more than half a character."""
    return _smeared(picture, random, line_height(picture) * random.uniform(0.6, 0.9))


def lost_dark(picture: Picture, random: Random) -> Picture:
    """Hardly any light: ink and paper differ less than the noise."""
    return noise(_scaled(picture, random.uniform(0.03, 0.07)), random, 1.0)


def lost_glare(picture: Picture, random: Random) -> Picture:
    """A lamp burns a third of the page's middle away."""
    return _lamp(_scaled(picture, 0.7), random, random.uniform(0.28, 0.4), 500)


def lost_cut(picture: Picture, random: Random) -> Picture:
    """A third or more of the page lies outside of the picture, through the words."""
    width = picture.shape[1]
    part = random.uniform(0.35, 0.5)
    return picture[:, : int(width * (1 - part))] if random.random() < 0.5 else picture[:, int(width * part) :]


def lost_small(picture: Picture, random: Random) -> Picture:
    """Taken from across the room: lines of five pixels."""
    return _shrunk(picture, random.uniform(4.5, 5.5))


def lost_jpeg(picture: Picture, random: Random) -> Picture:
    """Sent through a messenger that squeezed it to nothing."""
    return cv2.imdecode(cv2.imencode(".jpg", _shrunk(picture, 14), [cv2.IMWRITE_JPEG_QUALITY, 4])[1], 1)


def lost_blank(picture: Picture, random: Random) -> Picture:
    """The wrong side of the sheet."""
    return noise(np.full_like(picture, 232), random, 0.4)


LOSSES: dict[str, Callable[[Picture, Random], Picture]] = {
    "blur": lost_blur,
    "shake": lost_shake,
    "dark": lost_dark,
    "glare": lost_glare,
    "cut": lost_cut,
    "small": lost_small,
    "jpeg": lost_jpeg,
    "blank": lost_blank,
}


def screen(picture: Picture, random: Random, strength: float) -> Picture:
    """Shown on a screen of red, green and blue stripes, its dots as wide as the picture's, and taken from there.

    The camera's own grid lies a little askew and is a little finer or coarser: the two beat against each other.
    """
    height, width = picture.shape[:2]
    fine = cv2.resize(picture, (3 * width, 3 * height), interpolation=cv2.INTER_NEAREST).astype(np.float32)
    for stripe, colour in enumerate((2, 1, 0)):
        mask = np.full(3 * width, 1 - 0.85 * strength, np.float32)
        mask[stripe::3] = 1.0
        fine[:, :, colour] *= mask
    fine[2::3] *= 1 - 0.6 * strength
    scale = random.uniform(0.8, 1.25) / 3
    turn = cv2.getRotationMatrix2D((0, 0), random.uniform(0.5, 4) * random.choice((-1, 1)), scale)
    corners = np.array([[0, 0], [3 * width, 0], [3 * width, 3 * height], [0, 3 * height]], np.float32) @ turn[:, :2].T
    turn[:, 2] -= corners.min(axis=0)
    size = tuple(int(n) for n in np.ceil(np.ptp(corners, axis=0)))
    seen = cv2.warpAffine(
        cv2.GaussianBlur(fine, (0, 0), 1.1), turn, size, flags=cv2.INTER_LINEAR, borderValue=(20, 20, 20)
    )
    seen = seen * (205 / max(1.0, float(np.percentile(seen, 90))))
    return noise(np.clip(seen, 0, 255).astype(np.uint8), random, 0.3)


def line_height(picture: Picture) -> float:
    """About how high the page's lines are, from how many there are: its ink in rows."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 51, 25)
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    heights = [
        s[cv2.CC_STAT_HEIGHT] for s in stats[1:count] if 8 < s[cv2.CC_STAT_HEIGHT] < 90 and s[cv2.CC_STAT_WIDTH] < 120
    ]
    return float(np.percentile(heights, 75)) * 1.25 if heights else 30.0


def _jpeg(picture: Picture, quality: int) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
