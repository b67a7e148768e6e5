"""The facts of signatures, beside those of room 6 in core/events.py, which names them all."""

from dataclasses import dataclass

from forbear.core.facts import Fact, Retention, private
from forbear.core.signatures import Issuer, Level, Seal


@dataclass(frozen=True, kw_only=True)
class AgreementSealed(Fact):
    """Her signing act and the lender's signature stand in a PDF that others can check; `document`: where it is kept."""

    type = "agreement.sealed"
    number: int
    level: Level
    issuer: Issuer
    document: str
    seal: Seal | None = private(Retention.AGREEMENT)
