"""Room 1, contact: what is said in a case, either way and over any channel, and the wish for a person.

Every channel ends here: her words and the desk's are the same fact whether they came by mail, chat, SMS or telephone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from forbear.actions.contact_attempts import note_refused
from forbear.actions.contact_budget import Asked, asked, purpose_of, reach_of
from forbear.actions.ports import Desk
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.core import events as e
from forbear.core.contact import Actor, Channel, Purpose, Role, may_work_on_cases
from forbear.core.contact_budget import limited
from forbear.core.conversation import undelivered
from forbear.core.dates import working_day_after
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal

WORDS_MAX = 4000
ANSWER_BY = (Channel.WEB, Channel.CHAT, Channel.SMS, Channel.EMAIL)
"""The channels an answer can be sent by; WEB: by what she prefers."""
CALL_TOLD_HOURS = 12
"""So long after a call its note is taken to be of that call."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A message as it is to stand in the record (core/contact_facts.py: MessageWritten). `message`: its id, chosen here
    when ""; `calls_person`: whether a person is to answer hers: not while the bot has the conversation. What the desk
    writes while the rules of contact forbid it is refused, except: `when_allowed`: the message that tells her of it
    waits until they allow it; `happened`: it was said on the telephone already, and what happened is kept.
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
    assigned_by: str = ""
    reference: str = ""
    calls_person: bool = True
    when_allowed: bool = False
    happened: bool = False

    def fact(self, desk: Desk, purpose: Purpose = Purpose.ANSWER, call: str = "") -> e.MessageWritten:
        """The fact of it; `purpose`: why the desk writes, `call`: the call on record that it tells of."""
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
            purpose=purpose,
            call=call,
            assigned_by=self.assigned_by,
            reference=self.reference or None,
        )


def write_message(
    desk: Desk, by: By, case_id: str, written: Written | str, also: Callable[[CaseFile], Decision] = lambda _: ()
) -> Done | Refusal:
    """A message between her and the desk, either way. Hers asks for a person where none is asked for yet; the desk's
    is refused while the rules of contact forbid it, and that it was is a fact of the case. `also`: what its channel
    adds in the same step, before the message, or why it takes none now.
    """
    said = Written(text=written) if isinstance(written, str) else written
    message = said.fact(desk)
    forbidden: list[tuple[Channel, Asked]] = []

    def decide(file: CaseFile) -> Decision:
        forbidden.clear()
        if refusal := words_fault(said.text) or _desk_only(by.actor):
            return refusal
        more = also(file)
        if isinstance(more, Refusal):
            return more
        if by.actor.kind is Role.BORROWER:
            waits = not said.calls_person or file.case.person_by_on is not None
            return [*more, message] if waits else [*more, message, e.PersonAsked(by_on=answer_by(desk))]
        if said.voice is not e.Voice.PERSON or by.actor.kind is Role.SYSTEM:
            return [*more, message]
        channel, call = _way(desk, file, by.channel), _call_told(file, by.channel, desk)
        purpose = purpose_of(desk, file, channel)
        found = asked(desk, file, channel, purpose, desk.clock.now())
        if found.budget.refusal and not (call or said.happened or (said.when_allowed and found.budget.next_at)):
            forbidden.append((channel, found))
            return found.budget.refusal
        guard = [found.seen] if limited(channel, purpose) else []
        return [*more, replace(message, purpose=purpose, call=call), *guard]

    outcome = carry_out(desk, by, case_id, {"message": said}, decide)
    for channel, found in forbidden:
        note_refused(desk, by, case_id, channel, found)
    return outcome


def _way(desk: Desk, file: CaseFile, channel: Channel) -> Channel:
    """The channel on which she would notice it: a message on her page is told by text, or by e-mail if she wants no
    texts.
    """
    if channel is not Channel.WEB:
        return channel
    reach = reach_of(desk, file)
    return Channel.EMAIL if reach and Channel.SMS in reach.unwanted else Channel.SMS


