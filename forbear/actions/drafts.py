"""Room 1, contact: what somebody of the desk is writing; kept while she types, gone when it is sent."""

from dataclasses import replace

from forbear.actions.conversation import words_fault
from forbear.actions.ports import Desk, Draft
from forbear.actions.record import By
from forbear.core.contact import Actor, may_work_on_cases
from forbear.core.refusal import Refusal


def keep_draft(desk: Desk, by: By, draft: Draft) -> Draft | Refusal | None:
    """Keep it in place of the one before; None when there is nothing to keep: it is empty, or it was sent meanwhile.

    `by.key` is the key under which the same form will be sent, so that words still on their way when it is sent do
    not come back as a draft.
    """
    if refusal := may_work_on_cases(by.actor):
        return refusal
    if desk.cases.line(draft.case_id) is None:
        return Refusal("record.no_case", "contact.refusal.no_such_case", "contact.way_on.call")
    if desk.ledger.command(by.key, b"") is not None:
        return None
    if not draft.text.strip() and not draft.subject.strip():
        desk.drafts.drop(draft.case_id, by.actor.id)
        return None
    if draft.text.strip() and (refusal := words_fault(draft.text)):
        return refusal
    kept = replace(draft, staff=by.actor.id, at=desk.clock.now(), key=by.key)
    desk.drafts.keep(kept)
    return kept


def draft_of(desk: Desk, actor: Actor, case_id: str) -> Draft | None:
    """Her own draft in a case. One that was sent before it could be dropped is dropped now."""
    draft = desk.drafts.of(case_id, actor.id)
    if draft is not None and desk.ledger.command(draft.key, b"") is not None:
        desk.drafts.drop(case_id, actor.id)
        return None
    return draft
