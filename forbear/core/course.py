"""The course of a position: the exact rows it leads to when every row is paid, and the figures of any plan.

One loop makes every kind of row. A row's interest is accrued exactly over its rate changes and frozen days and rounded
once; what has accrued bears no interest unless a measure made it principal; the last row is all that is left. Where
rows are level, the instalment is A(P, r, n) = P·Π(1+rᵢ)/fₙ with f₁ = 1 and fᵢ = 1 + fᵢ₋₁(1+rᵢ), which is
P·r/(1−(1+r)⁻ⁿ) for equal periods and P/n without interest; worked out in whole numbers and rounded once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from forbear.core.accrual import running
from forbear.core.allocation import NOTHING, taken
from forbear.core.dates import DayCount, cost_year, month_part, year_part
from forbear.core.loan import Owed
from forbear.core.money import PPM, Rounding, allocate, divide, major
from forbear.core.plan import Instalment, annual_cost_ppm
from forbear.core.position import Exit, Fate, Phase, Position, Steps, conditional_minor, faults, refuse
from forbear.core.refusal import Refusal


@dataclass(frozen=True, kw_only=True)
class Course:
    """The rows that take something, oldest first. `accrued_minor`: new interest; `capitalised_minor` of it became
    principal on the way, `waived_minor` of it is not owed; `at_end_minor`: what of the last row was set aside for it
    (deferred principal, parked interest); `forgiven`: what falls away on full receipt."""

    rows: tuple[Instalment, ...]
    accrued_minor: int
    capitalised_minor: int = 0
    waived_minor: int = 0
    at_end_minor: int = 0
    forgiven: Owed = NOTHING


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is always worked out. `interest_minor`: paid, carried over and new; `change_minor`: paid in all against the
    contract's course; `raised_minor`: how much the highest payment, but for what was set aside for the last row, is
    above the contract's instalment, a fen a row of rounding left out;
    `annual_cost_ppm`: annualised internal rate of what is paid on the balance carried into the plan."""

    first_minor: int
    highest_minor: int
    last_minor: int
    rows: int
    total_minor: int
    interest_minor: int
    forgiven_minor: int
    change_minor: int
    raised_minor: int
    annual_cost_ppm: int
    first_due_on: date
    ends_on: date


def figures(position: Position, planned: Course, contract_minor: int) -> Figures:
    """The figures of a course. `contract_minor`: what the contract costs in all, paid as it asks."""
    amounts = [row.amount_minor for row in planned.rows] or [0]
    total = sum(amounts)
    relief = position.forgiven.total_minor + planned.forgiven.total_minor + planned.waived_minor
    return Figures(
        first_minor=amounts[0],
        highest_minor=max(amounts),
        last_minor=amounts[-1],
        rows=len(planned.rows),
        total_minor=total,
        interest_minor=sum(row.interest_minor for row in planned.rows),
        forgiven_minor=relief + conditional_minor(position.conditional, position.kept_payments),
        change_minor=total - contract_minor,
        raised_minor=_raised(position, planned, amounts),
        annual_cost_ppm=_annual_cost(position, planned),
        first_due_on=planned.rows[0].due_on if planned.rows else position.as_of,
        ends_on=planned.rows[-1].due_on if planned.rows else position.as_of,
    )


def course(position: Position) -> Course | Refusal:
    """The rows of a position. Refused: a position that is none, a temporary measure without its exit or without a row
    after it, listed steps that do not pay the debt."""
    if refusal := faults(position):
        return refusal
    temporary = sum(phase.periods for phase in position.phases)
    if position.phases and position.exit is None:
        return refuse(position.phases[-1].measure, "no_exit", "exit", "exit")
    if temporary >= position.periods:
        return refuse(position.phases[-1].measure, "no_rows_after", "longer", "periods", most=temporary)
    if position.settlement is not None:
        return _settled(position)
    first = 0
    if position.steps is not None:
        solved = _first_step(position, position.steps, temporary)
        if isinstance(solved, Refusal):
            return solved
        first = solved
    found = _walk(position, temporary, first, _factors(position))
    _check(position, found)
    return found


def _raised(position: Position, planned: Course, amounts: list[int]) -> int:
    highest = max(*amounts[:-1], amounts[-1] - planned.at_end_minor, 0)
    over = highest - position.contract_minor
    return over if position.contract_minor and over > len(amounts) else 0


