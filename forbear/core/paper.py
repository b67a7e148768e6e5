"""What a paper says: its kind by its words, its fields and rows by the parser of that kind, and what is wrong with it.

Pure: lines go in as a reader found them, a Reading comes out, the same each time. A field that was not found is left
out; nothing is invented. FIELDS is the table of what each kind may have and in which form.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from forbear.core.bank_paper import read_bank_statement
from forbear.core.diagnosis_paper import read_diagnosis
from forbear.core.identity_paper import LONG_TERM, read_id_card
from forbear.core.paper_lines import Row, rows_of
from forbear.core.paper_text import compact, place
from forbear.core.passport_paper import looks_like_zone, read_passport
from forbear.core.payslip_paper import read_payslip
from forbear.core.reading import (
    Fault,
    FaultCode,
    Field,
    Line,
    Page,
    PaperKind,
    Reading,
    StatementRow,
)
from forbear.core.tax_paper import read_tax_certificate

_NAME, _DAY, _MONTH, _MINOR = r"\S(?:.*\S)?", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{4}-[0-9]{2}", r"[0-9]+"

FIELDS: Mapping[PaperKind, Mapping[str, str]] = {
    PaperKind.ID_CARD: {
        "name": _NAME, "sex": "[MF]", "nation": _NAME, "born_on": _DAY, "address": _NAME, "number": "[0-9]{17}[0-9X]",
        "authority": _NAME, "valid_from": _DAY, "valid_to": f"{_DAY}|{LONG_TERM}",
    },
    PaperKind.PASSPORT: {
        "name": "[A-Z]+(?: [A-Z]+)*", "name_native": _NAME, "number": "[A-Z0-9]{5,9}", "nationality": "[A-Z]{1,3}",
        "expires_on": _DAY, "born_on": _DAY, "sex": "[MF]",
    },
    PaperKind.PAYSLIP: {
        "employer": _NAME, "name": _NAME, "month": _MONTH, "gross": _MINOR, "deductions": _MINOR, "net": _MINOR,
    },
    PaperKind.BANK_STATEMENT: {
        "bank": _NAME, "holder": _NAME, "account_tail": "[0-9]{4}", "period_from": _DAY, "period_to": _DAY,
    },
    PaperKind.TAX_CERTIFICATE: {
        "name": _NAME, "id_tail": "[0-9]{3}[0-9X]", "month_from": _MONTH, "month_to": _MONTH, "income": f"-?{_MINOR}",
        "tax": f"-?{_MINOR}",
    },
    PaperKind.DIAGNOSIS: {
        "hospital": _NAME, "name": _NAME, "admitted_on": _DAY, "discharged_on": _DAY, "rest_until_on": _DAY,
        "issued_on": _DAY,
    },
    PaperKind.UNKNOWN: {},
}  # fmt: skip
"""The fields a paper of each kind may have, and the form of each value as a regular expression.

| kind | field | what it is |
|---|---|---|
| id-card | name, sex, nation, address | as printed; sex M or F, from the number where that is proved |
| | born_on, number | ISO day; 18 characters, X in capitals |
| | authority, valid_from, valid_to | of the back; an ISO day, or long-term for 长期 |
| passport | name, name_native | as the zone writes it, SURNAME GIVEN; in Chinese characters where printed |
| | number, nationality, sex | nationality as ICAO 9303 has it (CHN, D) |
| | born_on, expires_on | ISO days |
| payslip | employer, name | as printed |
| | month | YYYY-MM, of the pay, not of the payment |
| | gross, deductions, net | minor units |
| bank-statement | bank, holder | as printed |
| | account_tail | the last four digits |
| | period_from, period_to | ISO days |
| tax-certificate | name, id_tail | the last four characters of the identity number |
| | month_from, month_to | YYYY-MM |
| | income, tax | minor units, the totals printed |
| diagnosis | name, hospital | as printed |
| | issued_on, admitted_on, discharged_on, rest_until_on | ISO days; nothing else is kept |
"""


class Form(StrEnum):
    """How a field's value is written; see `well_formed`."""

    TEXT = "text"
    DAY = "day"
    MONTH = "month"
    AMOUNT = "amount"


def form_of(kind: PaperKind, name: str) -> Form:
    """The form of a field that papers of this kind have."""
    pattern = FIELDS[kind][name]
    if pattern.startswith(_DAY):
        return Form.DAY
    return {_MONTH: Form.MONTH, _MINOR: Form.AMOUNT, f"-?{_MINOR}": Form.AMOUNT}.get(pattern, Form.TEXT)


