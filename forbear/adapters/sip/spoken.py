"""Numbers, amounts, dates and times as they are said, in phrases that each have a sound of their own.

Chinese: 两 for a leading 2 before 千, 万, 亿 and for two yuan, 零 where a place is skipped, no 一 before a leading 十;
a year digit by digit. English: "and" before what follows the hundreds, days as ordinals, years in pairs. Pure.
"""

from collections.abc import Iterator
from datetime import date, datetime

from forbear.words.format import ZONE

Phrases = tuple[str, ...]
NUMBER_MOST = 10**12

_EN_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_DIGITS = {"zh": tuple("零一二三四五六七八九"), "en": tuple(_EN_NUMBERS.split())}
_WEEKDAYS = {
    "zh": tuple(f"星期{sign}" for sign in "一二三四五六日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_ZH_WORDS = {
    "liang": "两", "shi": "十", "bai": "百", "qian": "千", "wan": "万", "yi": "亿", "yuan": "元", "jiao": "角",
    "fen": "分", "year": "年", "month": "月", "day": "日", "hour": "点", "minute": "分",
}  # fmt: skip
_EN_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_DAYS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
_EN_MONTHS = "January February March April May June July August September October November December"
_EN_WORDS = ("hundred", "thousand", "million", "billion", "and", "the", "of", "at", "yuan", "fen")
_ZH_PLACES = ((10**8, "yi"), (10**4, "wan"))
_EN_PLACES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))


def number(language: str, value: int) -> Phrases:
    """A whole number from 0 to 999,999,999,999."""
    assert 0 <= value < NUMBER_MOST, f"{value} has no reading here"
    if value == 0:
        return ("n0",)
    return tuple(_zh(value, leading=True) if language == "zh" else _en(value))


def amount(language: str, amount_minor: int) -> Phrases:
    """An amount in yuan and fen: 一千八百六十六元两角, one thousand … yuan and twenty fen."""
    yuan, fen = divmod(amount_minor, 100)
    if language != "zh":
        said = (*number("en", yuan), "yuan") if yuan or not fen else ()
        return (*said, *(("and",) if said else ()), *number("en", fen), "fen") if fen else said
    said = () if not yuan and fen else (*_zh_unit(yuan), "yuan")
    jiao, rest = divmod(fen, 10)
    if jiao:
        said = (*said, *_zh_unit(jiao), "jiao")
    if rest:
        said = (*said, *(("n0",) if yuan and not jiao else ()), *_zh_unit(rest), "fen")
    return said


def day(language: str, on: date) -> Phrases:
    """A date: 二零二六年三月十八日, the eighteenth of March twenty twenty-six."""
    if language == "zh":
        year = tuple(f"n{digit}" for digit in str(on.year))
        return (*year, "year", *number("zh", on.month), "month", *number("zh", on.day), "day")
    return ("the", f"day{on.day}", "of", f"month{on.month}", *_en_year(on.year))


def moment(language: str, at: datetime) -> Phrases:
    """A weekday, a date and the hour, to the minute where it is not a full hour."""
    local = at.astimezone(ZONE)
    minutes = ("n0",) if 0 < local.minute < 10 else ()
    weekday, on = f"weekday{local.isoweekday()}", day(language, local.date())
    if language == "zh":
        past = (*minutes, *number("zh", local.minute), "minute") if local.minute else ()
        return (*on, weekday, *_zh_unit(local.hour), "hour", *past)
    past = (*minutes, *number("en", local.minute)) if local.minute else ("oclock",)
    return (weekday, *on, "at", *number("en", local.hour), *past)


def needed(language: str) -> dict[str, str]:
    """Every phrase that numbers, amounts, dates and times can need, with what is to be read aloud."""
    digits = _DIGITS[language]
    said = {f"n{digit}": word for digit, word in enumerate(digits)}
    said |= {f"weekday{number}": word for number, word in enumerate(_WEEKDAYS[language], 1)}
    if language == "zh":
        return said | _ZH_WORDS
    said |= {f"n{10 * tens}": word for tens, word in enumerate(_EN_TENS, 2)}
    said |= {f"month{number}": word for number, word in enumerate(_EN_MONTHS.split(), 1)}
    first = _EN_DAYS.split()
    days = (*first, *(f"twenty-{day}" for day in first[:9]), "thirtieth", "thirty-first")
    said |= {f"day{number}": word for number, word in enumerate(days, 1)}
    return said | {word: word for word in _EN_WORDS} | {"oclock": "o’clock"}


# ---- Chinese ---------------------------------------------------------------------------------------------------


def _zh_unit(value: int) -> Phrases:
    """A number before 元, 角, 分 or 点, where two is 两."""
    return ("liang",) if value == 2 else number("zh", value)


def _zh(value: int, *, leading: bool) -> Iterator[str]:
    """`leading`: nothing is said before it, so that 十 and 两 stand at its head."""
    for place, name in _ZH_PLACES:
        high, low = divmod(value, place)
        if high:
            yield from ("liang",) if high == 2 and leading else tuple(_zh(high, leading=leading))
            yield name
            if low:
                if low < place // 10:
                    yield "n0"
                yield from _zh(low, leading=False)
            return
    yield from _zh_small(value, leading=leading)


def _zh_small(value: int, *, leading: bool) -> Iterator[str]:
    """Below ten thousand; after something said, a skipped place was said by the caller."""
    skipped = False
    said = not leading
    for place, name in ((1000, "qian"), (100, "bai"), (10, "shi"), (1, "")):
        digit = value // place % 10
        if digit == 0:
            skipped = skipped or value >= 10 * place
            continue
        if skipped:
            yield "n0"
            skipped = False
        if digit == 2 and place == 1000 and not said:
            yield "liang"
        elif not (digit == 1 and place == 10 and not said):
            yield f"n{digit}"
        if name:
            yield name
        said = True


# ---- English ---------------------------------------------------------------------------------------------------


def _en(value: int) -> Iterator[str]:
    for place, name in _EN_PLACES:
        if value >= place:
            yield from _en_small(value // place)
            yield name
            value %= place
            if 0 < value < 100:
                yield "and"
    if value:
        yield from _en_small(value)


def _en_small(value: int) -> Iterator[str]:
    hundreds, rest = divmod(value, 100)
    if hundreds:
        yield f"n{hundreds}"
        yield "hundred"
        if rest:
            yield "and"
    if 0 < rest < 20:
        yield f"n{rest}"
    elif rest:
        yield f"n{rest // 10 * 10}"
        if rest % 10:
            yield f"n{rest % 10}"


def _en_year(year: int) -> Phrases:
    century, rest = divmod(year, 100)
    if century % 10 == 0:  # two thousand, two thousand and nine; twenty ten
        if rest < 10:
            return number("en", year)
    elif rest == 0:
        return (*number("en", century), "hundred")
    elif rest < 10:
        return (*number("en", century), "n0", f"n{rest}")
    return (*number("en", century), *number("en", rest))
