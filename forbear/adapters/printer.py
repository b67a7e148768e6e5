"""The Printer port filled with Typst: an agreement as PDF/A-2b with Chinese type, byte-identical for the same terms.

Here are the contents in their order; the words stand in words/<language>/paper.toml, the layout in agreement.typ.
Everything reaches Typst as one JSON document, so that a name or a contract number can never be taken for markup.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import typst

from forbear.adapters import completion_letter
from forbear.adapters.glyphs import FONTS, printable
from forbear.core.agreement import TEMPLATE, Terms
from forbear.core.identity import masked_phone
from forbear.core.loan import Owed
from forbear.core.plan import Instalment
from forbear.core.promise_parts import Completion
from forbear.words import known, say
from forbear.words.format import day, money, percent

PARTS = ("principal", "interest", "penalty", "fees")

Json = dict[str, Any]


class TypstPrinter:
    """Prints from the terms alone: no clock, no system font, no file of the machine it runs on."""

    def agreement(self, terms: Terms, language: str) -> bytes:
        """The agreement as PDF. In Chinese alone, or in English followed by the Chinese text, which prevails."""
        assert terms.template == TEMPLATE, f"the text {terms.template} is not in this house"
        return _printed(_template(), contents(terms, language))

    def completion(self, letter: Completion, language: str) -> bytes:
        """The letter that everything is paid, in both languages, `language` first."""
        return _printed(completion_letter.template(), completion_letter.contents(letter, language))


def _printed(template: bytes, data: Json) -> bytes:
    inputs = {"data": json.dumps(printable(data), ensure_ascii=False, sort_keys=True)}
    printed: bytes = typst.compile(template, font_paths=_fonts(), sys_inputs=inputs, format="pdf", pdf_standards="a-2b")
    _forget()
    return printed


def _forget() -> None:
    """Typst remembers the work of its last ten documents, some 100 MB; eleven empty ones make it let go of it."""
    for _ in range(11):
        typst.compile(b"", font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    """Found once; the machine's own fonts are not looked at."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[resources.files(FONTS)])


@cache
def _template() -> bytes:
    return resources.files("forbear.adapters").joinpath("agreement.typ").read_bytes()


def contents(terms: Terms, language: str) -> Json:
    """All words and figures of the document, in the order they are read."""
    issued = terms.issued_on
    parts = [_part(terms, language, signed=True)]
    if language != "zh":
        parts.append(_part(terms, "zh", signed=False) | {"lead": say("zh", "paper.other_lead")})
    return {
        "title": f"{say(language, 'paper.title')} {terms.contract}/{terms.number}",
        "author": terms.lender if language == "zh" else terms.lender_en,
        "date": [issued.year, issued.month, issued.day],
        "parts": parts,
    }


def _part(terms: Terms, language: str, *, signed: bool) -> Json:
    """The agreement in one language; `signed`: the text that carries the signatures."""
    paper = _Paper(terms, language)
    sections = [*paper.sections(), *([paper.signatures()] if signed else [])]
    return {
        "lang": language,
        "region": "CN" if language == "zh" else "GB",
        "lead": "",
        "title": paper.say("title"),
        "subtitle": paper.say("subtitle"),
        "summary": paper.summary(),
        "promise": paper.say("sum.lead"),
        "sections": sections,
        "foot": paper.say("foot"),
        "page": paper.say("page"),
    }


