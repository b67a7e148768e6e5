"""An explanation in sentences: sections with figures, points and tables, in the reader's language, for one audience.

The borrower's page, the desk's page and the terminal show these same sections, so that they cannot differ.
"""

import re
from collections.abc import Iterator, Sequence

from forbear.actions.sections import (
    Item,
    Section,
    Table,
    against,
    complaint_body,
    currency_of,
    measure_told,
    money,
    rule_name,
    sentence,
    source_told,
    ways_after,
)
from forbear.actions.told_case import PARTS, counted
from forbear.actions.told_several import loans_counted, parts_told
from forbear.core.explained import (
    Audience,
    Delay,
    Explanation,
    OfferExplained,
    RefusalExplained,
    RuleHeld,
)
from forbear.core.money import major
from forbear.words import format, known, say

AT_LEAST = frozenset(
    {
        *("plan.instalment_least", "budget.floor", "relief.ladder.rate_floor"),
        *("penalty.uplift_max.above", "cap.annual_cost.above", "cap.new_contract.above"),
    }
)
"""Rules whose limit is the least a value may be; every other one is the most."""


def told(explanation: Explanation, language: str, *, plans: bool = True) -> tuple[Section, ...]:
    """Every section of an explanation, in the order one reads: plan or no, what was counted, waiting, rights.

    `plans` False: without the sections of each plan and each no, where those were told before.
    """
    sections: list[Section] = []
    if explanation.decision:
        sections += _decision(explanation, language)
    for shown in explanation.offers if plans else ():
        sections += offer_told(explanation, shown, language)
    for refused in explanation.refusals if plans else ():
        sections += refusal_told(explanation, refused, language)
    sections += loans_counted(explanation, language) if explanation.loans else counted(explanation, language)
    if explanation.waiting:
        sections.append(_waiting(explanation, language))
    sections.append(_rights(explanation, language))
    if explanation.audience is not Audience.BORROWER:
        sections.append(_lender(explanation, language))
    return tuple(sections)


def offer_told(explanation: Explanation, shown: OfferExplained, language: str) -> Iterator[Section]:
    """What one plan takes and leaves, and the rules behind it."""
    yield _takes(explanation, shown, language)
    if explanation.loans:
        yield from parts_told(explanation, shown, language)
    if shown.months:
        yield _left(explanation, shown, language)
    if shown.rules:
        yield _rules(explanation, shown, language)
    for loan in explanation.loans:
        if part := loan.part(shown.offer.name):
            yield _rules(explanation, part, language, loan.contract)


def refusal_told(explanation: Explanation, refused: RefusalExplained, language: str) -> Iterator[Section]:
    """The figures of a no, what would change it, the nearest thing that works, other ways, and the rule."""
    currency = currency_of(explanation)
    if explanation.loans and refused.refusal.where:
        contract = (say(language, "explanation.several.contract"), refused.refusal.where)
        yield Section(title=say(language, "explanation.several.about"), figures=(contract,))
    yield from _numbers(explanation, refused, language)
    if refused.change is not None:
        change = sentence(language, refused.change, currency)
        yield Section(title=say(language, "explanation.refusal.change"), lines=(change,))
    if refused.nearest is not None and refused.nearest != refused.change:
        yield Section(
            title=say(language, "explanation.refusal.nearest"), lines=(sentence(language, refused.nearest, currency),)
        )
    others = [Item(sentence(language, way, currency)) for way in refused.others]
    if explanation.plans_fit:
        others.insert(0, Item(say(language, "explanation.refusal.offers")))
    if others:
        yield Section(title=say(language, "explanation.refusal.others"), items=tuple(others))
    rule = refused.rule
    if rule.key or explanation.audience is not Audience.BORROWER:
        yield Section(
            title=say(language, "explanation.rules.refusal"),
            items=(
                Item(
                    rule_name(language, rule), (_source(language, rule),) if rule.source else (), _flags(language, rule)
                ),
            ),
            notes=_unverified([rule], language),
        )


# ---- a plan ----------------------------------------------------------------------------------------------------


