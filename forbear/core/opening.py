"""Room 1, contact: the hours in which people of the desk answer, and where somebody stands who waits for them.

Hours, closed days and days worked in their place are the rulebook's (desk.hours, desk.closed_days, desk.make_up_days).
A day worked in place of a holiday has the hours of a Monday.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from forbear.core.rules import Rulebook

DAYS_LOOKED_AT = 60
"""How far ahead an opening is looked for; a desk that opens less often than that has none."""


@dataclass(frozen=True)
class Opening:
    """When people answer at the desk, by its place. `spans`: by weekday, 1 Monday, from and until."""

    spans: Mapping[int, tuple[tuple[time, time], ...]]
    closed: frozenset[date]
    make_up: frozenset[date]
    zone: tzinfo

    def on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The spans of a day, from the first to the last; () where nobody is there."""
        if day in self.closed:
            return ()
        spans = self.spans.get(1 if day in self.make_up else day.isoweekday(), ())
        return tuple(tuple(datetime.combine(day, at, self.zone) for at in span) for span in spans)  # type: ignore[misc]

    def is_open(self, at: datetime) -> bool:
        """Whether somebody answers now; at the very end of a span nobody does."""
        return any(begin <= at < end for begin, end in self.on(at.astimezone(self.zone).date()))

    def ahead(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans that are not over, the running one from now on."""
        first = at.astimezone(self.zone).date()
        for count in range(DAYS_LOOKED_AT):
            for begin, end in self.on(first + timedelta(days=count)):
                if end > at:
                    yield max(begin, at), end

    def after(self, at: datetime, minutes: int) -> datetime | None:
        """The moment when so many open minutes have passed, in UTC; None where the desk does not open."""
        left = timedelta(minutes=minutes)
        for begin, end in self.ahead(at):
            if begin + left < end or (not left and begin < end):
                return (begin + left).astimezone(UTC)
            left -= end - begin
        return None


def opening(rulebook: Rulebook, zone: tzinfo) -> Opening:
    """The hours of the desk as the rulebook has them."""
    spans: dict[int, tuple[tuple[time, time], ...]] = {}
    for row in rulebook.rows("desk.hours"):
        span = time.fromisoformat(row["from"]), time.fromisoformat(row["until"])
        spans[row["weekday"]] = tuple(sorted((*spans.get(row["weekday"], ()), span)))
    closed, make_up = (
        frozenset(map(date.fromisoformat, rulebook.texts(key))) for key in ("desk.closed_days", "desk.make_up_days")
    )
    return Opening(spans, closed, make_up, zone)


@dataclass(frozen=True)
class InLine:
    """Where somebody stands who waits for a person: `position` from 1, and when somebody answers."""

    position: int
    expected_at: datetime
    now_open: bool


def in_line(hours: Opening, now: datetime, waiting: int, people: int, minutes: int) -> InLine:
    """The place behind `waiting` others where `people` answer at once and each conversation takes `minutes`.

    expected = ⌈position ÷ people⌉ × minutes of open time from now on, or, where the desk is closed, its next opening
    and ⌊(position − 1) ÷ people⌋ × minutes. A desk that never opens is taken to answer within a week.
    """
    position, people = waiting + 1, max(1, people)
    is_open = hours.is_open(now)
    rounds = -(-position // people) if is_open else (position - 1) // people
    expected_at = hours.after(now, rounds * minutes) or now + timedelta(days=7)
    return InLine(position, expected_at, is_open)
