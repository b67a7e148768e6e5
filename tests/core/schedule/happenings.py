"""Random loans to which random things happen: every kind of event, in any order, sensible or not."""

import random
from datetime import date, timedelta

from forbear.adapters.conventions import load_convention, names
from forbear.core.convention import Convention, Early
from forbear.core.dates import DayCount
from forbear.core.periods import Every, Unit
from forbear.core.schedule_events import (
    AsOf,
    Charge,
    Disbursement,
    DownPayment,
    Event,
    GraceInterest,
    GracePrincipal,
    InterestHandling,
    InterestPause,
    OverduePenalty,
    Payment,
    RateChange,
    ReAge,
    ReAmortise,
    Reschedule,
)
from forbear.core.schedule_terms import Method, Terms

PROFILES = [name for name in names() if name != "frappe-unrounded"]


def loan(chance: random.Random) -> Terms:
    method = chance.choice([m for m in Method if m is not Method.FIXED_AMOUNT])
    principal = chance.randint(100_00, 50_000_00)
    return Terms(
        principal_minor=principal,
        rate_ppm=chance.choice([0, 70_000, 94_822, 240_000, 4_000_000]),
        penalty_rate_ppm=chance.choice([0, 0, 4_000_000]),
        penalty_on_interest=chance.random() < 0.5,
        rows=chance.randint(1, 14),
        every=chance.choice(
            [Every(1, Unit.MONTHS), Every(2, Unit.WEEKS), Every(15, Unit.DAYS), Every(1, Unit.MONTH_END)]
        ),
        disbursed_on=date(2024, 1, 1) + timedelta(days=chance.randint(0, 400)),
        day_count=chance.choice(list(DayCount)),
        method=method,
        balloon_minor=principal // 3 if method is Method.BALLOON else 0,
    )


def convention(chance: random.Random) -> Convention:
    return load_convention(chance.choice(PROFILES))


def happenings(chance: random.Random, terms: Terms) -> tuple[Event, ...]:
    return tuple(_event(chance, terms) for _ in range(chance.randint(1, 5)))


def _event(chance: random.Random, terms: Terms) -> Event:
    step = max(terms.every.days, terms.every.months * 30)
    on = terms.disbursed_on + timedelta(days=chance.randint(0, step * terms.rows + 40))
    later = on + timedelta(days=chance.randint(0, 60))
    amount = chance.randint(1, terms.principal_minor)
    handling = chance.choice(list(InterestHandling))
    return chance.choice(
        [
            Payment(on=on, amount_minor=amount // chance.choice([1, 3, 10]) + 1, early=chance.choice([None, *Early])),
            Payment(on=on, amount_minor=amount // 10 + 1),
            Payment(on=on, amount_minor=None, to_period_end=chance.random() < 0.5),
            AsOf(on=on, overdue_interest=chance.choice([None, True, False])),
            Disbursement(on=on, amount_minor=amount),
            DownPayment(share_ppm=250_000, paid=chance.random() < 0.7),
            Charge(on=on, amount_minor=amount // 50 + 1, penalty=chance.random() < 0.5),
            OverduePenalty(as_of=on, share_ppm=15_000, base=chance.choice(["principal", "interest", "total"])),
            OverduePenalty(as_of=on, rate_ppm=360_000, free_days=3),
            GracePrincipal(from_row=1, rows=chance.randint(1, 4)),
            GraceInterest(from_row=chance.randint(1, 2), rows=chance.randint(1, 3)),
            RateChange(first_on=on, rate_ppm=chance.choice([0, 40_000, 360_000])),
            InterestPause(from_on=on, to_on=later),
            Reschedule(from_on=on, due_on=later),
            Reschedule(from_on=on, extra_rows=chance.randint(0, 4), grace_principal=chance.randint(0, 3)),
            Reschedule(from_on=on, grace_interest=chance.randint(0, 3), rate_ppm=chance.choice([None, 30_000])),
            ReAge(on=on, first_on=later, rows=chance.randint(1, 8), every=Every(1, Unit.MONTHS), interest=handling),
            ReAmortise(on=on, interest=handling),
        ]
    )