def well_formed(kind: PaperKind, name: str, value: str) -> bool:
    """Whether a value can stand in a field of papers of this kind; a day and a month are such as there are."""
    pattern = FIELDS[kind].get(name)
    if pattern is None or not re.fullmatch(pattern, value):
        return False
    written = {Form.DAY: value, Form.MONTH: f"{value}-01"}.get(form_of(kind, name), "")
    if not written or written == LONG_TERM:
        return True
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


WORDS: Mapping[PaperKind, Mapping[str, int]] = {
    PaperKind.ID_CARD: {
        "公民身份号码": 5, "居民身份证": 5, "签发机关": 4, "有效期限": 3, "住址": 2, "民族": 2, "出生": 1, "性别": 1,
        "姓名": 1,
    },
    PaperKind.PASSPORT: {
        "passport": 4, "护照": 4, "passport no": 3, "护照号码": 3, "country code": 2, "date of expiry": 2,
        "place of birth": 2, "nationality": 1, "date of birth": 1, "有效期至": 1,
    },
    PaperKind.PAYSLIP: {
        "工资条": 5, "工资单": 5, "工资表": 5, "薪资单": 5, "薪酬单": 5, "薪资明细": 5, "工资明细": 5, "应发": 3,
        "实发": 3, "税前工资": 3, "税后工资": 3, "基本工资": 3, "绩效奖金": 2, "岗位津贴": 2, "养老保险": 1,
        "医疗保险": 1, "住房公积金": 1, "个人所得税": 1, "扣款": 1, "payslip": 5, "pay slip": 5, "pay statement": 5,
        "gross pay": 3, "net pay": 3, "take home pay": 3, "pay period": 3, "basic pay": 2, "total deductions": 2,
        "deductions": 1, "earnings": 1, "income tax": 1, "national insurance": 1, "employee": 1,
    },
    PaperKind.BANK_STATEMENT: {
        "交易明细": 4, "历史明细": 4, "交易流水": 4, "银行流水": 4, "对账单": 4, "交易日期": 2, "交易时间": 2,
        "交易对方": 2, "收/支": 2, "记账日期": 2, "交易金额": 2, "账户余额": 3, "联机余额": 3, "余额": 2,
        "对方户名": 2, "对手信息": 2, "借贷": 1, "支出": 1, "收入": 1, "摘要": 1, "卡号": 1, "账号": 1, "银行": 1,
        "户名": 1, "statement of account": 4, "bank statement": 4, "account statement": 4, "statement period": 3,
        "paid in": 2, "paid out": 2, "money in": 2, "money out": 2, "withdrawals": 2, "deposits": 2, "balance": 1,
        "brought forward": 2, "opening balance": 2, "sort code": 2, "account number": 1, "description": 1,
        "account holder": 2,
    },
    PaperKind.TAX_CERTIFICATE: {
        "个人所得税纳税记录": 9, "收入纳税明细": 9, "纳税明细": 3, "完税证明": 7, "税收完税": 3, "税款所属期": 5,
        "实缴(退)金额": 4, "已申报税额": 4, "扣缴义务人": 3, "所得项目": 3, "纳税人": 3, "税务局": 2,
    },
    PaperKind.DIAGNOSIS: {
        "诊断证明": 6, "疾病证明": 6, "临床诊断": 4, "出院记录": 5, "出院小结": 5, "处理意见": 2, "门诊号": 2,
        "住院号": 2, "入院日期": 2, "出院日期": 2, "科室": 1, "医师": 1, "医院": 1, "medical certificate": 6,
        "discharge summary": 5, "diagnosis": 3, "hospital": 1, "patient": 1,
    },
}  # fmt: skip
"""Words that tell a kind, each with its weight; a word counts once, one misread character in four or more allowed."""

ENOUGH = 7
"""The weight from which a kind is told; below it a paper is of unknown kind."""

_ZONE_WEIGHT = 6
_WORDS_FROM = 400
"""Rows of which the words are looked at: a kind shows itself on the first pages."""


def read_paper(lines: Sequence[Line], pages: tuple[Page, ...]) -> Reading:
    """What the pages of one paper say. Faults are those the lines show: a check digit that does not hold, a page that
    came twice; `faults_of` adds what depends on what was asked for and on the day.
    """
    rows = rows_of(lines, pages)
    kind = kind_of(rows)
    read = _parsed(kind, rows)
    faults = [Fault(code=FaultCode.CHECK_DIGIT, page=page) for page in read.unproved]
    faults += [Fault(code=FaultCode.SAME_PAGE_TWICE, page=page) for page in pages_twice(rows)]
    return Reading(kind=kind, pages=pages, fields=read.fields, rows=read.rows, faults=tuple(faults))


