"""A household on one page: every line of income, outgoings and debts as fields, and what was typed as answers.

The same form takes a statement by telephone and corrects a budget. Amounts, days and months are read as people write
them; what cannot be read is asked again beside its field, and everything typed stays.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from forbear.core import amounts
from forbear.core.budget import Evidence, Household, Income, OtherDebt, Outgoing
from forbear.core.money import major
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook
from forbear.web.desk.answers import place_name
from forbear.web.templatetags.desk import reader_language, refused_in
from forbear.words import say

INCOME = ("wages", "partner", "self-employed", "pension", "benefit", "family", "rent", "harvest", "bonus", "other")
OUTGOINGS = ("rent", "food", "utilities", "transport", "medical", "school", "care", "insurance", "clothing", "other")
SPARE_ROWS = 3
ROWS_MAX = 60

Values = dict[str, str]


@dataclass
class Reading:
    """What was typed, being read: faults by field name."""

    request: HttpRequest
    faults: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.request.POST.get(name, "").strip()

    def given(self, name: str, reader: Callable[[str], Any]) -> Any:
        """What the reader makes of a field; None where it is blank or cannot be read (and then there is a fault)."""
        typed = self.text(name)
        if not typed:
            return None
        found = reader(typed)
        if isinstance(found, Refusal):
            self.faults[name] = refused_in(reader_language(), found)
            return None
        return found

    def need(self, name: str, key: str) -> None:
        """Something is missing here, unless something else is wrong already."""
        self.faults.setdefault(name, say(reader_language(), key))


def places(rulebook: Rulebook) -> list[tuple[str, str]]:
    """(place, its name) of every place the rulebook knows a living cost of, the whole country last."""
    found = sorted({p.scope for p in rulebook.params if p.key == "budget.floor" and p.scope.count("/")})
    return [(place, place_name(reader_language(), place)) for place in (*found, "cn")]


# ---- from a household to fields --------------------------------------------------------------------------------


def household_values(household: Household | None) -> Values:
    """What the fields hold for a household; empty rows are left for more."""
    if household is None:
        return {"place": "", "adults": "", "children": ""}
    values = {
        "place": household.place,
        "adults": str(household.adults),
        "children": str(household.children),
    }
    for number, income in enumerate(household.income):
        values |= _money_values("in", number, income.source, income) | {f"in{number}-evidence": income.evidence.value}
    for number, outgoing in enumerate(household.outgoings):
        values |= _money_values("out", number, outgoing.kind, outgoing)
    for number, debt in enumerate(household.other_debts):
        values |= {
            f"debt{number}-creditor": debt.creditor,
            f"debt{number}-balance": major(debt.balance_minor),
            f"debt{number}-monthly": major(debt.monthly_minor),
            f"debt{number}-priority": "yes" if debt.priority else "",
        }
    return values


def _money_values(group: str, number: int, kind: str, line: Income | Outgoing) -> Values:
    amount = line.monthly_minor if line.monthly_minor is not None else line.amount_minor
    return {
        f"{group}{number}-kind": kind,
        f"{group}{number}-amount": major(amount or 0),
        f"{group}{number}-month": line.month or "",
    }


def rows(
    values: Mapping[str, str], group: str, marks: tuple[str, ...], spare: int = SPARE_ROWS
) -> list[dict[str, Any]]:
    """The rows of a group to show: those that hold something, then some empty ones. `marks`: the fields of a row."""
    used = [
        int(m[1]) for name in values if (m := re.fullmatch(rf"{group}([0-9]{{1,2}})-[a-z]+", name)) and values[name]
    ]
    count = min(max(used, default=-1) + 1 + spare, ROWS_MAX)
    return [
        {
            "number": number,
            **{mark: values.get(f"{group}{number}-{mark}", "") for mark in marks},
            **{f"{mark}_name": f"{group}{number}-{mark}" for mark in marks},
        }
        for number in range(count)
    ]


# ---- from fields to a household --------------------------------------------------------------------------------


def read_home(reading: Reading) -> dict[str, Any]:
    """Where and with whom she lives."""
    place = reading.text("place")
    if not re.fullmatch(r"cn(?:/[a-z]+){0,2}", place):
        reading.need("place", "desk.form.choose")
    people = {name: reading.text(name) for name in ("adults", "children")}
    for name, text in people.items():
        if not re.fullmatch(r"[0-9]{1,2}", text):
            reading.need(name, "desk.form.number")
    return {"place": place, **{name: int(text) if text.isdigit() else 0 for name, text in people.items()}}


def read_income(reading: Reading) -> list[dict[str, Any]]:
    """Lines of income in the codec's plain form; a graded one keeps its grade, one just said is D."""
    lines = []
    for number, kind, amount, month in _money_rows(reading, "in", INCOME):
        grade = reading.text(f"in{number}-evidence") or "D"
        evidence = grade if grade in list(Evidence) else "D"
        lines.append({"source": kind, "evidence": evidence, **_once_or_monthly(amount, month)})
    return lines


