"""The timeline's lines of leaving: what was asked about data, what was answered, what is kept and what went."""

from collections.abc import Sequence

from forbear.core import events as e
from forbear.core.facts import Retention
from forbear.core.file import CaseFile
from forbear.web.desk.timeline_parts import Told, pairs
from forbear.web.templatetags.desk import term_in
from forbear.words.format import day


def leaving(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    """A fact of leaving as a line; None for a fact of another room."""
    match event.fact:
        case e.HoldPlaced(why=why, reason=reason):
            return {"why": term_in(language, f"leaving.hold.{why.value}")}, [], reason or ""
        case e.DebtEnded(why=why, ended_on=on):
            return {"why": term_in(language, f"leaving.debt.{why.value}"), "on": day(language, on)}, [], ""
        case e.HoldLifted(reason=reason):
            return {}, [], reason or ""
        case e.DataAsked(right=right, answer_by_on=by_on, words=words):
            said = {"right": term_in(language, f"leaving.right.{right.value}"), "by": day(language, by_on)}
            return said, [], words or ""
        case e.ErasureProposed(classes=classes) | e.ErasureAgreed(classes=classes):
            return {"what": named(classes, language)}, [], ""
        case e.ErasureRefused(retention_class=retention, article=article, until_on=until_on):
            until = pairs(language, until=day(language, until_on) if until_on else None)
            return {"what": named((retention,), language), "rule": article}, list(until), ""
        case e.DataErased(retention_class=retention, why=why):
            return {"what": named((retention,), language), "why": term_in(language, f"desk.erased_why.{why}")}, [], ""
        case e.DataAnswered(answer=answer, words=words):
            return {"answer": term_in(language, f"leaving.answer.{answer.value}")}, [], words or ""
    return None


def named(classes: Sequence[Retention], language: str) -> str:
    """Classes in words."""
    if len(set(classes)) == len(Retention):
        return term_in(language, "leaving.held.every")
    return ("、" if language == "zh" else "; ").join(term_in(language, f"leaving.held.{one.value}") for one in classes)
