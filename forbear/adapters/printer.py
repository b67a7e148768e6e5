"""The Printer port filled with Typst: an agreement as PDF/A with Chinese type, byte-identical for the same terms.

Here are the blocks of figures; sentences, their order and the layout are a template (templates.py). Everything reaches
Typst as one JSON document, so that a name or a contract number can never be taken for markup. The two signature fields
are prepared in the same step, so that what she reads, signs and keeps are the same bytes.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from importlib import resources
from typing import Any

import typst

from forbear.adapters import completion_letter
from forbear.adapters.consent_sheets import consent_sheets, others
from forbear.adapters.glyphs import FONTS, printable
from forbear.adapters.templates import Template, Templates
from forbear.core.agreement import Terms
from forbear.core.identity import masked_phone
from forbear.core.loan import Owed
from forbear.core.plan import Instalment
from forbear.core.promise_parts import Completion
from forbear.core.signatures import FIELDS
from forbear.words.format import day, money, percent

PARTS = ("principal", "interest", "penalty", "fees")

Json = dict[str, Any]


class TypstPrinter:
    """Prints from the terms alone: no clock, no system font, no file of the machine it runs on."""

    def __init__(self, templates: Templates | None = None) -> None:
        self._templates = templates or Templates()

    @property
    def template(self) -> str:
        return self._templates.current().name

    def agreement(self, terms: Terms, language: str) -> bytes:
        """The agreement as PDF. In Chinese alone, or in English followed by the Chinese text, which prevails."""
        return print_by(self._templates.named(terms.template), terms, language)

    def completion(self, letter: Completion, language: str) -> bytes:
        """The letter that everything is paid, in both languages, `language` first."""
        return _printed(
            completion_letter.template(),
            completion_letter.contents(letter, language),
            ("a-2b",),
            _midnight(letter.issued_on),
        )


def print_by(template: Template, terms: Terms, language: str) -> bytes:
    """The same by a template at hand."""
    printed = _printed(
        template.layout, contents(template, terms, language), template.standards, _midnight(terms.issued_on)
    )
    if not template.fields:
        return printed
    from forbear.adapters.fields import with_fields  # pikepdf is loaded when the first agreement is printed

    return with_fields(printed, {name: template.text(language, f"label.sign_{name}") for name in FIELDS})


def _printed(layout: bytes, data: Json, standards: Sequence[str], today: datetime) -> bytes:
    """`today`: what a layout takes for the day. Of the machine it reads the first text alone, which never changes."""
    with resources.as_file(resources.files("forbear.agreements").joinpath("cn-instalment-1")) as root:
        printed: bytes = typst.compile(
            layout,
            root=root,
            timestamp=int(today.timestamp()),
            font_paths=font_files(),
            sys_inputs={"data": json.dumps(printable(data), ensure_ascii=False, sort_keys=True)},
            format="pdf",
            pdf_standards=list(standards),
        )
    _forget()
    return printed


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)


def _forget() -> None:
    """Typst remembers the work of its last ten documents, some 100 MB; eleven empty ones make it let go of it."""
    for _ in range(11):
        typst.compile(b"", font_paths=font_files())


@cache
def font_files() -> typst.Fonts:
    """Found once; the machine's own fonts are not looked at."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[resources.files(FONTS)])


def contents(template: Template, terms: Terms, language: str) -> Json:
    """All words and figures of the document, in the order they are read."""
    issued = terms.issued_on
    parts = [_part(template, terms, language, signed=True)]
    if language != "zh":
        lead = template.text("zh", "other_lead")
        parts.append(_part(template, terms, "zh", signed=False) | {"lead": lead})
    languages = [language] if language == "zh" else [language, "zh"]
    figures = {one: figures_of(template, terms, one) for one in languages}
    return {
        "title": f"{template.text(language, 'title')} {terms.contract}/{terms.number}",
        "author": terms.lender if language == "zh" else terms.lender_en,
        "date": [issued.year, issued.month, issued.day],
        "parts": parts,
        "sheets": consent_sheets(template, terms, figures),
    }


