"""The queue: what is due next first, filters in the address, tasks for a person, and quick with thousands of cases."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from forbear.actions.agenda import HANDLERS
from forbear.actions.ports import Desk, Due
from forbear.actions.record import load
from forbear.town.borrower import AGENTS, REVIEWERS, Borrower
from forbear.town.lives import proposed, wishes
from forbear.words import LANGUAGES, catalogue
from tests.web.desk.conftest import Person, live

AGENT = AGENTS[1].id
KIND = "desk.tasks.kind."
Signed = Callable[..., Person]


def test_a_queue_begins_with_ones_own_move(desk: Desk, she: Borrower, person: Signed):
    live(desk, wishes(she))
    assert she.row.loan.contract[-7:] in person(AGENT).opens("/desk/").text
    assert she.row.loan.contract[-7:] not in person(REVIEWERS[0].id).opens("/desk/").text
    assert she.row.loan.contract[-7:] in person("he").opens("/desk/").text


def test_filters_and_search_find_the_case(desk: Desk, she: Borrower, person: Signed):
    live(desk, proposed(she))
    her, tail = person(AGENT), she.row.loan.contract[-7:]
    shown = {
        query: tail in her.opens(f"/desk/?{query}").text
        for query in (
            *("move=all", "move=reviewer", "move=borrower", "move=all&stage=decision", "move=all&stage=payments"),
            *(f"search={she.row.loan.contract}", f"search={she.row.name}", "search=nobody", "move=x&stage=y&page=z"),
        )
    }
    assert shown == {
        "move=all": True,
        "move=reviewer": True,
        "move=borrower": False,
        "move=all&stage=decision": True,
        "move=all&stage=payments": False,
        f"search={she.row.loan.contract}": True,
        f"search={she.row.name}": True,
        "search=nobody": False,
        "move=x&stage=y&page=z": True,
    }


def test_names_are_masked_in_the_list(desk: Desk, she: Borrower, person: Signed):
    live(desk, wishes(she))
    assert she.row.name not in person(AGENT).opens("/desk/").text


def test_an_open_queue_offers_to_load_anew_and_does_not_move(desk: Desk, she: Borrower, person: Signed):
    live(desk, wishes(she))
    her = person(AGENT)
    url = her.opens("/desk/").response.context["fresh_url"]
    assert her.opens(url).text.strip() == ""
    she.writes("还有一件事。")
    assert "这里有新的变化，点此更新。" in her.opens(url).text


def test_what_was_given_up_waits_for_a_person_who_says_what_she_did(desk: Desk, she: Borrower, person: Signed):
    live(desk, wishes(she))
    desk.agenda.put([Due(key="decide:x", kind="decide", due_at=desk.clock.now(), case_id=she.case_id)])
    leased = desk.agenda.lease(desk.clock.now() + timedelta(days=1), 50, 60)
    item = next(item for item in leased if item.key == "decide:x")
    desk.agenda.give_up(item, "the promised day")
    her = person(AGENT)
    page = her.opens("/desk/tasks")
    assert "答复的日期到了，还没有决定" in page.text
    bare = her.sends(f"/desk/tasks/{item.id}/settle", {"words": " "}, form=page)
    assert (bare.status, bare.faults) == (422, ["请写一句怎么处理的"])
    for _ in range(2):
        done = her.sends(f"/desk/tasks/{item.id}/settle", {"words": "已经接手。"}, form=page)
        assert done.status == 302
    assert desk.agenda.given_up() == ()
    notes = [spoken.text for spoken in load(desk, she.case_id).spoken if spoken.note]
    assert notes == ["已经接手。"]


def test_whatever_was_given_up_has_its_sentence_on_the_page(desk: Desk, she: Borrower, person: Signed):
    live(desk, wishes(she))
    body, at = {"call": "t_1", "wish": "message", "loan": "", "recording": ""}, desk.clock.now()
    desk.agenda.put([Due(key=f"x:{kind}", kind=kind, due_at=at, case_id=she.case_id, body=body) for kind in HANDLERS])
    for item in desk.agenda.lease(at, 200, 60):
        if item.key.startswith("x:"):
            desk.agenda.give_up(item, "out of order")
    page = person(AGENT).opens("/desk/tasks")
    assert page.status == 200 and page.source.count("<article") == len(HANDLERS)
    for language in LANGUAGES:
        said = {key.removeprefix(KIND) for key in catalogue(language) if key.startswith(KIND)}
        assert said == set(HANDLERS)


def test_the_queue_stays_quick_with_many_cases(desk: Desk, she: Borrower, person: Signed, monkeypatch: Any):
    """Pages of fifty out of five thousand lines; the database's own speed is measured by `make bench`."""
    live(desk, wishes(she))
    line = desk.cases.queue()[0]
    lines = [replace(line, case_id=f"c_{number}") for number in range(5000)]

    class Many:
        def queue(self, *, offset: int = 0, limit: int = 50, **_: object) -> tuple[Any, ...]:
            return tuple(lines[offset : offset + limit])

        def counts(self) -> dict[str, int]:
            return {"agent": 5000, "stage:decision": 5000}

    her = person(AGENT)
    from forbear.config import wiring

    many = replace(desk, cases=Many())
    monkeypatch.setattr(wiring, "desk", lambda: many)
    her.opens("/desk/")
    spent = []
    for page in range(1, 12):
        begun = time.process_time()
        answer = her.opens(f"/desk/?move=all&page={page}")
        spent.append(time.process_time() - begun)
        assert answer.source.count("<tr data-row>") == 50
    assert sorted(spent)[5] < 0.1
