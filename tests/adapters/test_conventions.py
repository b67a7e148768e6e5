"""The shipped conventions can be read; a convention at fault is told with its file, its key and the mend."""

from pathlib import Path

import pytest

from forbear.adapters.conventions import ConventionAtFault, load_convention, names
from forbear.core.money import Rounding
from tests.house.tree import ROOT

FILES = sorted((ROOT / "forbear/conventions").glob("*.toml"))
CN = (ROOT / "forbear/conventions/cn.toml").read_text("utf-8")


def test_the_shipped_conventions():
    assert names() == sorted(file.stem for file in FILES)
    assert {"cn", "fineract"} <= set(names())
    assert all(load_convention(name).name == name for name in names())
    cn, fineract = load_convention("cn"), load_convention("fineract")
    assert (cn.interest_rounding, cn.trial_adjustment, cn.instalment_multiple_minor) == (Rounding.HALF_UP, False, 1)
    assert (fineract.interest_rounding, fineract.trial_adjustment) == (Rounding.HALF_EVEN, True)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_says_what_it_is(file: Path):
    assert file.read_text("utf-8").startswith("# ")


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('interest_rounding = "half-up"', "", "own.toml: interest_rounding is missing"),
        ("inner_digits = 0", "inner_digits = 13", "own.toml: inner_digits: 13 is not a whole number from 0 to 12"),
        ("inner_digits = 0", "inner_digits = 0\nnew = 1", "own.toml: new is no key of a convention"),
        ("trial_adjustment = false", "trial_adjustment = 0", "own.toml: trial_adjustment: 0 is neither true nor false"),
        (
            'month_part = "30e"',
            'month_part = "31"',
            "own.toml: month_part: '31' is not known; one of actual-month, 30e",
        ),
    ],
)
def test_a_convention_at_fault(tmp_path: Path, before: str, after: str, fault: str):
    (tmp_path / "own.toml").write_text(CN.replace(before, after), "utf-8")
    with pytest.raises(ConventionAtFault) as told:
        load_convention("own", tmp_path)
    assert told.value.lines == [fault]


def test_a_lender_s_own_convention(tmp_path: Path):
    (tmp_path / "own.toml").write_text(CN.replace("multiple_minor = 1", "multiple_minor = 100"), "utf-8")
    assert load_convention("own", tmp_path).instalment_multiple_minor == 100


def test_what_is_not_toml(tmp_path: Path):
    (tmp_path / "own.toml").write_text("a = ", "utf-8")
    with pytest.raises(ConventionAtFault, match=r"own.toml: this is not TOML: "):
        load_convention("own", tmp_path)
