"""Bundles spoilt in every way somebody might try, looked at by the product, the single file and a third that is made of
public libraries alone (bundle_oracle.py): whatever changes what a bundle claims is found by all, in the same check and
in the same words, and nothing clean is called spoilt. FORBEAR_LONG: at full size.
"""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from forbear.adapters.bundle_reader import NoBundle, read_bundle
from forbear.config.verify import looked_at, said
from forbear.core.bundle import TAG_MANIFEST
from forbear.core.bundle_check import Fault, Report
from tests.attack.bundle_oracle import opinion
from tests.attack.odd_forms import ODD
from tests.attack.spoilt_bundles import FORGER, KINDS, spoilt
from tests.bundles import Bag, alone, desk_with_case, exported, packed, story_desk, written
from tests.servers import ROOT

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")  # zipfile says so of what is made on purpose

LONG = bool(os.environ.get("FORBEAR_LONG"))
MUTATIONS = 500 if LONG else 250
PARTS = 24 if LONG else 1
"""The campaign in parts, each of which a slow machine does in its five minutes: 12,000 in all at full size."""
CLEAN = 200 if LONG else 6


THEIR_OWN_WORDS = {"unpack", "unreadable", "note", "name"}
"""Sentences that carry what a library said; all others are the same in both, word by word."""


VAGUER = ("cannot be read", "a proof is too ", "a key or a signature is no point")
"""How the single file begins what it says more shortly."""


