"""Room 1, contact: the guided bot hears what she writes in the chat and answers, each message once.

What it does is one of her own acts (an answer, a statement handed in, a link asked for) or a message of the system that
is marked as the bot's; a conversation given to a person is a fact, with a due task in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import replace

from forbear.actions.bot_told import Offered, known_words, offered, told
from forbear.actions.conversation import Written, answer_by
from forbear.actions.plan import loan_today
from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.actions.statement import give_answer, submit_statement
from forbear.actions.upload_links import send_link
from forbear.core import bot
from forbear.core import events as e
from forbear.core.bot import ANSWERS_TO, Act, Kind, Meant, State, Step
from forbear.core.bot_answers import Book, answer, hours_lines, missing_papers
from forbear.core.bot_lines import Line, Said
from forbear.core.contact import SYSTEM, Actor, Channel
from forbear.core.file import CaseFile, open_file
from forbear.core.hearing import language_of
from forbear.core.identity_on_channel import Proof, may_tell
from forbear.core.loan import days_past_due, owed_on
from forbear.core.opening import InLine, in_line, opening
from forbear.core.refusal import Refusal
from forbear.core.statement import TOLD_BEFORE_SUBMITTING, Question
from forbear.core.upload_link import items_to_send


def heard(desk: Desk, case_id: str) -> None:
    """Answer every message of hers in the chat that has no answer yet; doing it twice, or half of it, does it once."""
    for message in unheard(load(desk, case_id)):
        _hear(desk, case_id, message)


def unheard(file: CaseFile) -> Sequence[e.Recorded]:
    """Her messages after the last that was answered and after a person was in the chat, in order."""
    since = -1
    answered = {event.command for event in file.events if event.command.startswith(ANSWERS_TO)}
    waiting: list[e.Recorded] = []
    for event in file.events:
        if isinstance(event.fact, e.PersonJoined | e.PersonLeft):
            since = event.seq
        if bot.is_hers(event) and isinstance(event.fact, e.MessageWritten):
            waiting.append(event)
            if ANSWERS_TO + event.fact.message in answered:
                since = event.seq
    return [event for event in waiting if event.seq > since]


def greet(desk: Desk, case_id: str, *, proved: bool = False) -> None:
    """The first words in a chat that she opened, once until a person has been in it. `proved`: she showed who she is,
    so that she may hear that her form is half filled in.
    """
    times = sum(isinstance(event.fact, e.PersonLeft) for event in load(desk, case_id).events)

    def decide(file: CaseFile) -> Decision:
        state = bot.state_of(file)
        spoken = any(isinstance(event.fact, e.MessageWritten) for event in file.events if _bot_spoke(event))
        if state.person or state.waits or (spoken and not times):
            return ()
        half = proved and bool(file.answers) and bot.open_for_answers(file)
        lines = (Line("bot.greet.again" if half else "bot.greet.first"),)
        return [_message(desk, Said(lines=lines, step=str(Step())), _language(file))]

    carry_out(desk, _as_bot(f"bot-greet:{case_id}:{times}"), case_id, {"greet": times}, decide)


def general(desk: Desk, text: str) -> Said:
    """What is said to somebody who has not proved who she is, or has no case; nothing is recorded."""
    known, today = known_words(desk), desk.clock.today()
    rulebook = desk.rulebooks.on(today)
    meaning = bot.meant(State(), CaseFile(), text, known, proved=False)
    if meaning.act is Act.HAND:
        place = _place(desk, "")
        said = bot.handed(meaning, place, Channel.HOTLINE, rulebook)
        return replace(said, lines=(*said.lines[:-1], Line("bot.call", {"phone": desk.phone}), *_hours(desk)))
    if meaning.act is Act.TELL:
        said = answer(meaning.intent, None, rulebook, None, today)
        return replace(said, lines=(*said.lines, *(_hours(desk) if meaning.intent == "hours" else ())))
    return Said(lines=(Line("bot.prove"),)) if meaning.act is Act.PROVE else bot.unclear(State())


def choices_now(desk: Desk, file: CaseFile, language: str = "") -> tuple[Offered, ...]:
    """The quick replies under the bot's last message; none once she or somebody else spoke, or while a person is in."""
    said = [spoken for spoken in file.spoken if not spoken.note]
    state = bot.state_of(file)
    if not said or said[-1].voice is not e.Voice.BOT or state.person or state.waits:
        return ()
    hers = [spoken.text for spoken in said if spoken.hers]
    intent = known_words(desk).lexicon.intent(hers[-1]) if hers else "greeting"
    choices = bot.choices_of(state.step, intent)
    if not bot.open_for_answers(file):
        choices = tuple(choice for choice in choices if choice.label.key != "bot.choice.begin")
    return offered(language or _language(file), choices)


