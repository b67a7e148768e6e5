"""A call that the machine took, as a task at the desk: what the caller wants, whose number was typed, the recording."""

import pytest

from forbear.actions.agenda import work
from forbear.actions.answering import Taken, Wish, close_call
from forbear.actions.answering_calls import Ring, begun
from forbear.town.borrower import AGENTS, Borrower

SOUND = b"RIFF....WAVE" + bytes(200)


@pytest.fixture
def task(desk, she: Borrower):
    """Somebody typed her number, had no code, and left a message."""
    ring = Ring(call="t_call", number="13800138000", at=desk.clock.now(), once="t_1")
    begun(desk, ring, True)
    taken = Taken(ring=ring, language="zh", recorded=True, loan_id=she.held.loan_id, wish=Wish.TRIES, silent=False)
    close_call(desk, taken, desk.clock.now(), [SOUND])
    while work(desk):
        pass
    return next(item for item in desk.agenda.given_up() if item.kind == "answered")


def test_the_task_says_what_she_wants_and_plays_it(person, desk, she, task):
    her = person(AGENTS[0].id)
    page = her.opens("/desk/tasks")
    assert "没能确认身份，需要人工联系" in page.text
    assert f"输入的身份证号属于合同 {she.row.loan.contract} 的客户" in page.text
    assert f'<audio controls preload="none" src="/desk/tasks/{task.id}/recording"' in page.source
    heard = her.opens(f"/desk/tasks/{task.id}/recording")
    assert b"".join(heard.response.streaming_content) == SOUND
    assert (heard.response.headers["Content-Type"], heard.response.headers["Cache-Control"]) == (
        "audio/wav",
        "no-store",
    )


def test_who_does_not_work_on_cases_hears_nothing(person, task):
    auditor = person("he")
    page = auditor.opens("/desk/tasks")
    assert "<audio" not in page.source
    assert auditor.opens(f"/desk/tasks/{task.id}/recording").status == 403


def test_a_task_that_is_done_or_another_one_plays_nothing(person, desk, task):
    her = person(AGENTS[0].id)
    assert her.opens(f"/desk/tasks/{task.id + 1}/recording").status == 404
    desk.agenda.settle(task.id)
    assert her.opens(f"/desk/tasks/{task.id}/recording").status == 404
