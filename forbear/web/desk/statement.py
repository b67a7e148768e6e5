"""Room 2 at the desk: what she stated, and the same questions on one page for an agent who takes them by telephone.

The answers are the same facts as her own; the record says who wrote them down, and that it was by telephone.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from forbear.actions.record import By, Done
from forbear.actions.statement import give_answer, submit_statement
from forbear.core import amounts
from forbear.core.codec import typed
from forbear.core.contact import Channel
from forbear.core.conversation import Call
from forbear.core.events import QUIET
from forbear.core.file import CaseFile
from forbear.core.money import major
from forbear.core.plan import Cause
from forbear.core.refusal import Refusal
from forbear.core.statement import SHAPES, TOLD_BEFORE_SUBMITTING, WISHES, Question, contradictions, missing
from forbear.web.access import desk_of
from forbear.web.desk import household as home
from forbear.web.desk.answers import answer_lines
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_required
from forbear.web.desk.page import Tried, case_page, tab_address, tried_from
from forbear.web.templatetags.desk import reader_language, refused_in, term_in
from forbear.words import known, say

STEPS = ("cause", "difficulty", "willing", "request")
"""The order of a call, after who is calling: what happened, how hard it is, what can be paid, what is asked for."""

LISTS = {Question.INCOME: "in", Question.OUTGOINGS: "out", Question.DEBTS: "debt"}


@staff_required()
@require_safe
def statement(request: HttpRequest, case_id: str) -> HttpResponse:
    """Her statement, question by question, with what does not fit together."""
    file = case_for_staff(request, case_id)
    language = reader_language()
    told = [
        (
            term_in(language, f"statement.page.question.{question}"),
            answer_lines(question, file.answers[question], language),
        )
        for question in Question
        if question in file.answers
    ]
    rulebook = desk_of(request).rulebooks.on(desk_of(request).clock.today())
    slips = [say(language, slip.key) for slip in contradictions(file.answers, rulebook)]
    open_for_answers = not file.case.closed and (not file.case.submissions or file.case.restating)
    return case_page(
        request,
        file,
        "statement",
        told=told,
        slips=slips,
        open_for_answers=open_for_answers,
        gaps=[term_in(language, f"statement.page.question.{question}") for question in missing(file.answers)],
        unsure=[term_in(language, f"statement.page.question.{q}") for q in file.statement.unsure]
        if file.statement
        else [],
    )


# ---- by telephone ----------------------------------------------------------------------------------------------


@staff_required(WORKERS)
@require_http_methods(["GET", "POST"])
def telephone(request: HttpRequest, case_id: str) -> HttpResponse:
    """All questions on one page, in the order of a call; "save" keeps what there is, and so does going on to the next
    step, "submit" hands it in on her behalf. The answers name the call in which they were given as their cause.
    """
    file = case_for_staff(request, case_id)
    if request.method == "GET":
        return _sheet(request, file, None)
    reading = home.Reading(request)
    answers = _answers(reading)
    call = call_of(request, file)
    by = replace(by_staff(request, Channel.HOTLINE), cause=call.call if call else "")
    if any(event.command == f"{by.key}:submit" for event in file.events):
        return HttpResponseRedirect(tab_address(case_id, "plan"))
    if not reading.faults:
        refusal = _out_of_date(file, by) or _save(request, by, case_id, answers, reading)
        if refusal is None and not reading.faults and request.POST.get("act") == "submit":
            refusal = _submit(request, by, case_id, reading)
        if refusal is not None:
            return _sheet(request, case_for_staff(request, case_id), tried_from(request, "sheet", refusal))
    if reading.faults:
        return _sheet(request, case_for_staff(request, case_id), tried_from(request, "sheet", **reading.faults))
    step = request.POST.get("act", "").removeprefix("next:")
    if step in STEPS:
        named = f"?call={call.call}" if call else ""
        return HttpResponseRedirect(f"{reverse('desk:telephone_statement', args=[case_id])}{named}#step-{step}")
    submitted = request.POST.get("act") == "submit"
    messages.success(request, say(reader_language(), "desk.done.submitted" if submitted else "desk.done.saved"))
    return HttpResponseRedirect(tab_address(case_id, "plan" if submitted else "statement"))


def call_of(request: HttpRequest, file: CaseFile) -> Call | None:
    """The call of this case that the page or the form names, else the one that goes on."""
    named = request.POST.get("call", "") or request.GET.get("call", "")
    calls = [one for one in file.talk.calls if one.call == named or (not named and one.connected is None)]
    return calls[-1] if calls else None


def _out_of_date(file: CaseFile, by: By) -> Refusal | None:
    """Whether somebody else wrote meanwhile. The sheet is several acts, so its own earlier ones do not count."""
    seen = by.seen if by.seen is not None else -1
    newer = [e for e in file.events if e.seq > seen and e.fact.type not in QUIET and not e.command.startswith(by.key)]
    return Refusal("record.stale", "record.refusal.stale", "record.way_on.reload") if newer else None


def _save(
    request: HttpRequest, by: By, case_id: str, answers: Mapping[Question, dict[str, Any]], reading: home.Reading
) -> Refusal | None:
    """Give every answer there is, each its own act under a key of its own; a refusal of one goes beside its field."""
    for question, answer in answers.items():
        own = replace(by, key=f"{by.key}:{question.value}", seen=None)
        outcome = give_answer(desk_of(request), own, case_id, question, answer)
        if isinstance(outcome, Refusal):
            if outcome.rule.startswith("record.") or outcome.way_on:
                return outcome
            reading.faults[_field_of(question, outcome.where)] = refused_in(reader_language(), outcome)
    return None


def _submit(request: HttpRequest, by: By, case_id: str, reading: home.Reading) -> Refusal | None:
    told = tuple(key for key in TOLD_BEFORE_SUBMITTING if key in request.POST.getlist("told"))
    own = replace(by, key=f"{by.key}:submit", seen=None)
    outcome = submit_statement(desk_of(request), own, case_id, told)
    if isinstance(outcome, Done):
        return None
    if outcome.rule == "statement.told":
        reading.faults["told"] = say(reader_language(), "desk.telephone.fault.told")
        return None
    if outcome.rule == "statement.missing":
        reading.faults[_field_of(Question(outcome.where), "")] = refused_in(reader_language(), outcome)
        return None
    return outcome


def _field_of(question: Question, where: str) -> str:
    """The field of the page for the place of an answer: lines[3] of the income is the row in3-amount."""
    if question in LISTS:
        number = where[len("lines[") : -1] if where.startswith("lines[") else "0"
        return f"{LISTS[question]}{number}-amount"
    simple = {
        Question.CAUSE: "cause",
        Question.SINCE: "since",
        Question.UNTIL: "until",
        Question.STORY: "story",
    }
    if question in simple:
        return simple[question]
    if question is Question.HOME:
        return where if where in ("adults", "children") else "place"
    return "months" if where == "months" else "instalment" if where == "instalment_minor" else "kinds"


def _answers(reading: home.Reading) -> dict[Question, dict[str, Any]]:
    """The answers that were typed; a question left blank is not answered, unless it was said to be unknown or none."""
    found: dict[Question, dict[str, Any]] = {}
    if cause := reading.text("cause"):
        found[Question.CAUSE] = {"cause": cause}
    for question in (Question.SINCE, Question.UNTIL):
        on = reading.given(question.value, amounts.day)
        if on is not None or reading.text(f"{question.value}-unknown"):
            found[question] = {"on": on.isoformat() if on else None}
    if story := reading.text("story"):
        found[Question.STORY] = {"words": story.replace("\r\n", "\n")}
    if any(reading.text(name) for name in ("place", "adults", "children")):
        found[Question.HOME] = home.read_home(reading)
    readers = {
        Question.INCOME: home.read_income,
        Question.OUTGOINGS: home.read_outgoings,
        Question.DEBTS: home.read_debts,
    }
    for question, reader in readers.items():
        lines = reader(reading)
        state = reading.text(f"{question.value}-state")
        if lines or state in ("none", "unknown"):
            found[question] = {"known": state != "unknown", "lines": lines}
    wish = _wish(reading)
    if wish:
        found[Question.WISH] = wish
    return found


def _wish(reading: home.Reading) -> dict[str, Any]:
    kinds = [kind for kind in reading.request.POST.getlist("kinds") if kind in WISHES]
    instalment = reading.given("instalment", amounts.amount_minor)
    months = reading.text("months")
    if months and not (months.isascii() and months.isdigit() and len(months) <= 3):
        reading.need("months", "desk.form.number")
        months = ""
    if not kinds and instalment is None and not months and not reading.text("wish-open"):
        return {}
    return {"kinds": kinds, "instalment_minor": instalment, "months": int(months) if months else None}


def _sheet(request: HttpRequest, file: CaseFile, tried: Tried | None) -> HttpResponse:
    language = reader_language()
    values = dict(tried.values) if tried else _values(file)
    rulebook = desk_of(request).rulebooks.on(desk_of(request).clock.today())
    fresh = not tried and not file.answers.get(Question.INCOME)
    money = ("kind", "amount", "period", "month")
    return case_page(
        request,
        file,
        "telephone_statement",
        tried,
        v=values,
        wished=tried.lists.get("kinds", ()) if tried else values.get("kinds", "").split(","),
        was_told=tried.lists.get("told", ()) if tried else (),
        causes=[(cause.value, term_in(language, f"statement.page.cause.option.{cause}")) for cause in Cause],
        places=home.places(rulebook),
        periods=home.periods(),
        wishes=[_wish_told(wish, language) for wish in WISHES],
        incomes=_kinds(home.INCOME, "income", language),
        outgoings=_kinds(home.OUTGOINGS, "outgoings", language),
        income_rows=home.rows(_prefilled(values, "in", home.INCOME[:7]) if fresh else values, "in", money),
        outgoing_rows=home.rows(_prefilled(values, "out", home.OUTGOINGS) if fresh else values, "out", money),
        debt_rows=home.rows(values, "debt", ("creditor", "balance", "monthly", "priority"), spare=2),
        call=call_of(request, file),
        steps=STEPS,
        stated={question.value: values.get(f"{question.value}-state", "") for question in LISTS},
        to_tell=TOLD_BEFORE_SUBMITTING,
        slips=[say(language, slip.key) for slip in contradictions(file.answers, rulebook)],
    )


def _wish_told(wish: str, language: str) -> tuple[str, str, str]:
    """A wish, its name, and the sentence that says what it means where the name alone does not."""
    hint = f"statement.page.wish.hint.{wish}"
    name = term_in(language, f"statement.page.wish.option.{wish}")
    return wish, name, say(language, hint) if known(language, hint) else ""


def _kinds(kinds: tuple[str, ...], group: str, language: str) -> list[tuple[str, str]]:
    if group == "income":
        return [(kind, term_in(language, f"desk.income.{kind}")) for kind in kinds]
    return [(kind, term_in(language, f"statement.page.outgoings.option.{kind}")) for kind in kinds]


def _prefilled(values: dict[str, str], group: str, kinds: tuple[str, ...]) -> dict[str, str]:
    """The usual lines, so that an agent asks down the list and types amounts only."""
    return {**values, **{f"{group}{number}-kind": kind for number, kind in enumerate(kinds)}}


def _values(file: CaseFile) -> dict[str, str]:
    """What she answered so far, as the fields would hold it."""
    given = {question: typed(SHAPES[question], dict(answer)) for question, answer in file.answers.items()}
    values: dict[str, str] = {}
    if Question.CAUSE in given:
        values["cause"] = given[Question.CAUSE].cause.value
    for question in (Question.SINCE, Question.UNTIL):
        if question in given:
            on = given[question].on
            values[question.value] = on.isoformat() if on else ""
            values[f"{question.value}-unknown"] = "" if on else "yes"
    if Question.STORY in given:
        values["story"] = given[Question.STORY].words
    if Question.WISH in given:
        wish = given[Question.WISH]
        values["kinds"] = ",".join(wish.kinds)
        values["instalment"] = major(wish.instalment_minor) if wish.instalment_minor is not None else ""
        values["months"] = str(wish.months or "")
    return values | _list_values(given)


def _list_values(given: Mapping[Question, Any]) -> dict[str, str]:
    empty: tuple[Any, ...] = ()
    at_home = given.get(Question.HOME)
    together = home.Household(
        place=at_home.place if at_home else "",
        adults=at_home.adults if at_home else 0,
        children=at_home.children if at_home else 0,
        income=given[Question.INCOME].lines if Question.INCOME in given else empty,
        outgoings=given[Question.OUTGOINGS].lines if Question.OUTGOINGS in given else empty,
        other_debts=given[Question.DEBTS].lines if Question.DEBTS in given else empty,
    )
    values = home.household_values(together)
    if at_home is None:
        values |= {"adults": "", "children": ""}
    for question in LISTS:
        if question in given and not given[question].lines:
            values[f"{question.value}-state"] = "none" if given[question].known else "unknown"
    return values
