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
from forbear.core.codec import typed
from forbear.core.household import Evidence, Household, Income, OtherDebt, Outgoing, Period, a_month
from forbear.core.money import major
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook
from forbear.web.desk.answers import place_name
from forbear.web.templatetags.desk import reader_language, refused_in
from forbear.words import say

INCOME = ("wages", "partner", "self-employed", "pension", "benefit", "family", "rent", "harvest", "bonus", "other")
OUTGOINGS = (
    *("rent", "food", "utilities", "transport", "medical", "school", "care", "insurance", "clothing"),
    *("tax", "maintenance", "other"),
)
SPARE_ROWS = 3
ROWS_MAX = 60
EXPLANATION_MAX = 500
"""Characters of why an outgoing is above its guideline."""

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


def periods() -> list[tuple[str, str]]:
    """(period, its name), every month first."""
    ordered = sorted(Period, key=lambda period: period is not Period.MONTHLY)
    return [(period.value, say(reader_language(), f"desk.period.{period}")) for period in ordered]


def outgoing_kinds(household: Household | None, rulebook: Rulebook) -> tuple[str, ...]:
    """The kinds of outgoing to choose from: the usual ones, those that a guideline at the place names, those stated."""
    if household is None:
        return OUTGOINGS
    named = [row["kind"] for row in rulebook.rows("budget.guideline_kinds", household.place)]
    return tuple(dict.fromkeys((*OUTGOINGS, *named, *(line.kind for line in household.outgoings))))


# ---- from a household to fields --------------------------------------------------------------------------------


def household_values(household: Household | None) -> Values:
    """What the fields hold for a household; empty rows are left for more."""
    if household is None:
        return {"place": "", "adults": "", "children": ""}
    values = {
        "place": household.place,
        "adults": str(household.adults),
        "children": str(household.children),
        "older_children": str(household.older_children or ""),
    }
    for number, income in enumerate(household.income):
        values |= _money_values("in", number, income.source, income)
        values[f"in{number}-evidence"] = income.evidence.value
        for name, months in (("slips", income.slips), ("credits", income.credits)):
            values[f"in{number}-{name}"] = ", ".join(f"{month} {major(amount)}" for month, amount in months)
    for number, outgoing in enumerate(household.outgoings):
        values |= _money_values("out", number, outgoing.kind, outgoing)
        values |= {f"out{number}-explanation": outgoing.explanation}
    for number, debt in enumerate(household.other_debts):
        values |= {
            f"debt{number}-creditor": debt.creditor,
            f"debt{number}-balance": major(debt.balance_minor),
            f"debt{number}-monthly": major(debt.monthly_minor),
            f"debt{number}-priority": "yes" if debt.priority else "",
            f"debt{number}-paper": debt.paper,
        }
    return values


