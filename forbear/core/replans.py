"""Measures that plan the rows anew: temporary ones with their exit, a longer term, steps, arrears, settlement.

Each is a total function of a position and its parameters. A temporary measure (holiday, interest-only, reduced, token)
takes the first of the rows to come and needs one of three exits after it: re-amortise, term or arrears-spread.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar

from forbear.core.allocation import taken
from forbear.core.course import settlement_forgives
from forbear.core.money import PPM, Rounding, divide, major, percent
from forbear.core.position import Exit, Fate, Limits, Phase, Position, Settlement, Steps, refuse, unlawful_minor
from forbear.core.refusal import Refusal


class Shortfall(StrEnum):
    """What becomes of interest that a reduced payment does not cover; it must be chosen."""

    WAIVED = "waived"
    PARKED = "parked"
    CAPITALISED = "capitalised"


class Variant(StrEnum):
    """Three payment holidays that are not the same thing; the second is paid at the end or over the rows after it."""

    CAPITALISED = "capitalised"
    SIMPLE_AT_END = "simple-at-end"
    SIMPLE_OVER_TERM = "simple-over-term"
    INTEREST_FREE = "interest-free"


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """HOL."""

    periods: int
    variant: Variant
    name: ClassVar[str] = "holiday"


@dataclass(frozen=True, kw_only=True)
class InterestOnly:
    """IO."""

    periods: int
    name: ClassVar[str] = "interest-only"


@dataclass(frozen=True, kw_only=True)
class Reduced:
    """RED: an amount, or a share in ppm of the contract's instalment; one of the two."""

    periods: int
    shortfall: Shortfall
    amount_minor: int | None = None
    share_ppm: int | None = None
    name: ClassVar[str] = "reduced"


@dataclass(frozen=True, kw_only=True)
class Token:
    """TOK."""

    periods: int
    amount_minor: int
    name: ClassVar[str] = "token"


@dataclass(frozen=True, kw_only=True)
class Term:
    """TERM: rows to come in all, temporary ones included."""

    periods: int
    name: ClassVar[str] = "term"


@dataclass(frozen=True, kw_only=True)
class ReAmortise:
    """REAM."""

    name: ClassVar[str] = "re-amortise"


@dataclass(frozen=True, kw_only=True)
class ArrearsSpread:
    """SPREAD."""

    periods: int
    name: ClassVar[str] = "arrears-spread"


@dataclass(frozen=True, kw_only=True)
class Step:
    """STEP."""

    listed: tuple[int, ...] = ()
    growth_ppm: int = 0
    every: int = 1
    unit_minor: int = 1
    name: ClassVar[str] = "step"


@dataclass(frozen=True, kw_only=True)
class Settle:
    """SET: an amount, or a share in ppm of all that is owed (of="total") or of principal (of="principal")."""

    payments: int
    expires_on: date
    amount_minor: int | None = None
    share_ppm: int | None = None
    of: str = "total"
    name: ClassVar[str] = "settlement"


@dataclass(frozen=True, kw_only=True)
class Consolidate:
    """CONS: the other contracts, and what the one debt bears; `guarantors_agreed`: in writing (民法典 art. 695)."""

    others: tuple[Position, ...]
    rate_ppm: int
    periods: int
    guarantors_agreed: bool = False
    name: ClassVar[str] = "consolidate"


def holiday(position: Position, asked: Holiday, limits: Limits) -> Position | Refusal:
    """HOL: p = 0 for h rows. CAPITALISED: each row's interest becomes principal, P' = P(1+r)^h, rounded row by row.
    SIMPLE_*: I += P·r a row, bears nothing, due with the last row or over the rows after. INTEREST_FREE: r = 0 for h
    rows. The borrower bears the first two, the lender the third.

    Refused: h < 1, longer than temporary measures may be, no row after it, capitalising where it is not lawful.
    """
    fate = {
        Variant.CAPITALISED: Fate.CAPITALISED,
        Variant.SIMPLE_AT_END: Fate.PARKED,
        Variant.SIMPLE_OVER_TERM: Fate.SPREAD,
        Variant.INTEREST_FREE: Fate.FROZEN,
    }[asked.variant]
    return _phase(position, Phase(measure=asked.name, periods=asked.periods, payment_minor=0, fate=fate), limits)


