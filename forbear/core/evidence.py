"""Room 3, evidence: the papers a cause calls for, what stands for what, and how complete they are.

Nothing is asked that the lender already holds (投诉处理管理办法: an institution does not ask for what it has), an
item names its alternatives, and family violence needs no proof at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from forbear.core.plan import Cause
from forbear.core.statement import Statement

FILE_BYTES_MAX = 20 * 1024 * 1024
FILES_PER_ITEM_MAX = 30
PAGES_MAX = 60
"""of one file: three months of a busy account are some forty"""

SIGNATURES: Mapping[str, tuple[bytes, ...]] = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/webp": (b"RIFF",),
    "image/heic": (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1", b"ftyphevc"),
    "application/pdf": (b"%PDF-",),
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing asked for. `need`: identity, income, cause; `kinds`: papers of which one is enough; `health`: kept
    apart and short; `optional`: helps, but nothing waits for it.
    """

    number: int
    need: str
    kinds: tuple[str, ...]
    health: bool = False
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class PaperFacts:
    """A file as it came: its name, type found in its bytes, size, digest, and where the vault keeps it."""

    name: str
    mime: str
    size: int
    sha256: str
    blob: str
    health: bool


class PaperState(StrEnum):
    WANTED = "wanted"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WAIVED = "waived"


OF_CAUSE: Mapping[Cause, tuple[str, ...]] = {
    Cause.ILLNESS: ("diagnosis", "discharge-note", "fee-receipts", "insurance-claim"),
    Cause.JOB_LOSS: ("termination-letter", "unemployment-registration", "social-insurance-record"),
    Cause.INCOME_CUT: ("employer-letter", "changed-contract", "payslips-before-and-after"),
    Cause.FAMILY_CHANGE: ("certificate", "court-decree"),
    Cause.DISASTER: ("area-notice", "damage-photo"),
    Cause.BUSINESS_FAILURE: ("deregistration", "tax-return", "creditor-list"),
    Cause.OVER_INDEBTED: ("creditor-list", "account-statements"),
    Cause.FRAUD_VICTIM: ("police-receipt",),
    Cause.OTHER: ("any-paper",),
}
"""Which papers show a cause; one of each row is enough. Family violence stands in no row: no proof is demanded."""


def checklist(statement: Statement, held: frozenset[str]) -> tuple[Item, ...]:
    """What to ask for. `held`: needs the lender's own records already meet, such as "identity"."""
    wanted: list[tuple[str, tuple[str, ...], bool, bool]] = []
    if "identity" not in held:
        wanted.append(("identity", ("id-card", "passport"), False, False))
    if statement.household.income and "income" not in held:
        wanted.append(("income", ("payslip", "bank-statement", "tax-certificate", "benefit-award"), False, False))
    if not statement.household.income:
        wanted.append(("no-income", ("bank-statement", "social-insurance-record", "benefit-award"), False, False))
    papers = OF_CAUSE.get(statement.cause, ())
    if papers:
        wanted.append(("cause", papers, statement.cause is Cause.ILLNESS, statement.cause is Cause.OTHER))
    if any(line.kind == "medical" for line in statement.household.outgoings) and statement.cause is not Cause.ILLNESS:
        wanted.append(("medical-costs", ("fee-receipts",), True, True))
    return tuple(
        Item(number=number, need=need, kinds=kinds, health=health, optional=optional)
        for number, (need, kinds, health, optional) in enumerate(wanted, start=1)
    )


def complete(items: tuple[Item, ...], states: Mapping[int, PaperState]) -> bool:
    """Whether everything that is not optional is there (received and not refused) or waived."""
    there = (PaperState.RECEIVED, PaperState.ACCEPTED, PaperState.WAIVED)
    return all(item.optional or states.get(item.number) in there for item in items)


def file_type(head: bytes) -> str | None:
    """The type that a file's first bytes show, whatever its name says; None when it can be no paper."""
    for mime, marks in SIGNATURES.items():
        if mime == "image/heic":
            if head[4:12] in marks:
                return mime
        elif any(head.startswith(mark) for mark in marks) and (mime != "image/webp" or head[8:12] == b"WEBP"):
            return mime
    return None
