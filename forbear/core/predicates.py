"""A lender's own rules: the facts a predicate may look at, the port that makes one ready, and the refusals it gives.

A predicate is an expression over these facts, in scope "case" (looked at once) or "plan" (for each plan on offer).
Where it does not hold, the case or the plan is refused with the lender's own sentence. It never allows anything.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from forbear.core.refusal import Refusal
from forbear.core.rules import CompiledPredicate, Predicate, PredicateFault, PredicateScope, Rulebook

CASE, PLAN = PredicateScope.CASE, PredicateScope.PLAN


class FactKind(StrEnum):
    """What a fact is: a text, a whole number, true or false, a list of texts."""

    TEXT = "text"
    WHOLE = "whole number"
    FLAG = "true or false"
    TEXTS = "list of texts"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One name a predicate may use. `scope` PLAN: only where a plan is looked at."""

    name: str
    kind: FactKind
    says: str
    scope: PredicateScope = CASE


def _facts(scope: PredicateScope, kind: FactKind, **said: str) -> Iterator[Fact]:
    for name, says in said.items():
        yield Fact(name=name, kind=kind, says=says, scope=scope)


VOCABULARY: Mapping[str, Fact] = {
    fact.name: fact
    for fact in (
        *_facts(
            CASE,
            FactKind.TEXT,
            as_of="the day of the decision, 2026-03-02; days compare as texts",
            signed_on="the day the contract was signed",
            cause="why she cannot pay: illness, job-loss, …",
            place="where the household lives: cn/sichuan/chengdu",
            currency="CNY, GBP, …",
        ),
        *_facts(CASE, FactKind.TEXTS, request_kinds="what she asks for: longer-term, pause, settlement, …"),
        *_facts(
            CASE,
            FactKind.WHOLE,
            days_past_due="days since the oldest unpaid instalment fell due; 0 when none is",
            months_on_book="whole months since the contract was signed",
            owed_minor="all that is owed on the day",
            principal_minor="principal owed",
            interest_minor="interest owed",
            penalty_minor="penalty interest owed",
            fees_minor="fees owed",
            rate_ppm="the contract's yearly rate, 200000 = 20 %",
            contract_instalment_minor="the contract's instalment",
            instalments_left="instalments the contract still has",
            adults="grown-ups in the household",
            children="children in the household",
            income_least_minor="income that counts in the barest of the first twelve months",
            affordable_least_minor="what the barest of the first twelve months can bear",
            floor_minor="what the household keeps each month whatever it owes",
            other_debts_minor="what other debts take each month",
        ),
        *_facts(PLAN, FactKind.TEXTS, measures="the measures in the plan: rate, term, deferral, …"),
        *_facts(
            PLAN,
            FactKind.WHOLE,
            instalment_minor="the largest instalment",
            instalments="how many instalments",
            term_months="months from the month of the decision to the last instalment",
            deferral_months="months after the decision's without a payment, before the first",
            total_minor="all that is still paid",
            forgiven_minor="all that is waived or forgiven",
            forgiven_principal_minor="principal forgiven",
            plan_rate_ppm="the plan's yearly rate",
            annual_cost_ppm="what the plan costs a year on what is carried into it",
        ),
    )
}


class Predicates(Protocol):
    """The port: an engine for expressions. `compile` checks names, types and loops before anything runs."""

    def compile(self, predicate: Predicate) -> CompiledPredicate | PredicateFault: ...


def known_in(scope: PredicateScope) -> tuple[Fact, ...]:
    """The facts a predicate of a scope may use; a plan's predicate may use the case's as well."""
    return tuple(fact for fact in VOCABULARY.values() if fact.scope is scope or scope is PLAN)


def refusals(rulebook: Rulebook, scope: PredicateScope, facts: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """The refusal of every predicate in force that does not hold for the facts.

    One that cannot be worked out refuses too and says so, for nobody can tell that the case keeps the rule.
    """
    return tuple(_refusals(rulebook, scope, facts))


def _refusals(rulebook: Rulebook, scope: PredicateScope, facts: Mapping[str, Any]) -> Iterator[Refusal]:
    for compiled in rulebook.predicates(scope):
        predicate, held = compiled.predicate, compiled.holds(facts)
        if isinstance(held, PredicateFault):
            said: dict[str, str | int] = {"rule": predicate.name, "problem": held.problem}
            yield Refusal(predicate.rule, f"rules.predicate.fault.{held.code}", "rules.predicate.ask", said)
        elif not held:
            own: dict[str, str | int] = {
                **{f"reason_{language}": text for language, text in predicate.reason.items()},
                **{f"way_on_{language}": text for language, text in predicate.way_on.items()},
            }
            yield Refusal(predicate.rule, "rules.predicate.reason", "rules.predicate.way_on", own)