class _Paper:
    """The sections of the agreement in one language."""

    def __init__(self, terms: Terms, language: str) -> None:
        self.terms = terms
        self.language = language
        self.facts = self._facts()

    def say(self, key: str) -> str:
        return say(self.language, f"paper.{key}", **self.facts)

    def sections(self) -> Iterator[Json]:
        """In the order they are read; clause 3 is named by the clause on breach."""
        terms = self.terms
        replaces = ["replaces"] if terms.replaces is not None else []
        yield self._section("parties", self._parties(), self._lines("parties", more=replaces))
        yield self._section("debt", self._lines("debt", ["lines_1"]), self._owed(), self._lines("debt", ["lines_2"]))
        waiver = None if terms.plan.forgiven.total_minor else ["none"]
        yield self._section("waiver", self._lines("waiver", waiver))
        rate = "rate" if terms.plan.rate_ppm else "no_rate"
        says = ["lines_1", rate, "lines_2", "lines_3", "lines_4"]
        yield self._section("schedule", self._lines("schedule", says), self._schedule())
        later = bool(terms.allocation_late) and terms.allocation_late != terms.allocation
        yield self._section("paying", self._lines("paying", more=["late_order"] if later else []))
        for name in ("early", "late", "breach", "again", "rest", "credit", "limitation", "data", "signature"):
            yield self._section(name, self._lines(name))
        before, after = ["lines_1", "lines_2", "lines_3"], ["lines_4", "lines_5", "lines_6", "lines_7"]
        head: Json = {"kind": "digest", "text": terms.record_head}
        yield self._section("evidence", self._lines("evidence", before), head, self._lines("evidence", after))
        text = {"kind": "lines", "lines": [self.say(key) for key in self._texts()]}
        yield self._section("general", self._lines("general"), text)
        yield self._section("contact", self._lines("contact"))

    def signatures(self) -> Json:
        """Who signs, how, and until when."""
        terms = self.terms
        lender = terms.lender if self.language == "zh" else terms.lender_en
        rows = [
            [self.say("sign.borrower"), terms.borrower.name, self.say("sign.by_code")],
            [self.say("sign.lender"), lender, self.say("sign.by_reviewer")],
        ]
        return self._section("sign", {"kind": "signatures", "rows": rows}, self._lines("sign", ["lapses"]))

    def summary(self) -> Json:
        """The six things she asks first; the third field says which are large."""
        plan = self.terms.plan
        level = len({row.amount_minor for row in plan.instalments[:-1]}) <= 1
        waived = self.facts["amount"] if plan.forgiven.total_minor else self.say("sum.nothing")
        rows = [
            [self.say("sum.monthly" if level else "sum.monthly_most"), self._money(plan.instalment_max_minor), True],
            [self.say("sum.count"), self.say("sum.count_value"), True],
            [self.say("sum.total"), self.facts["total"], True],
            [self.say("sum.first"), self._day(plan.first_due_on), False],
            [self.say("sum.last"), self.facts["last"], False],
            [self.say("sum.waived"), waived, False],
        ]
        return {"rows": rows}

    def _facts(self) -> dict[str, str]:
        """All that a clause may mention."""
        terms, language = self.terms, self.language
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
            "owed_on": day(language, terms.plan.as_of),
            "sign_by": day(language, terms.sign_by_on),
            "last": day(language, terms.plan.ends_on),
            "count": str(len(terms.plan.instalments)),
            "total": self._money(terms.plan.total_minor),
            "amount": self._money(terms.plan.forgiven.total_minor),
            "rate": percent(terms.plan.rate_ppm),
            "cost": percent(terms.plan.annual_cost_ppm),
            "grace": str(terms.grace_days),
            "cure": str(terms.cure_days),
            "tolerance": self._money(terms.tolerance_minor),
            "order": self._order(terms.allocation),
            "late_order": self._order(terms.allocation_late),
            "late_from": str(terms.allocation_late_from_days),
        }

    def _order(self, order: Sequence[str]) -> str:
        """An order of allocation in words; parts it does not name come last."""
        parts = [part for part in dict.fromkeys([*order, "fees", "penalty", "interest", "principal"]) if part in PARTS]
        names = [say(self.language, f"paper.table.{part}").lower() for part in parts]
        return say(self.language, "paper.paying.order_join").join(names)

    def _section(self, name: str, *blocks: Json) -> Json:
        """A clause; its sentences are numbered through, so that each can be named."""
        said = 0
        for block in blocks:
            if block["kind"] == "lines":
                block["from"] = said + 1
                said += len(block["lines"])
        return {"title": self.say(f"{name}.title"), "blocks": list(blocks)}

    def _lines(self, name: str, keys: Sequence[str] | None = None, more: Sequence[str] = ()) -> Json:
        """The clause's sentences: the ones named, or lines_1, lines_2 … as far as the catalogue has them."""
        chosen = list(keys) if keys is not None else list(self._numbered(name))
        return {"kind": "lines", "lines": [self.say(f"{name}.{key}") for key in [*chosen, *more]]}

    def _numbered(self, name: str) -> Iterator[str]:
        number = 1
        while known(self.language, f"paper.{name}.lines_{number}"):
            yield f"lines_{number}"
            number += 1

    def _texts(self) -> list[str]:
        return ["both"] if self.language == "zh" else ["both", "both_first"]

    def _parties(self) -> Json:
        terms, borrower = self.terms, self.terms.borrower
        who = f"{borrower.name}，" if self.language == "zh" else f"{borrower.name}, "
        lender = terms.lender if self.language == "zh" else f"{terms.lender_en} ({terms.lender})"
        rate = {**self.facts, "rate": percent(terms.contract_rate_ppm)}
        rows = [
            [self.say("parties.borrower"), who + f"{self.say('parties.id_number')} {borrower.id_number_masked}"],
            [self.say("parties.phone"), masked_phone(borrower.phone)],
            [self.say("parties.lender"), lender],
            [self.say("parties.contract"), say(self.language, "paper.parties.contract_value", **rate)],
            [self.say("parties.case"), terms.case_id],
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
