"""Take the lender's loan book in: rows already checked by core/loanbook, all of them or none.

What only the desk knows is checked here: that no row is of tomorrow, and that no contract changes hands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from forbear.actions.ports import Counts, Desk
from forbear.core.loanbook import Fault, Numbered


@dataclass(frozen=True)
class Imported:
    """Written, in one transaction. `faults`: of the lines left out, when that was asked for."""

    counts: Counts
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class NotImported:
    """Nothing was written."""

    faults: tuple[Fault, ...]


def import_loans(
    desk: Desk, *, rows: Sequence[Numbered], faults: Sequence[Fault], skip_bad: bool
) -> Imported | NotImported:
    """Write the rows unless there is a fault anywhere; with `skip_bad`, write the rows that have none.

    `faults`: those found before, of lines that are not in `rows`. Importing the same rows again changes nothing.
    """
    found = _faults_here(desk, rows)
    faulty = {fault.line for fault in found}
    everything = tuple(sorted([*faults, *found], key=lambda fault: fault.line))
    good = [item.row for item in rows if item.line not in faulty]
    if everything and not (skip_bad and good):
        return NotImported(everything)
    return Imported(desk.loans.put(good), everything)


def _faults_here(desk: Desk, rows: Sequence[Numbered]) -> list[Fault]:
    today = desk.clock.today()
    moved = set(desk.loans.moved([item.row for item in rows]))
    faults = []
    for item in rows:
        if item.row.loan.as_of > today:
            faults.append(_fault(item.line, "as_of", "as_of_future", today=today.isoformat()))
        if item.row.loan.contract in moved:
            faults.append(_fault(item.line, "id_number", "other_person"))
    return faults


def _fault(line: int, column: str, name: str, **facts: str) -> Fault:
    return Fault(line, column, f"loanbook.{name}.reason", facts, f"loanbook.{name}.way_on")
