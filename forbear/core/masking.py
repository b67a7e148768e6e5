"""What never leaves the house for a language model: identity numbers, cards, telephones, addresses, names and mail.

Masking is wide on purpose: anything that could be one is taken out, and what is lost is only a draft. Amounts of up to
six digits and days of these years stay, because a statement is made of them.
"""

import re
import unicodedata
from collections.abc import Iterable

MARK = "［…］"
DIGITS_MOST = 6
"""A run of more digits than this, however it is parted, may be a number of a person, a card or a telephone."""

_ZH_DIGITS = "零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖拾"
_GAP = r"[\s\-–—−‐‑_.,，、·•:：;；/\\|()（）+*#'\"]{0,4}"
_RUN = re.compile(rf"[0-9](?:{_GAP}[0-9]){{{DIGITS_MOST},}}(?:{_GAP}[xX](?![a-wyzA-WYZ]))?")
_ZH_RUN = re.compile(rf"[{_ZH_DIGITS}0-9](?:{_GAP}[{_ZH_DIGITS}0-9]){{{DIGITS_MOST},}}")
_DAY = re.compile(r"20[12][0-9]([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12][0-9]|3[01])")
_EN_DIGITS = "zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple"
_EN_RUN = re.compile(rf"\b(?:{_EN_DIGITS})(?:[\s,\-.]+(?:{_EN_DIGITS})){{{DIGITS_MOST - 1},}}\b", re.IGNORECASE)
_MAIL = re.compile(
    r"[^\s,;，；<>()\[\]]+\s?(?:@|\[at\]|\(at\)| at )\s?[\w\-]+(?:\s?(?:\.|\[dot\]|\(dot\)| dot )\s?[\w\-]+)+"
)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"(?:微信号?|qq|支付宝账?号?|wechat|alipay|whatsapp|telegram|抖音号?)\s*(?:是|:|：|id|号)?\s*[\w\-]{4,}",
    re.IGNORECASE,
)
_PASSPORT = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,2}[0-9]{6,9}(?![A-Za-z0-9])")
_HAN = "[\u4e00-\u9fff]"
_PART = "(?:号楼?|室|栋|幢|座|单元|楼|层|户|弄|院|门)"
_ZH_COUNT = "[0-9零一二三四五六七八九十百]+"
_PLACE = re.compile(
    rf"{_HAN}{{1,7}}(?:区|县|镇|乡|村|街道)(?={_HAN}{{0,12}}[0-9]+ ?{_PART})"
    rf"|{_HAN}{{2,7}}(?:省|自治区)?{_HAN}{{2,7}}市{_HAN}{{1,7}}(?:区|县|镇|乡|村|街道)"
    rf"|{_HAN}{{1,8}}(?:路|街道?|大道|巷|胡同|里|坊|村|组|庄|屯)(?:{_HAN}{{1,3}}段)?\s*{_ZH_COUNT} ?{_PART}"
    rf"|{_HAN}{{2,8}}(?:小区|花园|公寓|新村|胡同|大厦|家园|花苑|社区|嘉园)"
)
_HOUSE = re.compile(rf"[0-9零一二三四五六七八九十百]+ ?{_PART}(?:[0-9零一二三四五六七八九十]+ ?{_PART}?)*")
_STREET = re.compile(
    r"\b[0-9]{1,5}[a-z]?,?\s+(?:[a-z][\w'.\-]*\s+){1,4}(?:street|road|avenue|lane|boulevard|crescent|terrace|rd|ave|blvd)\b\.?"
    r"|\b[A-Z]{1,2}[0-9][0-9A-Z]?\s?[0-9][A-Z]{2}\b",
    re.IGNORECASE,
)
_STREET_NAMED = re.compile(
    r"\b[0-9]{1,5}[a-zA-Z]?,?\s+(?:[A-Z][\w'.\-]*\s+){1,4}(?:St|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Close|Square|Sq|Park)\b\.?"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_NAME_TOLD = re.compile(
    r"(?:我叫|名字是|姓名(?:是|:|：)?|本人叫|叫做|名叫)\s*[\u4e00-\u9fff·]{2,4}"
    rf"|(?:我是|本人是?)\s*[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff])"
    r"|\b(?:my name is|i am called|name:|i'm|i am|call me)\s+[A-Z][\w'\-]+(?:\s+[A-Z][\w'\-]+){0,2}"
)
_TITLED = re.compile(
    rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}(?:先生|女士|小姐|经理|老师|医生|主任|总)"
    r"|\b(?:Mr|Mrs|Ms|Miss|Dr)\.?\s+[A-Z][\w'\-]+(?:\s+[A-Z][\w'\-]+)?"
)

_SHAPES = (_LINK, _MAIL, _ACCOUNT, _STREET, _STREET_NAMED, _PLACE, _HOUSE, _EN_RUN, _PASSPORT, _NAME_TOLD, _TITLED)


def masked(text: str, names: Iterable[str] = ()) -> str:
    """The text without what could tell who she is; `names`: names, numbers and addresses of the case, taken out too."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]", "", text)
    text = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text)
    for name in sorted({unicodedata.normalize("NFKC", one).strip() for one in names}, key=len, reverse=True):
        if len(name) >= 2:
            text = re.sub(_spaced(name), MARK, text, flags=re.IGNORECASE)
    return _cut(_cut(text))  # what a number hid by standing right beside it is seen only when that is gone


def _cut(text: str) -> str:
    for shape in _SHAPES:
        text = shape.sub(MARK, text)
    text = _RUN.sub(_run, text)
    return _ZH_RUN.sub(_zh_run, text)


def _spaced(name: str) -> str:
    """A name however its characters are parted."""
    return r"[\s\-·.]*".join(re.escape(sign) for sign in name if not sign.isspace())


def _run(found: re.Match[str]) -> str:
    """A long run of digits goes, unless it is a day of these years and nothing else."""
    return found[0] if _DAY.fullmatch(found[0]) else MARK


def _zh_run(found: re.Match[str]) -> str:
    """A number said in characters goes; digits alone were looked at before."""
    return MARK if any(sign in _ZH_DIGITS for sign in found[0]) else found[0]


def looks_like_somebody(text: str) -> bool:
    """Whether text still holds what masking takes out: the last look before anything is sent."""
    runs = any(_run(found) == MARK for found in _RUN.finditer(text))
    runs = runs or any(_zh_run(found) == MARK for found in _ZH_RUN.finditer(text))
    return runs or any(shape.search(text) for shape in (_LINK, _MAIL, _EN_RUN))
