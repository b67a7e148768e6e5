"""Room 3, evidence: papers come in, a person accepts them, asks again or does without; figures are corrected."""

from hashlib import sha256

from forbear.actions.comparison import shown, unsettled
from forbear.actions.paper_intake import take_in
from forbear.actions.ports import Desk
from forbear.actions.reading import reading_due
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.core import events as e
from forbear.core.budget import Household
from forbear.core.contact import Actor, Auth, Channel, Role, may_work_on_cases
from forbear.core.evidence import FILE_BYTES_MAX, FILES_PER_ITEM_MAX, Item, PaperFacts, PaperState, file_type
from forbear.core.facts import Retention
from forbear.core.file import CaseFile
from forbear.core.health_papers import may_look, may_take
from forbear.core.provenance import HouseholdLine, may_correct
from forbear.core.refusal import Refusal
from forbear.core.statement import check_household
from forbear.words import say


def receive_paper(
    desk: Desk, by: By, case_id: str, *, item: int, name: str, data: bytes, paper: str = ""
) -> Done | Refusal:
    """Keep one file for an item of the checklist, as one more page of `paper` or as a paper of its own.

    Its type is what its bytes show; the same file twice for an item is one page.
    """
    mime = file_type(data[:32])
    if not data:
        return Refusal("evidence.empty", "evidence.refusal.empty", "evidence.way_on.again", where="file")
    if len(data) > FILE_BYTES_MAX:
        return Refusal("evidence.size", "evidence.refusal.size", "evidence.way_on.smaller", where="file")
    if mime is None:
        return Refusal("evidence.type", "evidence.refusal.type", "evidence.way_on.photo", where="file")
    digest = sha256(data).hexdigest()
    wanted = _item(load(desk, case_id), item)
    if wanted is None:
        return _no_item()
    health = wanted.health
    kept: dict[str, str] = {}

    def decide(file: CaseFile) -> Decision:
        if file.case.closed or _item(file, item) is None:
            return _no_item()
        if by.actor.kind is not Role.BORROWER and (refusal := may_work_on_cases(by.actor)):
            return refusal
        if refusal := may_take(wanted, file.case):
            return refusal
        papers = file.papers_of(item)
        if any(known.has(digest) for known in papers):
            return ()
        if sum(len(known.pages) for known in papers) >= FILES_PER_ITEM_MAX:
            return Refusal("evidence.many", "evidence.refusal.many", "evidence.way_on.message", where="file")
        before = next((known for known in papers if known.paper == paper), None)
        if paper and before is None:
            return Refusal("evidence.paper", "evidence.refusal.paper", "evidence.way_on.list", where="paper")
        if "blob" not in kept:
            taken = take_in(desk, case_id, Retention.HEALTH if health else Retention.FINANCE, lambda: [data])
            if isinstance(taken, Refusal):
                return taken
            kept["blob"] = taken.blob
        facts = PaperFacts(name=name[-120:], mime=mime, size=len(data), sha256=digest, blob=kept["blob"], health=health)
        page = len(before.pages) + 1 if before else 1
        came = e.PaperReceived(item=item, paper=paper or desk.ids.new("f"), page=page, facts=facts)
        return [came, *reading_due(desk, case_id, came)]

    return carry_out(desk, by, case_id, {"paper": digest, "item": item, "of": paper}, decide)


def see_paper(desk: Desk, actor: Actor, case_id: str, paper: str) -> Done | Refusal:
    """Somebody at the desk opens a paper: a fact, once a day for each person and paper.

    Health papers open only for those who work on the case. Refusals: `evidence.paper` where there is no such paper (or
    it was erased), `evidence.health`, `desk.role`.
    """
    file = load(desk, case_id)
    found = file.paper(paper)
    if found is None or found.facts is None:
        return Refusal("evidence.paper", "evidence.refusal.no_paper", "evidence.way_on.list", where="paper")
    if actor.auth is not Auth.STAFF:
        return Refusal("desk.role", "contact.refusal.role", "contact.way_on.ask_agent")
    if found.health and (refusal := may_look(actor, file.case)):
        return refusal
    by = By(actor=actor, channel=Channel.WEB, key=f"seen:{actor.id}:{case_id}:{paper}:{desk.clock.today()}")
    return carry_out(desk, by, case_id, {"seen": paper}, lambda _: [e.PaperSeen(paper=paper)])


