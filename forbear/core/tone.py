"""How the desk speaks: plain and kind, without threat, blame, shouting or officialese, in sentences one can take in.

One lint for the house's own catalogue (tests/house/test_tone.py) and for the replies that a desk keeps for itself
(core/canned_replies.py), so that neither may say what the other may not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from forbear.core.folding import DENSE, folded

ZH_SENTENCE_MOST = 40
EN_SENTENCE_WORDS_MOST = 30
BANNED = {
    "zh": (
        *("尊敬的", "您好！", "亲爱的", "老赖", "债务人", "催款", "恶意", "拒不", "务必", "立即还款", "立刻"),
        *("否则", "后果", "追究", "法律责任", "失信", "曝光", "通知您的家人", "单位领导", "上门", "黑名单"),
        *("最后通牒", "警告", "严重", "违约者", "赖账", "敬请", "特此", "兹", "予以", "系统错误", "非法输入"),
        *("起诉", "告上法庭", "坐牢", "拘留", "律师函", "通知您的单位"),
    ),
    "en": (
        *("dear customer", "valued customer", "debtor", "delinquent", "defaulter", "immediately", "failure to"),
        *("legal action", "consequences", "enforcement action", "final notice", "warning", "must pay", "you failed"),
        *("hereby", "herein", "pursuant", "as per", "kindly", "invalid", "illegal", "error occurred", "oops", "asap"),
        *("blacklist", "prosecut", "your employer will", "or else", "obligor", "utilise", "shall"),
        *("lawsuit", "sue you", "take you to court", "visit your home", "come to your home", "tell your employer"),
    ),
}
CAPITALS_KNOWN = (
    *("PDF", "JPG", "HC", "CSV", "SMS", "CNY", "ID", "JPEG", "PNG", "HEIC", "API", "TOTP", "QR", "MB", "KB", "URL"),
    *("SHA", "ISO", "UTF", "JSON", "LPR", "APR", "PIN", "ICU", "MRI", "YYYY", "MM", "DD", "GB"),
)
_SPACE_IN_DENSE = re.compile(f"(?<=[{DENSE}]) (?=[{DENSE}])")


@dataclass(frozen=True)
class Fault:
    """What is said in a way we do not speak. `kind`: word, exclamation, capitals, long, latin-mark, chinese, and of
    kept replies promise, figure, hole, brace; `what`: the words themselves.
    """

    kind: str
    what: str = ""


def tone_faults(language: str, text: str) -> Iterator[Fault]:
    """All that is wrong with a text in zh or en; what a hole {name} will hold is not looked at."""
    spoken = re.sub(r"{[^}]*}", "0", text)
    yield from phrases_in(spoken, BANNED[language])
    if "!" in spoken or "！" in spoken:
        yield Fault("exclamation")
    shouted = re.findall(r"\b[A-Z]{2,}\b", spoken)
    yield from (Fault("capitals", word) for word in shouted if word not in CAPITALS_KNOWN)
    for part in re.split(r"[。？?；;：:\n]|\. ", spoken):
        if language == "zh" and len(part) > ZH_SENTENCE_MOST:
            yield Fault("long", part)
        if language == "en" and len(part.split()) > EN_SENTENCE_WORDS_MOST:
            yield Fault("long", part)
    if language == "zh" and re.search(r"[\u4e00-\u9fff][,;?!]", spoken):
        yield Fault("latin-mark")
    if language == "en" and re.search(r"[\u4e00-\u9fff]{5}|[，。；：？！]", re.sub(r"“[^”]*”", "", spoken)):
        yield Fault("chinese")


def phrases_in(text: str, phrases: tuple[str, ...]) -> Iterator[Fault]:
    """Which of some phrases a text says, however they are spaced, capitalised or widened; from a word's start on."""
    plain = _SPACE_IN_DENSE.sub("", folded(text).text)
    yield from (Fault("word", phrase) for phrase in phrases if _phrase(phrase).search(plain))


@cache
def _phrase(phrase: str) -> re.Pattern[str]:
    begins = r"\b" if phrase.isascii() else ""
    return re.compile(begins + re.escape(folded(phrase).text))
