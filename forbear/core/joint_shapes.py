"""The shapes that the month's sum may have for several loans, each as what the months may bear (core/shapes.py).

level: the same sum every month; what a loan that ends no longer takes goes to the next, so that before the last month
only a rest too small for a whole payment is missing. stepped: one sum, then a higher one. interest-only: each loan its
own interest, then the rest. Of plans that are alike for her the one that the lender expects more of is taken.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from forbear.core.joint_situation import JointSituation
from forbear.core.several import JointFlow, JointSearch
from forbear.core.shapes import blocks, flattened
from forbear.core.situation import resting_asked

Key = Callable[[JointFlow], tuple[int, ...]]


def light(flow: JointFlow) -> tuple[int, ...]:
    """Lightest first: largest month, total, end."""
    return flow.criteria


def cheap(flow: JointFlow) -> tuple[int, ...]:
    """Least total first."""
    return flow.total_minor, *flow.criteria


def soon(flow: JointFlow) -> tuple[int, ...]:
    """Soonest first."""
    return flow.ends_at, *flow.criteria


def best(joint: JointSituation, flows: Iterable[JointFlow], key: Key) -> JointFlow:
    """The first by a key, ties by what the lender expects; valued."""
    pool = list(flows)
    least = min(map(key, pool))
    return min(map(joint.valued, (flow for flow in pool if key(flow) == least)), key=lambda flow: -flow.value_minor)


def flows_of(joint: JointSituation, shape: str, ceiling_minor: int, last: int) -> list[JointFlow]:
    """For every number of months up to month `last` the lightest, the cheapest and the soonest plan of a shape; where
    payments follow the income those of the longest alone, for its months are those of all."""
    if shape == "income-following":
        return within(joint, joint.search(), ceiling_minor, last)
    found: list[JointFlow] = []
    for block in (0,) if shape == "interest-only" else blocks(joint.asking, shape):
        for picked in _by_months(joint, shape, block, ceiling_minor, last):
            found += picked
    return found


def menu_of(joint: JointSituation, shapes: Sequence[str], ceiling_minor: int) -> list[JointFlow]:
    """The lightest plan of every number of months where payments may follow the income."""
    if "income-following" not in shapes:
        return []
    return [best(joint, plans, light) for plans in joint.search().menu(ceiling_minor)]


def asked_for(joint: JointSituation, shape: str, ceiling_minor: int, last: int, *, by_amount: bool) -> list[JointFlow]:
    """Plans of a shape with at most so much a month that end by month `last`: where she names an amount those that end
    soonest and cost least, the lightest of them; else the lightest."""
    if shape != "income-following":
        return flows_of(joint, shape, ceiling_minor, last)
    if by_amount:
        return within(joint, joint.search(), ceiling_minor, last)
    found = joint.search().least(ceiling_minor, last)
    return [best(joint, found, light)] if found else []


def within(joint: JointSituation, search: JointSearch, ceiling_minor: int, until: int) -> list[JointFlow]:
    """The lightest, the cheapest and the soonest of a search that end by month `until`."""
    found = search.within(ceiling_minor, until)
    return [best(joint, found, key) for key in (light, cheap, soon)] if found else []


def _by_months(
    joint: JointSituation, shape: str, block: int, ceiling_minor: int, last: int
) -> Iterator[list[JointFlow]]:
    """`within` for every number of months, the longest first. Where a month less changes neither what the months may
    bear nor what was found, it is the same again and left out."""
    known: tuple[int, ...] = ()
    ends = last
    for until in range(last, joint.first - 1, -1):
        resting = resting_asked(joint.asking) if shape == "interest-only" else 0
        caps = joint.caps if shape == "interest-only" else flattened(joint.asking, until, block)
        if caps[: until + 1] == known[: until + 1] and ends <= until:
            continue
        search = joint.search(caps, shape=shape, resting=resting, block=block)
        picked = within(joint, search, ceiling_minor, until)
        known, ends = caps, max((flow.ends_at for flow in picked), default=until)
        yield picked
