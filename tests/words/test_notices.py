"""Every message, in both languages: short, kind, with a date or a next step, and whole when a fact is missing."""

import re
from string import Formatter

import pytest

from forbear.core import events
from forbear.core.notices import CALLED_FOR, NoticeKind
from forbear.core.sms import NETWORK, Alphabet, Gateway, sms_size
from forbear.words import LANGUAGES, catalogue, say, sentences

FACTS = {
    "zh": {
        "name": "欧阳彧",
        "contract": "7781",
        "lender": "示例消费金融有限公司",
        "phone": "400-000-0000",
        "link": "https://repay.example.com",
        "upload_link": "https://repay.example.com/u/" + "w" * 43,
        **dict.fromkeys(
            ("by", "papers_by", "answer_by", "decide_by", "more_by", "appeal_by", "call_by", "stay_until"),
            "2026年12月28日",
        ),
        **dict.fromkeys(("cure_by", "sign_by", "next_on", "first_on", "upload_until", "data_by"), "2026年12月28日"),
        "article": "中华人民共和国反洗钱法（2024 年修订） 34",
        **dict.fromkeys(
            ("grace_until", "paused_until", "refund_by", "refunded_on", "dispute_by", "question_by"), "2026年12月28日"
        ),
        **dict.fromkeys(("dispute_on", "answered_on", "dispute_late"), "2026年12月28日"),
        **dict.fromkeys(("next_amount", "due_amount", "first_amount", "paid"), "128,866.20 元"),
        **dict.fromkeys(("over", "refunded", "owed_before", "owed_after", "falls_back", "stays_off"), "128,866.20 元"),
        "dispute_answer": "查过银行流水，没有这笔。",
        "cleared_words": "转账记录清楚了。",
        "statement_reply": "请不要写病情。",
        "words": "请把工资单的第二页也传上来。\n谢谢。",
        "reason": "照片有点模糊，看不清日期。",
    },
}
FACTS["en"] = FACTS["zh"] | {
    "lender": "Example Consumer Finance Co., Ltd.",
    **{name: "28 September 2026" for name, text in FACTS["zh"].items() if text == "2026年12月28日"},
    **{name: "CNY 128,866.20" for name, text in FACTS["zh"].items() if text == "128,866.20 元"},
}
CHINA = Gateway(gsm=None, signature="示例消费金融", discreet_signature="服务通知")
SMS_MAX = {"zh": 134, "en": 306}
"""Two text messages joined together: 67 characters each in Chinese, 153 in English letters."""

UNKIND = {
    "zh": (
        "尊敬",
        "！",
        "!",
        "务必",
        "必须",
        "否则",
        "后果",
        "起诉",
        "法律责任",
        "失信",
        "黑名单",
        "逾期",
        "债务人",
        "违法",
    ),
    "en": ("must", "!", "legal action", "court", "immediately", "debtor", "consequence", "failure", "warning", "Sir"),
}
NEXT_STEP = {
    "zh": ("请", "可以", "不用", "看", "在这里", "：https"),
    "en": ("Please", "can", "need not", "http", "call"),
}
EVERY = [(language, kind) for language in LANGUAGES for kind in NoticeKind]


def sms(language: str, kind: NoticeKind, facts: dict[str, str]) -> str:
    return ("" if language == "zh" else " ").join(sentences(language, f"notices.{kind}.text", **facts))


def mail(language: str, kind: NoticeKind, facts: dict[str, str]) -> str:
    parts = ("greeting", f"{kind}.body", "closing")
    return "\n\n".join("\n".join(sentences(language, f"notices.{part}", **facts)) for part in parts)


@pytest.mark.parametrize(("language", "kind"), EVERY)
def test_a_text_message_fits_and_says_what_to_do(language, kind):
    text = sms(language, kind, FACTS[language])
    assert len(text) <= SMS_MAX[language]
    assert any(step in text for step in NEXT_STEP[language])
    assert "\n" not in text
    assert "  " not in text
    links = text.replace(FACTS[language]["upload_link"], FACTS[language]["link"])
    assert all(rest[:1] in ("", " ") for rest in links.split(FACTS[language]["link"])[1:]), "a link ends where it ends"


@pytest.mark.parametrize(("language", "kind"), EVERY)
def test_a_message_is_whole_when_nothing_more_is_known(language, kind):
    known = {"name", "lender", "phone", "link"}
    bare = {name: text if name in known else "" for name, text in FACTS[language].items()}
    text = sms(language, kind, bare)
    assert text.startswith(f"【{bare['lender']}】" if language == "zh" else f"[{bare['lender']}] ")
    assert bare["link"] in text or bare["phone"] in text or any(step in text for step in NEXT_STEP[language])
    for written in (text, mail(language, kind, bare)):
        assert not re.search(r"在前|是，|，，|，。|为。| by [.,]| on [.,]|  |\{", written)


@pytest.mark.parametrize(("language", "kind"), EVERY)
def test_an_email_has_a_subject_a_name_a_next_step_and_a_person(language, kind):
    facts = FACTS[language]
    subject = say(language, f"notices.{kind}.subject", **facts)
    assert 3 <= len(subject) <= 60
    assert facts["lender"] not in subject
    body = mail(language, kind, facts)
    assert body.startswith(sentences(language, "notices.greeting", **facts)[0])
    assert facts["phone"] in body
    assert facts["link"] in body
    assert any(step in body for step in NEXT_STEP[language])


