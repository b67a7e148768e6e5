"""Room 1, contact: the guided bot of the chat. What she means by a message, and what is said next, as values.

Where the conversation stands follows from the record alone: each message of the bot keeps its `step` as its `reply`.
It asks the statement's nine questions, answers what is asked often, and gives the chat to a person whenever she wishes,
at any sign of danger, and when it does not understand twice. It decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from forbear.core import events as e
from forbear.core.bot_answers import ANSWERS
from forbear.core.bot_lines import Choice, Line, Said
from forbear.core.bot_statement import Known, Read, Told, bare, read_answer, told_back
from forbear.core.contact import Channel, Reach, Role
from forbear.core.file import CaseFile
from forbear.core.hearing import asks
from forbear.core.opening import InLine
from forbear.core.plan import Cause
from forbear.core.refusal import Refusal
from forbear.core.rules import NoRule, Rulebook
from forbear.core.statement import WISHES, Question, contradictions, missing

UNCLEAR_MOST = 2
"""So many messages in a row are not understood, then a person takes over; figures that cannot be read: one more."""

SHORT = 24
"""Characters up to which a text that could be her story is looked at for a wish to stop or to change something."""


ANSWERS_TO = "bot:"
"""A message of the bot has the key of the one it answers after this."""


class Kind(StrEnum):
    """What a message of the bot was. ASIDE: it answered something else and the question stands; TOLD: she was told all
    that is to be told before the statement is handed in.
    """

    IDLE = "idle"
    ASK = "ask"
    ASIDE = "aside"
    UNCLEAR = "unclear"
    MISREAD = "misread"
    TOLD = "told"
    HANDED = "handed"
    LINE = "line"


@dataclass(frozen=True)
class Step:
    """What the bot stands at; as the record keeps it: bot:ask/income/proof."""

    kind: Kind = Kind.IDLE
    question: Question | None = None
    part: str = ""

    def __str__(self) -> str:
        return "/".join([f"bot:{self.kind}", *([self.question, self.part] if self.question else [])])


def step_of(text: str) -> Step:
    """The step that a record's text names; none where it is something else."""
    kind, _, rest = text.removeprefix("bot:").partition("/")
    question, _, part = rest.partition("/")
    if not text.startswith("bot:") or kind not in list(Kind) or (question and question not in list(Question)):
        return Step()
    return Step(Kind(kind), Question(question) if question else None, part)


@dataclass(frozen=True, kw_only=True)
class State:
    """Where a conversation stands. `told`: her messages so far towards the question that is open; `unclear`,
    `misread`: how many in a row; `waits`: she was handed over and nobody has come; `lined`: she was told so again;
    `unheard`: her messages nothing was said to yet, by id.
    """

    step: Step = Step()
    told: tuple[Told, ...] = ()
    unclear: int = 0
    misread: int = 0
    person: bool = False
    waits: e.HandedOver | None = None
    lined: bool = False
    last: Question | None = None
    unheard: tuple[tuple[str, str], ...] = ()


def state_of(file: CaseFile) -> State:
    """The state that the record's facts make."""
    state = State()
    for event in file.events:
        state = _after(state, event)
    return state


def _after(state: State, event: e.Recorded) -> State:
    match event.fact:
        case e.HandedOver() as handed:
            return replace(State(last=state.last), waits=handed)
        case e.PersonJoined():
            return State(last=state.last, person=True)
        case e.PersonLeft(waits=waits):
            return State(last=state.last, waits=state.waits if waits else None, person=False)
        case e.MessageWritten(message=message, text=text) if is_hers(event):
            return replace(state, unheard=(*state.unheard, (message, text or "")))
        case e.MessageWritten(voice=e.Voice.BOT, reply=reply):
            return _spoke(state, step_of(reply), event.command.removeprefix(ANSWERS_TO))
        case e.AnswerGiven(question=question):
            elsewhere = state.step.question is question and not event.command.startswith("bot:")
            return replace(state, last=question, step=Step() if elsewhere else state.step)
        case e.StatementSubmitted():
            return replace(state, step=Step())
    return state


def is_hers(event: e.Recorded) -> bool:
    """Whether she wrote it in the chat."""
    written = isinstance(event.fact, e.MessageWritten)
    return written and event.actor.kind is Role.BORROWER and event.channel is Channel.CHAT


