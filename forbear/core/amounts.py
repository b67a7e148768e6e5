"""What a person writes for an amount, a rate, a day or a month: understood, or refused with what to write instead.

Nothing is guessed. "4,500", "￥4500", "4500块", "四千五", "1.2万" each have one reading; "4.500" and "4,50" have two
and are asked again. Files are stricter than people: `decimal_minor`, `decimal_ppm` and `iso_day` take one form only.
"""

import re
from datetime import date

from forbear.core import numerals
from forbear.core.money import LIMIT_MINOR, PPM
from forbear.core.refusal import Refusal

LONGEST = 40
"""Characters beyond which no amount, rate or date is looked for."""

_TIMES = {"百": 100, "千": 1000, "k": 1000, "万": 10**4, "w": 10**4, "亿": 10**8}
_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",
    0x00A0: " ",
    0xFFE5: "¥",
    0x2212: "-",
    0x2013: "-",
    0x2014: "-",
    0x301C: "~",
}
_MARK_BEFORE = re.compile(r"(?:(?:人民币|rmb|cny|¥) ?)+")
_MARK_AFTER = re.compile(r" ?(?:元整|圆整|元|圆|块钱|块|yuan|rmb|cny|人民币)$")
_SMALL_COINS = re.compile(
    r"(?P<yuan>.+?) ?[元圆块] ?(?:(?P<jiao>[0-9一二两三四五六七八九]) ?[角毛])?(?P<gap>零?)"
    r"(?:(?P<fen>[0-9一二两三四五六七八九]) ?分)?钱?"
)
_NUMBER = re.compile(
    r"(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+|[0-9]+)"
    r"(?:\.(?P<part>[0-9]+))? ?(?P<times>[百千k万w亿])?"
)
_SPOKEN_POINT = re.compile(r"([零一二两三四五六七八九])点([零一二三四五六七八九]{1,4})([百千万亿]?)")

_CANNOT_BE_READ = (
    ("negative", re.compile(r"^(?:[¥ ]|rmb|cny|人民币)*(?:-|负|minus)")),
    ("other_currency", re.compile(r"[$€£₩₽]|usd|eur|gbp|hkd|jpy|[美欧港日韩澳加台]元|[美港台日]币|英镑|卢布")),
    ("about", re.compile(r"[多几来余约]|大概|左右|上下|差不多|^~|about|around|approx|roughly|or so")),
    ("several", re.compile(r"[0-9十百千万亿元块k] ?(?:-|~|到|至|to|或|or) ?[0-9一二两三四五六七八九十]")),
    ("several", re.compile(r"[一二两三四五六七八九]{2}[十百千万亿]")),
    ("plain_digits", re.compile(r"\^|\*|×|[0-9] ?e ?[+-]?[0-9]|次方")),
)


def amount_minor(text: str) -> int | Refusal:
    """An amount in yuan as people write it, in fen; zero is an amount. Refusals: words/*/amounts.toml [amount]."""
    typed = _tidy(text)
    if not typed:
        return _refusal("amount.empty")
    if len(typed) > LONGEST:
        return _refusal("amount.too_long", longest=LONGEST)
    for name, sign in _CANNOT_BE_READ:
        if sign.search(typed):
            return _refusal(f"amount.{name}", typed=typed)
    coins = _SMALL_COINS.fullmatch(typed)
    if coins and (coins["jiao"] or coins["fen"]):
        return _with_coins(coins, typed)
    bare = _MARK_AFTER.sub("", _MARK_BEFORE.sub("", typed, count=1)).removesuffix("。").removesuffix(".").strip()
    return _number_minor(bare, typed)


def _number_minor(bare: str, typed: str) -> int | Refusal:
    spoken = _SPOKEN_POINT.fullmatch(bare)
    if spoken:
        bare = numerals.western(f"{spoken[1]}.{spoken[2]}") + spoken[3]
    match = _NUMBER.fullmatch(bare)
    if match:
        return _written_minor(match, typed)
    if "," in bare:
        return _refusal("amount.comma", typed=typed)
    whole = numerals.whole_number(bare)
    if whole is None:
        return _refusal("amount.not_understood", typed=typed)
    return _within(whole * 100)


