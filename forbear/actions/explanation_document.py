"""An explanation as one JSON document (docs/explanation.schema.json): amounts and percentages as decimal strings, dates
ISO 8601, sentences in one language. What an audience may not see is not in its document; nothing is in it as a number
of fen, so that the page, the agent's screen and the auditor's file say the same figure.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from forbear.actions.sections import (
    complaint_body,
    currency_of,
    evidence_told,
    line_name,
    measure_told,
    reason,
    rule_name,
    sentence,
    ways_after,
)
from forbear.core.explained import (
    Audience,
    Decision,
    Delay,
    Explanation,
    Figures,
    Inputs,
    Line,
    LoanExplained,
    OfferExplained,
    RefusalExplained,
    Rights,
    RuleHeld,
    Waiting,
)
from forbear.core.loan import Owed
from forbear.core.money import major, percent
from forbear.core.plan import Measure, Plan
from forbear.words import say

VERSION = 1
PARTS = ("principal", "interest", "penalty", "fees")


def explanation_document(explanation: Explanation, audience: Audience, language: str) -> dict[str, Any]:
    """The document for an audience; it is the one the explanation was made for, or the borrower, who sees least."""
    assert audience in (explanation.audience, Audience.BORROWER), "an explanation is never widened afterwards"
    currency = currency_of(explanation)
    loans = [_loan(loan, explanation, audience, language) for loan in explanation.loans]
    return {
        "version": VERSION,
        "audience": audience.value,
        "language": language,
        "as_of": explanation.as_of.isoformat(),
        "stored": explanation.stored,
        "rulebook": {"digest": explanation.rulebook_digest, "effective_on": explanation.effective_on.isoformat()},
        "owed": _parts(explanation.owed) | {"total": major(explanation.owed.total_minor)},
        "days_past_due": explanation.days_past_due,
        "inputs": _inputs(explanation, explanation.inputs, language) if explanation.inputs else None,
        "months": [
            {
                "month": one.month,
                "income": major(one.income_minor),
                "need": major(max(one.need_minor, one.floor_minor)),
                "floor": major(one.floor_minor),
                "other_debts": major(one.debts_minor),
                "margin": major(one.buffer_minor),
                "affordable": major(one.affordable_minor),
            }
            for one in explanation.months
        ],
        "if_nothing_changes": _waiting(explanation.waiting) if explanation.waiting else None,
        **_for_the_lender(explanation),
        "offers": [
            _offer(shown, audience, language, currency, explanation.loans) for shown in _shown(explanation, audience)
        ],
        "refusals": [
            _refusal(refused, audience, language, currency, explanation.loans) for refused in explanation.refusals
        ],
        "rights": _rights(explanation.rights, language),
        "decision": _decision(explanation.decision, audience, language) if explanation.decision else None,
    } | ({"loans": loans} if loans else {})


def _shown(explanation: Explanation, audience: Audience) -> Iterator[OfferExplained]:
    """The lender's own choice is not for the borrower."""
    hidden = ("lender-best",) if audience is Audience.BORROWER else ()
    return (shown for shown in explanation.offers if shown.offer.name not in hidden)


def _for_the_lender(explanation: Explanation) -> dict[str, str | None]:
    """What the lender may expect where nothing is agreed, beside each plan's `lender_value`; not for the borrower."""
    if explanation.audience is Audience.BORROWER:
        return {}
    value = explanation.nothing_minor
    return {"lender_value_if_nothing": None if value is None else major(value)}


def _parts(owed: Owed) -> dict[str, str]:
    return {part: major(getattr(owed, f"{part}_minor")) for part in PARTS}


def _waiting(waiting: Waiting) -> dict[str, Any]:
    now, later = waiting.now, waiting.later
    return {
        "days": waiting.days,
        "penalty_more": major(later.penalty_minor - now.penalty_minor),
        "interest_more": major(later.interest_minor - now.interest_minor),
        "total": major(later.total_minor),
        "total_more": major(later.total_minor - now.total_minor),
    }


# ---- inputs ----------------------------------------------------------------------------------------------------


def _inputs(explanation: Explanation, inputs: Inputs, language: str) -> dict[str, Any]:
    """What was counted with; of several loans what is about all of them, each contract stands with its loan."""
    of_contract = {"currency": inputs.question.loan.currency} if explanation.loans else _contract(inputs)
    asked, household, request = inputs.question, inputs.question.household, inputs.question.request
    return of_contract | {
        "cause": asked.cause.value,
        "cause_words": say(language, f"statement.page.cause.option.{asked.cause}"),
        "since": asked.since.isoformat() if asked.since else None,
        "until": asked.until.isoformat() if asked.until else None,
        "request": {
            "kinds": list(request.kinds),
            "instalment": None if request.instalment_minor is None else major(request.instalment_minor),
            "months": request.months,
        },
        "household": {
            "place": household.place,
            "adults": household.adults,
            "children": household.children,
            "interim_months": inputs.interim_months,
            "lines": [_line(line, language) for line in inputs.lines],
        },
    }


