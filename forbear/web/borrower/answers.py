"""From what she typed to the answer that was meant, and back. What cannot be read is asked again, never guessed.

Zero, none and "I don't know" are answers.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forbear.core import amounts, numerals
from forbear.core.money import major
from forbear.core.plan import Cause
from forbear.core.refusal import Refusal
from forbear.core.statement import WISHES, Question
from forbear.web.borrower.fields import Typed
from forbear.web.borrower.page import why_not, words
from forbear.web.borrower.questions import GRADES, INCOME, ONCE_IN, ONCE_OUT, OUTGOINGS, row_count


def answer_of(question: Question, given: Typed) -> tuple[dict[str, Any], dict[str, str]]:
    """The answer in the core's plain form, and what is to be mended by field; with faults the answer is no answer."""
    reading = Reading(given)
    return _READERS[question](reading), reading.faults


@dataclass
class Reading:
    """What was typed, being read: the answer so far and what is to be mended, by field."""

    given: Typed
    faults: dict[str, str] = field(default_factory=dict)

    def amount(self, name: str) -> int | None:
        """An amount in minor units, 0 where it cannot be read (and then there is a fault); None where left blank."""
        if not self.given.get(name, ""):
            return None
        return int(self._read(name, amounts.amount_minor) or 0)

    def day(self, name: str) -> date | None:
        """A date, None where left blank or not readable."""
        if not self.given.get(name, ""):
            return None
        year, number, on = (numerals.western(part) for part in ([*self.given[name].split("-"), "", ""])[:3])
        if not (year and number and on):
            self.faults[name] = words("statement.page.fault_date")
            return None
        found = amounts.day(f"{year}年{number}月{on}日")
        if isinstance(found, Refusal):
            impossible = found.rule == "amounts.day.impossible"
            self.faults[name] = words(f"statement.page.fault_date{'_real' if impossible else ''}")
            return None
        return found

    def count(self, name: str) -> int | None:
        """A whole number as written or said, None where left blank or not readable."""
        text = self.given.get(name, "")
        if not text:
            return None
        plain = text.translate({code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)})
        found = int(plain) if re.fullmatch(r"[0-9]{1,4}", plain) else numerals.whole_number(text)
        if found is None:
            self.faults[name] = words("statement.page.fault_number")
        return found

    def ticked(self, name: str) -> tuple[str, ...]:
        """The ticked boxes of a group."""
        return tuple(part for part in self.given.get(name, "").split(",") if part)

    def need(self, name: str, key: str) -> None:
        """Say that something is missing here, unless something else is wrong already."""
        self.faults.setdefault(name, words(key))

    def _read(self, name: str, reader: Callable[[str], int | Refusal]) -> int | None:
        found = reader(self.given[name])
        if isinstance(found, Refusal):
            self.faults[name] = why_not(found)
            return None
        return found


def _cause(reading: Reading) -> dict[str, Any]:
    cause = reading.given.get("cause", "")
    if cause not in [known.value for known in Cause]:
        reading.need("cause", "statement.page.fault_choose")
    return {"cause": cause}


def _day(reading: Reading) -> dict[str, Any]:
    on, unknown = reading.day("on"), "unknown" in reading.ticked("state")
    if reading.given.get("on") and unknown:
        reading.need("on", "statement.page.fault_date_both")
    if not reading.given.get("on") and not unknown:
        reading.need("on", "statement.page.fault_date_known")
    return {"on": on.isoformat() if on else None}


def _story(reading: Reading) -> dict[str, Any]:
    return {"words": reading.given.get("words", "").replace("\r\n", "\n")}


def _household(reading: Reading) -> dict[str, Any]:
    place, adults, children = reading.given.get("place", ""), reading.count("adults"), reading.count("children")
    if not re.fullmatch(r"cn(?:/[a-z]+){0,2}", place):
        reading.need("place", "statement.page.fault_choose")
    for name, value in (("adults", adults), ("children", children)):
        if value is None:
            reading.need(name, "statement.page.fault_number")
    return {"place": place, "adults": adults, "children": children}


def _income(reading: Reading) -> dict[str, Any]:
    proof = reading.given.get("proof", "")
    lines = [
        {"source": kind, "evidence": proof, "monthly_minor": amount, "month": once, "amount_minor": single}
        for kind, amount, once, single in _money_lines(reading, INCOME, ONCE_IN)
    ]
    if lines and proof not in GRADES:
        reading.need("proof", "statement.page.income.proof_fault")
    return {"known": _is_known(reading, bool(lines)), "lines": lines}


def _outgoings(reading: Reading) -> dict[str, Any]:
    lines = [
        {"kind": kind, "monthly_minor": amount, "month": once, "amount_minor": single}
        for kind, amount, once, single in _money_lines(reading, OUTGOINGS, ONCE_OUT)
    ]
    return {"known": _is_known(reading, bool(lines)), "lines": lines}