def _annual_cost(position: Position, planned: Course) -> int:
    paid = {row.due_on: row.amount_minor for row in planned.rows}
    spans, part, year = [], 0, 1
    for number in range(1, position.periods + 1):
        start_on = position.as_of if number == 1 else position.due_on(number - 1)
        of_row, year = _whole_part(position, number, start_on, position.due_on(number))
        part += of_row
        if position.due_on(number) in paid:
            spans.append((part, paid[position.due_on(number)]))
            part = 0
    carried = position.owed.total_minor - planned.forgiven.total_minor
    year = cost_year(position.day_count, year)
    return annual_cost_ppm(carried, spans, year, max(ppm for _, ppm in position.rates))


def factor(position: Position, row: int) -> tuple[int, int]:
    """Rate × part of a year of a row, exactly, as (numerator, denominator): over rate changes, without frozen time."""
    start_on = position.as_of if row == 1 else position.due_on(row - 1)
    end_on = position.due_on(row)
    part, year = _whole_part(position, row, start_on, end_on)
    freezes = [freeze for freeze in position.frozen if "interest" in freeze.parts]
    by_days = year_part(position.day_count, start_on, end_on)[0]
    runs = running(position.day_count, start_on, end_on, freezes)[0]
    # A month that counts as a twelfth is wholly frozen when all its days are, however many it has.
    part = 0 if by_days and not runs else max(0, part - (by_days - runs))
    cuts = [on for on, _ in position.rates if start_on < on < end_on]
    numerator, left, begins_on = 0, part, start_on
    for cut_on in cuts:
        piece = min(left, running(position.day_count, begins_on, cut_on, freezes)[0])
        numerator += position.rate_on(begins_on) * piece
        left, begins_on = left - piece, cut_on
    return numerator + position.rate_on(begins_on) * left, year * PPM


def level_minor(position: Position, principal_minor: int, row: int) -> int:
    """The level instalment that pays a principal off from a row to the last, rounded as the position says: the rates
    of the row itself, then the rate in force at its end."""
    steady = replace(position, rates=((position.as_of, _end_rate(position, row)),))
    numerators = [factor(position, row)[0]]
    numerators += [factor(steady, later)[0] for later in range(row + 1, position.periods + 1)]
    one = factor(position, row)[1]
    growth, annuity, scale = one + numerators[0], 1, 1
    for numerator in numerators[1:]:
        scale *= one
        annuity = scale + annuity * (one + numerator)
        growth *= one + numerator
    return divide(principal_minor * growth, one * annuity, position.rounding)


@dataclass
class _Ledger:
    """What is left while the rows are made."""

    current: int
    arrears: int
    carried: Owed
    parked: int
    deferred: int
    accrued: int = 0
    capitalised: int = 0
    waived: int = 0
    unsaid: int = 0
    rows: list[Instalment] = field(default_factory=list)

    @property
    def principal(self) -> int:
        return self.current + self.arrears

    @property
    def left(self) -> Owed:
        return replace(self.carried, principal_minor=self.principal)

    def take(self, amount_minor: int, order: tuple[str, ...]) -> Owed:
        """Pay of what is carried and of principal, arrears first, in the order of allocation."""
        paid = taken(self.left, amount_minor, order)
        self.carried -= replace(paid, principal_minor=0)
        self.pay_principal(paid.principal_minor)
        return paid

    def pay_principal(self, amount_minor: int) -> None:
        of_arrears = min(self.arrears, amount_minor)
        self.arrears -= of_arrears
        self.current -= amount_minor - of_arrears

    def miss(self, amount_minor: int) -> None:
        """Principal that the contract's row would have paid is in arrears from now on."""
        missed = min(self.current, max(0, amount_minor))
        self.current -= missed
        self.arrears += missed

    def write(self, due_on: date, paid: Owed) -> None:
        """A row, if it takes something; new interest of rows that take nothing is told in the next that does."""
        if paid.total_minor:
            balance = self.principal + self.deferred
            row = Instalment(due_on=due_on, balance_minor=balance, accrues_minor=self.unsaid, **vars(paid))
            self.rows.append(row)
            self.unsaid = 0


def _factors(position: Position) -> list[tuple[int, int]]:
    return [factor(position, row) for row in range(1, position.periods + 1)]


