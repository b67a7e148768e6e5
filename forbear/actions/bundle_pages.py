"""The pages of a bundle that people read: the timeline, the statement of how to check it, the readme; each on its own,
without script, without anything from elsewhere, good on paper.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from forbear.actions.ports import ZONE, Line, Teller
from forbear.core import bundle as b
from forbear.core.file import CaseFile
from forbear.words import say
from forbear.words.format import moment

CHECKS = (
    *("zip", "bag", "record", "chain", "disclosures", "files"),
    *("seal", "checkpoint", "inclusion", "witnesses", "time", "against"),
)
STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 52rem; padding: 1.5rem 1rem 4rem; background: #fff; color: #1c1c1a;
  font: 16px/1.6 "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.3; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.soft { color: #55554f; } code { font: .85em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .25rem 0; }
dt { color: #55554f; } dd { margin: 0; overflow-wrap: anywhere; }
ol.line { list-style: none; margin: 0; padding: 0; border-left: 2px solid #c9d6cd; }
ol.line > li { padding: .1rem 0 1rem 1rem; break-inside: avoid; }
.when { color: #55554f; font-variant-numeric: tabular-nums; } .what { font-weight: 600; margin: 0; }
blockquote { margin: .35rem 0; padding: .35rem .75rem; background: #f4f5f1; white-space: pre-wrap;
  overflow-wrap: anywhere; }
.hidden { border: 1px solid #b98a1f; background: #fdf6e3; padding: .2rem .5rem; display: inline-block; }
table { border-collapse: collapse; width: 100%; } th code { white-space: nowrap; } .run td:first-child { width: 55%; }
th, td { text-align: left; padding: .3rem .5rem .3rem 0;
  border-bottom: 1px solid #deded8; vertical-align: top; }
a { color: #0d5c3f; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .4rem; } }
@page { size: A4; margin: 14mm; }
@media print { body { max-width: none; padding: 0; font-size: 10.5pt; } a { color: inherit; text-decoration: none; }
  .one { font-size: 8.2pt; line-height: 1.35; } .one h1 { font-size: 13pt; margin: 0; } .one p { margin: .2em 0; }
  .one h2 { font-size: 9pt; margin: .6em 0 .1em; } .one ul { margin: 0; padding-left: 1.3em; }
  .one dl { gap: 0 1em; } .one th, .one td { padding: .05em .5em .05em 0; } }
"""


_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of what follows: with them words are shown in another order than they were written."""


@dataclass(frozen=True, kw_only=True)
class Book:
    """What the pages are made of. `hidden`: by event, why parts of it are not shown; `log`: the log's public key;
    `withheld`, `erased`: how many private parts are not opened, by why.
    """

    case_id: str
    file: CaseFile
    lender: tuple[str, str]
    log: str
    address: str
    files_of: Mapping[int, Sequence[str]]
    hidden: Mapping[int, set[str]]
    withheld: int
    erased: int


def timeline(book: Book, tell: Teller, language: str) -> bytes:
    """Every event as a sentence, oldest first, with its figures, its words and links to its files."""
    rows = "".join(_entry(book, tell(book.file, event, language), event.seq, language) for event in book.file.events)
    title = say(language, "bundle.timeline.title")
    lead = say(language, "bundle.timeline.lead", count=len(book.file.events))
    zone = say(language, "bundle.timeline.zone")
    body = f'<h1>{_seen(title)}</h1><p>{_seen(lead)}</p><p class="soft">{_seen(zone)}</p>'
    return _page(language, title, f'{body}{_about(book, language)}<ol class="line">{rows}</ol>')


def _entry(book: Book, line: Line, seq: int, language: str) -> str:
    event = book.file.events[seq]
    when = moment(language, event.at.astimezone(ZONE))
    who = " · ".join(part for part in (line.who, line.channel) if part)
    parts = [f'<span class="when">{seq} · {_seen(when)} · {_seen(who)}</span>']
    parts.append(f'<p class="what">{_seen(line.sentence)}</p>')
    if line.details:
        parts.append(f"<dl>{''.join(_detail(label, value) for label, value in line.details)}</dl>")
    if line.quote:
        parts.append(f"<blockquote>{_seen(line.quote)}</blockquote>")
    for why in sorted(book.hidden.get(seq, ())):
        parts.append(f'<p class="hidden">{_seen(say(language, f"bundle.hidden.{why}"))}</p>')
    for name in book.files_of.get(seq, ()):
        short = name.removeprefix("data/")
        parts.append(f'<div><a href="{_seen(short)}">{_seen(short)}</a></div>')
    return f'<li id="e{seq}">{"".join(parts)}</li>'


def _detail(label: str, value: str) -> str:
    return f"<dt>{_seen(label)}</dt><dd>{_seen(value)}</dd>"


def verification(book: Book, language: str) -> bytes:
    """One page: what this bundle is, what it proves and what it does not, and how anyone checks it."""
    title = say(language, "bundle.verification.title")
    site = _seen(say(language, "bundle.verification.site", address=f"{book.address}/verify"))
    body = [f"<h1>{_seen(title)}</h1><p>{_seen(say(language, 'bundle.verification.lead'))}</p>{_about(book, language)}"]
    for part in ("proves", "limits", "trust"):
        points = "".join(f"<li>{_seen(say(language, f'bundle.verification.{part}.{n}'))}</li>" for n in ("1", "2", "3"))
        body.append(f"<h2>{_seen(say(language, f'bundle.verification.{part}_title'))}</h2><ul>{points}</ul>")
    body.append(f"<h2>{_seen(say(language, 'bundle.verification.how_title'))}</h2><p>{site}</p>")
    body.append(f'<p>{_seen(say(language, "bundle.verification.how", **TYPED))}</p><table class="run">')
    for name, command in commands(book):
        told = _seen(say(language, f"bundle.verification.run.{name}", **TYPED))
        body.append(f"<tr><td><code>{_seen(command)}</code></td><td>{told}</td></tr>")
    body.append(f"</table><h2>{_seen(say(language, 'bundle.verification.checks_title'))}</h2><table>")
    for name in CHECKS:
        told = _seen(say(language, f"bundle.check.{name}"))
        body.append(f"<tr><th><code>{name}</code></th><td>{told}</td></tr>")
    return _page(language, title, "".join((*body, "</table>")), "one")


TYPED = {"file": "BUNDLE.zip", "key": "KEY", "ok": "OK"}
"""What is typed and what tools answer, the same in every language."""


def commands(book: Book) -> list[tuple[str, str]]:
    """(what for, command) in their order, to be typed beside the file BUNDLE.zip; KEY is the log's public key."""
    sealed = [event.seq for event in book.file.events if event.fact.type == "agreement.sealed"]
    documents = [name for seq in sealed for name in book.files_of.get(seq, ()) if name.endswith(".pdf")]
    return [
        ("open", f"python3 -m zipfile -e BUNDLE.zip . && cd {book.case_id}"),
        ("files", "sha256sum --check --strict manifest-sha256.txt"),
        ("all", "python3 data/verify.py ../BUNDLE.zip --log-key KEY"),
        *(("signatures", f"pdfsig {name}") for name in documents),
        ("time", f"openssl ts -verify -token_in -in {b.TOKEN} -data {b.CHECKPOINT} -CAfile {b.TOKEN_CA}"),
    ]


