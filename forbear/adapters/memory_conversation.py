"""Drafts, kept replies and the search over what was said, in memory."""

from collections.abc import Collection
from datetime import datetime
from threading import RLock

from forbear.actions.ports import Draft
from forbear.adapters.memory_ledger import MemoryLedger
from forbear.core.canned_replies import CannedReply
from forbear.core.facts import Retention
from forbear.core.message_search import index_marks, said_in


class MemoryDrafts:
    """The Drafts port. `ledger`: whose erasures it follows."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self._drafts: dict[tuple[str, str], tuple[int, Draft]] = {}

    def keep(self, draft: Draft) -> None:
        key = self._ledger.key_for(draft.case_id, Retention.MESSAGE.value)
        self._drafts[draft.case_id, draft.staff] = (key, draft)

    def of(self, case_id: str, staff: str) -> Draft | None:
        key, draft = self._drafts.get((case_id, staff), (0, None))
        return draft if key and key == self._ledger.live_key(case_id, Retention.MESSAGE.value) else None

    def writers(self, case_id: str) -> tuple[tuple[str, datetime], ...]:
        found = [draft for case, staff in list(self._drafts) if case == case_id and (draft := self.of(case, staff))]
        return tuple((one.staff, one.at) for one in sorted(found, key=lambda one: (one.at, one.staff), reverse=True))

    def drop(self, case_id: str, staff: str) -> None:
        self._drafts.pop((case_id, staff), None)


class MemoryCannedReplies:
    """The CannedReplies port."""

    def __init__(self) -> None:
        self._replies: dict[tuple[str, int], CannedReply] = {}
        self._lock = RLock()

    def add(self, reply: CannedReply) -> bool:
        with self._lock:
            return self._replies.setdefault((reply.name, reply.version), reply) is reply

    def all(self) -> tuple[CannedReply, ...]:
        return tuple(self._replies[key] for key in sorted(self._replies))


class MemoryMessageIndex:
    """The MessageIndex port: looks at everything that can be read at the moment."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    def leaves(self, marks: Collection[str], before_leaf: int | None, limit: int) -> tuple[int, ...]:
        wanted = set(marks)
        events = [event for event in self._ledger.all() if before_leaf is None or event.leaf < before_leaf]
        found = (event.leaf for event in reversed(events) if wanted and wanted <= index_marks(said_in(event.fact)))
        return tuple(leaf for leaf, _ in zip(found, range(limit), strict=False))
