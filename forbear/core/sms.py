"""Text messages: how long one is before it is sent, in how many parts it goes, and what it costs; what a reply asks.

Sources: 3GPP TS 23.038 (the 7-bit alphabet, its extension table, UCS-2), TS 23.040 (a part of a longer message loses
six octets to its header: 153 of 160 septets, 67 of 70 UTF-16 units). Carriers in China count every text as UCS-2, the
signature 【…】 with it: 70 alone, 67 a part.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = 0x1B
_EXTENDED = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40}
_EXTENDED["€"] = 0x65
_SEPTETS = {sign: bytes([code]) for code, sign in enumerate(_BASIC) if code != _ESCAPE}
_SEPTETS |= {sign: bytes([_ESCAPE, code]) for sign, code in _EXTENDED.items()}
_SIGNS = {octets: sign for sign, octets in _SEPTETS.items()}


class Alphabet(StrEnum):
    GSM = "gsm"
    UCS2 = "ucs2"


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """How a gateway writes and counts. `gsm` and `ucs2`: units of a message alone, and of each part of a longer one;
    `gsm` is None where every text counts as UCS-2. `signature`: the name it puts before a text that names the lender,
    `discreet_signature`: before one that does not; with "" the text goes as it is written.
    """

    gsm: tuple[int, int] | None = (160, 153)
    ucs2: tuple[int, int] = (70, 67)
    signature: str = ""
    discreet_signature: str = ""


NETWORK = Gateway()
"""A mobile network as the standards have it."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """`units`: septets of GSM or UTF-16 units of UCS-2; `parts`: what is billed; `left`: units free in the last."""

    alphabet: Alphabet
    units: int
    parts: int
    left: int


def sms_size(text: str, gateway: Gateway = NETWORK) -> Size:
    """How long a text is as this gateway sends it."""
    sent = as_sent(text, gateway)
    alphabet, room = _room(sent, gateway)
    pieces = parts(text, gateway)
    last = _units(pieces[-1], alphabet)
    return Size(
        alphabet=alphabet,
        units=_units(sent, alphabet),
        parts=len(pieces),
        left=room[0 if len(pieces) == 1 else 1] - last,
    )


def parts(text: str, gateway: Gateway = NETWORK) -> tuple[str, ...]:
    """The text as it goes out, cut where a part is full; never inside a surrogate pair or behind an escape."""
    sent = as_sent(text, gateway)
    alphabet, (alone, joined) = _room(sent, gateway)
    return (sent,) if _units(sent, alphabet) <= alone else tuple(_cut(sent, alphabet, joined))


def alphabet_of(text: str, gateway: Gateway = NETWORK) -> Alphabet:
    """GSM as long as every sign is in its table, else UCS-2."""
    return Alphabet.GSM if gateway.gsm and all(sign in _SEPTETS for sign in text) else Alphabet.UCS2


def _room(sent: str, gateway: Gateway) -> tuple[Alphabet, tuple[int, int]]:
    alphabet = alphabet_of(sent, gateway)
    return alphabet, gateway.gsm if alphabet is Alphabet.GSM and gateway.gsm else gateway.ucs2


def _cut(text: str, alphabet: Alphabet, room: int) -> Iterator[str]:
    begun, used = 0, 0
    for place, sign in enumerate(text):
        units = _units(sign, alphabet)
        if used + units > room:
            yield text[begun:place]
            begun, used = place, 0
        used += units
    yield text[begun:]


def _units(text: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.GSM:
        return sum(len(_SEPTETS[sign]) for sign in text)
    return sum(2 if ord(sign) > 0xFFFF else 1 for sign in text)


def octets(text: str, alphabet: Alphabet) -> bytes:
    """The text as a short message center takes it: one octet a septet, or UTF-16 with the high octet first."""
    if alphabet is Alphabet.GSM:
        return b"".join(_SEPTETS[sign] for sign in text)
    return text.encode("utf-16-be", "surrogatepass")


def from_octets(data: bytes, alphabet: Alphabet) -> str:
    """The text of octets that came; what is no sign of the alphabet stands as U+FFFD, so that nothing is lost."""
    if alphabet is Alphabet.UCS2:
        return data.decode("utf-16-be", "replace")
    signs, place = [], 0
    while place < len(data):
        width = 2 if data[place] == _ESCAPE else 1
        signs.append(_SIGNS.get(data[place : place + width], "\ufffd"))
        place += width
    return "".join(signs)


# ---- signatures ------------------------------------------------------------------------------------------------


def as_sent(text: str, gateway: Gateway) -> str:
    """The text with the gateway's own signature in the place of the one it was written with."""
    if not gateway.signature and not gateway.discreet_signature:
        return text
    name, rest = signed(text)
    signature = gateway.signature if name else gateway.discreet_signature
    return f"【{signature}】{rest}" if signature else rest


def signed(text: str) -> tuple[str, str]:
    """(who signs, the rest) of a text that begins with 【name】 or [name]; ("", text) of one that names nobody."""
    for opening, closing in (("【", "】"), ("[", "]")):
        name, found, rest = text.partition(closing)
        if found and name.startswith(opening) and len(name) > 1:
            return name[1:], rest.removeprefix(" ")
    return "", text


# ---- what becomes of a message -----------------------------------------------------------------------------------


class Fate(StrEnum):
    """What a carrier says of a message: it arrived; this one is lost; the number takes nothing from us any more."""

    DELIVERED = "delivered"
    LOST = "lost"
    REFUSED = "refused"


def fate_of(attempts: tuple[tuple[Fate | None, ...], ...]) -> Fate | None:
    """The fate of a message that was handed over one or several times, each time in one or several parts.

    It arrived when all parts of one attempt did, whatever became of the others and in whichever order we heard of it;
    it did not when each attempt lost a part. None as long as neither is known.
    """
    if any(parts and all(part is Fate.DELIVERED for part in parts) for parts in attempts):
        return Fate.DELIVERED
    ended = [next((part for part in parts if part in (Fate.LOST, Fate.REFUSED)), None) for parts in attempts]
    if not ended or None in ended:
        return None
    return Fate.REFUSED if Fate.REFUSED in ended else Fate.LOST


# ---- what a reply asks -------------------------------------------------------------------------------------------

_STOP = frozenset(("td", "t", "r", "退订", "拒收", "stop", "stopall", "unsubscribe", "cancel", "end", "quit"))
_START = frozenset(("start", "unstop", "恢复", "订阅", "开通"))


class Wish(StrEnum):
    """A reply that is nothing but one of the words everybody knows for it: no more text messages, or again."""

    STOP = "stop"
    START = "start"


def wish_of(text: str) -> Wish | None:
    """What a reply asks, however wide, spaced or punctuated it is typed; None for any other text."""
    typed = unicodedata.normalize("NFKC", text).casefold().strip(" \t\r\n.,!。、「」“”\"'")
    return Wish.STOP if typed in _STOP else Wish.START if typed in _START else None
