"""Drawn papers that say who somebody is: the resident identity card and the passport's page."""

from datetime import date, timedelta
from random import Random

from forbear.core.reading import PaperKind
from tests.papers.drawn import Drawn, drawn
from tests.papers.people import GIVEN, PINYIN, Person, person
from tests.papers.sheet import SANS, SERIF, Sheet

ID_LAYOUTS = ("two-pages", "two-pages", "copy", "front", "back")
PASSPORT_LAYOUTS = ("chn", "chn", "gbr", "aus", "deu")
LONG_TERM = "long-term"
_BLUE = "#2b5d8c"


def id_card(random: Random, layout: str) -> Drawn:
    """`two-pages`: a side a page; `copy`: both on one sheet of paper; `front` and `back`: the other is missing."""
    who, fields, rare = person(random), {}, False
    if layout == "copy":
        sheet = Sheet(1, 1240, 1754)
        sides, sheets = [(_front, sheet, 200, 220), (_back, sheet, 200, 930)], [sheet]
    else:
        wanted = {"front": [_front], "back": [_back]}.get(layout, [_front, _back])
        sheets = [Sheet(i, 1011, 638, ground="#eef2f1") for i in range(1, len(wanted) + 1)]
        sides = [(side, sheet, 0, 0) for side, sheet in zip(wanted, sheets, strict=True)]
    for side, sheet, x, y in sides:
        fields |= side(random, sheet, who, x, y)
        rare = rare or (side is _front and who.rare)
    for sheet in sheets:
        if random.random() < 0.25:
            sheet.watermark(random.choice(("仅供办理协商还款使用", "仅供申请分期还款使用 他用无效")), random)
        sheet.dirt(random)
    return drawn(PaperKind.ID_CARD, layout, sheets, fields, rare=rare)


