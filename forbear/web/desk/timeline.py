"""The case as one timeline: every fact of its record as a sentence, with its figures, its words and who it came from.

The sentences stand in words/<language>/timeline.toml under the fact's type; a fact without one is a fault of the build.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from forbear.actions.ports import ZONE
from forbear.core import events as e
from forbear.core.contact import Channel, Role
from forbear.core.file import CaseFile
from forbear.core.plan import Offer
from forbear.web.desk.answers import answer_lines, household_changes
from forbear.web.desk.timeline_contact import contact
from forbear.web.desk.timeline_leaving import leaving
from forbear.web.desk.timeline_parts import Told, erased, pairs
from forbear.web.desk.timeline_promise import OF_THE_PROMISE, fallback_figures, promise
from forbear.web.templatetags.desk import moment, term_in
from forbear.words import say
from forbear.words.format import day, money

FILTERS = ("main", "said", "sent", "received", "decided", "money", "everything")

_GROUPS = {
    "said": (
        "message.",
        "person.",
        "note.",
        "answer.",
        "statement.",
        "decision.appealed",
        "renegotiation.",
        "reach.",
        "reading.",
        "chat.",
        "call.",
    ),
    "sent": ("notice.", "more.", "papers.asked", "upload_link.", "contact.", "channel.", "credit.", "completion."),
    "received": (
        *("paper.received", "statement.submitted", "payment.received", "agreement.signed", "plan.requested"),
        "breach.explained",
    ),
    "decided": (
        *("case.", "paper.accepted", "paper.refused", "paper.waived", "budget.", "decision.", "proposal."),
        *("cause.", "consent.", "data.", "hold.", "erasure.", "party."),
        *("second_eyes.", "counter.", "agreement.", "plan.broken", "plan.completed", "enforcement."),
        *("breach.", "plan.suspended", "plan.resumed", "credit.answered", "credit.statement_judged"),
    ),
    "money": (
        *("payment.", "instalment.", "default.", "cure_period.", "plan.broken", "plan.completed", "agreement."),
        *("plan.reopened", "overpayment.", "refund.", "measure.", "completion."),
    ),
}
_MINOR = frozenset(
    {
        *("notice.sent", "notice.delivered", "message.delivered", "call.begun"),
        *("answer.given", "identity.proved", "offers.made"),
    }
)
"""Told only when everything is asked for: another entry says the same in fewer lines."""

_BY_ITSELF = ("notice.", "channel.", "enforcement.", "papers.", "offers.made", "overpayment.", "measure.")
"""What follows from somebody's act without being it: told as the desk's own doing."""


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `details`: (label, value) pairs; `quote`: words as they were said."""

    seq: int
    at: datetime
    new_day: bool
    who: str
    role: str
    channel: str
    mark: str
    sentence: str
    details: tuple[tuple[str, str], ...]
    quote: str
    quiet: bool


def timeline(file: CaseFile, language: str, show: str = "main", most: int | None = None) -> tuple[Entry, ...]:
    """The entries of a filter, newest first; `most`: so many of them at most."""
    entries: list[Entry] = []
    last_on: date | None = None
    for event in islice(_of_filter(file, show), most):
        on = event.at.astimezone(ZONE).date()
        entries.append(entry(file, event, language, new_day=on != last_on))
        last_on = on
    return tuple(entries)


def entries_of(file: CaseFile, show: str) -> int:
    """How many entries a filter has."""
    return sum(1 for _ in _of_filter(file, show))


def _of_filter(file: CaseFile, show: str) -> Iterator[e.Recorded]:
    return (event for event in reversed(file.events) if shown_in(show, event.fact.type))


def shown_in(show: str, kind: str) -> bool:
    """Whether a filter shows a type of fact."""
    if show == "everything":
        return True
    if show == "main":
        return kind not in _MINOR
    return kind.startswith(_GROUPS[show]) and kind not in _MINOR - {"answer.given"}


