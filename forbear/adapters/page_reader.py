"""Reads one page with RapidOCR: finds its lines, lays it straight, reads each line, measures what it looked like.

Runs in the reader's own process (adapters/reader.py) and loads OpenCV, onnxruntime and the models, which come inside
the wheel: nothing is fetched. Upright comes from the lines themselves, so a phone held any way serves.
"""

import re
from typing import Any
from unicodedata import east_asian_width

import cv2
import numpy as np
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_rec import TextRecInput

from forbear.actions.ports import Looked
from forbear.adapters import page_geometry as geometry
from forbear.adapters.page_geometry import Boxes, Matrix, Picture
from forbear.adapters.page_measures import measure
from forbear.core.likeness import COLUMNS, ROWS, look
from forbear.core.reading import GRID, Box, Line, Page

SETTINGS: dict[str, Any] = {
    "Global.log_level": "critical",
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
    "Det.limit_side_len": 960,
    "Det.limit_type": "max",
    "Rec.rec_batch_num": 1,
}
"""One thread, since a second one gives nothing; 960 pixels to find lines in and one line at a time, which takes half
the memory and no longer.
"""

TURNED_DEGREES_LEAST = 0.3
"""A page that leans less is left as it is: over its width a line then climbs less than its own height."""
LINES_ASKED = 12
JPEG_QUALITY = 88
MASKED = re.compile(r"[0-9]\*{2,}( ?[0-9]{0,6})$")
LAST_FOUR = re.compile(r"[0-9]{4}$")


RED_LEAST = 8
"""So much stronger than the other two colours, in levels of brightness, and it is a seal's ink and not print."""