def _takes(explanation: Explanation, shown: OfferExplained, language: str) -> Section:
    plan, numbers = shown.offer.plan, shown.figures

    def amount(amount_minor: int) -> str:
        return money(explanation, language, amount_minor)

    def dated(amount_minor: int, on: str) -> str:
        return say(language, "explanation.plan.on", amount=amount(amount_minor), date=on)

    figures = [
        ("first", dated(numbers.first_minor, format.day(language, plan.first_due_on))),
        ("highest_month" if explanation.loans else "highest", amount(numbers.highest_minor)),
        ("last", dated(numbers.last_minor, format.day(language, plan.ends_on))),
        ("payments", str(numbers.payments)),
        ("months", str(numbers.months)),
        ("total", amount(numbers.total_minor)),
        ("interest", amount(numbers.interest_minor)),
    ]
    waived = [(f"forgiven_{part}", getattr(plan.forgiven, f"{part}_minor")) for part in PARTS]
    figures += [(name, amount(minor)) for name, minor in waived if minor]
    if not plan.forgiven.total_minor:
        figures.append(("forgiven_none", say(language, "explanation.plan.nothing")))
    figures.append(("cost", format.percent(plan.annual_cost_ppm)))
    figures.append(("against_owed", against(explanation, language, numbers.against_owed_minor)))
    notes = []
    if numbers.against_contract_minor is not None:
        figures.append(("against_contract", against(explanation, language, numbers.against_contract_minor)))
        contract = numbers.total_minor - numbers.against_contract_minor
        notes.append(say(language, "explanation.plan.against_contract_line", amount=amount(contract)))
    return Section(
        title=say(language, "explanation.plan.title"),
        figures=tuple((say(language, f"explanation.plan.{name}"), value) for name, value in figures),
        items=tuple(Item(measure_told(language, measure, currency_of(explanation))) for measure in plan.measures),
        notes=tuple(notes),
    )


def _left(explanation: Explanation, shown: OfferExplained, language: str) -> Section:
    months = shown.months
    barest = min(months, key=lambda month: month.spare_minor)
    columns: tuple[str, ...] = ("income", "pays", "left", "need")
    if explanation.audience is not Audience.BORROWER:
        columns = ("income", "debts", "pays", "left", "need", "floor")
    rows = tuple(
        (
            format.month(language, one.month),
            *(format.figure(language, major(getattr(one, f"{name}_minor"))) for name in columns),
        )
        for one in months
    )
    line = say(
        language,
        "explanation.left.line",
        month=format.month(language, barest.month),
        left=money(explanation, language, barest.left_minor),
        need=money(explanation, language, barest.need_minor),
        floor=money(explanation, language, barest.floor_minor),
    )
    return Section(
        title=say(language, "explanation.left.title"),
        lines=(line, say(language, "explanation.left.note")),
        table=Table(
            caption=say(language, "explanation.left.caption"),
            head=tuple(say(language, f"explanation.left.{name}") for name in ("month", *columns)),
            rows=rows,
            numbers=tuple(range(1, 1 + len(columns))),
        ),
    )


# ---- the rules -------------------------------------------------------------------------------------------------


def _rules(explanation: Explanation, shown: OfferExplained, language: str, contract: str = "") -> Section:
    """The rules of a plan, or of one loan's part of it."""
    audience, currency = explanation.audience, currency_of(explanation)
    notes = _unverified(shown.rules, language)
    title, line = say(language, "explanation.rules.title"), say(language, "explanation.rules.line")
    if contract:
        title = say(language, "explanation.several.rules", contract=contract)
    lines = (line,) if all(rule.finding is None or rule.finding.ok for rule in shown.rules) else ()
    if audience is Audience.BORROWER:
        items = tuple(_rule_item(language, rule, currency) for rule in shown.rules)
        return Section(title, lines, items=items, notes=notes, folded=True)
    columns = ("name", "held", "is_limit", "value", "from", "force", "status")
    return Section(
        title,
        lines,
        table=Table(
            caption=title,
            head=tuple(say(language, f"explanation.rules.{name}") for name in columns),
            rows=tuple(_rule_row(language, rule, audience, currency) for rule in shown.rules),
            numbers=(2, 3),
        ),
        notes=notes,
    )


def _rule_item(language: str, rule: RuleHeld, currency: str) -> Item:
    limit, value = _limits(language, rule, currency)
    bound = "at_least" if rule.key in AT_LEAST else "at_most"
    lines = [say(language, f"explanation.rules.{bound}", limit=limit, value=value)]
    if rule.bound:
        lines.append(say(language, "explanation.rules.bound"))
    lines.append(_source(language, rule))
    return Item(rule_name(language, rule), tuple(lines), _flags(language, rule))


def _rule_row(language: str, rule: RuleHeld, audience: Audience, currency: str) -> tuple[str, ...]:
    name = rule_name(language, rule)
    finding = rule.finding
    limit, value = _limits(language, rule, currency)
    held = "binds" if rule.bound else "ok" if finding is None or finding.ok else "broken"
    checked = f" {format.day(language, rule.checked_on)}" if rule.checked_on else ""
    return (
        f"{name} ({rule.rule})" if audience is Audience.AUDITOR else name,
        say(language, f"explanation.rules.{held}"),
        f"{'≥' if rule.key in AT_LEAST else '≤'} {limit}" if limit else "",
        value,
        source_told(language, rule.source),
        say(language, f"explanation.force.{rule.force}") if rule.force else "",
        " ".join((f"{rule.status}{checked}", *_flags(language, rule))),
    )


