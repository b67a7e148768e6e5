"""What a case holds: who she is, what she said, sent, was offered, was told, signed and paid, opened from the record.

The counterpart of forbear/core/case.py: this reads the private groups, and a group that was erased is simply None.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from forbear.core import events as e
from forbear.core.agreement import Lapse, SigningAct, Terms
from forbear.core.budget import Household
from forbear.core.case import Case, after
from forbear.core.checklist import still_shown
from forbear.core.codec import evolved
from forbear.core.contact import Actor, Party, Reach
from forbear.core.conversation import Conversation, Notice, Spoken, conversed
from forbear.core.credit import CreditRecord, credited
from forbear.core.decision import Decided, Proposal
from forbear.core.evidence import Held, Item, PaperFacts
from forbear.core.payments import Payment, Row, position
from forbear.core.plan import Offer
from forbear.core.promise import Promise, promised
from forbear.core.reading import Confirmed, Reading, Remark
from forbear.core.solver import Answer
from forbear.core.statement import Question, Statement
from forbear.core.upload_link import UploadLink


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper that came for an item of the checklist of one submission of the statement, one file a page.

    `pages`: a page's facts are None once erased. `came_by`: the upload link of its first page, "" for any other way.
    `legible` and `reading`: what was read of it, None before and again when a page is added.
    """

    paper: str
    submission: int
    item: int
    at: datetime
    by: Actor
    pages: tuple[PaperFacts | None, ...]
    came_by: str = ""
    changed_at: datetime
    """when its last page came"""
    legible: bool | None = None
    reading: Reading | None = None
    confirmed: Confirmed | None = None

    @property
    def facts(self) -> PaperFacts | None:
        """Its first page."""
        return self.pages[0]

    @property
    def health(self) -> bool:
        """Whether it tells of her health, by what it was sent for or by what was read of it."""
        by_item = any(page is not None and page.health for page in self.pages)
        return by_item or (self.reading is not None and self.reading.health)

    def has(self, sha256: str) -> bool:
        """Whether a page of it is this file."""
        return any(page is not None and page.sha256 == sha256 for page in self.pages)


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """An agreement with its terms; `state`: offered, in-force, lapsed, replaced, taken-back, broken, completed.

    `printed`: the SHA-256 of `document`; `act`: how she signed it, and `signed_seq` where that stands in the record;
    `sealed`: the PDF with both signatures, "" until it is there.
    """

    number: int
    state: str
    document: str
    issued_at: datetime
    signed_at: datetime | None
    terms: Terms | None
    printed: str = ""
    act: SigningAct | None = None
    signed_seq: int = -1
    sealed: str = ""
    sealing: e.AgreementSealed | None = None