def _walk(position: Position, temporary: int, first_step: int, factors: Sequence[tuple[int, int]]) -> Course:
    book = _opened(position)
    level, at_end, shares = 0, 0, _Shares(NOTHING, 1)
    for number, phase in _numbered(position):
        numerator, one = factors[number - 1]
        if phase is not None and phase.fate is Fate.FROZEN:
            numerator = 0
        interest = divide(book.principal * numerator, one, position.rounding)
        book.accrued += interest
        book.unsaid += interest
        regular = number - temporary
        if phase is not None:
            if position.exit is Exit.SPREAD and position.instalment_minor is not None:
                by_contract = divide(book.current * factors[number - 1][0], one, position.rounding)
                book.miss(position.instalment_minor - by_contract)
            paid = _temporary(book, phase, interest, position.order)
        elif number == position.periods:
            at_end = book.parked + book.deferred
            paid = _last(book, interest)
        elif position.steps is not None:
            paid = _step(book, position.steps, first_step, regular, interest, position)
        else:
            if regular == 1:
                owing = replace(book.carried, principal_minor=book.arrears)
                shares = _Shares(owing, position.arrears_over or position.periods - temporary)
            if regular == 1 or _end_rate(position, number) != _end_rate(position, number - 1):
                level = position.instalment_minor or level_minor(position, book.current, number)
            on_current = divide(book.current * numerator, one, position.rounding)
            paid = _level(book, level, shares.of(regular), interest, on_current)
        book.write(position.due_on(number), paid)
    return Course(
        rows=tuple(book.rows),
        accrued_minor=book.accrued,
        capitalised_minor=book.capitalised,
        waived_minor=book.waived,
        at_end_minor=at_end,
    )


@dataclass(frozen=True)
class _Shares:
    """What was carried into the regular rows, paid in `over` shares that differ by a fen at most."""

    whole: Owed
    over: int

    def of(self, row: int) -> Owed:
        if row > self.over:
            return NOTHING
        amounts = vars(self.whole).items()
        return Owed(**{name: self._upto(amount, row) - self._upto(amount, row - 1) for name, amount in amounts})

    def _upto(self, amount_minor: int, row: int) -> int:
        return divide(amount_minor * row, self.over, Rounding.HALF_EVEN)


def _opened(position: Position) -> _Ledger:
    carried = Owed(
        principal_minor=0,
        interest_minor=position.interest_minor,
        penalty_minor=position.penalty_minor,
        fees_minor=position.fees_minor,
    )
    return _Ledger(
        current=position.not_due_minor,
        arrears=position.arrears_minor,
        carried=carried,
        parked=position.parked_minor,
        deferred=position.deferred_minor,
    )


def _numbered(position: Position) -> Iterator[tuple[int, Phase | None]]:
    number = 0
    for phase in position.phases:
        for _ in range(phase.periods):
            number += 1
            yield number, phase
    for later in range(number + 1, position.periods + 1):
        yield later, None


def _temporary(book: _Ledger, phase: Phase, interest: int, order: tuple[str, ...]) -> Owed:
    """The payment meets the row's own interest, then what is carried and principal; what is short has its fate."""
    payment = interest if phase.payment_minor is None else phase.payment_minor
    met = min(interest, payment)
    short = interest - met
    match phase.fate:
        case Fate.CAPITALISED:
            book.current += short
            book.capitalised += short
            book.unsaid -= short
        case Fate.PARKED:
            book.parked += short
        case Fate.SPREAD:
            book.carried = replace(book.carried, interest_minor=book.carried.interest_minor + short)
        case Fate.WAIVED:
            book.waived += short
            book.unsaid -= short
        case Fate.FROZEN:
            assert short == 0, "what is frozen does not accrue"
    paid = book.take(payment - met, order)
    return replace(paid, interest_minor=paid.interest_minor + met)


def _last(book: _Ledger, interest: int) -> Owed:
    paid = replace(
        book.carried,
        principal_minor=book.principal + book.deferred,
        interest_minor=book.carried.interest_minor + interest + book.parked,
    )
    book.current = book.arrears = book.deferred = book.parked = 0
    book.carried = NOTHING
    return paid


def _step(book: _Ledger, steps: Steps, first: int, regular: int, interest: int, position: Position) -> Owed:
    """The row's interest, what is carried and principal in the order of allocation; short interest is carried."""
    book.carried = replace(book.carried, interest_minor=book.carried.interest_minor + interest)
    return book.take(_step_minor(steps, first, regular, position.rounding), position.order)


