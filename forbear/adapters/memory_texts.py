"""What was handed to carriers of text messages and what came from them, in memory, for stories and tests."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from threading import RLock

from forbear.actions.ports import Receipt, Stray, TextIn
from forbear.actions.sms import JOINT_MINUTES, gathered, joined
from forbear.core.sms import Fate, fate_of


class MemoryTexts:
    """The Texts port (forbear/actions/contact_ports.py)."""

    def __init__(self) -> None:
        self._handed: dict[str, tuple[str, str, str]] = {}
        self._reports: dict[str, Receipt] = {}
        self._pieces: dict[str, dict[int, tuple[TextIn, datetime]]] = {}
        self._kept: set[str] = set()
        self._strays: dict[str, Stray] = {}
        self._lock = RLock()

    def handed(self, carriers: Sequence[str], *, case_id: str, thing: str, at: datetime) -> None:
        with self._lock:
            for carrier in carriers:
                if self._handed.get(carrier, ("", thing))[1] != thing:  # the carrier uses the id again
                    self._reports.pop(carrier, None)
                self._handed[carrier] = (case_id, thing, carriers[0])

    def reported(self, receipt: Receipt, at: datetime) -> tuple[str, str] | None:
        with self._lock:
            before = self._reports.get(receipt.carrier)
            if before is None or receipt.fate is Fate.DELIVERED:
                self._reports[receipt.carrier] = receipt
            found = self._handed.get(receipt.carrier)
            return found[:2] if found else None

    def fate(self, thing: str) -> tuple[Fate, str] | None:
        with self._lock:
            attempts: dict[str, list[Receipt | None]] = {}
            for carrier, (_, whose, attempt) in self._handed.items():
                if whose == thing:
                    attempts.setdefault(attempt, []).append(self._reports.get(carrier))
        fate = fate_of(tuple(tuple(one.fate if one else None for one in parts) for parts in attempts.values()))
        found = (one for parts in attempts.values() for one in parts if one and one.fate is fate)
        return (fate, next(found).code) if fate else None

    def whole(self, text: TextIn, at: datetime) -> TextIn | None:
        with self._lock:
            since = at - timedelta(minutes=JOINT_MINUTES)
            pieces = {n: one for n, one in self._pieces.get(text.joint, {}).items() if one[1] > since}
            if text.part in pieces and pieces[text.part][0].text != text.text:
                pieces = {}
            pieces[text.part] = (text, at)
            self._pieces[text.joint] = {n: (piece, at) for n, (piece, _) in pieces.items()}
            words = {n: piece.text for n, (piece, _) in pieces.items()}
        return joined(text, words)

    def loose(self, before: datetime) -> tuple[TextIn, ...]:
        with self._lock:
            found = [(joint, pieces) for joint, pieces in sorted(self._pieces.items()) if pieces]
        return tuple(
            gathered(joint=joint, parts=parts, pieces={n: (p.number, p.text) for n, (p, _) in pieces.items()})
            for joint, pieces in found
            if len(pieces) < (parts := next(iter(pieces.values()))[0].parts)
            and max(at for _, at in pieces.values()) < before
        )

    def keep(self, text: TextIn, at: datetime, case_id: str, why: str) -> bool:
        with self._lock:
            if text.id in self._kept:
                return False
            self._kept.add(text.id)
            if why:
                self._strays[text.id] = Stray(id=text.id, number=text.number, text=text.text, came_at=at, why=why)
            return True

    def stray(self, id: str) -> Stray | None:
        return self._strays.get(id)

    def strays(self, limit: int) -> tuple[Stray, ...]:
        return tuple(sorted(self._strays.values(), key=lambda one: (one.came_at, one.id))[:limit])

    def waiting(self, most: int) -> int:
        return min(len(self._strays), most)

    def place(self, id: str, case_id: str) -> None:
        self._strays.pop(id, None)

    def forget(self, before: datetime) -> None:
        """Memory is short anyway."""

    def counts(self) -> Mapping[str, int]:
        found = Counter(receipt.fate.value for receipt in self._reports.values())
        unmatched = sum(carrier not in self._handed for carrier in self._reports)
        return {**found, "unmatched": unmatched, "came": len(self._kept), "strays": len(self._strays)}
