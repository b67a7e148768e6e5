"""When a person answers the hotline, and when somebody who called in vain may be called back."""

from datetime import datetime

from forbear.actions.contact_budget import asked, purpose_of
from forbear.actions.ports import ZONE, Desk
from forbear.core.contact import Channel
from forbear.core.file import CaseFile
from forbear.core.opening import opening

TURNS = 14
"""Each turn moves on to the next rule's first moment; within a fortnight they agree."""


def next_open(desk: Desk, at: datetime) -> datetime:
    """The first moment from `at` on when people answer, by the hours of the rulebook; `at` for a desk that has none."""
    spans = opening(desk.rulebooks.on(desk.clock.today()), ZONE).ahead(at)
    return next((max(begin, at) for begin, _ in spans), at)


def call_back_at(desk: Desk, file: CaseFile, at: datetime) -> datetime:
    """The first moment from `at` on when people answer and the rules of contact allow to call her; where these hours
    never meet, the first at which she may be called.
    """
    first = _allowed_at(desk, file, at)
    for _ in range(TURNS):
        moved = _allowed_at(desk, file, next_open(desk, at))
        if moved == at:
            return at
        at = moved
    return first


def _allowed_at(desk: Desk, file: CaseFile, at: datetime) -> datetime:
    purpose = purpose_of(desk, file, Channel.HOTLINE)
    return asked(desk, file, Channel.HOTLINE, purpose, at).budget.next_at or at
