"""Room 1, contact: what the bot answers to the questions people ask most, from the rulebook and the case's own facts.

An answer is a few sentences of words/*/bot.toml; those that mention a fact which is not there are left out. Facts of
a case come in only where the person proved who she is. Each answer names the rules its figures come from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from forbear.core.bot_lines import Choice, FactOf, Line, Money, Percent, Said
from forbear.core.evidence import PaperState
from forbear.core.file import CaseFile
from forbear.core.loan import Owed
from forbear.core.opening import Opening
from forbear.core.payments import due_minor, next_row
from forbear.core.rules import NoContractDate, NoRule, Rulebook

RULES = {
    "stay_days": "desk.stay_days_after_decision",
    "decision_days": "desk.decision_working_days",
    "answer_days": "desk.answer_working_days",
    "accept_days": "desk.accept_working_days",
    "appeal_days": "desk.appeal_days",
    "papers_days": "desk.papers_days",
    "keep_days": "desk.keep_answers_days",
    "health_days": "desk.keep_health_days",
    "link_days": "desk.upload_link_days",
    "signing_days": "desk.signing_days",
    "complaint_days": "desk.complaint_days",
    "grace_days": "payments.grace_days",
    "cure_days": "payments.cure_days",
    "quiet_from": "contact.quiet_from",
    "quiet_until": "contact.quiet_until",
    "calls_most": "contact.connected_max_per_day",
    "credit_years": "credit.negative_keep_years",
    "dispute_days": "credit.dispute_days",
    "free_reports": "credit.free_reports",
    "limitation_years": "limitation.years",
    "complaint_line": "complaint.line",
    "advice_line": "advice.line",
    "uplift": "penalty.uplift_max",
    "cap": "cap.annual_cost",
}
"""The figures of the rulebook that an answer may mention, by the name they have in its sentences."""


@dataclass(frozen=True)
class Book:
    """What the lender's loan book says of her loan on a day."""

    as_of: date
    owed: Owed
    days_late: int


@dataclass(frozen=True)
class Answer:
    """What an answer may mention: figures of the rulebook, facts of the case; and the choices under it."""

    rules: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


ANSWERS: Mapping[str, Answer] = {
    "now": Answer(),
    "papers": Answer(rules=("papers_days",), facts=("papers_by",), pages=("papers",), choices=("link",)),
    "upload-link": Answer(rules=("link_days",), pages=("papers",)),
    "how-long": Answer(
        rules=("decision_days", "accept_days"), facts=("decide_by", "answer_by", "papers_by"), choices=("now",)
    ),
    "owed": Answer(
        facts=("owed", "principal", "interest", "penalty", "fees", "today", "left", "due_amount"), pages=("payments",)
    ),
    "penalty-interest": Answer(rules=("uplift", "cap"), facts=("penalty", "today"), choices=("waive",)),
    "waive": Answer(facts=("penalty", "waived"), choices=("begin",)),
    "how-to-pay": Answer(facts=("next_amount", "next_on"), pages=("payments",)),
    "next-instalment": Answer(
        rules=("grace_days",), facts=("next_amount", "next_on", "due_amount", "left_count"), pages=("payments",)
    ),
    "change-plan": Answer(rules=("grace_days", "cure_days"), facts=("next_on", "cure_by"), pages=("payments",)),
    "settle": Answer(facts=("left",), pages=("payments",)),
    "holiday": Answer(choices=("begin",)),
    "what-helps": Answer(pages=("offers",), choices=("begin",)),
    "cannot-pay": Answer(rules=("stay_days",), choices=("begin", "person")),
    "job-loss": Answer(rules=("stay_days",), choices=("begin", "papers")),
    "illness": Answer(rules=("health_days",), choices=("begin", "papers")),
    "disaster": Answer(rules=("stay_days",), choices=("begin",)),
    "genuine": Answer(choices=("person",)),
    "not-mine": Answer(choices=("person",)),
    "credit-record": Answer(rules=("credit_years", "dispute_days", "free_reports")),
    "limitation": Answer(rules=("limitation_years",)),
    "family-told": Answer(),
    "collection-calls": Answer(rules=("calls_most", "quiet_from", "quiet_until", "stay_days"), facts=("stay_until",)),
    "sued": Answer(rules=("stay_days",), facts=("stay_until",), choices=("begin", "person")),
    "refused": Answer(rules=("appeal_days",), facts=("appeal_by",), pages=("decision",), choices=("person",)),
    "sign": Answer(rules=("signing_days",), facts=("sign_by",), pages=("agreement",)),
    "privacy": Answer(rules=("health_days",), pages=("everything",)),
    "erase": Answer(rules=("keep_days", "health_days"), choices=("person",)),
    "complaint": Answer(rules=("complaint_line", "complaint_days"), choices=("person",)),
    "advice": Answer(rules=("advice_line",), choices=("person",)),
    "agents": Answer(),
    "wrong-number": Answer(choices=("person",)),
    "hours": Answer(),
    "robot": Answer(choices=("person",)),
    "stay": Answer(choices=("begin", "now")),
    "later": Answer(rules=("keep_days",), facts=("keep_until",), choices=("begin",)),
    "thanks": Answer(),
    "greeting": Answer(choices=("begin", "now", "owed", "person")),
}


