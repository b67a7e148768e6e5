"""docs/measures.md: the table of measures from the catalogue and the core, with figures worked out while writing it."""

from dataclasses import replace
from datetime import date

from forbear.core.combinations import ABOUT, EXCLUDES, About, AnyMeasure, Planned, excluded, planned, told
from forbear.core.course import Course, course
from forbear.core.dates import DayCount
from forbear.core.measures import Capitalise, DeferPrincipal, DueDay, Earned, Forgive, FreezeAccrual, Rate, ReAge, Waive
from forbear.core.money import major, percent
from forbear.core.position import Limits, Position
from forbear.core.replans import (
    ArrearsSpread,
    Consolidate,
    Holiday,
    InterestOnly,
    ReAmortise,
    Reduced,
    Settle,
    Shortfall,
    Step,
    Term,
    Token,
    Variant,
)
from forbear.words import say

AS_OF = date(2026, 3, 28)
EXAMPLE = Position(
    as_of=AS_OF,
    currency="CNY",
    debtor="p_1",
    guaranteed=False,
    not_due_minor=11_400_00,
    arrears_minor=600_00,
    interest_minor=300_00,
    penalty_minor=200_00,
    fees_minor=50_00,
    rates=((AS_OF, 120_000),),
    contract_rate_ppm=120_000,
    penalty_rate_ppm=180_000,
    day_count=DayCount.THIRTY_360,
    periods=12,
    next_due_on=date(2026, 4, 28),
    due_day=28,
    contract_minor=1_066_19,
    instalment_minor=1_066_19,
    days_past_due=64,
    kept_payments=3,
)
LIMITS = Limits(capitalise=("interest", "fees"))
LEVEL = ReAmortise()
EXAMPLES: tuple[tuple[str, tuple[AnyMeasure, ...]], ...] = (
    ("penalty of 200.00 waived", (Waive(part="penalty", amount_minor=200_00),)),
    ("fees of 50.00 waived, level anew", (Waive(part="fees", amount_minor=50_00), LEVEL)),
    ("interest of 300.00 waived, earned in 4 × 3 payments", (
        Waive(part="interest", amount_minor=300_00, earned=Earned(shares=4, every=3)), LEVEL)),
    ("1,000.00 of principal forgiven, level anew", (Forgive(amount_minor=1_000_00), LEVEL)),
    ("due on the 10th", (DueDay(day=10),)),
    ("6 % a year, level anew", (Rate(from_rows=((1, 60_000),)), LEVEL)),
    ("no interest for 60 days, level anew", (FreezeAccrual(from_on=AS_OF, until_on=date(2026, 5, 27)), LEVEL)),
    ("days past due set to 0", (ReAge(),)),
    ("interest and fees added to principal", (Capitalise(parts=("interest", "fees")),)),
    ("3 months off, interest added, 15 rows", (Holiday(periods=3, variant=Variant.CAPITALISED), Term(periods=15))),
    ("3 months off, simple interest at the end, 15 rows", (
        Holiday(periods=3, variant=Variant.SIMPLE_AT_END), Term(periods=15))),
    ("3 months off, simple interest over the rows, 15 rows", (
        Holiday(periods=3, variant=Variant.SIMPLE_OVER_TERM), Term(periods=15))),
    ("3 months off without interest, 15 rows", (
        Holiday(periods=3, variant=Variant.INTEREST_FREE), Term(periods=15))),
    ("3 months interest only, 15 rows", (InterestOnly(periods=3), Term(periods=15))),
    ("3 × 60.00, the rest of interest waived, 15 rows", (
        Reduced(periods=3, amount_minor=60_00, shortfall=Shortfall.WAIVED), Term(periods=15))),
    ("3 × 60.00, the rest of interest parked, 15 rows", (
        Reduced(periods=3, amount_minor=60_00, shortfall=Shortfall.PARKED), Term(periods=15))),
    ("3 × 60.00, the rest of interest added, 15 rows", (
        Reduced(periods=3, amount_minor=60_00, shortfall=Shortfall.CAPITALISED), Term(periods=15))),
    ("3 × 10.00, interest stands still, 15 rows", (Token(periods=3, amount_minor=10_00), Term(periods=15))),
    ("24 rows", (Term(periods=24),)),
    ("level anew", (LEVEL,)),
    ("arrears over 10 rows", (ArrearsSpread(periods=10),)),
    ("10 % more every 3 rows, whole yuan", (Step(growth_ppm=100_000, every=3, unit_minor=100),)),
    ("3,000.00 set aside, level anew", (DeferPrincipal(amount_minor=3_000_00), LEVEL)),
    ("settled with 9,000.00 in 3 parts", (
        Settle(payments=3, expires_on=date(2026, 6, 30), amount_minor=9_000_00),)),
    ("joined with the same debt without arrears, 6 % a year, 24 rows", (
        Consolidate(
            others=(replace(EXAMPLE, arrears_minor=0, not_due_minor=12_000_00, interest_minor=0, penalty_minor=0,
                            fees_minor=0, days_past_due=0),), rate_ppm=60_000, periods=24),)),
)  # fmt: skip


