"""What a layout leaves out: every sentence and figure it was given has to stand on the pages it makes.

A text may say all that has to be said, and a layout of the lender's own print half of it.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from forbear.adapters.glyphs import printable

SHOWN = 3
"""More of what is missing says nothing new."""
_BETWEEN = re.compile(r"[\s\u00ad\u0002\ufffe\u2010-]+")
"""What a line break puts between two signs, hyphens among them."""


def left_out(pdf: bytes, data: Mapping[str, Any]) -> list[str]:
    """The sentences and figures of an agreement (printer.py: contents) that are not on its pages, the first few."""
    text = _tight(_text(pdf))
    missing = dict.fromkeys(one for one in _said(printable(data)) if _tight(one) not in text)
    return list(missing)[:SHOWN]


def _said(data: Mapping[str, Any]) -> Iterator[str]:
    for part in data["parts"]:
        yield part["title"]
        for section in part["sections"]:
            yield section["title"]
            for block in section["blocks"]:
                yield from block.get("lines", ())
                yield block.get("text", "")
                for row in block.get("rows", ()):
                    # the last of a row of signatures names its field
                    yield from row[:-1] if block["kind"] == "signatures" else row
    for sheet in data["sheets"]:
        yield from sheet["signing"]
        for text in sheet["texts"]:
            yield text["title"]
            yield from text["lines"]
            for row in text["rows"]:
                yield from row


def _text(pdf: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def _tight(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()
