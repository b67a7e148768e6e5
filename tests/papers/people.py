"""Made-up people, employers and banks for drawn papers, from a seed; numbers carry true check characters."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from forbear.core.identity import check_character

SURNAMES = (
    *"王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎",
    *("欧阳", "司马", "上官", "诸葛"),
)
GIVEN = tuple(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红鹏建国志文婷雪琳佳怡梓涵浩宇晨阳思琪子轩欣悦博雅诗航"
)
RARE = tuple("彧玥堃喆犇骉淼燚甪仚赟翀旻昳芃瑄珺祎")
RAREST = tuple("𬱖㐂㛃㼆䶮𬭎𬬭")
"""Characters that few readers know; a paper that bears one must come out with a low confidence, never with nothing."""
LONG_NAMES = ("阿依古丽·买买提", "买买提·吐尔逊", "迪丽努尔·阿卜杜拉", "古丽娜尔·艾合买提")
NATIONS = ("汉", "汉", "汉", "汉", "汉", "汉", "回", "满", "蒙古", "壮", "苗", "土家", "朝鲜", "维吾尔", "彝", "藏")
PINYIN = {
    "王": "WANG", "李": "LI", "张": "ZHANG", "刘": "LIU", "陈": "CHEN", "杨": "YANG", "赵": "ZHAO", "黄": "HUANG",
    "周": "ZHOU", "吴": "WU", "徐": "XU", "孙": "SUN", "胡": "HU", "朱": "ZHU", "高": "GAO", "林": "LIN", "何": "HE",
    "郭": "GUO", "马": "MA", "罗": "LUO", "伟": "WEI", "芳": "FANG", "娜": "NA", "敏": "MIN", "静": "JING",
    "丽": "LI", "强": "QIANG", "磊": "LEI", "军": "JUN", "洋": "YANG", "勇": "YONG", "艳": "YAN", "杰": "JIE",
    "娟": "JUAN", "涛": "TAO", "明": "MING", "超": "CHAO", "秀": "XIU", "霞": "XIA", "平": "PING", "刚": "GANG",
}  # fmt: skip
PLACES = (
    ("110105", "北京市朝阳区", "北京市公安局朝阳分局", ("建国路{}号院{}号楼{}室", "望京西路{}号{}楼{}号")),
    ("310115", "上海市浦东新区", "上海市公安局浦东分局", ("世纪大道{}弄{}号{}室", "张杨路{}弄{}号{}室")),
    ("440305", "广东省深圳市南山区", "深圳市公安局南山分局", ("科技南路{}号{}栋{}房", "学府路{}号{}栋{}")),
    ("510107", "四川省成都市武侯区", "成都市公安局武侯区分局", ("人民南路四段{}号{}栋{}号", "高升桥路{}号{}幢{}号")),
    ("420106", "武汉市武昌区", "武汉市公安局武昌区分局", ("中北路{}号{}栋{}号", "民主路{}号{}门{}号")),
    (
        "371302",
        "山东省临沂市兰山区",
        "临沂市公安局兰山分局",
        ("金雀山街道沂州路{}号{}号楼{}室", "义堂镇前{}村{}组{}号"),
    ),
    ("532901", "云南省大理市", "大理市公安局", ("下关镇泰安路{}号{}幢{}室", "喜洲镇周城村委会{}组{}号附{}")),
    (
        "450902",
        "广西玉林市玉州区",
        "玉林市公安局玉州分局",
        ("名山街道人民东路{}号{}栋{}房", "仁东镇大路村{}组{}号之{}"),
    ),
)
EMPLOYERS = (
    "成都锦程物流有限公司", "深圳市华信电子科技股份有限公司", "上海浦江餐饮管理有限公司", "北京远望信息技术有限公司",
    "武汉长江机械制造有限公司", "临沂鲁南商贸有限公司", "玉林市玉州区第三小学", "大理苍洱旅游客运有限责任公司",
    "杭州云栖网络科技有限公司", "重庆渝北汽车配件厂",
)  # fmt: skip
ENGLISH_EMPLOYERS = (
    "Northgate Logistics Ltd",
    "Harbour Foods Pty Ltd",
    "Meridian Care Services Inc",
    "Oak & Stone LLP",
)
BANKS = ("中国工商银行", "中国建设银行", "招商银行", "中国农业银行", "交通银行", "中国邮政储蓄银行")
ENGLISH_BANKS = ("First Riverside Bank", "Barrow & Kent Bank plc", "Commonwealth Mutual Bank")
HOSPITALS = (
    "成都市第三人民医院",
    "上海市浦东新区人民医院",
    "北京朝阳医院",
    "武汉大学中南医院",
    "临沂市中心医院",
    "大理州中医医院",
)
ENGLISH_NAMES = ("Emma Carter", "Liam O'Brien", "Sofia Marquez", "Noah Williams", "Grace Thompson", "Oliver Bennett")


@dataclass(frozen=True)
class Person:
    name: str
    sex: str
    nation: str
    born_on: date
    address: str
    authority: str
    id_number: str
    rare: bool


def person(random: Random) -> Person:
    """Somebody with a valid identity number; one in ten has a rare name, one in forty a very rare one."""
    born_on = date(1955, 1, 1) + timedelta(days=random.randrange(365 * 50))
    sex = random.choice("MF")
    region, place, authority, streets = random.choice(PLACES)
    nation = random.choice(NATIONS)
    name, rare = _name(random, nation)
    order = random.randrange(100) * 10 + random.choice((1, 3, 5, 7, 9) if sex == "M" else (0, 2, 4, 6, 8))
    first = f"{region}{born_on:%Y%m%d}{order:03d}"
    street = random.choice(streets).format(random.randint(2, 988), random.randint(1, 38), random.randint(101, 2903))
    return Person(name, sex, nation, born_on, place + street, authority, first + check_character(first), rare)


def _name(random: Random, nation: str) -> tuple[str, bool]:
    if nation == "维吾尔":
        return random.choice(LONG_NAMES), False
    given = [random.choice(GIVEN) for _ in range(random.choice((1, 2, 2, 2)))]
    dice = random.random()
    if dice < 0.125:
        given[-1] = random.choice(RAREST if dice < 0.025 else RARE)
    return random.choice(SURNAMES) + "".join(given), dice < 0.025


def masked_account(random: Random) -> tuple[str, str]:
    """(as a bank prints it, its last four digits)."""
    tail = f"{random.randrange(10_000):04d}"
    head = random.choice(("6222", "6217", "6214", "6228"))
    return random.choice((f"{head}********{tail}", f"{head} **** **** {tail}", f"{head}****{tail}")), tail
