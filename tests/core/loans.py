"""A loan to reckon with: 38,200.00 at 23.76 % a year, three instalments overdue on 2 March 2026, twenty-one to come."""

from datetime import date

from forbear.core.loan import DayCount, Loan

LOAN = Loan(
    contract="C-1",
    currency="CNY",
    signed_on=date(2025, 5, 28),
    principal_minor=38_200_00,
    interest_minor=1_146_00,
    penalty_minor=312_55,
    fees_minor=0,
    rate_ppm=237_600,
    penalty_rate_ppm=356_400,
    day_count=DayCount.THIRTY_360,
    oldest_unpaid_due_on=date(2025, 12, 28),
    instalment_minor=2_026_20,
    instalments_left=24,
    due_day=28,
    as_of=date(2026, 3, 2),
)