def _contract(inputs: Inputs) -> dict[str, Any]:
    """One contract, and what is owed on it by part."""
    loan = inputs.question.loan
    late_since = loan.oldest_unpaid_due_on
    return {
        "contract": loan.contract,
        "currency": loan.currency,
        "signed_on": loan.signed_on.isoformat(),
        "annual_rate_percent": percent(loan.rate_ppm),
        "penalty_rate_percent": percent(loan.penalty_rate_ppm),
        "instalment": major(loan.instalment_minor),
        "instalments_left": loan.instalments_left,
        "oldest_unpaid_due_on": late_since.isoformat() if late_since else None,
        "contract_as_written": major(inputs.contract_minor),
        "owed": [
            {
                "part": part.part,
                "amount": major(part.amount_minor),
                "booked": major(part.booked_minor),
                "booked_on": part.booked_on.isoformat(),
                "grown": major(part.grown_minor),
            }
            for part in inputs.parts
        ],
    }


def _loan(loan: LoanExplained, explanation: Explanation, audience: Audience, language: str) -> dict[str, Any]:
    """One of several loans: its contract, what is owed and what waiting adds, its part of every offer shown."""
    currency = currency_of(explanation)
    named = [shown.offer.name for shown in _shown(explanation, audience)]
    return _contract(loan.inputs) | {
        "total": major(loan.owed.total_minor),
        "days_past_due": loan.days_past_due,
        "if_nothing_changes": _waiting(loan.waiting),
        "offers": [_offer(part, audience, language, currency) for name in named if (part := loan.part(name))],
    }


def _line(line: Line, language: str) -> dict[str, Any]:
    income = line.kind == "income"
    return {
        "kind": line.kind,
        "name": line.name,
        "words": line_name(language, line),
        "amount": major(line.amount_minor),
        "month": line.month or None,
        "balance": major(line.balance_minor) if line.kind == "other-debt" else None,
        "priority": line.priority if line.kind == "other-debt" else None,
        "evidence": line.evidence if income else None,
        "evidence_words": evidence_told(language, line.evidence) if income else None,
        "counts": None if line.counts_minor is None else major(line.counts_minor),
        "counts_later": None if line.counts_later_minor is None else major(line.counts_later_minor),
    }


# ---- an offer --------------------------------------------------------------------------------------------------


def _offer(
    shown: OfferExplained, audience: Audience, language: str, currency: str, loans: Sequence[LoanExplained] = ()
) -> dict[str, Any]:
    offer, plan = shown.offer, shown.offer.plan
    document = {
        "name": offer.name,
        "title": say(language, f"plan.name.{offer.name}"),
        "why": [sentence(language, why, currency) for why in offer.why],
        "counterfactual": sentence(language, offer.counterfactual, currency) if offer.counterfactual else None,
        "figures": _figures(shown.figures, plan) | _rate(plan, offer.name, loans),
        "measures": [_measure(measure, language, currency) for measure in plan.measures],
        "instalments": [
            {"due_on": row.due_on.isoformat(), "amount": major(row.amount_minor)}
            | {part: major(getattr(row, f"{part}_minor")) for part in PARTS}
            | {"balance": major(row.balance_minor)}
            for row in plan.instalments
        ],
        "months": [
            {
                "month": one.month,
                "income": major(one.income_minor),
                "other_debts": major(one.debts_minor),
                "payment": major(one.pays_minor),
                "left": major(one.left_minor),
                "need": major(one.need_minor),
                "floor": major(one.floor_minor),
                "above_floor": major(one.above_floor_minor),
            }
            for one in shown.months
        ],
        "rules": [_rule(rule, audience, language) for rule in shown.rules],
        "delay": _delay(shown.delay) if shown.delay else None,
    }
    if audience is not Audience.BORROWER:
        document["lender_value"] = None if offer.value_minor is None else major(offer.value_minor)
        document["bound"] = list(offer.bound)
    return document


