"""The product and a second way to a schedule (tests/reference.py) agree on 10^6 random loans."""

import pytest

from tests.reference import compare

PARTS, EACH = 20, 50_000


@pytest.mark.parametrize("part", range(PARTS))
def test_a_second_way_agrees(part: int):
    assert PARTS * EACH == 10**6
    assert compare(seed=2_026_000 + part, count=EACH) is None