def _limits(language: str, rule: RuleHeld, currency: str) -> tuple[str, str]:
    """Limit and value of a finding with their unit."""
    finding = rule.finding
    if finding is None:
        return "", ""
    unit = f"rules.unit.{finding.unit}"
    limit, value = (format.figure(language, text) for text in (finding.limit, finding.value))
    if not known(language, unit):
        return limit, value
    return say(language, unit, value=limit, currency=currency), say(language, unit, value=value, currency=currency)


def _source(language: str, rule: RuleHeld) -> str:
    """Where a rule comes from; what the desk or the lender set for itself is said as that."""
    if rule.rule.startswith(("base.", "lender.")):
        return say(language, "explanation.rules.house")
    return say(language, "explanation.rules.source", source=rule.source)


def _flags(language: str, rule: RuleHeld) -> tuple[str, ...]:
    return (say(language, "explanation.rules.unverified"),) if rule.unverified else ()


def _unverified(rules: Sequence[RuleHeld], language: str) -> tuple[str, ...]:
    return (say(language, "explanation.rules.unverified_note"),) if any(rule.unverified for rule in rules) else ()


# ---- a no ------------------------------------------------------------------------------------------------------


def _numbers(explanation: Explanation, refused: RefusalExplained, language: str) -> Iterator[Section]:
    """The figures a refusal names, then those of the household's next month."""
    named = [(f"explanation.numbers.{name}", str(value)) for name, value in refused.refusal.facts.items()]
    figures = [
        (say(language, key), _fact(explanation, language, value)) for key, value in named if known(language, key)
    ]
    if figures:
        yield Section(title=say(language, "explanation.numbers.title"), figures=tuple(figures))
    if explanation.months:
        now = explanation.months[0]
        counted = (
            ("income", now.income_minor),
            ("needed_then", now.need_minor),
            ("debts", now.debts_minor),
            ("affordable", now.affordable_minor),
        )
        yield Section(
            title=say(language, "explanation.numbers.month", month=format.month(language, now.month)),
            figures=tuple(
                (say(language, f"explanation.numbers.{name}"), money(explanation, language, amount_minor))
                for name, amount_minor in counted
            ),
        )


def _fact(explanation: Explanation, language: str, value: str) -> str:
    """A fact of a refusal: an amount with its currency, anything else as people write it."""
    if re.fullmatch(r"[0-9]+\.[0-9]{2}", value):
        return money(explanation, language, int(value.replace(".", "")))
    return format.figure(language, value)


# ---- waiting and rights ----------------------------------------------------------------------------------------


def _waiting(explanation: Explanation, language: str) -> Section:
    waiting = explanation.waiting
    assert waiting is not None, "the caller looks"
    now, later = waiting.now, waiting.later
    figures = (
        (say(language, "explanation.waiting.now"), now.total_minor),
        (say(language, "explanation.waiting.interest"), later.interest_minor - now.interest_minor),
        (say(language, "explanation.waiting.penalty"), later.penalty_minor - now.penalty_minor),
        (say(language, "explanation.waiting.later", days=waiting.days), later.total_minor),
    )
    delays = [(shown.offer.name, shown.delay) for shown in explanation.offers if shown.delay]
    items = []
    for name, delay in delays:
        title = say(language, f"plan.name.{name}") if len(delays) > 1 else ""
        items.append(Item(title, tuple(_delay(explanation, delay, language))))
    return Section(
        title=say(language, "explanation.waiting.title"),
        lines=(say(language, "explanation.waiting.line"),),
        figures=tuple((label, money(explanation, language, amount)) for label, amount in figures),
        items=tuple(items),
    )


def _delay(explanation: Explanation, delay: Delay, language: str) -> Iterator[str]:
    if not delay.possible or delay.ends_on is None:
        yield say(language, "explanation.waiting.gone", days=delay.days)
        return
    more = delay.total_more_minor
    way = "more" if more > 0 else "less" if more else "same"
    facts = {
        "days": delay.days,
        "amount": money(explanation, language, abs(more)),
        "each": money(explanation, language, delay.instalment_max_minor),
        "date": format.day(language, delay.ends_on),
    }
    yield say(language, f"explanation.waiting.delay_{way}", **facts)
    if delay.relief_moves:
        yield say(language, "explanation.waiting.relief")