def _spoke(state: State, step: Step, to: str) -> State:
    """After a message of the bot: hers counts towards the question unless it was about something else."""
    told, ids = state.told, [message for message, _ in state.unheard]
    place = ids.index(to) if to in ids else -1
    if step.kind is Kind.ASK:
        more = (Told(state.step.part, state.unheard[place][1]),) if step.part and place >= 0 else ()
        same = step.question is state.step.question
        told = (*(told if same else ()), *more) if step.part else ()
    elif step.question is None:
        told = ()
    return replace(
        state,
        step=step,
        told=told,
        unheard=state.unheard[place + 1 :],
        unclear=state.unclear + 1 if step.kind is Kind.UNCLEAR else 0,
        misread=state.misread + 1 if step.kind is Kind.MISREAD else 0,
        lined=state.lined or step.kind is Kind.LINE,
    )


# ---- what she means ------------------------------------------------------------------------------------------------


class Act(StrEnum):
    """What is to be done about a message. PROVE: first she shows who she is; QUIET: nothing is said."""

    QUIET = "quiet"
    LINE = "line"
    HAND = "hand"
    ANSWER = "answer"
    PART = "part"
    MISREAD = "misread"
    TELL = "tell"
    LINK = "link"
    CHANGE = "change"
    ASK = "ask"
    SUBMIT = "submit"
    PROVE = "prove"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Meant:
    """`intent`: what she asked; `worry`: self, violence or health; `question` with `answer`, `part` or `fault`."""

    act: Act
    intent: str = ""
    why: e.HandoverWhy = e.HandoverWhy.ASKED
    worry: str = ""
    question: Question | None = None
    answer: Mapping[str, Any] | None = None
    part: str = ""
    fault: Refusal | None = None


def meant(state: State, file: CaseFile, text: str, known: Known, proved: bool) -> Meant:
    """What a message means where the conversation stands."""
    if state.person:
        return Meant(act=Act.QUIET)
    question = state.step.question if proved and open_for_answers(file) else None
    pressed = question is not None and bare(text) in known.labels.get(question, {})
    intent = "" if pressed else known.lexicon.intent(text)
    if intent.startswith("worry-"):
        worry = intent.removeprefix("worry-")
        told_before = state.waits is not None and state.waits.why is e.HandoverWhy.WORRY
        if not told_before:
            return Meant(act=Act.HAND, intent=intent, why=e.HandoverWhy.WORRY, worry=worry)
    if state.waits is not None:
        return Meant(act=Act.QUIET if state.lined else Act.LINE)
    if intent == "person":
        return Meant(act=Act.HAND, intent=intent)
    found = _towards(question, state, text, intent, known) if question else None
    found = found or _otherwise(state, file, text, intent, known, proved)
    return _or_a_person(found, state)


def _or_a_person(found: Meant, state: State) -> Meant:
    too_often = found.act is Act.UNCLEAR and state.unclear + 1 >= UNCLEAR_MOST
    too_often = too_often or (found.act is Act.MISREAD and state.misread >= UNCLEAR_MOST)
    return Meant(act=Act.HAND, why=e.HandoverWhy.NOT_UNDERSTOOD) if too_often else found


def _towards(question: Question, state: State, text: str, intent: str, known: Known) -> Meant | None:
    """A message while a question stands: an answer, a wish to stop or change something, or a question back."""
    short = question is not Question.STORY or len(text) <= SHORT
    if short and intent in ("change-answer", "later", "begin", "stay"):
        return None if intent in ("change-answer", "later") else Meant(act=Act.ASK, question=question)
    if intent in ANSWERS and len(text) <= 3 * SHORT and (asks(text) or intent not in _PART_OF.get(question, ANSWERS)):
        return None
    read = read_answer(question, (*state.told, Told(state.step.part, text)), known)
    if read == Read() and state.told:
        read = read_answer(question, (Told("", text),), known)
    if read.answer is not None:
        return Meant(act=Act.ANSWER, question=question, answer=read.answer)
    if read.fault is not None:
        return Meant(act=Act.MISREAD, question=question, part=state.step.part, fault=read.fault)
    return Meant(act=Act.PART, question=question, part=read.part) if read.part else None


_WHAT_HAPPENED = ("job-loss", "illness", "disaster", "cannot-pay", "not-mine", "change-plan")
_PART_OF: Mapping[Question, tuple[str, ...]] = {
    Question.CAUSE: _WHAT_HAPPENED,
    Question.SINCE: _WHAT_HAPPENED,
    Question.UNTIL: (*_WHAT_HAPPENED, "how-long"),
    Question.WISH: ("waive", "holiday", "what-helps", "settle", "penalty-interest", "next-instalment", "cannot-pay"),
}
"""What may be said in answering a question though it is also asked often; of a question that is not here, anything."""


