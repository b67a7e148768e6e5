"""The checklist of papers, as the rulebook's data say: what a case calls for, and what is not asked a second time.

Values, each of an item (scope) such as income or cause/illness: `papers.when` says which cases call for it and why,
`papers.one_of` which papers show it, one of them being enough. A lower layer replaces, drops ([]) or adds an item.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from forbear.core.evidence import Held, Item
from forbear.core.plan import Cause
from forbear.core.rules import Fault, Param, Rulebook
from forbear.core.statement import WISHES, Statement

WHEN, ONE_OF, UNPROVEN, HEALTH, GOOD_FOR = (
    "papers.when",
    "papers.one_of",
    "papers.no_proof_causes",
    "papers.health_kinds",
    "papers.good_for_days",
)
NEEDS = ("identity", "income", "no-income", "cause", "medical-costs", "settlement-money", "own-plan")
"""What an item can be for, in the order of the list; an item's name begins with one of them."""

ANY = "*"
INCOME = ("any", "some", "none")
MONTHS_MAX, SIDES_MAX = 24, 2
STATED_INCOME = ("income", "no-income")
"""Needs whose papers show what she stated of her income: with other figures they show nothing any more."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What the checklist follows from. `income`: whether any comes in, or she does not know; `spends`: the kinds of
    her outgoings; `owed_minor`: all that is owed.
    """

    cause: Cause
    requests: tuple[str, ...] = ()
    owed_minor: int = 0
    income: bool = True
    spends: tuple[str, ...] = ()


def circumstances(statement: Statement, owed_minor: int) -> Circumstances:
    """Those of a statement and what is owed on its day."""
    return Circumstances(
        cause=statement.cause,
        requests=statement.request.kinds,
        owed_minor=owed_minor,
        income=bool(statement.household.income) or "income" in statement.unsure,
        spends=tuple(dict.fromkeys(line.kind for line in statement.household.outgoings)),
    )


def checklist(case: Circumstances, rulebook: Rulebook, held: Collection[str] = ()) -> tuple[Item, ...]:
    """What to ask for, numbered from 1. `held`: needs or items that are shown already.

    An item stands in for the broader one it is named under (income/large for income); papers of the cause are not
    asked where the cause needs no proof.
    """
    rows = _called_for(case, rulebook)
    wanted = [name for name in rows if name not in held and _need(name) not in held]
    wanted.sort(key=lambda name: (NEEDS.index(_need(name)), name))
    health = set(rulebook.texts(HEALTH))
    return tuple(_item(number, name, rows[name], rulebook, health) for number, name in enumerate(wanted, start=1))


def not_asked(case: Circumstances, rulebook: Rulebook, shown: Mapping[str, Held], today: date) -> tuple[Held, ...]:
    """What the case calls for and nobody is asked: a person accepted it (`shown`, by item) and it is still good on the
    day (`papers.good_for_days`), or the lender's records meet it (`desk.held_papers`).
    """
    days = {row["need"]: int(row["days"]) for row in rulebook.rows(GOOD_FOR)}
    lender = rulebook.texts("desk.held_papers")
    found = []
    for name in sorted(_called_for(case, rulebook)):
        one, need = shown.get(name), _need(name)
        if one is not None and one.on is not None and (today - one.on).days <= days.get(need, -1):
            found.append(one)
        elif name in lender or need in lender:
            found.append(Held(name=name, need=need, by="lender"))
    return tuple(found)


def still_shown(shown: Mapping[str, Held], before: Statement | None, after: Statement | None) -> Mapping[str, Held]:
    """What accepted papers still show under a new statement: papers of an income nothing where it is another one."""
    if before is None or after is None or before.household.income == after.household.income:
        return shown
    return {name: one for name, one in shown.items() if one.need not in STATED_INCOME}


def _need(name: str) -> str:
    return name.partition("/")[0]


