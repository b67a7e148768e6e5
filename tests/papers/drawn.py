"""What a drawn paper is: its pages, and the truth about what stands on them."""

from dataclasses import dataclass, field

from PIL import Image

from forbear.core.reading import Box, Line, Page, PaperKind, StatementRow
from tests.papers.sheet import Sheet


@dataclass(frozen=True)
class Truth:
    """`fields` and `rows` as a perfect reading gives them, `boxes` (page, place) by field, `lines` as printed;
    `rare`: the name has a character few readers know.
    """

    kind: PaperKind
    layout: str
    fields: dict[str, str]
    rows: tuple[StatementRow, ...] = ()
    lines: tuple[Line, ...] = ()
    pages: tuple[Page, ...] = ()
    boxes: dict[str, tuple[int, Box]] = field(default_factory=dict)
    rare: bool = False


@dataclass(frozen=True)
class Drawn:
    pages: tuple[Image.Image, ...]
    truth: Truth


def drawn(
    kind: PaperKind,
    layout: str,
    sheets: list[Sheet],
    fields: dict[str, str],
    rows: tuple[StatementRow, ...] = (),
    rare: bool = False,
) -> Drawn:
    """The paper made of these sheets."""
    truth = Truth(
        kind=kind,
        layout=layout,
        fields=fields,
        rows=rows,
        lines=tuple(line for sheet in sheets for line in sheet.lines),
        pages=tuple(sheet.page for sheet in sheets),
        boxes={name: place for sheet in sheets for name, place in sheet.boxes.items()},
        rare=rare,
    )
    return Drawn(tuple(sheet.image for sheet in sheets), truth)
