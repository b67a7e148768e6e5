"""Every plan for several loans, counted out: each ceiling of the month's sum, each order of the loans, each number of
months and each shape, by plain simulation. Written apart from the product: it shares the numbers of a case and the rule
of the split with it, and no code."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

PPM = 1_000_000
FOREVER = 10**15


@dataclass(frozen=True)
class Numbers:
    """A joint case in plain numbers; `loans` as dicts, `step` the caps' stretch by shape, `edge` where a step is."""

    loans: tuple[dict[str, Any], ...]
    caps: tuple[int, ...]
    room: tuple[int, ...]
    ceiling: int
    unit: int
    first: int
    last: int


@dataclass(frozen=True)
class Found:
    """A plan: its four criteria (largest month, total, end, value turned round) and what each loan pays."""

    criteria: tuple[int, int, int, int]
    paid: tuple[tuple[int, ...], ...]


def numbers(joint: Any) -> Numbers:
    """The numbers of a case of the product."""
    loans = []
    for case, share in zip(joint.cases, joint.shares, strict=True):
        kept = share.terms.kept
        fees, interest, penalty, principal = (
            *(kept.fees_minor, kept.interest_minor, kept.penalty_minor, kept.principal_minor),
        )
        loans.append(
            {
                "principal": principal, "left": fees + interest + penalty + principal, "rate": share.terms.rate_ppm,
                "parts": share.time.parts, "year": share.time.denominator * PPM, "first": share.time.first,
                "last": min(len(share.time.months), share.time.first + share.terms.months) - 1,
                "unit": share.terms.unit_minor, "least": share.terms.least_minor, "gap": share.terms.gap_months,
                "ahead": fees + interest + penalty, "claim": case.owed.total_minor,
                "kept": case.worth.kept, "broken": case.worth.broken, "bands": case.worth.bands,
            }
        )  # fmt: skip
    room, usable = [], 0
    for index, month in enumerate(joint.months):
        usable += month.affordable_minor if index >= joint.first else 0
        room.append(usable)
    return Numbers(
        tuple(loans), joint.caps, tuple(room), joint.ceiling_minor, joint.unit_minor, joint.first, joint.last
    )


