"""Every text message that can go out, as a carrier that passes approved texts alone wants to see it before.

What differs from message to message stands as ${name}; sentences that are left out where a fact is missing make a
text of their own. The lender's telephone number and address are part of the text: carriers allow no link in a place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from string import Formatter

from forbear.actions.contact import CODE_MINUTES, SIGNING
from forbear.actions.ports import Desk
from forbear.core.notices import NoticeKind
from forbear.core.sms import signed
from forbear.words import catalogue, say, sentences

CODES = ("sign-in", "call", "sign", "upload")
ALWAYS = ("lender", "phone", "link", "upload_link", "name", "code")
SAMPLE = "2026年12月28日"


@dataclass(frozen=True)
class Sendable:
    """`name`: what it is, such as reminder.zh; `text` with its places, without its signature: the carrier sets it."""

    name: str
    text: str

    @property
    def example(self) -> str:
        """The text with something in each place."""
        names = [name for _, name, _, _ in Formatter().parse(self.text.replace("${", "{")) if name]
        return self.text.replace("${", "{").format_map(dict.fromkeys(names, SAMPLE))


def sendable(desk: Desk, language: str) -> tuple[Sendable, ...]:
    """Every text of a language, each once, in the order of the catalogue."""
    found: dict[str, str] = {}
    for name, text in _all(desk, language):
        found.setdefault(signed(text)[1], f"{name}.{language}")
    return tuple(Sendable(name, text) for text, name in found.items())


def _all(desk: Desk, language: str) -> Iterator[tuple[str, str]]:
    fixed = {
        "lender": desk.lender if language == "zh" else desk.lender_en,
        "phone": desk.phone,
        "link": desk.address,
        "upload_link": f"{desk.address}/u/${{upload}}",
        "code": "${code}",
        "minutes": str(CODE_MINUTES),
    }
    for purpose in CODES:
        for name, key in (("code", "notices.code"), ("discreet_code", "sms.discreet_code")):
            text = say(language, f"{key}.{purpose}", **fixed)
            yield f"{name}.{purpose}", _receipted(language, text) if purpose == SIGNING else text
    for wish in ("stop", "start"):
        yield wish, _receipted(language, say(language, f"sms.{wish}"))
    for kind in NoticeKind:
        for text in _variants(language, f"notices.{kind.value}.text", fixed):
            yield kind.value, _receipted(language, text)
    address = desk.discreet_address or desk.address
    discreet = fixed | {"link": address, "upload_link": f"{address}/u/${{upload}}"}
    for name in ("discreet", "discreet_link"):
        for text in _variants(language, f"notices.{name}", discreet):
            yield name, _receipted(language, text)


def _receipted(language: str, text: str) -> str:
    """With the line that every message of a case ends with."""
    return f"{text}\n{say(language, 'log.receipt.line', receipt='${receipt}')}"


def _variants(language: str, key: str, fixed: dict[str, str]) -> Iterator[str]:
    """The text with each set of the facts that may be missing; the fullest first."""
    names = {name for _, name, _, _ in Formatter().parse(catalogue(language)[key]) if name}
    open_ones = sorted(names - set(ALWAYS))
    for count in range(len(open_ones), -1, -1):
        for there in combinations(open_ones, count):
            facts = dict.fromkeys(open_ones, "") | {name: f"${{{name}}}" for name in there} | fixed
            yield ("" if language == "zh" else " ").join(sentences(language, key, **facts))