def _without_seal(picture: Picture) -> Picture:
    """The page without the red of its seal: a line under one is else not found at all. Print below it stays dark, since
    its own red is dark; what the ink took of the paper's red is given back by two fifths of how red it is.
    """
    red = picture[:, :, 2].astype(np.int16)
    ink = red - picture[:, :, :2].max(axis=2)
    white = np.minimum(red + 2 * ink // 5, 255).astype(np.uint8)
    return np.where((ink >= RED_LEAST)[:, :, None], white[:, :, None], picture)


class PageReader:
    """Holds the models; the first page loads them (about half a second)."""

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        self._ocr = RapidOCR(params=SETTINGS)

    def look(self, data: bytes, number: int) -> Looked | None:
        """Read one page's picture; None when the bytes are no picture."""
        picture = geometry.open_picture(data)
        if picture is None:
            return None
        boxes = self._find(picture)
        upright = _Upright(picture, boxes)
        if len(boxes):
            upright.lay_flat()
            leans = geometry.lean(upright.boxes)
            if leans.sideways:
                # Lines that run down are found worse than lines that run across: look again once it is turned.
                upright.turn(90)
                upright.boxes = self._find(upright.drawn())
                leans = geometry.lean(upright.boxes) if len(upright.boxes) else leans
            upright.straighten(leans.degrees)
            if len(upright.boxes) and self._upside_down(upright.drawn(), upright.boxes):
                upright.turn(180)
        return self._told(upright, number)

    def _find(self, picture: Picture) -> Boxes:
        found = self._ocr._load_det_model()(_without_seal(picture)).boxes
        return np.zeros((0, 4, 2)) if found is None else np.asarray(found, np.float64)

    def _upside_down(self, picture: Picture, boxes: Boxes) -> bool:
        """Ask the classifier about the longest lines; where it wavers, read some of them both ways."""
        lengths = np.hypot(*(boxes[:, 1] - boxes[:, 0]).T)
        chosen = boxes[np.argsort(-lengths)[:LINES_ASKED]]
        lines = [geometry.cut_out(picture, box) for box in chosen]
        votes = [score if label == "180" else -score for label, score in self._ocr._load_cls_model()(lines).cls_res]
        if abs(sum(votes)) > 0.6 * len(votes):
            return sum(votes) > 0
        some = lines[:4]
        as_is = sum(score for _, score in self._read(some))
        return sum(score for _, score in self._read([cv2.rotate(line, cv2.ROTATE_180) for line in some])) > as_is

    def _read(self, lines: list[Picture]) -> list[tuple[str, float]]:
        if not lines:
            return []
        said = self._ocr._load_rec_model()(TextRecInput(img=lines, return_word_box=False))
        return list(zip(said.txts, (float(score) for score in said.scores), strict=True))

    def _unmasked(self, line: Picture, text: str, score: float) -> tuple[str, float]:
        """A number after a row of asterisks, read again by itself: beside them the reader drops and doubles figures."""
        masked = MASKED.search(text)
        if masked is None:
            return text, score
        height, width = line.shape[:2]
        wide = [2 if east_asian_width(char) in "WF" else 1 for char in text]
        begins = width * sum(wide[: masked.start(1) - 1]) // sum(wide)
        parts = [line[:, max(0, begins - back) :] for back in (0, height // 2)]
        read = [(sure, found[0]) for said, sure in self._read(parts) if (found := LAST_FOUR.search(said))]
        if not read:
            return text, score
        sure, tail = max(read)
        return text[: masked.start(1)] + tail, sure

    def _told(self, upright: "_Upright", number: int) -> Looked:
        picture = upright.drawn()
        unsealed = _without_seal(picture)
        cuttings = [geometry.cut_out(unsealed, box) for box in upright.boxes]
        texts = [self._unmasked(line, *told) for line, told in zip(cuttings, self._read(cuttings), strict=True)]
        height, width = picture.shape[:2]
        kept = [index for index, (text, _) in enumerate(texts) if text.strip()]
        boxes, texts = upright.boxes[kept], [texts[index] for index in kept]
        lines = [
            Line(
                text=text.strip(), page=number, box=_place(box, width, height), confidence=min(1000, int(1000 * score))
            )
            for box, (text, score) in zip(boxes, texts, strict=True)
        ]
        whole = upright.picture, geometry.moved(boxes, np.linalg.inv(upright.matrix)) if len(boxes) else boxes
        measured = measure(picture, boxes, texts, tilt=upright.tilt, whole=whole)
        _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        ordered = tuple(_in_reading_order(lines))
        known_by = look(_cells(picture), [line.text for line in ordered])
        page = Page(number=number, width=width, height=height, turned_degrees=upright.quarter, look=known_by)
        return Looked(page=page, lines=ordered, measured=measured, picture=jpeg.tobytes())


def _cells(picture: Picture) -> list[int]:
    """The page in the few grey cells that a photo is known again by."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return [int(cell) for cell in cv2.resize(grey, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA).ravel()]


class _Upright:
    """A page on its way to standing upright: the picture as it came, and the matrix that lays it straight so far."""

    def __init__(self, picture: Picture, boxes: Boxes) -> None:
        self.picture = picture
        self.boxes = boxes
        self.matrix: Matrix = np.eye(3)
        self.size = picture.shape[1], picture.shape[0]
        self.quarter = 0
        self.tilt = 0.0
        self._drawn: Picture | None = picture

    def lay_flat(self) -> None:
        """Where the page's corners are seen at an angle, lay it flat."""
        corners = geometry.page_corners(self.picture, self.boxes)
        if corners is not None and geometry.fans(corners):
            self._then(*geometry.flattened(corners))

    def turn(self, degrees: int) -> None:
        """Turn it counter-clockwise by quarters."""
        self._then(*geometry.turned(self.size, degrees))
        self.quarter = (self.quarter - degrees) % 360

    def straighten(self, degrees: float) -> None:
        """Take the lean of its lines away."""
        self.tilt = degrees
        if abs(degrees) >= TURNED_DEGREES_LEAST:
            self._then(*geometry.turned(self.size, degrees))

    def drawn(self) -> Picture:
        """The picture as it now stands."""
        if self._drawn is None:
            self._drawn = geometry.redrawn(self.picture, self.matrix, self.size)
        return self._drawn

    def _then(self, matrix: Matrix, size: tuple[int, int]) -> None:
        self.matrix, self.size, self._drawn = matrix @ self.matrix, size, None
        if len(self.boxes):
            self.boxes = geometry.moved(self.boxes, matrix)


def _in_reading_order(lines: list[Line]) -> list[Line]:
    """Row by row, each from left to right; a line belongs to a row whose first line's height its middle lies within."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box.top + line.box.bottom):
        middle = (line.box.top + line.box.bottom) // 2
        if rows and middle < rows[-1][0].box.bottom:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.box.left)]


def _place(box: Boxes, width: int, height: int) -> Box:
    """The upright rectangle about a box, in GRID parts of the page."""
    left, top = box.min(axis=0)
    right, bottom = box.max(axis=0)
    across = [min(GRID, max(0, int(value * GRID / width))) for value in (left, right)]
    down = [min(GRID, max(0, int(value * GRID / height))) for value in (top, bottom)]
    return Box(left=across[0], top=down[0], right=across[1], bottom=down[1])