def _call_told(file: CaseFile, channel: Channel, desk: Desk) -> str:
    """The call on record, begun lately and told of by nobody yet, whose talk a note of a talk tells of; "" for none."""
    if channel is not Channel.HOTLINE:
        return ""
    told = {event.fact.call for event in file.events if isinstance(event.fact, e.MessageWritten)}
    since = desk.clock.now() - timedelta(hours=CALL_TOLD_HOURS)
    calls = [one for one in file.talk.calls if one.begun_at >= since and one.connected is not False]
    return next((one.call for one in reversed(calls) if one.call not in told), "")


def answer(desk: Desk, by: By, case_id: str, written: Written) -> Done | Refusal:
    """An answer of the desk by the channel of `by`: chat, SMS, e-mail, or WEB for every way she can be reached.

    Her own page shows it whatever the channel; what goes out beside that is actions/letters.py's. The writer's draft is
    gone with it.
    """
    if refusal := may_work_on_cases(by.actor) or reply_fault(desk, written.reply):
        return refusal
    if refusal := may_answer_by(load(desk, case_id), by.channel):
        return refusal
    outcome = write_message(desk, by, case_id, written)
    if isinstance(outcome, Done):
        desk.drafts.drop(case_id, by.actor.id)
    return outcome


def may_answer_by(file: CaseFile, channel: Channel) -> Refusal | None:
    """Whether she can be answered by a channel: there is an address, it takes something, she does not mind it."""
    if channel not in ANSWER_BY:
        return Refusal("contact.channel", "conversation.refusal.no_channel", where="channel")
    if channel is Channel.EMAIL and not (file.reach.email if file.reach else file.party and file.party.email):
        return Refusal("contact.channel", "conversation.refusal.no_email", where="channel")
    if file.reach and channel in file.reach.unwanted:
        return Refusal("contact.channel", "conversation.refusal.unwanted", where="channel")
    if channel in file.talk.failed:
        return Refusal("contact.channel", "conversation.refusal.failed", where="channel")
    return None


def reply_fault(desk: Desk, reference: str) -> Refusal | None:
    """A message names a kept reply only if there is such a version."""
    if not reference or any(one.reference == reference for one in desk.canned_replies.all()):
        return None
    return Refusal("canned.unknown", "conversation.refusal.canned_unknown", facts={"reply": reference})


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
        return words_fault(text) or may_work_on_cases(by.actor) or [e.NoteWritten(text=text.strip())]

    return carry_out(desk, by, case_id, {"note": text}, decide)


def delivered(desk: Desk, by: By, case_id: str, up_to_seq: int) -> Done | Refusal:
    """Her page (a borrower's `by`) or the desk's has taken the messages up to a seq: a fact for each that is new.

    Nothing new writes nothing. A live view may call it as often as it likes; whoever only reads the desk takes none.
    """

    def decide(file: CaseFile) -> Decision:
        if by.actor.kind is not Role.BORROWER and (refusal := may_work_on_cases(by.actor)):
            return refusal
        return [e.MessageDelivered(message=one) for one in undelivered(file, by.actor.kind, up_to_seq)]

    return carry_out(desk, by, case_id, {"delivered": up_to_seq}, decide)


def answer_by(desk: Desk) -> date:
    """The last day on which a person answers, by the rulebook's promise."""
    today = desk.clock.today()
    return working_day_after(today, desk.rulebooks.on(today).integer("desk.answer_working_days"))


def words_fault(text: str) -> Refusal | None:
    """Whether words can be a message: there are some, and at most WORDS_MAX letters."""
    if not text.strip():
        return Refusal("contact.empty", "contact.refusal.empty", where="text")
    if len(text) > WORDS_MAX:
        return Refusal("contact.too_long", "contact.refusal.too_long", facts={"most": WORDS_MAX}, where="text")
    return None


def _desk_only(actor: Actor) -> Refusal | None:
    """Borrowers and the desk's own people write; so does the system, where the bot or a clock speaks."""
    return None if actor.kind in (Role.BORROWER, Role.SYSTEM) else may_work_on_cases(actor)