def faults_of(reading: Reading, wanted: Collection[PaperKind], as_of: date) -> tuple[Fault, ...]:
    """What is wrong with a paper sent for one of the `wanted` kinds on a day: the faults of its lines, another kind
    (a paper of unknown kind too, unless UNKNOWN is wanted), a side of an identity card missing, out of date.
    """
    faults = list(reading.faults)
    if wanted and reading.kind not in wanted:
        faults.append(Fault(code=FaultCode.OTHER_KIND))
        return tuple(faults)
    if reading.kind is PaperKind.ID_CARD:
        front = bool(reading.value("number") or reading.value("name"))
        back = bool(reading.value("valid_to") or reading.value("authority"))
        if front and not back:
            faults.append(Fault(code=FaultCode.BACK_MISSING))
        if back and not front:
            faults.append(Fault(code=FaultCode.FRONT_MISSING))
    for field in reading.fields:
        ends = field.name == "valid_to" or (reading.kind is PaperKind.PASSPORT and field.name == "expires_on")
        if ends and field.value != LONG_TERM and field.value < as_of.isoformat():
            faults.append(Fault(code=FaultCode.EXPIRED, page=field.page))
    return tuple(faults)


def kind_of(rows: Sequence[Row]) -> PaperKind:
    """The kind whose words weigh most; UNKNOWN where none weighs enough."""
    texts = {re.sub("[0-9]", "", piece.text) for row in rows[:_WORDS_FROM] for piece in row}
    weights = {kind: _weight(words, texts) for kind, words in WORDS.items()}
    zones = sum(looks_like_zone(piece.text) for row in rows for piece in row)
    weights[PaperKind.PASSPORT] += min(zones, 2) * _ZONE_WEIGHT
    best = max(weights, key=lambda kind: weights[kind])
    return best if weights[best] >= ENOUGH else PaperKind.UNKNOWN


def _weight(words: Mapping[str, int], texts: Collection[str]) -> int:
    tight = [compact(text) for text in texts]
    return sum(
        weight
        for word, weight in words.items()
        if any(place(word, text) for text in (texts if word.isascii() else tight))
    )


def pages_twice(rows: Sequence[Row]) -> tuple[int, ...]:
    """The pages that say the same as one before them, at the same places give or take a hundredth."""
    said = dict[int, list[tuple[str, int]]]()
    for row in rows:
        said.setdefault(row[0].page, []).extend((compact(piece.text), piece.middle) for piece in row)
    twice, numbers = [], sorted(said)
    for i, number in enumerate(numbers):
        words = {text for text, _ in said[number]}
        if len(words) >= 3 and any(_alike(words, {text for text, _ in said[before]}) for before in numbers[:i]):
            twice.append(number)
    return tuple(twice)


def _alike(one: set[str], two: set[str]) -> bool:
    """Nine tenths of what either says is said by both, every figure among it."""
    figures = [{text for text in words if re.search("[0-9]", text)} for words in (one, two)]
    return 10 * len(one & two) >= 9 * max(len(one), len(two)) and 10 * len(figures[0] & figures[1]) >= 9 * max(
        len(figures[0]), len(figures[1])
    )


@dataclass(frozen=True, kw_only=True)
class _Read:
    fields: tuple[Field, ...] = ()
    rows: tuple[StatementRow, ...] = ()
    unproved: tuple[int, ...] = ()


def _parsed(kind: PaperKind, rows: Sequence[Row]) -> _Read:
    match kind:
        case PaperKind.ID_CARD:
            fields, unproved = read_id_card(rows)
            return _Read(fields=fields, unproved=unproved)
        case PaperKind.PASSPORT:
            fields, unproved = read_passport(rows)
            return _Read(fields=fields, unproved=unproved)
        case PaperKind.PAYSLIP:
            return _Read(fields=read_payslip(rows))
        case PaperKind.BANK_STATEMENT:
            fields, statement = read_bank_statement(rows)
            return _Read(fields=fields, rows=statement)
        case PaperKind.TAX_CERTIFICATE:
            return _Read(fields=read_tax_certificate(rows))
        case PaperKind.DIAGNOSIS:
            return _Read(fields=read_diagnosis(rows))
        case PaperKind.UNKNOWN:
            return _Read()
