"""Where things stand: the next step with its date, what there is to do, what has happened; each state has a date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.ports import ZONE
from forbear.core import events as e
from forbear.core.case import Case, Stage, WaitsFor
from forbear.core.decision import Outcome
from forbear.core.evidence import PaperState
from forbear.core.file import CaseFile
from forbear.core.loan import owed_on
from forbear.core.payments import Row, Standing, next_row
from forbear.core.statement import Question, missing
from forbear.web.access import desk_of
from forbear.web.borrower.breach_question import question_note
from forbear.web.borrower.page import dated, day, done_words, money, of_her_case, show, words
from forbear.web.borrower.plan import wish_words

STEPS_SHOWN = 14


@dataclass(frozen=True)
class Now:
    """The next step: in words, with its date, and where to go for it. `line`: what the dated line says of it."""

    title: str
    lines: tuple[str, ...]
    page: str = ""
    go: str = ""
    line: str = ""
    on: date | None = None
    hers: bool = False
    arguments: tuple[str, ...] = ()
    post: bool = False


@of_her_case
def case(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The page she comes back to."""
    desk = desk_of(request)
    today = desk.clock.today()
    now = now_of(file, today)
    tasks = _tasks(file)
    done = sum(1 for task in tasks if task["state"] == "done")
    about = file.case
    url = reverse(f"borrower:{now.page}", args=[about.case_id, *now.arguments]) if now.page else ""
    return show(
        request,
        "case",
        title=words("site.page.case.title"),
        file=file,
        done=done_words(request, _sayings(file)),
        now_title=now.title,
        now_lines=[*now.lines, *_call_back(about)],
        now_url=url,
        now_go=now.go,
        now_post=now.post,
        question=question_note(file, today),
        tasks=tasks,
        tally=words("site.page.case.tally", count=len(tasks), done=done),
        steps=_steps(file, now),
        paused=_rest(about),
        handler=words("site.page.case.handler", phone=desk.phone) if about.accepted and not about.closed else "",
        owed=_owed(request, file, today),
        links=[
            {"url": reverse(f"borrower:{name}", args=[about.case_id]), "label": words(f"site.page.case.{name}")}
            for name in ("messages", "everything")
        ]
        + [{"url": reverse("borrower:bundle", args=[about.case_id]), "label": words("bundle.page.link")}],
    )


def _sayings(file: CaseFile) -> Mapping[str, str]:
    by_on = file.case.decide_by_on
    return {
        "saved": words("statement.page.later_done"),
        "submitted": words("statement.refusal.submitted"),
        "chosen": words("site.page.case.done.chosen", name=wish_words(file.case.requested))
        if file.case.requested
        else "",
        "own": words("offers.page.own.sent"),
        "declined": words("decision.page.counter.declined"),
        "appealed": words("decision.page.appeal.sent", date=day(by_on)) if by_on else "",
        "unsigned": words("agreement.page.decline.done"),
        "taken-back": words("signatures.page.back.done"),
    }


def _call_back(about: Case) -> list[str]:
    return [words("site.page.case.call_back", date=dated(about.person_by_on))] if about.person_by_on else []


def _rest(about: Case) -> str:
    if about.closed or not about.collection_rests or about.in_force is not None:
        return ""
    if about.stayed_until_on:
        return words("site.page.case.stayed", date=day(about.stayed_until_on))
    return words("site.page.case.paused")


def _owed(request: HttpRequest, file: CaseFile, today: date) -> list[tuple[str, str]]:
    lines = [(words("site.page.case.contract"), file.contract)] if file.contract else []
    held = desk_of(request).loans.loan(file.loan_id) if file.loan_id else None
    if held is None or file.case.in_force is not None or file.case.closed:
        return lines
    on = max(today, held.row.loan.as_of)
    return [*lines, (words("site.page.case.owed"), money(owed_on(held.row.loan, on).total_minor))]


