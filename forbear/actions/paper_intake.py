"""The way of a file into the house: looked through for viruses, then kept; or a refusal, and nothing of it is here."""

from collections.abc import Callable, Iterable

from forbear.actions.ports import Desk, Kept, ScannerAway, VaultFull
from forbear.core.facts import Retention
from forbear.core.refusal import Refusal


def take_in(desk: Desk, case_id: str, retention: Retention, chunks: Callable[[], Iterable[bytes]]) -> Kept | Refusal:
    """Scan a file, then keep it. `chunks` hands out the file's bytes from the beginning each time it is called.

    Where a scanner is configured and does not answer, nothing is kept (fail closed): she is asked to try again.
    """
    try:
        infected = desk.scanner.verdict(chunks()).infected
    except ScannerAway:
        return _no("scanner")
    if infected:
        return _no("infected")
    try:
        return desk.vault.keep_stream(case_id, retention, chunks())
    except VaultFull:
        return full()


def full() -> Refusal:
    """There is no room: what was sent before is safe, this file is not kept."""
    return _no("full")


def _no(why: str) -> Refusal:
    return Refusal(f"evidence.{why}", f"evidence.refusal.{why}", f"evidence.way_on.{why}", where="file")
