"""docs/checklist.md: which papers are asked for, when and why, from the shipped rulebook, and how to change that."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from forbear.adapters.rulebook import load_layers, shipped
from forbear.core.checklist import GOOD_FOR, NEEDS, WHEN, Circumstances, checklist
from forbear.core.money import major
from forbear.core.plan import Cause
from forbear.core.rules import Rulebook
from forbear.web.text import papers_for, why_asked

ON = date(2026, 11, 27)

HEAD = """# The checklist of papers, and her own plan

Written by `make docs` from `forbear/rulebook/*/checklist.toml`. What a case is asked for follows from its cause, what
she asks for, what is owed, whether income comes in and what she spends on. Of each item one paper is enough. `forbear
rules explain papers.when --policy cn --place cause/illness` says what holds and why; `forbear rules check` runs the
examples in the files and names every fault with file, line and column.

## What is asked for in China

| item | asked when | one of | she reads |
|---|---|---|---|
"""

CHANGE = """
**Family violence** needs no proof: `papers.no_proof_causes` names causes whose papers nobody asks for, and no layer
may take violence out or ask for a paper of it. **Health papers** (`papers.health_kinds`) are kept apart under keys of
their own and only briefly; in China no layer may take one out.

**Nothing is asked twice.** Not asked is what the lender's own records hold (`desk.held_papers`: items or what they
are for, such as `identity`), and what a person at the desk accepted or did without, in this case or another one of
hers with this lender, for as many days as `papers.good_for_days` says: DAYS. Papers of an income count only while she
states the same income. The cause's papers are another item when the cause is another one. What was not asked stands
on her page and at the desk, with what holds it.

A person at the desk can do without an item, saying why; she reads the reason. Optional items help, but nothing waits
for them.

## Changing it

Each item is two values, both with the item as their scope; a lower layer replaces one of them, drops the item (`value
= []` of `papers.when`) or adds one. An item's name begins with what it is for (NEEDS) and may go on: `income/large`
stands in for `income` where both are called for. A new kind of paper or reason needs its words in both languages
(`evidence.page.kind.…`, `evidence.page.reason.…` in `forbear/words`), otherwise the rulebook is at fault.

```toml
[[param]]
key = "papers.when"        # asked where one of these rows holds; a must where one of them is not optional
scope = "income/large"
value = [
  ROW
]
unit = "table(causes,requests,owed_from,income,spends,optional,reason)"
# from, to, force, source, status, checked_on as in plan.md

[[param]]
key = "papers.one_of"      # months: how many it covers, 0 for any; sides: 2 where front and back are needed
scope = "income/large"
value = [
  { kind = "payslip", months = 3, sides = 1 },
  { kind = "bank-statement", months = 6, sides = 1 },
]
unit = "table(kind,months,sides)"

[[example]]
on = 2026-03-02
papers = { cause = "income-cut", income = true, owed_minor = 20_000_000, held = ["identity"] }
expect = ["income/large", "cause/income-cut", "own-plan?"]    # in order; ? may be left out
```

## Her own repayment plan

On her page (and at the desk, for a caller) she writes a row a month: what comes in from up to three sources, and what
she pays. The same table goes out and comes in as `.xlsx` or `.csv`: a head row of month, the names of the incomes,
payment; months as 2026-04, 2026年4月, April 2026 or what Excel makes of them (Apr-26, 2026-04-01); amounts as people
write them (4,500.00, 4500元, ４５００). A CSV is written in UTF-8 with a mark and read in UTF-8, UTF-16 and GB18030,
parted by comma, semicolon or tab. A row named 合计 or Total is passed over.

A file is read whole or not at all. Every fault has its row and column and says what would be right: an amount with
two readings, a month twice or out of reach, a column without a name, a formula (it is never run, and its remembered
value never believed), more than 1 MB or 200 rows, a workbook that unpacks to more than 8 MB, an old or locked
workbook. A name that a spreadsheet could run (`=…`, `+…`, `-…`, `@…`) is written behind an apostrophe.

Beside the table stands what she should look at, and nothing is changed: months that cannot bear their payment, a sum
unlike what is owed, an income unlike the one she stated (she sees this once before it goes out). Then it goes to the
solver as what she asks for. Where it is no plan she reads why, and the nearest plan that works can be put into her
table: her payments within what each month can bear and her usual one going on, else at most her largest payment a
month. A person looks at it where she wants one to.
"""


ROW = (
    '  { causes = ["*"], requests = ["*"], owed_from = 20_000_000, income = "some", spends = ["*"], '
    'optional = false, reason = "income-large" },'
)


def checklist_page() -> str:
    """The page."""
    rules = load_layers(shipped(), ["base", "cn"], ON)
    days = ", ".join(f"{row['need']} {row['days']}" for row in rules.rows(GOOD_FOR))
    rest = CHANGE.replace("DAYS", days).replace("NEEDS", ", ".join(NEEDS)).replace("  ROW", ROW)
    return HEAD + "".join(_rows(rules)) + rest


def _rows(rules: Rulebook) -> Iterator[str]:
    """A row an item, each called forth by a case that calls for it."""
    named = [param.scope for param in rules.deciding() if param.key == WHEN and param.value]
    named.sort(key=lambda name: (NEEDS.index(name.partition("/")[0]), name))
    for name in named:
        (row,) = rules.rows(WHEN, name)
        case = Circumstances(
            cause=Cause(row["causes"][0]) if row["causes"][0] != "*" else Cause.ILLNESS,
            requests=() if row["requests"][0] == "*" else tuple(row["requests"]),
            owed_minor=row["owed_from"],
            income=row["income"] != "none",
            spends=() if row["spends"][0] == "*" else tuple(row["spends"]),
        )
        (item,) = [item for item in checklist(case, rules) if item.name == name]
        may = " (optional)" if item.optional else ""
        papers = papers_for(item, "en")
        yield f"| `{name}`{may} | {_when(row)} | {papers} | {why_asked(item, 'en')} |\n"


def _when(row: Mapping[str, Any]) -> str:
    said = []
    if row["causes"][0] != "*":
        said.append("cause " + ", ".join(row["causes"]))
    if row["requests"][0] != "*":
        said.append("asks for " + ", ".join(row["requests"]))
    if row["owed_from"]:
        said.append(f"owes {major(row['owed_from'])} or more")
    if row["income"] != "any":
        said.append("income comes in" if row["income"] == "some" else "no income comes in")
    if row["spends"][0] != "*":
        said.append("spends on " + ", ".join(row["spends"]))
    return "; ".join(said) or "always"
