"""Texts made alike: full width and half, capitals and small, one space for many, 1,500 as 1500.

What is compared is folded on both sides; `places` lead from the folded text back to the letters people wrote.
"""

import re
from dataclasses import dataclass
from unicodedata import category, normalize

DENSE = "\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
"""Letters written without spaces between words, as the inside of a regular expression's brackets."""
_SAME = {"‘": "'", "’": "'", "“": '"', "”": '"'}
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")


@dataclass(frozen=True)
class Folded:
    """`text` is compared; its letter n comes from letter `places[n]` of `written`, the text composed (NFC)."""

    text: str
    places: tuple[int, ...]
    written: str


def folded(text: str) -> Folded:
    """A text as it is compared. Letters that show nothing fall away, all white space is one space."""
    written = normalize("NFC", text)
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(written):
        for one in normalize("NFKC", _SAME.get(letter, letter)).casefold():
            shown = " " if one.isspace() else one
            if category(shown) in ("Cf", "Cc", "Cs") or (shown == " " and letters[-1:] in ([], [" "])):
                continue
            letters.append(shown)
            places.append(place)
    whole = "".join(letters)
    dropped = {found.start() for found in _THOUSANDS.finditer(whole)}
    kept = [at for at in range(len(letters)) if at not in dropped]
    return Folded("".join(letters[at] for at in kept), tuple(places[at] for at in kept), written)