def _about(book: Book, language: str) -> str:
    file = book.file
    lender = book.lender[0] if language == "zh" else book.lender[1]
    last = file.events[-1] if file.events else None
    pairs = [
        ("lender", lender),
        ("borrower", file.party.name if file.party else "–"),
        ("contract", file.contract or "–"),
        ("case", book.case_id),
        ("events", str(len(file.events))),
        ("last", moment(language, last.at.astimezone(ZONE)) if last else "–"),
        ("head", last.leaf_hash.hex() if last else "–"),
        ("log", book.log),
        ("withheld", str(book.withheld)),
        ("erased", str(book.erased)),
    ]
    return f"<dl>{''.join(_detail(say(language, f'bundle.about.{name}'), value) for name, value in pairs)}</dl>"


FILES = (
    ("timeline.*.html", "timeline"),
    ("messages/ papers/ recordings/ statements/ decisions/ agreement/ payments/", "folders"),
    ("events.jsonl", "events"),
    ("disclosures.jsonl", "disclosures"),
    ("withheld.jsonl", "withheld"),
    ("inclusion.jsonl checkpoint cosignatures trust.json", "proofs"),
    ("checkpoint.tsr", "token"),
    ("verify.py", "verify"),
)
COMMAND = "python3 verify.py BUNDLE.zip --log-key KEY"


def readme(book: Book, language: str) -> bytes:
    """README.txt: what lies where, and how to check it."""
    files = [f"  {names}\n      {say(language, f'bundle.readme.file.{name}')}" for names, name in FILES]
    parts = [
        say(language, "bundle.readme.lead", case=book.case_id),
        say(language, "bundle.readme.open"),
        "\n".join(files),
        f"{say(language, 'bundle.readme.check')}\n  {COMMAND}",
        f"{say(language, 'bundle.readme.key')}\n  {book.log}",
        say(language, "bundle.readme.compare"),
        say(language, "bundle.readme.site", address=f"{book.address}/verify"),
    ]
    return ("\n\n".join(parts) + "\n").encode()


def _seen(text: str) -> str:
    """Words as HTML, with what would turn their order named instead of done."""
    return _TURNING.sub(lambda mark: f"[U+{ord(mark[0]):04X}]", escape(text))


def _page(language: str, title: str, body: str, shape: str = "") -> bytes:
    lang = "zh-Hans" if language == "zh" else "en"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return (
        f'<!doctype html>\n<html lang="{lang}"><head>{head}<style>{STYLE}</style></head>\n'
        f'<body class="{shape}"><main>{body}</main></body></html>\n'
    ).encode()
