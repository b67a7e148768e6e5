"""What the campaigns found, told at the end of a run and, at full size, kept in docs/campaigns.md.

A campaign is a test that does something many times; its figures of one name are added up over its parts.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs/campaigns.md"
HEAD = """# Campaigns

Written by `make rehearse-long`: the tests that do something again and again, at full size. `make test` runs each of
them smaller and prints its figures at the end. A row stands here only where all that its test checks held: what was
acknowledged was there and nothing half done was seen after each kill, each change that changes a claim was found.

| campaign | what came of it |
|---|---|
"""

Found = dict[str, dict[str, int]]


def added(told: Iterable[str]) -> Found:
    """Campaign → figure → sum, of the lines that campaigns told (`line`)."""
    found: Found = {}
    for one in told:
        name, figures = json.loads(one)
        mine = found.setdefault(name, {})
        for what, number in figures.items():
            mine[what] = mine.get(what, 0) + number
    return found


def line(name: str, figures: Mapping[str, int]) -> str:
    """One campaign's figures, or those of a part of it."""
    return json.dumps([name, figures])


def said(figures: Mapping[str, int]) -> str:
    """`{"cuts": 2000, "lost": 0}` as "2,000 cuts, 0 lost"."""
    return ", ".join(f"{number:,} {what.replace('_', ' ')}" for what, number in figures.items())


def page(before: str, found: Found) -> str:
    """The page with these campaigns' rows anew, those of others as they were."""
    kept = [row.strip("| ").split(" | ", 1) for row in before.splitlines() if row.startswith("| ")][1:]
    rows = dict(kept) | {name: said(figures) for name, figures in found.items()}
    return HEAD + "".join(f"| {name} | {what} |\n" for name, what in sorted(rows.items()))
