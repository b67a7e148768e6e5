"""The hours of a day: when a message may go out, and the moment a date begins at the lender's place."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def outside_quiet_hours(at: datetime, zone: tzinfo, quiet_from: time, quiet_until: time) -> datetime:
    """The first moment from `at` on that does not lie in the quiet hours of the reader's place, in UTC.

    Quiet hours run over midnight, as 22:00 to 08:00 do.
    """
    local = at.astimezone(zone)
    if quiet_until <= local.time() < quiet_from:
        return at
    on = local.date() if local.time() < quiet_until else local.date() + timedelta(days=1)
    return datetime.combine(on, quiet_until, zone).astimezone(UTC)


def start_of(on: date, zone: tzinfo, hour: int = 0) -> datetime:
    """A date's hour at the lender's place, in UTC."""
    return datetime(on.year, on.month, on.day, hour, tzinfo=zone).astimezone(UTC)
