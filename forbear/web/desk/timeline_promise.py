"""What the timeline says of keeping the promise: pauses, a breach, money back, the letter, and the credit record."""

from forbear.core import events as e
from forbear.core.file import CaseFile
from forbear.core.promise_parts import Fallback
from forbear.web.desk.timeline_parts import Told, erased
from forbear.web.templatetags.desk import term_in
from forbear.words import say
from forbear.words.format import day, money

OF_THE_PROMISE = frozenset(
    kind.type
    for kind in (
        *(e.PlanSuspended, e.PlanResumed, e.PlanReopened, e.BreachProposed, e.BreachReturned, e.MeasureGranted),
        *(e.BreachQuestioned, e.BreachExplained, e.BreachCleared),
        *(e.OverpaymentFound, e.RefundSent, e.CompletionIssued, e.NoticeDropped, e.CreditWarned, e.CreditReported),
        *(e.CreditDisputed, e.CreditAnswered, e.CreditStatementGiven, e.CreditStatementJudged),
    )
)
"""Facts whose sentences stand in words/<language>/promise.toml."""


def promise(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    """The parameters of the sentence, the figures under it and the words quoted."""
    match event.fact:
        case e.PlanSuspended(until_on=until_on, reason=reason):
            return {"until": day(language, until_on)}, [], reason or ""
        case e.PlanResumed(last_on=last_on):
            return {"on": day(language, last_on)}, [], ""
        case e.PlanReopened(number=number):
            return {"number": number}, [], ""
        case e.BreachProposed(why=why, reason=reason):
            return {"why": term_in(language, f"desk.broken.{why.value}")}, [], reason or ""
        case e.BreachQuestioned(why=why, answer_by_on=by_on, words=words):
            return {"why": term_in(language, f"desk.broken.{why.value}"), "by": day(language, by_on)}, [], words or ""
        case e.BreachReturned(reason=words) | e.BreachCleared(reason=words) | e.BreachExplained(words=words):
            return {}, [], words or ""
        case e.MeasureGranted(days_past_due=days):
            return {"days": days}, [], ""
        case e.OverpaymentFound(amount_minor=amount_minor, refund_by_on=by_on):
            return {"amount": _amount(language, amount_minor), "by": day(language, by_on)}, [], ""
        case e.RefundSent(refund=refund):
            reference = [("", refund.reference)] if refund else []
            return {"amount": _amount(language, refund.amount_minor if refund else None)}, reference, ""
        case e.NoticeDropped(why=why):
            return {"why": term_in(language, f"promise.dropped.{why}")}, [], ""
    return _credit(event, language)


def _credit(event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.CreditWarned(instalment=number):
            return {"number": number}, [], ""
        case e.CreditReported(on=on, status=status, figures=figures, corrects_on=corrects_on):
            shown = []
            if figures is not None:
                shown.append((say(language, "promise.figure.past_due"), money(language, figures.past_due_minor)))
            if corrects_on is not None:
                shown.append((say(language, "promise.figure.corrects"), day(language, corrects_on)))
            return {"on": day(language, on), "status": status}, shown, ""
        case e.CreditDisputed(reported_on=on, answer_by_on=by_on, words=words):
            return {"on": day(language, on), "by": day(language, by_on)}, [], words or ""
        case e.CreditAnswered(upheld=upheld, words=words):
            return {"result": term_in(language, f"promise.result.{'upheld' if upheld else 'kept'}")}, [], words or ""
        case e.CreditStatementGiven(words=words):
            return {}, [], words or ""
        case e.CreditStatementJudged(passed=passed, words=words):
            return (
                {"result": term_in(language, f"promise.result.{'passed' if passed else 'returned'}")},
                [],
                words or "",
            )
    return None


def fallback_figures(language: str, fallback: Fallback) -> list[tuple[str, str]]:
    """What ending an agreement does to what was taken off: kept, owed again, owed before and after."""
    amounts = {
        "kept": fallback.kept.total_minor,
        "back": fallback.back.total_minor,
        "before": fallback.before.total_minor,
        "after": fallback.after.total_minor,
    }
    return [(say(language, f"promise.figure.{name}"), money(language, minor)) for name, minor in amounts.items()]


def _amount(language: str, amount_minor: int | None) -> str:
    return erased(language) if amount_minor is None else money(language, amount_minor)
