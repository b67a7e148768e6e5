"""Which characters the fonts of our paper can draw, read from their character maps, and what stands in for others.

PDF/A refuses a page with a glyph missing, and a rare character in somebody's name must never stop her agreement:
it is printed as its Unicode number instead, 〔U+20BB7〕, which names it exactly.
"""

import struct
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

FONTS = "pylopdf_fonts_zh_cn"
"""The package that brings Noto Sans SC and Noto Serif SC, rare characters of names included."""

FILES = ("NotoSerifSC-Regular.otf", "NotoSansSC-Regular.otf")


def printable(value: Any) -> Any:
    """The same JSON value with every character that has no glyph replaced by its number."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, str) and not drawable().issuperset(map(ord, value)):
        return "".join(char if ord(char) in drawable() else f"〔U+{ord(char):04X}〕" for char in value)
    return value


@cache
def drawable() -> frozenset[int]:
    """The code points that both fonts have."""
    folder = resources.files(FONTS)
    return frozenset.intersection(*(frozenset(_mapped(_table(folder.joinpath(name)))) for name in FILES))


def _table(font: Traversable) -> bytes:
    """The character map of an OpenType font, without the megabytes of outlines beside it."""
    with font.open("rb") as file:
        tables = struct.unpack(">4xH6x", file.read(12))[0]
        records = [struct.unpack(">4s4x2I", file.read(16)) for _ in range(tables)]
        start, length = next((start, length) for tag, start, length in records if tag == b"cmap")
        file.seek(start)
        return file.read(length)


def _mapped(cmap: bytes) -> set[int]:
    """The code points of a character map (its subtable of format 12, which has them all)."""
    found = set[int]()
    for i in range(struct.unpack(">2xH", cmap[:4])[0]):
        at = struct.unpack(">4xI", cmap[4 + 8 * i : 12 + 8 * i])[0]
        if struct.unpack(">H", cmap[at : at + 2])[0] == 12:
            for group in range(struct.unpack(">I", cmap[at + 12 : at + 16])[0]):
                first, last = struct.unpack(">2I", cmap[at + 16 + 12 * group : at + 24 + 12 * group])
                found.update(range(first, last + 1))
    return found
