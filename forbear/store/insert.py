"""Many rows into a table by one statement: who holds the record's one write lock asks the database seldom."""

from collections.abc import Iterator, Sequence

from django.db import connections

ROWS_AT_ONCE = 1_000
"""A few thousand values: well below what SQLite (32,766) and PostgreSQL (65,535) take in one statement."""


def insert(into: str, rows: Sequence[Sequence[object]], using: str) -> None:
    """`into`: a table and its columns, `event (leaf, body)`; each row has a value for every one of them."""
    with connections[using].cursor() as cursor:
        for some in _parts(rows):
            row = f"({', '.join(['%s'] * len(some[0]))})"
            sql = f"insert into {into} values {', '.join([row] * len(some))}"  # noqa: S608 (names of this house)
            cursor.execute(sql, [value for one in some for value in one])


def _parts(rows: Sequence[Sequence[object]]) -> Iterator[Sequence[Sequence[object]]]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]
