"""Terms of a made-up agreement, whole in themselves: what is owed is paid or forgiven, the balance ends at nothing."""

from dataclasses import replace
from datetime import date
from typing import Any

from forbear.adapters.templates import HOUSE
from forbear.core.agreement import Terms
from forbear.core.contact import Party
from forbear.core.dates import add_months
from forbear.core.loan import Owed
from forbear.core.money import PPM, Rounding, allocate, divide
from forbear.core.plan import Instalment, Plan, check_plan

OWED = Owed(principal_minor=3_820_000, interest_minor=114_600, penalty_minor=31_255, fees_minor=2_000)
WAIVED = Owed(principal_minor=0, interest_minor=34_380, penalty_minor=31_255, fees_minor=2_000)
NOTHING = Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0)
ISSUED_ON = date(2026, 3, 18)


def a_plan(count: int = 36, forgiven: Owed = WAIVED, rate_ppm: int = 60_000) -> Plan:
    """Equal principal each month, the interest of the month and a share of what was carried over on top."""
    due = [add_months(date(2026, 4, 28), month) for month in range(count)]
    principal = allocate(OWED.principal_minor - forgiven.principal_minor, [1] * count)
    carried = allocate(OWED.interest_minor - forgiven.interest_minor, [1] * count)
    penalty = allocate(OWED.penalty_minor - forgiven.penalty_minor, [1] * count)
    fees = allocate(OWED.fees_minor - forgiven.fees_minor, [1] * count)
    left, rows = OWED.principal_minor - forgiven.principal_minor, []
    for i in range(count):
        new = divide(left * rate_ppm, 12 * PPM, Rounding.HALF_UP)
        left -= principal[i]
        rows.append(
            Instalment(
                due_on=due[i],
                principal_minor=principal[i],
                interest_minor=carried[i] + new,
                penalty_minor=penalty[i],
                fees_minor=fees[i],
                balance_minor=left,
                accrues_minor=new,
            )
        )
    plan = Plan(
        as_of=ISSUED_ON,
        owed=OWED,
        first_due_on=due[0],
        ends_on=due[-1],
        instalments=tuple(rows),
        forgiven=forgiven,
        measures=(),
        annual_cost_ppm=58_913,
        total_minor=sum(row.amount_minor for row in rows),
        instalment_max_minor=max(row.amount_minor for row in rows),
        rate_ppm=rate_ppm,
    )
    check_plan(plan, OWED, ISSUED_ON)
    return plan


def some_terms(plan: Plan | None = None, name: str = "欧阳彧", **changes: Any) -> Terms:
    """An agreement as it is drawn up; `changes` replace fields of it."""
    party = Party(
        borrower_id="p_4ab1",
        name=name,
        id_number_masked="510***********002X",
        phone="19900001234",
    )
    terms = Terms(
        case_id="c_7f3kq2m9_0",
        number=1,
        replaces=None,
        template=HOUSE,
        lender="示例消费金融有限公司",
        lender_en="Example Consumer Finance Co., Ltd.",
        phone="400-000-0000",
        borrower=party,
        contract="HC-2025-0007781",
        currency="CNY",
        contract_signed_on=date(2025, 5, 28),
        contract_rate_ppm=237_600,
        issued_on=ISSUED_ON,
        sign_by_on=date(2026, 4, 1),
        plan=plan or a_plan(),
        allocation=("interest", "principal", "penalty", "fees"),
        grace_days=3,
        tolerance_minor=100,
        cure_days=10,
        rulebook="5b1e" * 16,
        record_head="c3a9" * 16,
        ledger="desk.lender.example/ledger",
        ledger_key="desk.lender.example/ledger+0a1b2c3d+AWXtq8yNq3mRk0c1u9Gv0c5p5bqW0m1T0o2mZ2m8Zk9x",
        certificates="own",
        cooling_days=7,
        review_on=(date(2026, 9, 18), date(2027, 3, 18)),
    )
    return replace(terms, **changes)