def _front(random: Random, sheet: Sheet, who: Person, x: int, y: int) -> dict[str, str]:
    size, small = random.choice((38, 40)), 28
    sheet.draw.rounded_rectangle((x, y, x + 1010, y + 637), 36, outline="#b8c4c8", width=3, fill="#eaf1f2")
    for i in range(60):  # the guilloche of the card's ground
        sheet.draw.arc((x + 60 + 12 * i, y + 60, x + 420 + 12 * i, y + 560), 30, 150, "#dfe9ea", 2)
    for label, top in (("姓名", 72), ("性别", 154), ("出生", 236), ("住址", 318)):
        sheet.text(x + 64, y + top + 6, label, small, fill=_BLUE)
    sheet.text(x + 164, y + 70, who.name, size + 4, field="name")
    sheet.text(x + 164, y + 152, {"M": "男", "F": "女"}[who.sex], size - 4, field="sex")
    sheet.text(x + 290, y + 160, "民族", small, fill=_BLUE)
    sheet.text(x + 378, y + 152, who.nation, size - 4, field="nation")
    at: float = x + 164
    for value, label in ((who.born_on.year, "年"), (who.born_on.month, "月"), (who.born_on.day, "日")):
        at = sheet.text(at, y + 234, str(value), size - 4) + 14
        at = sheet.text(at, y + 242, label, small, fill=_BLUE) + 14
    for i in range(0, len(who.address), 11):
        sheet.text(x + 164, y + 316 + 56 * (i // 11), who.address[i : i + 11], size - 4)
    sheet.text(x + 64, y + 544, "公民身份号码", small, fill=_BLUE)
    sheet.text(x + 330, y + 534, who.id_number, size + 4, field="number", pitch=random.choice((0, 31)))
    sheet.draw.rounded_rectangle((x + 690, y + 90, x + 950, y + 470), 20, fill="#cfd9dc")
    sheet.draw.ellipse((x + 750, y + 140, x + 890, y + 310), fill="#b99c86")
    sheet.draw.pieslice((x + 700, y + 320, x + 940, y + 620), 180, 360, fill="#5b6770")
    born_on = who.born_on.isoformat()
    return {
        "name": who.name, "sex": who.sex, "nation": who.nation, "born_on": born_on,
        "address": who.address, "number": who.id_number,
    }  # fmt: skip


def _back(random: Random, sheet: Sheet, who: Person, x: int, y: int) -> dict[str, str]:
    size = random.choice((34, 36))
    sheet.draw.rounded_rectangle((x, y, x + 1010, y + 637), 36, outline="#b8c4c8", width=3, fill="#eaf1f2")
    sheet.draw.ellipse((x + 70, y + 60, x + 230, y + 220), fill="#c2413a")
    sheet.text(x + 610, y + 90, "中华人民共和国", 52, align="m", face=SERIF)
    sheet.text(x + 610, y + 180, "居民身份证", 68, align="m", face=SERIF)
    sheet.text(x + 190, y + 456, "签发机关", 30, fill=_BLUE)
    sheet.text(x + 350, y + 450, who.authority, size, field="authority")
    sheet.text(x + 190, y + 536, "有效期限", 30, fill=_BLUE)
    start = date(random.randint(2008, 2025), random.randint(1, 12), random.randint(1, 28))
    age = start.year - who.born_on.year
    if age >= 46:
        until, end = "长期", LONG_TERM
    else:
        last = start.replace(year=start.year + (20 if age >= 26 else 10))
        until, end = f"{last:%Y.%m.%d}", last.isoformat()
    sheet.text(x + 350, y + 530, f"{start:%Y.%m.%d}-{until}", size, field="valid_to")
    return {"authority": who.authority, "valid_from": start.isoformat(), "valid_to": end}


_STATES = {
    "chn": ("CHN", "中华人民共和国 PEOPLE'S REPUBLIC OF CHINA", "中国/CHINESE"),
    "gbr": ("GBR", "UNITED KINGDOM OF GREAT BRITAIN AND NORTHERN IRELAND", "BRITISH CITIZEN"),
    "aus": ("AUS", "AUSTRALIA", "AUSTRALIAN"),
    "deu": ("D", "BUNDESREPUBLIK DEUTSCHLAND FEDERAL REPUBLIC OF GERMANY", "DEUTSCH"),
}
_LATIN = (("CARTER", "EMMA LOUISE"), ("O BRIEN", "LIAM"), ("MARQUEZ LOPEZ", "SOFIA"), ("MUELLER", "HANS PETER"))
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def passport(random: Random, layout: str) -> Drawn:
    """The page with the picture and the machine-readable zone (ICAO 9303 part 4, TD3); layouts are the states."""
    state, issuer, nationality = _STATES[layout]
    surname, given, native = _passport_name(random, layout)
    born_on = date(1958, 1, 1) + timedelta(days=random.randrange(365 * 45))
    issued_on = date(random.randint(2016, 2026), random.randint(1, 12), random.randint(1, 27))
    expires_on = issued_on.replace(year=issued_on.year + 10) - timedelta(days=1)
    sex = random.choice("MF")
    number = _passport_number(random, layout)
    zone = _zone(random, layout, state, surname, given, number, born_on, sex, expires_on)
    sheet = Sheet(1, 1476, 1039, ground=random.choice(("#f3ece3", "#eef0f5", "#f1f3ea")))
    for i in range(40):
        sheet.draw.arc((40 * i - 300, 60, 40 * i + 300, 760), 200, 340, "#e2dccf", 2)
    sheet.text(738, 40, issuer, 34 if len(issuer) < 48 else 27, align="m")
    sheet.text(60, 100, "护照 PASSPORT" if layout == "chn" else "PASSPORT", 44, bold=True)
    sheet.draw.rectangle((60, 190, 430, 690), fill="#d5d8d8")
    sheet.draw.ellipse((150, 250, 340, 480), fill="#b99c86")
    chinese = layout == "chn"
    shown = f"{native} / {surname}, {given}" if native else f"{surname}, {given}"
    cells = (
        ("类型/Type", "P", 470, 130), ("国家码/Country Code", state, 700, 130),
        ("护照号码/Passport No.", number, 1060, 130),
        ("姓名/Name", shown, 470, 240),
        ("性别/Sex", {"M": "男/M", "F": "女/F"}[sex] if chinese else sex, 470, 350),
        ("国籍/Nationality", nationality, 700, 350), ("出生日期/Date of birth", _visual(born_on, chinese), 1060, 350),
        ("出生地点/Place of birth", "四川/SICHUAN" if chinese else "LEEDS", 470, 460),
        ("签发日期/Date of issue", _visual(issued_on, chinese), 1060, 460),
        ("签发地点/Place of issue", "四川/SICHUAN" if chinese else "HQ", 470, 570),
        ("有效期至/Date of expiry", _visual(expires_on, chinese), 1060, 570),
    )  # fmt: skip
    for label, value, x, y in cells:
        sheet.text(x, y, label if chinese else label.split("/")[1], 20, fill="#5a6470")
        sheet.text(x, y + 30, value, 34)
    pitch = random.choice((30.5, 31.5))
    for i, line in enumerate(zone):
        sheet.text(50, 850 + 80 * i, line, 42, field=f"zone-{i + 1}", pitch=pitch, face=SANS)
    if random.random() < 0.2:
        sheet.watermark("仅供办理协商还款使用", random)
    sheet.dirt(random)
    fields = {
        "name": f"{surname} {given}", "number": number, "nationality": state, "born_on": born_on.isoformat(),
        "sex": sex, "expires_on": expires_on.isoformat(),
    } | ({"name_native": native} if native else {})  # fmt: skip
    return drawn(PaperKind.PASSPORT, layout, [sheet], fields)


def _passport_name(random: Random, layout: str) -> tuple[str, str, str]:
    if layout != "chn":
        return *random.choice(_LATIN), ""
    surname = random.choice([letter for letter in PINYIN if letter not in GIVEN])
    given = random.sample([letter for letter in GIVEN if letter in PINYIN], random.choice((1, 2)))
    return PINYIN[surname], "".join(PINYIN[letter] for letter in given), surname + "".join(given)


def _passport_number(random: Random, layout: str) -> str:
    digits = "".join(random.choice("0123456789") for _ in range(9))
    if layout == "chn":
        return (random.choice(("E", "EA", "EB", "EJ", "G")) + digits)[:9]
    if layout == "aus":
        return "PA" + digits[:7]
    return "C01X0" + digits[:4] if layout == "deu" else digits


def _visual(on: date, chinese: bool) -> str:
    month = _MONTHS[on.month - 1]
    return f"{on.day:02d} {on.month:02d}月/{month} {on.year}" if chinese else f"{on.day:02d} {month} {on.year}"


def _zone(
    random: Random, layout: str, state: str, surname: str, given: str, number: str, born_on: date, sex: str,
    expires_on: date,
) -> tuple[str, str]:  # fmt: skip
    document = random.choice(("PO", "P<")) if layout == "chn" else "P<"
    names = f"{surname}<<{given}".replace(" ", "<")
    first = f"{document}{state.ljust(3, '<')}{names}".ljust(44, "<")
    birth, expiry = f"{born_on:%y%m%d}", f"{expires_on:%y%m%d}"
    padded = number.ljust(9, "<")
    optional = random.choice(("<" * 14, "LNPDMOKJ<<<<<<")) if layout == "chn" else "<" * 14
    check = zone_digit(optional) if optional.strip("<") else random.choice("<0")
    head = f"{padded}{zone_digit(padded)}"
    tail = f"{birth}{zone_digit(birth)}", f"{expiry}{zone_digit(expiry)}{optional}{check}"
    second = f"{head}{state.ljust(3, '<')}{tail[0]}{sex}{tail[1]}"
    return first, second + zone_digit(head + tail[0] + tail[1])


def zone_digit(text: str) -> str:
    """ICAO 9303 part 3, 4.9: weights 7, 3, 1 over 0–9, A–Z as 10–35, < as 0; modulo 10."""
    values = ["0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".find(letter) for letter in text.replace("<", "0")]
    return str(sum(value * (7, 3, 1)[i % 3] for i, value in enumerate(values)) % 10)
