"""Room 3, evidence: what the papers say of each other is found, and what they show of her income enters the budget.

The comparing is done again whenever a paper was read or she corrected what was read. Its questions are for the desk; a
person takes what the papers show into the budget by accepting them, and is the one who did it.
"""

from collections.abc import Sequence

from forbear.actions.ports import Desk
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.comparison import ReadPaper, compare, shown_wages, with_wages
from forbear.core.file import CaseFile, Paper
from forbear.core.reading import Remark
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook
from forbear.words import say


def compare_papers(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """Hold the papers of the last statement against each other, the statement and other cases; nothing new, no fact."""

    def decide(file: CaseFile) -> Decision:
        today = desk.clock.today()
        remarks = compare(_read(desk, file), file.party, file.household, today, desk.rulebooks.on(today))
        return () if remarks == file.remarks else [e.PapersCompared(count=len(remarks), remarks=remarks)]

    return carry_out(desk, by, case_id, {"compare": case_id}, decide)


def unsettled(file: CaseFile, item: int) -> tuple[Remark, ...]:
    """The weighty questions about what came for an item: who accepts it all the same says why."""
    papers = {paper.paper for paper in file.papers_of(item)}
    return tuple(remark for remark in file.remarks if remark.weighty and papers & set(remark.papers))


def shown(file: CaseFile, item: int, rulebook: Rulebook) -> Sequence[e.Fact]:
    """What accepting an item brings into the budget beside what was accepted before; () where it shows no wages."""
    from_item = {paper.paper for paper in file.papers_of(item)}
    accepted = [number for number, state in file.case.papers.items() if state == "accepted"]
    papers = [paper for paper in _present(file) if paper.item == item or paper.item in accepted]
    wages = shown_wages([_plain(paper) for paper in papers], rulebook)
    if file.household is None or not from_item & set(wages.papers):
        return ()
    household = with_wages(file.household, wages, rulebook)
    if household == file.household:
        return ()
    return [e.BudgetCorrected(household=household, reason=say("zh", "evidence.note.wages_shown"))]


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
