"""The shapes a plan's payments may have, each as what the months may bear: the search over them stays the same.

income-following pays what each month can, up to the ceiling; level pays the same every month; stepped pays one
amount for some months, then a higher one; interest-only pays just the interest for some months, then the rest.
"""

from collections.abc import Iterator

from forbear.core.cashflow import Flow
from forbear.core.rules import Rulebook
from forbear.core.situation import Situation, months_to_end, resting_asked


def flows_of(case: Situation, shape: str, ceiling_minor: int, last: int) -> Iterator[Flow]:
    """For every number of months up to month `last` the lightest, the soonest and the cheapest plan of that shape.

    No other plan of the shape is better in largest payment, total and end at once: within a term the caps are given,
    and a plan under given caps is the better the more it pays early.
    """
    if shape == "income-following":
        yield from _following(case, last, ceiling_minor)
        return
    for until in range(case.time.first, last + 1):
        if shape == "interest-only":
            yield from _within(case, until, case.caps, ceiling_minor, shape, resting_asked(case))
        for block in blocks(case, shape):
            flat = flattened(case, until, block)
            yield from _within(case, until, flat, ceiling_minor, shape)


def _following(case: Situation, last: int, ceiling_minor: int) -> Iterator[Flow]:
    """The same from the menu, which begins with the lightest plan and ends with the lightest of the soonest."""
    search = case.search()
    if last < case.last:
        yield from _within(case, last, case.caps, ceiling_minor)
        return
    menu = search.menu(ceiling_minor)
    fastest = search.end_under(ceiling_minor)
    if not menu:
        return
    found = [search.fill(menu[0][0]), search.fill(menu[-1][0]), search.least(fastest[1], last, fastest[2])]
    yield from (flow for flow in found if flow is not None)


def asked_for(case: Situation, shape: str, ceiling_minor: int, last: int, by_amount: bool) -> Iterator[Flow]:
    """Plans of a shape with at most so much a month that end by month `last`: where she names an amount those that end
    soonest and cost least, the lightest of them; else the lightest."""
    if shape != "income-following":
        yield from flows_of(case, shape, ceiling_minor, last)
        return
    search = case.search()
    if not by_amount:
        found = search.least(ceiling_minor, last)
    else:
        fastest = search.end_under(ceiling_minor)
        found = search.least(fastest[1], fastest[0], fastest[2]) if 0 <= fastest[0] <= last else None
    if found is not None:
        yield found


def _within(
    case: Situation,
    until: int,
    caps: tuple[int, ...],
    ceiling_minor: int,
    shape: str = "income-following",
    resting: int = 0,
) -> Iterator[Flow]:
    search = case.search(caps=caps, resting=resting, shape=shape)
    fastest = search.fill(ceiling_minor, until)
    if fastest is None:
        return
    found = [
        search.least(ceiling_minor, until),
        search.least(ceiling_minor, fastest.ends_at),
        search.least(fastest.burden_minor, until, fastest.total_minor),
    ]
    yield from (flow for flow in found if flow is not None)


def blocks(case: Situation, shape: str) -> tuple[int, ...]:
    """After how many months the payment steps up; 0 for a level plan."""
    if shape == "level":
        return (0,)
    if shape != "stepped":
        return ()
    known = months_to_end(case)
    return (known,) if known else tuple(case.rules.integers("plan.step_months"))


def flattened(case: Situation, until: int, block: int) -> tuple[int, ...]:
    """The caps with each stretch at its barest month, so that a payment within it is the same every month.

    The last month keeps its own: the last payment is what is left, and may be smaller than the others.
    """
    first, edge = case.time.first, case.time.first + block
    early = min(case.caps[first : min(edge, until)], default=case.caps[until])
    if case.question.request.instalment_minor and block:
        early = min(early, case.question.request.instalment_minor)
    late = min(case.caps[edge:until], default=case.caps[until])
    flat = [early if index < edge else late for index in range(len(case.caps))]
    flat[until] = min(case.caps[until], flat[until])
    return tuple(flat)


def usual_shapes(rules: Rulebook) -> tuple[str, ...]:
    """Where payments may follow the income no other shape is better in anything; else all that the lender gives."""
    allowed = rules.texts("plan.shapes")
    plain = tuple(shape for shape in allowed if shape != "interest-only")
    return ("income-following",) if "income-following" in allowed else plain or ("level",)
