"""Papers drawn for the tests: `draw(kind, seed, layout)` gives pages and the truth about them, the same each time."""

from random import Random

from forbear.core.reading import PaperKind
from tests.papers import cards, money, others, statements
from tests.papers.drawn import Drawn, Truth

__all__ = ["LAYOUTS", "Drawn", "Truth", "draw"]

LAYOUTS: dict[PaperKind, tuple[str, ...]] = {
    PaperKind.ID_CARD: cards.ID_LAYOUTS,
    PaperKind.PASSPORT: cards.PASSPORT_LAYOUTS,
    PaperKind.PAYSLIP: money.PAYSLIP_LAYOUTS,
    PaperKind.BANK_STATEMENT: statements.LAYOUTS,
    PaperKind.TAX_CERTIFICATE: money.TAX_LAYOUTS,
    PaperKind.DIAGNOSIS: others.DIAGNOSIS_LAYOUTS,
    PaperKind.UNKNOWN: others.UNKNOWN_LAYOUTS,
}
_DRAWERS = {
    PaperKind.ID_CARD: cards.id_card,
    PaperKind.PASSPORT: cards.passport,
    PaperKind.PAYSLIP: money.payslip,
    PaperKind.BANK_STATEMENT: statements.bank_statement,
    PaperKind.TAX_CERTIFICATE: money.tax_certificate,
    PaperKind.DIAGNOSIS: others.diagnosis,
    PaperKind.UNKNOWN: others.unknown,
}


def draw(kind: PaperKind, seed: int, layout: str | None = None) -> Drawn:
    """A paper of this kind; without a `layout` the seed picks one of LAYOUTS[kind]."""
    random = Random(f"{kind}/{seed}")
    picked = random.choice(LAYOUTS[kind])
    return _DRAWERS[kind](random, layout or picked)
