"""Whether a text of agreements says all that has to be said, in both languages: `forbear agreement check DIR`.

The list follows the instalment agreement of 信用卡办法 art. 70 and what else makes one hold (docs/agreement.md).
An item is a sentence under a key of its own, so that the key says what the sentence is for, and carries the figures
without which it would be empty. What else a lender writes stands under any other key.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from string import Formatter
from typing import Any

from forbear.adapters import consent_sheets
from forbear.adapters.printer import conditions, contents, figures_of, print_by
from forbear.adapters.template_text import left_out
from forbear.adapters.templates import STANDARDS, Sentence, Template
from forbear.core.agreement import BreachRule, Terms
from forbear.core.contact import Party
from forbear.core.loan import Owed
from forbear.core.plan import Instalment, Measure, Plan

LANGUAGES = ("zh", "en")
BLOCKS = ("@parties", "@owed", "@schedule", "@head", "@key", "@signatures", "@break")
LABELS = (
    *("title", "subtitle", "page", "foot", "other_lead", "sum.monthly", "sum.monthly_most", "sum.count"),
    *("sum.count_value", "sum.first", "sum.last", "sum.total", "sum.waived", "sum.nothing", "sum.lead"),
    *("table.part", "table.owed", "table.waived", "table.left", "table.principal", "table.interest", "table.penalty"),
    *("table.fees", "table.new_interest", "table.all", "table.number", "table.due_on", "table.amount"),
    *("table.balance", "table.unit", "table.unit_other", "label.borrower", "label.lender", "label.id_number"),
    *("label.phone", "label.contract", "label.contract_value", "label.case", "label.order_join"),
    *("label.sign_borrower", "label.sign_lender", "label.sign_by_code", "label.sign_by_reviewer"),
    *consent_sheets.LABELS,
)
SENTENCE_SIGNS_LEAST = {"zh": 6, "en": 15}
"""What is shorter says nothing."""


@dataclass(frozen=True)
class Item:
    """`key`: where its sentence stands; `figures`: what it has to mention, or the block that it has to be."""

    name: str
    key: str
    figures: tuple[str, ...] = ()


ITEMS = (
    Item("parties, contract and case", "parties.table", ("@parties",)),
    Item("who decides for the lender", "parties.authority"),
    Item("the agreement it replaces", "parties.replaces", ("replaces",)),
    Item("currency and day of the cut-off", "debt.made_of", ("currency", "owed_on")),
    Item("the debt by component", "debt.table", ("@owed",)),
    Item("how much is waived", "waiver.amount", ("amount",)),
    Item("that nothing is waived", "waiver.nothing"),
    Item("the condition of the waiver", "waiver.condition"),
    Item("when the waiver is final", "waiver.final"),
    Item("how the waiver falls back", "waiver.falls_back"),
    Item("number and total of payments", "schedule.payments", ("count", "total")),
    Item("the rate", "schedule.rate", ("rate",)),
    Item("that no interest runs", "schedule.no_rate"),
    Item("a pause at the beginning", "schedule.pause", ("pause", "first")),
    Item("a time of interest alone", "schedule.interest_only", ("resting",)),
    Item("that it settles the debt", "schedule.settlement", ("total",)),
    Item("the annual cost", "schedule.yearly_cost", ("cost",)),
    Item("what no longer accrues", "schedule.no_charges"),
    Item("every payment with its components", "schedule.table", ("@schedule",)),
    Item("the account to pay into", "paying.account", ("account",)),
    Item("the account where none is named", "paying.contract_account"),
    Item("how to pay", "paying.channel", ("contract",)),
    Item("weekends and holidays", "paying.holidays"),
    Item("which payment is taken first", "paying.oldest_first"),
    Item("the order of allocation", "paying.order", ("order",)),
    Item("the order when very late", "paying.late_order", ("late_from", "late_order")),
    Item("paying early", "early.free"),
    Item("interest when paid early", "early.interest"),
    Item("days of grace", "late.grace", ("grace",)),
    Item("the amount too small to be late", "late.tolerance", ("tolerance",)),
    Item("the written notice and the days to cure", "late.notice", ("cure",)),
    Item("what a cure does", "late.cured"),
    Item("what a breach is", "breach.what", ("cure",)),
    Item("what a breach is where income left out is one", "breach.what_income", ("cure",)),
    Item("that she is asked before anything but an unpaid payment counts", "breach.asked_first", ("cure",)),
    Item("how many open payments in a row count", "breach.in_row", ("in_row",)),
    Item("how many late ones of the last count", "breach.of_last", ("missed", "of")),
    Item("that a person decides on a breach", "breach.by_person"),
    Item("the second reviewer where papers were false", "breach.second_papers"),
    Item("the second reviewer where income was left out", "breach.second_income"),
    Item("the second reviewer where it is unpaid", "breach.second_unpaid"),
    Item("when it cannot be ended as unpaid", "breach.not_now"),
    Item("an end that the borrower asks for", "breach.hers"),
    Item("what a breach brings", "breach.effects"),
    Item("that collection may begin again", "breach.collection"),
    Item("hardship again", "again.hardship"),
    Item("days to look at it again", "again.reviews", ("reviews",)),
    Item("that no such day is set", "again.no_reviews"),
    Item("changing one's mind after signing", "cooling.days", ("cooling",)),
    Item("what changing one's mind does", "cooling.effect"),
    Item("that it cannot be taken back", "cooling.none"),
    Item("that collection rests", "rest.nobody"),
    Item("no contact with others", "rest.others"),
    Item("credit record: payments on time", "credit.on_time"),
    Item("credit record: what is on file", "credit.past"),
    Item("credit record: what is recorded, from when", "credit.registered"),
    Item("credit record: no promise", "credit.no_promise"),
    Item("credit record: dispute", "credit.dispute"),
    Item("limitation: the debt is accepted", "limitation.accepts"),
    Item("limitation: it starts again", "limitation.restarts"),
    Item("use of data", "data.use"),
    Item("rights over data", "data.rights"),
    Item("the decision by a person", "data.person"),
    Item("what signing is", "signature.code"),
    Item("what the signature binds", "signature.bound"),
    Item("that the signature is reliable", "signature.reliable"),
    Item("what a self-made certificate is worth", "signature.own_worth"),
    Item("an outside authority's certificate", "signature.outside"),
    Item("the record of the case", "evidence.record", ("case",)),
    Item("the head of the record", "evidence.head_value", ("@head",)),
    Item("the ledger's name", "evidence.ledger", ("ledger",)),
    Item("the ledger's key", "evidence.key_value", ("@key",)),
    Item("how to check the record", "evidence.check"),
    Item("that the record is evidence", "evidence.accepted"),
    Item("that nobody else answers for the loan", "guarantee.nobody"),
    Item("guarantors and co-borrowers", "guarantee.named", ("others",)),
    Item("the guarantor's consent", "guarantee.not_heavier"),
    Item("the period of a guarantee", "guarantee.not_longer"),
    Item("the sheet for a signature of their own", "guarantee.sheet"),
    Item("what holds without such a signature", "guarantee.unsigned"),
    Item("change only in writing", "general.written"),
    Item("an unclear change is none", "general.unclear"),
    Item("the promise to apply for no credit card", "general.no_new_card"),
    Item("the governing law", "general.law"),
    Item("which text prevails", "general.both"),
    Item("whom to ask", "contact.phone", ("phone",)),
    Item("the fields to sign in", "sign.fields", ("@signatures",)),
    Item("when it lapses unsigned", "sign.lapses", ("sign_by",)),
)
"""Every item, in the order of the house's own text."""