# ---- the next step -----------------------------------------------------------------------------------------------


def now_of(file: CaseFile, today: date) -> Now:
    """What happens next, whose move it is and until when."""
    about = file.case
    if file.party is None and about.seq >= 0:
        return _said("erased", ("erased_line",))
    if about.closed:
        return _closed(file)
    match about.stage:
        case Stage.STATEMENT:
            return _statement(file)
        case Stage.EVIDENCE if about.under_review:
            return _papers(about)
        case Stage.EVIDENCE | Stage.PLAN:
            return _offers(about)
        case Stage.DECISION if about.under_review:
            return _review(about, today)
        case Stage.DECISION:
            return _decided(about)
        case Stage.AGREEMENT:
            by = dated(about.sign_by_on)
            lines = (words("site.page.case.now.sign_line", date=by),)
            return _said("sign", lines, page="agreement", on=about.sign_by_on, line="next_sign", hers=True)
    return _payments(file)


def _said(
    name: str,
    lines: tuple[str, ...],
    *,
    page: str = "",
    go: str = "",
    line: str = "",
    on: date | None = None,
    hers: bool = False,
    arguments: tuple[str, ...] = (),
    post: bool = False,
    title: str = "",
) -> Now:
    """A step of the catalogue: `lines` are sentences, or keys that end in _line."""
    spoken = tuple(
        words(f"site.page.case.now.{text}") if text.endswith("_line") and " " not in text else text for text in lines
    )
    return Now(
        title or words(f"site.page.case.now.{name}_title"),
        spoken,
        page,
        words(f"site.page.case.now.{go or name}_go") if page else "",
        words(f"site.page.case.step.{line}") if line else "",
        on,
        hers,
        arguments,
        post,
    )


def _statement(file: CaseFile) -> Now:
    open_questions = [q for q in Question if q not in file.answers]
    about = file.case
    lines: tuple[str, ...] = ("restate_line",) if about.restating else ("statement_line",)
    if about.keep_until_on and not about.restating:
        lines = (*lines, words("site.page.case.now.keep_line", date=day(about.keep_until_on)))
    begun = len(open_questions) < len(Question)
    if begun and not missing(file.answers):
        return _said("check", lines, page="check", line="next_statement", on=about.keep_until_on, hers=True)
    question = open_questions[0].value if open_questions else Question.CAUSE.value
    return _said(
        "statement",
        lines,
        page="question",
        go="statement" if begun else "begin",
        line="next_statement",
        on=None if about.restating else about.keep_until_on,
        hers=True,
        arguments=(question,),
    )


def _papers(about: Case) -> Now:
    wanting = (PaperState.WANTED, PaperState.REFUSED)
    count = sum(1 for n, state in about.papers.items() if state in wanting and n not in about.optional)
    lines = (words("site.page.case.now.papers_line", count=count),)
    if about.papers_by_on:
        lines = (*lines, words("site.page.case.now.papers_by", date=dated(about.papers_by_on)))
    return _said("papers", lines, page="papers", line="next_papers", on=about.papers_by_on, hers=True)


def _offers(about: Case) -> Now:
    lines: tuple[str, ...] = ("offers_line",)
    if about.papers_by_on:
        lines = (*lines, words("site.page.case.now.offers_line_by", date=dated(about.papers_by_on)))
    return _said("offers", lines, page="offers", line="next_offers", on=about.papers_by_on, hers=True)


def _review(about: Case, today: date) -> Now:
    if about.waits_for is WaitsFor.BORROWER and about.more_by_on:
        lines = (words("site.page.case.now.more_line", date=dated(about.more_by_on)),)
        return _said("more", lines, page="messages", line="next_more", on=about.more_by_on, hers=True)
    name, by_on, line = ("review", about.decide_by_on, "next_decide")
    if not about.decide_by_on:
        name, by_on, line = ("waiting", about.answer_by_on, "next_accept")
    lines = (words(f"site.page.case.now.{name}_line", date=dated(by_on)),) if by_on else ()
    if by_on and today > by_on:
        lines = ("late_line",)
    return _said(name, lines, line=line, on=by_on)