@pytest.mark.parametrize(("language", "kind"), EVERY)
def test_no_message_threatens(language, kind):
    written = f"{sms(language, kind, FACTS[language])} {mail(language, kind, FACTS[language])}"
    assert [word for word in UNKIND[language] if word in written] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_holds_a_number_of_a_person_or_contract(language):
    mentioned = {
        name
        for key, text in catalogue(language).items()
        if key.startswith("notices.")
        for _, name, _, _ in Formatter().parse(text)
        if name
    }
    assert mentioned - {"code", "minutes"} <= set(FACTS[language])
    assert mentioned.isdisjoint({"contract", "id_number", "balance", "owed"})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", ["sign-in", "sign", "upload"])
def test_a_code_comes_early_with_its_minutes_and_a_warning(language, purpose):
    said = say(language, f"notices.code.{purpose}", code="12345678", lender=FACTS[language]["lender"], minutes=5)
    assert len(said) <= SMS_MAX[language]
    assert said.index("12345678") < len(said) // 2
    assert "不要告诉别人" in said or "tell nobody" in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["notices.discreet", "notices.discreet_link"])
def test_a_discreet_message_names_neither_lender_nor_debt(language, key):
    said = "".join(sentences(language, key, **FACTS[language]))
    assert FACTS[language]["link"] in said
    assert FACTS[language]["lender"] not in said
    assert not re.search(r"款|欠|债|协议|agreement|pay|debt|loan", said.replace(FACTS[language]["link"], ""))


DATED = {
    "statement.submitted": "papers_by",
    "paper.refused": "papers_by",
    "upload_link.sent": "upload_until",
    "plan.requested": "answer_by",
    "case.accepted": "decide_by",
    "more.asked": "more_by",
    "person.asked": "call_by",
    "decision.appealed": "decide_by",
    "agreement.issued": "sign_by",
    "agreement.countersigned": "next_on",
    "agreement.lapsed": "stay_until",
    "payment.received": "next_on",
    "payment.reversed": "next_on",
    "instalment.late": "next_on",
    "default.noticed": "cure_by",
    "default.cured": "next_on",
    "breach.questioned": "question_by",
    "breach.cleared": "",
    "plan.broken": "",
    "plan.completed": "",
    "renegotiation.asked": "next_on",
    "data.asked": "data_by",
    "data.answered": "",
    "erasure.refused": "",
    "plan.suspended": "paused_until",
    "plan.resumed": "next_on",
    "overpayment.found": "refund_by",
    "refund.sent": "refunded_on",
    "plan.reopened": "next_on",
    "credit.warned": "next_on",
    "credit.disputed": "dispute_by",
    "credit.answered": "",
    "credit.statement_judged": "",
}
"""The date that the message of each fact names. An ended or completed agreement has none, and says what can be done."""


def test_every_fact_that_calls_for_a_message_is_in_the_table():
    assert set(DATED) == set(CALLED_FOR)
    assert set(CALLED_FOR) <= set(events.KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fact", CALLED_FOR)
def test_every_fact_leads_to_a_message_with_a_date_or_a_next_step(language, fact):
    marked = FACTS[language] | ({DATED[fact]: "<THE DAY>"} if DATED[fact] else {})
    text = sms(language, CALLED_FOR[fact], marked)
    if DATED[fact]:
        assert "<THE DAY>" in text
    else:
        assert any(step in text for step in NEXT_STEP[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_chinese_sentences_are_short(language):
    most = {"zh": 46, "en": 160}[language]
    for key, text in catalogue(language).items():
        if key.startswith("notices.") and not key.startswith("notices.code"):
            for line in text.strip().splitlines():
                for sentence in re.split(r"[。：]|\. ", re.sub(r"\{\w+\}|【.*?】", "", line)):
                    assert len(sentence) <= most, (key, sentence)


PARTS_MOST = {("zh", NETWORK): 2, ("zh", CHINA): 2, ("en", NETWORK): 2, ("en", CHINA): 5}
"""Parts that are billed, with the longest values there are; carriers in China count English letters as Chinese ones."""


@pytest.mark.parametrize(("language", "gateway"), PARTS_MOST)
def test_no_text_message_takes_more_parts_than_stated(language, gateway):
    most, facts = PARTS_MOST[language, gateway], FACTS[language]
    for kind in NoticeKind:
        assert sms_size(sms(language, kind, facts), gateway).parts <= most, kind
    for key in ("notices.discreet", "notices.discreet_link"):
        assert sms_size("".join(sentences(language, key, **facts)), gateway).parts <= most, key
    for purpose in ("sign-in", "sign", "upload"):
        for key in (f"notices.code.{purpose}", f"sms.discreet_code.{purpose}"):
            said = say(language, key, code="12345678", lender=facts["lender"], minutes=5)
            assert sms_size(said, gateway).parts <= min(most, 3), key
    for wish in ("stop", "start"):
        assert sms_size(say(language, f"sms.{wish}"), gateway).parts == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_in_english_is_of_the_seven_bit_alphabet_and_none_in_chinese(language):
    for kind in NoticeKind:
        alphabet = sms_size(sms(language, kind, FACTS[language])).alphabet
        assert alphabet is (Alphabet.GSM if language == "en" else Alphabet.UCS2), kind
