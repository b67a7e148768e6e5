"""The papers of a case held against each other and against her statement: questions for the reviewer, no verdict.

`compare` finds what a careful person would ask about; `shown_wages` gives what slips and bank show of her wages month
by month, from which the grade A to D follows (core/income.py). A person takes both into the case; nothing acts here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from unicodedata import combining, normalize

from forbear.core.contact import Party
from forbear.core.dates import month_after, month_of
from forbear.core.household import Evidence, Household, Income
from forbear.core.identity import masked_id
from forbear.core.income import Months, grade, months_apart, observed, usual_minor
from forbear.core.money import PPM
from forbear.core.reading import PaperKind, Reading, Remark, StatementRow
from forbear.core.rules import Rulebook

WAGES = "wages"

EDITORS = (
    "photoshop",
    "gimp",
    "illustrator",
    "pixelmator",
    "coreldraw",
    "affinity",
    "meitu",
    "美图",
    "canva",
    "snapseed",
)
"""Programs that change pictures, as they sign a file. Many people only crop with one: it is asked about, no more."""


FONTS_MOST = 3
"""A printed page is set in one or two families of type, with a third for figures; more are asked about."""


@dataclass(frozen=True, kw_only=True)
class ReadPaper:
    """A paper with what was read of it. `values`: as she confirmed them, by field name; `about`: what the file says of
    itself (producer, fonts, …); `likes`: cases other than this one that hold the same file or picture.
    """

    paper: str
    reading: Reading
    values: Mapping[str, str]
    about: Mapping[str, str]
    likes: tuple[str, ...] = ()

    def value(self, name: str) -> str:
        """What counts: her own word where she gave one, else what was read."""
        return self.values.get(name) or self.reading.value(name)

    def minor(self, name: str) -> int | None:
        """A field that is an amount; None where there is none."""
        text = self.value(name)
        return int(text) if text.removeprefix("-").isdecimal() else None


@dataclass(frozen=True, kw_only=True)
class Wages:
    """What the papers show of wages by the month they were paid in: by the employer's slips and by the bank's credits,
    0 where a month of a statement has none; the papers that show it.
    """

    slips: Months = ()
    credits: Months = ()
    papers: tuple[str, ...] = ()


def compare(
    papers: Sequence[ReadPaper], party: Party | None, household: Household | None, as_of: date, rulebook: Rulebook
) -> tuple[Remark, ...]:
    """Every question these papers raise on `as_of`, in the order a reviewer reads: who, when, how much, how made."""
    found: list[Remark] = []
    for paper in papers:
        found += _person(paper, party)
        found += _dates(paper, as_of, rulebook)
        found += _sums(paper)
        found += _made(paper)
    found += _same(papers)
    found += _wages(papers, household, rulebook)
    return tuple(found)


# ---- who -------------------------------------------------------------------------------------------------------


def _person(paper: ReadPaper, party: Party | None) -> Iterator[Remark]:
    if party is None:
        return
    name = paper.value("holder") or paper.value("name")
    if name and _plain(name) != _plain(party.name):
        other_script = _plain(name).isascii() != _plain(party.name).isascii()
        code = "name-in-other-script" if other_script else "other-name"
        yield _remark(code, paper, weighty=not other_script, shown=name, held=party.name)
    number = paper.value("number") if paper.reading.kind is PaperKind.ID_CARD else ""
    tail = paper.value("id_tail") or number[-4:]
    if (number and masked_id(number) != party.id_number_masked) or (tail and tail != party.id_number_masked[-4:]):
        shown = masked_id(number) if number else tail
        yield _remark("other-number", paper, weighty=True, shown=shown, held=party.id_number_masked)


def _plain(name: str) -> str:
    """A name without spaces, dots, accents and case, its words in order of the alphabet: a passport has them the other
    way round."""
    letters = "".join(c for c in normalize("NFKD", name) if not combining(c))
    return "".join(sorted("".join(c if c.isalnum() else " " for c in letters).casefold().split()))


# ---- when ------------------------------------------------------------------------------------------------------


def _dates(paper: ReadPaper, as_of: date, rulebook: Rulebook) -> Iterator[Remark]:
    ends = paper.value("valid_to") or paper.value("expires_on")
    if ends and ends[:1].isdecimal() and ends < as_of.isoformat():
        yield _remark("expired", paper, weighty=True, on=ends)
    last = _last_month(paper)
    if last > month_of(as_of):
        yield _remark("from-the-future", paper, weighty=True, month=last)
    fresh = rulebook.integer("evidence.fresh_months")
    if last and last < month_after(month_of(as_of), -fresh):
        yield _remark("old", paper, month=last, months=str(fresh))


def _last_month(paper: ReadPaper) -> str:
    """The last month a paper of income tells of; "" where that says nothing."""
    return paper.value("month") or paper.value("period_to")[:7]


# ---- how much --------------------------------------------------------------------------------------------------


def _sums(paper: ReadPaper) -> Iterator[Remark]:
    gross, net, less = paper.minor("gross"), paper.minor("net"), paper.minor("deductions")
    if gross is not None and net is not None and net > gross:
        yield _remark("net-above-gross", paper, net=str(net), gross=str(gross))
    elif gross is not None and net is not None and less is not None and gross - less != net:
        yield _remark("sum-of-slip", paper, gross=str(gross), deductions=str(less), net=str(net))
    broken = min((_broken(rows) for rows in (paper.reading.rows, paper.reading.rows[::-1])), key=len)
    if broken:
        yield _remark("sum-of-statement", paper, on=broken[0].on, rows=str(len(broken)))


def _broken(rows: Sequence[StatementRow]) -> list[StatementRow]:
    """Rows whose balance is not the one before and their amount; a bank prints the oldest first, or the newest."""
    if any(row.balance_minor is None for row in rows):
        return []
    return [
        row for before, row in pairwise(rows) if (before.balance_minor or 0) + row.amount_minor != row.balance_minor
    ]


def _made(paper: ReadPaper) -> Iterator[Remark]:
    """How the file was made, and whether it is known from elsewhere."""
    by = " ".join(paper.about.get(key, "") for key in ("producer", "creator", "software"))
    if any(editor in by.casefold() for editor in EDITORS):
        yield _remark("edited", paper, program=by.strip())
    fonts = max(
        (_families(told) for name, told in paper.about.items() if name.startswith("fonts.")), key=len, default=()
    )
    if len(fonts) > FONTS_MOST:
        yield _remark("fonts", paper, fonts=" ".join(fonts))
    made, modified = _day(paper.about.get("created", "")), _day(paper.about.get("modified", ""))
    if made and modified > made and not paper.about.get("signed"):
        yield _remark("changed-later", paper, made=made, on=modified)
    changed = [name for name, value in paper.values.items() if value != paper.reading.value(name)]
    if changed and paper.reading.by == "machine":
        yield _remark("corrected-by-her", paper, fields=" ".join(sorted(changed)))
    for case in paper.likes:
        yield _remark("known-elsewhere", paper, weighty=True, case=case)


def _families(fonts: str) -> tuple[str, ...]:
    """The families of a page's fonts: SimSun-Bold and SimSun are one."""
    return tuple(sorted({name.replace(",", "-").split("-")[0] for name in fonts.split()}))


