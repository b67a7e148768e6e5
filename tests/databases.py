"""Fresh databases for tests that commit: a copy of a prepared one for each test, on SQLite and on PostgreSQL.

The record refuses to be deleted, so a test cannot clean up after itself; it gets a database of its own instead. This
also lets a test use threads and processes, which see what was committed.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from forbear.config import environment
from tests.servers import Cluster


def sqlite_settings(file: Path) -> dict[str, Any]:
    """The product's own SQLite settings on a file."""
    return dict(environment.sqlite(file))


def postgresql_settings(url: str) -> dict[str, Any]:
    """The product's own PostgreSQL settings for an address."""
    return dict(environment.postgresql(url))


@contextmanager
def using(settings: dict[str, Any]) -> Iterator[None]:
    """Within the block Django's default connection, in every thread, is the one of `settings`."""
    before = connections.settings["default"]
    _forget()
    connections.settings["default"] = connections.configure_settings({"default": dict(settings)})["default"]
    try:
        yield
    finally:
        _forget()
        connections.settings["default"] = before


def prepare_sqlite(file: Path) -> None:
    """Make a database with every table in it."""
    with using(sqlite_settings(file)):
        call_command("migrate", verbosity=0)


def prepare_postgresql(cluster: Cluster) -> str:
    """Make a database with every table in it; returns its name."""
    name = cluster.new_database()
    with using(postgresql_settings(cluster.url(name))):
        call_command("migrate", verbosity=0)
    return name


@contextmanager
def fresh_sqlite(prepared: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """A copy of the prepared database for one test. It goes with the test, so nothing waits for the disk, as with the
    cluster of PostgreSQL; power cuts have a test of their own on the product's settings.
    """
    file = folder / "fresh.sqlite3"
    assert not prepared.with_name(f"{prepared.name}-wal").exists(), "all of it is in the file"
    shutil.copyfile(prepared, file)
    settings = sqlite_settings(file)
    settings["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
    with using(settings):
        yield settings


@contextmanager
def fresh_postgresql(cluster: Cluster, prepared: str) -> Iterator[dict[str, Any]]:
    """A copy of the prepared database for one test."""
    name = cluster.new_database(prepared)
    settings = postgresql_settings(cluster.url(name))
    with using(settings):
        yield settings
    cluster.drop_database(name)


def _forget() -> None:
    """Close this thread's connection and the pool behind it; the next use opens one with the settings of then."""
    connection = connections["default"]
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
    del connections["default"]


class Database:
    """What a test that asks for `database` is told: the kind, and DATABASE_URL for processes it starts."""

    def __init__(self, kind: str, settings: dict[str, Any]) -> None:
        self.kind = kind
        self.settings = settings

    @property
    def url(self) -> str:
        """DATABASE_URL of a PostgreSQL database; SQLite has none."""
        if self.kind != "postgresql":
            pytest.fail("only a PostgreSQL database has an address")
        return f"postgres://forbear@127.0.0.1:{self.settings['PORT']}/{self.settings['NAME']}"
