"""Room 1, contact: drafts by a language model where one is set up: of her statement for her to confirm, of a reply for
an agent to edit. It is off unless configured, sees no names and numbers, and decides nothing.

Nothing is saved by drafting. What she confirms goes through the same form as everything else and is marked as drafted;
what an agent sends is the agent's.
"""

from collections.abc import Iterator

from forbear.actions.conversation import WORDS_MAX
from forbear.actions.ports import Desk
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.core import events as e
from forbear.core.bot import open_for_answers
from forbear.core.contact import Role, may_work_on_cases
from forbear.core.evidence_facts import Consent
from forbear.core.file import CaseFile
from forbear.core.masking import looks_like_somebody, masked
from forbear.core.model_drafts import REPLY_TASK, Drafted, drafted_answers, drafted_reply, fenced, statement_task
from forbear.core.refusal import Refusal

DRAFTS_AN_HOUR = 10
"""For one case: a model costs time and money."""
MESSAGES_SHOWN = 12
"""How much of the conversation a reply is drafted from."""


def agree_to_model(desk: Desk, by: By, case_id: str, *, agrees: bool) -> Done | Refusal:
    """Her separate consent before anything she writes goes to a model, or its end; nobody can give it for her."""

    def decide(file: CaseFile) -> Decision:
        if by.actor.kind is not Role.BORROWER:
            return Refusal("drafts.hers", "bot.draft.refusal.hers")
        given = Consent.LANGUAGE_MODEL in file.case.consents
        if agrees == given:
            return ()
        return [(e.ConsentGiven if agrees else e.ConsentWithdrawn)(to=Consent.LANGUAGE_MODEL)]

    return carry_out(desk, by, case_id, {"model": agrees}, decide)


def draft_statement(desk: Desk, by: By, case_id: str, text: str) -> Drafted | Refusal:
    """Answers drafted from her own words, for her to confirm one by one; nothing is saved. {}: no draft came of it."""
    file = load(desk, case_id)
    if by.actor.kind is not Role.BORROWER or file.party is None or file.party.borrower_id != by.actor.id:
        return Refusal("drafts.hers", "bot.draft.refusal.hers")
    if not desk.language_model.there:
        return Refusal("drafts.off", "bot.draft.refusal.off", "bot.draft.way_on.form")
    if Consent.LANGUAGE_MODEL not in file.case.consents:
        return Refusal("drafts.consent", "bot.draft.refusal.consent")
    if not open_for_answers(file):
        return Refusal("drafts.closed", "statement.refusal.submitted", "statement.way_on.status")
    if not text.strip():
        return Refusal("contact.empty", "contact.refusal.empty", where="text")
    if len(text) > WORDS_MAX:
        return Refusal("contact.too_long", "contact.refusal.too_long", facts={"most": WORDS_MAX}, where="text")
    if refusal := _too_many(desk, case_id):
        return refusal
    today = desk.clock.today()
    said = _asked(desk, file, statement_task(today), text)
    return drafted_answers(said, today, desk.rulebooks.on(today)) if said else {}


def draft_reply(desk: Desk, by: By, case_id: str) -> str | Refusal:
    """A reply drafted from the last messages, for an agent to edit and send or not; "": no draft came of it."""
    if refusal := may_work_on_cases(by.actor):
        return refusal
    if not desk.language_model.there:
        return Refusal("drafts.off", "bot.draft.refusal.off")
    if refusal := _too_many(desk, case_id):
        return refusal
    file = load(desk, case_id)
    language = "Chinese" if file.case.language == "zh" else "English"
    said = _asked(desk, file, REPLY_TASK.format(language=language), "\n".join(_conversation(file)))
    return drafted_reply(said) if said else ""


def _conversation(file: CaseFile) -> Iterator[str]:
    spoken = [one for one in file.spoken if one.text and not one.note]
    for one in spoken[-MESSAGES_SHOWN:]:
        yield f"{'borrower' if one.hers else 'desk'}: {one.text[:500]}"


def _asked(desk: Desk, file: CaseFile, task: str, text: str) -> str:
    """What the model says to a text without names and numbers; "" where anything of them were left, or nothing came."""
    safe = masked(text, _names(file))
    if looks_like_somebody(safe):
        return ""
    return desk.language_model.answer(task, fenced(safe)) or ""


def _names(file: CaseFile) -> Iterator[str]:
    """What the case knows of who she is and of those who speak for her."""
    party, reach = file.party, file.reach
    known = [party.name, party.phone, party.email, party.id_number_masked] if party else []
    known += [reach.phone, reach.email] if reach else []
    known.append(file.contract)
    for authority in file.talk.authorities:
        if authority.party:
            known += [authority.party.name, authority.party.phone, authority.party.email]
    yield from (one for one in known if one)


def _too_many(desk: Desk, case_id: str) -> Refusal | None:
    if desk.limits.take(f"drafts:{case_id}", desk.clock.now(), DRAFTS_AN_HOUR, 3600):
        return None
    return Refusal("drafts.many", "bot.draft.refusal.many", "bot.draft.way_on.form")
