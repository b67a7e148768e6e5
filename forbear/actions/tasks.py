"""What the desk gave up and a person took care of: her words stay with the case, then the task is off the list."""

from forbear.actions.ports import Desk, GivenUp
from forbear.actions.record import By, Done, carry_out
from forbear.core import events as e
from forbear.core.contact import may_work_on_cases
from forbear.core.refusal import Refusal

WORDS_MAX = 4000


def settle_task(desk: Desk, by: By, task: int, words: str) -> Done | Refusal:
    """Take a task off the list, saying what was done; a task that is off the list already stays so."""
    if refusal := may_work_on_cases(by.actor):
        return refusal
    item = next((item for item in desk.agenda.given_up() if item.id == task), None)
    if item is None:
        return Done("", ())
    if not words.strip():
        return Refusal("desk.words", "desk.tasks.fault.words", where="words")
    done = _noted(desk, by, item, words.strip()[:WORDS_MAX])
    if isinstance(done, Done):
        desk.agenda.settle(task)
    return done


def _noted(desk: Desk, by: By, item: GivenUp, words: str) -> Done | Refusal:
    if not item.case_id:
        return Done("", ())
    return carry_out(desk, by, item.case_id, {"task": item.id, "words": words}, lambda _: [e.NoteWritten(text=words)])
