"""Who a person is on paper: the resident identity number (GB 11643-1999), a mainland mobile number, and their masks.

`check_id_number` and `phone` give the one form in which the product keeps a number, or a refusal that never repeats
what was typed. Masks are for pages and messages: enough to recognise one's own, too little to learn another's.
"""

import re
from datetime import date

from forbear.core.refusal import Refusal

_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x2010: "-", 0x2013: "-", 0x2014: "-"}
_CHECK_CHARACTERS = "10X98765432"
_SURNAMES = (
    "欧阳司马上官诸葛司徒东方独孤南宫夏侯皇甫尉迟公孙慕容长孙宇文令狐轩辕端木百里呼延西门申屠"
    "澹台公冶濮阳淳于单于太叔赫连钟离万俟闻人鲜于司空闾丘仲孙第五东郭左丘拓跋完颜纳兰耶律叶赫"
)
_TWO_CHARACTER_SURNAMES = frozenset(_SURNAMES[i : i + 2] for i in range(0, len(_SURNAMES), 2))


def ascii_of(text: str) -> str:
    """The text with full-width signs as the plain ones."""
    return text.translate(_ASCII)


def check_id_number(text: str) -> str | Refusal:
    """The identity number as kept: 18 characters, X in capitals. Spaces, hyphens and full-width signs may be typed.

    The region code is not looked up: codes are retired and added, and a person keeps the one she was given.
    """
    number = re.sub(r"[\s-]", "", text.translate(_ASCII)).upper()
    if not number:
        return _refusal("id_number.empty")
    if re.fullmatch(r"[0-9]{15}", number):
        return _refusal("id_number.old")
    if len(number) != 18:
        return _refusal("id_number.length", typed_length=len(number))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return _refusal("id_number.characters")
    if _birth(number) is None:
        return _refusal("id_number.birth")
    if check_character(number[:17]) != number[17]:
        return _refusal("id_number.checksum")
    return number


def check_character(first: str) -> str:
    """The 18th character over the first 17 digits: ISO 7064 MOD 11-2, weights 2^(18-i) mod 11."""
    assert re.fullmatch(r"[0-9]{17}", first), "the check character is over 17 digits"
    total = sum(int(digit) * pow(2, 17 - i, 11) for i, digit in enumerate(first))
    return _CHECK_CHARACTERS[total % 11]


def birth_date(id_number: str) -> date:
    """The day of birth inside a checked identity number."""
    born_on = _birth(id_number)
    assert born_on is not None, "a checked identity number holds a day of birth"
    return born_on


def phone(text: str) -> str | Refusal:
    """A mainland mobile number as kept: 11 digits beginning with 1. "+86 138-0013-8000" and the like may be typed.

    Whether the prefix is in use is not checked: prefixes are opened every year, and made-up books use closed ones.
    """
    number = re.sub(r"[\s()-]", "", text.translate(_ASCII))
    if not number:
        return _refusal("phone.empty")
    if not re.fullmatch(r"\+?[0-9]+", number):
        return _refusal("phone.characters")
    number = re.sub(r"^(?:\+86|0086|86(?=1[0-9]{10}$))", "", number)
    if number.startswith(("+", "00")):
        return _refusal("phone.abroad")
    if number.startswith("0"):
        return _refusal("phone.landline")
    if len(number) != 11:
        return _refusal("phone.length", typed_length=len(number))
    return number if number.startswith("1") else _refusal("phone.mobile")


def masked_id(id_number: str) -> str:
    """The first three and the last four characters: 510***********002X."""
    return f"{id_number[:3]}{'*' * max(len(id_number) - 7, 0)}{id_number[-4:]}" if len(id_number) > 7 else "*" * 7


def masked_phone(number: str) -> str:
    """The first three and the last four digits: 138****5678."""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}" if len(number) > 7 else "*" * 7


def masked_name(name: str) -> str:
    """The surname, or the first letter of every part: 王小明 → 王**, 欧阳彧 → 欧阳*, Li Wei → L* W**."""
    parts = re.split(r"([ ·•.]+)", name.strip())
    if len(parts) == 1 and name.strip()[:2] in _TWO_CHARACTER_SURNAMES and len(name.strip()) > 2:
        return name.strip()[:2] + "*" * (len(name.strip()) - 2)
    return "".join(part if i % 2 else _first(part) for i, part in enumerate(parts))


def _first(part: str) -> str:
    return part[0] + "*" * (len(part) - 1) if len(part) > 1 else "*" * len(part)


def _birth(number: str) -> date | None:
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born_on if born_on.year >= 1900 else None


def _refusal(name: str, **facts: str | int) -> Refusal:
    return Refusal(f"identity.{name}", f"identity.{name}.reason", f"identity.{name}.way_on", facts)
