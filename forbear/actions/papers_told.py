"""What is wrong with a paper, in words: one sentence a fault, which says what to do."""

from forbear.core.evidence import PAGES_MAX
from forbear.core.reading import Fault
from forbear.words import say


def fault_told(language: str, fault: Fault) -> str:
    """The sentence for a fault of a page or of a whole paper."""
    return say(language, f"evidence.fault.{fault.code}", pages=PAGES_MAX)
