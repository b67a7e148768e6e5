"""Made-up households for made-up borrowers: what they lived on, what happened, and what they live on now.

Usual income follows the five income groups of the statistics office (per head and year 2023: 9,215, 20,442, 32,195,
50,220, 95,055 yuan), 1.9 heads a loan, tilted towards the lower groups, and not below what the instalment called for
when the loan was made. Each trouble then does to it what that trouble does.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from forbear.core.budget import Evidence, Household, Income, OtherDebt, Outgoing
from forbear.core.dates import month_after, month_of
from forbear.core.loanbook import Row
from forbear.core.plan import Cause, Request

_YEARLY_A_HEAD = (9_215, 20_442, 32_195, 50_220, 95_055)
_GROUP_WEIGHTS = (24, 30, 24, 15, 7)
_HEADS = 1.9
_LARGE_CITIES = ("cn/beijing", "cn/shanghai", "cn/guangdong/shenzhen", "cn/guangdong/guangzhou", "cn/zhejiang/hangzhou")
HARVEST_MONTHS = (6, 10)
"""Wheat or rape in June, rice or maize in October."""


@dataclass(frozen=True, kw_only=True)
class MadeUpHousehold:
    """What a borrower of the town would say at the desk. `trouble` is the story's name; several share a cause."""

    trouble: str
    cause: Cause
    since: date
    until: date | None
    household: Household
    request: Request


@dataclass
class _Draft:
    """A household before its trouble, which then changes it. Amounts in whole yuan; `once`: (kind, month, amount)."""

    usual: int
    adults: int
    children: int
    as_of: date
    wages: int = 0
    partner: int = 0
    income: list[tuple[str, int, str]] = field(default_factory=list)
    income_once: list[tuple[str, str, int, str]] = field(default_factory=list)
    outgoings: dict[str, int] = field(default_factory=dict)
    outgoings_once: list[tuple[str, str, int]] = field(default_factory=list)
    debts: list[tuple[str, int, int, bool]] = field(default_factory=list)


def made_up_household(row: Row, rng: Random) -> MadeUpHousehold:
    """A plausible household for a row of the book; different every time, the same for the same state of `rng`."""
    draft = _before(row, rng)
    trouble = rng.choices(list(TROUBLES), [weight for weight, _, _ in TROUBLES.values()])[0]
    _, cause, befall = TROUBLES[trouble]
    befall(draft, rng)
    since = row.loan.as_of - timedelta(days=rng.randint(30, 240))
    household = _household(draft, row.place or "cn/sichuan/chengdu", trouble)
    return MadeUpHousehold(
        trouble=trouble,
        cause=cause,
        since=since,
        until=None if rng.random() < 0.35 else row.loan.as_of + timedelta(days=rng.randint(60, 420)),
        household=household,
        request=_request(row, household, rng),
    )


def _before(row: Row, rng: Random) -> _Draft:
    group = rng.choices(_YEARLY_A_HEAD, _GROUP_WEIGHTS)[0]
    drawn = group * _HEADS / 12 * rng.uniform(0.85, 1.2)
    called_for = row.loan.instalment_minor / 100 * rng.uniform(2.2, 3.5)
    usual = _round(max(drawn, called_for, 2_400))
    adults = rng.choices((1, 2, 3), (35, 55, 10))[0]
    draft = _Draft(usual, adults, rng.choices((0, 1, 2), (50, 36, 14))[0], row.loan.as_of)
    draft.partner = _round(usual * rng.uniform(0.25, 0.45)) if adults > 1 and rng.random() < 0.7 else 0
    draft.wages = usual - draft.partner
    heads = draft.adults + draft.children
    if rng.random() < 0.6:
        draft.outgoings["rent"] = _round(usual * rng.uniform(0.12, 0.22) * (1.3 if row.place in _LARGE_CITIES else 1))
    draft.outgoings["food"] = _round(350 + 420 * heads * rng.uniform(0.8, 1.2))
    draft.outgoings["utilities"] = _round(rng.uniform(150, 420))
    draft.outgoings["transport"] = _round(rng.uniform(80, 400))
    if draft.children:
        draft.outgoings["school"] = _round(rng.uniform(150, 700) * draft.children)
    if rng.random() < 0.2:
        draft.debts.append(("bank", _round(usual * rng.uniform(1, 4)), _round(usual * rng.uniform(0.03, 0.08)), False))
    return draft