def measures() -> str:
    """The page: definitions, what excludes what, the figures of each on one debt."""
    return "\n".join([*_table(), "", *_combining(), "", *_figures(), ""])


def _table() -> list[str]:
    head = [
        "# Measures of relief",
        "",
        "Written by `make docs` from the catalogue and from a run. The exact definition of each, with its source and",
        "what it refuses, stands in its docstring: `forbear/core/measures.py` (waive, adjust, capitalise) and",
        "`forbear/core/replans.py` (plan anew). P principal, I interest, Q penalty, F fees, r rate a row, n rows to",
        "come, A(P, r, n) the level instalment; every amount is whole fen, rounded half up once a row.",
        "",
        "| code | measure | 中文 | definition | who bears it | exit | excludes | what a borrower sees |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return [*head, *(_line(about) for about in ABOUT)]


def _line(about: About) -> str:
    en = {what: say("en", key) for what, key in told(about).items()}
    barred = ", ".join(f"`{name}`" for name in excluded(about.name)) or "nothing"
    if about.name == "settlement":
        barred = "all but `waive-*` and `freeze`"
    cells = (
        *(about.code, f"`{about.name}`", say("zh", told(about)["name"]), en["definition"].replace("|", "\\|")),
        *(en["bears"], en["exit"], barred, en["sees"]),
    )
    return "| " + " | ".join(cells) + " |"


def _combining() -> list[str]:
    whys = dict.fromkeys(pair.why for pair in EXCLUDES)
    pairs = {why: [f"`{p.one}` + `{p.other}`" for p in EXCLUDES if p.why == why] for why in whys}
    lines = [
        "## What goes together",
        "",
        "Measures are applied in one order, whatever order they are named in: several contracts become one, then",
        "waive, adjust, capitalise, re-plan; the table above is in that order. What is not listed here combines.",
        "",
    ]
    for why, listed in pairs.items():
        every = why == "settlement-alone"
        which = "`settlement` with any other but `waive-*` and `freeze`" if every else "; ".join(listed)
        lines.append(f"- {which}: {say('en', f'measures.why.{why}')}")
    return [
        *lines,
        "- Penalty is not capitalised where penalty is waived; a part above its lawful cap is never capitalised.",
        "- `holiday`, `interest-only`, `reduced` and `token` need an exit: `re-amortise`, `term` or `arrears-spread`.",
        "- A second temporary measure within 24 months needs a person's agreement (EBA/GL/2018/06).",
        "- Forgiven and deferred principal are slices of their own.",
        "- `re-age` needs kept payments and changes no amount.",
        "- The solver's label `deferral` is a `holiday` whose simple interest is paid after it; its `income-following`",
        "  is a `step` with listed amounts.",
    ]


def _figures() -> list[str]:
    whole = course(EXAMPLE)
    assert isinstance(whole, Course)
    total = sum(row.amount_minor for row in whole.rows)
    lines = [
        "## One debt under each",
        "",
        "12,000.00 at 12 % a year, twelve rows of 1,066.19; 600.00 of principal is overdue with 300.00 of interest,",
        f"200.00 of penalty and 50.00 of fees. Paid as the contract asks it costs {major(total)}, the first row",
        f"{major(whole.rows[0].amount_minor)}; `change` is the total against that.",
        "",
        "| measures | first | highest | last | rows | total | interest | forgiven | change | cost a year | ends |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, asked in EXAMPLES:
        found = planned(EXAMPLE, asked, LIMITS, asked_to_pay_more=True)
        assert isinstance(found, Planned), f"{name}: {found}"
        f = found.figures
        amounts = [major(a) for a in (f.first_minor, f.highest_minor, f.last_minor)]
        sums = [major(a) for a in (f.total_minor, f.interest_minor, f.forgiven_minor, f.change_minor)]
        cells = [name, *amounts, str(f.rows), *sums, f"{percent(f.annual_cost_ppm)} %", f.ends_on.isoformat()]
        lines.append("| " + " | ".join(cells) + " |")
    return lines