def entry(file: CaseFile, event: e.Recorded, language: str, *, new_day: bool = False) -> Entry:
    """One fact as a line."""
    fact = event.fact
    facts, details, quote = _told(file, event, language)
    return Entry(
        seq=event.seq,
        at=event.at,
        new_day=new_day,
        who=who(file, event, language),
        role=(Role.SYSTEM if fact.type.startswith(_BY_ITSELF) else event.actor.kind).value,
        channel=""
        if event.channel is Channel.SYSTEM or fact.type.startswith(_BY_ITSELF)
        else term_in(language, f"desk.channel.{event.channel.value}"),
        mark=fact.type.partition(".")[0],
        sentence=say(language, _sentence(fact), **facts),
        details=tuple(details),
        quote=quote,
        quiet=(fact.type in e.QUIET and not quote) or fact.type.startswith("notice."),
    )


def _sentence(fact: e.Fact) -> str:
    """The words of a fact; what she agreed to tells two of them apart."""
    if isinstance(fact, e.ConsentGiven | e.ConsentWithdrawn) and fact.to is e.Consent.LANGUAGE_MODEL:
        return "bot.timeline.given" if isinstance(fact, e.ConsentGiven) else "bot.timeline.withdrawn"
    return sentence_key(fact.type)


def sentence_key(kind: str) -> str:
    """Where the sentence of a type of fact stands."""
    return f"promise.timeline.{kind}" if kind in OF_THE_PROMISE else f"timeline.{kind}"


def who(file: CaseFile, event: e.Recorded, language: str) -> str:
    """Who did it: the borrower by name, staff by theirs, the desk itself, the lender's system."""
    kind = event.actor.kind
    if event.fact.type.startswith(_BY_ITSELF):
        return term_in(language, f"desk.role.{Role.SYSTEM}")
    if kind is Role.BORROWER:
        return file.party.name if file.party else term_in(language, f"desk.role.{kind.value}")
    role = term_in(language, f"desk.role.{kind.value}")
    return f"{role} {event.actor.id}" if event.actor.id else role


def _told(file: CaseFile, event: e.Recorded, language: str) -> Told:
    """The parameters of the sentence, the figures under it and the words quoted."""
    for room in (contact, _statement, _evidence, _plan, _decision, _agreement, _payments, promise, leaving):
        told = room(file, event, language)
        if told is not None:
            return told
    return {}, [], ""