# ---- one message of hers -------------------------------------------------------------------------------------------


def _hear(desk: Desk, case_id: str, message: e.Recorded) -> None:
    assert isinstance(message.fact, e.MessageWritten)
    name, text = message.fact.message, message.fact.text or ""
    before = _before(load(desk, case_id), message)
    proof = Proof(auth=message.actor.auth, borrower_id=message.actor.id)
    state = bot.state_of(before)
    proved = not may_tell(message.channel, proof, before, desk.clock.today())
    meaning = bot.meant(state, before, text, known_words(desk), proved)
    if meaning.act is Act.QUIET:
        return
    refusal = _act(desk, case_id, message.actor, name, meaning, before)

    def decide(file: CaseFile) -> Decision:
        if file.talk.person:
            return ()
        language = _language(file)
        if meaning.act is Act.HAND:
            return _hand_over(desk, file, name, meaning, language)
        if meaning.act is Act.LINE:
            return [_message(desk, _still_in_line(desk, file, state), language)]
        return [_message(desk, _said(desk, file, state, meaning, refusal, proved), language)]

    carry_out(desk, _as_bot(ANSWERS_TO + name), case_id, {"answers": name}, decide)


def _before(file: CaseFile, message: e.Recorded) -> CaseFile:
    """The case as the bot sees it for one message: without what came of it, and without what she wrote after it."""
    assert isinstance(message.fact, e.MessageWritten)
    own = ANSWERS_TO + message.fact.message
    kept = [
        event
        for event in file.events
        if event.command.partition("/")[0] != own and not (bot.is_hers(event) and event.seq >= message.seq)
    ]
    return open_file(replace(event, seq=seq) for seq, event in enumerate(kept))


def _act(desk: Desk, case_id: str, her: Actor, name: str, meaning: Meant, before: CaseFile) -> Refusal | None:
    """What a message does beside being answered, as her own act over the chat."""
    by = By(actor=her, channel=Channel.CHAT, key=f"{ANSWERS_TO}{name}/act", cause=name)
    outcome: Done | Refusal | None = None
    match meaning.act:
        case Act.ANSWER:
            assert meaning.question is not None and meaning.answer is not None
            outcome = give_answer(desk, by, case_id, meaning.question, meaning.answer)
        case Act.SUBMIT:
            outcome = submit_statement(desk, by, case_id, TOLD_BEFORE_SUBMITTING)
        case Act.LINK:
            items = items_to_send(before.items, before.case.papers)
            outcome = send_link(desk, by, case_id, items) if items else None
    return outcome if isinstance(outcome, Refusal) else None


def _said(desk: Desk, file: CaseFile, state: State, meaning: Meant, refusal: Refusal | None, proved: bool) -> Said:
    match meaning.act:
        case Act.ANSWER | Act.MISREAD:
            assert meaning.question is not None
            fault = refusal or meaning.fault
            if fault is not None:
                return bot.misread(fault, meaning.question, meaning.part)
            return bot.noted(meaning.question, file.answers[meaning.question], _next(desk, file))
        case Act.PART | Act.CHANGE:
            assert meaning.question is not None
            return bot.ask(meaning.question, meaning.part)
        case Act.ASK:
            return _next(desk, file, meaning.question, state.step.part if meaning.question else "")
        case Act.SUBMIT:
            return (
                _refused(refusal)
                if refusal
                else Said(
                    lines=(Line("bot.submitted"), *missing_papers(file)), choices=bot.choices_of(Step(), "submit")
                )
            )
        case Act.LINK:
            return bot.aside(_refused(refusal) if refusal else _link_said(file), state)
        case Act.PROVE:
            return Said(lines=(Line("bot.prove"),), step=str(Step()))
        case Act.TELL:
            return bot.aside(_told(desk, file, meaning.intent, proved), state)
    return bot.unclear(state)


def _told(desk: Desk, file: CaseFile, intent: str, proved: bool) -> Said:
    today = desk.clock.today()
    book = _book(desk, file) if proved else None
    said = answer(intent, file if proved else None, desk.rulebooks.on(today), book, today)
    more = _hours(desk) if intent == "hours" else ()
    return replace(said, lines=(*said.lines, *more), rules=(*said.rules, *(("desk.hours",) if more else ())))


def _next(desk: Desk, file: CaseFile, question: Question | None = None, part: str = "") -> Said:
    """The next question, or what was said to check once there is none."""
    asked = bot.asked_next(file, question)
    return bot.ask(asked, part) if asked else bot.check(file, desk.rulebooks.on(desk.clock.today()))


