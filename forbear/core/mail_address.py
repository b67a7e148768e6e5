"""Room 1, contact: the signed marks by which a mail finds its case: in an address, in a Message-ID, in its words.

A mark says which case it means, and whom or which message in it, and is signed with 100 bits: who does not hold the
key makes none. Every mark is read without regard to capitals. The lengths: an address has 64 octets before its @
(RFC 5321 4.5.3.1.1). Signing is a function that is handed in: the text of the mark → 20 letters of its signature.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

Sign = Callable[[str], str]
Signs = Callable[[str], tuple[str, ...]]
"""As Sign, by every key that is still taken; the one that signs now comes first."""

LOCAL_MOST = 64
SIGNED = "[a-z2-7]{20}"
_CASE, _DETAIL = "[a-z0-9_]{1,36}", "[a-z0-9]{1,8}"
_MARK = f"({_CASE})\\.({_DETAIL})\\.({SIGNED})"
_ADDRESS = re.compile(rf"(case|b)\+{_MARK}@([^@\s<>]+)")
_MESSAGE_ID = re.compile(rf"<?{_MARK}@([^@\s<>]+)>?")
_MARKER = re.compile(rf"\[f:{_MARK}\]", re.IGNORECASE)
_STOP = re.compile(rf"({_CASE})\.({SIGNED})")

BORROWER = "b"
"""The party of a mark: the borrower herself; others who may speak for her are "a1", "a2" …"""


class Way(StrEnum):
    """Where a mark stands, which is part of what is signed: one kind is no good in the place of another."""

    REPLY = "reply"
    BOUNCE = "bounce"
    ID = "id"
    MARKER = "marker"


@dataclass(frozen=True)
class Mark:
    """A mark as read; `detail`: the party it was made for, or the number of the message in its case; `signature`: as
    found, to be compared with the signature of `text`.
    """

    way: Way
    case_id: str
    detail: str
    signature: str

    @property
    def text(self) -> str:
        """What is signed."""
        return _text(self.way, _case(self.case_id), self.detail)

    @property
    def number(self) -> int:
        """The number of the message it means, -1 where it names a party."""
        return int(self.detail) if self.detail.isdigit() else -1


def reply_address(sign: Sign, domain: str, case_id: str, party: str) -> str:
    """The address to answer to: case+<case>.<party>.<signature>@domain; "" for a case no address can name."""
    local = _local("case", Way.REPLY, sign, case_id, party)
    return f"{local}@{domain}" if local else ""


def bounce_address(sign: Sign, domain: str, case_id: str, number: int) -> str:
    """Where a message that cannot be delivered comes back to (VERP): it names the message by itself."""
    local = _local("b", Way.BOUNCE, sign, case_id, str(number))
    return f"{local}@{domain}" if local else ""


def message_id(sign: Sign, domain: str, case_id: str, number: int) -> str:
    """The Message-ID of message `number` of a case; 0 is no message but the root that all of a case's mails name."""
    mark = _signed(Way.ID, sign, case_id, str(number))
    return f"<{mark}@{domain}>" if mark else ""


def marker(sign: Sign, case_id: str, party: str) -> str:
    """The mark in the words of a mail, for relays that write Message-IDs and addresses anew."""
    mark = _signed(Way.MARKER, sign, case_id, party)
    return f"[F:{mark}]" if mark else ""


def loop_mark(sign: Sign, domain: str) -> str:
    """What every mail of this installation carries in a header of its own, to know it again when it comes back."""
    return sign(f"loop:{domain.lower()}")


def loop_marks(signs: Signs, domain: str) -> frozenset[str]:
    """Every loop_mark that is ours."""
    return frozenset(signs(f"loop:{domain.lower()}"))


def stop_token(sign: Sign, case_id: str) -> str:
    """The part of an address that says: no more reminders of this case by mail; "" for a case it cannot name."""
    case = _case(case_id)
    return f"{case}.{sign(f'stop:{case}')}" if re.fullmatch(_CASE, case) else ""


def case_of_stop(signs: Signs, token: str) -> str:
    """The case that a token of stop_token means, "" where it is none of ours."""
    found = _STOP.fullmatch(token.lower())
    return f"c_{found[1]}" if found and found[2] in signs(f"stop:{found[1]}") else ""


def in_address(address: str, domain: str) -> Mark | None:
    """The mark in an address of this domain, signed or not; None for any other address."""
    found = _ADDRESS.fullmatch(address.strip().lower())
    if found is None or found[5] != domain.lower():
        return None
    return Mark(Way.REPLY if found[1] == "case" else Way.BOUNCE, f"c_{found[2]}", found[3], found[4])


def in_message_id(text: str, domain: str) -> Mark | None:
    """The mark in a Message-ID of this domain."""
    found = _MESSAGE_ID.fullmatch(text.strip().lower())
    if found is None or found[4] != domain.lower():
        return None
    return Mark(Way.ID, f"c_{found[1]}", found[2], found[3])


def in_words(text: str) -> tuple[Mark, ...]:
    """The marks in the words of a mail, in their order, each once."""
    found = (Mark(Way.MARKER, f"c_{case}", who, signed) for case, who, signed in _MARKER.findall(text.lower()))
    return tuple(dict.fromkeys(found))


def without_marks(text: str) -> str:
    """The words without the marks in them."""
    return _MARKER.sub("", text)


def _local(kind: str, way: Way, sign: Sign, case_id: str, detail: str) -> str:
    mark = _signed(way, sign, case_id, detail)
    local = f"{kind}+{mark}"
    return local if mark and len(local) <= LOCAL_MOST else ""


def _signed(way: Way, sign: Sign, case_id: str, detail: str) -> str:
    case = _case(case_id)
    if not re.fullmatch(_CASE, case) or not re.fullmatch(_DETAIL, detail):
        return ""
    return f"{case}.{detail}.{sign(_text(way, case, detail))}"


def _text(way: Way, case: str, detail: str) -> str:
    return f"{way.value}:{case}.{detail}"


def _case(case_id: str) -> str:
    """Every case's id begins with c_, which an address can do without."""
    return case_id.removeprefix("c_")
