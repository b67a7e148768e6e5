"""Drawn papers of a hospital, and papers nobody asked for."""

from datetime import date, timedelta
from random import Random

from forbear.core.reading import PaperKind
from tests.papers.drawn import Drawn, drawn
from tests.papers.people import HOSPITALS, person
from tests.papers.sheet import SANS, SERIF, Sheet

DIAGNOSIS_LAYOUTS = ("outpatient", "inpatient")
UNKNOWN_LAYOUTS = ("letter", "menu", "receipt", "bill", "english-letter", "noise")
_ILLNESSES = (
    "腰椎间盘突出症",
    "急性阑尾炎术后",
    "右侧胫骨骨折",
    "2型糖尿病",
    "重度抑郁发作",
    "冠状动脉粥样硬化性心脏病",
)


def diagnosis(random: Random, layout: str) -> Drawn:
    """`outpatient`: a visit and days of rest; `inpatient`: admitted and discharged."""
    who, hospital = person(random), random.choice(HOSPITALS)
    issued_on = date(2026, 1, 1) + timedelta(days=random.randrange(300))
    fields = {"hospital": hospital, "name": who.name, "issued_on": issued_on.isoformat()}
    sheet = Sheet(1, 1240, 1600, random.choice((SANS, SERIF)))
    sheet.text(620, 90, hospital, 44, align="m", field="hospital", bold=True)
    sheet.text(620, 170, random.choice(("诊断证明书", "疾病诊断证明书", "疾病证明书")), 40, align="m")
    sheet.text(120, 290, f"姓名:{who.name}", 28, field="name")
    sheet.text(480, 290, f"性别:{'男' if who.sex == 'M' else '女'}", 28)
    sheet.text(720, 290, f"年龄:{2026 - who.born_on.year}岁", 28)
    sheet.text(120, 350, f"科室:{random.choice(('骨科', '普外科', '内分泌科', '心身医学科', '心内科'))}", 28)
    said = random.choice(("%Y年%m月%d日", "%Y-%m-%d"))
    if layout == "inpatient":
        discharged_on = issued_on
        admitted_on = discharged_on - timedelta(days=random.randint(3, 30))
        sheet.text(480, 350, f"住院号:{random.randint(100_000, 999_999)}", 28)
        sheet.text(120, 410, f"入院日期:{admitted_on.strftime(said)}", 28, field="admitted_on")
        sheet.text(620, 410, f"出院日期:{discharged_on.strftime(said)}", 28, field="discharged_on")
        fields |= {"admitted_on": admitted_on.isoformat(), "discharged_on": discharged_on.isoformat()}
    else:
        sheet.text(480, 350, f"门诊号:{random.randint(100_000, 999_999)}", 28)
    sheet.text(120, 500, f"临床诊断:{random.choice(_ILLNESSES)}", 30)
    sheet.text(120, 640, "处理意见:", 30)
    rest_until_on = issued_on + timedelta(days=random.choice((14, 30, 60, 90)))
    if random.random() < 0.5:
        sheet.text(160, 700, f"建议全休至{rest_until_on.strftime(said)},定期复查。", 28, field="rest_until_on")
        fields["rest_until_on"] = rest_until_on.isoformat()
    else:
        sheet.text(160, 700, "建议全休壹个月,避免重体力劳动,定期复查。", 28)
    sheet.text(720, 1000, f"医师签名:{random.choice('张李赵')}医生", 28)
    sheet.text(720, 1070, f"日期:{issued_on.strftime(said)}", 28, field="issued_on")
    sheet.seal(900, 1040, 120, f"{hospital}医务专用"[:14], random)
    sheet.dirt(random)
    return drawn(PaperKind.DIAGNOSIS, layout, [sheet], fields, rare=who.rare)


def unknown(random: Random, layout: str) -> Drawn:
    """A letter, a menu, a till receipt, a bill for electricity, an English letter, or a picture of nothing."""
    sheet = Sheet(1, 1240, 1600, random.choice((SANS, SERIF)))
    if layout == "noise":
        for _ in range(400):
            x, y, r = random.randrange(1240), random.randrange(1600), random.randint(20, 200)
            colour = tuple(random.randint(40, 230) for _ in range(3))
            sheet.draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    else:
        for i, line in enumerate(_TEXTS[layout]):
            sheet.text(140, 140 + 70 * i, line.format(random.randint(12, 980)), 30 if i else 42)
    sheet.dirt(random)
    return drawn(PaperKind.UNKNOWN, layout, [sheet], {})


_TEXTS = {
    "letter": (
        "尊敬的客服:", "您好!我最近家里有些困难,上个月公司停产,工资没有发,", "妈妈又住院了,银行卡里只剩{}元。",
        "我想申请延期还款三个月,等找到新工作后一定按时还。",
        "恳请您理解,谢谢!", "此致", "敬礼", "王芳", "2026年9月12日",
    ),
    "menu": (
        "老成都川菜馆 菜单", "回锅肉 38.00", "麻婆豆腐 22.00", "宫保鸡丁 {}.00",
        "水煮鱼 88.00", "米饭 2.00", "欢迎光临 订座电话 028-85551234",
    ),
    "receipt": (
        "永辉超市 购物小票", "单号 202609120{}", "牛奶 2 x 5.50 11.00", "鸡蛋 1 x 12.80 12.80", "大米 1 x 45.90 45.90",
        "合计 69.70", "实收 70.00 找零 0.30", "2026-09-12 18:22:31", "谢谢惠顾",
    ),
    "bill": (
        "国家电网 电费通知单", "户名:张伟", "户号:510{}8821", "用电地址:成都市武侯区高升桥路8号",
        "本期电费:186.40元", "抄表日期:2026-09-01",
        "应缴金额 186.40", "请于2026年9月20日前缴清",
    ),
    "english-letter": (
        "Dear Sir or Madam,", "I am writing about my loan, number {}. My hours were cut in June and",
        "my pay no longer covers the rent.", "Could we agree on smaller payments until the end of the year?",
        "My bank balance is low and I do not want to", "fall further behind.", "Yours faithfully,", "Emma Carter",
    ),
}  # fmt: skip
