"""The shipped rulebook with some values set otherwise, as a lender's layer would."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

from forbear.adapters.rulebook import load_rulebook
from forbear.core.rules import Rulebook, rulebook

RULES = load_rulebook("cn", "consumer-finance", "example", date(2026, 3, 2))


def rows(columns: tuple[str, ...], *values: tuple) -> tuple:
    """A table of the rulebook."""
    return tuple(MappingProxyType(dict(zip(columns, row, strict=True))) for row in values)


def ruled(**values) -> Rulebook:
    """`ruled(stress_binds=True)`: budget.stress_binds is set, in every place, whatever the shipped files say."""
    set_here = {f"budget.{name}" for name in values}
    kept = [param for param in RULES.params if param.key not in set_here]
    for name, value in values.items():
        shipped = next(param for param in RULES.params if param.key == f"budget.{name}")
        kept.append(replace(shipped, value=value, scope="", from_on=date(2020, 1, 1), until_on=None))
    return rulebook(RULES.layers, kept, RULES.effective_on)


SFS = {
    "guideline_kinds": rows(
        ("group", "kind"),
        *(("communications-leisure", "telephone"), ("communications-leisure", "leisure")),
        *(("food-housekeeping", "food"), ("food-housekeeping", "cleaning")),
        *(("personal", "clothing"), ("personal", "hairdressing")),
    ),
    "guideline": rows(
        ("group", "person", "minor"),
        *(("communications-leisure", "first-adult", 250_00), ("communications-leisure", "further-adult", 179_00)),
        *(("communications-leisure", "child", 87_00), ("communications-leisure", "older-child", 140_00)),
        *(("food-housekeeping", "first-adult", 454_00), ("food-housekeeping", "further-adult", 333_00)),
        *(("food-housekeeping", "child", 197_00), ("food-housekeeping", "older-child", 235_00)),
        *(("personal", "first-adult", 95_00), ("personal", "further-adult", 67_00)),
        *(("personal", "child", 47_00), ("personal", "older-child", 105_00)),
    ),
}
"""The three groups of the Standard Financial Statement, with the amounts of a third party (year not stated)."""

IRS = {
    "guideline_kinds": rows(("group", "kind"), ("national", "food"), ("national", "clothing"), ("local", "rent")),
    "standard": rows(
        ("group", "persons", "minor"),
        *(("national", 1, 839_00), ("national", 2, 1_481_00), ("national", 3, 1_753_00), ("national", 4, 2_129_00)),
        ("national", 0, 394_00),
        *(("local", 1, 1_800_00), ("local", 2, 2_100_00), ("local", 0, 100_00)),
    ),
    "guideline": (),
    "guideline_in_full": ("national",),
    "guideline_caps": ("local",),
}
"""IRS Collection Financial Standards from 2025-04-21; the local amounts are made up."""
