"""The hours of a day: when a message may go out, and the moment a date begins at the lender's place."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def first_open(at: datetime, zone: tzinfo, opens: time, closes: time) -> datetime:
    """The first moment from `at` on, in UTC, at which a clock at the place shows a time from `opens` on and before
    `closes`; the hours may run over midnight. Exact to the second where clocks are put forward or back; all day where
    both are the same.
    """
    at = at.astimezone(UTC)
    if _is_open(at, zone, opens, closes):
        return at
    today = at.astimezone(zone).date()
    shown = [
        datetime.combine(today + timedelta(days=n), opens, zone).replace(fold=fold).astimezone(UTC)
        for n in (-1, 0, 1, 2)
        for fold in (0, 1)
    ]
    moments = sorted(moment for moment in (*shown, *_jumps(at, zone)) if moment > at)
    return next(moment for moment in moments if _is_open(moment, zone, opens, closes))


def _is_open(at: datetime, zone: tzinfo, opens: time, closes: time) -> bool:
    shown = at.astimezone(zone).time()
    if opens < closes:
        return opens <= shown < closes
    return shown >= opens or shown < closes


def _jumps(at: datetime, zone: tzinfo) -> list[datetime]:
    """The moments of the next three days at which clocks at the place are put forward or back."""
    found = []
    for n in range(3):
        low, high = at + timedelta(days=n), at + timedelta(days=n + 1)
        before = _offset(low, zone)
        if before == _offset(high, zone):
            continue
        low = low.replace(microsecond=0)
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=int((high - low).total_seconds()) >> 1)
            low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
        found.append(low + timedelta(seconds=1))
    return found


def _offset(at: datetime, zone: tzinfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def start_of(on: date, zone: tzinfo, hour: int = 0) -> datetime:
    """A date's hour at the lender's place, in UTC."""
    return datetime(on.year, on.month, on.day, hour, tzinfo=zone).astimezone(UTC)