def _decided(about: Case) -> Now:
    by = dated(about.appeal_by_on) if about.appeal_by_on else ""
    if about.outcome is Outcome.COUNTERED:
        lines = ("decided_line", words("site.page.case.now.counter_line", date=by))
        return _said("decided", lines, page="decision", line="next_counter", on=about.appeal_by_on, hers=True)
    lines = ("decided_line", words("site.page.case.now.appeal_line", date=by))
    return _said("decided", lines, page="decision", line="next_appeal", on=about.appeal_by_on, hers=True)


def _payments(file: CaseFile) -> Now:
    about, row = file.case, next_row(file.rows())
    if about.standing is Standing.CURE_ENDED:
        return _said("cure_ended", ("cure_ended_line",), page="call_me", go="call_me")
    if about.standing is Standing.NOTICED and about.cure_by_on:
        lines = (words("site.page.case.now.cure_line", date=dated(about.cure_by_on)),)
        return _said("cure", lines, page="payments", go="active", line="next_cure", on=about.cure_by_on, hers=True)
    if row is None:
        return _said("active", (), page="payments", title=words("payments.page.title"))
    late = [one for one in file.rows() if one.number in about.late and one.open_minor]
    return _due(about, row) if len(late) < 2 else _several_late(late)


def _several_late(late: Sequence[Row]) -> Now:
    amount, oldest_on = money(sum(row.open_minor for row in late)), late[0].instalment.due_on
    lines = (words("site.page.case.now.late_pay_line_many", amount=amount, date=day(oldest_on)),)
    title = words("payments.page.now.late_title_many", count=len(late))
    return _said("late", lines, page="payments", go="active", title=title)


def _due(about: Case, row: Row) -> Now:
    amount, due_on = money(row.open_minor), row.instalment.due_on
    next_due = words("site.page.case.step.next_due", number=row.number, amount=amount)
    if about.late:
        lines = (words("site.page.case.now.late_pay_line", amount=amount, date=day(due_on)),)
        return _said("late", lines, page="payments", go="active")
    title = words("site.page.case.now.active_title", amount=amount)
    lines = (words("site.page.case.now.active_line", date=dated(due_on)),)
    now = _said("active", lines, page="payments", title=title, on=due_on, hers=True)
    return Now(now.title, now.lines, now.page, now.go, next_due, due_on, hers=True)


def _closed(file: CaseFile) -> Now:
    about = file.case
    if about.standing is Standing.COMPLETED:
        number = file.last_agreed.number if file.last_agreed else 0
        settled_on = max((paid.paid_on for paid in file.standing_payments(number) if paid.lines), default=None)
        lines = (words("site.page.case.now.completed_line", date=day(settled_on)),) if settled_on else ()
        return _said("completed", lines, page="payments", go="active")
    name = "broken" if about.standing is Standing.BROKEN else "closed"
    return _said(name, (f"{name}_line",), page="start_again", go="broken", post=True)


# ---- what there is to do -----------------------------------------------------------------------------------------


def _tasks(file: CaseFile) -> list[dict[str, str]]:
    about = file.case
    if about.closed:
        return []
    return _questions(file) if about.stage is Stage.STATEMENT else _rooms(file)


def _questions(file: CaseFile) -> list[dict[str, str]]:
    case_id = file.case.case_id
    tasks = []
    for question in Question:
        state = "done" if question in file.answers else "later" if question is Question.STORY else "needed"
        name = "optional" if state == "later" else state
        url = reverse("borrower:question", args=[case_id, question.value])
        tasks.append(_task(words(f"statement.page.question.{question}"), url, state, name))
    ready = not missing(file.answers)
    url = reverse("borrower:check", args=[case_id]) if ready else ""
    state = "needed" if ready else "later"
    return [*tasks, _task(words("site.page.case.task.check"), url, state, state)]


