"""One line for a credit bureau: a contract's status on a day, by the codes of a country's pack, and never a reason.

There is no field in which an illness or any other cause could stand (征信业管理条例 art. 14). How late something is, is
measured against the agreement in force, as its own days of grace and tolerance have it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from forbear.core.money import major
from forbear.core.rules import Rulebook


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is past due and what is owed in all, in minor units."""

    past_due_minor: int
    balance_minor: int


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What should have been reported of `reported_on`: how late and how much really was past due."""

    reported_on: date
    days_past_due: int
    past_due_minor: int


@dataclass(frozen=True, kw_only=True)
class ForborneDates:
    """`cure_on`: the day it was cured, or will be at the earliest, None where it never was non-performing;
    `probation_ends_on`: the day it leaves at the earliest (core/forborne.py).
    """

    forborne_on: date
    cure_on: date | None
    probation_ends_on: date


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A country's way to report. `statuses`: (days past due from, code), rising; `negative_from`: from so many days on
    a line is negative; `notice_days`: she is told at least so many days before, None where no notice is asked for;
    `forborne`: whether a line tells the dates of forbearance.
    """

    name: str
    statuses: tuple[tuple[int, str], ...]
    negative_from: int
    settled: str
    arrangement: str
    dispute: str
    notice_days: int | None
    forborne: bool = False

    def status(self, days_past_due: int) -> str:
        """The code of the last step that is reached."""
        return [code for from_days, code in self.statuses if days_past_due >= from_days][-1]

    def negative(self, days_past_due: int) -> bool:
        """Whether a line so late is negative information."""
        return days_past_due >= self.negative_from


def pack(rules: Rulebook) -> Pack | None:
    """The rulebook's pack, by its country layer; None where it says nothing of credit reporting."""
    if not rules.stack("credit.status"):
        return None
    country = rules.param("credit.status").layer.partition("/")[0]
    told = bool(rules.stack("credit.pre_notice")) and rules.flag("credit.pre_notice")
    return Pack(
        name=country,
        statuses=tuple((int(row["days_from"]), str(row["status"])) for row in rules.rows("credit.status")),
        negative_from=rules.integer("credit.negative_from_days"),
        settled=rules.text("credit.settled_status"),
        arrangement=rules.text("credit.arrangement"),
        dispute=rules.text("credit.dispute_mark"),
        notice_days=rules.integer("credit.notice_days") if told else None,
        forborne=bool(rules.stack("credit.forborne_dates")) and rules.flag("credit.forborne_dates"),
    )


FIELDS = (
    *("contract", "on", "status", "days_past_due", "past_due", "balance", "arrangement", "dispute", "statement"),
    *("corrects", "forborne_on", "cure_on", "probation_ends_on"),
)
"""The columns of the file, in order."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line as it leaves the house; amounts in minor units, `statement` in her own words, "" for none."""

    contract: str
    on: date
    status: str
    negative: bool
    days_past_due: int
    figures: Figures
    arrangement: str = ""
    dispute: str = ""
    statement: str = ""
    corrects_on: date | None = None
    forborne: ForborneDates | None = None

    def row(self) -> dict[str, Any]:
        """As the file has it, amounts as decimal strings."""
        return {
            "contract": self.contract,
            "on": self.on.isoformat(),
            "status": self.status,
            "days_past_due": self.days_past_due,
            "past_due": major(self.figures.past_due_minor),
            "balance": major(self.figures.balance_minor),
            "arrangement": self.arrangement,
            "dispute": self.dispute,
            "statement": self.statement,
            "corrects": _day(self.corrects_on),
            "forborne_on": _day(self.forborne.forborne_on if self.forborne else None),
            "cure_on": _day(self.forborne.cure_on if self.forborne else None),
            "probation_ends_on": _day(self.forborne.probation_ends_on if self.forborne else None),
        }


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""
