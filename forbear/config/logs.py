"""Log lines without people: whatever looks like an ID-card, phone, card or contract number is blotted out, and the
secret of an upload link or of the address that carriers call.

Nothing of ours logs personal data; this is the net under it, for messages of libraries and tracebacks.
"""

import logging
import re

_NUMBERS = re.compile(r"(?<![\w.])\+?\d[\d -]{5,22}[\dXx](?!\w)")
_LINK = re.compile(r"(/u/|/texts/)[^\s/?#\"']+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


class WithoutPeople(logging.Formatter):
    """`time LEVEL logger message`, blotted."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = blot(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:
        return blot(super().formatException(ei))  # type: ignore[arg-type]


def blot(text: str) -> str:
    """The text with long numbers, mail addresses and links' secrets replaced by a sign that something stood there."""
    return _MAIL.sub("[mail]", _NUMBERS.sub("[number]", _LINK.sub(r"\1[link]", text)))