def template_faults(template: Template) -> Iterator[str]:
    """What is missing or wrong, one sentence each; nothing where the text can be used."""
    for language in LANGUAGES:
        figures = _known(template, language)
        yield from _labels(template, language, figures)
        there = _sentences(template, language)
        for item in ITEMS:
            yield from _item(item, there, language)
        for key, sentence in there.items():
            yield from _sentence(key, sentence, template, language, figures)
        for clause in template.clauses:
            said = template.words[language].get(clause)
            if not isinstance(said, dict) or "title" not in said:
                yield f"{language}.toml: the clause {clause} has no title"
    yield from _order(template)
    yield from _form(template)


def printing_faults(template: Template) -> Iterator[str]:
    """Whether it can be printed at all and leaves nothing out, in both languages, with every condition true once and
    false once.
    """
    for language in LANGUAGES:
        for terms in (example(template.name), bare(template.name)):
            try:
                pdf = print_by(template, terms, language)
                missing = left_out(pdf, contents(template, terms, language))
            except Exception as error:  # whatever a layout of the lender's does wrong
                yield f"it cannot be printed in {language}: {str(error).splitlines()[0][:300]}"
                break
            if missing:
                yield from (f"agreement.typ: in {language} it leaves out {one[:120]!r}" for one in missing)
                break


def _sentences(template: Template, language: str) -> dict[str, Sentence]:
    """What is printed: the sentences of the clauses that the text has."""
    return {one.key: one for clause in template.clauses for one in template.clause(language, clause)}


