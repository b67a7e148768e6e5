"""Whatever layers, places and dates a rulebook has: one that is let through never passes a binding limit on any day."""

from datetime import date, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from forbear.core.rule_faults import faults
from forbear.core.rules import Basis, Force, Key, Param, Scoped, Source, Status, Tighter, rulebook

LAYERS = ["base", "cn", "cn/card", "lender/one"]
PLACES = ["", "cn", "cn/a", "cn/a/b", "cn/c"]
START = date(2026, 1, 1)
DAYS = 12
BINDING = (Force.STATUTORY, Force.REGULATORY)


@st.composite
def param(draw) -> Param:
    first = draw(st.integers(0, DAYS - 1))
    last = draw(st.one_of(st.none(), st.integers(first, DAYS)))
    return Param(
        key="cap",
        value=draw(st.integers(0, 4)),
        unit="ppm",
        from_on=START + timedelta(days=first),
        until_on=None if last is None else START + timedelta(days=last),
        force=draw(st.sampled_from(list(Force))),
        source=Source(title="a text"),
        status=Status.V,
        checked_on=START,
        layer=draw(st.sampled_from(LAYERS)),
        scope=draw(st.sampled_from(PLACES)),
    )


def nearest(params: list[Param], layer: str, place: str, day: date) -> Param | None:
    """What a layer says at a place on a day, told apart from the product's own way of finding it."""
    held = [
        p
        for p in params
        if p.layer == layer and p.in_force(day) and (p.scope == "" or f"{place}/".startswith(f"{p.scope}/"))
    ]
    return max(held, key=lambda p: len(p.scope), default=None)


@settings(max_examples=200, deadline=None)
@given(params=st.lists(param(), min_size=1, max_size=6), tighter=st.sampled_from([Tighter.LOWER, Tighter.HIGHER]))
def test_a_rulebook_let_through_passes_no_binding_limit(params, tighter):
    keys = {"cap": Key(key="cap", unit="ppm", tighter=tighter, basis=Basis.DECISION_DATE, scoped=Scoped.PLACE)}
    found = list(faults(LAYERS, keys, params))
    assume(not any(said in fault.problem for fault in found for said in ("overlaps", "has no effect")))
    sign = 1 if tighter is Tighter.LOWER else -1
    book, passed = rulebook(LAYERS, params, START), False
    for day in (START + timedelta(days=n) for n in range(DAYS + 2)):
        for place in PLACES:
            said = [nearest(params, layer, place, day) for layer in LAYERS]
            held = [one for one in said if one is not None]
            assert bool(book.on(day).stack("cap", place)) == bool(held)
            for index, lower in enumerate(held):
                for upper in held[:index]:
                    # The nearest place decides, so that a value of a wider place never meets one of a nearer above it.
                    looser = sign * lower.value > sign * upper.value and len(lower.scope) >= len(upper.scope)
                    passed = passed or (looser and upper.force in BINDING)
            if not found and held:
                decides = book.on(day).param("cap", place)
                assert decides in held
                above = LAYERS[: LAYERS.index(decides.layer)]
                limits = [p.value for p in held if p.force in BINDING and p.layer in above]
                assert all(sign * decides.value <= sign * limit for limit in limits)
    assert bool(found) == passed
