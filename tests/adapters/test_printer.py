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
from forbear.core.dates import add_months
from forbear.core.plan import Instalment, Measure, Plan, check_plan
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
    "nobody else answers for it": ("没有担保人,也没有共同借款人",),
    "in place of the contract's payments": ("这张表代替借款合同里没有付的各期", "借款合同写的是23.76%"),
    "undisclosed income is no breach": ("收入多了没有告诉我们,本身不算违约",),
    "when it is not ended": ("书面通知或询问还没有送到您,协议在暂停,您的新申请还在办",),
    "a pause": ("暂停的日子不算晚",),
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
    "template version": ("cn-instalment-3",),
    "rulebook digest": ("5b1e5b1e5b1e5b1e",),
    "page numbers": ("第1页,共", "第2页,共"),
}


def read(pdf: bytes, folder: Path) -> str:
    """The text of a PDF without any space, so that a line break hides nothing; compatibility forms made plain."""
    file = folder / "agreement.pdf"
    file.write_bytes(pdf)
    said = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True).stdout.decode()
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", said))


def raw(pdf: bytes, folder: Path) -> str:
    """Its text in the order it is read aloud: a figure behind its label."""
    (folder / "raw.pdf").write_bytes(pdf)
    return subprocess.run(["pdftotext", "-raw", "raw.pdf", "-"], cwd=folder, capture_output=True).stdout.decode()


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


def balloon(*amounts: int) -> Plan:
    """A plan of principal alone, as she may write one herself."""
    left, rows = sum(amounts), []
    for number, amount in enumerate(amounts):
        left -= amount
        rows.append(Instalment(add_months(date(2026, 4, 28), number), amount, 0, 0, 0, left))
    owed = replace(NOTHING, principal_minor=sum(amounts))
    made = replace(a_plan(1, rate_ppm=0), owed=owed, forgiven=NOTHING, instalments=tuple(rows), ends_on=rows[-1].due_on)
    made = replace(made, total_minor=sum(amounts), instalment_max_minor=max(amounts))
    check_plan(made, owed, made.as_of)
    return made


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ((50_000, 50_000, 500_000), "每期最多5,000.00元"),
        ((50_000, 500_000), "每期最多5,000.00元"),
        ((50_000, 50_000, 50_000), "每期500.00元"),
        ((50_000, 50_000, 40_000), "每期500.00元"),
        ((50_000,), "每期500.00元"),
    ],
)
def test_each_payment_is_said_to_be_what_the_largest_is_only_where_they_are_alike(tmp_path, amounts, said):
    """Small ones and a large one at the end are not "each payment 5,000"."""
    plan, row = balloon(*amounts), said.removesuffix("元")
    words = tight(raw(PRINTER.agreement(some_terms(plan), "zh"), tmp_path))
    assert row in words and ("每期最多" in words) == ("每期最多" in said)


def test_without_interest_it_says_so(tmp_path):
    text = read(PRINTER.agreement(some_terms(a_plan(rate_ppm=0)), "zh"), tmp_path)
    assert "协议期间不再产生利息" in text
    assert "年利率6.00%" not in text


def test_an_agreement_that_replaces_another_names_it(tmp_path):
    text = read(PRINTER.agreement(some_terms(number=2, replaces=1), "zh"), tmp_path)
    assert "替代第1份协议" in text


@pytest.mark.parametrize("name", ["欧阳彧𬱖㐂䶮", "仚𬭎㛃", "阿依古丽·买买提", "阿卜杜热合曼·" * 12 + "买买提艾力"])
def test_rare_and_long_names_print(tmp_path, name):
    text = read(PRINTER.agreement(some_terms(name=name), "zh"), tmp_path)
    assert text.count(tight(name)) >= 1 and tight(name[:10]) in text.rpartition("借款人签名")[2]