def accept_paper(desk: Desk, by: By, case_id: str, item: int, reason: str = "") -> Done | Refusal:
    """A person looked at what came for an item and it is enough; what it shows of wages enters the budget with it.

    Where a weighty question stands against it she says why it is enough all the same.
    """

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor) or _there(file, item) or _may_judge(file, item, by):
            return refusal
        if file.case.papers.get(item) is PaperState.ACCEPTED:
            return ()
        if unsettled(file, item) and not reason.strip():
            return Refusal("evidence.questions", "evidence.refusal.questions", "evidence.way_on.why", where="reason")
        accepted = e.PaperAccepted(item=item, reason=reason.strip() or None)
        household = shown(file, item, desk.rulebooks.on(desk.clock.today()))
        if household is None:
            return [accepted]
        return [accepted, e.BudgetCorrected(household=household, reason=say("zh", "evidence.note.wages_shown"))]

    return carry_out(desk, by, case_id, {"accept": item}, decide)


def refuse_paper(desk: Desk, by: By, case_id: str, item: int, reason: str) -> Done | Refusal:
    """Ask again, saying what to do better; she reads the reason."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor) or _there(file, item) or _may_judge(file, item, by):
            return refusal
        if refusal := _reason(reason):
            return refusal
        return [e.PaperRefused(item=item, reason=reason.strip())]

    return carry_out(desk, by, case_id, {"refuse": item, "reason": reason}, decide)


def waive_paper(desk: Desk, by: By, case_id: str, item: int, reason: str) -> Done | Refusal:
    """Do without a paper, saying why."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor) or _reason(reason):
            return refusal
        return _no_item() if _item(file, item) is None else [e.PaperWaived(item=item, reason=reason.strip())]

    return carry_out(desk, by, case_id, {"waive": item, "reason": reason}, decide)


def correct_budget(desk: Desk, by: By, case_id: str, household: Household, reason: str) -> Done | Refusal:
    """Change the household's figures on the strength of a paper or a call; who and why stays with them.

    Only a person may, and says why: this is the one place that makes the fact. A paper a line names has come in.
    """

    def decide(file: CaseFile) -> Decision:
        if refusal := may_correct(by.actor, reason):
            return refusal
        if not file.case.submissions:
            return Refusal("evidence.no_statement", "evidence.refusal.no_statement", "evidence.way_on.statement")
        if refusal := check_household(household, desk.rulebooks.on(desk.clock.today())):
            return refusal
        lines: tuple[HouseholdLine, ...] = (*household.income, *household.outgoings, *household.other_debts)
        if any(line.paper and file.paper(line.paper) is None for line in lines):
            return _no_item()
        return [e.BudgetCorrected(household=household, reason=reason.strip())]

    return carry_out(desk, by, case_id, {"household": household, "reason": reason}, decide)


def _item(file: CaseFile, number: int) -> Item | None:
    return next((item for item in file.items if item.number == number), None)


def _no_item() -> Refusal:
    return Refusal("evidence.item", "evidence.refusal.item", "evidence.way_on.list", where="item")


def _there(file: CaseFile, item: int) -> Refusal | None:
    if _item(file, item) is None or file.case.papers.get(item, PaperState.WANTED) is PaperState.WANTED:
        return _no_item()
    return None


def _may_judge(file: CaseFile, item: int, by: By) -> Refusal | None:
    """Who may not look at a paper does not say whether it is enough."""
    health = any(paper.health for paper in file.papers_of(item))
    return may_look(by.actor, file.case) if health else None


def _reason(reason: str) -> Refusal | None:
    return None if reason.strip() else Refusal("evidence.reason", "evidence.refusal.reason", where="reason")
