"""What was read of a paper: its kind, its fields each with its place on the page, its rows, and what is wrong with it.

The same shapes whoever read it, a machine or a person. A value is text as the field calls for it: dates ISO 8601,
months YYYY-MM, amounts whole minor units. Nothing here decides anything: a fault tells her what to do, a remark asks
the reviewer a question.
"""

from dataclasses import dataclass
from enum import StrEnum

from forbear.core.likeness import Look

GRID = 10_000
"""A place on a page is told in ten-thousandths of its width and height, whatever the size it is shown in."""


class PaperKind(StrEnum):
    """What a paper is, as far as its words show."""

    ID_CARD = "id-card"
    PASSPORT = "passport"
    PAYSLIP = "payslip"
    BANK_STATEMENT = "bank-statement"
    TAX_CERTIFICATE = "tax-certificate"
    DIAGNOSIS = "diagnosis"
    UNKNOWN = "unknown"


HEALTH_KINDS = frozenset({PaperKind.DIAGNOSIS})


class FaultCode(StrEnum):
    """Why a page cannot serve as it is; each has a sentence for her that says what to do (words/*/evidence.toml)."""

    ROTATED = "rotated"
    TILTED = "tilted"
    DARK = "dark"
    GLARE = "glare"
    CUT = "cut"
    BLURRED = "blurred"
    SCREEN = "screen"
    SMALL = "small"
    BLANK = "blank"
    UNREADABLE = "unreadable"
    SAME_PAGE_TWICE = "same-page-twice"
    OTHER_KIND = "other-kind"
    BACK_MISSING = "back-missing"
    FRONT_MISSING = "front-missing"
    EXPIRED = "expired"
    CHECK_DIGIT = "check-digit"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_MANY_PAGES = "too-many-pages"
    TOO_LARGE = "too-large"
    MOVING = "moving"


@dataclass(frozen=True)
class Box:
    """A rectangle on the upright page, in ten-thousandths of its width and height from the top left corner."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """A piece of text found on a page, before anybody knows what it means. `confidence`: 0 to 1000."""

    text: str
    page: int
    box: Box
    confidence: int


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page as it was looked at: `image` is where the vault keeps its upright, clean picture ("" for none), the size
    in pixels, how far the picture that came was turned clockwise to stand upright (0, 90, 180, 270), and by what it is
    known again (core/likeness.py).
    """

    number: int
    width: int
    height: int
    turned_degrees: int = 0
    image: str = ""
    look: Look | None = None


@dataclass(frozen=True, kw_only=True)
class Field:
    """One value: `name` as in docs/papers.md, `value` as text, where it stands, `confidence` 0 to 1000."""

    name: str
    value: str
    page: int
    box: Box
    confidence: int


@dataclass(frozen=True, kw_only=True)
class StatementRow:
    """A row of a bank statement: the day, what came (plus) or went (minus), the balance after it, what for and by whom
    as printed, and where it stands.
    """

    on: str
    amount_minor: int
    balance_minor: int | None
    text: str
    page: int
    box: Box
    confidence: int
    salary: bool = False


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a page (0: with the paper as a whole)."""

    code: FaultCode
    page: int = 0


@dataclass(frozen=True, kw_only=True)
class Reading:
    """All that was read of one paper. `by`: "machine", or "person" where nobody but a person can. `about`: what its
    files say of themselves (producer, fonts, …), as (name, value).
    """

    kind: PaperKind
    pages: tuple[Page, ...]
    fields: tuple[Field, ...] = ()
    rows: tuple[StatementRow, ...] = ()
    faults: tuple[Fault, ...] = ()
    by: str = "machine"
    about: tuple[tuple[str, str], ...] = ()

    @property
    def health(self) -> bool:
        """Whether it lives under the health key."""
        return self.kind in HEALTH_KINDS

    def value(self, name: str) -> str:
        """A field's value; "" where it was not found."""
        return next((field.value for field in self.fields if field.name == name), "")


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """The values of a paper as the borrower says they are, by field name; `health`: of a health paper."""

    values: tuple[tuple[str, str], ...]
    health: bool = False


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A question for the reviewer: `code` has its words in the catalogue, `values` fill them, `papers` are the papers
    it is about (of this case), and `weighty` tells whether it has to be settled before the decision.
    """

    code: str
    papers: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    weighty: bool = False