def _figures(figures: Figures, plan: Plan) -> dict[str, Any]:
    against = figures.against_contract_minor
    return {
        "first": major(figures.first_minor),
        "highest": major(figures.highest_minor),
        "last": major(figures.last_minor),
        "payments": figures.payments,
        "months": figures.months,
        "first_due_on": plan.first_due_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
        "total": major(figures.total_minor),
        "interest": major(figures.interest_minor),
        "forgiven": _parts(plan.forgiven) | {"total": major(plan.forgiven.total_minor)},
        "annual_cost_percent": percent(plan.annual_cost_ppm),
        "against_owed": major(figures.against_owed_minor),
        "against_contract": None if against is None else major(against),
    }


def _rate(plan: Plan, name: str, loans: Sequence[LoanExplained]) -> dict[str, str | None]:
    """The yearly rate of a plan; none where several loans bear different ones."""
    rates = {part.offer.plan.rate_ppm for loan in loans if (part := loan.part(name))} or {plan.rate_ppm}
    return {"annual_rate_percent": percent(rates.pop()) if len(rates) == 1 else None}


def _measure(measure: Measure, language: str, currency: str) -> dict[str, Any]:
    return {
        "measure": measure.measure,
        "words": measure_told(language, measure, currency),
        "amount": None if measure.amount_minor is None else major(measure.amount_minor),
        "months": measure.months,
        "annual_rate_percent": None if measure.rate_ppm is None else percent(measure.rate_ppm),
    }


def _rule(rule: RuleHeld, audience: Audience, language: str) -> dict[str, Any]:
    """A rule with its source; its id is for agents and auditors."""
    finding = rule.finding
    document: dict[str, Any] = {} if audience is Audience.BORROWER else {"rule": rule.rule}
    document |= {
        "name": rule_name(language, rule),
        "source": rule.source,
        "force": rule.force or None,
        "status": rule.status or None,
        "unverified": rule.unverified,
        "checked_on": rule.checked_on.isoformat() if rule.checked_on else None,
    }
    if finding is not None:
        document |= {"ok": finding.ok, "bound": rule.bound}
        document |= {"limit": finding.limit, "value": finding.value, "unit": finding.unit}
    return document


def _delay(delay: Delay) -> dict[str, Any]:
    here = delay.possible and delay.ends_on is not None
    return {
        "days": delay.days,
        "possible": delay.possible,
        "total_more": major(delay.total_more_minor) if here else None,
        "instalment_max": major(delay.instalment_max_minor) if here else None,
        "instalment_more": major(delay.instalment_more_minor) if here else None,
        "ends_on": delay.ends_on.isoformat() if delay.ends_on else None,
        "relief_moves": delay.relief_moves,
    }


# ---- a no, rights, a decision ----------------------------------------------------------------------------------


def _refusal(
    refused: RefusalExplained, audience: Audience, language: str, currency: str, loans: Sequence[LoanExplained]
) -> dict[str, Any]:
    about = {"contract": refused.refusal.where} if loans and refused.refusal.where else {}
    return {
        "reason": reason(language, refused, currency),
        "facts": {name: str(value) for name, value in refused.refusal.facts.items()},
        "rule": _rule(refused.rule, audience, language),
        "what_would_change_it": sentence(language, refused.change, currency) if refused.change else None,
        "nearest": sentence(language, refused.nearest, currency) if refused.nearest else None,
        "other_ways": [sentence(language, way, currency) for way in refused.others],
    } | about


def _rights(rights: Rights, language: str) -> dict[str, Any]:
    return {
        "answer_working_days": rights.answer_working_days,
        "decide_working_days": rights.decide_working_days,
        "appeal_days": rights.appeal_days,
        "collection_rests_days_after_answer": rights.stay_days,
        "complaint_body": complaint_body(language, rights) or None,
        "complaint_days": rights.complaint_days,
        "credit_record_keep_years": rights.credit_keep_years,
    }


def _decision(decision: Decision, audience: Audience, language: str) -> dict[str, Any]:
    document = {
        "outcome": decision.outcome,
        "decided_on": decision.decided_on.isoformat(),
        "reasons": [say(language, f"decision.reason.{one}") for one in decision.reasons],
        "words": decision.words,
        "would_change": decision.would_change,
        "other_ways": list(ways_after(decision, language)),
        "income": major(decision.income_minor),
        "outgoings": major(decision.outgoings_minor),
        "affordable": major(decision.affordable_minor),
        "appeal_by_on": decision.appeal_by_on.isoformat() if decision.appeal_by_on else None,
        "collection_rests_until_on": decision.rests_until_on.isoformat() if decision.rests_until_on else None,
    }
    if audience is not Audience.BORROWER:
        document |= {"reason_codes": list(decision.reasons), "decided_by": decision.by, "second": decision.second}
    return document
