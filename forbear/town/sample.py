"""The made-up desk that a first run shows: a loan book, and some seventy cases at every stage of the line.

`load` imports the book and wakes the lives of forbear/town/lives.py in the order of time on a moved clock, with the
worker at work in between; when it returns, the last thing in the record happened today.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from forbear.actions import agenda, loans, payments
from forbear.actions.canned_replies import keep_reply
from forbear.actions.ports import ZONE, Desk
from forbear.adapters.memory import MovedClock
from forbear.core.clocks import start_of
from forbear.core.decision import above_authority
from forbear.core.loanbook import Numbered, Row
from forbear.core.refusal import Refusal
from forbear.core.solver import Question, solve
from forbear.town.book import made_up_book, made_up_row
from forbear.town.borrower import REVIEWERS, Borrower
from forbear.town.eyes import with_town_eyes
from forbear.town.households import MadeUpHousehold, made_up_household
from forbear.town.lives import LIVES, Kind
from forbear.words import LANGUAGES, catalogue

SEED = 20260302
ACCOUNTS = 260
"""In the book as of today; the borrowers who have a case came into it on the day before it began."""


@dataclass(frozen=True)
class Guest:
    """The borrower to try: in the book, overdue, with no case yet and a household that could be offered a plan."""

    contract: str
    id_number: str
    name: str


def load(desk: Desk) -> Guest:
    """Fill an empty desk; returns the borrower to try."""
    now = desk.clock.now()
    today = desk.clock.today()
    begun = today - timedelta(days=max(max(kind.began) for kind in LIVES) + 1)
    clock = MovedClock(start_of(begun, ZONE, 8))
    moved = with_town_eyes(replace(desk, clock=clock))
    moved.agenda.put([payments.first_nightly(moved)])
    _keep_replies(moved)
    _live(moved, clock, _starts(today), until=now)
    book = made_up_book(SEED, ACCOUNTS, today)
    _import(moved, book)
    return guest(book)


def _keep_replies(desk: Desk) -> None:
    """A few replies to begin with, in both languages."""
    for name in ("received", "papers", "plan"):
        for seen, language in enumerate(LANGUAGES):
            text = catalogue(language)[f"conversation.starter.{name}"]
            kept = keep_reply(desk, REVIEWERS[0], name=name, language=language, text=text, seen=seen)
            assert not isinstance(kept, Refusal), "a starter says what a reply may say"


def guest(book: tuple[Row, ...]) -> Guest:
    """The first row of the book that is one to three months overdue and middling in size."""
    for row in book:
        due_on = row.loan.oldest_unpaid_due_on
        late = (row.loan.as_of - due_on).days if due_on else 0
        if 30 <= late <= 90 and 800_000 <= row.loan.principal_minor <= 2_500_000 and row.language == "zh":
            return Guest(row.loan.contract, row.id_number, row.name)
    raise AssertionError("a book of this size has somebody in the middle")


def _starts(today: date) -> list[tuple[date, Kind, int]]:
    """When each life begins, in order, with its number."""
    starts = [(today - timedelta(days=ago), kind) for kind in LIVES for ago in kind.began]
    starts.sort(key=lambda start: start[0])
    return [(on, kind, number) for number, (on, kind) in enumerate(starts, start=1)]


def _live(desk: Desk, clock: MovedClock, starts: list[tuple[date, Kind, int]], until: datetime) -> None:
    """Wake each life when its time has come; before that, do what the agenda has due."""
    waking: list[tuple[datetime, int, Iterator[timedelta]]] = []
    for on, kind, number in starts:
        at = start_of(on, ZONE, 9) + timedelta(minutes=37 * number % 480)
        heapq.heappush(waking, (at, number, _life(desk, kind, number, on)))
    while waking and waking[0][0] <= until:
        at, number, life = heapq.heappop(waking)
        work_until(desk, clock, at)
        wait = next(life, None)
        if wait is not None:
            heapq.heappush(waking, (clock.now() + wait, number, life))
    work_until(desk, clock, until)


def work_until(desk: Desk, clock: MovedClock, at: datetime) -> None:
    """Let the worker do everything that falls due by then, each thing at its time."""
    while True:
        due_at = desk.agenda.next_due_at()
        if due_at is None or due_at > at:
            break
        if due_at > clock.now():
            clock.move_to(due_at)
        if not agenda.work(desk, limit=100):
            break
    if at > clock.now():
        clock.move_to(at)


def _life(desk: Desk, kind: Kind, number: int, on: date) -> Iterator[timedelta]:
    """One borrower's life, from her first line in the book."""
    rng = Random(f"{SEED}:{number}")
    row, home = somebody(desk, rng, number, on, kind.planned, kind.above)
    _import(desk, (row,))
    yield from kind.life(Borrower(desk, row, home, rng, number))


def somebody(
    desk: Desk, rng: Random, number: int, on: date, planned: bool, above: bool = False
) -> tuple[Row, MadeUpHousehold]:
    """A row of the book and a household to it; such as the kind of life needs."""
    rulebook = desk.rulebooks.on(on)
    for attempt in range(900):
        row = made_up_row(SEED, 1_000_000 + 1_000 * number + attempt, on)
        home = made_up_household(row, rng)
        if row.loan.oldest_unpaid_due_on is None:
            continue
        question = Question(
            as_of=on,
            loan=row.loan,
            cause=home.cause,
            since=home.since,
            until=home.until,
            request=home.request,
            household=home.household,
        )
        if not planned:
            return row, home
        offers = solve(question, rulebook, desk.arithmetic).offers
        if len(offers) >= 3 and (not above or above_authority(offers[0], rulebook)):
            return row, home
    raise AssertionError("no household in nine hundred can be offered such a plan: look at the rulebook")


def _import(desk: Desk, rows: tuple[Row, ...]) -> None:
    numbered = [Numbered(line, row) for line, row in enumerate(rows, start=2)]
    done = loans.import_loans(desk, rows=numbered, faults=(), skip_bad=False)
    assert isinstance(done, loans.Imported), "the made-up book is without fault"