def orders(case: Numbers) -> list[tuple[tuple[int, ...], bool, bool]]:
    """(order, in proportion first, interest first): what avalanche, any-order, smallest-first and pro-rata come to."""
    places = range(len(case.loans))
    rate = {i: one["rate"] * one["principal"] * PPM // max(1, one["left"]) for i, one in enumerate(case.loans)}
    dearest = tuple(sorted(places, key=lambda i: -rate[i]))
    smallest = tuple(sorted(places, key=lambda i: case.loans[i]["left"]))
    every = list(permutations(places)) if len(places) <= 4 else []
    ways = [(order, False) for order in (dearest, *every, smallest)] + [(dearest, True)]
    return [(order, share, interest) for order, share in dict.fromkeys(ways) for interest in (False, True)]


def pay(
    case: Numbers, order: tuple[int, ...], share: bool, interest_first: bool, caps: Sequence[int], ceiling: int,
    until: int, resting: int = 0,
) -> list[list[int]] | None:  # fmt: skip
    """What each loan pays month by month; None where it does not end by month `until`."""
    state = [dict(one, waits=0, at=one["first"] - 1, rows=[]) for one in case.loans]
    for month in range(until + 1):
        live = [one for one in state if one["left"]]
        for one in live:
            one["grew"] = (
                one["principal"] * one["rate"] * one["parts"][month] // one["year"] if month < len(one["parts"]) else 0
            )
            one["left"] += one["grew"]
            one["waits"] += one["grew"]
            one["ahead"] += one["grew"]
            one["now"] = 0
        able = [state[i] for i in order if state[i]["left"] and state[i]["first"] <= month <= state[i]["last"]]
        budget = min(caps[month], ceiling)
        if case.first <= month < case.first + resting:
            all_at_once = len(able) == len(live) and sum(one["left"] for one in able) <= budget
            for one in able:
                one["now"] = one["left"] if all_at_once else one["waits"]
            if sum(one["now"] for one in able) > budget:
                return None
        elif month >= case.first:
            for one in sorted(able, key=lambda o: o["at"]):
                want = max(one["least"], one["grew"] if interest_first else 0, int(month - one["at"] > one["gap"]))
                budget -= _raise(one, budget, min(one["left"], -(-want // one["unit"]) * one["unit"]))
            rests = [one["left"] - one["now"] for one in able]
            if share and sum(rests):
                unit, whole = max(one["unit"] for one in able), budget // max(one["unit"] for one in able)
                shares = [whole * rest // sum(rests) for rest in rests]
                short = sorted(range(len(able)), key=lambda i: (-(whole * rests[i] % sum(rests)), i))
                for i in short[: whole - sum(shares)]:
                    shares[i] += 1
                for one, part in zip(able, shares, strict=True):
                    budget -= _raise(one, min(budget, part * unit), one["left"])
            for one in able:
                budget -= _raise(one, budget, one["left"])
        for one in live:
            one["rows"].append(one["now"])
            if one["now"]:
                one["at"], one["waits"] = month, 0
                one["left"] -= one["now"]
                to_principal = max(0, one["now"] - one["ahead"])
                one["ahead"] = max(0, one["ahead"] - one["now"])
                one["principal"] -= min(to_principal, one["principal"])
            if one["left"] and (month >= one["last"] or month - one["at"] > one["gap"]):
                return None
        if not any(one["left"] for one in state):
            return [one["rows"] for one in state]
    return None


def _raise(one: dict[str, Any], most: int, upto: int) -> int:
    """Give a loan up to `most` more, `upto` in all, in whole units unless that pays it off, never below its least."""
    want = min(one["now"] + most, upto)
    if want < one["left"]:
        want = want // one["unit"] * one["unit"]
        if want < one["least"]:
            return 0
    more = max(0, want - one["now"])
    one["now"] += more
    return more


def priced(case: Numbers, rows: list[list[int]]) -> Found:
    """The criteria of what the loans pay; a lender's value weighs every loan by the burden of the whole."""
    end = max(map(len, rows)) - 1
    sums = [sum(row[i] for row in rows if i < len(row)) for i in range(end + 1)]
    total, worth = sum(sums), 0
    for one, row in zip(case.loans, rows, strict=True):
        band = min(one["bands"] - 1, total * one["bands"] // case.room[end]) if case.room[end] else one["bands"] - 1
        months = len(one["parts"])
        expected, claim = 0, one["claim"]
        for i, amount in enumerate(row):
            expected += one["broken"][band * months + i] * claim + one["kept"][band * months + i] * amount
            claim = max(0, claim - amount)
        worth += expected // PPM
    return Found((max(sums), total, end, -worth), tuple(map(tuple, rows)))


def every_plan(case: Numbers, caps: Sequence[int], ceiling: int, until: int, resting: int = 0) -> Iterator[Found]:
    """The plan of every order under every whole unit of ceiling."""
    highest = min(ceiling, max(caps[: until + 1], default=0))
    tops = [units * case.unit for units in range(1, highest // case.unit + 1)]
    for top in dict.fromkeys([*tops, highest, ceiling]):
        for order, share, interest in orders(case):
            rows = pay(case, order, share, interest, caps, top, until, resting)
            if rows is not None:
                yield priced(case, rows)


def balanced(candidates: list[Found]) -> set[tuple[int, int, int, int]]:
    """The points where the product of both sides' gains over their worst is greatest; ties by total and end."""
    heaviest, poorest = max(f.criteria[0] for f in candidates), min(-f.criteria[3] for f in candidates)

    def key(f: Found) -> tuple[int, int, int]:
        burden, total, end, worth = f.criteria
        return -(heaviest - burden + 1) * (-worth - poorest + 1), total, end

    best = min(map(key, candidates))
    return {f.criteria for f in candidates if key(f) == best}


def flat(case: Numbers, until: int, block: int, early_most: int = FOREVER) -> list[int]:
    """What the months may bear where each of two stretches pays the same: its barest month, the last month its own."""
    edge = case.first + block
    months = case.caps
    early = min([*months[case.first : min(edge, until)]] or [months[until]])
    early = min(early, early_most) if block else early
    late = min([*months[edge:until]] or [months[until]])
    found = [early if i < edge else late for i in range(len(months))]
    found[until] = min(months[until], found[until])
    return found
