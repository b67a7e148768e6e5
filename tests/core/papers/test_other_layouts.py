"""Papers set in ways the generator does not draw: the rules are of words and places, not of its layouts."""

from forbear.core.paper import read_paper
from forbear.core.reading import Box, Line, Page, PaperKind, Reading


def read(*rows: tuple[tuple[int, str], ...]) -> Reading:
    """Rows of (from where, text), one under the other on a sheet of A4."""
    lines = []
    for i, row in enumerate(rows):
        for left, text in row:
            wide = sum(2 if ord(sign) > 0x2E7F else 1 for sign in text) * 85
            box = Box(left=left, top=300 + 220 * i, right=min(left + wide, 10_000), bottom=430 + 220 * i)
            lines.append(Line(text=text, page=1, box=box, confidence=980))
    return read_paper(lines, (Page(number=1, width=1_240, height=1_754),))


def values(reading: Reading) -> dict[str, str]:
    return {field.name: field.value for field in reading.fields}


def facts(reading: Reading) -> list[tuple[str, int, int | None, str, bool, int]]:
    return [(row.on, row.amount_minor, row.balance_minor, row.text, row.salary, row.confidence) for row in reading.rows]


def test_an_identity_card_whose_labels_and_values_run_together_or_apart():
    together = read(
        ((600, "姓名贾敏"),), ((600, "性别女民族汉"),), ((600, "出生1988年9月13日"),),
        ((600, "住址云南省大理市喜洲镇"),),
        ((600, "公民身份号码532901198809139240"),),
    )  # fmt: skip
    apart = read(
        ((600, "姓 名 贾敏"),), ((600, "性 别 女 民 族 汉"),), ((600, "出 生 1988 年 9 月 13 日"),),
        ((600, "住 址 云南省大理市喜洲镇"),), ((600, "公民身份号码"),), ((600, "532901 19880913 9240"),),
    )  # fmt: skip
    expected = {
        "name": "贾敏", "sex": "F", "nation": "汉", "born_on": "1988-09-13", "address": "云南省大理市喜洲镇",
        "number": "532901198809139240",
    }  # fmt: skip
    assert values(together) == values(apart) == expected


def test_a_payment_app_whose_direction_is_a_word_and_that_has_no_balance():
    reading = read(
        ((600, "微信支付交易明细证明"),),
        ((600, "兹证明:王芳(居民身份证:532901198809139240),在其微信号下"),),
        ((600, "交易时间"), (2500, "交易类型"), (4000, "收/支"), (5500, "金额(元)"), (7000, "交易对方")),
        ((600, "2026-05-04 10:22:33"), (2500, "商户消费"), (4000, "支出"), (5500, "35.00"), (7000, "永辉超市")),
        ((600, "2026-05-05 11:22:33"), (2500, "转账"), (4000, "收入"), (5500, "1200.00"), (7000, "李建国")),
    )
    assert (reading.kind, values(reading)) == (PaperKind.BANK_STATEMENT, {"holder": "王芳"})
    assert facts(reading) == [
        ("2026-05-04", -3_500, None, "商户消费 永辉超市", False, 980),
        ("2026-05-05", 120_000, None, "转账 李建国", False, 980),
    ]