def _otherwise(state: State, file: CaseFile, text: str, intent: str, known: Known, proved: bool) -> Meant:
    if state.step.kind is Kind.TOLD and proved:
        if (intent == "submit" or known.lexicon.says("said", "yes", text)) and not asks(text):
            return Meant(act=Act.SUBMIT)
        if known.lexicon.says("said", "no", text):
            return Meant(act=Act.TELL, intent="later")
    if intent in ("begin", "submit", "change-answer") and not proved:
        return Meant(act=Act.PROVE)
    if intent == "change-answer" and open_for_answers(file):
        named = known.lexicon.which("question", text)
        asked = Question(named[0]) if named else (state.last or state.step.question)
        return Meant(act=Act.CHANGE, question=asked) if asked else Meant(act=Act.ASK)
    if intent in ("begin", "submit", "change-answer"):
        return Meant(act=Act.ASK) if open_for_answers(file) else Meant(act=Act.TELL, intent="now")
    if intent == "upload-link" and proved:
        return Meant(act=Act.LINK, intent=intent)
    return Meant(act=Act.TELL, intent=intent) if intent in ANSWERS else Meant(act=Act.UNCLEAR)


def open_for_answers(file: CaseFile) -> bool:
    """Whether the statement can be filled in now."""
    return file.case.seq >= 0 and not file.case.closed and (not file.case.submissions or file.case.restating)


# ---- what is said next ---------------------------------------------------------------------------------------------


def asked_next(file: CaseFile, question: Question | None = None) -> Question | None:
    """The question to ask: the one wanted, else the first that is open; her story once, where she has not told it."""
    if question is not None:
        return question
    gaps = missing(file.answers)
    if Question.STORY not in file.answers and (not gaps or list(Question).index(gaps[0]) > _STORY):
        return Question.STORY
    return gaps[0] if gaps else None


_STORY = list(Question).index(Question.STORY)


def ask(question: Question, part: str = "") -> Said:
    """A question of the statement, or the part of it that is missing."""
    key = f"bot.part.{question}.{part}" if part else f"bot.ask.{question}"
    return Said(lines=(Line(key),), step=str(Step(Kind.ASK, question, part)), choices=_choices(question, part))


def noted(question: Question, answer: Mapping[str, Any], then: Said) -> Said:
    """An answer was saved: it is told back, and what comes next follows."""
    kind = (Line("bot.violence"),) if answer.get("cause") == Cause.FAMILY_VIOLENCE else ()
    return replace(then, lines=(Line("bot.noted", {"answer": told_back(question, answer)}), *kind, *then.lines))


def check(file: CaseFile, rulebook: Rulebook) -> Said:
    """Everything is answered: what she said, what may be a slip, and what she is told before she hands it in."""
    said = [
        Line(
            "bot.check.line",
            {"question": Line(f"statement.page.question.{question}"), "answer": told_back(question, answer)},
        )
        for question in Question
        if (answer := file.answers.get(question)) is not None
    ]
    slips = [Line(slip.key) for slip in contradictions(file.answers, rulebook)]
    days = rulebook.integer("desk.stay_days_after_decision")
    told = [Line(f"statement.page.meaning.{name}", {"days": days} if name == "pause" else {}) for name in _MEANING]
    lines = (Line("bot.check.lead"), *said, *slips, Line("bot.check.told"), *told, Line("bot.check.go"))
    rules = ("desk.stay_days_after_decision", "limitation.years", "credit.negative_keep_years")
    return Said(lines=lines, step=str(Step(Kind.TOLD)), choices=choices_of(Step(Kind.TOLD), ""), rules=rules)


_MEANING = ("limitation", "credit_1", "credit_2", "credit_3", "pause", "agents", "data", "data_rights")


def unclear(state: State) -> Said:
    """It was not understood, for the first time: how to say it, and a person for the asking."""
    question, part = state.step.question, state.step.part
    step = str(Step(Kind.UNCLEAR, question, part))
    if question is None:
        return Said(lines=(Line("bot.unclear"),), step=step, choices=choices_of(state.step, ""))
    asked = ask(question, part)
    return replace(asked, lines=(Line("bot.unclear_question"), *asked.lines), step=step)


def aside(answered: Said, state: State) -> Said:
    """An answer to a question of hers while one of ours stands: ours is asked again under it."""
    question, part = state.step.question, state.step.part
    if question is None:
        kept = state.step if state.step.kind is Kind.TOLD else Step()
        return replace(answered, step=answered.step or str(kept))
    again = ask(question, part)
    lines = (*answered.lines, Line("bot.back"), *again.lines)
    step = str(Step(Kind.ASIDE, question, part))
    return replace(answered, lines=lines, step=step, choices=again.choices)