def _labels(template: Template, language: str, figures: frozenset[str]) -> Iterator[str]:
    """Every label and title is a text, and mentions nothing that is unknown."""
    words = template.words[language]
    tables = [clause for clause in template.clauses if isinstance(words.get(clause), dict)]
    for key in (*LABELS, *(f"{clause}.title" for clause in tables if "title" in words[clause])):
        try:
            label = template.text(language, key)
        except (KeyError, TypeError):
            yield f"{language}.toml: the label {key} is missing"
            continue
        if label.startswith("{'"):  # a table: a sentence with a condition
            yield f"{language}.toml: the label {key} depends on a condition; write it as a text"
        elif not label.strip():
            yield f"{language}.toml: the label {key} is empty"
        else:
            yield from _figures(key, label, figures, language)


def _item(item: Item, there: dict[str, Sentence], language: str) -> Iterator[str]:
    sentence = there.get(item.key)
    if sentence is None:
        yield f"{language}.toml: {item.name} is missing; write it as {item.key}"
        return
    if item.figures and item.figures[0].startswith("@"):
        if sentence.says != item.figures[0]:
            yield f'{language}.toml: {item.name} is missing; write {item.key} = "{item.figures[0]}"'
        return
    if len(sentence.says.strip()) < SENTENCE_SIGNS_LEAST[language]:
        yield f"{language}.toml: {item.name} is missing; {item.key} says nothing"
    for name in item.figures:
        if name not in _mentioned(sentence.says):
            yield f"{language}.toml: {item.name} is incomplete; {item.key} does not mention {{{name}}}"


def _sentence(
    key: str, sentence: Sentence, template: Template, language: str, figures: frozenset[str]
) -> Iterator[str]:
    """What a sentence mentions and depends on is known, and it depends on nothing that hides a required item."""
    known = {*conditions(example(template.name)), "english"}
    if sentence.when and sentence.when not in known:
        yield f"{language}.toml: {key} depends on {sentence.when!r}; it may depend on {', '.join(sorted(known))}"
    if sentence.says.startswith("@"):
        if sentence.says not in BLOCKS:
            yield f"{language}.toml: {key} is {sentence.says!r}; a block is one of {', '.join(BLOCKS)}"
        return
    if sentence.when != CONDITIONAL.get(key, "") and key in REQUIRED:
        right = CONDITIONAL.get(key)
        yield f"{language}.toml: {key} has to be said {f'when {right}' if right else 'always'}"
    yield from _figures(key, sentence.says, figures, language)


def _known(template: Template, language: str) -> frozenset[str]:
    """What a text may mention; nothing where a label that figures are made of is missing, which is said."""
    try:
        return frozenset(figures_of(template, example(template.name), language))
    except (KeyError, TypeError):
        return frozenset()


def _figures(key: str, says: str, figures: frozenset[str], language: str) -> Iterator[str]:
    """What a text mentions is known, and is put in as it is."""
    for _, name, form, conversion in Formatter().parse(says):
        if name is None or not figures:
            continue
        if name not in figures:
            yield f"{language}.toml: {key} mentions {{{name}}}; it may mention {', '.join(sorted(figures))}"
        elif form or conversion:
            yield f"{language}.toml: {key} wants {{{name}}} in a form of its own; write {{{name}}} alone"


def _form(template: Template) -> Iterator[str]:
    """What makes a file that can be signed, kept and heard."""
    if not template.fields:
        yield "template.toml: fields is not true; leave it out, for without its two fields nobody can sign it"
    if missing := [one for one in STANDARDS if one not in template.standards]:
        yield f"template.toml: standards lacks {' and '.join(missing)}; write {list(STANDARDS)}, or leave it out"


def _order(template: Template) -> Iterator[str]:
    if len(set(template.clauses)) != len(template.clauses):
        yield "template.toml: a clause stands twice in clauses"
    if template.clauses[-1] != "sign":
        yield "template.toml: the last of clauses has to be sign"
    if template.clauses.index("waiver") != 2 if "waiver" in template.clauses else True:
        yield "template.toml: waiver has to be the third of clauses, because a breach is told by its number"


def _mentioned(says: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(says) if name is not None}


