"""Made-up people: names as varied as a register's, identity numbers that check but were never issued, and telephone
numbers that reach nobody.

Identity numbers begin with 99. GB/T 2260 gives no province the code 99, and the permanent residence cards that begin
with 9 carry a province code from 11 on in their second and third place, so that 990 to 999 is free there as well.
Telephone numbers begin with 154, the one code among 150 to 159 that the ministry's list of mobile network codes gives
to no operator (工信部: 我国公众移动通信网网号及H0分配情况, 截至2023年3月底); no short number begins with 154 either.
E-mail addresses are at example.com (RFC 2606).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from forbear.core.identity import check_character

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施洪翟安颜倪严牛温芦季俞章鲁葛伍"
)
_SURNAMES_OF_TWO = ("欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "慕容", "令狐", "端木", "司徒", "夏侯", "东方")
_FOR_WOMEN = "芳娜敏静秀丽艳娟霞玲桂英婷雪慧莹琳洁兰红梅颖丹燕倩瑶蓉薇梦怡欣妍蕾菲岚黛瑾璐婵槿玥芃婳"
_FOR_MEN = "伟强磊洋勇军杰涛超明刚平辉鹏斌飞波鑫浩宇健峰凯志建国海林旭晨毅俊翔诚铭轩泽栋喆翀堃赟犇彧昇炘"
_FOR_ALL = "文华云晓春永佳嘉思子雨新安宁和乐一心天清远志书言若之景明亦可然知行予"
_FROM_FAR = ("阿依古丽·买买提", "艾力·吐尔逊", "古丽娜尔·阿布都", "巴图·苏和", "卓玛·次仁", "扎西·顿珠")
_PLACES = (
    ("cn/sichuan/chengdu", 12),
    ("cn/sichuan/mianyang", 8),
    ("cn/henan/zhengzhou", 10),
    ("cn/hunan/changsha", 9),
    ("cn/hubei/wuhan", 9),
    ("cn/chongqing", 9),
    ("cn/shaanxi/xian", 8),
    ("cn/shandong/qingdao", 7),
    ("cn/jiangsu/nanjing", 6),
    ("cn/zhejiang/hangzhou", 6),
    ("cn/guangdong/guangzhou", 6),
    ("cn/guangdong/shenzhen", 5),
    ("cn/heilongjiang/harbin", 5),
    ("cn/gansu/lanzhou", 4),
    ("cn/shanghai", 3),
    ("cn/beijing", 3),
)
_AGE_LEAST, _AGE_MOST = 27, 64


@dataclass(frozen=True, kw_only=True)
class Person:
    name: str
    id_number: str
    phone: str
    email: str | None
    language: str
    place: str


def made_up_person(seed: int, index: int, as_of: date) -> Person:
    """The person with this index: the same for the same seed and day, and no two with one identity or phone number."""
    rng = Random(f"forbear person {seed} {index}")
    woman = rng.random() < 0.47
    return Person(
        name=_name(rng, woman),
        id_number=_id_number(rng, index, woman, as_of),
        phone=_phone(seed, index),
        email=f"resident{index + 1}@example.com" if rng.random() < 0.3 else None,
        language="en" if rng.random() < 0.04 else "zh",
        place=rng.choices([place for place, _ in _PLACES], [weight for _, weight in _PLACES])[0],
    )


def _name(rng: Random, woman: bool) -> str:
    if rng.random() < 0.03:
        return rng.choice(_FROM_FAR)
    surname = rng.choice(_SURNAMES_OF_TWO) if rng.random() < 0.04 else _surname(rng)
    own = _FOR_WOMEN if woman else _FOR_MEN
    if rng.random() < 0.25:
        return surname + rng.choice(own)
    return surname + rng.choice(_FOR_ALL + own) + rng.choice(own)


def _surname(rng: Random) -> str:
    """The first of the list are the commonest, as in the register: the lower of two draws."""
    return _SURNAMES[min(rng.randrange(len(_SURNAMES)), rng.randrange(len(_SURNAMES)))]


def _id_number(rng: Random, index: int, woman: bool, as_of: date) -> str:
    """Unique by its index: the last four digits of it stand in the region, the others in the order number."""
    born_on = as_of - timedelta(days=rng.randint(_AGE_LEAST * 366, _AGE_MOST * 365))
    assert index < 5_000_000, "no more people than there are numbers for them"
    order = index // 10_000 * 2 + (0 if woman else 1)
    first = f"99{index % 10_000:04d}{born_on:%Y%m%d}{order:03d}"
    return first + check_character(first)


def _phone(seed: int, index: int) -> str:
    """Unique by its index: 7,368,787 has no divisor in common with 10^8, so the step meets every number once."""
    start = Random(f"forbear phones {seed}").randrange(10**8)
    return f"154{(start + index * 7_368_787) % 10**8:08d}"