def test_what_has_no_place_to_break_stays_within_its_column(tmp_path):
    """A name and an account that are wider than their place: every sign lies on the page and is copied whole."""
    name, account = "Donaudampfschiffahrtselektrizitaetenhauptbetriebswerk", "6" * 120
    (tmp_path / "a.pdf").write_bytes(PRINTER.agreement(some_terms(name=name, pay_to=account), "en"))
    told = subprocess.run(["pdftotext", "-bbox", "a.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    right = [float(found) for found in re.findall(r'xMax="([0-9.]+)"', told.stdout.decode())]
    assert max(right) <= 595.276 - 68 + 1, "the margin is 24 mm"
    said = subprocess.run(["pdftotext", "-raw", "a.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    text = re.sub(r"\s+", "", said.stdout.decode())
    assert name in text and account in text


def test_a_guarantor_and_a_co_borrower_are_named_and_have_a_sheet_each(tmp_path):
    terms = some_terms(guarantors=("欧阳仚", "阿依古丽·买买提"), co_borrowers=("张伟",))
    text = read(PRINTER.agreement(terms, "zh"), tmp_path)
    assert "对这笔借款负责的还有:欧阳仚(担保人)、阿依古丽·买买提(担保人)、张伟(共同借款人)" in text
    assert "没有签的,他的责任照原来的合同" in text and "担保期间也不因本协议改变" in text
    sheets = text.rpartition("这份文件自动失效")[2]
    assert (sheets.count("担保人同意书"), sheets.count("共同借款人同意书"), sheets.count("亲笔签名")) == (2, 1, 3)
    for said in ("我知道可以不签", "一共36期,合计42,535.70元", "示例消费金融有限公司"):
        assert sheets.count(said) == 3
    assert "疾病" not in sheets and "困难" not in sheets, "why she asked is nobody's but hers"
    english = read(PRINTER.agreement(terms, "en"), tmp_path)
    assert english.count("Signaturebyhand/亲笔签名") == 3 and english.count("担保人同意书") == 2
    assert pages(PRINTER.agreement(terms, "zh"), tmp_path) == 5 + 3


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (Measure(measure="deferral", months=3), "先缓3个月,第一期在2026年4月28日到期"),
        (Measure(measure="interest-only", months=6), "前6个月只还利息"),
        (Measure(measure="step"), "各期先少后多"),
        (Measure(measure="income-following"), "各月金额跟着您的收入安排"),
        (Measure(measure="settlement", amount_minor=1), "这笔欠款就全部了结"),
    ],
)
def test_a_measure_is_said_where_it_is_part_of_the_plan(tmp_path, chinese, measure, said):
    plan = replace(a_plan(), measures=(measure,))
    assert said in read(PRINTER.agreement(some_terms(plan), "zh"), tmp_path)
    assert said not in chinese


def test_two_reviewers_and_the_promise_of_card_holders_where_the_rulebook_asks(tmp_path, chinese):
    terms = some_terms(second_eyes=("false-papers", "unpaid"), no_new_card=True)
    text = read(PRINTER.agreement(terms, "zh"), tmp_path)
    for said in (
        "因为材料是假的而终止,要由第二位审核人同意",
        "因为没有还而终止,也要由第二位",
        "不向任何银行申请信用卡",
    ):
        assert said in text and said not in chinese


def test_a_character_that_no_font_has_is_printed_as_its_number(tmp_path):
    pdf = PRINTER.agreement(some_terms(name="𠮷田😀\x01"), "zh")
    assert "〔U+20BB7〕田〔U+1F600〕〔U+0001〕" in read(pdf, tmp_path)


def test_a_name_is_never_taken_for_markup(tmp_path):
    text = read(PRINTER.agreement(some_terms(name='#panic("x") $ * _ \\ "王"'), "zh"), tmp_path)
    assert tight('#panic("x")$*_\\"王"') in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_terms_print_the_same_bytes(language):
    assert PRINTER.agreement(some_terms(), language) == TypstPrinter().agreement(some_terms(), language)


def test_another_process_in_another_place_and_language_prints_the_same_bytes(tmp_path):
    code = (
        "from hashlib import sha256\n"
        "from forbear.adapters.printer import TypstPrinter\n"
        "from tests.adapters.terms import some_terms\n"
        "print(sha256(TypstPrinter().agreement(some_terms(guarantors=('张伟',)), 'en')).hexdigest())"
    )
    (tmp_path / "zh.toml").write_text("nobody reads this")
    here = Path(__file__).parents[2]
    elsewhere = {"TZ": "America/New_York", "LANG": "tr_TR.UTF-8", "LC_ALL": "C", "PYTHONPATH": str(here), "HOME": "/"}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=elsewhere, capture_output=True, check=True)
    ours = PRINTER.agreement(some_terms(guarantors=("张伟",)), "en")
    assert done.stdout.decode().strip() == sha256(ours).hexdigest()


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


EARLIER = {
    ("cn-instalment-2", "plain", "zh"): "13bf5d2cca2bd9f30942cddbd3146f17297b9c3d1a8210a156d243dcf16770b2",
    ("cn-instalment-2", "plain", "en"): "ed7c4ead7cef6aaf8094ca7a4ae16e4dd34691d2a079da64ded3b4f063121f8c",
    ("cn-instalment-2", "bare", "zh"): "0da7d3d12478cdf4fd0eec1984ee0de5a3b4723833c152708142be082449c651",
    ("cn-instalment-2", "bare", "en"): "c1fba1584267f1db06556252692989ff7648aed427e588e7cfa4f5fc0217d2a9",
    ("cn-instalment-2", "late", "zh"): "9360232a4d02e12ce07f9237a9e6a0de59cf27b4f12af027de1db9d8baa4029d",
    ("cn-instalment-2", "late", "en"): "bac77bb7dbfa44f4c0aafcd912527da5cfc48b91ffb77841b3b7f1f936f2bc55",
    ("cn-instalment-1", "plain", "zh"): "2b84533014ba3f7e9525d605d4193574d05b868fa0f8eeba43d789e0519a1648",
    ("cn-instalment-1", "plain", "en"): "94d5bbd895cc1a3cf83ee7ac270716b0c8ca8cbb3193e020a3dc64fd2d31b82f",
    ("cn-instalment-1", "bare", "zh"): "580bdeec2ac4415ee93ceabfb86e502bfc13b372fb72d344f9f12773597df1d6",
    ("cn-instalment-1", "bare", "en"): "bb0762bac521031bdd781858ae87e9f92038e1259a7b3bbceff0bc421bedf6bc",
    ("cn-instalment-1", "late", "zh"): "4cf2a6f11c9aecefa306f13de2dcef0701d8b62feeb7afef048c38b8c064d0c0",
    ("cn-instalment-1", "late", "en"): "92bada1a8536a3e03f7a9f753460a0d27897733c75ff1d6d3d4617ac4860ce83",
}
"""What an earlier text printed while it was the newest."""


@pytest.mark.parametrize(("template", "which", "language"), EARLIER)
def test_an_earlier_text_still_prints_the_same_bytes(template: str, which: str, language: str):
    late = ("principal", "interest", "penalty", "fees")
    terms = {
        "plain": some_terms(),
        "bare": some_terms(a_plan(12, forgiven=NOTHING, rate_ppm=0), number=2, replaces=1),
        "late": some_terms(allocation_late=late, allocation_late_from_days=91),
    }[which]
    pdf = PRINTER.agreement(replace(terms, template=template), language)
    assert sha256(pdf).hexdigest() == EARLIER[template, which, language]


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