CONDITIONAL = {
    "parties.replaces": "replaces",
    "waiver.nothing": "nothing-waived",
    **dict.fromkeys(("waiver.amount", "waiver.condition", "waiver.final", "waiver.falls_back"), "waived"),
    "schedule.rate": "rate",
    "schedule.no_rate": "no-rate",
    "paying.account": "account",
    "paying.contract_account": "no-account",
    "paying.late_order": "late-order",
    "breach.what": "no-income-ground",
    "breach.what_income": "income-ground",
    "breach.in_row": "in-row",
    "breach.of_last": "of-last",
    "again.reviews": "reviews",
    "again.no_reviews": "no-reviews",
    **dict.fromkeys(("cooling.days", "cooling.effect"), "cooling"),
    "cooling.none": "no-cooling",
    "schedule.pause": "pause",
    "schedule.interest_only": "interest-only",
    "schedule.settlement": "settlement",
    "breach.second_papers": "second-papers",
    "breach.second_income": "second-income",
    "breach.second_unpaid": "second-unpaid",
    "guarantee.nobody": "alone",
    **dict.fromkeys(("guarantee.named", "guarantee.sheet", "guarantee.unsigned"), "others"),
    "general.no_new_card": "no-new-card",
    "signature.own_worth": "own-certificates",
    "signature.outside": "outside-certificates",
}
"""What each required sentence depends on; any other is always said."""
REQUIRED = frozenset(item.key for item in ITEMS)


# ---- made-up terms to print ------------------------------------------------------------------------------------


def example(template: str) -> Terms:
    """Terms of which every condition is met that can be."""
    said: dict[str, Any] = {"allocation": ("interest", "principal"), "allocation_late": ("principal", "interest")}
    return Terms(
        case_id="c_example",
        number=2,
        replaces=1,
        template=template,
        lender="示例消费金融有限公司",
        lender_en="Example Consumer Finance Co., Ltd.",
        phone="400-000-0000",
        borrower=Party(borrower_id="p_1", name="欧阳彧", id_number_masked="510***********002X", phone="19900001234"),
        contract="HC-2025-0007781",
        currency="CNY",
        contract_signed_on=date(2025, 5, 28),
        contract_rate_ppm=237_600,
        issued_on=date(2026, 3, 18),
        sign_by_on=date(2026, 4, 1),
        plan=_example_plan(),
        grace_days=3,
        tolerance_minor=100,
        cure_days=10,
        rulebook="5b1e" * 16,
        record_head="c3a9" * 16,
        allocation_late_from_days=91,
        ledger="desk.example/ledger",
        ledger_key="desk.example/ledger+00000000+AQ==",
        certificates="own",
        pay_to="示例银行 6222 0000 0000 0000",
        cooling_days=7,
        review_on=(date(2026, 5, 18),),
        breach=BreachRule(in_row=2, missed=3, of=6, grounds=("unpaid", "false-papers", "undisclosed-income")),
        guarantors=("张伟",),
        co_borrowers=("李芳",),
        second_eyes=("unpaid", "false-papers", "undisclosed-income", "borrower-asked"),
        no_new_card=True,
        **said,
    )


def _example_plan() -> Plan:
    owed = Owed(principal_minor=100_000, interest_minor=2_000, penalty_minor=500, fees_minor=0)
    forgiven = Owed(principal_minor=0, interest_minor=0, penalty_minor=500, fees_minor=0)
    rows = [
        _row(date(2026, 4, 28), 50_000, 1_500, 50_000),
        _row(date(2026, 5, 28), 50_000, 1_500, 0),
    ]
    return Plan(
        as_of=date(2026, 3, 18),
        owed=owed,
        first_due_on=date(2026, 4, 28),
        ends_on=date(2026, 5, 28),
        instalments=tuple(rows),
        forgiven=forgiven,
        measures=(
            Measure(measure="deferral", months=1),
            Measure(measure="interest-only", months=1),
            Measure(measure="step"),
            Measure(measure="income-following"),
            Measure(measure="settlement", amount_minor=103_000),
        ),
        annual_cost_ppm=60_000,
        total_minor=103_000,
        instalment_max_minor=51_500,
        rate_ppm=60_000,
    )


def bare(template: str) -> Terms:
    """Terms of which none of these is."""
    full = example(template)
    nothing = Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0)
    plan = replace(full.plan, forgiven=nothing, rate_ppm=0, measures=())
    changed = {
        "guarantors": (),
        "co_borrowers": (),
        "second_eyes": (),
        "no_new_card": False,
        "replaces": None,
        "allocation_late": (),
        "pay_to": "",
        "cooling_days": 0,
        "review_on": (),
    }
    return replace(full, plan=plan, certificates="outside", breach=BreachRule(), **changed)


def _row(due_on: date, principal_minor: int, interest_minor: int, balance_minor: int) -> Instalment:
    return Instalment(
        due_on=due_on,
        principal_minor=principal_minor,
        interest_minor=interest_minor,
        penalty_minor=0,
        fees_minor=0,
        balance_minor=balance_minor,
        accrues_minor=500,
    )
