"""What a reader of pictures makes of print, made even, and the amounts, days and months found in it.

Nothing is guessed: a form with two readings is not read. Letters that stand for digits (O, l, S, B) are taken for
digits only inside a run of figures, and whoever asks is told so.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from forbear.core.money import LIMIT_MINOR

LONGEST = 240
"""Characters of one line that are looked at."""

_EVEN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(sign): even
    for signs, even in (
        ("\u3000\u00a0\u2002\u2003\u2009\u202f", " "),
        ("￥", "¥"),
        ("−–—―‐‑﹣", "-"),
        ("•・‧∙⋅●", "·"),
        ("﹒", "."),
        ("～〜", "~"),
    )
    for sign in signs
}
_LIKE_DIGITS = str.maketrans("OoQDlI|i!ZzSsB〇", "000011111225580")
_RUN = re.compile(r"(?<![A-Za-z])[0-9OoQDlI|i!ZzSsB〇,.\-/:]{2,60}(?![A-Za-z])")
_SPACED = re.compile(r"(?<=[0-9]) ?([,.]) ?(?=[0-9])")
_AMOUNT = re.compile(
    r"(?<![0-9.,])(?P<before>[-+]?) ?(?:¥|\$|£|€|RMB|CNY)? ?(?P<sign>[-+]?)"
    r"(?:(?P<whole>[0-9]{1,3}(?:[,.][0-9]{3})+|[0-9]{1,12})[.,](?P<part>[0-9]{2})"
    r"|(?P<spaced>[0-9]{1,3}(?: [0-9]{3})+),(?P<spaced_part>[0-9]{2}))(?![0-9])(?![.,][0-9])(?P<after>-?)"
)
_WHOLE = re.compile(r"[-+]?(?:¥|\$|£|€|RMB|CNY)? ?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.([0-9]))?(?: ?元)?")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NAMED = r"(?P<name>[A-Za-z]{3,9})\.?,?"
_YEAR = r"(?P<y>(?:19|20)[0-9]{2})"
_DAYS = (
    re.compile(rf"(?<![0-9]){_YEAR} ?年 ?(?P<m>[0-9]{{1,2}}) ?月 ?(?P<d>[0-9]{{1,2}})(?![0-9]) ?[日号]?"),
    re.compile(rf"(?<![0-9]){_YEAR}(?P<gap>[-/.,·])(?P<m>[0-9]{{1,2}})[-/.,·](?P<d>[0-9]{{1,2}})(?![0-9])"),
    re.compile(rf"(?<![0-9]){_YEAR}(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}})(?![0-9])"),
    re.compile(rf"(?<![0-9])(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)? ?{_NAMED} ?{_YEAR}(?![0-9])"),
    re.compile(rf"{_NAMED} ?(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,? ?{_YEAR}(?![0-9])"),
)
_SLASHED = re.compile(rf"(?<![0-9])(?P<one>[0-9]{{1,2}})[/.](?P<two>[0-9]{{1,2}})[/.]{_YEAR}(?![0-9])")
_MONTH_FORMS = (
    re.compile(rf"(?<![0-9]){_YEAR} ?年 ?(?P<m>[0-9]{{1,2}}) ?月(?:份)?(?! ?[0-9])"),
    re.compile(rf"(?<![0-9]){_YEAR}[-/](?P<m>[0-9]{{1,2}})(?![0-9])(?![-/.][0-9])"),
    re.compile(rf"(?<![0-9]){_YEAR}(?P<m>0[1-9]|1[0-2])(?![0-9])"),
    re.compile(rf"(?<![A-Za-z]){_NAMED} ?{_YEAR}(?![0-9])"),
    re.compile(rf"(?<![0-9/])(?P<m>0?[1-9]|1[0-2])/{_YEAR}(?![0-9])"),
)
_DOTTED_MONTH = re.compile(rf"(?<![0-9]){_YEAR}\.(?P<m>[0-9]{{1,2}})(?![0-9])(?![-/.][0-9])")


def even(text: str) -> str:
    """The text with full-width signs as their ASCII twins and one space where there were several."""
    return " ".join(text[:LONGEST].translate(_EVEN).split())


def compact(text: str) -> str:
    """Without any space."""
    return text.replace(" ", "")


def as_figures(text: str) -> str:
    """Letters inside runs of figures as the digits they look like, one for one: 2O26-05-l4 → 2026-05-14."""
    return _RUN.sub(lambda run: _run(run[0]), text)


def _run(run: str) -> str:
    digits = sum("0" <= sign <= "9" for sign in run)
    letters = sum(sign not in ",.-/:" for sign in run) - digits
    return run.translate(_LIKE_DIGITS) if digits > letters else run


def amounts(text: str) -> Iterator[tuple[int, str, int, int]]:
    """(minor units without sign, sign "-", "+" or "", where it starts, where it ends) of the amounts with two decimals
    in an even text; 1,234.56, 1234.56, 1.234,56 and 1 234,56 alike, whatever sign of money stands before. (1,234.56)
    is less than nothing, as accountants write it.
    """
    for found in _AMOUNT.finditer(as_figures(text)):
        digits = "".join(sign for sign in found["whole"] or found["spaced"] if "0" <= sign <= "9")
        minor = int(digits) * 100 + int(found["part"] or found["spaced_part"])
        if minor < LIMIT_MINOR:
            start, end = found.start() + len(found[0]) - len(found[0].lstrip()), found.end()
            sign = found["before"] or found["sign"] or found["after"]
            if text[start - 1 : start] == "(" and text[end : end + 1] == ")":
                start, end, sign = start - 1, end + 1, "-"
            yield minor, sign, start, end


def one_amount(text: str) -> int | None:
    """The amount that a text is, decimals or none, in minor units; None for anything else."""
    text = _SPACED.sub(r"\1", as_figures(text)).strip()
    found = list(amounts(text))
    rest = text[: found[0][2]] + text[found[0][3] :] if found else text
    if len(found) == 1 and not re.search(r"[0-9]", rest) and len(compact(rest)) <= 4:
        return -found[0][0] if found[0][1] == "-" else found[0][0]
    whole = _WHOLE.fullmatch(text)
    if whole is None or found:
        return None
    minor = int(whole[1].replace(",", "")) * 100 + int(whole[2] or 0) * 10
    return -minor if text.startswith("-") else minor


def days(text: str, month_first: bool = False) -> list[tuple[date, int, int]]:
    """(day, where it starts, where it ends) of the days in an even text, from left to right, none over another.

    05/09/2026 is the fifth of September, or with `month_first` the ninth of May.
    """
    text, found = as_figures(text), list[tuple[date, int, int]]()
    for form in _DAYS:
        for match in form.finditer(text):
            named = match.groupdict().get("name")
            month = month_named(named) if named else int(match["m"])
            _add(found, int(match["y"]), month, int(match["d"]), match)
    for match in _SLASHED.finditer(text):
        first, second = int(match["one"]), int(match["two"])
        on = (first, second) if month_first else (second, first)
        _add(found, int(match["y"]), *on, match)
    return sorted(found, key=lambda entry: entry[1])


def _add(found: list[tuple[date, int, int]], year: int, month: int, day: int, match: re.Match[str]) -> None:
    free = all(match.end() <= start or end <= match.start() for _, start, end in found)
    if not free:
        return
    try:
        found.append((date(year, month, day), match.start(), match.end()))
    except ValueError:
        return


def writes_month_first(texts: Sequence[str]) -> bool:
    """Whether the slashed days of a paper can only be meant month first: a second number above 12, no first one."""
    pairs = [(int(match["one"]), int(match["two"])) for text in texts for match in _SLASHED.finditer(text)]
    return any(two > 12 for _, two in pairs) and not any(one > 12 for one, _ in pairs)


def months(text: str, dotted: bool = False) -> list[tuple[str, int, int]]:
    """(month "2026-03", where it starts, where it ends) in an even text; the month of a day is not among them. 2026.03
    could be an amount and is a month only where one is expected (`dotted`).
    """
    text, found = as_figures(text), list[tuple[str, int, int]]()
    taken = [(start, end) for _, start, end in days(text)]
    for form in (*_MONTH_FORMS, *((_DOTTED_MONTH,) if dotted else ())):
        for match in form.finditer(text):
            named = match.groupdict().get("name")
            number = month_named(named) if named else int(match["m"])
            free = all(match.end() <= start or end <= match.start() for start, end in taken)
            if 1 <= number <= 12 and free:
                taken.append((match.start(), match.end()))
                found.append((f"{match['y']}-{number:02d}", match.start(), match.end()))
    return sorted(found, key=lambda entry: entry[1])


def month_named(name: str) -> int:
    """1 to 12 for an English month, whole or cut after three letters or more (and sept); 0 for anything else."""
    name = name.lower()
    return next((i for i, known in enumerate(_MONTHS, 1) if len(name) >= 3 and known.startswith(name)), 0)


def place(phrase: str, text: str) -> tuple[int, int] | None:
    """(start, end) of a phrase in a text, upper and lower case alike; where it has four characters or more and four
    fifths of it are there, one character may have been misread.
    """
    found = exactly(phrase, text)
    if found is not None:
        return found
    phrase, text = phrase.lower(), text.lower()
    size = len(phrase)
    if size < 4 or len(text) < size or len(set(phrase) & set(text)) < len(set(phrase)) - 1:
        return None
    for start in range(len(text) - size + 1):
        misses = 0
        for one, two in zip(phrase, text[start : start + size], strict=True):
            misses += one != two
            if misses > 1:
                break
        else:
            return start, start + size
    return None


def exactly(phrase: str, text: str) -> tuple[int, int] | None:
    """(start, end) of a phrase in a text, upper and lower case alike; spaces put in or lost do not matter."""
    phrase, text = phrase.lower(), text.lower()
    at = text.find(phrase)
    if at >= 0:
        return at, at + len(phrase)
    if " " not in text and " " not in phrase:
        return None
    signs = [i for i, sign in enumerate(text) if sign != " "]
    at = compact(text).find(compact(phrase))
    return (signs[at], signs[at + len(compact(phrase)) - 1] + 1) if at >= 0 else None


def chinese(text: str) -> bool:
    """Whether it is made of Chinese characters only, the middle dot of long names among them."""
    return bool(text) and all(is_chinese(sign) or sign == "·" for sign in text)


def is_chinese(sign: str) -> bool:
    """Of the unified ideographs, their extensions and 〇."""
    code = ord(sign)
    return 0x3400 <= code <= 0x9FFF or 0x20000 <= code <= 0x323AF or 0xF900 <= code <= 0xFAFF or code == 0x3007


def distance(one: str, two: str) -> int:
    """How many characters are to be put in, left out or exchanged to make one of the other (Levenshtein)."""
    row = list(range(len(two) + 1))
    for i, sign in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(two, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (sign != other))
    return row[-1]
