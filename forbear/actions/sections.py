"""What an explanation's pages are made of: sections, points and tables, and how its names and sentences are said."""

from dataclasses import dataclass

from forbear.core.explained import Decision, Explanation, Line, RefusalExplained, Rights, RuleHeld
from forbear.core.money import major, percent
from forbear.core.plan import Measure, Why
from forbear.words import format, known, say

_ONE = {
    "plan.counterfactual.sooner": "plan.counterfactual.sooner_one",
    "plan.counterfactual.lighter": "plan.counterfactual.lighter_one",
    "plan.counterfactual.in-full": "plan.counterfactual.in-full_one",
    "several.counterfactual.sooner": "several.counterfactual.sooner_one",
    "several.counterfactual.lighter": "several.counterfactual.lighter_one",
    "several.counterfactual.in-full": "several.counterfactual.in-full_one",
}
_SAME = {
    "plan.counterfactual.sooner": "plan.counterfactual.sooner_same",
    "plan.counterfactual.lighter": "plan.counterfactual.lighter_same",
    "plan.counterfactual.waiting": "plan.counterfactual.waiting_same",
    "several.counterfactual.sooner": "several.counterfactual.sooner_same",
    "several.counterfactual.lighter": "several.counterfactual.lighter_same",
    "several.counterfactual.waiting": "several.counterfactual.waiting_same",
}
_TOTAL_MOVES = {
    "plan.counterfactual.sooner": "less",
    "plan.counterfactual.lighter": "more",
    "plan.counterfactual.waiting": "more",
    "several.counterfactual.sooner": "difference",
    "several.counterfactual.lighter": "difference",
    "several.counterfactual.waiting": "more",
}
"""The fact that says how the total moves: where it does not, another sentence says so."""

HOUSE_VALUE = "Forbear house value: confirm before use"
"""The source that the base rulebook gives for its own values."""


@dataclass(frozen=True)
class Item:
    """A point of a list: its title, what is said of it, and short flags beside it."""

    title: str
    lines: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table; `numbers`: the places of its columns of figures, from 0. Long ones are shown folded."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of an explanation: sentences first, then figures, points, a table, and last what is to be noted.

    `folded`: long and not needed at once; a page shows its title first.
    """

    title: str
    lines: tuple[str, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    items: tuple[Item, ...] = ()
    table: Table | None = None
    notes: tuple[str, ...] = ()
    folded: bool = False


def sentence(language: str, why: Why, currency: str = "CNY") -> str:
    """A sentence of the solver, its facts as people write them."""
    facts = {name: format.figure(language, value) for name, value in why.facts.items()}
    return say(language, form_of(why), currency=currency, **facts)


def form_of(why: Why) -> str:
    """The key of the sentence; of a counterfactual the form that fits its facts: one month, or the same in all."""
    if why.facts.get(_TOTAL_MOVES.get(why.key, ""), "") == "0.00":
        return _SAME[why.key]
    return _ONE.get(why.key, why.key) if why.facts.get("months") == "1" else why.key


def reason(language: str, refused: RefusalExplained, currency: str = "CNY") -> str:
    """Why it is not possible, as one sentence."""
    facts = {name: format.figure(language, str(value)) for name, value in refused.refusal.facts.items()}
    return say(language, refused.refusal.reason, currency=currency, **facts)


def rule_name(language: str, rule: RuleHeld) -> str:
    """What a rule is called; its id where it is none of the rulebook's, such as a lender's own predicate."""
    return rule_named(language, rule.key) or rule.rule


def rule_named(language: str, key: str) -> str:
    """What the catalogue calls a key of the rulebook, maybe with the row of it that is meant; "" where it does not."""
    for worded in (f"rules.{key}", f"rules.{key}.all"):
        if known(language, worded):
            return say(language, worded)
    return ""


def source_told(language: str, source: str) -> str:
    """Where a value comes from: a text by its own title, what Forbear set for itself in the reader's language."""
    return say(language, "rules.house_value") if source == HOUSE_VALUE else source


def place_told(language: str, place: str) -> str:
    """A place by its name: `cn/sichuan/chengdu` is 四川 成都; as it stands where the words do not know it."""
    parts = [f"statement.page.place.{part}" for part in place.split("/")[1:]]
    return (
        " ".join(say(language, key) for key in parts) if parts and all(known(language, key) for key in parts) else place
    )


def measure_told(language: str, measure: Measure, currency: str = "CNY") -> str:
    """One relief of a plan in words."""
    facts = {
        "currency": currency,
        "amount": format.figure(language, major(measure.amount_minor or 0)),
        "months": measure.months or 0,
        "rate": percent(measure.rate_ppm or 0),
    }
    return say(language, f"plan.measure.{measure.measure}", **facts)


def evidence_told(language: str, grade: str) -> str:
    """How well an income is shown, in words."""
    return say(language, f"explanation.household.evidence.{grade}")


def line_name(language: str, line: Line) -> str:
    """What a line of the household is called; her own word where it is none of ours."""
    room = {"income": "income", "outgoing": "outgoings", "other-debt": "debts"}[line.kind]
    key = f"statement.page.{room}.option.{line.name}"
    return say(language, key) if known(language, key) else line.name


def ways_after(decision: Decision, language: str) -> tuple[str, ...]:
    """What is still open to her after an answer that was not a yes: another plan, a person, free advice."""
    if decision.outcome == "approved":
        return ()
    return say(language, "decision.way_on.new_wish"), say(language, "plan.way.debt-advice")


def complaint_body(language: str, rights: Rights) -> str:
    """Where to complain: the rulebook's, else the public line of a country the words know; "" where there is none."""
    key = f"explanation.rights.body.{rights.country}"
    return rights.complaint_body or (say(language, key) if known(language, key) else "")


def currency_of(explanation: Explanation) -> str:
    """What the debt is counted in; CNY where what was asked is no longer known."""
    return explanation.inputs.question.loan.currency if explanation.inputs else "CNY"


def money(explanation: Explanation, language: str, amount_minor: int) -> str:
    """An amount in the currency of what is explained."""
    return format.money(language, amount_minor, currency_of(explanation))


def against(explanation: Explanation, language: str, more_minor: int) -> str:
    """How much more or less something costs than what it is held against, in words."""
    if not more_minor:
        return say(language, "explanation.plan.same")
    amount = money(explanation, language, abs(more_minor))
    return say(language, "explanation.plan.more" if more_minor > 0 else "explanation.plan.less", amount=amount)