def misread(fault: Refusal, question: Question, part: str = "") -> Said:
    """A figure or day cannot be taken as it is: what is wrong, what would be right, and the question again."""
    reason = Line(fault.reason, dict(fault.facts))
    way_on = (Line(fault.way_on, dict(fault.facts)),) if fault.way_on else ()
    asked = ask(question, part)
    return replace(asked, lines=(reason, *way_on, *asked.lines), step=str(Step(Kind.MISREAD, question, part)))


def _choices(question: Question, part: str) -> tuple[Choice, ...]:
    """The quick replies under a question: what its page offers to choose."""
    page = f"statement.page.{question}"
    match question, part:
        case Question.CAUSE, _:
            labels = [f"{page}.option.{cause}" for cause in Cause]
        case Question.INCOME, "proof":
            labels = [f"{page}.proof.{grade}" for grade in "ABCD"]
        case (Question.INCOME, "kind"):
            labels = [f"{page}.option.{kind}" for kind in INCOME_KINDS]
        case (Question.OUTGOINGS, "kind"):
            labels = [f"{page}.option.{kind}" for kind in OUTGOING_KINDS]
        case ((Question.INCOME | Question.OUTGOINGS | Question.DEBTS), ""):
            labels = [f"{page}.none", f"{page}.unknown"]
        case ((Question.SINCE | Question.UNTIL), _):
            labels = [f"{page}.unknown"]
        case Question.STORY, _:
            labels = ["bot.choice.skip"]
        case Question.HOME, "children":
            labels = ["bot.choice.no-children"]
        case Question.WISH, _:
            labels = [f"{page}.option.{kind}" for kind in WISHES] + [f"{page}.any"]
        case _:
            labels = []
    return tuple(Choice(Line(label)) for label in labels)


INCOME_KINDS = ("wages", "partner", "self-employed", "pension", "benefit", "family", "rent", "other")
OUTGOING_KINDS = (
    *("rent", "food", "utilities", "transport", "medical", "school", "care", "insurance", "clothing", "other"),
)
"""What the page asks for, line by line."""


def choices_of(step: Step, intent: str) -> tuple[Choice, ...]:
    """The quick replies under the bot's last message, for a page that shows the chat later; `intent`: of what it
    answered.
    """
    match step.kind:
        case Kind.HANDED | Kind.LINE:
            return ()
        case Kind.TOLD:
            names = ("send", "not-yet", "change")
            return (Choice(Line("bot.page.check"), "check"), *(Choice(Line(f"bot.choice.{n}")) for n in names))
    if step.question is not None:
        return _choices(step.question, step.part)
    if intent == "submit":
        return (Choice(Line("bot.page.papers"), "papers"), Choice(Line("bot.page.offers"), "offers"))
    known = ANSWERS.get(intent, ANSWERS["greeting"])
    pages = [Choice(Line(f"bot.page.{page}"), page) for page in known.pages]
    return (*pages, *(Choice(Line(f"bot.choice.{name}")) for name in known.choices))


# ---- a person ------------------------------------------------------------------------------------------------------


def handed(meaning: Meant, line: InLine, answer_by: Channel, rulebook: Rulebook) -> Said:
    """The chat is given to a person: why, where she stands in the line, when and by which channel somebody answers."""
    lines, rules = [Line(f"bot.handed.{meaning.why}")], ["desk.hours", "chat.people", "chat.talk_minutes"]
    if meaning.why is e.HandoverWhy.WORRY:
        try:
            found = [row for row in rulebook.rows("crisis.lines") if row["worry"] == meaning.worry]
            rules.insert(0, "crisis.lines")
        except NoRule:
            found = []
        turn = [Line("bot.crisis.line", {"name": row["name"], "number": row["number"]}) for row in found]
        lines = [*lines, *(turn or [Line("bot.crisis.plain")])]
    lines.append(place_line(line.position, line.expected_at, line.now_open, answer_by))
    return Said(lines=tuple(lines), step=str(Step(Kind.HANDED)), rules=tuple(rules))


def place_line(position: int, expected_at: datetime, now_open: bool, answer_by: Channel) -> Line:
    """Where she stands and when somebody answers."""
    key = "bot.line.open" if now_open else "bot.line.closed"
    return Line(key, {"position": position, "at": expected_at, "by": Line(f"bot.by.{answer_by}")})


def answered_by(now_open: bool, reach: Reach | None, email: str | None) -> Channel:
    """How a person answers her: in the chat while the desk is open, else by the first way she does not mind."""
    if now_open:
        return Channel.CHAT
    unwanted = reach.unwanted if reach else ()
    ways = (Channel.HOTLINE, *((Channel.EMAIL,) if email else ()), Channel.SMS)
    return next((way for way in ways if way not in unwanted), Channel.CHAT)