@dataclass(frozen=True, kw_only=True)
class Paid:
    payment: str
    at: datetime
    by: Actor
    details: Payment | None
    reversed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """All a case holds, beside its state of work `case` and its whole record `events`.

    `held`: what was not asked for again; `shown`: what people accepted or did without, by item, over all submissions.
    """

    case: Case = field(default_factory=Case)
    events: tuple[e.Recorded, ...] = ()
    party: Party | None = None
    loan_id: str | None = None
    contract: str | None = None
    reach: Reach | None = None
    answers: Mapping[Question, Mapping[str, Any]] = field(default_factory=dict)
    statement: Statement | None = None
    household: Household | None = None
    corrections: tuple[e.Recorded, ...] = ()
    items: tuple[Item, ...] = ()
    held: tuple[Held, ...] = ()
    shown: Mapping[str, Held] = field(default_factory=dict)
    papers: tuple[Paper, ...] = ()
    paper_reasons: Mapping[int, str] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    upload_links: tuple[UploadLink, ...] = ()
    cause: e.CauseConfirmed | None = None
    erased: Mapping[e.Retention, datetime] = field(default_factory=dict)
    offers: Answer | None = None
    requested: Offer | None = None
    requested_words: str = ""
    proposal: Proposal | None = None
    decided: Decided | None = None
    decided_at: datetime | None = None
    agreements: tuple[Agreed, ...] = ()
    payments: tuple[Paid, ...] = ()
    talk: Conversation = field(default_factory=Conversation)
    promise: Promise = field(default_factory=Promise)
    credit: CreditRecord = field(default_factory=CreditRecord)

    @property
    def spoken(self) -> tuple[Spoken, ...]:
        """Everything said either way, and the desk's notes."""
        return self.talk.spoken

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The messages that went out to her by themselves."""
        return self.talk.notices

    @property
    def agreed(self) -> Agreed | None:
        """The agreement in force."""
        return next((a for a in self.agreements if a.number == self.case.in_force), None)

    @property
    def offered(self) -> Agreed | None:
        """The agreement that waits for a signature."""
        return next((a for a in self.agreements if a.number == self.case.offered), None)

    @property
    def last_agreed(self) -> Agreed | None:
        """The agreement in force or the last one that was."""
        signed = [a for a in self.agreements if a.state not in ("offered", "lapsed")]
        return self.agreed or (signed[-1] if signed else None)

    def standing_payments(self, number: int) -> tuple[Payment, ...]:
        """The payments towards an agreement that were not reversed."""
        found = [p.details for p in self.payments if p.details and p.reversed_at is None]
        return tuple(payment for payment in found if payment.agreement == number)

    @property
    def owes_her(self) -> bool:
        """Whether the lender has still to answer what she disputes, or to send money back to her."""
        return bool(self.credit.open_disputes or self.promise.refunds_due)

    def rows(self, agreed: Agreed | None = None) -> tuple[Row, ...]:
        """The schedule of an agreement (the last one by default) with what was paid laid on it; () without terms."""
        chosen = agreed or self.last_agreed
        if chosen is None or chosen.terms is None:
            return ()
        return position(chosen.terms, self.standing_payments(chosen.number))

    def papers_of(self, item: int) -> tuple[Paper, ...]:
        """What came for an item of the checklist as it stands now."""
        return tuple(p for p in self.papers if p.item == item and p.submission == self.case.submissions)

    def paper(self, paper: str) -> Paper | None:
        """A paper by its id."""
        return next((p for p in self.papers if p.paper == paper), None)

    def upload_link(self, link: str) -> UploadLink | None:
        """A link to send papers by its id."""
        return next((found for found in self.upload_links if found.link == link), None)


def open_file(recorded: Iterable[e.Recorded]) -> CaseFile:
    """The file that these events make, in order."""
    file = CaseFile()
    for event in recorded:
        file = with_event(file, event)
    return file


def with_event(file: CaseFile, event: e.Recorded) -> CaseFile:
    """The file after one more event."""
    changes: dict[str, Any] = {}
    for room in (_contact, _statement, _evidence, _decision, _agreement, _payments):
        changes.update(room(file, event))
    common = {"case": after(file.case, event), "events": (*file.events, event), "talk": conversed(file.talk, event)}
    kept = {"promise": promised(file.promise, event), "credit": credited(file.credit, event)}
    return evolved(file, {**common, **kept, **changes})


def _contact(file: CaseFile, event: e.Recorded) -> dict[str, Any]:
    match event.fact:
        case e.CaseOpened(party=party, loan_id=loan_id, contract=contract):
            return {"party": party, "loan_id": loan_id, "contract": contract}
        case e.ReachChosen(reach=reach):
            return {"reach": reach}
        case e.PartyCorrected(party=party) if party is not None:
            return {"party": party}
    return {}


def _statement(file: CaseFile, event: e.Recorded) -> dict[str, Any]:
    match event.fact:
        case e.AnswerGiven(question=question, answer=answer) if answer is not None:
            return {"answers": {**file.answers, question: answer}}
        case e.StatementSubmitted(statement=statement):
            fresh: dict[str, Any] = {
                "items": (),
                "held": (),
                "shown": still_shown(file.shown, file.statement, statement),
                "corrections": (),
                "paper_reasons": {},
                "remarks": (),
                "requested": None,
                "proposal": None,
            }
            return {"statement": statement, "household": statement.household if statement else None, **fresh}
        case e.BudgetCorrected(household=household):
            return {"household": household, "corrections": (*file.corrections, event)}
        case e.PlanRequested(plan=plan, words=words):
            return {"requested": plan, "requested_words": words or "", "proposal": None}
        case e.OffersMade(answer=answer):
            return {"offers": answer}
    return {}


def _evidence(file: CaseFile, event: e.Recorded) -> dict[str, Any]:
    match event.fact:
        case e.PapersAsked(items=items, held=held):
            return {"items": items or (), "held": held or ()}
        case e.PaperReceived():
            return {"papers": _with_page(file, event, event.fact)}
        case e.PaperRead(paper=paper, legible=legible, reading=reading):
            return {"papers": _with(file, paper, legible=legible, reading=reading, confirmed=None)}
        case e.ReadingConfirmed(paper=paper, confirmed=confirmed):
            return {"papers": _with(file, paper, confirmed=confirmed)}
        case e.PapersCompared(remarks=remarks):
            return {"remarks": remarks or ()}
        case e.UploadLinkSent(link=link, items=items, expires_at=expires_at):
            sent = UploadLink(
                link=link,
                items=items,
                submission=file.case.submissions,
                sent_at=event.at,
                expires_at=expires_at,
                by=event.actor,
            )
            return {"upload_links": (*file.upload_links, sent)}
        case e.UploadLinkEnded(link=link, why=why):
            ended = [replace(known, ended=why) if known.link == link else known for known in file.upload_links]
            return {"upload_links": tuple(ended)}
        case e.PaperAccepted(item=item):
            return {"shown": _with_shown(file, event, item)}
        case e.PaperRefused(item=item, reason=reason) | e.PaperWaived(item=item, reason=reason):
            others = {number: text for number, text in file.paper_reasons.items() if number != item}
            settled = isinstance(event.fact, e.PaperWaived)
            shown = _with_shown(file, event, item) if settled else _without_shown(file, item)
            return {"paper_reasons": {**others, item: reason or ""}, "shown": shown}
        case e.CauseConfirmed() as cause:
            return {"cause": cause}
        case e.DataErased(retention_class=retention):
            return {"erased": {**file.erased, retention: event.at}}
    return {}


def _with(file: CaseFile, paper: str, **changes: Any) -> tuple[Paper, ...]:
    return tuple(replace(p, **changes) if p.paper == paper else p for p in file.papers)


def _with_page(file: CaseFile, event: e.Recorded, came: e.PaperReceived) -> tuple[Paper, ...]:
    """The papers with one page more: of a paper that is there, or the first of a new one."""
    known = file.paper(came.paper)
    if known is not None:
        longer = replace(known, pages=(*known.pages, came.facts), changed_at=event.at, legible=None)
        longer = replace(longer, reading=None, confirmed=None)
        return tuple(longer if paper is known else paper for paper in file.papers)
    first = Paper(
        paper=came.paper,
        submission=file.case.submissions,
        item=came.item,
        at=event.at,
        by=event.actor,
        pages=(came.facts,),
        came_by=event.cause if file.upload_link(event.cause) else "",
        changed_at=event.at,
    )
    return (*file.papers, first)


def _with_shown(file: CaseFile, event: e.Recorded, number: int) -> dict[str, Held]:
    """`shown` with an item that a person settled; items of old facts have no name and stay out."""
    found = next((item for item in file.items if item.number == number and item.name), None)
    if found is None:
        return dict(file.shown)
    return {**file.shown, found.name: Held(name=found.name, need=found.need, by="case", on=event.at.date())}


def _without_shown(file: CaseFile, number: int) -> dict[str, Held]:
    gone = {item.name for item in file.items if item.number == number}
    return {name: held for name, held in file.shown.items() if name not in gone}


def _decision(file: CaseFile, event: e.Recorded) -> dict[str, Any]:
    match event.fact:
        case e.DecisionProposed(proposal=proposal) | e.SecondEyesAsked(proposal=proposal):
            return {"proposal": proposal}
        case e.DecisionMade(decided=decided):
            return {"decided": decided, "decided_at": event.at, "proposal": None}
    return {}


def _agreement(file: CaseFile, event: e.Recorded) -> dict[str, Any]:
    match event.fact:
        case e.AgreementIssued(number=number, document=document, terms=terms, printed=printed):
            new = Agreed(
                number=number,
                state="offered",
                document=document,
                issued_at=event.at,
                signed_at=None,
                terms=terms,
                printed=printed or "",
            )
            return {"agreements": (*file.agreements, new)}
        case e.AgreementSigned(number=number, act=act):
            return {"agreements": _each(file, number, signed_at=event.at, act=act, signed_seq=event.seq)}
        case e.AgreementSealed(number=number, document=document):
            return {"agreements": _each(file, number, sealed=document, sealing=event.fact)}
        case e.AgreementCountersigned(number=number):
            return {"agreements": _each(file, number, state="in-force")}
        case e.AgreementLapsed(number=number, why=why):
            state = why.value if why in (Lapse.REPLACED, Lapse.TAKEN_BACK) else "lapsed"
            return {"agreements": _each(file, number, state=state)}
        case e.PlanBroken() if file.case.in_force is not None:
            return {"agreements": _each(file, file.case.in_force, state="broken")}
        case e.PlanCompleted() if file.case.in_force is not None:
            return {"agreements": _each(file, file.case.in_force, state="completed")}
        case e.PlanReopened(number=number):
            return {"agreements": _each(file, number, state="in-force")}
    return {}


def _each(file: CaseFile, number: int, **changes: Any) -> tuple[Agreed, ...]:
    return tuple(replace(a, **changes) if a.number == number else a for a in file.agreements)


def _payments(file: CaseFile, event: e.Recorded) -> dict[str, Any]:
    match event.fact:
        case e.PaymentReceived(payment=payment, details=details):
            paid = Paid(payment=payment, at=event.at, by=event.actor, details=details)
            return {"payments": (*file.payments, paid)}
        case e.PaymentReversed(payment=payment):
            marked = [replace(p, reversed_at=event.at) if p.payment == payment else p for p in file.payments]
            return {"payments": tuple(marked)}
    return {}