def test_debit_and_credit_columns_with_zeros_an_opening_balance_and_a_total():
    reading = read(
        ((600, "中国建设银行"),), ((600, "个人活期明细"),),
        ((600, "客户名称:王芳"), (4000, "账号:6217 0000 1234 5678")),
        ((600, "起始日期:2026-05-01"), (4000, "截止日期:2026-05-31")),
        ((600, "交易日期"), (2500, "摘要"), (4000, "借方发生额"), (5500, "贷方发生额"), (7200, "余额"),
        (8500, "对方户名")),
        ((2500, "期初余额"), (7200, "1,000.00")),
        ((600, "2026-05-04"), (2500, "消费"), (4000, "35.00"), (7200, "965.00"), (8500, "永辉")),
        ((600, "2026-05-05"), (2500, "工资"), (5500, "5,000.00"), (7200, "5,965.00"), (8500, "某公司")),
        ((600, "2026-05-06"), (2500, "消费"), (4000, "65.00"), (5500, "0.00"), (7200, "5,900.00"), (8500, "永辉")),
        ((2500, "合计"), (4000, "100.00"), (5500, "5,000.00")),
    )  # fmt: skip
    assert values(reading) == {
        "bank": "中国建设银行", "holder": "王芳", "account_tail": "5678", "period_from": "2026-05-01",
        "period_to": "2026-05-31",
    }  # fmt: skip
    assert facts(reading) == [
        ("2026-05-04", -3_500, 96_500, "消费 永辉", False, 980),
        ("2026-05-05", 500_000, 596_500, "工资 某公司", True, 980),
        ("2026-05-06", -6_500, 590_000, "消费 永辉", False, 980),
    ]


def test_days_without_a_year_and_rows_without_a_day():
    reading = read(
        ((600, "Barrow & Kent Bank plc"),), ((600, "Account number 12345678"), (4000, "Sort code 20-00-00")),
        ((600, "1 May 2026 to 31 May 2026"),),
        ((600, "Date"), (2000, "Details"), (5000, "Money out"), (6500, "Money in"), (8200, "Balance")),
        ((2000, "Opening balance"), (8200, "1,000.00")),
        ((600, "04 May"), (2000, "TESCO"), (5000, "35.00"), (8200, "965.00")),
        ((2000, "RENT"), (5000, "100.00"), (8200, "865.00")),
        ((600, "05 May"), (2000, "SALARY ACME LTD"), (6500, "2,000.00"), (8200, "2,865.00")),
    )  # fmt: skip
    assert facts(reading) == [
        ("2026-05-04", -3_500, 96_500, "TESCO", False, 980),
        ("2026-05-04", -10_000, 86_500, "RENT", False, 700),
        ("2026-05-05", 200_000, 286_500, "SALARY ACME LTD", True, 980),
    ]


def test_american_days_and_amounts_in_brackets():
    reading = read(
        ((600, "First Riverside Bank"),), ((600, "Account statement"),),
        ((600, "Account holder"), (4000, "Emma Carter")),
        ((600, "Account number"), (4000, "****1234")), ((600, "Statement period"), (4000, "05/01/2026 - 05/31/2026")),
        ((600, "Date"), (2500, "Description"), (5500, "Amount"), (8000, "Balance")),
        ((600, "05/04/2026"), (2500, "PAYROLL ACME"), (5500, "$2,000.00"), (8000, "$2,900.00")),
        ((600, "05/05/2026"), (2500, "RENT"), (5500, "($1,000.00)"), (8000, "$1,900.00")),
    )  # fmt: skip
    assert values(reading) == {
        "bank": "First Riverside Bank", "holder": "Emma Carter", "account_tail": "1234", "period_from": "2026-05-01",
        "period_to": "2026-05-31",
    }  # fmt: skip
    assert facts(reading) == [
        ("2026-05-04", 200_000, 290_000, "PAYROLL ACME", True, 980),
        ("2026-05-05", -100_000, 190_000, "RENT", False, 980),
    ]


