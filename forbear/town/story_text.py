"""Reads a story: who owes what, how the household lives, and then line by line what happens and what is expected.

docs/stories.md shows how one is written. A line that is indented goes on with the one above; # begins a remark.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from forbear.actions.ports import ZONE
from forbear.core.budget import Evidence, Household, Income, OtherDebt, Outgoing
from forbear.core.loan import DayCount, Loan
from forbear.core.loanbook import Row

MORNING = time(10)


class Unreadable(ValueError):
    """A line of a story that nobody understands; it names the line."""


@dataclass(frozen=True)
class Step:
    """One line that happens (`at`) or is expected (None); `who` "borrower", "agent lin", …; `text`: the rest."""

    number: int
    at: datetime | None
    who: str
    text: str


@dataclass(frozen=True)
class Story:
    """A whole case, or several of one household."""

    title: str
    language: str
    rows: tuple[Row, ...]
    homes: Mapping[str, Household]
    """By name; the first one is "home"."""
    steps: tuple[Step, ...] = field(default=())

    @property
    def begins_at(self) -> datetime:
        """When the first thing happens."""
        return next(step.at for step in self.steps if step.at)


def read_story(text: str) -> Story:
    """The story in a file's text; raises Unreadable."""
    title, language = "", "zh"
    rows: list[Row] = []
    homes: dict[str, Household] = {}
    steps: list[Step] = []
    for number, line in _lines(text):
        word, _, rest = line.partition(" ")
        try:
            if word == "story:":
                title = rest
            elif word == "language:":
                language = rest
            elif word == "loan":
                rows.append(_loan(rest))
            elif word in ("home", "later"):
                homes[word] = _home(rest)
            elif word == "expect":
                steps.append(Step(number, None, "expect", rest))
            else:
                steps.append(_step(number, line))
        except (ValueError, AttributeError, KeyError) as fault:
            raise Unreadable(f"line {number}: {line!r} is not understood ({fault})") from fault
    rows = [_spoken(row, language) for row in rows]
    return Story(title, language, tuple(rows), homes, tuple(steps))


def minor(text: str) -> int:
    """980.00 → 98000; an amount always has two places."""
    whole, _, cents = text.partition(".")
    if not (whole.isdigit() and len(cents) == 2 and cents.isdigit()):
        raise ValueError(f"{text!r} is no amount such as 980.00")
    return int(whole) * 100 + int(cents)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """(number, whole line) with what is indented joined to the line above."""
    held: tuple[int, str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        kept = re.sub(r"(^|\s)#.*$", "", line).rstrip()
        if not kept:
            continue
        if kept[0] == " " and held:
            held = (
                held[0],
                f"{held[1]} | {kept.strip()}"
                if held[1].startswith(("home", "later"))
                else (f"{held[1]} {kept.strip()}"),
            )
            continue
        if held:
            yield held
        held = number, kept
    if held:
        yield held


_LOAN = re.compile(
    r"(?P<contract>\S+) of (?P<name>.+) (?P<id>\d{17}[\dX]) (?P<phone>\d{11})( (?P<email>\S+@\S+))? "
    r"signed (?P<signed>\S+) at (?P<rate>\S+) %, penalty (?P<penalty_rate>\S+) %, (?P<count>\S+) "
    r"owed on (?P<as_of>\S+): principal (?P<principal>\S+), interest (?P<interest>\S+), penalty (?P<penalty>\S+), "
    r"fees (?P<fees>\S+) (?P<left>\d+) instalments of (?P<instalment>\S+) on day (?P<day>\d+)"
    r"(, unpaid since (?P<unpaid>\S+))?"
)


def _loan(text: str) -> Row:
    found = _LOAN.fullmatch(text)
    if found is None:
        raise ValueError("a loan has its parts in the order of docs/stories.md")
    part = found.groupdict()
    loan = Loan(
        contract=part["contract"],
        currency="CNY",
        signed_on=date.fromisoformat(part["signed"]),
        principal_minor=minor(part["principal"]),
        interest_minor=minor(part["interest"]),
        penalty_minor=minor(part["penalty"]),
        fees_minor=minor(part["fees"]),
        rate_ppm=minor(part["rate"]) * 100,
        penalty_rate_ppm=minor(part["penalty_rate"]) * 100,
        day_count=DayCount(part["count"]),
        oldest_unpaid_due_on=date.fromisoformat(part["unpaid"]) if part["unpaid"] else None,
        instalment_minor=minor(part["instalment"]),
        instalments_left=int(part["left"]),
        due_day=int(part["day"]),
        as_of=date.fromisoformat(part["as_of"]),
    )
    return Row(loan=loan, name=part["name"], id_number=part["id"], phone=part["phone"], email=part["email"])


def _spoken(row: Row, language: str) -> Row:
    return Row(
        loan=row.loan,
        name=row.name,
        id_number=row.id_number,
        phone=row.phone,
        email=row.email,
        language=language,
        place=None,
    )


_MONEY = r"(?P<amount>\d+\.\d\d) (a month|in (?P<month>\d{4}-\d\d))"


def _home(text: str) -> Household:
    first, *more = text.split(" | ")
    found = re.fullmatch(r"(?P<place>\S+), (?P<adults>\d+) adults?, (?P<children>\d+) child(ren)?", first)
    if found is None:
        raise ValueError("a home is a place, adults and children")
    income: list[Income] = []
    outgoings: list[Outgoing] = []
    debts: list[OtherDebt] = []
    for line in more:
        if one := re.fullmatch(rf"income (?P<source>\S+) {_MONEY}, evidence (?P<grade>[A-D])", line):
            income.append(Income(source=one["source"], evidence=Evidence(one["grade"]), **_when(one)))
        elif one := re.fullmatch(rf"outgoing (?P<kind>\S+) {_MONEY}", line):
            outgoings.append(Outgoing(kind=one["kind"], **_when(one)))
        elif one := re.fullmatch(
            r"debt (?P<who>\S+) (?P<balance>\S+) at (?P<monthly>\S+) a month(?P<first>, first)?", line
        ):
            owed = {"balance_minor": minor(one["balance"]), "monthly_minor": minor(one["monthly"])}
            debts.append(OtherDebt(creditor=one["who"], priority=bool(one["first"]), **owed))
        else:
            raise ValueError(f"{line!r} is no income, outgoing or debt")
    return Household(
        place=found["place"],
        adults=int(found["adults"]),
        children=int(found["children"]),
        income=tuple(income),
        outgoings=tuple(outgoings),
        other_debts=tuple(debts),
    )


def _when(found: "re.Match[str]") -> dict[str, int | str | None]:
    amount = minor(found["amount"])
    if found["month"]:
        return {"month": found["month"], "amount_minor": amount}
    return {"monthly_minor": amount}


_STEP = re.compile(
    r"(?P<on>\d{4}-\d\d-\d\d)( (?P<hour>\d\d:\d\d))? (?P<who>borrower|bank|clock|(agent|reviewer) \S+) (?P<rest>.+)"
)


def _step(number: int, line: str) -> Step:
    found = _STEP.fullmatch(line)
    if found is None:
        raise ValueError("what happens is a date, who does it, and what")
    hour = time.fromisoformat(found["hour"]) if found["hour"] else MORNING
    at = datetime.combine(date.fromisoformat(found["on"]), hour, tzinfo=ZONE)
    return Step(number, at, found["who"], found["rest"])
