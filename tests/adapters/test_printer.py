"""The agreement on paper: all it has to say is in it, in both languages; the same terms print the same bytes."""

import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from forbear.adapters.printer import TypstPrinter
from forbear.core.agreement import Terms
from forbear.words.format import day, money
from tests.adapters.terms import NOTHING, OWED, a_plan, some_terms

PRINTER = TypstPrinter()

CHECKLIST = {
    "parties": ("欧阳彧", "示例消费金融有限公司"),
    "contract": ("HC-2025-0007781", "2025年5月28日签订", "23.76%"),
    "debt at the cut-off, by part": (
        "到2026年3月18日为止的欠款",
        "38,200.00",
        "1,146.00",
        "312.55",
        "20.00",
        "39,678.55",
    ),
    "currency": ("欠款以人民币计算",),
    "what is waived": ("一共减免676.35元", "343.80"),
    "on what condition": ("条件只有一个:按本协议还款", "减免按您已还的比例保留"),
    "when waiving is final": ("全部付清之日,减免成为最终",),
    "number and total of payments": ("一共36期", "42,535.70"),
    "rate and yearly cost": ("年利率6.00%", "综合年化成本为5.8913%"),
    "what no longer accrues": ("不另收罚息、违约金、年费和任何手续费",),
    "allocation order": ("利息,然后本金,然后罚息,然后费用", "先还最早到期的一期"),
    "channel": ("备注写合同号",),
    "weekend rule": ("到期日遇周末或节假日",),
    "early payment (677)": ("提前还一部分或全部,不收费用", "第六百七十七条"),
    "grace": ("3天宽限",),
    "tolerance": ("不超过1.00元",),
    "notice and cure": ("书面通知您,给您10天补上",),
    "what a breach is": ("只有两种情况算违约",),
    "never automatic": ("违约不会让协议自动终止", "审核人看过您的情况后决定"),
    "what happens then": ("原借款合同恢复,减去您已还的",),
    "hardship again": ("可以重新安排", "新协议会写明替代哪一份"),
    "collection rests": ("都不催您还款",),
    "credit record": ("不作为新的逾期报送", "五年后删除", "二十天内书面答复", "登记为特殊交易"),
    "limitation (art. 14)": ("等于您再次确认这笔欠款", "诉讼时效规定第十四条"),
    "data": ("健康材料单独加密", "查阅、复制、更正"),
    "electronic signature (13)": ("可靠的电子签名", "电子签名法第十三、十四条"),
    "record and head hash": ("c_7f3kq2m9_0", "c3a9" * 16),
    "ledger and its key": ("名为desk.lender.example/ledger的账本", "desk.lender.example/ledger+0a1b2c3d+"),
    "how to check": ("下载的文件里有核对工具和说明,不用联网,也不用相信我们", "账本的签名出自上面的密钥"),
    "authority of the lender's side": ("由审核人在授权范围内决定",),
    "cooling off": ("签署后7天内,您可以在自己的页面或打电话收回签名",),
    "review dates": ("2026年9月18日、2027年3月18日",),
    "collection may begin again": ("终止后,我们可以重新按法律允许的方式向您催收",),
    "guarantor's signature": ("担保人同意的,在附页上亲自签名",),
    "worth of the certificates": ("不是持牌机构的认证证书", "不能由第三方证明签名人是谁"),
    "account": ("收款账户和借款合同写明的相同",),
    "evidence (94)": ("民事诉讼证据规定第九十四条",),
    "change only in writing (544)": ("双方都同意并写下来", "第五百四十四条"),
    "guarantor (695)": ("第六百九十五条",),
    "law and disputes": ("适用中国法律",),
    "prevailing text": ("以中文文本为准",),
    "contact of a person": ("400-000-0000,由人接听",),
    "signature": ("请用短信验证码签署,最晚2026年4月1日",),
    "lapse": ("没有签署的,这份文件自动失效",),
    "template version": ("cn-instalment-2",),
    "rulebook digest": ("5b1e5b1e5b1e5b1e",),
    "page numbers": ("第1页,共", "第2页,共"),
}


def read(pdf: bytes, folder: Path) -> str:
    """The text of a PDF without any space, so that a line break hides nothing; compatibility forms made plain."""
    file = folder / "agreement.pdf"
    file.write_bytes(pdf)
    said = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True).stdout.decode()
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", said))


def pages(pdf: bytes, folder: Path) -> int:
    file = folder / "agreement.pdf"
    file.write_bytes(pdf)
    said = subprocess.run(["pdfinfo", str(file)], capture_output=True, check=True).stdout.decode()
    return int(re.search(r"Pages:\s+(\d+)", said)[1])