# ---- what happens ----------------------------------------------------------------------------------------------


def _illness(draft: _Draft, rng: Random) -> None:
    draft.wages = _round(draft.wages * rng.uniform(0.4, 0.75))
    draft.outgoings["medical"] = _round(rng.uniform(200, 1_200))
    if rng.random() < 0.5:
        draft.outgoings_once.append(("medical", month_after(month_of(draft.as_of), 2), _round(rng.uniform(600, 5_000))))


def _job_loss(draft: _Draft, rng: Random) -> None:
    draft.wages = 0
    draft.income.append(("benefit", _round(rng.uniform(1_300, 2_100)), "A"))
    if rng.random() < 0.6:
        draft.income.append(("self-employed", _round(draft.usual * rng.uniform(0.2, 0.5)), "C"))


def _income_cut(draft: _Draft, rng: Random) -> None:
    draft.wages = _round(draft.wages * rng.uniform(0.5, 0.8))


def _harvest_failed(draft: _Draft, rng: Random) -> None:
    """A farm: little by the month, most of the year's money in one or two months, and less of it this year."""
    yearly, draft.wages = draft.wages * 12, 0
    draft.outgoings.pop("rent", None)
    draft.income.append(("self-employed", _round(yearly * rng.uniform(0.25, 0.4) / 12), "C"))
    for ahead in range(1, 25):
        month = month_after(month_of(draft.as_of), ahead)
        if int(month[5:]) in HARVEST_MONTHS:
            draft.income_once.append(("harvest", month, _round(yearly * rng.uniform(0.15, 0.3)), "C"))


def _shop_closed(draft: _Draft, rng: Random) -> None:
    draft.wages = 0
    draft.income.append(("self-employed", _round(draft.usual * rng.uniform(0.25, 0.6)), "C"))
    draft.debts.append(("supplier", _round(rng.uniform(8_000, 60_000)), _round(rng.uniform(200, 800)), False))


def _slow_season(draft: _Draft, rng: Random) -> None:
    """A small business that lives from a few months before the Spring Festival."""
    yearly, draft.wages = draft.wages * 12, 0
    draft.income.append(("self-employed", _round(yearly * rng.uniform(0.45, 0.65) / 12), "B"))
    for ahead in range(1, 25):
        month = month_after(month_of(draft.as_of), ahead)
        if int(month[5:]) in (1, 12):
            draft.income_once.append(("bonus", month, _round(yearly * rng.uniform(0.08, 0.15)), "C"))


def _divorce(draft: _Draft, rng: Random) -> None:
    draft.partner, draft.adults = 0, 1
    draft.outgoings["care"] = _round(rng.uniform(300, 1_200))


def _parent_needs_care(draft: _Draft, rng: Random) -> None:
    draft.adults += 1
    draft.wages = _round(draft.wages * rng.uniform(0.7, 1))
    draft.outgoings["care"] = _round(rng.uniform(500, 2_000))
    draft.income.append(("pension", _round(rng.uniform(150, 1_800)), "A"))


def _too_many_loans(draft: _Draft, rng: Random) -> None:
    for creditor in rng.sample(("bank", "credit card", "online lender", "relative", "car loan"), rng.randint(2, 4)):
        balance = _round(draft.usual * rng.uniform(1, 5))
        draft.debts.append((creditor, balance, _round(balance * rng.uniform(0.02, 0.05)), creditor == "car loan"))


def _flood(draft: _Draft, rng: Random) -> None:
    draft.wages = _round(draft.wages * rng.uniform(0.6, 1))
    draft.outgoings_once.append(("other", month_after(month_of(draft.as_of), 1), _round(rng.uniform(2_000, 12_000))))