def _money_lines(
    reading: Reading, kinds: tuple[str, ...], once: tuple[str, ...]
) -> list[tuple[str, int | None, str | None, int | None]]:
    lines: list[tuple[str, int | None, str | None, int | None]] = []
    for kind in kinds:
        amount = reading.amount(f"m-{kind}")
        if amount is not None:
            lines.append((kind, amount, None, None))
    for index in range(row_count(reading.given)):
        amount = reading.amount(f"r{index}-amount")
        if amount is None:
            continue
        in_month, kind = reading.given.get(f"r{index}-month", ""), reading.given.get(f"r{index}-kind", "")
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", in_month):
            reading.need(f"r{index}-month", "statement.page.fault_month")
        if kind not in once:
            reading.need(f"r{index}-kind", "statement.page.fault_choose")
        lines.append((kind, None, in_month, amount))
    return lines


def _debts(reading: Reading) -> dict[str, Any]:
    lines = []
    for index in range(row_count(reading.given, least=1)):
        creditor = reading.given.get(f"r{index}-creditor", "")
        balance, monthly = reading.amount(f"r{index}-balance"), reading.amount(f"r{index}-monthly")
        if not creditor and balance is None and monthly is None:
            continue
        if not creditor:
            reading.need(f"r{index}-creditor", "statement.page.fault_creditor")
        for name, amount in (("balance", balance), ("monthly", monthly)):
            if amount is None:
                reading.need(f"r{index}-{name}", "statement.page.fault_amount")
        priority = "yes" in reading.ticked(f"r{index}-priority")
        line = {"creditor": creditor, "balance_minor": balance, "monthly_minor": monthly, "priority": priority}
        lines.append(line)
    return {"known": _is_known(reading, bool(lines)), "lines": lines}


def _is_known(reading: Reading, lines: bool) -> bool:
    """None and I don't know are ticked, figures are typed; saying nothing at all is asked about, once, kindly."""
    state = reading.ticked("state")
    if "none" in state and ("unknown" in state or lines):
        reading.need("state", "statement.page.fault_state_both")
    if not state and not lines and not reading.faults:
        reading.need("state", "statement.page.fault_known")
    return "unknown" not in state


def _wishes(reading: Reading) -> dict[str, Any]:
    kinds = [kind for kind in reading.ticked("kinds") if kind in WISHES]
    return {"kinds": kinds, "instalment_minor": reading.amount("instalment"), "months": reading.count("months")}


_READERS: Mapping[Question, Callable[[Reading], dict[str, Any]]] = {
    Question.CAUSE: _cause,
    Question.SINCE: _day,
    Question.UNTIL: _day,
    Question.STORY: _story,
    Question.HOME: _household,
    Question.INCOME: _income,
    Question.OUTGOINGS: _outgoings,
    Question.DEBTS: _debts,
    Question.WISH: _wishes,
}


# ---- and back ----------------------------------------------------------------------------------------------------


def as_typed(question: Question, answer: Mapping[str, Any]) -> dict[str, str]:
    """A saved answer as she would type it."""
    match question:
        case Question.SINCE | Question.UNTIL:
            on = answer["on"]
            return {"on": on, "state": ""} if on else {"on": "", "state": "unknown"}
        case Question.INCOME:
            proof = answer["lines"][0]["evidence"] if answer["lines"] else ""
            return {"proof": proof} | _lines_typed(answer, "source")
        case Question.OUTGOINGS:
            return _lines_typed(answer, "kind")
        case Question.DEBTS:
            return _debts_typed(answer)
        case Question.WISH:
            return {
                "kinds": ",".join(answer["kinds"]),
                "instalment": _figure(answer["instalment_minor"]),
                "months": "" if answer["months"] is None else str(answer["months"]),
            }
    return {name: str(value) for name, value in answer.items()}


def _lines_typed(answer: Mapping[str, Any], name: str) -> dict[str, str]:
    given = {"state": _state(answer)}
    single = [line for line in answer["lines"] if line["month"]]
    given |= {f"m-{line[name]}": _figure(line["monthly_minor"]) for line in answer["lines"] if not line["month"]}
    for index, line in enumerate(single):
        given |= {f"r{index}-kind": line[name], f"r{index}-month": line["month"]}
        given[f"r{index}-amount"] = _figure(line["amount_minor"])
    return {**given, "rows": str(len(single))}


def _debts_typed(answer: Mapping[str, Any]) -> dict[str, str]:
    given = {"state": _state(answer), "rows": str(len(answer["lines"]))}
    for index, line in enumerate(answer["lines"]):
        given |= {f"r{index}-creditor": line["creditor"], f"r{index}-balance": _figure(line["balance_minor"])}
        given |= {f"r{index}-monthly": _figure(line["monthly_minor"])}
        given |= {f"r{index}-priority": "yes" if line["priority"] else ""}
    return given


def _state(answer: Mapping[str, Any]) -> str:
    if not answer["known"]:
        return "unknown"
    return "" if answer["lines"] else "none"


def _figure(amount_minor: int | None) -> str:
    return "" if amount_minor is None else major(amount_minor).removesuffix(".00")


def without_row(given: Typed, gone: int) -> dict[str, str]:
    """What was typed without one line of the list; the later lines move up."""
    kept = {name: value for name, value in given.items() if not re.match(r"r[0-9]+-", name)}
    places = [index for index in range(row_count(given)) if index != gone]
    for place, index in enumerate(places):
        prefix = f"r{index}-"
        kept |= {f"r{place}-{n.removeprefix(prefix)}": v for n, v in given.items() if n.startswith(prefix)}
    return {**kept, "rows": str(len(places))}
