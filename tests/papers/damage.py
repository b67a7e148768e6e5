"""What a reader of pictures does to print: boxes cut and joined, shaken, leaning, a character mistaken, lines lost."""

import math
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from forbear.core.reading import GRID, Box, Line, Page

MISTAKEN = {
    "0": "O8", "1": "l7", "2": "Z", "3": "8", "5": "S6", "6": "5", "8": "B3", "9": "4", "O": "0", "I": "1l", "B": "8",
    "S": "5", ",": ".", "人": "入", "日": "曰", "未": "末", "工": "土", "应": "庆", "实": "买",
}  # fmt: skip
JUNK = ("海", "O", "仅供", "●", "物", "I", "—")
_WIDE = {ord("0") + i: 0xFF10 + i for i in range(10)} | {ord(","): "，", ord(":"): "：", ord("¥"): "￥"}


def cut(lines: Sequence[Line], random: Random, share: float = 0.15) -> list[Line]:
    """Some boxes become two that touch, cut between two characters."""
    done = []
    for line in lines:
        if len(line.text) >= 4 and random.random() < share:
            at = random.randint(1, len(line.text) - 1)
            where = line.box.left + (line.box.right - line.box.left) * _width(line.text[:at]) // _width(line.text)
            done.append(replace(line, text=line.text[:at], box=replace(line.box, right=where)))
            done.append(replace(line, text=line.text[at:], box=replace(line.box, left=where)))
        else:
            done.append(line)
    return done


def join(lines: Sequence[Line], random: Random, share: float = 0.15) -> list[Line]:
    """Some boxes that stand near each other on one line become one, a space between their texts."""
    done: list[Line] = []
    for line in sorted(lines, key=lambda one: (one.page, one.box.top, one.box.left)):
        last = done[-1] if done else None
        if last and last.page == line.page and _near(last.box, line.box) and random.random() < share:
            box = replace(last.box, right=line.box.right, bottom=max(last.box.bottom, line.box.bottom))
            done[-1] = replace(last, text=f"{last.text} {line.text}", box=box)
        else:
            done.append(line)
    return done


def shake(lines: Sequence[Line], random: Random, most: int = 12) -> list[Line]:
    """Every edge moves a little."""

    def moved(at: int) -> int:
        return min(max(at + random.randint(-most, most), 0), GRID)

    return [
        replace(
            line,
            box=Box(
                left=moved(line.box.left), top=moved(line.box.top), right=moved(line.box.right),
                bottom=moved(line.box.bottom),
            ),
        )
        for line in lines
    ]  # fmt: skip


def lean(lines: Sequence[Line], pages: Sequence[Page], degrees: float) -> list[Line]:
    """The page turned about its middle; boxes stay upright and grow, as a reader gives them."""
    sizes = {page.number: (page.width, page.height) for page in pages}
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    done = []
    for line in lines:
        width, height = sizes[line.page]
        corners = [
            ((x * width / GRID - width / 2), (y * height / GRID - height / 2))
            for x in (line.box.left, line.box.right)
            for y in (line.box.top, line.box.bottom)
        ]
        xs = [(x * cosine - y * sine + width / 2) * GRID / width for x, y in corners]
        ys = [(x * sine + y * cosine + height / 2) * GRID / height for x, y in corners]
        box = Box(left=round(min(xs)), top=round(min(ys)), right=round(max(xs)), bottom=round(max(ys)))
        done.append(replace(line, box=box))
    return done


def mistake(lines: Sequence[Line], random: Random) -> list[Line]:
    """One character on the page is taken for another that looks like it."""
    places = [(i, k) for i, line in enumerate(lines) for k, sign in enumerate(line.text) if sign in MISTAKEN]
    if not places:
        return list(lines)
    i, k = random.choice(places)
    text = lines[i].text
    wrong = text[:k] + random.choice(MISTAKEN[text[k]]) + text[k + 1 :]
    return [replace(line, text=wrong, confidence=880) if n == i else line for n, line in enumerate(lines)]


def lose(lines: Sequence[Line], random: Random, count: int = 1) -> list[Line]:
    """Some lines are not found."""
    lost = set(random.sample(range(len(lines)), min(count, len(lines))))
    return [line for i, line in enumerate(lines) if i not in lost]


def add(lines: Sequence[Line], random: Random, count: int = 2) -> list[Line]:
    """Lines are found where nothing is printed: the margins."""
    page = lines[0].page if lines else 1
    more = []
    for _ in range(count):
        left, top = random.choice((30, 9_700)), random.randint(100, 9_700)
        box = Box(left=left, top=top, right=left + 200, bottom=top + 150)
        more.append(Line(text=random.choice(JUNK), page=page, box=box, confidence=random.randint(500, 800)))
    return [*lines, *more]


def widen(lines: Sequence[Line]) -> list[Line]:
    """Digits and signs come in their full width."""
    return [replace(line, text=line.text.translate(_WIDE)) for line in lines]


def _near(one: Box, two: Box) -> bool:
    low = min(one.bottom - one.top, two.bottom - two.top)
    return abs(one.top + one.bottom - two.top - two.bottom) < low and 0 <= two.left - one.right < 600


def _width(text: str) -> int:
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
