"""What is handed in for approval is what goes out: every text of every kind fits one, and its places are found."""

from dataclasses import replace
from datetime import date

import pytest

from forbear.actions.letters import write
from forbear.actions.sms_templates import sendable
from forbear.adapters.memory import memory_desk
from forbear.adapters.sms_settings import Settings, approved
from forbear.config.sms import _numbered
from forbear.core.notices import NoticeKind
from forbear.words import LANGUAGES, sentences
from tests.actions.test_sms import AT, CHINA, case_of, load
from tests.words.test_notices import FACTS

RECEIPTS = {
    "zh": "存证码 7F3K-12-200345-R4XQKD7M2PLQABCDEFGH",
    "en": "Receipt 7F3K-12-200345-R4XQKD7M2PLQABCDEFGH",
}


def templates(desk, language):
    texts = [{"code": f"T{n}", "text": one.text} for n, one in enumerate(sendable(desk, language))]
    return Settings({"gateway": "http", "http": {}, "template": texts}).templates


@pytest.fixture
def desk():
    from forbear.town.book import made_up_book

    rows = [replace(row, language="zh", email=None) for row in made_up_book(3, 30, date(2026, 3, 2))]
    return memory_desk(at=AT, rows=rows, address="https://repay.example.com", phone="400-000-0000")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NoticeKind)
def test_every_text_that_the_catalogue_makes_was_handed_in(desk, language, kind):
    made = templates(desk, language)
    facts = FACTS[language]
    for missing in ({}, dict.fromkeys(facts, "")):
        known = facts | missing | {name: facts[name] for name in ("name", "lender", "phone", "link", "upload_link")}
        body = ("" if language == "zh" else " ").join(sentences(language, f"notices.{kind.value}.text", **known))
        body = f"{body}\n{RECEIPTS[language]}"
        template, found = approved(made, body)
        filled = template.text
        for name, value in found:
            filled = filled.replace(f"${{{name}}}", value)
        assert body.endswith(filled)
        assert {name for name, _ in found} <= set(known) | {"upload", "receipt"}
        assert ("receipt", RECEIPTS[language].split()[1]) in found


def test_what_a_case_sends_is_among_them(desk):
    made = templates(desk, "zh")
    file = load(desk, case_of(desk))
    kinds = set(NoticeKind) - {NoticeKind.UPLOAD_LINK}
    sent = [queued.letter.body for kind in kinds for queued, _ in write(desk, file, kind, AT)]
    assert len(sent) == len(kinds)
    for body in sent:
        assert approved(made, f"{body}\n{RECEIPTS['zh']}")[0] in made


def test_a_message_goes_without_its_receipt_where_only_the_text_alone_was_approved():
    known = Settings({"gateway": "http", "http": {}, "template": [{"code": "T", "text": "好的，${by}前。"}]}).templates
    template, found = approved(known, f"【甲】好的，3月8日前。\n{RECEIPTS['zh']}")
    assert (template.code, found) == ("T", (("by", "3月8日"),))


def test_texts_differ_and_carry_no_signature(desk):
    for language in LANGUAGES:
        texts = [one.text for one in sendable(desk, language)]
        assert len(set(texts)) == len(texts)
        assert not any(text.startswith(("【", "[")) for text in texts)


def test_places_as_numbers():
    assert _numbered("在${papers_by}前，${link}。") == "在{1}前，{2}。"
    assert _numbered("好的。") == "好的。"
    assert CHINA.signature
