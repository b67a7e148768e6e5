"""Telephone numbers as telephone systems show them, in the one form they are compared in: E.164.

What stands on a display is written in every country's own way, with prefixes of the exchange, extensions and names
around it; only the digits of E.164 (ITU-T E.164, 15 at most) say which line it is. The numbering plans are those of
the library phonenumbers. Whoever shows no number, or an extension of the house, is nobody's number.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

from forbear.core import identity
from forbear.core.refusal import Refusal

HOME = "CN"
"""The country whose numbers the loan book holds (core/identity.py: phone)."""

TEXT_MAX = 120

_ENGLISH = (
    "anonymous",
    "restricted",
    "private",
    "unknown",
    "unavailable",
    "withheld",
    "blocked",
    "none",
    "null",
    "invalid",
)
_CHINESE = ("匿名", "未知", "无号码", "隐藏", "保密", "未显示", "未提供", "号码隐藏")
_WITHHELD = frozenset((*_ENGLISH, *_CHINESE))
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－ーｰ"), "-")
_EXTENSION = re.compile(r"(?:转|轉|分机号?|分機|內線|内线)\s*[:：]?\s*")
_TAIL = re.compile(r"[\s]*[-*/,pPwW]+\s*([0-9]{1,6})$")
_SHORT_CODE = re.compile(r"[0-9*#]{1,6}")
"""Longer no extension of a house is; shorter no public number of a person is."""


class Shown(StrEnum):
    """What a display shows: a number anybody can call, an extension of the house, nothing, or what cannot be read."""

    PUBLIC = "public"
    INTERNAL = "internal"
    WITHHELD = "withheld"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Number:
    """`e164`: such as +8613800138000, "" for all but PUBLIC; `extension`: digits behind it, or the internal one."""

    shown: Shown
    e164: str = ""
    extension: str = ""


def number_of(text: str, country: str = HOME) -> Number:
    """The number a display shows, read as in `country` (ISO 3166, such as CN, GB, US, AU) where it does not say.

    The national reading comes first, then the international one: 86 138… and 0086… without a plus are read as meant.
    """
    plain = _plain(text)
    bare = re.sub(r"[\s()./-]", "", plain)
    if not bare or bare.casefold() in _WITHHELD or set(bare) <= {"0"}:
        return Number(Shown.WITHHELD)
    if _SHORT_CODE.fullmatch(bare):
        return Number(Shown.INTERNAL, extension=bare)
    for reading in _readings(plain):
        if found := _parsed(reading, country):
            return found
    return Number(Shown.UNREADABLE)


def e164(text: str, country: str = HOME) -> str:
    """Its digits in E.164; "" where it is nobody's number."""
    return number_of(text, country).e164


def _plain(text: str) -> str:
    """The number alone: without a name and angle brackets, a scheme, a host or parameters; one kind of dash."""
    wide = identity.ascii_of(text[:TEXT_MAX]).translate(_DASHES).strip()
    wide = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00]", "", wide)
    if bracketed := re.search(r"<([^<>]*)>", wide):
        wide = bracketed[1]
    scheme = re.match(r"(?i)(sips?|tel|callto):\s*", wide)
    if scheme:
        wide = wide[scheme.end() :].partition("@")[0].replace("%2B", "+").replace("%2b", "+")
        extension = re.search(r"(?i);ext=([0-9]+)", wide)
        wide = wide.partition(";")[0] + (f" ext {extension[1]}" if extension else "")
    elif "@" in wide:
        wide = wide.partition("@")[0]
    return _EXTENSION.sub(" ext ", wide).strip().strip('"').strip()


def _readings(plain: str) -> list[str]:
    """The text as it stands, then without what is hung on behind the number: an extension, or a second number."""
    found = [plain]
    if tail := _TAIL.search(plain):
        found.append(f"{plain[: tail.start()]} ext {tail[1]}")
    if "/" in plain:
        found.append(plain.partition("/")[0])
    return found


def _parsed(text: str, country: str) -> Number | None:
    digits = re.sub(r"[^0-9]", "", re.split(r"(?i)\s*(?:ext|x|#)", text, maxsplit=1)[0])
    for written in (text, f"+{digits[2:]}" if digits.startswith("00") else f"+{digits}"):
        try:
            number = phonenumbers.parse(written, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) or (written.startswith("+") and written == text and _possible(number)):
            shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return Number(Shown.PUBLIC, shown, number.extension or "")
        if number.country_code == 86 and country == HOME and (mobile := _mobile(text)):
            return Number(Shown.PUBLIC, f"+86{mobile}", number.extension or "")
    return None


def _possible(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE


def _mobile(text: str) -> str:
    """A mainland mobile number whose prefix the numbering plan does not know yet: prefixes are opened every year."""
    number = identity.phone(re.split(r"(?i)\s*(?:ext|x|#)", text, maxsplit=1)[0].removeprefix("0"))
    return "" if isinstance(number, Refusal) else number
