"""What was read of a paper in the reader's words, for both sites: its kind, the names of its fields, their values."""

from forbear.core.identity_paper import LONG_TERM
from forbear.core.paper import FIELDS, Form, form_of
from forbear.core.reading import PaperKind
from forbear.web import text
from forbear.words import say


def kind_words(kind: PaperKind, language: str) -> str:
    """What a paper is: 工资条, Payslip."""
    return say(language, f"evidence.read.kind.{kind}")


def field_label(kind: PaperKind, name: str, language: str) -> str:
    """What a field is called on papers of its kind; a name that the kind does not have stays as it is."""
    return say(language, f"evidence.read.{kind}.{name}") if name in FIELDS[kind] else name


def field_value(kind: PaperKind, name: str, value: str, language: str) -> str:
    """A value as people write it: an amount with its unit, a day and a month in words, a word for a code."""
    if not value or name not in FIELDS[kind]:
        return value
    if value == LONG_TERM:
        return say(language, "evidence.read.long_term")
    if name == "sex" and value in ("M", "F"):
        return say(language, f"evidence.read.sex.{value}")
    if form_of(kind, name) is Form.AMOUNT:
        return text.money(int(value), language)
    return text.figure(value, language) if form_of(kind, name) in (Form.DAY, Form.MONTH) else value