class Looked:
    """The verifiers, on one file."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self.key, self.alone, self.by_the_third = folder, key, alone(), 0

    def at(self, data: bytes, kept: str | None = None) -> tuple[Report, dict[str, str]]:
        file = written(self.folder, data)
        report = looked_at(file, self.key, kept)
        other: dict[str, str] = self.alone.verify(str(file), self.key, kept)["checks"]
        assert list(other) == list(report.checks), "the same checks by the same names"
        assert (not any(other.values())) == report.ok, (dict(report.checks), other)
        self.agreed(data, report, kept)
        problem = report.checks.get(first(report))
        told = other.get(first(report), "")
        if problem and told and problem.key not in THEIR_OWN_WORDS and not told.startswith(VAGUER):
            assert told == said(problem)
        return report, other

    def agreed(self, data: bytes, report: Report, kept: str | None) -> None:
        """The third says so too, of all that it looks at."""
        theirs, name = opinion(data, self.folder / "unpacked", self.key), first(report)
        self.by_the_third += bool(theirs)
        if report.ok or theirs:
            assert bool(theirs) != report.ok, (dict(report.checks), theirs)
            return
        problem = report.checks[name]
        assert problem is not None
        of_tags = problem.key == "more_files" or TAG_MANIFEST in problem.facts.values()
        assert name in ("zip", "against") or (name == "bag" and of_tags), (name, problem)


def first(checks: dict[str, str] | Report) -> str:
    """The first check that does not hold."""
    told = checks.checks if isinstance(checks, Report) else checks
    return next((name for name, problem in told.items() if problem), "")


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Looked:
    return Looked(tmp_path_factory.mktemp("bundles"), desk_with_case().log_key.vkey)


def contents(folder: Path, data: bytes) -> object:
    """What a bundle holds, whatever its zip looks like; None where it cannot be unpacked."""
    try:
        return dict(read_bundle(written(folder, data)).files)
    except (Fault, NoBundle):
        return None


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_changes_a_claim_is_found_by_both(
    looked: Looked, tmp_path: Path, campaign: Callable[..., None], part: int
):
    desk = desk_with_case()
    whole = packed(desk, exported(desk))
    bag, rng, found, harmless = Bag.of(whole), Random(20260302 + part), Counter[str](), 0
    before, third = contents(tmp_path, whole), looked.by_the_third
    for number in range(MUTATIONS):
        one = spoilt(bag, whole, rng)
        report, other = looked.at(one.data)
        if report.ok:
            assert not one.found_by and contents(tmp_path, one.data) == before, f"{number}: {one.kind} was not found"
            harmless += 1
            continue
        if one.found_by:
            assert first(report) in one.found_by, f"{number}: {one.kind} by {first(report)}: {dict(report.checks)}"
            assert first(other) == first(report), f"{number}: {one.kind}: {other} and {dict(report.checks)}"
        found[one.kind] += 1
    assert set(found) >= set(KINDS), "every kind was tried"
    told = {"found_by_both": found.total(), "by_the_independent_one_too": looked.by_the_third - third}
    campaign("changes of bundles", made=MUTATIONS, **told, in_bytes_of_the_zip_that_say_nothing=harmless)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_way_is_found_by_the_check_made_for_it(looked: Looked, kind: str):
    desk = desk_with_case()
    made = KINDS[kind](Bag.of(packed(desk, exported(desk))), Random(kind))
    assert made is not None
    report, other = looked.at(made[0])
    assert first(report) in made[1]
    assert first(other) == first(report)


@pytest.mark.parametrize("kind", sorted(ODD))
def test_whatever_somebody_gives_us_is_said_what_it_is(tmp_path: Path, kind: str):
    desk = desk_with_case()
    data, found_by = ODD[kind](Bag.of(packed(desk, exported(desk))))
    file, single = written(tmp_path, data), alone()
    if not found_by:
        with pytest.raises(NoBundle):
            looked_at(file, desk.log_key.vkey)
        return
    assert first(looked_at(file, desk.log_key.vkey)) == found_by
    assert first(single.verify(str(file), desk.log_key.vkey)["checks"]) == found_by


def test_no_clean_bundle_is_called_spoilt(looked: Looked):
    desk = desk_with_case()
    note = ""
    for number in range(CLEAN):
        made = exported(desk, since=note, key=f"clean-{number}")
        report, _ = looked.at(packed(desk, made), note or None)
        assert report.ok, dict(report.checks)
        assert report.events == made.seq + 1
        note = desk.log.latest()


def test_a_whole_story_holds(tmp_path: Path):
    desk, case_id = story_desk((ROOT / "tests/stories/illness.story").read_text("utf-8"))
    from tests import bundles

    before, bundles.CASE = bundles.CASE, case_id
    try:
        data = packed(desk, exported(desk))
    finally:
        bundles.CASE = before
    report, _ = Looked(tmp_path, desk.log_key.vkey).at(data)
    assert (report.ok, report.erased, report.withheld) == (True, 1, 0), dict(report.checks)
    bag, rng = Bag.of(data), Random(3)
    document = next(name for name in bag.files if name.endswith(".pdf"))
    for _ in range(1000 if LONG else 8):  # the agreement itself, lists made to fit
        changed = bag.copy()
        flipped = bytearray(changed.files[document])
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
        changed.files[document] = bytes(flipped)
        report, other = Looked(tmp_path, desk.log_key.vkey).at(changed.listed().zipped())
        assert first(report) == first(other) == "files"


def test_with_the_logs_own_key_only_what_others_kept_tells(looked: Looked):
    """Who has stolen the key can make a log that fits itself: an older checkpoint kept elsewhere finds it."""
    desk = desk_with_case()
    kept = desk.log.checkpoint()
    bag = Bag.of(packed(desk, exported(desk, since=kept)))
    assert looked.at(bag.zipped(), kept)[0].ok
    events = bag.events()
    events[3]["cmd"] += "x"
    stolen = bag.chained(events).sealed().logged(desk.log_key, others=40).listed().zipped()  # type: ignore[arg-type]
    assert looked.at(stolen)[0].ok
    report, other = looked.at(stolen, kept)
    assert (first(report), first(other)) == ("against", "against")
    assert "made again" in said(report.checks["against"])


def test_without_a_key_a_forged_log_fits_itself_and_the_verifier_says_so(tmp_path: Path):
    desk = desk_with_case()
    bag = Bag.of(packed(desk, exported(desk)))
    events = bag.events()
    events[3]["cmd"] += "x"
    forged = written(tmp_path, bag.chained(events).sealed().logged(FORGER).listed().zipped())
    report = looked_at(forged)
    assert (report.ok, report.pinned) == (True, False)
    assert alone().verify(str(forged))["keys"] == "unpinned"
