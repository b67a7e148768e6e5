"""What living takes: fixed essentials as they are, flexible ones held against a guideline by place and household.

At or below a guideline nobody asks. Above it there is a question to the person, never a silent cut: the amount counts
as the rulebook says until it is explained, and as stated from then on (Standard Financial Statement; IRS Collection
Financial Standards).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from forbear.core.household import Household
from forbear.core.rules import Rulebook

PERSONS = ("first-adult", "further-adult", "child", "older-child")


@dataclass(frozen=True, kw_only=True)
class Guideline:
    """One group of outgoings held against its guideline, a month. `counted_minor`: what it counts for; `explanation`:
    why it is above, where somebody said so; `rule`: the rulebook's value; `kinds`: the outgoings it looks at."""

    group: str
    kinds: tuple[str, ...]
    stated_minor: int
    guideline_minor: int
    counted_minor: int
    explanation: str
    rule: str

    @property
    def above(self) -> bool:
        """Whether more is stated than the guideline has."""
        return self.stated_minor > self.guideline_minor

    @property
    def asks(self) -> bool:
        """Whether the person is still to be asked why."""
        return self.above and not self.explanation


def guidelines(household: Household, rulebook: Rulebook) -> tuple[Guideline, ...]:
    """Every group that the rulebook has a guideline for at the place. Lines of one month only stand outside of it.

    A group in `budget.guideline_in_full` counts in full though less is stated. One in `budget.guideline_caps` counts
    no more than the guideline until it is explained; every other counts as stated.
    """
    amounts = list(_amounts(household, rulebook))
    if not amounts:
        return ()
    in_full = rulebook.texts("budget.guideline_in_full", household.place)
    caps = rulebook.texts("budget.guideline_caps", household.place)
    kinds: dict[str, list[str]] = {}
    for row in rulebook.rows("budget.guideline_kinds", household.place):
        kinds.setdefault(row["group"], []).append(row["kind"])
    found = []
    for group, allowed, rule in amounts:
        of_group = tuple(kinds.get(group, (group,)))
        lines = [line for line in household.outgoings if line.kind in of_group and line.monthly_minor is not None]
        stated = sum(line.monthly_minor or 0 for line in lines)
        said = "; ".join(line.explanation.strip() for line in lines if line.explanation.strip())
        counted = max(stated, allowed) if group in in_full else stated
        if group in caps and stated > allowed and not said:
            counted = allowed
        found.append(
            Guideline(
                group=group,
                kinds=of_group,
                stated_minor=stated,
                guideline_minor=allowed,
                counted_minor=counted,
                explanation=said,
                rule=rule,
            )
        )
    return tuple(found)


def counted_otherwise(household: Household, rulebook: Rulebook) -> tuple[Guideline, ...]:
    """The groups that may count for another amount than is stated; none where no group counts in full or is capped."""
    place = household.place
    if not rulebook.texts("budget.guideline_in_full", place) and not rulebook.texts("budget.guideline_caps", place):
        return ()
    return guidelines(household, rulebook)


def _amounts(household: Household, rulebook: Rulebook) -> Iterator[tuple[str, int, str]]:
    """(group, guideline a month, rule): by kind of person where the table has persons, else by how many they are."""
    by_person: dict[str, dict[str, int]] = {}
    for row in rulebook.rows("budget.guideline", household.place):
        assert row["person"] in PERSONS, f"budget.guideline: {row['person']} is none of {', '.join(PERSONS)}"
        by_person.setdefault(row["group"], {})[row["person"]] = row["minor"]
    counts = (1, max(0, household.adults - 1), household.children - household.older_children, household.older_children)
    for group, minor in by_person.items():
        each = {"older-child": minor.get("child", 0)} | minor
        total = sum(each.get(person, 0) * count for person, count in zip(PERSONS, counts, strict=True))
        yield group, total, rulebook.param("budget.guideline", household.place).rule
    by_number: dict[str, dict[int, int]] = {}
    for row in rulebook.rows("budget.standard", household.place):
        by_number.setdefault(row["group"], {})[row["persons"]] = row["minor"]
    people = household.adults + household.children
    for group, amounts in by_number.items():
        known = max((number for number in amounts if 0 < number <= people), default=0)
        total = (amounts[known] if known else 0) + (people - known) * amounts.get(0, 0)
        yield group, total, rulebook.param("budget.standard", household.place).rule