def tight(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.fixture(scope="module")
def chinese(tmp_path_factory):
    return read(PRINTER.agreement(some_terms(), "zh"), tmp_path_factory.mktemp("zh"))


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    return read(PRINTER.agreement(some_terms(), "en"), tmp_path_factory.mktemp("en"))


@pytest.mark.parametrize("item", CHECKLIST)
def test_the_agreement_says_each_item_of_the_checklist(chinese, item):
    assert [phrase for phrase in CHECKLIST[item] if phrase not in chinese] == []


@pytest.mark.parametrize("item", CHECKLIST)
def test_the_english_document_carries_the_whole_chinese_text(english, item):
    phrases = [p for p in CHECKLIST[item] if item not in ("signature", "lapse", "page numbers")]
    assert [phrase for phrase in phrases if phrase not in english] == []


ENGLISH = (
    "RepaymentagreementContractHC-2025-0007781",
    "theChinesetextprevails",
    "Wetakeoff",
    "3daysofgrace",
    "Abreachdoesnotendtheagreementbyitself",
    "interest,thenprincipal,thendefaultinterest,thenfees",
    "CivilCodeart.677",
)


def test_english_says_it_too(english):
    assert [phrase for phrase in ENGLISH if phrase not in english] == []
    assert "Tobesignedbycodeby1April2026" in english


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_row_of_the_schedule_is_there(language, chinese, english):
    text = chinese if language == "zh" else english
    for row in some_terms().plan.instalments:
        amounts = (row.amount_minor, row.principal_minor, row.interest_minor, row.balance_minor)
        line = day(language, row.due_on) + "".join(money("", amount, "") for amount in amounts)
        assert tight(line) in text


def test_parts_that_are_paid_have_their_column(tmp_path):
    text = read(PRINTER.agreement(some_terms(a_plan(12, forgiven=NOTHING)), "zh"), tmp_path)
    assert "应还本金利息罚息费用剩余本金" in text
    first = a_plan(12, forgiven=NOTHING).instalments[0]
    assert tight(f"{money('', first.penalty_minor, '')}{money('', first.fees_minor, '')}") in text
    assert "本协议没有减免欠款" in text
    assert "条件只有一个" not in text


def test_without_interest_it_says_so(tmp_path):
    text = read(PRINTER.agreement(some_terms(a_plan(rate_ppm=0)), "zh"), tmp_path)
    assert "协议期间不再产生利息" in text
    assert "年利率6.00%" not in text


def test_an_agreement_that_replaces_another_names_it(tmp_path):
    text = read(PRINTER.agreement(some_terms(number=2, replaces=1), "zh"), tmp_path)
    assert "替代第1份协议" in text


def test_rare_characters_of_names_print(tmp_path):
    pdf = PRINTER.agreement(some_terms(name="欧阳彧𬱖㐂䶮"), "zh")
    assert "欧阳彧𬱖㐂䶮" in read(pdf, tmp_path)


def test_a_character_that_no_font_has_is_printed_as_its_number(tmp_path):
    pdf = PRINTER.agreement(some_terms(name="𠮷田😀\x01"), "zh")
    assert "〔U+20BB7〕田〔U+1F600〕〔U+0001〕" in read(pdf, tmp_path)


def test_a_name_is_never_taken_for_markup(tmp_path):
    text = read(PRINTER.agreement(some_terms(name='#panic("x") $ * _ \\ "王"'), "zh"), tmp_path)
    assert tight('#panic("x")$*_\\"王"') in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_terms_print_the_same_bytes(language):
    assert PRINTER.agreement(some_terms(), language) == TypstPrinter().agreement(some_terms(), language)


def test_printing_many_agreements_keeps_the_process_small():
    """Web and worker may take 250 MB; what Typst remembers of earlier documents must not pile up in them."""
    code = (
        "from pathlib import Path\n"
        "from forbear.adapters.printer import TypstPrinter\n"
        "from tests.adapters.terms import some_terms\n"
        "for number in range(25):\n"
        "    TypstPrinter().agreement(some_terms(number=number), 'zh')\n"
        "print([line.split()[1] for line in Path('/proc/self/status').read_text().splitlines() if 'VmHWM' in line][0])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 150_000


def test_every_term_shows_in_the_bytes():
    terms = some_terms()
    changed: list[Terms] = [
        replace(terms, grace_days=4),
        replace(terms, record_head="d" * 64),
        replace(terms, issued_on=date(2026, 3, 19)),
        replace(terms, rulebook="e" * 64),
        replace(terms, plan=replace(terms.plan, owed=replace(OWED, fees_minor=2_001))),
    ]
    printed = {PRINTER.agreement(t, "zh") for t in [terms, *changed]}
    assert len(printed) == 6


def test_pages_and_kind(tmp_path):
    pdf = PRINTER.agreement(some_terms(), "zh")
    assert pages(pdf, tmp_path) == 5
    assert b"<pdfaid:part>3</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert pages(PRINTER.agreement(some_terms(a_plan(60)), "zh"), tmp_path) == 6
    assert pages(PRINTER.agreement(some_terms(a_plan(1)), "zh"), tmp_path) == 4
    assert pages(PRINTER.agreement(some_terms(), "en"), tmp_path) == 11


def test_the_heading_of_the_schedule_repeats_on_each_page(tmp_path):
    file = tmp_path / "agreement.pdf"
    file.write_bytes(PRINTER.agreement(some_terms(a_plan(60)), "zh"))
    said = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True).stdout.decode()
    sheets = [unicodedata.normalize("NFKC", sheet) for sheet in said.split("\f")]
    rows = [len(re.findall(r"^ *[0-9]+ +20[0-9]{2} *年", sheet, re.MULTILINE)) for sheet in sheets]
    assert sum(rows) == 60 and sum(map(bool, rows)) >= 2
    headed = [bool(re.search("期 +到期日 +应还 +本金 +利息 +剩余本金", sheet)) for sheet in sheets]
    assert headed == [bool(found) for found in rows]


def test_the_full_numbers_of_a_person_are_not_printed(chinese):
    assert "19900001234" not in chinese
    assert "199****1234" in chinese


def test_an_order_that_turns_when_a_payment_is_very_late_is_said(tmp_path, chinese):
    late = ("principal", "interest", "penalty", "fees")
    terms = some_terms(allocation_late=late, allocation_late_from_days=91)
    said = "某一期逾期满91天后,还款顺序改为:本金,然后利息,然后罚息,然后费用。"
    assert said in read(PRINTER.agreement(terms, "zh"), tmp_path)
    assert "还款顺序改为" not in chinese
    assert "还款顺序改为" not in read(PRINTER.agreement(replace(terms, allocation=late), "zh"), tmp_path)


FIRST = {
    ("plain", "zh"): "2b84533014ba3f7e9525d605d4193574d05b868fa0f8eeba43d789e0519a1648",
    ("plain", "en"): "94d5bbd895cc1a3cf83ee7ac270716b0c8ca8cbb3193e020a3dc64fd2d31b82f",
    ("bare", "zh"): "580bdeec2ac4415ee93ceabfb86e502bfc13b372fb72d344f9f12773597df1d6",
    ("bare", "en"): "bb0762bac521031bdd781858ae87e9f92038e1259a7b3bbceff0bc421bedf6bc",
    ("late", "zh"): "4cf2a6f11c9aecefa306f13de2dcef0701d8b62feeb7afef048c38b8c064d0c0",
    ("late", "en"): "92bada1a8536a3e03f7a9f753460a0d27897733c75ff1d6d3d4617ac4860ce83",
}
"""What the first text printed before there were others."""


@pytest.mark.parametrize(("which", "language"), FIRST)
def test_the_first_text_still_prints_the_same_bytes(which: str, language: str):
    late = ("principal", "interest", "penalty", "fees")
    terms = {
        "plain": some_terms(),
        "bare": some_terms(a_plan(12, forgiven=NOTHING, rate_ppm=0), number=2, replaces=1),
        "late": some_terms(allocation_late=late, allocation_late_from_days=91),
    }[which]
    pdf = PRINTER.agreement(replace(terms, template="cn-instalment-1"), language)
    assert sha256(pdf).hexdigest() == FIRST[which, language]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_fields_are_there_and_empty_and_tagged_as_form(language: str):
    with pikepdf.open(BytesIO(PRINTER.agreement(some_terms(), language))) as pdf:
        fields = list(pdf.Root.AcroForm.Fields)
        assert [str(field.T) for field in fields] == ["borrower", "lender"]
        assert [("/V" in field, "/AP" in field, field.F, "/TU" in field) for field in fields] == [
            (False, True, 4, True)
        ] * 2
        tags, waiting = [], [pdf.Root.StructTreeRoot.K]
        while waiting:
            one = waiting.pop()
            if isinstance(one, pikepdf.Array):
                waiting += list(one)
            elif isinstance(one, pikepdf.Dictionary):
                tags.append(str(one.get("/S", "")))
                waiting.append(one.get("/K"))
        assert tags.count("/Form") == 2 and "/Link" not in tags
