"""Room 3, evidence: what the papers say of each other is found, and what they show of her income enters the budget.

The comparing is done again whenever a paper was read or she corrected what was read. Its questions are for the desk; a
person takes what the papers show into the budget by accepting them, and is the one who did it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from forbear.actions.ports import Desk
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.comparison import ReadPaper, compare, shown_wages, usual_wage, with_wages
from forbear.core.contact import Role
from forbear.core.evidence import PaperState
from forbear.core.file import CaseFile, Paper
from forbear.core.household import Household, Income
from forbear.core.paper import well_formed
from forbear.core.reading import Confirmed, Reading, Remark
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook

VALUE_LONGEST = 200
"""Characters of a value that she can write."""


def compare_papers(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """Hold the papers of the last statement against each other, the statement and other cases; nothing new, no fact."""

    return carry_out(desk, by, case_id, {"compare": case_id}, lambda file: _compared(desk, file))


def confirm_reading(desk: Desk, by: By, case_id: str, paper: str, values: Mapping[str, str]) -> Done | Refusal:
    """She says what stands on a paper that was read: `values` by field name, each in the form of core/paper.py FIELDS.

    What she leaves out stays as read and unconfirmed. Only she can, until the desk has settled the item; the papers
    are compared again with her words in the same step. The same values again are no fact.
    """

    def decide(file: CaseFile) -> Decision:
        if by.actor.kind is not Role.BORROWER:
            return Refusal("evidence.reading_hers", "evidence.refusal.reading_hers", "evidence.way_on.correct")
        found = file.paper(paper)
        if found is None or found.reading is None or not values or found.submission != file.case.submissions:
            return Refusal("evidence.not_read", "evidence.refusal.not_read", "evidence.way_on.list")
        settled = file.case.papers.get(found.item) in (PaperState.ACCEPTED, PaperState.WAIVED)
        if settled or file.case.closed:
            return Refusal("evidence.settled", "evidence.refusal.settled", "evidence.way_on.message")
        reading = found.reading
        if wrong := next((name for name, value in values.items() if not _may_stand(reading, name, value)), None):
            return Refusal("evidence.value", "evidence.refusal.value", "evidence.way_on.value", where=wrong)
        confirmed = Confirmed(values=tuple(sorted(values.items())), health=found.health)
        if confirmed == found.confirmed:
            return ()
        changed = sum(1 for name, value in values.items() if value != reading.value(name))
        hers = [replace(one, confirmed=confirmed) if one.paper == paper else one for one in file.papers]
        said = e.ReadingConfirmed(paper=paper, changed=changed, confirmed=confirmed)
        return [said, *_compared(desk, replace(file, papers=tuple(hers)))]

    return carry_out(desk, by, case_id, {"confirm": paper, "values": dict(values)}, decide)


def _may_stand(reading: Reading, name: str, value: str) -> bool:
    return len(value) <= VALUE_LONGEST and well_formed(reading.kind, name, value)


def _compared(desk: Desk, file: CaseFile) -> Sequence[e.PapersCompared]:
    today = desk.clock.today()
    remarks = compare(_read(desk, file), file.party, file.household, today, desk.rulebooks.on(today))
    return () if remarks == file.remarks else [e.PapersCompared(count=len(remarks), remarks=remarks)]


def unsettled(file: CaseFile, item: int) -> tuple[Remark, ...]:
    """The weighty questions about what came for an item: who accepts it all the same says why."""
    papers = {paper.paper for paper in file.papers_of(item)}
    return tuple(remark for remark in file.remarks if remark.weighty and papers & set(remark.papers))


def shown(file: CaseFile, item: int, rulebook: Rulebook) -> Household | None:
    """The household once an item is accepted beside what was before; None where it shows nothing new of wages."""
    from_item = {paper.paper for paper in file.papers_of(item)}
    accepted = [number for number, state in file.case.papers.items() if state == "accepted"]
    papers = [paper for paper in _present(file) if paper.item == item or paper.item in accepted]
    wages = shown_wages([_plain(paper) for paper in papers], rulebook)
    if file.household is None or not from_item & set(wages.papers):
        return None
    household = with_wages(file.household, wages, rulebook)
    return None if household == file.household else household


def taken(file: CaseFile, item: int, rulebook: Rulebook) -> tuple[Income, Income] | None:
    """Her line of wages as it stands and as accepting an item would make it; None where that changes nothing."""
    household = shown(file, item, rulebook)
    if household is None or file.household is None:
        return None
    lines = zip(file.household.income, household.income, strict=True)
    return next(((before, after) for before, after in lines if before != after), None)


def wages_in(papers: Sequence[Paper], rulebook: Rulebook) -> int:
    """What papers that were read usually show of wages in a month, in minor units; 0 where they show none."""
    return usual_wage(shown_wages([_plain(paper) for paper in papers if paper.reading], rulebook))


def _present(file: CaseFile) -> list[Paper]:
    return [paper for paper in file.papers if paper.submission == file.case.submissions and paper.reading]


def _plain(paper: Paper, likes: tuple[str, ...] = ()) -> ReadPaper:
    assert paper.reading is not None, "only what was read is compared"
    values = dict(paper.confirmed.values) if paper.confirmed else {}
    return ReadPaper(
        paper=paper.paper, reading=paper.reading, values=values, about=dict(paper.reading.about), likes=likes
    )


def _read(desk: Desk, file: CaseFile) -> list[ReadPaper]:
    """The papers of the last statement that were read, each with the other cases that hold the same."""
    found = []
    for paper in _present(file):
        digests = [page.sha256 for page in paper.pages if page]
        looks = [page.look for page in paper.reading.pages if page.look] if paper.reading else []
        likes = desk.marks.elsewhere(file.party.borrower_id, digests, looks) if file.party else ()
        found.append(_plain(paper, likes))
    return found