def answer(
    intent: str, file: CaseFile | None, rulebook: Rulebook, book: Book | None, today: date, step: str = ""
) -> Said:
    """The answer to a frequent question. `file` None: nobody proved who she is, so that nothing of a case is told."""
    known = ANSWERS[intent]
    rules = {name: rule_fact(rulebook, name) for name in known.rules}
    facts = case_facts(file, book, today) if file else {}
    of_case = {name: facts.get(name) for name in known.facts}
    hers = intent in _MINE and any(value is not None for value in of_case.values())
    lines = [Line(f"bot.mine.{intent}" if hers else f"bot.answer.{intent}", {**rules, **of_case})]
    if file is not None and intent == "now":
        lines = list(now_lines(file))
    if file is not None and intent == "papers":
        lines += missing_papers(file)
    used = [RULES[name] for name, value in rules.items() if value is not None]
    if any(value is not None for value in of_case.values()) or (file is not None and intent in ("now", "papers")):
        used.append(
            "loan-book" if book and any(n in _OF_BOOK and of_case[n] is not None for n in of_case) else "record"
        )
    pages = [Choice(Line(f"bot.page.{page}"), page) for page in known.pages] if file is not None else []
    choices = [Choice(Line(f"bot.choice.{name}")) for name in known.choices]
    if file is None:
        lines.append(Line("bot.prove"))
    return Said(lines=tuple(lines), step=step, choices=(*pages, *choices), rules=tuple(used))


def rule_fact(rulebook: Rulebook, name: str) -> FactOf:
    """A figure of the rulebook as sentences mention it; None where the country has no such rule."""
    try:
        found = rulebook.param(RULES[name])
    except (NoRule, NoContractDate):
        return None
    if found.unit == "ppm":
        return Percent(int(found.value))
    return found.value if isinstance(found.value, str | int) else None


_MINE = ("owed", "next-instalment")
"""Answers that begin another way where the case has the figures asked for."""

_OF_BOOK = ("owed", "principal", "interest", "penalty", "fees")


def case_facts(file: CaseFile, book: Book | None, today: date) -> Mapping[str, FactOf]:
    """Everything of a case that an answer may mention; a promised day that is over is none."""
    case, rows = file.case, file.rows(file.agreed) if file.agreed else ()
    row = next_row(rows)
    plan = file.agreed.terms.plan if file.agreed and file.agreed.terms else None
    due = due_minor(rows, today)
    facts: dict[str, FactOf] = {
        "next_on": row.instalment.due_on if row else None,
        "next_amount": Money(row.open_minor) if row else None,
        "due_amount": Money(due) if due else None,
        "left": Money(sum(one.open_minor for one in rows)) if rows else None,
        "left_count": sum(1 for one in rows if one.open_minor) or None,
        "waived": Money(plan.forgiven.penalty_minor) if plan and plan.forgiven.penalty_minor else None,
    }
    promised = {
        "papers_by": case.papers_by_on if not case.papers_there else None,
        "decide_by": case.decide_by_on if case.under_review else None,
        "answer_by": case.answer_by_on if case.under_review and not case.decide_by_on else None,
        "appeal_by": case.appeal_by_on,
        "stay_until": case.stayed_until_on,
        "cure_by": case.cure_by_on,
        "sign_by": case.sign_by_on if case.offered is not None else None,
        "keep_until": case.keep_until_on if not case.submissions else None,
    }
    facts |= {name: on if on and on >= today else None for name, on in promised.items()}
    if book is not None and file.agreed is None and not case.closed:
        parts = book.owed
        facts |= {
            "owed": Money(parts.total_minor),
            "principal": Money(parts.principal_minor),
            "interest": Money(parts.interest_minor),
            "penalty": Money(parts.penalty_minor),
            "fees": Money(parts.fees_minor) if parts.fees_minor else None,
            "today": max(today, book.as_of),
        }
    return facts


def now_lines(file: CaseFile) -> Sequence[Line]:
    """Where the case stands, and the next promised day."""
    case = file.case
    lines = [Line(f"bot.now.stage.{case.stage}")]
    if case.due_on is not None:
        lines.append(Line(f"bot.now.due.{case.due_what}", {"date": case.due_on}))
    return lines


def missing_papers(file: CaseFile) -> Sequence[Line]:
    """What is still wanted of her papers, or that nothing is."""
    wanting = (PaperState.WANTED, PaperState.REFUSED)
    items = [one for one in file.items if file.case.papers.get(one.number, PaperState.WANTED) in wanting]
    if not file.case.submissions:
        return [Line("bot.papers.later")]
    if not items:
        return [Line("bot.papers.none")]
    return [
        Line("bot.papers.item", {"kinds": tuple(Line(f"evidence.page.kind.{kind}") for kind in one.kinds)})
        for one in items
    ]


def hours_lines(hours: Opening, now: datetime) -> tuple[Line, ...]:
    """When people answer: by weekday, days alike together, and whether somebody is there now."""
    lines, first = [], 1
    for day in range(1, 8):
        if hours.spans.get(day) == hours.spans.get(day + 1) and day < 7:
            continue
        if spans := hours.spans.get(first):
            said = ", ".join(f"{begin:%H:%M}–{end:%H:%M}" for begin, end in spans)
            days: dict[str, FactOf] = {"first": Line(f"bot.hours.day.{first}"), "spans": said}
            last: dict[str, FactOf] = {"last": Line(f"bot.hours.day.{day}")}
            lines.append(Line("bot.hours.days", days | last) if day > first else Line("bot.hours.one", days))
        first = day + 1
    if hours.is_open(now):
        return (*lines, Line("bot.hours.open"))
    opens_at = hours.after(now, 0)
    return (*lines, Line("bot.hours.closed", {"at": opens_at})) if opens_at else tuple(lines)