def _money_values(group: str, number: int, kind: str, line: Income | Outgoing) -> Values:
    amount = line.monthly_minor if line.monthly_minor is not None else line.amount_minor
    return {
        f"{group}{number}-kind": kind,
        f"{group}{number}-amount": "" if amount is None else major(amount),
        f"{group}{number}-month": line.month or "",
        f"{group}{number}-paper": line.paper,
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
    if not re.fullmatch(r"[a-z]{2}(?:/[a-z-]+){0,2}", place):
        reading.need("place", "desk.form.choose")
    return {"place": place, **{name: _people(reading, name) for name in ("adults", "children")}}


def _people(reading: Reading, name: str, *, needed: bool = True) -> int:
    text = reading.text(name)
    if re.fullmatch(r"[0-9]{1,2}", text):
        return int(text)
    if text or needed:
        reading.need(name, "desk.form.number")
    return 0


def read_income(reading: Reading) -> list[dict[str, Any]]:
    """Lines of income in the codec's plain form; a graded one keeps its grade, one just said is D."""
    lines = []
    for number, kind, when in _money_rows(reading, "in", INCOME):
        grade = reading.text(f"in{number}-evidence") or "D"
        evidence = grade if grade in list(Evidence) else "D"
        months = {name: _months(reading, f"in{number}-{name}") for name in ("slips", "credits")}
        shown = {name: seen for name, seen in months.items() if seen}
        lines.append({"source": kind, "evidence": evidence, **when, **shown, **_paper(reading, f"in{number}")})
    return lines


def _paper(reading: Reading, name: str) -> dict[str, str]:
    """Which paper shows a line, where one was chosen."""
    paper = reading.text(f"{name}-paper")
    return {"paper": paper[:40]} if paper else {}


def _months(reading: Reading, name: str) -> list[list[Any]]:
    """Past months with what came in each, as `2026-01 3200, 2026-02 0`."""
    found = []
    for part in re.split(r"[,，;；\n]+", reading.text(name)):
        month, _, amount = part.strip().partition(" ")
        if month:
            read = [amounts.month(month), amounts.amount_minor(amount)]
            fault = next((one for one in read if isinstance(one, Refusal)), None)
            if fault is None:
                found.append(read)
            else:
                reading.faults[name] = refused_in(reader_language(), fault)
    return found


def read_outgoings(reading: Reading) -> list[dict[str, Any]]:
    """Lines of outgoings in the codec's plain form."""
    lines = []
    for number, kind, when in _money_rows(reading, "out", OUTGOINGS):
        why = reading.text(f"out{number}-explanation")
        explained = {"explanation": why[:EXPLANATION_MAX]} if why else {}
        lines.append({"kind": kind, **when, **explained, **_paper(reading, f"out{number}")})
    return lines


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
        lines.append({"creditor": texts[0][:60], **said, **_paper(reading, name)})
    return lines


def read_household(reading: Reading) -> Household:
    """The whole household; of use only when the reading has no faults."""
    home = read_home(reading)
    return Household(
        **home,
        older_children=_people(reading, "older_children", needed=False),
        income=tuple(typed(Income, line) for line in read_income(reading)),
        outgoings=tuple(Outgoing(**line) for line in read_outgoings(reading)),
        other_debts=tuple(OtherDebt(**line) for line in read_debts(reading)),
    )


def field_of(where: str) -> str:
    """The field for the place of a household that a refusal names: income[3] is the row in3-amount."""
    group, _, number = where.partition("[")
    marks = {"income": "in", "outgoings": "out", "other_debts": "debt"}
    if group not in marks:
        return where
    return f"{marks[group]}{number.rstrip(']')}-{'monthly' if group == 'other_debts' else 'amount'}"


def _money_rows(reading: Reading, group: str, kinds: tuple[str, ...]) -> list[tuple[int, str, dict[str, Any]]]:
    """(number, kind, its amount by month) of every row that holds one, or the months a paper shows."""
    found = []
    for number in _numbers(reading, group):
        name = f"{group}{number}"
        kind, amount_text = reading.text(f"{name}-kind"), reading.text(f"{name}-amount")
        month = reading.given(f"{name}-month", amounts.month)
        if not any((amount_text, reading.text(f"{name}-slips"), reading.text(f"{name}-credits"))):
            if month:
                reading.need(f"{name}-amount", "desk.form.amount")
            continue
        if kind not in kinds and not re.fullmatch(r"[a-z-]{1,30}", kind):
            reading.need(f"{name}-kind", "desk.form.choose")
        found.append((number, kind, _when(reading, name, month)))
    return found


def _when(reading: Reading, name: str, month: str | None) -> dict[str, Any]:
    """Every month or one, as the codec has it; an amount of another period becomes one of a month."""
    amount = reading.given(f"{name}-amount", amounts.amount_minor)
    period = reading.text(f"{name}-period") or Period.MONTHLY
    if period not in list(Period):
        reading.need(f"{name}-period", "desk.form.choose")
    elif month and period != Period.MONTHLY:
        reading.need(f"{name}-period", "desk.form.period")
    if month:
        return {"monthly_minor": None, "month": month, "amount_minor": amount}
    known = amount is not None and period in list(Period)
    return {"monthly_minor": a_month(amount, Period(period)) if known else None, "month": None, "amount_minor": None}


def _numbers(reading: Reading, group: str) -> list[int]:
    names = (re.fullmatch(rf"{group}([0-9]{{1,2}})-[a-z]+", name) for name in reading.request.POST)
    return sorted({int(match[1]) for match in names if match})