def _part(template: Template, terms: Terms, language: str, *, signed: bool) -> Json:
    """The agreement in one language; `signed`: the text that carries the signatures."""
    paper = _Paper(template, terms, language)
    clauses = [clause for clause in template.clauses if signed or clause != "sign"]
    return {
        "lang": language,
        "region": "CN" if language == "zh" else "GB",
        "lead": "",
        "title": paper.say("title"),
        "subtitle": paper.say("subtitle"),
        "summary": paper.summary(),
        "promise": paper.say("sum.lead"),
        "sections": [paper.section(clause) for clause in clauses],
        "foot": paper.say("foot"),
        "page": paper.say("page"),
    }


def conditions(terms: Terms) -> Mapping[str, bool]:
    """What a sentence may depend on (`when`), beside `english`: said in a text that is not the Chinese one."""
    forgiven, later = bool(terms.plan.forgiven.total_minor), terms.allocation_late
    measures = {one.measure for one in terms.plan.measures}
    return {
        "waived": forgiven,
        "nothing-waived": not forgiven,
        "rate": bool(terms.plan.rate_ppm),
        "no-rate": not terms.plan.rate_ppm,
        "replaces": terms.replaces is not None,
        "late-order": bool(later) and later != terms.allocation,
        "account": bool(terms.pay_to),
        "no-account": not terms.pay_to,
        "income-ground": terms.breach.names("undisclosed-income"),
        "no-income-ground": not terms.breach.names("undisclosed-income"),
        "in-row": terms.breach.in_row > 1,
        "of-last": terms.breach.in_row > 1 and bool(terms.breach.missed),
        "cooling": bool(terms.cooling_days),
        "no-cooling": not terms.cooling_days,
        "reviews": bool(terms.review_on),
        "no-reviews": not terms.review_on,
        "alone": not (terms.guarantors or terms.co_borrowers),
        "others": bool(terms.guarantors or terms.co_borrowers),
        "no-new-card": terms.no_new_card,
        "second-papers": "false-papers" in terms.second_eyes,
        "second-income": terms.breach.names("undisclosed-income") and "undisclosed-income" in terms.second_eyes,
        "second-unpaid": "unpaid" in terms.second_eyes,
        "second-hers": "borrower-asked" in terms.second_eyes,
        "pause": "deferral" in measures,
        "pause-interest": "deferral" in measures and bool(terms.plan.rate_ppm),
        "interest-only": "interest-only" in measures,
        "step": "step" in measures,
        "follows-income": "income-following" in measures,
        "settlement": "settlement" in measures,
        "own-certificates": terms.certificates != "outside",
        "outside-certificates": terms.certificates == "outside",
    }