def _level(book: _Ledger, level: int, share: Owed, interest: int, on_current: int) -> Owed:
    """The level instalment on what is not due, a share of what was in arrears, and interest on both."""
    principal = min(book.current, max(0, level - on_current))
    short = min(interest, max(0, on_current - level))
    book.parked += short
    book.current -= principal
    book.arrears -= share.principal_minor
    book.carried -= replace(share, principal_minor=0)
    return replace(
        share,
        principal_minor=principal + share.principal_minor,
        interest_minor=interest - short + share.interest_minor,
    )


def _end_rate(position: Position, row: int) -> int:
    """The rate on the last day of a row."""
    return position.rate_on(position.due_on(row) - timedelta(days=1))


def _whole_part(position: Position, row: int, start_on: date, end_on: date) -> tuple[int, int]:
    """A regular row is its months, each a twelfth where months count as equal; another first row is days."""
    regular = row > 1 or position.due_on(0) == start_on
    if regular and not position.every_days:
        if position.every_months == 1:
            return month_part(position.day_count, start_on, end_on)
        if position.day_count in (DayCount.THIRTY_360, DayCount.TWELFTHS):
            return 30 * position.every_months, 360
    return year_part(position.day_count, start_on, end_on)


def _step_minor(steps: Steps, first: int, regular: int, rounding: Rounding) -> int:
    """p₁·(1+g)^⌊k/m⌋ with k counted from 0, or the listed amount, the last of which goes on."""
    if steps.listed:
        return steps.listed[min(regular, len(steps.listed)) - 1]
    power = (regular - 1) // steps.every
    return divide(first * (PPM + steps.growth_ppm) ** power, PPM**power, rounding)


def _first_step(position: Position, steps: Steps, temporary: int) -> int | Refusal:
    """The least first payment, in whole units, under which the last row, but for what was deferred to it, is not above
    its own step. Exact by bisection: a higher first payment never leaves more."""
    whole, factors = replace(position, parked_minor=0, deferred_minor=0), _factors(position)

    def over(first: int) -> int:
        rows = _walk(whole, temporary, first, factors).rows
        asked = _step_minor(steps, first, position.periods - temporary, position.rounding)
        last = rows[-1].amount_minor if rows and rows[-1].due_on == position.due_on(position.periods) else 0
        return last - asked

    if steps.listed:
        left = over(0)
        return refuse("step", "list_short", "list_more", "listed", amount=major(left)) if left > 0 else 0
    low, high = 0, 1
    while over(high * steps.unit_minor) > 0:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if over(middle * steps.unit_minor) <= 0 else (middle, high)
    return high * steps.unit_minor


def settlement_forgives(owed: Owed, amount_minor: int) -> Owed:
    """What a settlement of an amount forgives: first penalty, then fees, interest, principal."""
    return taken(owed, owed.total_minor - amount_minor, ("penalty", "fees", "interest", "principal"))


def _settled(position: Position) -> Course:
    """Equal payments of a settlement; the rest falls away on full receipt: penalty, fees, interest, principal."""
    agreed = position.settlement
    assert agreed is not None, "a settlement to pay"
    owed = position.owed
    forgiven = settlement_forgives(owed, agreed.amount_minor)
    left, rows = owed - forgiven, []
    for number, amount in enumerate(allocate(agreed.amount_minor, [1] * agreed.payments), start=1):
        paid = taken(left, amount, position.order)
        left -= paid
        rows.append(Instalment(due_on=position.due_on(number), balance_minor=left.principal_minor, **vars(paid)))
    return Course(rows=tuple(rows), accrued_minor=0, forgiven=forgiven)


def _check(position: Position, found: Course) -> None:
    """No fen is lost: each part paid is what was owed and what accrued, less what became principal or was waived."""
    rows, owed = found.rows, position.owed
    new = found.accrued_minor - found.capitalised_minor - found.waived_minor
    assert sum(r.principal_minor for r in rows) == owed.principal_minor + found.capitalised_minor, "principal is lost"
    assert sum(r.interest_minor for r in rows) == owed.interest_minor + new, "interest is lost"
    assert sum(r.penalty_minor for r in rows) == owed.penalty_minor, "penalty is lost"
    assert sum(r.fees_minor for r in rows) == owed.fees_minor, "fees are lost"
    assert min((r.balance_minor for r in rows), default=0) >= 0, "a balance is never negative"
    assert not rows or rows[-1].balance_minor == 0, "a plan ends with nothing owed"