def read_outgoings(reading: Reading) -> list[dict[str, Any]]:
    """Lines of outgoings in the codec's plain form."""
    rows_read = _money_rows(reading, "out", OUTGOINGS)
    return [{"kind": kind, **_once_or_monthly(amount, month)} for _, kind, amount, month in rows_read]


def read_debts(reading: Reading) -> list[dict[str, Any]]:
    """Other debts in the codec's plain form."""
    lines = []
    for number in _numbers(reading, "debt"):
        name = f"debt{number}"
        texts = [reading.text(f"{name}-{part}") for part in ("creditor", "balance", "monthly")]
        if not any(texts):
            continue
        for part in ("balance", "monthly"):
            if not reading.text(f"{name}-{part}"):
                reading.need(f"{name}-{part}", "desk.form.amount")
        balance = reading.given(f"{name}-balance", amounts.amount_minor)
        monthly = reading.given(f"{name}-monthly", amounts.amount_minor)
        priority = reading.text(f"{name}-priority") == "yes"
        said = {"balance_minor": balance or 0, "monthly_minor": monthly or 0, "priority": priority}
        lines.append({"creditor": texts[0][:60], **said})
    return lines


def read_household(reading: Reading) -> Household:
    """The whole household; of use only when the reading has no faults."""
    home = read_home(reading)
    return Household(
        **home,
        income=tuple(Income(**{**line, "evidence": Evidence(line["evidence"])}) for line in read_income(reading)),
        outgoings=tuple(Outgoing(**line) for line in read_outgoings(reading)),
        other_debts=tuple(OtherDebt(**line) for line in read_debts(reading)),
    )


def _once_or_monthly(amount: int, month: str | None) -> dict[str, Any]:
    if month:
        return {"monthly_minor": None, "month": month, "amount_minor": amount}
    return {"monthly_minor": amount, "month": None, "amount_minor": None}


def _money_rows(reading: Reading, group: str, kinds: tuple[str, ...]) -> list[tuple[int, str, int, str | None]]:
    found = []
    for number in _numbers(reading, group):
        name = f"{group}{number}"
        kind, amount_text = reading.text(f"{name}-kind"), reading.text(f"{name}-amount")
        month = reading.given(f"{name}-month", amounts.month)
        if not amount_text:
            if month:
                reading.need(f"{name}-amount", "desk.form.amount")
            continue
        if kind not in kinds and not re.fullmatch(r"[a-z-]{1,30}", kind):
            reading.need(f"{name}-kind", "desk.form.choose")
        amount = reading.given(f"{name}-amount", amounts.amount_minor)
        found.append((number, kind, amount or 0, month))
    return found


def _numbers(reading: Reading, group: str) -> list[int]:
    names = (re.fullmatch(rf"{group}([0-9]{{1,2}})-[a-z]+", name) for name in reading.request.POST)
    return sorted({int(match[1]) for match in names if match})
