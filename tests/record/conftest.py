"""`stored`: the ports on SQLite and on PostgreSQL, as in the contract suites."""

from tests.contracts.conftest import stored as stored