def _written_minor(match: re.Match[str], typed: str) -> int | Refusal:
    """Digits, perhaps with decimals, perhaps times 千 or 万; whole fen or refused."""
    part, times = match["part"] or "", match["times"]
    if len(part) > 2 and not times:
        return _refusal("amount.decimals", typed=typed)
    digits = int(re.sub("[, ]", "", match["whole"]) + part)
    amount, rest = divmod(digits * _TIMES.get(times or "", 1) * 100, 10 ** len(part))
    return _refusal("amount.decimals", typed=typed) if rest else _within(amount)


def _with_coins(coins: re.Match[str], typed: str) -> int | Refusal:
    """4500元5角, 三块二毛五分: 角 are ten fen; between 元 and 分 the skipped 角 may be said as 零."""
    if coins["gap"] and (coins["jiao"] or not coins["fen"]):
        return _refusal("amount.not_understood", typed=typed)
    yuan = _number_minor(_MARK_BEFORE.sub("", coins["yuan"], count=1), typed)
    if isinstance(yuan, Refusal):
        return yuan
    if "." in coins["yuan"]:
        return _refusal("amount.not_understood", typed=typed)
    jiao, fen = (int(numerals.western(coins[name] or "0")) for name in ("jiao", "fen"))
    return _within(yuan + 10 * jiao + fen)


def _within(amount: int) -> int | Refusal:
    return amount if amount < LIMIT_MINOR else _refusal("amount.too_large")


def rate_ppm(text: str) -> int | Refusal:
    """A yearly rate as people write it ("23.76%", "年利率 23.76", "百分之七点二"), in ppm, 0 % to 100 %."""
    typed = _tidy(text)
    if not typed:
        return _refusal("rate.empty")
    bare = re.sub(r"^(?:年利率|年化利率|年化)[: ]?", "", typed).strip()
    marked = bare.endswith("%") or bare.startswith("百分之")
    bare = bare.removeprefix("百分之").removesuffix("%").strip()
    spoken = numerals.whole_number(bare)
    bare = str(spoken) if spoken is not None else numerals.western(bare).replace("点", ".")
    if not marked and re.fullmatch(r"0\.[0-9]*[1-9][0-9]*", bare):
        return _refusal("rate.fraction", typed=typed)
    return decimal_ppm(bare, typed)


def decimal_ppm(text: str, typed: str = "") -> int | Refusal:
    """A percentage as files write it: "23.76", at most four decimals, 0 to 100; in ppm (23.76 → 237600)."""
    typed = typed or text
    match = re.fullmatch(r"(-?)([0-9]{1,9})(?:\.([0-9]+))?", text)
    if match is None or len(text) > LONGEST:
        return _refusal("rate.not_understood", typed=typed[:LONGEST])
    part = match[3] or ""
    if len(part) > 4:
        return _refusal("rate.decimals", typed=typed)
    rate = int(match[2]) * 10_000 + int(part.ljust(4, "0"))
    return rate if not match[1] and rate <= PPM else _refusal("rate.outside", typed=typed)


def decimal_minor(text: str) -> int | Refusal:
    """An amount as files write it: "1866.20", a point and at most two decimals, no other sign; in minor units."""
    match = re.fullmatch(r"(-?)([0-9]+)(?:\.([0-9]+))?", text)
    if match is None or len(text) > LONGEST:
        return _refusal("amount.not_decimal" if text else "amount.empty", typed=text[:LONGEST])
    part = match[3] or ""
    if len(part) > 2:
        return _refusal("amount.decimals", typed=text)
    if match[1]:
        return _refusal("amount.negative", typed=text)
    return _within(int(match[2]) * 100 + int(part.ljust(2, "0")))