def _left_home(draft: _Draft, rng: Random) -> None:
    draft.partner, draft.adults = 0, 1
    draft.outgoings["rent"] = _round(draft.usual * rng.uniform(0.15, 0.25))


def _deceived(draft: _Draft, rng: Random) -> None:
    draft.debts.append(("online lender", _round(rng.uniform(10_000, 50_000)), _round(rng.uniform(300, 900)), False))


TROUBLES: dict[str, tuple[int, Cause, Callable[[_Draft, Random], None]]] = {
    "illness": (18, Cause.ILLNESS, _illness),
    "job-loss": (22, Cause.JOB_LOSS, _job_loss),
    "income-cut": (17, Cause.INCOME_CUT, _income_cut),
    "harvest-failed": (7, Cause.DISASTER, _harvest_failed),
    "shop-closed": (9, Cause.BUSINESS_FAILURE, _shop_closed),
    "slow-season": (6, Cause.INCOME_CUT, _slow_season),
    "divorce": (5, Cause.FAMILY_CHANGE, _divorce),
    "parent-needs-care": (4, Cause.FAMILY_CHANGE, _parent_needs_care),
    "too-many-loans": (6, Cause.OVER_INDEBTED, _too_many_loans),
    "flood": (2, Cause.DISASTER, _flood),
    "left-home": (2, Cause.FAMILY_VIOLENCE, _left_home),
    "deceived": (2, Cause.FRAUD_VICTIM, _deceived),
}
"""Trouble → weight, cause, and what it does to a household."""


# ---- as the desk writes it -------------------------------------------------------------------------------------


def _household(draft: _Draft, place: str, trouble: str) -> Household:
    wages = ("partner" if trouble == "job-loss" else "wages", draft.wages, "A")
    monthly = [wages, ("partner", draft.partner, "B"), *draft.income]
    income = [
        Income(source=source, evidence=Evidence(grade), monthly_minor=amount * 100)
        for source, amount, grade in monthly
        if amount
    ]
    income += [
        Income(source=source, evidence=Evidence(grade), month=month, amount_minor=amount * 100)
        for source, month, amount, grade in draft.income_once
    ]
    outgoings = [Outgoing(kind=kind, monthly_minor=amount * 100) for kind, amount in draft.outgoings.items()]
    outgoings += [Outgoing(kind=k, month=month, amount_minor=amount * 100) for k, month, amount in draft.outgoings_once]
    debts = [
        OtherDebt(creditor=creditor, balance_minor=balance * 100, monthly_minor=monthly * 100, priority=priority)
        for creditor, balance, monthly, priority in draft.debts
    ]
    return Household(
        place=place,
        adults=draft.adults,
        children=draft.children,
        income=tuple(income),
        outgoings=tuple(outgoings),
        other_debts=tuple(debts),
    )


def _request(row: Row, household: Household, rng: Random) -> Request:
    """What she asks for: often only the kind of help; an amount is what she believes is left, not what is."""
    kinds = tuple(
        rng.sample(("longer-term", "lower-instalment", "waive-penalty", "payment-holiday"), rng.randint(1, 2))
    )
    if rng.random() < 0.45:
        return Request(kinds=kinds)
    comes_in = sum(line.monthly_minor or 0 for line in household.income)
    goes_out = sum(line.monthly_minor or 0 for line in household.outgoings)
    goes_out += sum(debt.monthly_minor for debt in household.other_debts)
    believed = min(max(comes_in - goes_out, 0), row.loan.instalment_minor) * rng.uniform(0.5, 0.9)
    instalment_minor = round(believed / 5_000) * 5_000
    return Request(kinds=kinds, instalment_minor=instalment_minor, months=rng.choice((None, 12, 24, 36, 48)))


def _round(yuan: float) -> int:
    """To whole tens of yuan, as people say it."""
    return round(yuan / 10) * 10