def figures_of(template: Template, terms: Terms, language: str) -> dict[str, str]:
    """All that a sentence may mention."""

    def label(key: str) -> str:
        return template.text(language, key)

    def order(parts: Sequence[str]) -> str:
        """An order of allocation in words; parts it does not name come last."""
        named = [part for part in dict.fromkeys([*parts, "fees", "penalty", "interest", "principal"]) if part in PARTS]
        return label("label.order_join").join(label(f"table.{part}").lower() for part in named)

    def named() -> str:
        """Who else answers for the loan, each with what he is to it."""
        form, between = ("{}（{}）", "、") if language == "zh" else ("{} ({})", ", ")
        return between.join(form.format(name, label(f"sheet.{role}")) for name, role in others(terms))

    plan = terms.plan
    months = {one.measure: str(one.months) for one in plan.measures if one.months is not None}
    return {
        "contract": terms.contract,
        "number": str(terms.number),
        "replaces": str(terms.replaces),
        "template": terms.template,
        "rulebook": terms.rulebook[:16],
        "page": "|",
        "pages": "|",
        "case": terms.case_id,
        "phone": terms.phone,
        "currency": "人民币" if (language, terms.currency) == ("zh", "CNY") else terms.currency,
        "issued_on": day(language, terms.issued_on),
        "signed_on": day(language, terms.contract_signed_on),
        "owed_on": day(language, plan.as_of),
        "sign_by": day(language, terms.sign_by_on),
        "first": day(language, plan.first_due_on),
        "last": day(language, plan.ends_on),
        "count": str(len(plan.instalments)),
        "pause": months.get("deferral", ""),
        "resting": months.get("interest-only", ""),
        "total": money(language, plan.total_minor, terms.currency),
        "amount": money(language, plan.forgiven.total_minor, terms.currency),
        "debt": money(language, plan.owed.total_minor, terms.currency),
        "rate": percent(plan.rate_ppm),
        "contract_rate": percent(terms.contract_rate_ppm),
        "cost": percent(plan.annual_cost_ppm),
        "grace": str(terms.grace_days),
        "cure": str(terms.cure_days),
        "tolerance": money(language, terms.tolerance_minor, terms.currency),
        "order": order(terms.allocation),
        "late_order": order(terms.allocation_late),
        "late_from": str(terms.allocation_late_from_days),
        "account": terms.pay_to,
        "in_row": str(terms.breach.in_row),
        "missed": str(terms.breach.missed),
        "of": str(terms.breach.of),
        "cooling": str(terms.cooling_days),
        "reviews": ("、" if language == "zh" else ", ").join(day(language, on) for on in terms.review_on),
        "ledger": terms.ledger,
        "others": named(),
    }


