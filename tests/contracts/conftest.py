"""`bench`: the test runs three times, on the ports in memory, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from tests.contracts.bench import KINDS, Bench, make_bench


def _bench(request: pytest.FixtureRequest, kind: str) -> Bench:
    home: Path = request.getfixturevalue("tmp_path")
    if kind != "memory":
        request.getfixturevalue(f"{kind}_database")
    return make_bench(kind, home)


@pytest.fixture(params=KINDS)
def bench(request: pytest.FixtureRequest) -> Bench:
    return _bench(request, request.param)


@pytest.fixture(params=KINDS[1:])
def stored(request: pytest.FixtureRequest) -> Bench:
    """As `bench`, the databases only."""
    return _bench(request, request.param)
