"""The receipt at the end of every message: where its event stands in the log, and 100 bits of the event's hash.

An event's hash covers all of its case before it, so whoever keeps a message can show later that the record up to it is,
or is not, what it was. `7F3K-12-200345-R4XQKD7M2PLQABCDEFGH`: case, event of the case, size of the log with the event
as its last, 20 signs of base32 (RFC 4648).
"""

import re
from base64 import b32encode
from dataclasses import dataclass
from unicodedata import category, normalize

from forbear.core.chain import Flaw, verify_chain
from forbear.core.events import Recorded

HASH_SIGNS = 20
CASE_SIGNS = 4
_DIGIT, _END = "[0-9OILSBZ]", "(?![A-Z0-9])"
_SENT = rf"(?<![A-Z0-9])([A-Z0-9]{{1,4}}) ?-+ ?({_DIGIT}{{1,9}}) ?-+ ?({_DIGIT}{{1,12}}) ?-+ ?([A-Z0-9]{{20}}){_END}"
_SPREAD = (
    rf"((?:[A-Z0-9] ?){{1,4}})-+ ?((?:{_DIGIT} ?){{1,9}})-+ ?((?:{_DIGIT} ?){{1,12}})-+ ?"
    rf"([A-Z0-9](?: ?[A-Z0-9]){{19}}){_END}"
)
_UNDASHED = rf"(?<![A-Z0-9])([A-Z0-9]{{4}}) ({_DIGIT}{{1,9}}) ({_DIGIT}{{1,12}}) ([A-Z0-9]{{20}}){_END}"
_SHAPES = tuple(map(re.compile, (_SENT, _SPREAD, _UNDASHED)))
"""As it was sent, blanks anywhere, blanks for dashes; tried one after the other, the strictest first."""
_AS_DIGITS, _AS_LETTERS = str.maketrans("OILSBZ", "011582"), str.maketrans("018", "OIB")
"""What is typed for what: a number has no letters, and base32 neither 0, 1 nor 8."""
_LINE = re.compile(r"\n[^\n]*\b[A-Z0-9]{1,4}-\d{1,9}-\d{1,12}-[A-Z2-7]{20}\s*\Z")


@dataclass(frozen=True)
class Receipt:
    """`case`: the first signs of the case's id; `seq`: the event in its case; `size`: leaves up to and with it."""

    case: str
    seq: int
    size: int
    hashed: str

    def __str__(self) -> str:
        return f"{self.case}-{self.seq}-{self.size}-{self.hashed}"


def receipt_of(event: Recorded) -> Receipt:
    """The receipt of a message is that of the event that holds it."""
    case = re.sub(r"[^A-Z0-9]", "", event.case_id.partition("_")[2].upper())[:CASE_SIGNS]
    return Receipt(case, event.seq, event.leaf + 1, b32encode(event.leaf_hash).decode("ascii")[:HASH_SIGNS])


def read_receipt(text: str) -> Receipt | None:
    """The first receipt in a text, as somebody copied or retyped it: letters small or wide, any dash, blanks anywhere,
    O for 0 and the like, other words before and after it; None for none.
    """
    wide = normalize("NFKC", text).upper()
    signs = ("-" if category(sign) == "Pd" or sign in "−ー" else sign for sign in wide if category(sign) != "Cf")
    plain = " ".join("".join(signs).split())
    for shape in _SHAPES:
        for found in shape.finditer(plain):
            case, seq, size, hashed = (part.replace(" ", "") for part in found.groups())
            hashed = hashed.translate(_AS_LETTERS)
            if "9" not in hashed:
                return Receipt(case, int(seq.translate(_AS_DIGITS)), int(size.translate(_AS_DIGITS)), hashed)
    return None


def without_receipt(text: str) -> str:
    """A message without the receipt at its end."""
    return _LINE.sub("", text)


def fits(receipt: Receipt, event: Recorded, bodies: tuple[tuple[bytes, bytes], ...]) -> bool:
    """Whether a receipt is that of `event`, and its case is sound up to there. `bodies`: (body, hash) of the case."""
    flaws: tuple[Flaw, ...] = verify_chain(bodies[: event.seq + 1])
    whole = len(bodies) > event.seq and bodies[event.seq][1] == event.leaf_hash
    return _alike(receipt_of(event)) == _alike(receipt) and whole and not flaws


def _alike(receipt: Receipt) -> str:
    """A receipt by what can be told apart when it is retyped: a small L is typed for I, which costs about one bit."""
    return str(receipt).translate(str.maketrans("018L", "OIBI"))
