"""A sheet to print on: text whose place is kept, ruled lines, seals, watermarks and the dirt of a real print."""

import math
from functools import cache
from importlib import resources
from random import Random

from PIL import Image, ImageDraw, ImageFont

from forbear.adapters.glyphs import FILES, FONTS
from forbear.core.reading import GRID, Box, Line, Page

SERIF, SANS = FILES


@cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(resources.files(FONTS).joinpath(name)), size)


class Sheet:
    """One page of a paper: `image`, the `lines` printed on it and the `boxes` of those that carry a field."""

    def __init__(self, number: int, width: int, height: int, face: str = SANS, ground: str = "#ffffff") -> None:
        self.number, self.width, self.height, self.face = number, width, height, face
        self.image = Image.new("RGB", (width, height), ground)
        self.draw = ImageDraw.Draw(self.image)
        self.lines: list[Line] = []
        self.boxes: dict[str, tuple[int, Box]] = {}

    @property
    def page(self) -> Page:
        return Page(number=self.number, width=self.width, height=self.height)

    def text(
        self, x: float, y: float, text: str, size: int, *, field: str = "", face: str = "", fill: str = "#1c1c1c",
        align: str = "l", bold: bool = False, pitch: float = 0,
    ) -> float:  # fmt: skip
        """Print a line with its top at `y` (x: left, middle or right as `align` says); the x where it ends.

        `pitch`: a fixed width for every character, as machine-readable zones have it.
        """
        letters = font(face or self.face, size)
        width = pitch * len(text) if pitch else self.width_of(text, size, face)
        left = x - {"l": 0, "m": width / 2, "r": width}[align]
        stroke = max(1, size // 28) if bold else 0
        if pitch:
            for i, letter in enumerate(text):
                middle = left + pitch * (i + 0.5)
                self.draw.text((middle, y), letter, fill, letters, anchor="ma", stroke_width=stroke)
        else:
            self.draw.text((left, y), text, fill, letters, anchor="la", stroke_width=stroke)
        _, top, _, bottom = self.draw.textbbox((left, y), text, letters, anchor="la")
        self._keep(text, field, left, top, left + width, bottom)
        return left + width

    def width_of(self, text: str, size: int, face: str = "") -> float:
        return font(face or self.face, size).getlength(text)

    def _keep(self, text: str, field: str, left: float, top: float, right: float, bottom: float) -> None:
        box = Box(
            left=self._share(left, self.width),
            top=self._share(top, self.height),
            right=self._share(right, self.width),
            bottom=self._share(bottom, self.height),
        )
        if text.strip():
            self.lines.append(Line(text=text, page=self.number, box=box, confidence=1000))
        if field:
            self.boxes[field] = (self.number, box)

    @staticmethod
    def _share(at: float, whole: int) -> int:
        return min(max(round(at * GRID / whole), 0), GRID)

    def table(self, xs: list[int], ys: list[int], fill: str = "#555555", width: int = 2) -> None:
        """Rule a table: verticals at `xs`, horizontals at `ys`."""
        for x in xs:
            self.draw.line((x, ys[0], x, ys[-1]), fill, width)
        for y in ys:
            self.draw.line((xs[0], y, xs[-1], y), fill, width)

    def seal(self, x: int, y: int, radius: int, words: str, random: Random) -> None:
        """A round red seal over what is printed, its words around a star."""
        over = Image.new("RGBA", (2 * radius, 2 * radius), (0, 0, 0, 0))
        draw = ImageDraw.Draw(over)
        red = (200, 30, 30, random.randint(70, 130))
        draw.ellipse((4, 4, 2 * radius - 5, 2 * radius - 5), outline=red, width=max(3, radius // 22))
        star = [
            (radius + r * math.sin(i * math.pi / 5), radius - r * math.cos(i * math.pi / 5))
            for i in range(10)
            for r in [radius * (0.28 if i % 2 == 0 else 0.11)]
        ]
        draw.polygon(star, fill=red)
        size = max(12, int(radius * 0.24))
        step = min(0.42, 4.4 / max(len(words), 1))
        for i, letter in enumerate(words):
            angle = (i - (len(words) - 1) / 2) * step
            tile = Image.new("RGBA", (2 * size, 2 * size), (0, 0, 0, 0))
            ImageDraw.Draw(tile).text((size, size), letter, red, font(SERIF, size), anchor="mm")
            tile = tile.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
            at = (radius + 0.74 * radius * math.sin(angle) - size, radius - 0.74 * radius * math.cos(angle) - size)
            over.alpha_composite(tile, (max(0, int(at[0])), max(0, int(at[1]))))
        over = over.rotate(random.uniform(-20, 20), resample=Image.Resampling.BICUBIC)
        self.image.paste(over, (x - radius, y - radius), over)

    def watermark(self, words: str, random: Random) -> None:
        """Pale words across the page, as a person who sends a copy adds them."""
        size = self.width // 26
        length = int(self.width_of(words, size)) + size
        tile = Image.new("RGBA", (length, length), (0, 0, 0, 0))
        pale = (120, 120, 130, random.randint(35, 60))
        ImageDraw.Draw(tile).text((length // 2, length // 2), words, pale, font(SANS, size), anchor="mm")
        tile = tile.rotate(random.choice((30, 25, 35)), resample=Image.Resampling.BICUBIC)
        for k in range(random.randint(1, 2)):
            at = (self.width * (2 * k + 1) // 4 - length // 2, self.height * (2 * k + 1) // 4 - length // 2)
            self.image.paste(tile, at, tile)

    def dirt(self, random: Random) -> None:
        """Specks and a faint scratch or two."""
        for _ in range(random.randint(20, 120)):
            x, y, grey = random.randrange(self.width), random.randrange(self.height), random.randint(120, 215)
            self.draw.point((x, y), (grey, grey, grey))
        for _ in range(random.randint(0, 2)):
            y, grey = random.randrange(self.height), random.randint(200, 235)
            self.draw.line((0, y, self.width, y + random.randint(-6, 6)), (grey, grey, grey), 1)
