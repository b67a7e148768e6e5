"""A made-up loan book, the same for the same seed: sizes, rates and arrears as consumer lenders' books have them.

55 % micro loans (median 3,000 yuan), 35 % standard (11,000), 10 % large (80,000), lognormal, 500 to 200,000; yearly
rates from 7.2 % to 24 %, penalty rate one and a half times that; most of the book 1 to 30 days late, 5 % more than a
year. Every loan began as a whole hundred of yuan with level instalments to the fen, some of which were paid.
"""

import math
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from forbear.core.dates import DayCount, add_months
from forbear.core.loan import Loan, owed_on
from forbear.core.loanbook import Row
from forbear.core.money import PPM, Rounding, divide
from forbear.town.people import made_up_person

_SIZES = (
    (55, 3_000, 0.55, (3, 6, 9, 12)),
    (35, 11_000, 0.50, (12, 18, 24)),
    (10, 80_000, 0.45, (24, 36, 48, 60)),
)
"""Weight, median owed in yuan, spread, terms in months."""

_OWED_LEAST, _OWED_MOST = 500, 200_000
_RATES_PPM = (72_000, 108_000, 144_000, 180_000, 216_000, 237_600, 240_000)
_RATE_WEIGHTS = (6, 8, 12, 22, 18, 22, 12)
_DAYS_LATE = ((5, 0, 0), (45, 1, 30), (15, 31, 60), (9, 61, 90), (13, 91, 180), (8, 181, 360), (5, 361, 900))
"""Weight, from, to."""

SECOND_LOAN_EVERY = 10
"""Every tenth account belongs to somebody who has one already."""


def made_up_book(seed: int, accounts: int, as_of: date) -> tuple[Row, ...]:
    """Rows for so many accounts as of a day. A row depends on seed, day and its index alone, not on how many there are.

    240 accounts are 216 borrowers, of whom 24 have two loans.
    """
    return tuple(made_up_row(seed, index, as_of) for index in range(accounts))


def level_instalment(principal_minor: int, rate_ppm: int, months: int) -> int:
    """The least whole instalment that pays a loan off in so many months, the last being what is left."""
    monthly = rate_ppm / PPM / 12
    close = principal_minor * monthly / (1 - (1 + monthly) ** -months) if rate_ppm else principal_minor / months
    instalment_minor = math.ceil(close)
    while balance_after(principal_minor, rate_ppm, instalment_minor, months) > 0:
        instalment_minor += 1
    while balance_after(principal_minor, rate_ppm, instalment_minor - 1, months) <= 0:
        instalment_minor -= 1
    return instalment_minor


def balance_after(principal_minor: int, rate_ppm: int, instalment_minor: int, paid: int) -> int:
    """The principal left after so many level instalments, each month's interest rounded half up; not above 0: done."""
    left_minor = principal_minor
    for _ in range(paid):
        left_minor -= instalment_minor - divide(left_minor * rate_ppm, 12 * PPM, Rounding.HALF_UP)
    return left_minor


def made_up_row(seed: int, index: int, as_of: date) -> Row:
    """The row of this number in the book of this seed; some have their second loan, and are the same person."""
    second = index % SECOND_LOAN_EVERY == SECOND_LOAN_EVERY - 1
    person = made_up_person(seed, index - 5 if second else index, as_of)
    return Row(loan=_loan(Random(f"forbear loan {seed} {index}"), index, as_of), **vars(person))


def _loan(rng: Random, index: int, as_of: date) -> Loan:
    rate_ppm = rng.choices(_RATES_PPM, _RATE_WEIGHTS)[0]
    first_minor, months, paid = _agreed(rng, rate_ppm)
    instalment_minor = level_instalment(first_minor, rate_ppm, months)
    principal_minor = balance_after(first_minor, rate_ppm, instalment_minor, paid)
    _, least, most = rng.choices(_DAYS_LATE, [weight for weight, _, _ in _DAYS_LATE])[0]
    days_late = rng.randint(least, most)
    start_on = as_of - timedelta(days=days_late or rng.randint(0, 27))
    signed_on = add_months(start_on, -(paid + 1) if days_late else -max(paid, 1))
    at_start = Loan(
        contract=f"HC-{signed_on.year}-{index + 1:07d}",
        currency="CNY",
        signed_on=signed_on,
        principal_minor=principal_minor,
        interest_minor=divide(principal_minor * rate_ppm, 12 * PPM, Rounding.HALF_UP) if days_late else 0,
        penalty_minor=0,
        fees_minor=rng.randint(5, 60) * 100 if rng.random() < 0.06 else 0,
        rate_ppm=rate_ppm,
        penalty_rate_ppm=rate_ppm * 3 // 2,
        day_count=rng.choice((DayCount.THIRTY_360, DayCount.TWELFTHS)),
        oldest_unpaid_due_on=start_on if days_late else None,
        instalment_minor=instalment_minor,
        instalments_left=months - paid,
        due_day=start_on.day,
        as_of=start_on,
    )
    owed = owed_on(at_start, as_of)
    return replace(at_start, interest_minor=owed.interest_minor, penalty_minor=owed.penalty_minor, as_of=as_of)


def _agreed(rng: Random, rate_ppm: int) -> tuple[int, int, int]:
    """(borrowed in minor units, months, instalments paid) so that what is owed now has the size drawn for it."""
    _, median, spread, terms = rng.choices(_SIZES, [size[0] for size in _SIZES])[0]
    owed = min(max(median * math.exp(rng.gauss(0, spread)), _OWED_LEAST), _OWED_MOST)
    months = rng.choice(terms)
    paid = rng.randrange(months)
    monthly = rate_ppm / PPM / 12
    borrowed = owed * (1 - (1 + monthly) ** -months) / (1 - (1 + monthly) ** -(months - paid))
    hundreds = min(max(round(borrowed / 100), 5), _OWED_MOST // 100)
    return hundreds * 100_00, months, paid
