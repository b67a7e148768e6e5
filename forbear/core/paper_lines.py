"""Where things stand on a page: lines set upright, joined into rows, and the value that belongs to a label.

A reader of pictures cuts and joins print as it likes and a photo leans a little. Rows are found from the places alone:
the lean under which most lines share a height, then one row for what stands at one height.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from forbear.core.paper_text import amounts, even, exactly, is_chinese, place
from forbear.core.reading import GRID, Box, Field, Line, Page

DOUBT = 600
"""A confidence that asks a person to look: a check does not hold, or a letter was taken for a digit."""

LINES_MOST = 1_500
"""Lines of one page that are looked at."""

_LEAN_MOST, _LEAN_STEP = 1_200, 20


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A piece of even text. `box` is its place on the page as it came; `left`, `right`, `middle` and `height` are on
    the page set upright, in ten-thousandths; `across`: how many of its width its height would be.
    """

    text: str
    page: int
    box: Box
    confidence: int
    left: int
    right: int
    middle: int
    height: int
    across: int

    def part(self, start: int, end: int) -> "Piece":
        """Some of its characters, each taken as wide as such a character usually is."""
        widths = [2 if ord(sign) > 0x2E7F else 1 for sign in self.text]
        whole, before, until = max(sum(widths), 1), sum(widths[:start]), sum(widths[:end])
        box = self.box
        wide = box.right - box.left
        span = self.right - self.left
        return replace(
            self,
            text=self.text[start:end],
            box=replace(box, left=box.left + wide * before // whole, right=box.left + wide * until // whole),
            left=self.left + span * before // whole,
            right=self.left + span * until // whole,
        )

    def words(self) -> Iterator["Piece"]:
        """Its parts between spaces, and its amounts each on its own."""
        cuts = {0, len(self.text)}
        cuts |= {at for _, _, start, end in amounts(self.text) for at in (start, end)}
        cuts |= {at for i, sign in enumerate(self.text) if sign == " " for at in (i, i + 1)}
        ends = sorted(cuts)
        for start, end in pairwise(ends):
            if self.text[start:end].strip():
                yield self.part(start, end)


Row = tuple[Piece, ...]
Found = tuple[str, Piece]


def rows_of(lines: Sequence[Line], pages: Sequence[Page]) -> tuple[Row, ...]:
    """The rows of all pages, pages in order, from top to bottom, each from left to right."""
    sizes = {page.number: (max(page.width, 1), max(page.height, 1)) for page in pages}
    rows = list[Row]()
    for number in sorted({line.page for line in lines}):
        width, height = sizes.get(number, (1, 1))
        pieces = _upright([line for line in lines if line.page == number][:LINES_MOST], width, height)
        rows += [_joined(row) for row in _rows(pieces)]
    return tuple(rows)


def _upright(lines: Sequence[Line], width: int, height: int) -> list[Piece]:
    kept = [(even(line.text), line) for line in lines]
    kept = [(text, line) for text, line in kept if text]
    boxes = [_ordered(line.box) for _, line in kept]
    lean = _lean(boxes)
    pieces = []
    for (text, line), box in zip(kept, boxes, strict=True):
        x, y = (box.left + box.right) // 2, (box.top + box.bottom) // 2
        shift = lean * y * height * height // (GRID * width * width)
        tall = max(box.bottom - box.top - abs(lean) * (box.right - box.left) // GRID, (box.bottom - box.top) // 4, 1)
        pieces.append(
            Piece(
                text=text, page=line.page, box=box, confidence=min(max(line.confidence, 0), 1000),
                left=box.left + shift, right=box.right + shift, middle=y - lean * x // GRID, height=tall,
                across=max(tall * height // width, 1),
            )
        )  # fmt: skip
    return pieces


def _ordered(box: Box) -> Box:
    left, right = sorted((box.left, box.right))
    top, bottom = sorted((box.top, box.bottom))
    return Box(left=left, top=top, right=right, bottom=bottom)


def _lean(boxes: Sequence[Box]) -> int:
    """How far the lines fall, in ten-thousandths of the height for the whole width, as most of them agree."""
    if len(boxes) < 3:
        return 0
    near = max(sorted(box.bottom - box.top for box in boxes)[len(boxes) // 2] // 3, 1)
    middles = [((box.left + box.right) // 2, (box.top + box.bottom) // 2) for box in boxes]

    def agreed(lean: int) -> int:
        heights = sorted(y - lean * x // GRID for x, y in middles)
        return sum(max(near - (low - high), 0) for high, low in pairwise(heights))

    leans = sorted(range(-_LEAN_MOST, _LEAN_MOST + 1, _LEAN_STEP), key=abs)
    best = max(leans, key=agreed)
    return best if agreed(best) > agreed(0) + near else 0


def _rows(pieces: list[Piece]) -> list[list[Piece]]:
    rows = list[list[Piece]]()
    for piece in sorted(pieces, key=lambda piece: (piece.middle, piece.left)):
        if rows:
            row = rows[-1]
            middle = sum(one.middle for one in row) // len(row)
            tall = sum(one.height for one in row) // len(row)
            if piece.middle - middle <= (piece.height + tall) // 4:
                row.append(piece)
                continue
        rows.append([piece])
    return rows


def _joined(row: list[Piece]) -> Row:
    """Pieces that touch are one: a reader cut them."""
    joined = list[Piece]()
    for piece in sorted(row, key=lambda piece: (piece.left, piece.middle)):
        if joined:
            last = joined[-1]
            gap, narrow = piece.left - last.right, min(last.right - last.left, piece.right - piece.left)
            touch = -narrow // 2 <= gap <= 15 * last.across // 100
            if touch and _one_line(last, piece) and len(last.text) + len(piece.text) < 200:
                joined[-1] = together((last, piece), "")
                continue
        joined.append(piece)
    return tuple(joined)


def _one_line(one: Piece, two: Piece) -> bool:
    """Whether two pieces of a row are set alike: what is stamped or written across a line is not part of it."""
    low, high = sorted((one.height, two.height))
    return high * 5 <= low * 8 and abs(one.middle - two.middle) * 3 <= low


def together(pieces: Sequence[Piece], between: str = " ") -> Piece:
    """Several pieces of one page as one, in the order given, its confidence the least of theirs."""
    boxes = [piece.box for piece in pieces]
    return replace(
        pieces[0],
        text=between.join(piece.text for piece in pieces),
        box=Box(
            left=min(box.left for box in boxes),
            top=min(box.top for box in boxes),
            right=max(box.right for box in boxes),
            bottom=max(box.bottom for box in boxes),
        ),
        confidence=min(piece.confidence for piece in pieces),
        left=min(piece.left for piece in pieces),
        right=max(piece.right for piece in pieces),
    )


def labelled(
    rows: Sequence[Row], labels: Sequence[str], accept: Callable[[str], str | None], others: Sequence[str] = ()
) -> Found | None:
    """The first value `accept` takes for one of the labels, the first label first: what follows the label on its line,
    then what stands right of it, then what stands below. A label with a misread character counts only where no label
    stands as it should, and never if it is one of `others`, which mean something else.
    """
    return _labelled(rows, labels, accept, exactly) or _labelled(
        rows, labels, accept, lambda label, text: _misread(label, text, others)
    )


def _misread(label: str, text: str, others: Sequence[str]) -> tuple[int, int] | None:
    at = place(label, text)
    return None if at is None or text[at[0] : at[1]].lower() in others else at


def _labelled(
    rows: Sequence[Row],
    labels: Sequence[str],
    accept: Callable[[str], str | None],
    where: Callable[[str, str], tuple[int, int] | None],
) -> Found | None:
    for label in labels:
        for i, row in enumerate(rows):
            for j, piece in enumerate(row):
                at = where(label, piece.text)
                if at is None:
                    continue
                for candidate in _candidates(rows, i, j, *at):
                    value = accept(candidate.text.strip(" :;|"))
                    if value is not None:
                        return value, candidate
    return None


def _candidates(rows: Sequence[Row], i: int, j: int, start: int, end: int) -> Iterator[Piece]:
    piece = rows[i][j]
    if end < len(piece.text):
        yield piece.part(end, len(piece.text))
    yield from rows[i][j + 1 : j + 2]
    head = piece.part(start, end)
    for row in rows[i + 1 : i + 4]:
        if row[0].page != piece.page or row[0].middle - piece.middle > 8 * piece.height:
            return
        under = [one for one in row if one.left < head.right and head.left < one.right]
        yield from (word for one in under for word in one.words() if word.left < head.right and head.left < word.right)
        yield from under
        if under:
            return


def field(name: str, found: Found, most: int = 1000) -> Field:
    """A field as found, its confidence at most `most`."""
    value, piece = found
    return Field(name=name, value=value, page=piece.page, box=piece.box, confidence=min(piece.confidence, most))


def person_name(text: str) -> str | None:
    """The name a text begins with: two to twenty Chinese characters, or Latin words; None for a word of a form."""
    words = text.split(" ")
    first = words[0].strip(",;:·")
    first = first[: next((i for i, sign in enumerate(first) if not (is_chinese(sign) or sign == "·")), len(first))]
    for stop in _FORM_WORDS:
        at = first.find(stop)
        if at >= 0:
            first = first[:at]
    if 2 <= len(first) <= 20:
        return first
    count = next((k for k, word in enumerate(words[:5]) if not _latin_name(word)), len(words[:5]))
    return " ".join(words[:count]) if count >= 2 else None


def _latin_name(word: str) -> bool:
    if word.lower() in _ENGLISH_FORM_WORDS:
        return False
    letters = word.replace("'", "").replace("-", "").rstrip(".,")
    return letters.isascii() and letters.isalpha() and letters[:1].isupper()


_ENGLISH_FORM_WORDS = frozenset(
    (
        *("pay", "period", "gross", "net", "total", "date", "number", "account", "statement", "tax", "employee"),
        *("employer", "department", "sort", "balance", "name", "address", "page", "basic", "income", "deductions"),
        *("earnings", "payment", "method", "details", "description", "code"),
    )
)
_FORM_WORDS = (
    *("性别", "部门", "工号", "年龄", "科室", "卡号", "账号", "身份证", "证件", "职务", "岗位", "月份", "基本", "工资"),
    *("民族", "出生", "住址", "公民", "币种", "合计", "日期", "账户", "金额", "门诊", "住院", "电话", "病区", "床号"),
    *("起始", "截止", "查询", "交易", "余额", "期间", "对方", "应发", "实发", "代扣", "应扣", "扣款", "税前", "税后"),
    *("绩效", "加班", "奖金", "津贴", "补贴", "养老", "医疗", "失业", "住房", "个人", "单位", "社保", "公积金"),
)
