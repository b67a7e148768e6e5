"""The letter that everything is paid (结清证明) as PDF/A-2b: her language first, then the other, each on its page.

Byte-identical for the same letter. The words stand in words/<language>/promise.toml, the layout in completion.typ.
"""

from functools import cache
from importlib import resources
from typing import Any

from forbear.core.promise_parts import Completion
from forbear.words import LANGUAGES, say
from forbear.words.format import day, money


@cache
def template() -> bytes:
    """The layout."""
    return resources.files("forbear.adapters").joinpath("completion.typ").read_bytes()


def contents(letter: Completion, language: str) -> dict[str, Any]:
    """All words and figures of the letter, in the order they are read."""
    on = letter.issued_on
    others = [other for other in LANGUAGES if other != language]
    return {
        "title": f"{say(language, 'promise.letter.title')} {letter.contract}",
        "author": letter.lender if language == "zh" else letter.lender_en,
        "date": [on.year, on.month, on.day],
        "parts": [_part(letter, one) for one in (language, *others)],
    }


def _part(letter: Completion, language: str) -> dict[str, Any]:
    lender = letter.lender if language == "zh" else letter.lender_en
    facts = {
        "name": letter.name,
        "id_number": letter.id_number_masked,
        "contract": letter.contract,
        "number": letter.number,
        "lender": lender,
        "phone": letter.phone,
        "settled_on": day(language, letter.settled_on),
        "template": letter.template,
        "record": letter.record_head,
    }
    rows = [
        ("contract", letter.contract),
        ("agreement", say(language, "promise.letter.row.agreement_value", **facts)),
        ("signed_on", day(language, letter.signed_on)),
        ("settled_on", facts["settled_on"]),
        ("principal", money(language, letter.principal_minor, letter.currency)),
        ("paid", money(language, letter.paid_minor, letter.currency)),
        ("waived", money(language, letter.waived_minor, letter.currency)),
        ("left", money(language, 0, letter.currency)),
    ]
    after = ["nothing", *(["early"] if letter.early else []), *(["waiver"] if letter.waived_minor else [])]
    return {
        "lang": language,
        "region": "CN" if language == "zh" else "GB",
        "title": say(language, "promise.letter.title"),
        "subtitle": say(language, "promise.letter.subtitle", **facts),
        "before": [say(language, "promise.letter.lead", **facts)],
        "figures": [[say(language, f"promise.letter.row.{row}"), value] for row, value in rows],
        "after": [say(language, f"promise.letter.line.{line}", **facts) for line in (*after, "credit", "keep")],
        "lender": lender,
        "on": day(language, letter.issued_on),
        "foot": say(language, "promise.letter.foot", **facts),
    }
