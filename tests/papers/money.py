"""Drawn papers that say what somebody earns: payslips of several employers and the tax office's record."""

from random import Random

from forbear.core.dates import month_after
from forbear.core.reading import PaperKind
from tests.papers.drawn import Drawn, drawn
from tests.papers.people import EMPLOYERS, ENGLISH_EMPLOYERS, ENGLISH_NAMES, person
from tests.papers.sheet import SANS, SERIF, Sheet

PAYSLIP_LAYOUTS = ("table", "list", "phone", "groups", "english")
TAX_LAYOUTS = ("record", "detail")


def money(minor: int, style: str = ",") -> str:
    """123456 → 1,234.56 (","), 1234.56 ("") or 1 234,56 (" ")."""
    whole, cents = divmod(abs(minor), 100)
    digits = f"{whole:,}".replace(",", style)
    return f"{'-' if minor < 0 else ''}{digits}{',' if style == ' ' else '.'}{cents:02d}"


def payslip(random: Random, layout: str) -> Drawn:
    """`table`: a head over a row; `list`: label and value a line; `phone`: as an app shows it; `groups`: earned beside
    withheld; `english`.
    """
    if layout == "english":
        return _english_payslip(random)
    who, employer = person(random), random.choice(EMPLOYERS)
    month = month_after("2026-11", -random.randint(1, 14))
    base = random.randint(2_800, 16_000) * 100
    earned = [("基本工资", base), ("岗位津贴", random.randint(2, 12) * 10_000),
              ("绩效奖金", random.randint(0, 400_000)), ("加班费", random.randint(0, 90_000))]  # fmt: skip
    gross = sum(minor for _, minor in earned)
    withheld = [("养老保险", gross * 8 // 100), ("医疗保险", gross * 2 // 100), ("失业保险", gross * 5 // 1000),
                ("住房公积金", gross * random.choice((5, 7, 12)) // 100),
                ("个人所得税", random.randint(0, gross // 40))]  # fmt: skip
    deductions = sum(minor for _, minor in withheld)
    slip = _Slip(random, employer, who.name, month, earned, withheld, gross, deductions)
    sheet = {"table": _table, "list": _list, "phone": _phone, "groups": _groups}[layout](slip)
    if random.random() < 0.5 and layout != "phone":
        sheet.seal(random.randint(780, 1050), random.randint(150, 300), 110, employer[:14], random)
    sheet.dirt(random)
    fields = {
        "employer": employer, "name": who.name, "month": month, "gross": str(gross),
        "deductions": str(deductions), "net": str(gross - deductions),
    }  # fmt: skip
    return drawn(PaperKind.PAYSLIP, layout, [sheet], fields, rare=who.rare)


class _Slip:
    """What a payslip says, with the words of this employer for it."""

    def __init__(
        self, random: Random, employer: str, name: str, month: str, earned: list[tuple[str, int]],
        withheld: list[tuple[str, int]], gross: int, deductions: int,
    ) -> None:  # fmt: skip
        self.random, self.employer, self.name = random, employer, name
        self.earned, self.withheld, self.gross, self.deductions = earned, withheld, gross, deductions
        self.gross_word = random.choice(("应发合计", "应发工资", "应发金额", "税前工资"))
        self.net_word = random.choice(("实发工资", "实发合计", "实发金额", "税后工资"))
        self.withheld_word = random.choice(("扣款合计", "代扣合计", "应扣合计"))
        self.style = random.choice((",", ",", ""))
        year, number = month.split("-")
        forms = (f"{year}年{int(number)}月", f"{year}年{number}月", f"{year}-{number}", f"{year}年{int(number)}月份")
        self.month = random.choice(forms)

    def money(self, minor: int) -> str:
        return money(minor, self.style)


def _table(slip: _Slip) -> Sheet:
    sheet = Sheet(1, 1754, 620, slip.random.choice((SANS, SERIF)))
    sheet.text(877, 60, slip.employer, 38, field="employer", align="m", bold=True)
    sheet.text(877, 125, f"{slip.month}{slip.random.choice(('工资条', '工资表', '薪资单'))}", 32, align="m")
    cells = [("工号", f"{slip.random.randint(1, 3000):05d}", ""), ("姓名", slip.name, "name")]
    cells += [(label, slip.money(minor), "") for label, minor in slip.earned]
    cells += [(slip.gross_word, slip.money(slip.gross), "gross")]
    cells += [("社保个人", slip.money(sum(minor for _, minor in slip.withheld[:3])), "")]
    cells += [(label, slip.money(minor), "") for label, minor in slip.withheld[3:]]
    cells += [(slip.withheld_word, slip.money(slip.deductions), "deductions")]
    cells += [(slip.net_word, slip.money(slip.gross - slip.deductions), "net")]
    size = 23
    needed = [max(sheet.width_of(label, size), sheet.width_of(value, size)) + 14 for label, value, _ in cells]
    spare = (1674 - sum(needed)) / len(cells)
    x, xs = 40.0, [40]
    for (label, value, name), width in zip(cells, needed, strict=True):
        middle = x + (width + spare) / 2
        sheet.text(middle, 222, label, size, align="m")
        sheet.text(middle, 292, value, size, align="m", field=name)
        x += width + spare
        xs.append(int(x))
    sheet.table(xs, [205, 270, 340])
    sheet.text(40, 380, "本工资条仅供本人核对,如有疑问请于三日内联系人力资源部。", 22, fill="#555555")
    return sheet


def _list(slip: _Slip) -> Sheet:
    sheet = Sheet(1, 1240, 1500, slip.random.choice((SANS, SERIF)))
    sheet.text(620, 90, slip.random.choice(("工资单", "薪资明细", "工 资 条")), 46, align="m", bold=True)
    colon = slip.random.choice((":", ":", ""))
    rows = [("单位名称", slip.employer, "employer"), ("姓名", slip.name, "name"), ("工资月份", slip.month, "month")]
    rows += [(label, slip.money(minor), "") for label, minor in slip.earned]
    rows += [(slip.gross_word, slip.money(slip.gross), "gross")]
    rows += [(label, slip.money(minor), "") for label, minor in slip.withheld]
    rows += [(slip.withheld_word, slip.money(slip.deductions), "deductions")]
    rows += [(slip.net_word, slip.random.choice(("", "¥", "￥")) + slip.money(slip.gross - slip.deductions), "net")]
    for i, (label, value, name) in enumerate(rows):
        sheet.text(150, 200 + 68 * i, label + colon, 30)
        sheet.text(470, 200 + 68 * i, value, 30, field=name)
    if slip.random.random() < 0.6:
        sheet.table([130, 450, 1110], [188 + 68 * i for i in range(len(rows) + 1)], "#888888", 1)
    return sheet


def _phone(slip: _Slip) -> Sheet:
    sheet = Sheet(1, 1080, 2000, ground="#f5f6f8")
    sheet.text(60, 24, "9:41", 34)
    sheet.text(540, 110, "工资条", 44, align="m", bold=True)
    sheet.text(540, 230, slip.employer, 38, align="m", field="employer")
    sheet.text(540, 300, f"{slip.month} {slip.name}", 34, align="m", fill="#666666")
    sheet.text(540, 390, f"{slip.net_word}(元)", 32, align="m", fill="#666666")
    sheet.text(540, 440, slip.money(slip.gross - slip.deductions), 76, align="m", field="net", bold=True)
    rows = [*slip.earned, (slip.gross_word, slip.gross), *slip.withheld, (slip.withheld_word, slip.deductions)]
    names = {slip.gross_word: "gross", slip.withheld_word: "deductions"}
    for i, (label, minor) in enumerate(rows):
        sheet.draw.line((60, 612 + 100 * i, 1020, 612 + 100 * i), "#dddddd", 2)
        sheet.text(70, 640 + 100 * i, label, 36, fill="#444444")
        sheet.text(1010, 640 + 100 * i, slip.money(minor), 36, align="r", field=names.get(label, ""))
    return sheet


def _groups(slip: _Slip) -> Sheet:
    sheet = Sheet(1, 1400, 900, slip.random.choice((SANS, SERIF)))
    sheet.text(700, 50, f"{slip.employer}", 36, align="m", bold=True, field="employer")
    sheet.text(700, 110, "员工薪酬单", 32, align="m")
    sheet.text(80, 190, f"姓名:{slip.name}", 26, field="name")
    sheet.text(520, 190, f"部门:{slip.random.choice(('生产部', '销售部', '综合管理部'))}", 26)
    sheet.text(960, 190, f"发薪月份:{slip.month}", 26, field="month")
    count = max(len(slip.earned), len(slip.withheld))
    sheet.text(380, 252, "应发项目", 26, align="m")
    sheet.text(1030, 252, "扣款项目", 26, align="m")
    for column, (entries, word, total, name) in enumerate(
        (
            (slip.earned, slip.gross_word, slip.gross, "gross"),
            (slip.withheld, slip.withheld_word, slip.deductions, "deductions"),
        )
    ):
        left = 80 + 650 * column
        for i, (label, minor) in enumerate(entries):
            sheet.text(left + 14, 310 + 58 * i, label, 26)
            sheet.text(left + 580, 310 + 58 * i, slip.money(minor), 26, align="r")
        sheet.text(left + 14, 310 + 58 * count, word, 26, bold=True)
        sheet.text(left + 580, 310 + 58 * count, slip.money(total), 26, align="r", field=name)
    bottom = 310 + 58 * (count + 1)
    sheet.text(94, bottom, slip.net_word, 28, bold=True)
    sheet.text(1310, bottom, slip.money(slip.gross - slip.deductions), 28, align="r", field="net", bold=True)
    sheet.table([70, 710, 1330], [240, *(300 + 58 * i for i in range(count + 3))], "#777777", 1)
    return sheet


def _english_payslip(random: Random) -> Drawn:
    employer, name = random.choice(ENGLISH_EMPLOYERS), random.choice(ENGLISH_NAMES)
    month = month_after("2026-11", -random.randint(1, 14))
    basic, extra = random.randint(1_400, 7_000) * 100 + random.randint(0, 99), random.randint(0, 60_000)
    gross = basic + extra
    withheld = [("Income tax", gross * 14 // 100), ("National insurance", gross * 6 // 100), ("Pension", gross // 20)]
    deductions = sum(minor for _, minor in withheld)
    sheet = Sheet(1, 1400, 900, random.choice((SANS, SERIF)))
    sheet.text(80, 60, employer, 42, field="employer", bold=True)
    sheet.text(1320, 66, random.choice(("PAYSLIP", "Pay Slip", "Pay statement")), 36, align="r")
    months = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December")  # fmt: skip
    said = f"{months[int(month[5:]) - 1]} {month[:4]}"
    sheet.text(80, 160, f"Employee: {name}", 28, field="name")
    sheet.text(800, 160, f"Pay period: {said}", 28, field="month")
    for column, entries in enumerate(([("Basic pay", basic), ("Overtime", extra)], withheld)):
        left = 80 + 640 * column
        sheet.text(left + 10, 240, ("Earnings", "Deductions")[column], 28, bold=True)
        for i, (label, minor) in enumerate(entries):
            sheet.text(left + 10, 300 + 56 * i, label, 27)
            sheet.text(left + 560, 300 + 56 * i, money(minor), 27, align="r")
    mark = random.choice(("", "£", "$"))
    totals = ((random.choice(("Gross pay", "Total gross pay")), gross, "gross"),
              ("Total deductions", deductions, "deductions"),
              (random.choice(("Net pay", "Take home pay")), gross - deductions, "net"))  # fmt: skip
    for i, (label, minor, field) in enumerate(totals):
        sheet.text(730, 540 + 60 * i, label, 29, bold=True)
        sheet.text(1280, 540 + 60 * i, mark + money(minor), 29, align="r", field=field)
    sheet.table([70, 700, 1320], [230, 290, 480], "#999999", 1)
    sheet.dirt(random)
    fields = {"employer": employer, "name": name, "month": month, "gross": str(gross),
              "deductions": str(deductions), "net": str(gross - deductions)}  # fmt: skip
    return drawn(PaperKind.PAYSLIP, "english", [sheet], fields)


def tax_certificate(random: Random, layout: str) -> Drawn:
    """`record`: 个人所得税纳税记录, what was paid month by month; `detail`: 收入纳税明细, income and tax."""
    who, employer = person(random), random.choice(EMPLOYERS)
    last = month_after("2026-11", -random.randint(1, 10))
    count = random.choice((6, 9, 12))
    months = [month_after(last, i - count + 1) for i in range(count)]
    incomes = [random.randint(4_000, 18_000) * 100 for _ in months]
    taxes = [income * random.choice((1, 2, 3)) // 100 for income in incomes]
    sheet = Sheet(1, 1240, 1754, random.choice((SANS, SERIF)))
    masked = who.id_number[:6] + "********" + who.id_number[-4:]
    number = random.choice((who.id_number, masked))
    if layout == "record":
        sheet.text(620, 110, "中华人民共和国", 40, align="m", face=SERIF)
        sheet.text(620, 170, "个人所得税纳税记录", 46, align="m", face=SERIF)
        sheet.text(100, 280, f"记录期间:{_said(months[0])}至{_said(last)}", 24, field="month_to")
        sheet.text(100, 330, f"纳税人名称:{who.name}", 24, field="name")
        sheet.text(640, 330, "身份证件类型:居民身份证", 24)
        sheet.text(100, 380, f"身份证件号码:{number}", 24, field="id_tail")
        sheet.text(860, 380, "金额单位:元", 24)
        head, xs = (
            ("申报日期", "实缴(退)金额", "入(退)库日期", "所得项目", "税款所属期"),
            (90, 290, 490, 690, 920, 1150),
        )
    else:
        sheet.text(620, 110, "收入纳税明细", 46, align="m", bold=True)
        sheet.text(100, 220, f"姓名 {who.name}", 26, field="name")
        sheet.text(100, 270, f"证件号码 {number}", 26, field="id_tail")
        sheet.text(100, 320, f"查询期间 {months[0]} 至 {last}", 26, field="month_to")
        sheet.text(100, 380, "收入合计", 26)
        sheet.text(300, 380, f"{money(sum(incomes))}元", 26, field="income")
        sheet.text(640, 380, "已申报税额合计", 26)
        sheet.text(900, 380, f"{money(sum(taxes))}元", 26, field="tax")
        head, xs = ("税款所属期", "所得项目", "收入", "已申报税额", "扣缴义务人"), (90, 260, 430, 600, 770, 1170)
    y = 440
    for i, label in enumerate(head):
        sheet.text((xs[i] + xs[i + 1]) / 2, y + 12, label, 22, align="m")
    for month, income, tax in zip(months, incomes, taxes, strict=True):
        y += 50
        after = month_after(month, 1)
        cells = (
            (f"{after}-08", money(tax), f"{after}-11", "工资薪金所得", f"{month}") if layout == "record"
            else (month, "工资薪金", money(income), money(tax), employer)
        )  # fmt: skip
        for i, value in enumerate(cells):
            sheet.text((xs[i] + xs[i + 1]) / 2, y + 12, value, 21, align="m")
    sheet.table(list(xs), [440 + 50 * i for i in range(count + 2)], "#777777", 1)
    if layout == "record":
        sheet.text(100, y + 80, f"金额合计(小写):¥{money(sum(taxes))}", 24, field="tax")
        sheet.text(100, y + 140, "说明:本记录可作为纳税人缴纳个人所得税的证明。", 22)
        sheet.seal(940, y + 170, 120, "国家税务总局电子税务专用", random)
        sheet.text(760, y + 260, f"开具日期:{_said(month_after(last, 1))}12日", 24)
    sheet.dirt(random)
    fields = {"name": who.name, "id_tail": who.id_number[-4:], "month_from": months[0], "month_to": last,
              "tax": str(sum(taxes))}  # fmt: skip
    if layout == "detail":
        fields["income"] = str(sum(incomes))
    return drawn(PaperKind.TAX_CERTIFICATE, layout, [sheet], fields, rare=who.rare)


def _said(month: str) -> str:
    return f"{month[:4]}年{month[5:]}月"