_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_YEAR, _NAME, _NTH = r"(?P<y>[0-9]{4})", r"(?P<name>[a-z]{3,9})\.?", r"(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?"
_DAY_FORMS = (
    re.compile(rf"{_YEAR}(?P<gap>[-/.])(?P<m>[0-9]{{1,2}})(?P=gap)(?P<d>[0-9]{{1,2}})"),
    re.compile(rf"{_YEAR} ?年 ?(?P<m>[0-9]{{1,2}}) ?月 ?(?P<d>[0-9]{{1,2}}) ?[日号]"),
    re.compile(rf"{_YEAR}(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}})"),
    re.compile(rf"{_NTH} (?:of )?{_NAME},? {_YEAR}"),
    re.compile(rf"{_NAME} {_NTH},? {_YEAR}"),
)
_MONTH_FORMS = (
    re.compile(rf"{_YEAR}[-/.](?P<m>[0-9]{{1,2}})"),
    re.compile(rf"{_YEAR} ?年 ?(?P<m>[0-9]{{1,2}}) ?月(?:份)?"),
    re.compile(rf"{_YEAR}(?P<m>[0-9]{{2}})"),
    re.compile(rf"(?P<m>[0-9]{{1,2}})/{_YEAR}"),
    re.compile(rf"{_NAME},? {_YEAR}"),
)
DATES_IN_TEXT = tuple(
    re.compile(rf"(?<![0-9])(?:{form.pattern})(?![0-9])") for form in (*_DAY_FORMS, *_MONTH_FORMS[:2], _MONTH_FORMS[4])
)
"""The forms that may stand in a longer text, for whoever looks for them there."""
_YEAR_LEFT_OUT = re.compile(
    r"[0-9]{1,2} ?月.*|[0-9]{1,2} ?[-/.] ?[0-9]{1,2}|[0-9]{1,2} [a-z]{3,9}|[a-z]{3,9}( [0-9]{1,2})?"
)
_ORDER_UNKNOWN = re.compile(r"[0-9]{1,2} ?[-/.] ?[0-9]{1,2} ?[-/.] ?(?:[0-9]{4}|[0-9]{2})|[0-9]{6}")


def day(text: str) -> date | Refusal:
    """A day as people write it: 2026-03-18, 2026/3/18, 20260318, 2026年3月18日, 18 March 2026. Always with its year."""
    return _dated(text, "day", _DAY_FORMS)


def month(text: str) -> str | Refusal:
    """A month as people write it: 2026-03, 202603, 2026年3月, March 2026; given back as 2026-03."""
    first = _dated(text, "month", _MONTH_FORMS)
    return first if isinstance(first, Refusal) else f"{first.year:04d}-{first.month:02d}"


def iso_day(text: str) -> date | Refusal:
    """A day as files write it: 2026-03-18 and nothing else."""
    match = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
    return _dated(text, "day", _DAY_FORMS) if match else _refusal("day.not_iso", typed=text[:LONGEST])


def _dated(text: str, kind: str, forms: tuple[re.Pattern[str], ...]) -> date | Refusal:
    typed = _tidy(text)
    if not typed:
        return _refusal(f"{kind}.empty")
    for form in forms:
        match = form.fullmatch(typed)
        if match:
            return _calendar(match.groupdict(), typed, kind)
    if kind == "day" and _ORDER_UNKNOWN.fullmatch(typed):
        return _refusal("day.order", typed=typed)
    if _YEAR_LEFT_OUT.fullmatch(typed) and (not re.match("[a-z]", typed) or _month_named(typed.split()[0])):
        return _refusal(f"{kind}.year", typed=typed)
    return _refusal(f"{kind}.not_understood", typed=typed[:LONGEST])


def _calendar(found: dict[str, str], typed: str, kind: str) -> date | Refusal:
    number = _month_named(found["name"]) if found.get("name") else int(found["m"])
    if found.get("name") and not number:
        return _refusal(f"{kind}.not_understood", typed=typed)
    try:
        return date(int(found["y"]), number, int(found.get("d") or 1))
    except ValueError:
        return _refusal(f"{kind}.impossible", typed=typed)


def _month_named(name: str) -> int:
    """1 to 12 for an English month, whole or by its first three letters (and sept); 0 for anything else."""
    name = "sep" if name == "sept" else name.removesuffix(".")
    return next((i for i, known in enumerate(_MONTHS, 1) if name in (known, known[:3])), 0)


def _tidy(text: str) -> str:
    """Full-width signs as their ASCII twins, one space where there were many, lower case."""
    return " ".join(text.translate(_ASCII).split()).lower()


def _refusal(name: str, **facts: str | int) -> Refusal:
    return Refusal(f"amounts.{name}", f"amounts.{name}.reason", f"amounts.{name}.way_on", facts)