def test_payslips_on_one_line_with_figures_of_the_year_or_without_decimals():
    one_line = read(
        ((2000, "成都锦程物流有限公司2026年9月份工资条"),),
        ((600, "姓名:王芳 部门:财务部 应发工资:9,000.00元 扣款合计:1,000.00元 实发工资:8,000.00元"),),
    )
    assert values(one_line) == {
        "employer": "成都锦程物流有限公司", "name": "王芳", "month": "2026-09", "gross": "900000",
        "deductions": "100000", "net": "800000",
    }  # fmt: skip
    of_the_year = read(
        ((600, "ACME Foods Pty Ltd"), (7000, "PAY ADVICE")), ((600, "Employee Name"), (3000, "Emma Carter")),
        ((600, "Pay Period"), (3000, "01/05/2026 to 31/05/2026")),
        ((600, "Gross Pay"), (4000, "3,000.00"), (7000, "15,000.00")),
        ((600, "Total Deductions"), (4000, "500.00"), (7000, "2,500.00")),
        ((600, "Net Pay"), (4000, "2,500.00"), (7000, "12,500.00")),
    )  # fmt: skip
    assert values(of_the_year) == {
        "employer": "ACME Foods Pty Ltd", "name": "Emma Carter", "month": "2026-05", "gross": "300000",
        "deductions": "50000", "net": "250000",
    }  # fmt: skip
    whole = read(
        ((2000, "工资条 2026.09"),), ((600, "姓名"), (2000, "应发工资"), (3500, "代扣合计"), (5000, "实发工资")),
        ((600, "王芳"), (2000, "9000"), (3500, "1000.5"), (5000, "7999.5")),
    )  # fmt: skip
    assert values(whole) == {
        "name": "王芳", "month": "2026-09", "gross": "900000", "deductions": "100050", "net": "799950",
    }  # fmt: skip


def test_headings_that_stand_so_close_that_they_were_read_as_one():
    close = read(
        ((2000, "工资条 2026.09"),),
        ((600, "姓名"), (1800, "应发工资社保个人"), (4500, "代扣合计"), (6000, "实发工资")),
        ((600, "王芳"), (1800, "9000"), (3000, "800"), (4500, "1000.5"), (6000, "7999.5")),
    )  # fmt: skip
    assert values(close) == {
        "name": "王芳", "month": "2026-09", "gross": "900000", "deductions": "100050", "net": "799950",
    }  # fmt: skip


def test_a_proof_of_tax_with_the_total_in_words_and_the_months_in_a_column():
    reading = read(
        ((3000, "中华人民共和国税收完税证明"),), ((600, "纳税人名称 王芳"), (5000, "纳税人识别号 532901198809139240")),
        ((600, "税种"), (2000, "品目名称"), (4000, "税款所属时期"), (7000, "实缴(退)金额")),
        ((600, "个人所得税"), (2000, "工资薪金所得"), (4000, "2026-01-01至2026-01-31"), (7000, "120.00")),
        ((600, "金额合计"), (2000, "(大写)壹佰贰拾元整"), (7000, "¥120.00")),
    )  # fmt: skip
    assert values(reading) == {
        "name": "王芳", "id_tail": "9240", "month_from": "2026-01", "month_to": "2026-01", "tax": "12000",
    }  # fmt: skip


def test_a_passport_whose_names_stand_apart_and_a_discharge_note():
    passport = read(
        ((600, "PASSPORT"), (3000, "UNITED STATES OF AMERICA")), ((3000, "Surname"),), ((3000, "CARTER"),),
        ((3000, "Given Names"),), ((3000, "EMMA LOUISE"),), ((300, "P<USACARTER<<EMMA<LOUISE<<<<<<<<<<<<<<<<<<<<"),),
        ((300, "1234567897USA8001014F3001019<<<<<<<<<<<<<<02"),),
    )  # fmt: skip
    assert values(passport) == {
        "name": "CARTER EMMA LOUISE", "number": "123456789", "nationality": "USA", "expires_on": "2030-01-01",
        "born_on": "1980-01-01", "sex": "F",
    }  # fmt: skip
    note = read(
        ((3000, "成都市第三人民医院"),), ((3500, "出院记录"),), ((600, "姓名 王芳"), (4000, "住院号 123")),
        ((600, "入院时间 2026年5月1日 出院时间 2026年5月9日"),), ((600, "出院诊断 肺炎"),),
        ((600, "医师签名 2026年5月9日"),),
    )  # fmt: skip
    assert (note.kind, values(note)) == (
        PaperKind.DIAGNOSIS,
        {
            "hospital": "成都市第三人民医院", "name": "王芳", "admitted_on": "2026-05-01",
            "discharged_on": "2026-05-09", "issued_on": "2026-05-09",
        },
    )  # fmt: skip