def interest_only(position: Position, asked: InterestOnly, limits: Limits) -> Position | Refusal:
    """IO: p = R(P·r) for h rows, principal stays. Neutral between the two sides.

    Refused: h < 1, longer than temporary measures may be, no row after it.
    """
    phase = Phase(measure=asked.name, periods=asked.periods, payment_minor=None, fate=Fate.SPREAD)
    return _phase(position, phase, limits)


def reduced(position: Position, asked: Reduced, limits: Limits) -> Position | Refusal:
    """RED: p = c, or α·A of the contract's instalment rounded down, for h rows. It meets the row's interest first; what
    is above goes to what is in arrears and to principal, what is short is waived (lender), parked without interest
    until the last row, or made principal where lawful (borrower): negative amortisation is never silent.

    Refused: neither or both of amount and share, a payment of zero or less or not below the contract's instalment.
    """
    if (asked.amount_minor is None) == (asked.share_ppm is None):
        return refuse("reduced", "amount_or_share", "amount_or_share", "amount")
    amount = asked.amount_minor
    if amount is None:
        amount = divide(position.contract_minor * (asked.share_ppm or 0), PPM, Rounding.DOWN)
    if amount <= 0:
        return refuse("reduced", "amount", "amount", "amount")
    if position.contract_minor and amount >= position.contract_minor:
        return refuse("reduced", "not_reduced", "below", "amount", amount=major(position.contract_minor))
    phase = Phase(measure=asked.name, periods=asked.periods, payment_minor=amount, fate=Fate(asked.shortfall.value))
    return _phase(position, phase, limits)


def token(position: Position, asked: Token, limits: Limits) -> Position | Refusal:
    """TOK: a nominal c for h rows while interest is frozen; c goes where payments go. The lender bears the interest
    (CONC 7.3.5G: token payments for a reasonable time).

    Refused: c of zero or less or not below the contract's instalment, h < 1, too long, no row after it.
    """
    if asked.amount_minor <= 0:
        return refuse("token", "amount", "amount", "amount")
    if position.contract_minor and asked.amount_minor >= position.contract_minor:
        return refuse("token", "not_reduced", "below", "amount", amount=major(position.contract_minor))
    phase = Phase(measure=asked.name, periods=asked.periods, payment_minor=asked.amount_minor, fate=Fate.FROZEN)
    return _phase(position, phase, limits)


def term(position: Position, asked: Term, limits: Limits) -> Position | Refusal:
    """TERM: n' > n rows in all; p = A(P', r, n') over those after the temporary ones; principal in arrears is among P',
    other arrears are paid in even shares. The borrower pays more interest in all.

    Refused: n' not above n, n' above the longest term (信用卡办法 art. 70: 60 months).
    """
    most = _rows_in(position, limits.term_max_months)
    if asked.periods <= position.periods:
        return refuse("term", "not_longer", "longer", "periods", most=position.periods)
    if asked.periods > most:
        return refuse("term", "too_long", "shorter", "periods", most=most)
    return replace(_replanned(position), periods=asked.periods, exit=Exit.TERM if position.phases else None)


def re_amortise(position: Position, asked: ReAmortise, limits: Limits) -> Position | Refusal:
    """REAM: p = A(P, r, n) with the same end; principal in arrears is among P, other arrears are paid in even shares.

    It is total: it refuses nothing.
    """
    return replace(_replanned(position), exit=Exit.RE_AMORTISE if position.phases else None)


def arrears_spread(position: Position, asked: ArrearsSpread, limits: Limits) -> Position | Refusal:
    """SPREAD: the contract's instalment plus arrears/m for m rows, in shares that differ by a fen at most; interest on
    principal in arrears as it falls. After a holiday what was missed is caught up in the same way. Neutral.

    Refused: m < 1, m above the rows after the temporary ones, nothing in arrears and nothing missed.
    """
    after = position.periods - sum(phase.periods for phase in position.phases)
    if not 1 <= asked.periods <= after:
        return refuse("arrears-spread", "periods", "shorter", "periods", most=after)
    in_arrears = position.arrears_minor + position.interest_minor + position.penalty_minor + position.fees_minor
    if in_arrears == 0 and not position.phases:
        return refuse("arrears-spread", "nothing", "nothing", "arrears")
    return replace(position, arrears_over=asked.periods, exit=Exit.SPREAD if position.phases else None)


