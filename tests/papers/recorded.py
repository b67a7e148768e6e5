"""Lines that RapidOCR 3.10 (PP-OCRv6) found on drawn papers, kept as they came, with the truth about each paper."""

import json
from dataclasses import dataclass
from pathlib import Path

from forbear.core.reading import Box, Line, Page, PaperKind

FOLDER = Path(__file__).parent / "lines"
NAMES = tuple(sorted(file.stem for file in FOLDER.glob("*.json")))


@dataclass(frozen=True)
class Recorded:
    """`rows`: (day, amount, balance, whether wages) of a statement."""

    kind: PaperKind
    lines: tuple[Line, ...]
    pages: tuple[Page, ...]
    fields: dict[str, str]
    rows: list[tuple[str, int, int, bool]]


def recorded(name: str) -> Recorded:
    """What was found on the paper of this file."""
    kept = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return Recorded(
        kind=PaperKind(kept["kind"]),
        lines=tuple(
            Line(text=text, page=page, box=Box(*box), confidence=confidence)
            for text, page, box, confidence in kept["lines"]
        ),
        pages=tuple(Page(number=i, width=w, height=h) for i, (w, h) in enumerate(kept["sizes"], 1)),
        fields=kept["fields"],
        rows=[tuple(row) for row in kept["rows"]],
    )