def _rooms(file: CaseFile) -> list[dict[str, str]]:
    about = file.case
    states = [("statement", "done", "received")]
    if about.papers:
        states.append(("papers", "done" if about.papers_there else "needed", "papers"))
    chosen = bool(about.requested or about.outcome or about.offered or about.in_force)
    states.append(("offers", "done" if chosen else "needed", "offers"))
    if about.under_review:
        states.append(("decision", "ours", ""))
    elif about.outcome is not None:
        states.append(("decision", "needed", "decision"))
    else:
        answered = bool(about.offered or about.in_force)
        states.append(("decision", "done" if answered else "later", "decision" if answered else ""))
    signed = about.in_force is not None and about.offered is None and not about.reopened
    waiting = about.offered is not None
    states.append(("agreement", "needed" if waiting else "done" if signed else "later", "agreement"))
    states.append(("payments", "needed" if signed else "later", "payments"))
    return [
        _task(
            words(f"site.page.case.task.{name}"),
            reverse(f"borrower:{page}", args=[about.case_id]) if page and state != "later" else "",
            *(("running", "running") if (name, state) == ("payments", "needed") else (state, state)),
        )
        for name, state, page in states
    ]


def _task(label: str, url: str, state: str, name: str) -> dict[str, str]:
    return {"label": label, "url": url, "state": state, "state_words": words(f"site.page.case.state.{name}")}


# ---- what has happened -------------------------------------------------------------------------------------------

_HAPPENED: Mapping[type[e.Fact], str] = {
    e.CaseOpened: "opened",
    e.StatementSubmitted: "submitted",
    e.PapersAsked: "papers_asked",
    e.PaperReceived: "paper",
    e.PlanRequested: "requested",
    e.PersonAsked: "person",
    e.CaseAccepted: "accepted",
    e.MoreAsked: "more_asked",
    e.DecisionProposed: "proposed",
    e.DecisionMade: "decided",
    e.DecisionAppealed: "appealed",
    e.AgreementIssued: "issued",
    e.AgreementSigned: "signed",
    e.AgreementCountersigned: "countersigned",
    e.AgreementLapsed: "lapsed",
    e.PaymentReceived: "payment",
    e.PaymentReversed: "reversed",
    e.InstalmentLate: "late",
    e.DefaultNoticed: "noticed",
    e.DefaultCured: "cured",
    e.PlanBroken: "broken",
    e.PlanCompleted: "completed",
    e.RenegotiationAsked: "renegotiation",
}


def _steps(file: CaseFile, now: Now) -> list[dict[str, object]]:
    """What happened, each day's repeats once, and at the end what comes next."""
    steps: list[dict[str, object]] = []
    said: set[tuple[str, date]] = set()
    for event in file.events:
        name = _happened(event.fact)
        if not name or (name, _local(event.at)) in said:
            continue
        said.add((name, _local(event.at)))
        steps.append({"when": event.at, "what": words(f"site.page.case.step.{name}"), "next": False, "note": ""})
    steps = steps[-STEPS_SHOWN:]
    if now.line:
        note = "" if now.hers else words("site.page.case.step.no_action")
        due = now.page == "payments" and not file.case.late
        by = dated(now.on) if due and now.on else words("site.page.case.step.by", date=dated(now.on)) if now.on else ""
        steps.append({"by": by, "what": now.line, "next": True, "note": note})
    return steps


def _happened(fact: e.Fact) -> str:
    if isinstance(fact, e.CounterAnswered):
        return "counter_accepted" if fact.accepted else "counter_declined"
    if isinstance(fact, e.AgreementLapsed) and fact.why == "replaced":
        return ""
    return _HAPPENED.get(type(fact), "")


def _local(at: datetime) -> date:
    return at.astimezone(ZONE).date()
