"""The hole in the wall behind which keys sign a PDF: in a file, in a module of hardware, with a service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from forbear.core.signatures import Check, Issuer, Level, Seal


class SealingAway(Exception):
    """A service, a key or an authority for time stamps is not there now or gave something wrong: try again later."""


class SealRefused(Exception):
    """This document must not be sealed as it is; trying again helps nobody. `check` names what found it."""

    def __init__(self, check: str, problem: str) -> None:
        super().__init__(f"{check}: {problem}")
        self.check = check


@dataclass(frozen=True, kw_only=True)
class SealOrder:
    """A document with its two fields empty, the statement of her act, and what stands in the visible stamps."""

    document: bytes
    statement: bytes
    reference: str
    """Stable over tries, so that a service can recognise a repeat."""
    borrower: str
    lender: str
    stamps: Mapping[str, tuple[str, ...]]
    """Lines of the stamp in each field."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Sealed:
    pdf: bytes
    level: Level
    seal: Seal


class Sealer(Protocol):
    @property
    def issuer(self) -> Issuer:
        """Whose certificates it signs with."""

    def seal(self, order: SealOrder) -> Sealed:
        """The document signed by her, then by the lender, and looked at; raises SealingAway and SealRefused."""

    def look(self, pdf: bytes, at: datetime, document_sha256: str, sealed_sha256: str) -> tuple[Check, ...]:
        """What holds of a sealed agreement as of `at`, check by check; the digests are those of the record."""
