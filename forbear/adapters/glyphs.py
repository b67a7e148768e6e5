"""Which characters the fonts of our paper can draw, read from their character maps, and what stands in for others.

PDF/A refuses a page with a glyph missing, and a rare character in somebody's name must never stop her agreement:
it is printed as its Unicode number instead, 〔U+20BB7〕, which names it exactly.
"""

import struct
from functools import cache
from importlib import resources
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
    return frozenset.intersection(*(frozenset(_mapped(folder.joinpath(name).read_bytes())) for name in FILES))


def _mapped(font: bytes) -> set[int]:
    """The code points of an OpenType font's full character map (cmap subtable format 12)."""
    tables, found = struct.unpack(">H", font[4:6])[0], set[int]()
    records = (struct.unpack(">4s3I", font[12 + 16 * i : 28 + 16 * i]) for i in range(tables))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    for i in range(struct.unpack(">H", font[start + 2 : start + 4])[0]):
        at = start + struct.unpack(">HHI", font[start + 4 + 8 * i : start + 12 + 8 * i])[2]
        if struct.unpack(">H", font[at : at + 2])[0] == 12:
            groups = struct.unpack(">I", font[at + 12 : at + 16])[0]
            for group in range(groups):
                first, last, _ = struct.unpack(">3I", font[at + 16 + 12 * group : at + 28 + 12 * group])
                found.update(range(first, last + 1))
    return found
