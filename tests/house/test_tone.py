"""How the desk speaks: plain and kind, without threat, blame, shouting or officialese, in sentences one can take in."""

import re
from collections.abc import Iterator

import pytest

from forbear.words import LANGUAGES, catalogue
from tests.house.tree import none

ZH_SENTENCE_MOST = 40
EN_SENTENCE_WORDS_MOST = 30
BANNED = {
    "zh": (
        *("尊敬的", "您好！", "亲爱的", "老赖", "债务人", "催款", "恶意", "拒不", "务必", "立即还款", "立刻"),
        *("否则", "后果", "追究", "法律责任", "失信", "曝光", "通知您的家人", "单位领导", "上门", "黑名单"),
        *("最后通牒", "警告", "严重", "违约者", "赖账", "敬请", "特此", "兹", "予以", "系统错误", "非法输入"),
    ),
    "en": (
        *("dear customer", "valued customer", "debtor", "delinquent", "defaulter", "immediately", "failure to"),
        *("legal action", "consequences", "enforcement action", "final notice", "warning", "must pay", "you failed"),
        *("hereby", "herein", "pursuant", "as per", "kindly", "invalid", "illegal", "error occurred", "oops", "asap"),
        *("blacklist", "prosecut", "your employer will", "or else", "obligor", "utilise", "shall"),
    ),
}
CAPITALS_KNOWN = {
    "PDF",
    "JPG",
    "HC",
    "CSV",
    "SMS",
    "CNY",
    "ID",
    "JPEG",
    "PNG",
    "HEIC",
    "API",
    "TOTP",
    "QR",
    "MB",
    "KB",
    "URL",
}
CAPITALS_KNOWN |= {"SHA", "ISO", "UTF", "JSON", "LPR", "APR", "PIN", "ICU", "MRI", "YYYY", "MM", "DD", "GB"}


def faults(language: str, sentence: str) -> Iterator[str]:
    """What a sentence of the catalogue says in a way we do not speak."""
    spoken = re.sub(r"{[^}]*}", "0", sentence)
    low = spoken.lower()
    yield from (f"says {phrase!r}" for phrase in BANNED[language] if phrase in low)
    if "!" in spoken or "！" in spoken:
        yield "shouts with an exclamation mark"
    yield from (f"shouts {word}" for word in re.findall(r"\b[A-Z]{2,}\b", spoken) if word not in CAPITALS_KNOWN)
    for part in re.split(r"[。？?；;：:\n]|\. ", spoken):
        if language == "zh" and len(part) > ZH_SENTENCE_MOST:
            yield f"takes {len(part)} characters for one sentence: {part}"
        if language == "en" and len(part.split()) > EN_SENTENCE_WORDS_MOST:
            yield f"takes {len(part.split())} words for one sentence: {part}"
    if language == "zh" and re.search(r"[\u4e00-\u9fff][,;?!]", spoken):
        yield "has Latin punctuation after a Chinese character"
    if language == "en" and re.search(r"[\u4e00-\u9fff]{5}|[，。；：？！]", re.sub(r"“[^”]*”", "", spoken)):
        yield "has Chinese outside of quotation marks"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_plain_and_kind(language: str):
    none(f"{key} {fault}" for key, said in catalogue(language).items() for fault in faults(language, said))


@pytest.mark.parametrize(
    ("language", "sentence", "found"),
    [
        ("zh", "请在{date}之前告诉我们。", []),
        ("zh", "尊敬的客户，请还款！", ["says '尊敬的'", "shouts with an exclamation mark"]),
        ("zh", "一" * 41, [f"takes 41 characters for one sentence: {'一' * 41}"]),
        ("zh", "请写金额,例如4500", ["has Latin punctuation after a Chinese character"]),
        ("en", "Please tell us by {date}. A PDF is fine.", []),
        ("en", "You MUST pay", ["says 'must pay'", "shouts MUST"]),
        ("en", "Please 告诉我们为什么", ["has Chinese outside of quotation marks"]),
        ("en", "word " * 31, [f"takes 31 words for one sentence: {'word ' * 31}"]),
    ],
)
def test_a_hard_word_is_heard(language: str, sentence: str, found: list[str]):
    assert list(faults(language, sentence)) == found
