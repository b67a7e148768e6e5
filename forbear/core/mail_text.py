"""Room 1, contact: the words of a mail as a person reads them: what she wrote now, without what she quotes.

The whole mail is kept as it came, so that cutting too much loses nothing; where nothing would be left, all is shown.
"""

import re

from forbear.core.mail_address import without_marks

_HEADS = re.compile(
    r"""^(?:
      -{2,}\s*(?:original\ (?:message|appointment)|forwarded\ message|原始邮件|转发的?邮件|回复的?邮件|邮件原文)\s*-{2,}
    | _{10,}
    | on\ .{4,120}\bwrote:
    | 在.{4,120}写道[：:]
    | .{0,80}于.{4,60}写道[：:]
    | .{4,120}\ 写道[：:]
    | (?:from|发件人|寄件者)[：:].{0,200}
    | sent\ from\ my\ .{1,40} | 发自我的.{1,40} | 从我的.{1,30}发送
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
"""A line with which programs begin what is quoted."""
_SECOND = re.compile(r"^(?:sent|date|to|subject|发送时间|日期|时间|收件人|主题)[：:]", re.IGNORECASE)
_FORWARDED = re.compile(r"forwarded|转发", re.IGNORECASE)
_HANDED_ON = re.compile(r"\s*(?:fwd?|转发|轉寄)\s*[:：]", re.IGNORECASE)
_SIGNATURE = re.compile(r"^-- ?$")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_MANY_BLANKS = re.compile(r"\n{3,}")
LINES_LOOKED_AT = 5000


def cleaned(text: str) -> str:
    """Without signs that cannot be seen or written down: control characters, turned directions, half characters."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode("utf-8")
    return _CONTROLS.sub("", whole)


def is_forwarded(subject: str) -> bool:
    """Whether a mail hands on another, which is then what she wants read."""
    return bool(_HANDED_ON.match(subject))


def said_now(text: str, forwarded: bool = False) -> str:
    """What she wrote above, between or below what she quotes; the whole text where that is nothing, or where she hands
    a mail on.
    """
    lines = [line.rstrip() for line in without_marks(cleaned(text)).split("\n")[:LINES_LOOKED_AT]]
    kept: list[str] = []
    for place, line in enumerate(lines):
        if forwarded or (_FORWARDED.search(line) and _HEADS.match(line.strip())):
            kept += lines[place:]
            break
        if _begins_quote(lines, place):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    said = _tidy(_without_signature(kept))
    return said or _tidy([line.lstrip("> ") for line in lines])


def _begins_quote(lines: list[str], place: int) -> bool:
    """A head of a quote; "From:" alone may be a word of hers."""
    line = lines[place].strip()
    wrapped = f"{line} {lines[place + 1].strip()}" if place + 1 < len(lines) else line
    found = bool(_HEADS.match(line)) or (line.lower().startswith("on ") and bool(_HEADS.match(wrapped)))
    if not found:
        return False
    if re.match(r"(?:from|发件人|寄件者)[：:]", line, re.IGNORECASE):
        return any(_SECOND.match(after.strip()) for after in lines[place + 1 : place + 4])
    return True


def _without_signature(lines: list[str]) -> list[str]:
    place = next((n for n, line in enumerate(lines) if n and _SIGNATURE.match(line)), len(lines))
    return lines[:place]


def _tidy(lines: list[str]) -> str:
    return _MANY_BLANKS.sub("\n\n", "\n".join(lines)).strip()
