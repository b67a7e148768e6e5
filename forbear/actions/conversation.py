"""Room 1, contact: what is said in a case, either way and over any channel, and the wish for a person.

Every channel ends here: her words and the desk's are the same fact whether they came by mail, chat, SMS or telephone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from forbear.actions.ports import Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.contact import Actor, Role, may_work_on_cases
from forbear.core.dates import working_day_after
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal

WORDS_MAX = 4000


@dataclass(frozen=True, kw_only=True)
class Written:
    """A message as it is to stand in the record (core/contact_facts.py: MessageWritten). `message`: its id, chosen here
    when ""; `calls_person`: whether a person is to answer hers: not while the bot has the conversation.
    """

    text: str
    message: str = ""
    subject: str = ""
    sender: str = ""
    raw: str = ""
    papers: tuple[str, ...] = ()
    voice: e.Voice = e.Voice.PERSON
    reply: str = ""
    drafted: bool = False
    calls_person: bool = True

    def fact(self, desk: Desk) -> e.MessageWritten:
        """The fact of it."""
        return e.MessageWritten(
            message=self.message or desk.ids.new("m"),
            text=self.text.strip(),
            subject=self.subject or None,
            sender=self.sender or None,
            raw=self.raw,
            papers=self.papers,
            voice=self.voice,
            reply=self.reply,
            drafted=self.drafted,
        )


def write_message(
    desk: Desk, by: By, case_id: str, written: Written | str, also: Callable[[CaseFile], Decision] = lambda _: ()
) -> Done | Refusal:
    """A message between her and the desk, either way. Hers asks for a person where none is asked for yet. `also`: what
    its channel adds in the same step, before the message, or why it takes none now.
    """
    said = Written(text=written) if isinstance(written, str) else written

    def decide(file: CaseFile) -> Decision:
        if refusal := _words(said.text) or _desk_only(by.actor):
            return refusal
        more = also(file)
        if isinstance(more, Refusal):
            return more
        facts: list[e.Fact | Due] = [*more, said.fact(desk)]
        if by.actor.kind is Role.BORROWER and said.calls_person and file.case.person_by_on is None:
            facts.append(e.PersonAsked(by_on=answer_by(desk)))
        return facts

    return carry_out(desk, by, case_id, {"message": said}, decide)


def ask_person(desk: Desk, by: By, case_id: str, words: str) -> Done | Refusal:
    """She wants to talk to a person: always honoured, with a date."""

    def decide(file: CaseFile) -> Decision:
        if file.case.person_by_on:
            return ()
        return [e.PersonAsked(by_on=answer_by(desk), words=words.strip()[:WORDS_MAX])]

    return carry_out(desk, by, case_id, {"person": words}, decide)


def write_note(desk: Desk, by: By, case_id: str, text: str) -> Done | Refusal:
    """An internal note; she can still see it in what we hold about her."""

    def decide(file: CaseFile) -> Decision:
        return _words(text) or may_work_on_cases(by.actor) or [e.NoteWritten(text=text.strip())]

    return carry_out(desk, by, case_id, {"note": text}, decide)


def answer_by(desk: Desk) -> date:
    """The last day on which a person answers, by the rulebook's promise."""
    today = desk.clock.today()
    return working_day_after(today, desk.rulebooks.on(today).integer("desk.answer_working_days"))


def _words(text: str) -> Refusal | None:
    if not text.strip():
        return Refusal("contact.empty", "contact.refusal.empty", where="text")
    if len(text) > WORDS_MAX:
        return Refusal("contact.too_long", "contact.refusal.too_long", facts={"most": WORDS_MAX}, where="text")
    return None


def _desk_only(actor: Actor) -> Refusal | None:
    """Borrowers and the desk's own people write; so does the system, where the bot or a clock speaks."""
    return None if actor.kind in (Role.BORROWER, Role.SYSTEM) else may_work_on_cases(actor)