def _link_said(file: CaseFile) -> Said:
    links = file.upload_links
    if not items_to_send(file.items, file.case.papers) or not links:
        return Said(lines=(Line("bot.link.none"),))
    until = links[-1].expires_at.astimezone(ZONE).date()
    return Said(lines=(Line("bot.link.sent", {"until": until}),), rules=("desk.upload_link_days",))


def _refused(refusal: Refusal) -> Said:
    keys = [key for key in (refusal.reason, refusal.way_on) if key]
    return Said(lines=tuple(Line(key, dict(refusal.facts)) for key in keys), step=str(Step()))


def _book(desk: Desk, file: CaseFile) -> Book | None:
    """What the loan book says she owes today; None once the loan has left it."""
    if file.loan_id is None or desk.loans.loan(file.loan_id) is None:
        return None
    today = desk.clock.today()
    loan = loan_today(desk, file, today)
    on = max(today, loan.as_of)
    return Book(loan.as_of, owed_on(loan, on), days_past_due(loan, on))


# ---- a person ------------------------------------------------------------------------------------------------------


def _hand_over(desk: Desk, file: CaseFile, name: str, meaning: Meant, language: str) -> Decision:
    """The chat is given to people, with the task that somebody answers by the time she is told."""
    place = _place(desk, file.case.case_id)
    by = _answer_by(file, place)
    rulebook = desk.rulebooks.on(desk.clock.today())
    handed = e.HandedOver(why=meaning.why, position=place.position, expected_at=place.expected_at, answer_by=by)
    facts: list[e.Fact | Due] = [handed]
    if file.case.person_by_on is None:
        facts.append(e.PersonAsked(by_on=max(answer_by(desk), place.expected_at.astimezone(ZONE).date())))
    facts.append(_message(desk, bot.handed(meaning, place, by, rulebook), language))
    case_id = file.case.case_id
    facts.append(
        Due(
            key=f"chat-waits:{case_id}:{name}",
            kind="chat-waits",
            due_at=place.expected_at,
            case_id=case_id,
            body={"message": name},
        )
    )
    return facts


def still_waits(desk: Desk, case_id: str) -> bool:
    """Whether she was handed over and nobody has come."""
    return bot.state_of(load(desk, case_id)).waits is not None


def _still_in_line(desk: Desk, file: CaseFile, state: State) -> Said:
    assert state.waits is not None
    is_open = opening(desk.rulebooks.on(desk.clock.today()), ZONE).is_open(desk.clock.now())
    place = _place(desk, file.case.case_id)
    at = max(state.waits.expected_at, place.expected_at) if is_open else state.waits.expected_at
    line = bot.place_line(place.position, at, is_open, _answer_by(file, replace(place, now_open=is_open)))
    return Said(lines=(line,), step=str(Step(Kind.LINE)), rules=("desk.hours",))


def _place(desk: Desk, case_id: str) -> InLine:
    """Behind everybody who waits in the chat already; her own place where she stands in the line."""
    rulebook = desk.rulebooks.on(desk.clock.today())
    line = [room.case_id for room in desk.rooms.line()]
    waiting = line.index(case_id) if case_id in line else len(line)
    people, minutes = rulebook.integer("chat.people"), rulebook.integer("chat.talk_minutes")
    return in_line(opening(rulebook, ZONE), desk.clock.now(), waiting, people, minutes)


def _answer_by(file: CaseFile, place: InLine) -> Channel:
    email = (file.reach.email if file.reach else None) or (file.party.email if file.party else None)
    return bot.answered_by(place.now_open, file.reach, email)


def _hours(desk: Desk) -> tuple[Line, ...]:
    return hours_lines(opening(desk.rulebooks.on(desk.clock.today()), ZONE), desk.clock.now())


# ---- its own words -------------------------------------------------------------------------------------------------


def _message(desk: Desk, said: Said, language: str) -> e.MessageWritten:
    reply = said.step or str(Step())
    return Written(text=told(desk, language, said), voice=e.Voice.BOT, reply=reply).fact(desk)


def _language(file: CaseFile) -> str:
    """The language she writes in, else the one she chose."""
    hers = [spoken.text for spoken in file.spoken if spoken.hers and spoken.channel is Channel.CHAT]
    return language_of(hers, file.case.language)


def _as_bot(key: str) -> By:
    return By(actor=SYSTEM, channel=Channel.CHAT, key=key)


def _bot_spoke(event: e.Recorded) -> bool:
    return isinstance(event.fact, e.MessageWritten) and event.fact.voice is e.Voice.BOT
