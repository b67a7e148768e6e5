"""Why an offer is what it is, or why there is none: the inputs, the rules with their sources, the figures, and what
waiting costs, as one plain value that a borrower's page, an agent's page, an auditor's JSON and a terminal read.

Nothing here is found anew: an explanation restates an answer. What an old answer did not keep is left out, not guessed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from forbear.core.budget import Household, MonthBudget
from forbear.core.cashflow import PLAIN, Arithmetic
from forbear.core.dates import month_of
from forbear.core.explained import (
    Audience,
    Decision,
    Delay,
    Explanation,
    Figures,
    Inputs,
    Line,
    OfferExplained,
    OwedPart,
    RefusalExplained,
    Rights,
    RuleHeld,
    Waiting,
)
from forbear.core.loan import Loan, Owed
from forbear.core.money import PPM, Rounding, divide
from forbear.core.plan import Offer, Plan, Why
from forbear.core.refusal import Refusal
from forbear.core.rules import Finding, NoRule, Param, Rulebook
from forbear.core.solver import Answer, Question, solve

PARTS = ("principal", "interest", "penalty", "fees")
NEAREST = frozenset(
    {
        *("request", "settlement", "pause", "pause-shorter", "shape", "interest-only", "ask-more", "at-most"),
        *("at-least", "token", "pause-instead", "prove-income"),
    }
)
"""Ways on (plan.way.…) that name something which would be possible today."""

_SHARE_MOVES_PPM = 1_000
"""A waived share that moves by more than this is a changed rule; less is rounding to the minor unit."""


def explain(
    question: Question | None,
    answer: Answer,
    rulebook: Rulebook,
    *,
    delays: Iterable[Delay] = (),
    audience: Audience = Audience.BORROWER,
    also: Sequence[Offer] = (),
    stored: bool = False,
) -> Explanation:
    """All offers and refusals of an answer, explained to one audience.

    `question`: what was asked, None where it is no longer known. `delays`: what waiting costs, from `delays_of`.
    `also`: offers beside the answer's own, such as the one she tried. `rulebook` tells who stands behind a rule and
    how much an income counts, as long as it is the very one the answer was found with; else that is left out.
    """
    rules = _same(rulebook, answer)
    inputs = _inputs(question, answer, rules) if question else None
    offers = [*answer.offers, *also]
    if audience is not Audience.BORROWER and answer.lender_best is not None:
        offers.append(answer.lender_best)
    waits = {delay.offer: delay for delay in delays}
    known = _Known(rules, question.household.place if question else "")
    return Explanation(
        audience=audience,
        as_of=answer.effective_on,
        stored=stored,
        owed=answer.owed,
        days_past_due=answer.days_past_due,
        inputs=inputs,
        months=answer.affordable,
        waiting=Waiting(days=answer.wait_days, now=answer.owed, later=answer.if_nothing_changes),
        offers=tuple(_offer(one, answer.affordable, inputs, known, waits, audience) for one in offers),
        refusals=tuple(_refusal(refusal, answer, known) for refusal in answer.refusals),
        rights=rights(rulebook),
        rulebook_digest=answer.rulebook_digest,
        effective_on=answer.effective_on,
        plans_fit=bool(answer.offers),
        nothing_minor=None if audience is Audience.BORROWER else answer.nothing_minor,
    )


def explain_decision(
    decision: Decision,
    offer: Offer | None,
    answer: Answer | None,
    question: Question | None,
    rulebook: Rulebook,
    *,
    digest: str,
    audience: Audience,
) -> Explanation:
    """A decision as recorded: its figures, and its plan's, where it has one.

    `answer` with its `question`: what she was shown when she chose, where the plan was made of the same day, debt and
    household; its months are then the plan's. `digest`: the rulebook the decision was made under.
    """
    on = offer.plan.as_of if offer else decision.decided_on
    rules = rulebook if rulebook.digest == digest else None
    inputs = _inputs(question, answer, rules) if question and answer else None
    months = answer.affordable if answer else ()
    known = _Known(rules, question.household.place if question else "")
    plans = [_offer(offer, months, inputs, known, {}, audience)] if offer else []
    return Explanation(
        audience=audience,
        as_of=on,
        stored=True,
        owed=decision.owed,
        days_past_due=answer.days_past_due if answer else None,
        inputs=inputs,
        months=months,
        waiting=Waiting(days=answer.wait_days, now=answer.owed, later=answer.if_nothing_changes) if answer else None,
        offers=tuple(plans),
        refusals=(),
        rights=rights(rulebook),
        rulebook_digest=digest,
        effective_on=on,
        decision=decision,
        nothing_minor=answer.nothing_minor if answer and audience is not Audience.BORROWER else None,
    )


def delayed(question: Question, rulebook: Rulebook, days: int, arithmetic: Arithmetic = PLAIN) -> Answer | None:
    """The answer to the same question so many days later, nothing paid meanwhile: the debt has grown and is older.

    None where the rulebook says nothing yet about that day.
    """
    try:
        return solve(replace(question, as_of=question.as_of + timedelta(days=days)), rulebook, arithmetic)
    except NoRule:
        return None


def delays_of(offers: Iterable[Offer], later: Answer | None, days: int) -> tuple[Delay, ...]:
    """What waiting does to each offer: the one of the same name in the answer `days` later, beside it."""
    if later is None:
        return ()
    best = [later.lender_best] if later.lender_best else []
    known = {offer.name: offer for offer in [*later.offers, *best]}
    return tuple(delay_of(offer, known.get(offer.name), days) for offer in offers)


def delay_of(offer: Offer, later: Offer | None, days: int) -> Delay:
    """What waiting does to one offer, beside what it has become; None where it is no longer possible."""
    if later is None:
        return Delay(offer=offer.name, days=days, possible=False)
    now, then = offer.plan, later.plan
    return Delay(
        offer=offer.name,
        days=days,
        possible=True,
        total_more_minor=then.total_minor - now.total_minor,
        instalment_max_minor=then.instalment_max_minor,
        instalment_more_minor=then.instalment_max_minor - now.instalment_max_minor,
        ends_on=then.ends_on,
        relief_moves=now.rate_ppm != then.rate_ppm or any(_share_moves(now, then, part) for part in PARTS),
    )


def rights(rulebook: Rulebook) -> Rights:
    """What the rulebook promises whoever gets an answer, on the day it is looked at."""
    body = rulebook.stack("desk.complaint_body")
    return Rights(
        country=next((layer for layer in rulebook.layers if layer != "base" and "/" not in layer), ""),
        answer_working_days=_integer(rulebook, "desk.accept_working_days"),
        decide_working_days=_integer(rulebook, "desk.decision_working_days"),
        appeal_days=_integer(rulebook, "desk.appeal_days"),
        stay_days=_integer(rulebook, "desk.stay_days_after_decision"),
        complaint_days=_integer(rulebook, "desk.complaint_days"),
        complaint_body=str(body[-1].value) if body else "",
        credit_keep_years=_integer(rulebook, "credit.negative_keep_years"),
    )


# ---- what it was found on --------------------------------------------------------------------------------------


def _same(rulebook: Rulebook, answer: Answer) -> Rulebook | None:
    return rulebook.on(answer.effective_on) if rulebook.digest == answer.rulebook_digest else None


def _inputs(question: Question, answer: Answer, rules: Rulebook | None) -> Inputs:
    loan = question.loan
    parts = []
    for part in PARTS:
        amount, booked = getattr(answer.owed, f"{part}_minor"), getattr(loan, f"{part}_minor")
        parts.append(
            OwedPart(
                part=part, amount_minor=amount, booked_minor=booked, booked_on=loan.as_of, grown_minor=amount - booked
            )
        )
    return Inputs(
        question=question,
        parts=tuple(parts),
        contract_minor=contract_minor(loan, answer.owed),
        lines=tuple(_lines(question.household, rules)),
        interim_months=_integer(rules, "budget.interim_months") if rules else None,
    )


def contract_minor(loan: Loan, owed: Owed) -> int:
    """What the contract still asks if it is paid as written from today: every unpaid instalment, the last one what is
    left, and the penalty and fees there are. Where no instalment is left, all that is owed."""
    if loan.instalments_left == 0 or loan.instalment_minor == 0:
        return owed.total_minor
    left, total = owed.principal_minor, owed.penalty_minor + owed.fees_minor
    for index in range(loan.instalments_left):
        interest = divide(left * loan.rate_ppm, 12 * PPM, Rounding.HALF_UP)
        last = index == loan.instalments_left - 1
        paid = left if last else min(left, max(0, loan.instalment_minor - interest))
        total, left = total + interest + paid, left - paid
    return total


def _lines(household: Household, rules: Rulebook | None) -> Iterator[Line]:
    for item in household.income:
        amount = item.monthly_minor if item.monthly_minor is not None else item.amount_minor or 0
        yield Line(
            kind="income",
            name=item.source,
            amount_minor=amount,
            month=item.month or "",
            evidence=item.evidence.value,
            counts_minor=_counts(amount, rules, "interim", item.evidence.value),
            counts_later_minor=_counts(amount, rules, "long", item.evidence.value),
        )
    for outgoing in household.outgoings:
        amount = outgoing.monthly_minor if outgoing.monthly_minor is not None else outgoing.amount_minor or 0
        yield Line(kind="outgoing", name=outgoing.kind, amount_minor=amount, month=outgoing.month or "")
    for debt in household.other_debts:
        yield Line(
            kind="other-debt",
            name=debt.creditor,
            amount_minor=debt.monthly_minor,
            balance_minor=debt.balance_minor,
            priority=debt.priority,
        )


def _counts(amount_minor: int, rules: Rulebook | None, span: str, evidence: str) -> int | None:
    found = rules.stack(f"budget.income_share.{span}", evidence) if rules else ()
    return divide(amount_minor * int(found[-1].value), PPM, Rounding.DOWN) if found else None


# ---- an offer --------------------------------------------------------------------------------------------------


def _offer(
    offer: Offer,
    months: Sequence[MonthBudget],
    inputs: Inputs | None,
    known: "_Known",
    waits: Mapping[str, Delay],
    audience: Audience,
) -> OfferExplained:
    hidden = audience is Audience.BORROWER and offer.value_minor is not None
    return OfferExplained(
        offer=replace(offer, value_minor=None) if hidden else offer,
        figures=_figures(offer.plan, inputs),
        budgets=tuple(months),
        rules=tuple(known.held(one, one.rule in offer.bound) for one in offer.findings),
        delay=waits.get(offer.name),
    )


def _figures(plan: Plan, inputs: Inputs | None) -> Figures:
    rows = plan.instalments
    running = inputs is not None and inputs.question.loan.instalments_left > 0
    first, last = (int(month_of(on)[:4]) * 12 + int(month_of(on)[5:]) for on in (plan.first_due_on, plan.ends_on))
    return Figures(
        first_minor=rows[0].amount_minor,
        highest_minor=plan.instalment_max_minor,
        last_minor=rows[-1].amount_minor,
        payments=len(rows),
        months=last - first + 1,
        total_minor=plan.total_minor,
        interest_minor=sum(row.interest_minor for row in rows),
        against_owed_minor=plan.total_minor - plan.owed.total_minor,
        against_contract_minor=plan.total_minor - inputs.contract_minor if inputs and running else None,
    )


def _share_moves(now: Plan, then: Plan, part: str) -> bool:
    before, after = (_share(plan, f"{part}_minor") for plan in (now, then))
    return before is not None and after is not None and abs(before - after) > _SHARE_MOVES_PPM


def _share(plan: Plan, name: str) -> int | None:
    owed = getattr(plan.owed, name)
    return divide(getattr(plan.forgiven, name) * PPM, owed, Rounding.HALF_UP) if owed else None


# ---- a refusal -------------------------------------------------------------------------------------------------


def _refusal(refusal: Refusal, answer: Answer, known: "_Known") -> RefusalExplained:
    change = _way(refusal)
    ways = [way for way in (change, *(_way(other) for other in answer.refusals)) if way is not None]
    possible = [way for way in ways if way.key.rpartition(".")[2] in NEAREST]
    nearest = possible[0] if possible else None
    others = tuple(way for way in ways if way not in (change, nearest))
    return RefusalExplained(
        refusal=refusal,
        rule=known.rule(refusal.rule),
        change=change,
        nearest=nearest,
        others=tuple({way.key: way for way in others}.values()),
    )


def _way(refusal: Refusal) -> Why | None:
    facts = {name: str(value) for name, value in refusal.facts.items()}
    return Why(key=refusal.way_on, facts=facts) if refusal.way_on else None


# ---- a rule and who stands behind it ---------------------------------------------------------------------------


class _Known:
    """The rules that findings and refusals name, each looked up once; `place`: whose floor holds."""

    def __init__(self, rules: Rulebook | None, place: str) -> None:
        self._rules, self._place = rules, place
        self._found: dict[str, RuleHeld] = {}

    def rule(self, rule: str) -> RuleHeld:
        """Who stands behind a rule; its id alone where the rulebook of that day is not at hand."""
        if rule not in self._found:
            self._found[rule] = self._look(rule)
        return self._found[rule]

    def held(self, finding: Finding, bound: bool) -> RuleHeld:
        """A rule held against a plan: what the finding says, and who stands behind it."""
        known = self.rule(finding.rule)
        return RuleHeld(
            rule=finding.rule,
            key=finding.key or known.key,
            source=finding.source,
            status=finding.status or known.status,
            force=known.force,
            checked_on=known.checked_on,
            finding=finding,
            bound=bound,
        )

    def _look(self, rule: str) -> RuleHeld:
        param = _param(rule, self._place, self._rules) if self._rules else None
        own = [] if self._rules is None else [one.predicate for one in self._rules.compiled]
        stands = param or next((predicate for predicate in own if predicate.rule == rule), None)
        if stands is None:
            return RuleHeld(rule=rule, key="", source="", status="")
        return RuleHeld(
            rule=rule,
            key="" if param is None else param.key,
            source=str(stands.source),
            status=stands.status.value,
            force=stands.force.value,
            checked_on=stands.checked_on,
        )


def _param(rule: str, place: str, rules: Rulebook) -> Param | None:
    """The value in force that a rule's id names: its layer, then its key; a finding may name one row of a table."""
    for layer in reversed(rules.layers):
        prefix = layer.replace("/", ".") + "."
        key = rule.removeprefix(prefix) if rule.startswith(prefix) else ""
        while key:
            for param in reversed(rules.stack(key, place if key == "budget.floor" else "")):
                if rule.startswith(param.rule):
                    return param
            key = key.rpartition(".")[0]
    return None


def _integer(rulebook: Rulebook, key: str) -> int | None:
    found = rulebook.stack(key)
    return int(found[-1].value) if found else None