class _Paper:
    """The sections of the agreement in one language."""

    def __init__(self, template: Template, terms: Terms, language: str) -> None:
        self.template = template
        self.terms = terms
        self.language = language
        self.facts = figures_of(template, terms, language)
        self._true = {**conditions(terms), "english": language != "zh"}

    def say(self, key: str) -> str:
        return self.template.text(self.language, key).format_map(self.facts)

    def section(self, clause: str) -> Json:
        """A clause; its sentences are numbered through, so that each can be named, and its blocks stand among them."""
        blocks: list[Json] = []
        lines, said = list[str](), 0
        for sentence in [*self.template.clause(self.language, clause), None]:
            if sentence is not None and sentence.when and not self._true[sentence.when]:
                continue
            if sentence is not None and not sentence.says.startswith("@"):
                lines.append(sentence.says.format_map(self.facts))
                continue
            if lines:
                blocks.append({"kind": "lines", "lines": lines, "from": said + 1})
                lines, said = [], said + len(lines)
            if sentence is not None and sentence.says != "@break":
                blocks.append(self._block(sentence.says))
        return {"title": self.say(f"{clause}.title"), "blocks": blocks}

    def _block(self, name: str) -> Json:
        match name:
            case "@parties":
                return self._parties()
            case "@owed":
                return self._owed()
            case "@schedule":
                return self._schedule()
            case "@head":
                return {"kind": "digest", "text": self.terms.record_head}
            case "@key":
                return {"kind": "digest", "text": self.terms.ledger_key}
            case "@signatures":
                return self._signatures()
        raise KeyError(name)

    def _signatures(self) -> Json:
        """Who signs, how, and in which field."""
        lender = self.terms.lender if self.language == "zh" else self.terms.lender_en
        rows = [
            [self.say("label.sign_borrower"), self.terms.borrower.name, self.say("label.sign_by_code"), "borrower"],
            [self.say("label.sign_lender"), lender, self.say("label.sign_by_reviewer"), "lender"],
        ]
        return {"kind": "signatures", "rows": rows}

    def summary(self) -> Json:
        """The six things she asks first; the third field says which are large."""
        plan = self.terms.plan
        waived = self.facts["amount"] if plan.forgiven.total_minor else self.say("sum.nothing")
        rows = [
            [
                self.say("sum.monthly" if plan.level else "sum.monthly_most"),
                self._money(plan.instalment_max_minor),
                True,
            ],
            [self.say("sum.count"), self.say("sum.count_value"), True],
            [self.say("sum.total"), self.facts["total"], True],
            [self.say("sum.first"), self._day(plan.first_due_on), False],
            [self.say("sum.last"), self.facts["last"], False],
            [self.say("sum.waived"), waived, False],
        ]
        return {"rows": rows}

    def _parties(self) -> Json:
        terms, borrower = self.terms, self.terms.borrower
        who = f"{borrower.name}，" if self.language == "zh" else f"{borrower.name}, "
        lender = terms.lender if self.language == "zh" else f"{terms.lender_en} ({terms.lender})"
        rate = {**self.facts, "rate": percent(terms.contract_rate_ppm)}
        contract = self.template.text(self.language, "label.contract_value").format_map(rate)
        rows = [
            [self.say("label.borrower"), who + f"{self.say('label.id_number')} {borrower.id_number_masked}"],
            [self.say("label.phone"), masked_phone(borrower.phone)],
            [self.say("label.lender"), lender],
            [self.say("label.contract"), contract],
            [self.say("label.case"), terms.case_id],
        ]
        return {"kind": "facts", "rows": rows}

    def _owed(self) -> Json:
        """What is owed, what is taken off, what is paid here: part by part, then what accrues, then the sums."""
        terms, forgiven = self.terms, self.terms.plan.forgiven
        rows = []
        for part in PARTS:
            owed_minor, waived_minor = _of(terms.plan.owed, part), _of(forgiven, part)
            amounts = (owed_minor, waived_minor, owed_minor - waived_minor)
            rows.append([self.say(f"table.{part}"), *map(_plain, amounts)])
        new_minor = terms.plan.total_minor - (terms.plan.owed.total_minor - forgiven.total_minor)
        if new_minor:
            rows.append([self.say("table.new_interest"), "", "", _plain(new_minor)])
        sums = (terms.plan.owed.total_minor, forgiven.total_minor, terms.plan.total_minor)
        rows.append([self.say("table.all"), *map(_plain, sums)])
        head = [self.say(f"table.{name}") for name in ("part", "owed", "waived", "left")]
        return self._figures(head, rows, texts=1, widths=[2, 1, 1, 1])

    def _schedule(self) -> Json:
        """Every row of the plan with its parts and the balance it leaves; a part that is nowhere due has no column."""
        rows = self.terms.plan.instalments
        shown = [part for part in PARTS if part == "principal" or any(_of(row, part) for row in rows)]
        names = ["number", "due_on", "amount", *shown, "balance"]
        lines = []
        for number, row in enumerate(rows, start=1):
            amounts = (row.amount_minor, *(_of(row, part) for part in shown), row.balance_minor)
            lines.append([str(number), self._day(row.due_on), *map(_plain, amounts)])
        sums = [self.terms.plan.total_minor, *(sum(_of(row, part) for row in rows) for part in shown)]
        lines.append(["", self.say("table.all"), *map(_plain, sums), ""])
        head = [self.say(f"table.{name}") for name in names]
        return self._figures(head, lines, texts=2, widths=[0, 3, *([2] * (len(names) - 2))])

    def _figures(self, head: list[str], rows: list[list[str]], texts: int, widths: list[int]) -> Json:
        unit = self.say("table.unit" if self.terms.currency == "CNY" else "table.unit_other")
        return {"kind": "figures", "head": head, "rows": rows, "texts": texts, "widths": widths, "unit": unit}

    def _money(self, amount_minor: int) -> str:
        return money(self.language, amount_minor, self.terms.currency)

    def _day(self, on: date) -> str:
        return day(self.language, on)


def _of(row: Instalment | Owed, part: str) -> int:
    amount_minor: int = getattr(row, f"{part}_minor")
    return amount_minor


def _plain(amount_minor: int) -> str:
    """An amount without its currency, for a column that names it."""
    return money("", amount_minor, "").strip()
