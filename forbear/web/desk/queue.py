"""The queue: what is due next, first, and why; and the tasks that the desk could not do without a person.

The list never moves under the cursor: when something changes elsewhere, a line offers to load it anew.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from forbear.actions.ports import CaseLine, GivenUp
from forbear.actions.tasks import settle_task
from forbear.core.case import Stage
from forbear.core.contact import Role
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, staff_of, staff_required
from forbear.web.desk.message_search import in_messages
from forbear.web.desk.page import DueWords, Tried, due_words, short_name, tried_from
from forbear.web.templatetags.desk import reader_language
from forbear.words import say

PAGE = 50
MOVES = ("agent", "reviewer", "second", "borrower", "nobody")
OWN_MOVE = {Role.AGENT: "agent", Role.REVIEWER: "reviewer"}
"""What a person's queue begins with: the cases whose next move is hers."""


@dataclass(frozen=True)
class QueueRow:
    """A line as shown: `tail` the end of the contract number, `why` what is due."""

    line: CaseLine
    name: str
    tail: str
    due: DueWords
    mine: bool


@staff_required()
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The queue; filters and search are in the address, so that a view can be kept and shared."""
    desk, language = desk_of(request), reader_language()
    wanted = _wanted(request)
    offset = PAGE * (wanted["page"] - 1)
    move = "" if wanted["move"] == "all" or wanted["search"] else wanted["move"]
    lines = desk.cases.queue(
        waits_for=move, stage=wanted["stage"], search=wanted["search"], offset=offset, limit=PAGE + 1
    )
    counts, today, me = desk.cases.counts(), desk.clock.today(), staff_of(request)
    rows = [_row(line, today, language, me.id) for line in lines[:PAGE]]
    page = {
        "title": say(language, "desk.queue.title"),
        "rows": rows,
        "more": len(lines) > PAGE,
        "first": offset + 1 if rows else 0,
        "last": offset + len(rows),
        "wanted": wanted,
        "moves": _moves(counts, wanted),
        "stages": [(stage.value, counts.get(f"stage:{stage.value}", 0)) for stage in Stage],
        "tasks": len(desk.agenda.given_up()),
        "previous_url": _address(wanted, page=wanted["page"] - 1) if wanted["page"] > 1 else "",
        "next_url": _address(wanted, page=wanted["page"] + 1),
        "stamp": _stamp(lines[:PAGE]),
        "fresh_url": f"{reverse('desk:queue_fresh')}?{urlencode({**wanted, 'stamp': _stamp(lines[:PAGE])})}",
        "today": today,
        "me": me,
        **in_messages(request, str(wanted["search"])),
    }
    return render(request, "desk/queue.html", page)


@staff_required()
@require_safe
def queue_fresh(request: HttpRequest) -> HttpResponse:
    """Asked every half minute by an open queue: a line that offers to load it anew, or nothing."""
    desk, wanted = desk_of(request), _wanted(request)
    move = "" if wanted["move"] == "all" or wanted["search"] else wanted["move"]
    offset = PAGE * (wanted["page"] - 1)
    lines = desk.cases.queue(
        waits_for=move, stage=wanted["stage"], search=wanted["search"], offset=offset, limit=PAGE + 1
    )
    changed = request.GET.get("stamp", "") != _stamp(lines[:PAGE])
    return render(request, "desk/parts/fresh.html", {"changed": changed, "url": _address(wanted, page=wanted["page"])})


def _wanted(request: HttpRequest) -> dict[str, object]:
    """What the address asks for, put right where it makes no sense."""
    me = staff_of(request)
    move = request.GET.get("move", OWN_MOVE.get(me.kind, "all"))
    stage = request.GET.get("stage", "")
    page = request.GET.get("page", "1")
    return {
        "move": move if move in MOVES else "all",
        "stage": stage if stage in list(Stage) else "",
        "search": request.GET.get("search", "").strip()[:80],
        "page": int(page) if re.fullmatch(r"[1-9][0-9]{0,4}", page) else 1,
    }


def _address(wanted: dict[str, object], **changes: object) -> str:
    asked = {name: value for name, value in {**wanted, **changes}.items() if value not in ("", 1) or name == "move"}
    return f"{reverse('desk:queue')}?{urlencode(asked)}"


def _moves(counts: Mapping[str, int], wanted: dict[str, object]) -> list[tuple[str, int, str, bool]]:
    """(name, how many, address, chosen) of each filter by whose move it is."""
    counted = {name: counts.get(name, 0) for name in MOVES}
    counted = {"all": sum(counted.values()), **counted}
    chosen = "" if wanted["search"] else wanted["move"]
    return [
        (name, count, _address(wanted, move=name, search="", page=1), name == chosen) for name, count in counted.items()
    ]


def _row(line: CaseLine, today: date, language: str, me: str) -> QueueRow:
    return QueueRow(
        line=line,
        name=short_name(line.name),
        tail=line.contract[-7:],
        due=due_words(line.due_on, today, language),
        mine=bool(me) and me in (line.agent, line.reviewer),
    )


def _stamp(lines: tuple[CaseLine, ...]) -> str:
    """What the list shows, in short: which cases in which order and how far each has come."""
    return "-".join(f"{line.case_id[-4:]}{line.seq}" for line in lines)[:800]


# ---- tasks -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """Something the desk gave up and a person has to see to."""

    item: GivenUp
    line: CaseLine | None
    name: str
    tail: str
    whose: str = ""

    @property
    def form(self) -> str:
        """The name of the form that takes it off the list."""
        return f"task-{self.item.id}"


@staff_required()
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """Messages that could not be delivered, promised days that have come, whatever failed for the last time."""
    return _tasks_page(request)


def _tasks_page(request: HttpRequest, tried: Tried | None = None) -> HttpResponse:
    desk = desk_of(request)
    found = []
    for item in desk.agenda.given_up():
        line = desk.cases.line(item.case_id) if item.case_id else None
        held = desk.loans.loan(item.body["loan"]) if item.kind == "answered" and item.body["loan"] else None
        whose = held.row.loan.contract if held else ""
        found.append(
            Task(item, line, short_name(line.name) if line else "–", line.contract[-7:] if line else "", whose)
        )
    me = staff_of(request)
    page = {
        "title": say(reader_language(), "desk.tasks.title"),
        "found": found,
        "me": me,
        "works": me.kind in WORKERS,
        "key": desk.ids.new("q"),
        "tried": tried,
        "tasks": len(found),
    }
    return render(request, "desk/tasks.html", page, status=tried.status if tried else 200)


@staff_required(WORKERS)
@require_POST
def settle(request: HttpRequest, task: int) -> HttpResponse:
    """A person took care of it, and says how: the words stay with the case."""
    desk = desk_of(request)
    outcome = settle_task(desk, by_staff(request, seen=False), task, request.POST.get("words", ""))
    if isinstance(outcome, Refusal):
        return _tasks_page(request, tried_from(request, f"task-{task}", outcome))
    return HttpResponseRedirect(reverse("desk:tasks"))