def step(position: Position, asked: Step, limits: Limits) -> Position | Refusal:
    """STEP: listed amounts, the last going on; or p_k = p₁·(1+g)^⌊k/m⌋ with k from 0, p₁ the least whole unit under
    which the debt is paid by the last row. Each payment goes where payments go, the row's interest included. Neutral.

    Refused: no amounts and no growth, amounts or growth below zero, a step of no rows, a unit of nothing. A list that
    does not pay the debt is refused when its rows are made.
    """
    if asked.listed and (min(asked.listed) <= 0 or len(asked.listed) > position.periods):
        return refuse("step", "list", "list", "listed", most=position.periods)
    if not asked.listed and (not 0 <= asked.growth_ppm <= PPM or asked.every < 1 or asked.unit_minor < 1):
        return refuse("step", "growth", "growth", "growth")
    steps = Steps(listed=asked.listed, growth_ppm=asked.growth_ppm, every=asked.every, unit_minor=asked.unit_minor)
    return replace(_replanned(position), steps=steps)


def settle(position: Position, asked: Settle, limits: Limits) -> Position | Refusal:
    """SET: S < P + I + Q + F in j equal payments, all by the day of expiry; the rest is forgiven only on full receipt,
    first of penalty, then fees, interest, principal. The lender bears it. Nothing accrues meanwhile (民法典 art. 575).

    Refused: neither or both of amount and share, S of zero or less or not below what is owed, j < 1, a last payment
    after the expiry, a part payment of less than a fen.
    """
    if (asked.amount_minor is None) == (asked.share_ppm is None) or asked.of not in ("total", "principal"):
        return refuse("settlement", "amount_or_share", "amount_or_share", "amount")
    owed, amount = position.owed, asked.amount_minor
    if amount is None:
        whole = owed.total_minor if asked.of == "total" else owed.principal_minor
        amount = divide(whole * (asked.share_ppm or 0), PPM, Rounding.UP)
    if amount <= 0 or asked.payments < 1 or amount < asked.payments:
        return refuse("settlement", "amount", "amount", "amount")
    if amount >= owed.total_minor:
        return refuse("settlement", "not_less", "below", "amount", amount=major(owed.total_minor))
    if position.due_on(asked.payments) > asked.expires_on:
        return refuse("settlement", "expiry", "expiry", "expires_on", on=position.due_on(asked.payments).isoformat())
    agreed = Settlement(amount_minor=amount, payments=asked.payments, expires_on=asked.expires_on)
    return replace(position, settlement=agreed, periods=max(position.periods, asked.payments))


def received(position: Position, payments: Sequence[tuple[date, int]], on: date) -> Position:
    """A settlement as it stands on a day, `payments` being (day, amount): paid in full by its last day, the rest is
    forgiven and nothing is owed; past it and not in full, what was paid has gone where payments go and all else is
    owed as before; until then it runs on unchanged.
    """
    agreed = position.settlement
    assert agreed is not None, "a settlement to receive"
    in_time = sum(amount for paid_on, amount in payments if paid_on <= min(on, agreed.expires_on))
    if in_time < agreed.amount_minor and on <= agreed.expires_on:
        return position
    owed, given = position.owed, position.forgiven
    paid = taken(owed, sum(amount for paid_on, amount in payments if paid_on <= on), position.order)
    if in_time >= agreed.amount_minor:
        given, paid = given + settlement_forgives(owed, agreed.amount_minor), owed
    of_arrears = min(position.arrears_minor, paid.principal_minor)
    of_current = min(position.not_due_minor, paid.principal_minor - of_arrears)
    of_interest = min(position.interest_minor, paid.interest_minor)
    return replace(
        position,
        arrears_minor=position.arrears_minor - of_arrears,
        not_due_minor=position.not_due_minor - of_current,
        deferred_minor=position.deferred_minor - (paid.principal_minor - of_arrears - of_current),
        interest_minor=position.interest_minor - of_interest,
        parked_minor=position.parked_minor - (paid.interest_minor - of_interest),
        penalty_minor=position.penalty_minor - paid.penalty_minor,
        fees_minor=position.fees_minor - paid.fees_minor,
        settlement=None,
        forgiven=given,
    )


