"""An explanation as one HTML page that stands alone: for a letter, a mail or an auditor's file, without the site.

It says what the terminal and the sites say, section by section (actions/told.py), and asks no other file for anything.
"""

from collections.abc import Iterable, Iterator
from html import escape

from forbear.actions.sections import Item, Section, Table, currency_of, reason, sentence
from forbear.actions.told import offer_told, refusal_told, told
from forbear.core.explained import Explanation
from forbear.words import say

_STYLE = (
    "body{font:17px/1.6 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem;color:#1d2a33;background:#fff}"
    "h1{font-size:1.5rem}h2{font-size:1.3rem;border-top:2px solid #d5dde2;padding-top:1.2rem;margin-top:2rem}"
    "h3{font-size:1.05rem;margin:1.4rem 0 .3rem}p{margin:.3rem 0}ul{padding-left:1.2rem;margin:.3rem 0}"
    "dl{display:grid;grid-template-columns:minmax(9rem,auto) 1fr;gap:.2rem 1rem;margin:.5rem 0}dd{margin:0}"
    "dt,.note{color:#44535d}.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}"
    "th,td{padding:.25rem .6rem;border-bottom:1px solid #d5dde2;text-align:left;vertical-align:top}"
    ".n{text-align:right;white-space:nowrap}caption{text-align:left;color:#44535d}"
    ".flag{background:#fff3d6;padding:0 .35rem}summary{cursor:pointer;padding:.4rem 0}"
)


def explanation_page(explanation: Explanation, language: str) -> str:
    """The whole page: first each plan or no, then what holds for all of them."""
    title = escape(say(language, "explanation.page.all"))
    currency = currency_of(explanation)
    body: list[str] = []
    for shown in explanation.offers:
        body.append(f"<h2>{escape(say(language, f'plan.name.{shown.offer.name}'))}</h2>")
        said = [*shown.offer.why, *([shown.offer.counterfactual] if shown.offer.counterfactual else [])]
        body += [f"<p>{escape(sentence(language, why, currency))}</p>" for why in said]
        body += _sections(offer_told(explanation, shown, language), "h3")
    for refused in explanation.refusals:
        body.append(f"<h2>{escape(reason(language, refused, currency))}</h2>")
        body += _sections(refusal_told(explanation, refused, language), "h3")
    body += _sections(told(explanation, language, plans=False), "h2")
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    lang = {"zh": "zh-CN", "en": "en"}[language]
    return (
        f'<!doctype html>\n<html lang="{lang}"><head>{head}<title>{title}</title><style>{_STYLE}</style></head>\n'
        f"<body><main><h1>{title}</h1>\n" + "\n".join(body) + "\n</main></body></html>"
    )


def _sections(sections: Iterable[Section], level: str) -> Iterator[str]:
    for section in sections:
        inner = "".join(_inside(section))
        if section.folded:
            yield f"<details><summary>{escape(section.title)}</summary>{inner}</details>"
        else:
            yield f"<section><{level}>{escape(section.title)}</{level}>{inner}</section>"


def _inside(section: Section) -> Iterator[str]:
    yield from (f"<p>{escape(line)}</p>" for line in section.lines)
    if section.figures:
        pairs = (f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in section.figures)
        yield f"<dl>{''.join(pairs)}</dl>"
    if section.items:
        yield f"<ul>{''.join(map(_item, section.items))}</ul>"
    if section.table:
        yield _table(section.table)
    yield from (f'<p class="note">{escape(note)}</p>' for note in section.notes)


def _item(item: Item) -> str:
    flags = "".join(f' <span class="flag">{escape(flag)}</span>' for flag in item.flags)
    lines = "".join(f"<p>{escape(line)}</p>" for line in item.lines)
    return f"<li>{escape(item.title)}{flags}{lines}</li>"


def _table(table: Table) -> str:
    def cells(row: Iterable[str], tag: str) -> str:
        found = []
        for place, text in enumerate(row):
            number = ' class="n"' if place in table.numbers else ""
            scope = ' scope="col"' if tag == "th" else ""
            found.append(f"<{tag}{scope}{number}>{escape(text)}</{tag}>")
        return f"<tr>{''.join(found)}</tr>"

    rows = "".join(cells(row, "td") for row in table.rows)
    head = cells(table.head, "th")
    return (
        f'<div class="wide" tabindex="0"><table><caption>{escape(table.caption)}</caption>'
        f"<thead>{head}</thead><tbody>{rows}</tbody></table></div>"
    )