def _called_for(case: Circumstances, rulebook: Rulebook) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Item → the rows that call for it."""
    unproven = case.cause.value in rulebook.texts(UNPROVEN)
    found = {}
    for param in rulebook.deciding():
        if param.key == WHEN and not (unproven and _need(param.scope) == "cause"):
            rows = tuple(row for row in param.value if _calls(row, case))
            if rows:
                found[param.scope] = rows
    return {name: rows for name, rows in found.items() if not any(other.startswith(f"{name}/") for other in found)}


def _calls(row: Mapping[str, Any], case: Circumstances) -> bool:
    return (
        (ANY in row["causes"] or case.cause.value in row["causes"])
        and (ANY in row["requests"] or not set(case.requests).isdisjoint(row["requests"]))
        and (ANY in row["spends"] or not set(case.spends).isdisjoint(row["spends"]))
        and (row["income"] == "any" or (row["income"] == "some") is case.income)
        and case.owed_minor >= row["owed_from"]
    )


def _item(
    number: int, name: str, rows: Sequence[Mapping[str, Any]], rulebook: Rulebook, health: Collection[str]
) -> Item:
    """The item as it is asked: a must where any row makes it one, with the reason of the row that decides."""
    must = [row for row in rows if not row["optional"]]
    papers = rulebook.rows(ONE_OF, name)
    return Item(
        number=number,
        need=_need(name),
        kinds=tuple(row["kind"] for row in papers),
        health=any(row["kind"] in health for row in papers),
        optional=not must,
        name=name,
        reason=(must or list(rows))[0]["reason"],
        months={row["kind"]: row["months"] for row in papers if row["months"]},
        sides={row["kind"]: row["sides"] for row in papers if row["sides"] > 1},
    )


# ---- faults of the data --------------------------------------------------------------------------------------------


def checklist_faults(params: Sequence[Param], known: Callable[[str], bool]) -> Iterator[Fault]:
    """What is wrong with the values of the checklist. `known`: whether every language has words for a key."""
    named = {key: {param.scope for param in params if param.key == key} for key in (WHEN, ONE_OF)}
    for param in params:
        if param.key in (WHEN, ONE_OF):
            yield from _item_faults(param, named, known)
        elif param.key == GOOD_FOR:
            for number, row in enumerate(param.value):
                if row["need"] not in NEEDS:
                    yield _fault(param, f"need is one of {', '.join(NEEDS)}", number)
        elif param.key == UNPROVEN:
            if Cause.FAMILY_VIOLENCE.value not in param.value:
                yield _fault(param, 'add "family-violence": nobody is asked to prove violence')
            yield from _unknown(param, None, "cause", param.value, tuple(Cause))
        elif param.key == HEALTH:
            for kind in param.value:
                if not known(f"evidence.page.kind.{kind}"):
                    yield _fault(param, f"there are no words for the paper {kind}: evidence.page.kind.{kind}")


def _item_faults(param: Param, named: Mapping[str, set[str]], known: Callable[[str], bool]) -> Iterator[Fault]:
    if _need(param.scope) not in NEEDS:
        yield _fault(param, f"scope is the item: one of {', '.join(NEEDS)}, or a case of one, such as cause/illness")
        return
    rows = list(enumerate(param.value))
    if param.key == ONE_OF:
        if not rows:
            yield _fault(param, f"no paper shows {param.scope}; to ask nothing write {WHEN} = [] of the item")
        for number, row in rows:
            yield from _paper_faults(param, number, row, known)
        kinds = [row["kind"] for _, row in rows]
        yield from (_fault(param, f"{kind} stands twice", n) for n, kind in enumerate(kinds) if kind in kinds[:n])
        return
    if rows and param.scope not in named[ONE_OF]:
        yield _fault(param, f"no paper shows {param.scope}; give {ONE_OF} of the same scope")
    for number, row in rows:
        yield from _unknown(param, number, "cause", row["causes"], (*Cause, ANY))
        yield from _unknown(param, number, "request", row["requests"], (*WISHES, ANY))
        if row["income"] not in INCOME:
            yield _fault(param, f"row {number + 1}: income is one of {', '.join(INCOME)}", number)
        if not known(f"evidence.page.reason.{row['reason']}"):
            reason = f"evidence.page.reason.{row['reason']}"
            yield _fault(
                param, f"row {number + 1}: there are no words for the reason {row['reason']}: {reason}", number
            )
        if param.scope.startswith("cause") and Cause.FAMILY_VIOLENCE.value in row["causes"]:
            yield _fault(param, f"row {number + 1}: nobody is asked to prove violence; take it out", number)


def _paper_faults(param: Param, number: int, row: Mapping[str, Any], known: Callable[[str], bool]) -> Iterator[Fault]:
    if not known(f"evidence.page.kind.{row['kind']}"):
        words = f"evidence.page.kind.{row['kind']}"
        yield _fault(param, f"row {number + 1}: there are no words for the paper {row['kind']}: {words}", number)
    if not 0 <= row["months"] <= MONTHS_MAX:
        yield _fault(param, f"row {number + 1}: months is 0 (any) to {MONTHS_MAX}", number)
    if not 1 <= row["sides"] <= SIDES_MAX:
        yield _fault(param, f"row {number + 1}: sides is 1 to {SIDES_MAX}", number)


def _unknown(
    param: Param, number: int | None, what: str, given: Sequence[str], options: Sequence[str]
) -> Iterator[Fault]:
    for one in given:
        if one not in options:
            where = "" if number is None else f"row {number + 1}: "
            yield _fault(param, f"{where}{one!r} is no {what}; one of {', '.join(options)}", number)


def _fault(param: Param, problem: str, row: int | None = None) -> Fault:
    place = None if row is None else param.places.get(f"value[{row}]")
    line, column = place or param.places.get("value") or param.places.get("") or (0, 0)
    scope = f"[{param.scope}]" if param.scope else ""
    return Fault(file=param.file, key=f"{param.key}{scope}", problem=problem, line=line, column=column)