def consolidate(position: Position, asked: Consolidate, limits: Limits) -> Position | Refusal:
    """CONS: part by part the sum of several contracts, one rate, n rows; due days are the first contract's, days past
    due the highest of all (consolidating re-ages nothing). What it costs beside the old contracts is told by
    combinations.cost_of_consolidating.

    Refused: no other contract, another debtor or currency, dates that differ, a rate above the highest of the old ones,
    guarantors who have not agreed, rows beyond the longest term, a contract that is already under a measure, something
    in a contract that lies above its lawful cap.
    """
    every = (position, *asked.others)
    if not asked.others:
        return refuse("consolidate", "alone", "others", "others")
    if {(p.debtor, p.currency, p.as_of) for p in every} != {(position.debtor, position.currency, position.as_of)}:
        return refuse("consolidate", "not_same", "same", "others")
    if any(p.guaranteed for p in every) and not asked.guarantors_agreed:
        return refuse("consolidate", "guarantor", "guarantor", "guarantors_agreed")
    if any(p.phases or p.settlement or p.steps or p.conditional for p in every):
        return refuse("consolidate", "under_measure", "others", "others")
    for p in every:
        for part in ("penalty", "interest"):
            if above := unlawful_minor(p, part, limits):
                return refuse("consolidate", "above_cap", "take_off", part, part=part, amount=major(above))
    highest = max(p.rate_ppm for p in every)
    if not 0 <= asked.rate_ppm <= highest:
        facts = {"rate": percent(asked.rate_ppm), "limit": percent(highest)}
        return refuse("consolidate", "rate_raised", "rate_lower", "rate", **facts)
    if not 1 <= asked.periods <= _rows_in(position, limits.term_max_months):
        most = _rows_in(position, limits.term_max_months)
        return refuse("consolidate", "too_long", "shorter", "periods", most=most)
    summed = {
        name: sum(getattr(p, name) for p in every)
        for name in (
            *("not_due_minor", "arrears_minor", "interest_minor", "penalty_minor", "fees_minor"),
            *("deferred_minor", "parked_minor", "contract_minor", "capitalised_minor"),
        )
    }
    return replace(
        _replanned(replace(position, **summed)),
        guaranteed=any(p.guaranteed for p in every),
        rates=((position.as_of, asked.rate_ppm),),
        periods=asked.periods,
        days_past_due=max(p.days_past_due for p in every),
        kept_payments=min(p.kept_payments for p in every),
        contract_rate_ppm=max(p.contract_rate_ppm for p in every),
        penalty_rate_ppm=max(p.penalty_rate_ppm for p in every),
        frozen=tuple(freeze for p in every for freeze in p.frozen),
        forgiven=sum((p.forgiven for p in asked.others), position.forgiven),
    )


def _phase(position: Position, phase: Phase, limits: Limits) -> Position | Refusal:
    before = sum(each.periods for each in position.phases)
    if phase.periods < 1:
        return refuse(phase.measure, "no_rows", "rows", "periods")
    most = _rows_in(position, limits.temporary_months_max)
    if before + phase.periods > most:
        return refuse(phase.measure, "too_long", "shorter", "periods", most=most)
    if phase.fate is Fate.CAPITALISED and "interest" not in limits.capitalise:
        return refuse(phase.measure, "not_lawful", "simple", "shortfall", part="interest")
    relieved_on = (*position.relieved_on, position.as_of)
    return replace(position, phases=(*position.phases, phase), relieved_on=relieved_on, exit=None)


def _replanned(position: Position) -> Position:
    """Principal in arrears is planned with the rest; the contract's instalment ends; shares over all rows."""
    return replace(
        position,
        not_due_minor=position.not_due_minor + position.arrears_minor,
        arrears_minor=0,
        instalment_minor=None,
        arrears_over=None,
    )


def _rows_in(position: Position, months: int) -> int:
    """How many rows fit in so many months."""
    return months * 30 // position.every_days if position.every_days else months // position.every_months
