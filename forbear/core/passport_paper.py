"""The passport's page, from its machine-readable zone: ICAO Doc 9303 part 4, two lines of 44 characters (TD3).

Number, birth and expiry carry check digits (part 3, 4.9: weights 7, 3, 1). A letter and a digit that look alike are
exchanged only where the check digit then holds and no other exchange would do. The name has no check digit: it is
compared with the one printed above.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from forbear.core.paper_lines import DOUBT, Found, Piece, Row, field, labelled, person_name, together
from forbear.core.paper_text import chinese, compact, distance, is_chinese
from forbear.core.reading import Field

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALIKE = {"O": "0", "0": "O", "I": "1", "1": "I", "B": "8", "8": "B", "S": "5", "5": "S", "Z": "2", "2": "Z"}
_DIGITS = str.maketrans("OQDIL|BSZ", "000111852")
_LETTERS = str.maketrans("01|852", "OIIBSZ")
_SIGNS = str.maketrans({"∪": "U", "《": "<<", "«": "<<", "‹": "<", "〈": "<", "≤": "<", "丨": "I", "!": "I"})
_PRINTED = re.compile(r"(?P<native>[^/A-Z]*)/? ?(?P<surname>[A-Z][A-Z' -]*), ?(?P<given>[A-Z][A-Z' -]*)")


def check_digit(text: str) -> int:
    """ICAO 9303 part 3, 4.9, over capitals, digits and <."""
    return sum(max(_ALPHABET.find(sign), 0) * (7, 3, 1)[i % 3] for i, sign in enumerate(text)) % 10


def zone_line(text: str) -> str:
    """A line as the zone writes it: capitals, digits, < and nothing else."""
    return re.sub(r"[^A-Z0-9<|]", "", compact(text).translate(_SIGNS).upper())


def looks_like_zone(text: str) -> bool:
    """Whether a line is one of the two, even where fillers were lost."""
    line = zone_line(text)
    return 28 <= len(line) <= 50 and (_upper(line) or _lower(line) is not None)


def read_passport(rows: Sequence[Row]) -> tuple[tuple[Field, ...], tuple[int, ...]]:
    """Its fields, and the pages on which a check digit does not hold."""
    pieces = [piece for row in rows for piece in row]
    pieces += [together(row, "") for row in rows if len(row) > 1]
    names = next((piece for piece in pieces if _is_upper(piece)), None)
    numbers = next((piece for piece in pieces if _is_lower(piece)), None)
    fields, wrong = list[Field](), set[int]()
    state = ""
    if numbers is not None:
        matched = _lower(zone_line(numbers.text))
        assert matched is not None, "the line was chosen because it matches"
        state = matched[2].strip("<")
        fields, held = _numbers(numbers, matched, pieces)
        wrong |= set() if held else {numbers.page}
    fields = [*_names(rows, names, state), *fields]
    return tuple(fields), tuple(wrong)


def _is_upper(piece: Piece) -> bool:
    line = zone_line(piece.text)
    return 28 <= len(line) <= 50 and _upper(line)


def _is_lower(piece: Piece) -> bool:
    line = zone_line(piece.text)
    return 28 <= len(line) <= 50 and _lower(line) is not None


def _upper(line: str) -> bool:
    return line[:1] == "P" and "<<" in line and sum("0" <= sign <= "9" for sign in line) <= 6


def _lower(line: str) -> tuple[str, str, str, str, str, str, str, str] | None:
    """(number, its digit, nationality, birth, its digit, sex, expiry, its digit) of the second line; the state may have
    lost fillers. Of several ways to lay it out the one with most check digits that hold.
    """
    best, most = None, -1
    for letters in (3, 2, 1):
        at = 10 + letters
        state = line[10:at].translate(_LETTERS)
        birth, expiry = line[at : at + 6].translate(_DIGITS), line[at + 8 : at + 14].translate(_DIGITS)
        digits = [line[i : i + 1].translate(_DIGITS) for i in (9, at + 6, at + 14)]
        sex = line[at + 7 : at + 8]
        figures = birth + expiry + digits[1] + digits[2]
        if not re.fullmatch("[0-9]{14}", figures) or not re.fullmatch("[A-Z]{1,3}<{0,2}", state):
            continue
        if sex not in ("M", "F", "<", "X") or not re.fullmatch("[0-9]", digits[0]):
            continue
        parts = (line[:9].replace("|", "I"), digits[0], state, birth, digits[1], sex, expiry, digits[2])
        held = sum(str(check_digit(text)) == digit for text, digit in ((birth, digits[1]), (expiry, digits[2])))
        if held > most:
            best, most = parts, held
    return best


def _numbers(
    piece: Piece, parts: tuple[str, str, str, str, str, str, str, str], printed: Sequence[Piece]
) -> tuple[list[Field], bool]:
    number, digit, state, birth, birth_digit, sex, expiry, expiry_digit = parts
    fields, all_held = list[Field](), True
    read, held = _number(number, digit, printed)
    all_held = all_held and held
    read = read.strip("<")
    if re.fullmatch("[A-Z0-9]{5,9}", read):
        fields.append(field("number", (read, piece), 1000 if held else DOUBT))
    fields.append(field("nationality", (state.strip("<"), piece)))
    expires_on = _day(expiry, 2000)
    held = str(check_digit(expiry)) == expiry_digit
    all_held = all_held and held and expires_on is not None
    if expires_on is not None:
        fields.append(field("expires_on", (expires_on.isoformat(), piece), 1000 if held else DOUBT))
    held = str(check_digit(birth)) == birth_digit
    born_on = _day(birth, 2000)
    if born_on is None or (expires_on is not None and born_on >= expires_on):
        born_on = _day(birth, 1900)
    all_held = all_held and held and born_on is not None
    if born_on is not None:
        fields.append(field("born_on", (born_on.isoformat(), piece), 1000 if held else DOUBT))
    if sex in ("M", "F"):
        fields.append(field("sex", (sex, piece)))
    return fields, all_held


def _number(number: str, digit: str, printed: Sequence[Piece]) -> tuple[str, bool]:
    """The number and whether its check digit holds. Else the one printed above, if nearly the same and proved; else the
    one look-alike whose exchange makes the digit hold.
    """
    if str(check_digit(number)) == digit:
        return number, True
    above = {compact(piece.text).ljust(9, "<") for piece in printed if 5 <= len(compact(piece.text)) <= 9}
    ways = {way for way in above if re.fullmatch("[A-Z0-9]+<*", way) and distance(way, number) <= 2}
    ways = {way for way in ways if str(check_digit(way)) == digit} or set(_exchanged(number, digit))
    return (ways.pop(), True) if len(ways) == 1 else (number, False)


def _exchanged(number: str, digit: str) -> Iterator[str]:
    for i, sign in enumerate(number):
        way = number[:i] + _ALIKE.get(sign, sign) + number[i + 1 :]
        if str(check_digit(way)) == digit:
            yield way


def _day(text: str, century: int) -> date | None:
    """YYMMDD in a century. Expiry lies in this one; a birth in this one unless that is after the expiry."""
    try:
        return date(century + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None


def _names(rows: Sequence[Row], zone: Piece | None, state: str) -> list[Field]:
    """`name` as the zone writes it, surname first; what is printed with a comma above goes before where both are nearly
    the same, since the zone's fillers hide lost letters. `name_native`: in Chinese characters, where printed.
    """
    fields = list[Field]()
    above = _printed_name(rows)
    name = _zone_name(zone, state) if zone is not None else None
    if above is not None and (name is None or distance(compact(name[0]), compact(above[0])) <= 3):
        agreed = name is not None and compact(name[0]) == compact(above[0])
        fields.append(field("name", above, 1000 if agreed else max(DOUBT, 800)))
    elif name is not None:
        fields.append(field("name", name, DOUBT if above is not None else 900))
    native = _native_name(rows)
    if native is not None:
        fields.append(field("name_native", native))
    return fields


def _zone_name(piece: Piece, state: str) -> Found | None:
    line = zone_line(piece.text).translate(_LETTERS)
    begin = 5
    if state and line[2 : 2 + len(state)] == state and len(state) < 3:
        fill = line[2 + len(state) :]
        begin = 2 + len(state) + min(len(fill) - len(fill.lstrip("<")), 3 - len(state))
    surname, _, rest = line[begin:].partition("<<")
    given = rest.partition("<<")[0]
    name = " ".join(f"{surname} {given}".replace("<", " ").split())
    return (name, piece) if re.fullmatch("[A-Z]+(?: [A-Z]+)*", name) else None


def _printed_name(rows: Sequence[Row]) -> Found | None:
    for row in rows:
        for piece in row:
            match = _PRINTED.fullmatch(piece.text)
            if match and all(sign in " ·" or is_chinese(sign) for sign in match["native"]):
                words = re.sub("[' -]+", " ", f"{match['surname']} {match['given']}")
                return " ".join(words.split()), piece
    return None


def _native_name(rows: Sequence[Row]) -> Found | None:
    for row in rows:
        for piece in row:
            native, slash, latin = piece.text.partition("/")
            native = compact(native)
            if slash and 2 <= len(native) <= 20 and chinese(native) and re.match("[A-Z]{2,} ?,", latin.strip()):
                return native, piece
    return labelled(
        rows, ("姓名/Name", "姓名"), lambda text: person_name(text) if is_chinese(text[:1] or " ") else None
    )
