"""The queue's lines: written in the transaction of the events they come from, and made anew from the record at will.

Contract and name stand sealed under the case's identity key (forgetting the key blanks them too) and are found by
blind indexes. Everything else in a line is public state.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from forbear.actions.lines import is_open, moving_part, queue_line, watch_on
from forbear.actions.ports import CaseLine
from forbear.core.case import Case, Stage
from forbear.core.events import Recorded, Retention
from forbear.core.loanbook import contract_key
from forbear.store.models import CaseRow
from forbear.store.privacy import DataKeys, Keys, blind, blinds, open_text, seal_text

ROWS_AT_ONCE = 200


def apply(recorded: Sequence[Recorded], case: Case, keys: Keys, using: str) -> None:
    """Bring the case's line up to date: `recorded` are its new events, `case` its state after them."""
    if not recorded:
        return
    rows = CaseRow.objects.using(using)
    if recorded[0].seq == 0:
        rows.bulk_create([new_row(recorded[0], case, keys, using)])
    else:
        changed = rows.filter(case_id=case.case_id).update(**_state(case))
        assert changed == 1, f"the queue has no line of {case.case_id}: run forbear rebuild"


def rebuild(cases: Iterable[tuple[Recorded, Case]], keys: Keys, using: str) -> int:
    """Make every line anew from the (first event, state) of each case; returns how many. Inside a transaction that
    holds the head, so that nothing is recorded meanwhile.
    """
    rows = CaseRow.objects.using(using)
    rows.all().delete()
    made = 0
    remaining = iter(cases)
    while some := [new_row(opened, case, keys, using) for opened, case in islice(remaining, ROWS_AT_ONCE)]:
        rows.bulk_create(some)
        made += len(some)
    return made


def new_row(opened: Recorded, case: Case, keys: Keys, using: str) -> CaseRow:
    """The line of a case from its first event and its state, not stored yet."""
    line = queue_line(opened, case)
    row = CaseRow(case_id=line.case_id, loan_id=line.loan_id, borrower_id=line.borrower_id, **_state(case))
    row.key_id, row.contract, row.name, row.contract_index, row.name_index = "", b"", b"", b"", b""
    if line.contract or line.name:
        row.key_id, key = DataKeys(keys, using).for_writing(line.case_id, Retention.IDENTITY.value)
        row.contract = seal_text(key, _column("contract", line.case_id), line.contract)
        row.name = seal_text(key, _column("name", line.case_id), line.name)
        row.contract_index, row.name_index = _indexes(line.contract, line.name, keys)
    return row


def indexes_anew(row: CaseRow, keys: Keys, key: bytes) -> dict[str, bytes]:
    """The blind indexes of a line under the newest key; `key`: the data key that its words are sealed with."""
    contract = open_text(key, _column("contract", row.case_id), row.contract)
    name = open_text(key, _column("name", row.case_id), row.name)
    return dict(zip(("contract_index", "name_index"), _indexes(contract, name, keys), strict=True))


def _indexes(contract: str, name: str, keys: Keys) -> tuple[bytes, bytes]:
    return blind(keys.index, "contract", contract_key(contract)), blind(keys.index, "name", name)


def _state(case: Case) -> dict[str, Any]:
    """The columns that move with the case."""
    return {**moving_part(case), "open": is_open(case), "watch_on": watch_on(case)}


def _column(name: str, case_id: str) -> str:
    return f"case_line.{name}:{case_id}"


# ---- reading ---------------------------------------------------------------------------------------------------


class DjangoCases:
    """The Cases port (forbear/actions/ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._index = keys.index
        self._data_keys = DataKeys(keys, using)
        self._rows = CaseRow.objects.using(using)

    def line(self, case_id: str) -> CaseLine | None:
        lines = self._lines(self._rows.filter(case_id=case_id))
        return lines[0] if lines else None

    def of_loan(self, loan_id: str) -> tuple[CaseLine, ...]:
        return self._lines(self._rows.filter(loan_id=loan_id).order_by("-opened_at", "-case_id"))

    def of_borrower(self, borrower_id: str) -> tuple[CaseLine, ...]:
        return self._lines(self._rows.filter(borrower_id=borrower_id).order_by("-opened_at", "-case_id"))

    def queue(
        self, *, waits_for: str = "", stage: str = "", search: str = "", offset: int = 0, limit: int = 50
    ) -> tuple[CaseLine, ...]:
        """A search, and stage="closed", look at closed cases too: somebody rings up about an old one."""
        rows = self._rows if search or stage == Stage.CLOSED.value else self._rows.filter(open=True)
        if waits_for:
            rows = rows.filter(waits_for=waits_for)
        if stage:
            rows = rows.filter(stage=stage)
        if search:
            contracts = blinds(self._index, "contract", contract_key(search))
            rows = rows.filter(Q(contract_index__in=contracts) | Q(name_index__in=blinds(self._index, "name", search)))
        ordered = rows.order_by(F("due_on").asc(nulls_last=True), "changed_at", "case_id")
        return self._lines(ordered[offset : offset + limit])

    def counts(self) -> Mapping[str, int]:
        grouped = self._rows.filter(open=True).values_list("waits_for", "stage").annotate(Count("case_id"))
        counts: dict[str, int] = {}
        for waits_for, stage, count in grouped:
            for name in (waits_for, f"stage:{stage}"):
                counts[name] = counts.get(name, 0) + count
        return counts

    def to_watch(self, on: date) -> tuple[str, ...]:
        late = self._rows.filter(watch_on__lte=on)
        return tuple(late.order_by("case_id").values_list("case_id", flat=True))

    def _lines(self, rows: QuerySet[CaseRow]) -> tuple[CaseLine, ...]:
        found = list(rows.values(*_AS_THEY_STAND, "key_id", "contract", "name"))
        keys = self._data_keys.by_id({row["key_id"] for row in found if row["key_id"]})
        return tuple(_line(row, keys.get(row["key_id"])) for row in found)


_AS_THEY_STAND = tuple(field.name for field in fields(CaseLine) if field.name not in ("contract", "name"))
"""The columns of a line that lie open."""


def _line(row: Mapping[str, Any], key: bytes | None) -> CaseLine:
    case_id = row["case_id"]
    return CaseLine(
        contract=open_text(key, _column("contract", case_id), row["contract"]) if key else "",
        name=open_text(key, _column("name", case_id), row["name"]) if key else "",
        **{name: row[name] for name in _AS_THEY_STAND},
    )
