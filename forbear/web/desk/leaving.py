"""Leaving at the desk: what is kept of a person in a case, holds, wishes about data, four eyes for every erasure."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from forbear.actions import debt_end, kept, leaving
from forbear.actions.kept_places import PLACES, Goes, Place
from forbear.actions.record import Done
from forbear.core.contact import Role
from forbear.core.events import Answered, DebtEnd, HoldWhy, Right
from forbear.core.facts import Retention
from forbear.core.file import CaseFile
from forbear.core.leaving import Kept, Request
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_of, staff_required
from forbear.web.desk.page import Tried, case_page, sent_on, tab_address, tried_from
from forbear.web.desk.timeline_leaving import named
from forbear.web.templatetags.desk import day, reader_language, term_in
from forbear.words import say

SHOWN = 50


@staff_required()
@require_safe
def data(request: HttpRequest, case_id: str) -> HttpResponse:
    """The tab of a case."""
    return _page(request, case_for_staff(request, case_id))


def _page(request: HttpRequest, file: CaseFile, tried: Tried | None = None) -> HttpResponse:
    desk, me = desk_of(request), staff_of(request)
    language = reader_language()
    holds = leaving.holds(file)
    return case_page(
        request,
        file,
        "leaving",
        tried,
        kept=[_line(one, desk.clock.today()) for one in leaving.kept_of(desk, file)],
        holds=[
            (name, term_in(language, f"leaving.hold.{event.fact.why.value}"), event, event.actor.id != me.id)
            for name, event in holds.items()
        ],
        hold_whys=[(why.value, term_in(language, f"leaving.hold.{why.value}")) for why in HoldWhy],
        wishes=[_wish(one, me.id) for one in reversed(leaving.requests(file))],
        rights=[(right.value, term_in(language, f"leaving.right.{right.value}")) for right in Right],
        classes=[(one.value, term_in(language, f"leaving.held.{one.value}")) for one in Retention],
        reviews=me.kind is Role.REVIEWER,
        debt_open=debt_end.debt_open(file),
        debt_ends=[(one.value, term_in(language, f"leaving.debt.{one.value}")) for one in DebtEnd],
        today=desk.clock.today().isoformat(),
    )


def _line(one: Kept, today: Any) -> dict[str, Any]:
    language = reader_language()
    starts = term_in(language, f"leaving.starts.{one.period.starts.value}")
    period = say(language, "leaving.page.period", days=one.period.days, starts=starts)
    if one.period.years:
        period = say(language, "leaving.page.years", count=one.period.years, starts=starts)
    force = term_in(language, f"rules.force.{one.period.force}")
    return {
        "what": term_in(language, f"leaving.held.{one.retention.value}"),
        "there": one.there,
        "until": day(one.until_on) if one.until_on else period,
        "rule": one.period.source,
        "status": say(language, "leaving.desk.status", force=force, status=one.period.status),
        "law": one.law.source if one.law else "",
        "law_until": day(one.law_until_on) if one.law and one.law_until_on else "",
        "overdue": one.over(today) and not one.holds,
    }


def _wish(wish: Request, me: str) -> dict[str, Any]:
    language = reader_language()
    right = term_in(language, f"leaving.right.{wish.right.value}")
    answer = term_in(language, f"leaving.answer.{wish.answer.value}") if wish.answer else ""
    proposed = say(language, "leaving.desk.proposed_by", by=wish.proposed_by, what=named(wish.proposed, language))
    return {
        "id": wish.request,
        "form": f"wish-{wish.request}",
        "asked": say(language, "leaving.page.asked", right=right, on=day(wish.asked_on)),
        "by": say(language, "leaving.page.answer_by", by=day(wish.answer_by_on)),
        "classes": named(wish.classes, language),
        "words": wish.words,
        "open": wish.open,
        "erase": wish.right is Right.ERASE,
        "correct": wish.right is Right.CORRECT,
        "proposed": proposed if wish.proposed else "",
        "mine": wish.proposed_by == me,
        "answer": say(language, "leaving.desk.answered", answer=answer) if answer else "",
        "answers": [
            (one.value, term_in(language, f"leaving.answer.{one.value}")) for one in leaving.FITTING[wish.right]
        ],
        "stays": [f"{named((one.retention_class,), language)}: {one.article}" for one in wish.stays],
    }


@staff_required(WORKERS)
@require_POST
def act(request: HttpRequest, case_id: str) -> HttpResponse:
    """One of the forms of the tab, by its `act`; an unknown one changes nothing."""
    case_for_staff(request, case_id)
    form = request.POST.get("form", "")[:80]
    do = _ACTS.get(request.POST.get("act", ""))
    outcome = do(request, case_id) if do else Refusal("leaving.request", "leaving.refusal.request")
    if isinstance(outcome, Refusal):
        return _page(request, case_for_staff(request, case_id), tried_from(request, form, outcome))
    return sent_on(request, outcome, tab_address(case_id, "leaving"), "saved")


def _given(request: HttpRequest, name: str, most: int = 4000) -> str:
    return request.POST.get(name, "").strip()[:most]


def _place(request: HttpRequest, case_id: str) -> Done | Refusal:
    why = _given(request, "why")
    reason = HoldWhy(why) if why in set(HoldWhy) else HoldWhy.INVESTIGATION
    by = by_staff(request, seen=False)
    return leaving.place_hold(desk_of(request), by, case_id, reason, _given(request, "reason"))


def _lift(request: HttpRequest, case_id: str) -> Done | Refusal:
    by, hold = by_staff(request, seen=False), _given(request, "hold", 64)
    return leaving.lift_hold(desk_of(request), by, case_id, hold, _given(request, "reason"))


def _ask(request: HttpRequest, case_id: str) -> Done | Refusal:
    given = _given(request, "right")
    right = Right(given) if given in set(Right) else Right.COPY
    classes = tuple(one for one in Retention if one.value in request.POST.getlist("classes"))
    by, words = by_staff(request, seen=False), _given(request, "words")
    return leaving.ask_about_data(desk_of(request), by, case_id, right, classes=classes, words=words)


def _answer(request: HttpRequest, case_id: str) -> Done | Refusal:
    given = _given(request, "answer")
    answer = Answered(given) if given in set(Answered) else Answered.REFUSED
    by, wish, words = by_staff(request, seen=False), _given(request, "request", 64), _given(request, "words")
    return leaving.answer_request(desk_of(request), by, case_id, wish, answer, words)


def _propose(request: HttpRequest, case_id: str) -> Done | Refusal:
    by, wish = by_staff(request, seen=False), _given(request, "request", 64)
    return leaving.propose_erasure(desk_of(request), by, case_id, wish)


def _agree(request: HttpRequest, case_id: str) -> Done | Refusal:
    by, wish = by_staff(request, seen=False), _given(request, "request", 64)
    return leaving.agree_erasure(desk_of(request), by, case_id, wish)


def _correct(request: HttpRequest, case_id: str) -> Done | Refusal:
    by, wish = by_staff(request, seen=False), _given(request, "request", 64)
    said = {name: _given(request, name, 254) for name in ("name", "phone", "email")}
    return leaving.correct_party(desk_of(request), by, case_id, wish, **said)


def _debt(request: HttpRequest, case_id: str) -> Done | Refusal:
    given, on = _given(request, "debt"), _given(request, "ended_on", 10)
    if given not in set(DebtEnd):
        return Refusal("leaving.debt", "leaving.refusal.debt")
    try:
        ended_on = date.fromisoformat(on)
    except ValueError:
        return Refusal("leaving.ended_on", "leaving.refusal.ended_on", where="ended_on")
    return debt_end.end_debt(desk_of(request), by_staff(request, seen=False), case_id, DebtEnd(given), ended_on)


_ACTS: dict[str, Callable[[HttpRequest, str], Done | Refusal]] = {
    "place": _place,
    "lift": _lift,
    "ask": _ask,
    "answer": _answer,
    "propose": _propose,
    "agree": _agree,
    "correct": _correct,
    "debt": _debt,
}


def _places(held: Mapping[str, int]) -> list[tuple[str, list[str], int]]:
    """By what places empty, their names, and how many entries there are in all of them."""
    language, found = reader_language(), dict[Place, list[str]]()
    for name, place in sorted(PLACES.items()):
        found.setdefault(place, []).append(name)
    order = {goes: number for number, goes in enumerate(Goes)}
    lines = []
    for place, names in sorted(found.items(), key=lambda one: (order[one[0].goes], one[0].classes)):
        goes = f"{term_in(language, f'leaving.goes.{place.goes.value}')} {named(place.classes, language)}".strip()
        lines.append((goes, names, sum(held.get(name, 0) for name in names)))
    return lines


@staff_required()
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """What is kept of whom over the whole desk: how many cases hold each class, and what is overdue by name."""
    desk, language = desk_of(request), reader_language()
    overdue = [(line, term_in(language, f"leaving.held.{line.retention}")) for line in kept.overdue(desk, SHOWN)]
    counted = kept.counts(desk)
    page = {
        "title": say(language, "leaving.desk.report"),
        "me": staff_of(request),
        "overdue": overdue,
        "places": _places(desk.keeping.counts()),
        "counts": [(term_in(language, f"leaving.held.{one.value}"), count) for one, count in counted.items()],
    }
    return render(request, "desk/kept.html", page)
