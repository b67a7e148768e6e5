"""The MailRoom port in memory, held by tests/contracts to what the database does, and a Mailbox to put mails into."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from forbear.actions.ports import MailRow
from forbear.adapters.memory_ledger import MemoryLedger
from forbear.core.facts import Retention


class MemoryMailRoom:
    """The MailRoom port. `ledger`: whose erasures it follows."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self._rows: dict[str, tuple[MailRow, int]] = {}

    def enter(self, row: MailRow) -> bool:
        if row.outcome != "duplicate" and self.first(row.content) is not None:
            return False
        self._put(row)
        return True

    def change(self, row: MailRow) -> None:
        self._put(row)

    def first(self, content: bytes) -> MailRow | None:
        found = (row for row, _ in self._rows.values() if row.content == content and row.outcome != "duplicate")
        return next(map(self._seen, found), None)

    def get(self, mail: str) -> MailRow | None:
        return self._seen(self._rows[mail][0]) if mail in self._rows else None

    def list(self, state: str, offset: int = 0, limit: int = 50) -> tuple[MailRow, ...]:
        found = [row for row, _ in self._rows.values() if row.state == state]
        found.sort(key=lambda row: (row.came_at, row.mail), reverse=True)
        return tuple(map(self._seen, found[offset : offset + limit]))

    def counts(self) -> Mapping[str, int]:
        rows = [row for row, _ in self._rows.values()]
        return Counter(row.outcome for row in rows) + Counter(f"state:{row.state.value}" for row in rows)

    def _put(self, row: MailRow) -> None:
        self._rows[row.mail] = (row, self._ledger.key_for(row.owner, Retention.MESSAGE))

    def _seen(self, row: MailRow) -> MailRow:
        _, key = self._rows[row.mail]
        live = self._ledger.live_key(row.owner, Retention.MESSAGE) == key
        return row if live else replace(row, shown=None, sha256="", content=b"")
