"""`forbear plan CASE.json`: every plan for one case, from a file, without a database.

The file's shape is docs/plan.md's. Every fault of a file is one line on stderr that names the field and says what
would be right; then nothing is printed and the exit status is 2.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from forbear.actions.explanation_document import explanation_document
from forbear.actions.explanation_page import explanation_page
from forbear.actions.sections import Section, currency_of, form_of, reason, sentence
from forbear.actions.told import offer_told, refusal_told, told
from forbear.adapters.rulebook import RulebookAtFault, UnknownLayer, load_rulebook
from forbear.config.plan_file import Case, FileAtFault, check_currency, read_case
from forbear.core.explained import Audience, Explanation
from forbear.core.explanation import delayed, delays_of, explain
from forbear.core.joint import JointAnswer, JointOffer, JointQuestion, solve_jointly
from forbear.core.joint_explained import explain_jointly, joint_delays
from forbear.core.money import major, percent
from forbear.core.plan import Offer, Plan, Why
from forbear.core.refusal import Refusal
from forbear.core.rules import Finding, NoRule, Rulebook, Status
from forbear.core.solver import Answer, solve
from forbear.words import LANGUAGES, say

ROWS_MOST = 24
"""Rows of a table that a terminal shows; the JSON has all of them."""


def add(subparsers: Any) -> None:
    """Add `plan` to the command's subcommands."""
    parser = subparsers.add_parser("plan", help="every plan for one case, from a file")
    parser.add_argument("case", metavar="CASE.json", help="the case; - reads standard input")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print one JSON document")
    shape.add_argument("--html", action="store_true", help="with --explain: print one HTML page that stands alone")
    parser.add_argument("--rulebook", type=Path, metavar="DIR", help="a rulebook directory instead of the one shipped")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="the language of the sentences")
    parser.add_argument("--explain", action="store_true", help="explain every plan and every no: docs/explanation.md")
    audiences = [audience.value for audience in Audience]
    parser.add_argument("--audience", choices=audiences, help="whom --explain speaks to (borrower)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, solve, print. 0 when the case was answered, also where the answer is no; 2 when the input is at fault."""
    for option in ("audience", "html"):
        if getattr(args, option) and not args.explain:
            print(f"--{option}: goes with --explain", file=sys.stderr)
            return 2
    audience, language = Audience(args.audience or Audience.BORROWER), args.language
    try:
        case = read_case(_bytes(args.case))
        lender = args.explain and audience is not Audience.BORROWER
        answer, rules = answer_and_rules(case, args.rulebook, lender=lender)
    except FileAtFault as error:
        for line in error.lines:
            print(line, file=sys.stderr)
        return 2
    language, currency = args.language, _currency(case)
    shown: Any = None
    if args.explain:
        explanation = explained(case, answer, rules, audience)
        if args.json:
            shown = explanation_document(explanation, audience, language)
        else:
            text = (explanation_page if args.html else explanation_text)(explanation, language)
    elif isinstance(answer, JointAnswer):
        text = "" if args.json else joint_table(answer, language, currency)
        shown = joint_document(answer, language, currency) if args.json else None
    else:
        text = "" if args.json else table(answer, language, currency)
        shown = document(answer, language, currency) if args.json else None
    print(json.dumps(shown, ensure_ascii=not _speaks_unicode(), indent=1) if args.json else text)
    return 0


def answer_of(case: Case, rulebook_directory: Path | None = None) -> Answer | JointAnswer:
    """The answer to a case; FileAtFault where its policy, its place or its day has no rulebook."""
    return answer_and_rules(case, rulebook_directory)[0]


def _currency(case: Case) -> str:
    """What the debts of a case are counted in."""
    loans = case.question.loans if isinstance(case.question, JointQuestion) else (case.question.loan,)
    return loans[0].currency


def explained(case: Case, answer: Answer | JointAnswer, rules: Rulebook, audience: Audience) -> Explanation:
    """The answer explained, with what waiting as long as the rulebook says would cost each plan."""
    if isinstance(case.question, JointQuestion) or isinstance(answer, JointAnswer):
        assert isinstance(case.question, JointQuestion) and isinstance(answer, JointAnswer), "one goes with the other"
        waiting = joint_delays(case.question, answer, rules, lender=audience is not Audience.BORROWER)
        return explain_jointly(case.question, answer, rules, delays=waiting, audience=audience)
    later = delayed(case.question, rules, answer.wait_days)
    best = [answer.lender_best] if answer.lender_best else []
    waits = delays_of([*answer.offers, *best], later, answer.wait_days)
    return explain(case.question, answer, rules, delays=waits, audience=audience)


def explanation_text(explanation: Explanation, language: str) -> str:
    """An explanation for a person at a terminal: first each plan or no, then what holds for all of them."""
    lines: list[str] = []
    counted_in = currency_of(explanation)
    for shown in explanation.offers:
        lines += [say(language, f"plan.name.{shown.offer.name}")]
        lines += [f"  {sentence(language, why, counted_in)}" for why in shown.offer.why]
        if shown.offer.counterfactual:
            lines += [f"  {sentence(language, shown.offer.counterfactual, counted_in)}"]
        lines += _sections(offer_told(explanation, shown, language), language, "  ")
    for refused in explanation.refusals:
        lines += [
            reason(language, refused, counted_in),
            *_sections(refusal_told(explanation, refused, language), language, "  "),
        ]
    lines += _sections(told(explanation, language, plans=False), language)
    return "\n".join(lines).rstrip()


def _sections(sections: Iterable[Section], language: str, indent: str = "") -> Iterator[str]:
    for section in sections:
        yield f"{indent}{section.title}"
        yield from (f"{indent}  {line}" for line in section.lines)
        yield from (f"{indent}  {label}: {value}" for label, value in section.figures)
        for item in section.items:
            flags = f" ({', '.join(item.flags)})" if item.flags else ""
            title = f"{item.title}{flags}{': ' if item.title and item.lines else ''}"
            yield f"{indent}  - {title}{' '.join(item.lines)}"
        if section.table:
            rows = section.table.rows
            yield from (f"{indent}  {' | '.join(row)}" for row in (section.table.head, *rows[:ROWS_MOST]))
            if len(rows) > ROWS_MOST:
                rest = "explanation.several.rest" if section.folded else "explanation.left.rest"
                yield f"{indent}  {say(language, rest, count=len(rows) - ROWS_MOST)}"
        yield from (f"{indent}  {note}" for note in section.notes)
        yield ""


def answer_and_rules(
    case: Case, rulebook_directory: Path | None = None, *, lender: bool = True
) -> tuple[Answer | JointAnswer, Rulebook]:
    """The answer and the rulebook it was found with, or FileAtFault. `lender`: as in `solve`."""
    policy, question = case.policy, case.question
    if rulebook_directory is not None and not rulebook_directory.is_dir():
        raise FileAtFault([f"--rulebook: {rulebook_directory} is not a directory"])
    try:
        rules = load_rulebook(policy.country, policy.sector, policy.lender, question.as_of, rulebook_directory)
        check_currency(case, rules)
        if isinstance(question, JointQuestion):
            return solve_jointly(question, rules, lender=lender), rules
        return solve(question, rules, lender=lender), rules
    except UnknownLayer as error:
        raise FileAtFault([f"policy.{error}"]) from error
    except RulebookAtFault as error:
        raise FileAtFault([f"--rulebook: {fault}" for fault in error.faults]) from error
    except NoRule as error:
        if error.key == "budget.floor":
            known = ", ".join(sorted({p.scope for p in rules.params if p.key == "budget.floor"}))
            raise FileAtFault([f"household.place: {question.household.place} has no floor; known: {known}"]) from error
        raise FileAtFault([f"as_of: {error}; choose a day it has one for"]) from error


def document(answer: Answer, language: str, currency: str = "CNY") -> dict[str, Any]:
    """The answer in the shape other systems read: amounts and percentages as decimal strings, dates ISO 8601."""
    return {
        **_standing(answer),
        "offers": [_offer(offer, language, currency) for offer in answer.offers],
        "refusals": [_refusal(refusal, language, currency) for refusal in answer.refusals],
        "rulebook": {"digest": answer.rulebook_digest, "effective_on": answer.effective_on.isoformat()},
    }


def _standing(answer: Answer | JointAnswer) -> dict[str, Any]:
    """What there is before any plan: the debt, what waiting makes of it, what the months can bear."""
    later = answer.if_nothing_changes
    return {
        "owed": _parts(answer.owed) | {"total": major(answer.owed.total_minor)},
        "days_past_due": answer.days_past_due,
        "if_nothing_changes": {
            "days": answer.wait_days,
            "penalty": major(later.penalty_minor),
            "total": major(later.total_minor),
        },
        "affordable": [{"month": m.month, "amount": major(m.affordable_minor)} for m in answer.affordable],
    }


def table(answer: Answer, language: str, currency: str = "CNY") -> str:
    """The answer for a person at a terminal."""
    owed = {"owed": major(answer.owed.total_minor), "days": str(answer.days_past_due)}
    wait = {"days": str(answer.wait_days), "total": major(answer.if_nothing_changes.total_minor)}
    lines = [
        say(language, "plan.table.owed", currency=currency, **owed),
        say(language, "plan.table.wait", currency=currency, **wait),
        "",
    ]
    for offer in answer.offers:
        lines += [say(language, f"plan.name.{offer.name}"), "  " + _line(offer, language, currency)]
        lines += [f"  {_said(why, language, currency)}" for why in offer.why]
        lines += [f"  {_said(offer.counterfactual, language, currency)}"] if offer.counterfactual else []
        lines += [""]
    lines += _unconfirmed(answer.offers, language)
    for refusal in answer.refusals:
        said = _refusal(refusal, language, currency)
        lines += [said["reason"], f"  {said['what_would_change_it']}"]
    return "\n".join(lines).rstrip()


def _unconfirmed(offers: Iterable[Offer], language: str) -> list[str]:
    """The rules the offers rest on that nobody has confirmed yet, in one line; none, no line."""
    findings = [finding for offer in offers for finding in offer.findings if finding.status == Status.K]
    rules = ", ".join(sorted({finding.rule for finding in findings}))
    return [say(language, "plan.table.unconfirmed", rules=rules), ""] if rules else []


def joint_document(answer: JointAnswer, language: str, currency: str = "CNY") -> dict[str, Any]:
    """The answer for several loans: joint figures in the shape of one loan's, each loan's part under "loans"."""
    return {
        **_standing(answer),
        "loans": [
            {
                "contract": part.contract,
                "owed": _parts(part.owed) | {"total": major(part.owed.total_minor)},
                "days_past_due": part.days_past_due,
                "offers": [_offer(offer, language, currency) for offer in part.offers],
            }
            for part in answer.loans
        ],
        "offers": [_joint_offer(offer, language, currency) for offer in answer.offers],
        "refusals": [
            _refusal(refusal, language, currency) | ({"contract": refusal.where} if refusal.where else {})
            for refusal in answer.refusals
        ],
        "rulebook": {"digest": answer.rulebook_digest, "effective_on": answer.effective_on.isoformat()},
    }


def joint_table(answer: JointAnswer, language: str, currency: str = "CNY") -> str:
    """The answer for several loans for a person at a terminal."""
    lines = []
    for part in answer.loans:
        owed = {"owed": major(part.owed.total_minor), "days": str(part.days_past_due)}
        lines += [f"{part.contract}  " + say(language, "plan.table.owed", currency=currency, **owed)]
    total = sum(part.if_nothing_changes.total_minor for part in answer.loans)
    lines += [say(language, "plan.table.wait", currency=currency, days=str(answer.wait_days), total=major(total)), ""]
    for offer in answer.offers:
        lines += [
            say(language, f"plan.name.{offer.name}"),
            *(f"  {_said(why, language, currency)}" for why in offer.why),
        ]
        lines += [f"  {_said(offer.counterfactual, language, currency)}"]
        for part in answer.loans:
            lines += [
                f"  {part.contract}  " + _line(o, language, currency) for o in part.offers if o.name == offer.name
            ]
        lines += [""]
    lines += _unconfirmed((o for part in answer.loans for o in part.offers), language)
    for refusal in answer.refusals:
        said = _refusal(refusal, language, currency)
        about = f"{refusal.where}  " if refusal.where else ""
        lines += [f"{about}{said['reason']}", f"  {said['what_would_change_it']}"]
    return "\n".join(lines).rstrip()


def _joint_offer(offer: JointOffer, language: str, currency: str) -> dict[str, Any]:
    return {
        "name": offer.name,
        "why": [_said(why, language, currency) for why in offer.why],
        "policy": offer.policy,
        "counterfactual": _said(offer.counterfactual, language, currency),
        "first_due_on": offer.first_due_on.isoformat(),
        "ends_on": offer.ends_on.isoformat(),
        "instalment_max": major(offer.instalment_max_minor),
        "total": major(offer.total_minor),
        "forgiven": _parts(offer.forgiven),
        "months": [{"month": month, "amount": major(amount)} for month, amount in offer.months],
        "annual_cost_percent": percent(offer.plan.annual_cost_ppm),
        "measures": list(_measures(offer.plan)),
        "rules": _rules(offer.findings),
        "bound": list(offer.bound),
    }


def _bytes(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise FileAtFault([f"{name}: cannot be read: {error.strerror}"]) from error


def _speaks_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _parts(owed: Any) -> dict[str, str]:
    return {name: major(getattr(owed, f"{name}_minor")) for name in ("principal", "interest", "penalty", "fees")}


def _offer(offer: Offer, language: str, currency: str) -> dict[str, Any]:
    plan = offer.plan
    return {
        "name": offer.name,
        "why": [_said(why, language, currency) for why in offer.why],
        "counterfactual": _said(offer.counterfactual, language, currency) if offer.counterfactual else None,
        "first_due_on": plan.first_due_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
        "instalment_max": major(plan.instalment_max_minor),
        "total": major(plan.total_minor),
        "forgiven": _parts(plan.forgiven),
        "annual_cost_percent": percent(plan.annual_cost_ppm),
        "measures": list(_measures(plan)),
        "instalments": [
            {"due_on": row.due_on.isoformat(), "amount": major(row.amount_minor), **_parts(row)}
            | {"balance": major(row.balance_minor)}
            for row in plan.instalments
        ],
        "rules": _rules(offer.findings),
        "bound": list(offer.bound),
    }


def _rules(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "rule": finding.rule,
            "ok": finding.ok,
            "limit": finding.limit,
            "value": finding.value,
            "source": finding.source,
            "unit": finding.unit,
            "status": finding.status,
        }
        for finding in findings
    ]


def _line(offer: Offer, language: str, currency: str) -> str:
    plan = offer.plan
    facts = {
        "instalment": major(plan.instalment_max_minor),
        "count": str(len(plan.instalments)),
        "ends_on": plan.ends_on.isoformat(),
        "total": major(plan.total_minor),
        "forgiven": major(plan.forgiven.total_minor),
        "cost": percent(plan.annual_cost_ppm),
    }
    return say(language, "plan.table.offer", currency=currency, **facts)


def _measures(plan: Plan) -> Any:
    for measure in plan.measures:
        shown: dict[str, Any] = {"measure": measure.measure}
        if measure.amount_minor is not None:
            shown["amount"] = major(measure.amount_minor)
        if measure.months is not None:
            shown["months"] = measure.months
        if measure.rate_ppm is not None:
            shown["annual_rate_percent"] = percent(measure.rate_ppm)
        yield shown


def _refusal(refusal: Refusal, language: str, currency: str) -> dict[str, str]:
    return {
        "rule": refusal.rule,
        "reason": say(language, refusal.reason, currency=currency, **refusal.facts),
        "what_would_change_it": say(language, refusal.way_on, currency=currency, **refusal.facts),
    }


def _said(why: Why, language: str, currency: str) -> str:
    return say(language, form_of(why), currency=currency, **why.facts)
