"""The sheets at the end of an agreement on which guarantors and co-borrowers may consent to it, a page for each.

Nobody but borrower and lender is bound by the agreement (民法典 art. 695 for guarantors); whoever signs his sheet by
hand is. It tells debt and payments, and never why the borrower asked (PIPL arts 6 and 23).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from forbear.adapters.templates import Template
from forbear.core.agreement import Terms

LINES = {
    "guarantor": ("read", "agree_guarantor", "period_guarantor", "free", "ask", "data"),
    "co_borrower": ("read", "agree_co_borrower", "free", "ask", "data"),
}
"""The sentences of a sheet, in order, by what its signer is to the loan."""
LABELS = tuple(
    f"sheet.{name}"
    for name in (
        *("guarantor", "co_borrower", "title_guarantor", "title_co_borrower", "subtitle", "borrower", "lender"),
        *("agreement", "agreement_value", "owed", "waived", "signature", "signed_on"),
        *dict.fromkeys(line for lines in LINES.values() for line in lines),
    )
)


def others(terms: Terms) -> Iterator[tuple[str, str]]:
    """(name, guarantor or co_borrower) of everybody else who answers for the loan."""
    yield from ((name, "guarantor") for name in terms.guarantors)
    yield from ((name, "co_borrower") for name in terms.co_borrowers)


def consent_sheets(template: Template, terms: Terms, figures: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """What stands on each sheet, in every language of the document. `figures`: language → what may be mentioned."""
    found = []
    for name, role in others(terms):
        texts = [_text(template, terms, language, facts, name, role) for language, facts in figures.items()]
        signing = [
            " / ".join(template.text(language, f"sheet.{key}") for language in figures)
            for key in ("signature", "signed_on")
        ]
        found.append({"name": name, "texts": texts, "signing": signing})
    return found


def _text(
    template: Template, terms: Terms, language: str, facts: Mapping[str, str], name: str, role: str
) -> dict[str, Any]:
    def say(key: str) -> str:
        return template.text(language, f"sheet.{key}").format_map(facts)

    waived = facts["amount"] if terms.plan.forgiven.total_minor else template.text(language, "sum.nothing")
    who = say(role)
    return {
        "lang": language,
        "region": "CN" if language == "zh" else "GB",
        "title": say(f"title_{role}"),
        "subtitle": say("subtitle"),
        "rows": [
            [who[:1].upper() + who[1:], name],
            [say("borrower"), terms.borrower.name],
            [say("lender"), terms.lender if language == "zh" else f"{terms.lender_en} ({terms.lender})"],
            [say("agreement"), say("agreement_value")],
            [say("owed"), facts["debt"]],
            [say("waived"), waived],
        ],
        "lines": [say(key) for key in LINES[role]],
    }