def _statement(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.AnswerGiven(question=question, answer=answer):
            facts: dict[str, object] = {"question": term_in(language, f"statement.page.question.{question.value}")}
            lines = answer_lines(question, answer, language) if answer is not None else [("", erased(language))]
            return facts, lines, ""
        case e.StatementSubmitted(statement=statement):
            if statement is None:
                return {"cause": erased(language)}, [], ""
            home = statement.household
            figures = pairs(
                language,
                income=_sum(language, home.income),
                outgoings=_sum(language, home.outgoings),
                other_debts=_sum(language, home.other_debts),
            )
            return (
                {"cause": term_in(language, f"statement.page.cause.option.{statement.cause.value}")},
                list(figures),
                statement.story,
            )
        case e.EnforcementStayed(until_on=until_on):
            return {"until": day(language, until_on)}, [], ""
        case e.RenegotiationAsked(words=words):
            return {}, [], words or ""
    return None


def _evidence(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.PapersAsked(count=count, by_on=by_on, items=items):
            needs = [("", term_in(language, f"desk.need.{item.need}")) for item in items or ()]
            return {"count": count, "by": day(language, by_on)}, needs, ""
        case e.PaperReceived(item=item, page=page, facts=facts):
            size = f"{max(1, round(facts.size / 1024)):,} KB" if facts else None
            of = str(page) if page > 1 else None
            named = pairs(language, file=facts.name if facts else erased(language), page=of, size=size)
            return {"item": _item(file, item, language)}, list(named), ""
        case e.PaperRead(legible=legible):
            return {"result": term_in(language, f"desk.read.{'legible' if legible else 'illegible'}")}, [], ""
        case e.PaperSeen(paper=paper):
            name = pairs(language, file=_file_name(file, paper, language))
            return {"item": _item_of(file, paper, language)}, list(name), ""
        case e.ReadingConfirmed(paper=paper, changed=changed):
            result = term_in(language, f"desk.confirmed.{'changed' if changed else 'as_read'}")
            return {"item": _item_of(file, paper, language), "result": result}, [], ""
        case e.PapersCompared(count=count):
            return {"count": count}, [], ""
        case e.PaperAccepted(item=item, reason=reason):
            return {"item": _item(file, item, language)}, [], reason or ""
        case e.PaperRefused(item=item, reason=reason) | e.PaperWaived(item=item, reason=reason):
            return {"item": _item(file, item, language)}, [], reason or erased(language)
        case e.UploadLinkSent(items=items, expires_at=expires_at):
            needs = term_in(language, "evidence.page.list.or").join(_item(file, item, language) for item in items)
            return {"items": needs, "until": moment(expires_at)}, [], ""
        case e.UploadLinkEnded(why=why):
            return {"why": term_in(language, f"desk.link_state.{why}")}, [], ""
        case e.CauseConfirmed(shown=shown, until_on=until_on):
            yes = term_in(language, f"desk.yes_no.{'yes' if shown else 'no'}")
            return {"shown": yes}, list(pairs(language, until=day(language, until_on) if until_on else None)), ""
        case e.BudgetCorrected(household=household, reason=reason):
            before = _household_before(file, event.seq)
            changes = household_changes(before, household, language) if household and before else []
            return {}, changes, reason or erased(language)
    return None


def _plan(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.OffersMade(as_of=as_of, count=count, answer=answer):
            lines = (
                [(_offer_name(language, offer.name), _offer_line(language, offer)) for offer in answer.offers]
                if (answer)
                else []
            )
            return {"on": day(language, as_of), "count": count}, lines, ""
        case e.PlanRequested(offer=offer, answer_by_on=by_on, plan=plan, words=words):
            facts: dict[str, object] = {"offer": _offer_name(language, offer), "by": day(language, by_on)}
            return facts, offer_figures(language, plan), words or ""
    return None


def _decision(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.CaseAccepted(decide_by_on=by_on):
            return {"by": day(language, by_on)}, [], ""
        case e.MoreAsked(by_on=by_on, words=words):
            return {"by": day(language, by_on)}, [], words or erased(language)
        case e.DecisionProposed(outcome=outcome, proposal=proposal):
            facts: dict[str, object] = {"outcome": term_in(language, f"desk.outcome.{outcome.value}")}
            return facts, _proposed(language, proposal), proposal.words if proposal else erased(language)
        case e.ProposalReturned(reason=reason):
            return {}, [], reason or erased(language)
        case e.SecondEyesAsked(outcome=outcome, rule=rule, proposal=proposal):
            named = {
                "outcome": term_in(language, f"desk.outcome.{outcome.value}"),
                "rule": term_in(language, f"desk.authority.{rule.rpartition('.')[2]}"),
            }
            return named, _proposed(language, proposal), ""
        case e.DecisionMade(outcome=outcome, appeal_by_on=by_on, decided=decided):
            made: dict[str, object] = {
                "outcome": term_in(language, f"desk.outcome.{outcome.value}"),
                "by": day(language, by_on),
            }
            return made, _decided(language, decided), decided.words if decided else erased(language)
        case e.CounterAnswered(accepted=accepted):
            return {"answer": term_in(language, f"desk.answered.{'accepted' if accepted else 'declined'}")}, [], ""
        case e.DecisionAppealed(decide_by_on=by_on, words=words):
            return {"by": day(language, by_on)}, [], words or erased(language)
    return None


def _agreement(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.AgreementIssued(number=number, due_on=due_on, sign_by_on=by_on, terms=terms):
            facts: dict[str, object] = {"number": number, "count": len(due_on), "by": day(language, by_on)}
            return facts, plan_figures(language, terms.plan) if terms else [], ""
        case e.AgreementSigned(number=number, act=act):
            if act is None:
                return {"number": number}, [], ""
            shown = pairs(
                language, phone=act.phone_masked, signed_at=moment(act.signed_at), document=act.document_sha256[:16]
            )
            return {"number": number}, list(shown), ""
        case e.AgreementCountersigned(number=number):
            return {"number": number}, [], ""
        case e.AgreementSealed(number=number, level=level, seal=seal):
            digest = pairs(language, document=seal.sha256[:16]) if seal else ()
            return {"number": number, "level": level.value}, list(digest), ""
        case e.AgreementLapsed(number=number, why=why, words=words):
            return {"number": number, "why": term_in(language, f"desk.lapse.{why.value}")}, [], words or ""
    return None


def _payments(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.PaymentReceived(settled=settled, details=details):
            named = ", ".join(map(str, settled))
            if details is None:
                return {"amount": erased(language)}, list(pairs(language, settled=named)), ""
            figures = pairs(
                language,
                paid_on=day(language, details.paid_on),
                reference=details.reference,
                settled=named,
                over=money(language, details.over_minor) if details.over_minor else None,
                spared=money(language, details.spared_minor) if details.spared_minor else None,
            )
            return {"amount": money(language, details.amount_minor)}, list(figures), ""
        case e.PaymentReversed(payment=payment, reason=reason):
            paid = next((p.details for p in file.payments if p.payment == payment and p.details), None)
            amount = money(language, paid.amount_minor) if paid else erased(language)
            return {"amount": amount}, [], reason or erased(language)
        case e.InstalmentLate(instalment=number):
            return {"number": number}, [], ""
        case e.DefaultNoticed(cure_by_on=by_on):
            return {"by": day(language, by_on)}, [], ""
        case e.PlanBroken(why=why, reason=reason, fallback=fallback):
            figures = fallback_figures(language, fallback) if fallback else []
            return {"why": term_in(language, f"desk.broken.{why.value}")}, figures, reason or erased(language)
        case e.PlanCompleted(early=early):
            return {"how": term_in(language, f"desk.completed.{'early' if early else 'in_time'}")}, [], ""
    return None


# ---- figures ---------------------------------------------------------------------------------------------------


def offer_figures(language: str, offer: Offer | None) -> list[tuple[str, str]]:
    """The figures of an offer; none when there is no plan."""
    return plan_figures(language, offer.plan) if offer else []


def plan_figures(language: str, plan: Any) -> list[tuple[str, str]]:
    """Largest instalment, number, first and last day, total, forgiven."""
    return list(
        pairs(
            language,
            instalment_max=money(language, plan.instalment_max_minor),
            instalments=str(len(plan.instalments)),
            first_due_on=day(language, plan.first_due_on),
            ends_on=day(language, plan.ends_on),
            total=money(language, plan.total_minor),
            forgiven=money(language, plan.forgiven.total_minor),
        )
    )


def _proposed(language: str, proposal: Any) -> list[tuple[str, str]]:
    if proposal is None:
        return []
    reasons = [("", term_in(language, f"decision.reason.{reason}")) for reason in proposal.reasons]
    others = pairs(language, would_change=proposal.would_change or None, note=proposal.note or None)
    return [*offer_figures(language, proposal.plan), *reasons, *others]


def _decided(language: str, decided: Any) -> list[tuple[str, str]]:
    if decided is None:
        return []
    figures = pairs(
        language,
        owed=money(language, decided.owed.total_minor),
        income=money(language, decided.income_minor),
        outgoings=money(language, decided.outgoings_minor),
        affordable=money(language, decided.affordable_minor),
        second=decided.second or None,
        would_change=decided.would_change or None,
    )
    reasons = [("", term_in(language, f"decision.reason.{reason}")) for reason in decided.reasons]
    return [*figures, *offer_figures(language, decided.plan), *reasons]


def _sum(language: str, lines: Any) -> str:
    """What comes or goes every month; single months stand in the statement itself."""
    return money(language, sum(line.monthly_minor or 0 for line in lines))


def _offer_name(language: str, name: str) -> str:
    return term_in(language, f"desk.offer.{name}")


def _offer_line(language: str, offer: Offer) -> str:
    plan = offer.plan
    return say(
        language,
        "desk.plan.line",
        instalment=money(language, plan.instalment_max_minor),
        count=len(plan.instalments),
        total=money(language, plan.total_minor),
    )


def _item(file: CaseFile, number: int, language: str) -> str:
    need = next((item.need for item in file.items if item.number == number), "")
    return term_in(language, f"desk.need.{need}") if need else str(number)


def _item_of(file: CaseFile, paper: str, language: str) -> str:
    found = file.paper(paper)
    return _item(file, found.item, language) if found else erased(language)


def _file_name(file: CaseFile, paper: str, language: str) -> str:
    found = file.paper(paper)
    return found.facts.name if found and found.facts else erased(language)


def _household_before(file: CaseFile, seq: int) -> Any:
    found = None
    for event in file.events:
        if event.seq >= seq:
            break
        if isinstance(event.fact, e.StatementSubmitted) and event.fact.statement:
            found = event.fact.statement.household
        elif isinstance(event.fact, e.BudgetCorrected) and event.fact.household:
            found = event.fact.household
    return found