def _day(told: str) -> str:
    """The day of a time as files tell it (D:20260301120000+08'00', 2026:03:01 12:00:00), as an ISO day; "" for none."""
    digits = "".join(c for c in told if c.isdecimal() and c.isascii())[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 else ""


def _same(papers: Sequence[ReadPaper]) -> Iterator[Remark]:
    """The same slip, or the same month of one account, sent twice as if it were two."""
    seen: dict[tuple[str, ...], ReadPaper] = {}
    for paper in papers:
        key = _content(paper)
        if key is not None and key in seen and seen[key].paper != paper.paper:
            yield Remark(code="same-content", papers=(seen[key].paper, paper.paper))
        elif key is not None:
            seen[key] = paper


def _content(paper: ReadPaper) -> tuple[str, ...] | None:
    names = {
        PaperKind.PAYSLIP: ("employer", "month", "net"),
        PaperKind.BANK_STATEMENT: ("account_tail", "period_from", "period_to"),
        PaperKind.TAX_CERTIFICATE: ("month_from", "month_to", "income"),
    }.get(paper.reading.kind)
    values = tuple(paper.value(name) for name in names) if names else ()
    return (paper.reading.kind.value, *values) if values and all(values) else None


# ---- wages -----------------------------------------------------------------------------------------------------


def shown_wages(papers: Sequence[ReadPaper], rulebook: Rulebook) -> Wages:
    """What slips and statements show of her wages, by the month of payment.

    The wage of a month is often paid in the next: slips are laid on the month itself or the one after, whichever has
    more of them agree with the bank (as many: the month itself). A month that a statement covers whole and without
    wages counts 0; one it covers in part counts only where wages came in it.
    """
    slips: dict[str, int] = {}
    credits: dict[str, int] = {}
    used: list[str] = []
    for paper in papers:
        if paper.reading.kind is PaperKind.PAYSLIP and paper.value("month") and paper.minor("net") is not None:
            slips[paper.value("month")] = paper.minor("net") or 0
            used.append(paper.paper)
        if paper.reading.kind is PaperKind.BANK_STATEMENT and paper.value("period_to"):
            for month, amount in _credits(paper).items():
                credits[month] = max(amount, credits.get(month, 0))
            used.append(paper.paper)
    paid_in = max((_laid(slips, 0), _laid(slips, 1)), key=lambda laid: _agreeing(laid, credits, rulebook))
    return Wages(slips=paid_in, credits=tuple(sorted(credits.items())), papers=tuple(used))


def _credits(paper: ReadPaper) -> dict[str, int]:
    first, last = paper.value("period_from"), paper.value("period_to")
    found: dict[str, int] = {}
    month = first[:7]
    while month and month <= last[:7]:
        if f"{month}-01" >= first and f"{month_after(month, 1)}-01" <= _day_after(last):
            found[month] = 0
        month = month_after(month, 1)
    for row in paper.reading.rows:
        if row.salary and row.amount_minor > 0:
            found[row.on[:7]] = found.get(row.on[:7], 0) + row.amount_minor
    return found


def _day_after(on: str) -> str:
    return date.fromordinal(date.fromisoformat(on).toordinal() + 1).isoformat()


def _laid(slips: Mapping[str, int], later: int) -> Months:
    return tuple(sorted((month_after(month, later), amount) for month, amount in slips.items()))


def _agreeing(slips: Months, credits: Mapping[str, int], rulebook: Rulebook) -> int:
    both = sum(1 for month, _ in slips if credits.get(month))
    return both - len(months_apart(slips, tuple(credits.items()), rulebook))


def _wages(papers: Sequence[ReadPaper], household: Household | None, rulebook: Rulebook) -> Iterator[Remark]:
    wages = shown_wages(papers, rulebook)
    slip, credit = dict(wages.slips), dict(wages.credits)
    for month in months_apart(wages.slips, wages.credits, rulebook):
        values = (("month", month), ("net", str(slip[month])), ("credit", str(credit[month])))
        yield Remark(code="slip-and-bank", papers=wages.papers, values=values, weighty=True)
    none = [month for month, amount in wages.credits if not amount and month not in slip]
    if none:
        yield Remark(code="months-without", papers=wages.papers, values=(("months", " ".join(none)),))
    shown = usual_wage(wages)
    if household is None or not shown:
        return
    stated = _line(household, wages)
    if stated is None:
        yield Remark(code="not-stated", papers=wages.papers, values=(("shown", str(shown)),))
        return
    said, apart_ppm = stated.monthly_minor or 0, rulebook.integer("budget.evidence_apart")
    if abs(said - shown) * PPM > apart_ppm * max(said, shown):
        code = "stated-above-shown" if said > shown else "shown-above-stated"
        yield Remark(code=code, papers=wages.papers, values=(("stated", str(said)), ("shown", str(shown))))


def usual_wage(wages: Wages) -> int:
    """What a month with wages usually shows, in minor units; 0 where there is none."""
    paid = [amount for _, amount in observed(wages.slips, wages.credits) if amount]
    return usual_minor(paid, "min-mean-median") if paid else 0


def _line(household: Household, wages: Wages) -> Income | None:
    """The stated line these wages belong to: where a household has several, the one nearest to what is shown."""
    lines = [item for item in household.income if item.source == WAGES and item.monthly_minor is not None]
    return min(lines, key=lambda line: abs((line.monthly_minor or 0) - usual_wage(wages)), default=None)


def with_wages(household: Household, wages: Wages, rulebook: Rulebook) -> Household:
    """The household with what the papers show on its line of wages: months, grade and paper; its stated amount stays.

    For a person to take over (a fact `BudgetCorrected` with her reason); unchanged where nothing is shown or stated.
    Too few months to judge by (fewer than grade B takes) never lower a grade: who accepts them found them enough.
    """
    line = _line(household, wages)
    if line is None or not (wages.slips or wages.credits):
        return household
    slips, credits = tuple(wages.slips), tuple(wages.credits)
    evidence = grade(slips, credits, rulebook)
    if len(observed(slips, credits)) < rulebook.integer("budget.observed_months", Evidence.B.value):
        evidence = min(evidence, line.evidence)
    shown = replace(line, slips=slips, credits=credits, evidence=evidence, paper=wages.papers[0])
    return replace(household, income=tuple(shown if item is line else item for item in household.income))


def doubted(reading: Reading) -> tuple[StatementRow, ...]:
    """The rows of a statement whose balance does not follow from the row before, whichever way it is printed."""
    oldest_first, newest_first = _broken(reading.rows), _broken(reading.rows[::-1])
    return tuple(oldest_first if len(oldest_first) <= len(newest_first) else newest_first)


def _remark(code: str, paper: ReadPaper, weighty: bool = False, **values: str) -> Remark:
    return Remark(code=code, papers=(paper.paper,), values=tuple(values.items()), weighty=weighty)