def _rights(explanation: Explanation, language: str) -> Section:
    """Who looks again and by when, who else can be asked, how long collecting rests, what the credit record keeps."""
    rights, decision = explanation.rights, explanation.decision
    lines = []

    def add(name: str, **facts: object) -> None:
        if all(fact not in (None, "") for fact in facts.values()):
            lines.append(say(language, f"explanation.rights.{name}", **facts))

    if decision is None:
        add("person", days=rights.answer_working_days)
        add("decided", days=rights.decide_working_days)
        add("appeal", days=rights.appeal_days)
        add("rests", days=rights.stay_days)
    else:
        add("appeal_by", date=format.day(language, decision.appeal_by_on) if decision.appeal_by_on else "")
        add("rests_until", date=format.day(language, decision.rests_until_on) if decision.rests_until_on else "")
    at_home = rights.country == "cn"
    add("complaint", body=complaint_body(language, rights))
    add("complaint_days", days=rights.complaint_days)
    if at_home:
        add("advice")
    add("credit", years=rights.credit_keep_years)
    hers = explanation.audience is Audience.BORROWER
    title = say(language, "explanation.rights.title" if hers else "explanation.rights.title_desk")
    return Section(title=title, items=tuple(Item(line) for line in lines))


# ---- a decision, and what only the desk sees -------------------------------------------------------------------


def _decision(explanation: Explanation, language: str) -> Iterator[Section]:
    """The answer with its figures, the reasons, and what would change it."""
    decision = explanation.decision
    assert decision is not None, "the caller looks"
    figures = [
        (say(language, "explanation.decision.outcome"), say(language, f"explanation.decision.{decision.outcome}")),
        (say(language, "explanation.decision.on"), format.day(language, decision.decided_on)),
    ]
    if explanation.audience is not Audience.BORROWER:
        names = [("by", decision.by), ("second", decision.second)]
        figures += [(say(language, f"explanation.decision.{name}"), who) for name, who in names if who]
    counted = (
        ("income", decision.income_minor),
        ("outgoings", decision.outgoings_minor),
        ("affordable", decision.affordable_minor),
    )
    figures += [
        (say(language, f"explanation.counted.{name}"), money(explanation, language, amount)) for name, amount in counted
    ]
    yield Section(
        title=say(language, "explanation.decision.title"),
        lines=(decision.words,) if decision.words else (),
        figures=tuple(figures),
    )
    reasons = tuple(Item(say(language, f"decision.reason.{one}")) for one in decision.reasons)
    if reasons:
        yield Section(title=say(language, "explanation.decision.reasons"), items=reasons)
    if decision.would_change:
        yield Section(title=say(language, "explanation.decision.change"), lines=(decision.would_change,))
    ways = tuple(Item(way) for way in ways_after(decision, language))
    if ways:
        yield Section(title=say(language, "explanation.refusal.others"), items=ways)


def _lender(explanation: Explanation, language: str) -> Section:
    """For the desk alone: the lender's expected value, the limits reached, and which rules of which day."""
    auditor = explanation.audience is Audience.AUDITOR
    items = []
    for shown in explanation.offers:
        value = shown.offer.value_minor
        worked = say(language, "explanation.lender.value_none")
        worked = worked if value is None else money(explanation, language, value)
        bound = [rule_name(language, rule) for rule in shown.rules if rule.bound]
        reached = say(language, "evidence.page.list.or").join(bound) or say(language, "explanation.lender.bound_none")
        lines = (
            say(language, "explanation.lender.value", value=worked),
            say(language, "explanation.lender.bound", rules=reached),
        )
        name = say(language, f"plan.name.{shown.offer.name}")
        items.append(Item(f"{name} ({shown.offer.name})" if auditor else name, lines))
    figures: list[tuple[str, str]] = []
    if explanation.nothing_minor is not None:
        nothing = money(explanation, language, explanation.nothing_minor)
        figures.append((say(language, "explanation.lender.nothing"), nothing))
    if auditor:
        label = say(language, "explanation.lender.refusal")
        figures += [(label, refused.refusal.rule) for refused in explanation.refusals]
    on, digest = format.day(language, explanation.effective_on), explanation.rulebook_digest
    figures.append((say(language, "explanation.lender.rulebook"), on))
    figures.append(
        (
            say(language, "explanation.lender.digest"),
            digest if auditor else digest[:12],
        )
    )
    made = say(language, "explanation.lender.stored" if explanation.stored else "explanation.lender.fresh")
    return Section(
        title=say(language, "explanation.lender.title"), lines=(made,), figures=tuple(figures), items=tuple(items)
    )
