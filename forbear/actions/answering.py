"""Room 1, a call that a machine answers: who calls, what may be told, and what becomes of the call.

Nothing of a case is told before the caller has shown that she has both the ID-card number and the telephone on file;
the number that a call shows proves nothing. What she says or asks for is a message, a wish for a person, or a task.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from forbear.actions import answering_calls as calls
from forbear.actions.answering_calls import Ring
from forbear.actions.contact import CodeSent, Proved, ask_call_code, open_case, prove
from forbear.actions.conversation import Written, answer_by, ask_person, write_message
from forbear.actions.ports import Desk, Due
from forbear.actions.record import By, load
from forbear.core import events as e
from forbear.core.case import Case, Stage, WaitsFor
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.file import CaseFile
from forbear.core.identity import check_id_number
from forbear.core.identity_on_channel import Proof, may_tell
from forbear.core.payments import Standing, next_row
from forbear.core.refusal import Refusal
from forbear.core.statement import Question, missing
from forbear.words import say

CASES_TOLD = 3
"""Of one borrower, so that a call stays a call."""


class Wish(StrEnum):
    """What a caller leaves behind for people to do."""

    NOTHING = ""
    MESSAGE = "message"
    CALL_BACK = "call-back"
    TRIES = "tries"
    """she could not show who she is and was told that a person gets in touch"""


@dataclass(frozen=True, kw_only=True)
class Stand:
    """How a case stands, for a sentence: its name, the day that matters next, what is to be paid then."""

    name: str
    on: date | None = None
    amount_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A call as the endpoint has it. `recorded` as settled at its beginning; `loan_id`: whose ID-card number was typed,
    proved or not; `case_id`: hers, once it is proved; `spoken_seconds`: how long her message is; `silent`: she pressed
    and said nothing at all.
    """

    ring: Ring
    language: str
    recorded: bool = False
    proved: Proved | None = None
    loan_id: str = ""
    case_id: str = ""
    wish: Wish = Wish.NOTHING
    spoken_seconds: int = 0
    silent: bool = True


# ---- who calls -------------------------------------------------------------------------------------------------


def ask_code(desk: Desk, ring: Ring, typed: str) -> CodeSent | Refusal:
    """Have a code sent to the telephone on file of whoever has this number; `typed`: * stands for X."""
    number = check_id_number(typed.replace("*", "X"))
    if isinstance(number, Refusal):
        return number
    return ask_call_code(desk, id_number=number, call=ring.once, number=ring.number)


def loan_asked(desk: Desk, sent: CodeSent) -> str:
    """The loan a code was asked for, "" where nobody has the number: for people at the desk alone."""
    challenge = desk.challenges.get(sent.challenge)
    return challenge.loan_id if challenge else ""


def prove_caller(desk: Desk, ring: Ring, sent: CodeSent, code: str) -> Proved | Refusal:
    """Try the code that was typed, on this call's own challenge."""
    return prove(desk, challenge=sent.challenge, code=code, purpose=f"call:{ring.once}")


def caller(proved: Proved) -> Actor:
    """The borrower on the telephone."""
    return Actor(Role.BORROWER, proved.borrower_id, Auth.CODE)


# ---- what may be told ------------------------------------------------------------------------------------------


def cases_of(desk: Desk, proved: Proved) -> tuple[CaseFile, ...]:
    """Her open cases, that of the loan asked for first; without an open one, the newest of those that are closed. One
    that was erased is nobody's any more.
    """
    lines = desk.cases.of_borrower(proved.borrower_id)
    opened = [line for line in lines if line.stage != Stage.CLOSED.value]
    opened.sort(key=lambda line: line.loan_id != proved.loan_id)
    files = (load(desk, line.case_id) for line in (opened or list(lines[:1]))[:CASES_TOLD])
    proof, today = Proof(auth=Auth.CODE, borrower_id=proved.borrower_id), desk.clock.today()
    return tuple(file for file in files if not may_tell(Channel.HOTLINE, proof, file, today))


def stand_of(file: CaseFile, today: date) -> Stand:
    """How a case stands: the first line and the day of the page she comes back to (web/borrower/status.py)."""
    about = file.case
    if about.closed or file.party is None:
        return Stand(name=_CLOSED.get(about.standing, "closed"))
    match about.stage:
        case Stage.STATEMENT:
            begun = any(question in file.answers for question in Question)
            name = "check" if begun and not missing(file.answers) else "statement"
            return Stand(name=name, on=None if about.restating and name == "statement" else about.keep_until_on)
        case Stage.EVIDENCE if about.under_review:
            return Stand(name="papers", on=about.papers_by_on)
        case Stage.EVIDENCE | Stage.PLAN:
            return Stand(name="offers", on=about.papers_by_on)
        case Stage.DECISION if about.under_review:
            return _review(about, today)
        case Stage.DECISION:
            return Stand(name="decided", on=about.appeal_by_on)
        case Stage.AGREEMENT:
            return Stand(name="sign", on=about.sign_by_on)
    return _payments(file)


_CLOSED: dict[Standing | None, str] = {Standing.COMPLETED: "completed", Standing.BROKEN: "broken"}


def _review(about: Case, today: date) -> Stand:
    if about.waits_for is WaitsFor.BORROWER and about.more_by_on:
        return Stand(name="more", on=about.more_by_on)
    by_on = about.decide_by_on or about.answer_by_on
    if by_on and today > by_on:
        return Stand(name="slow", on=by_on)
    return Stand(name="review" if about.decide_by_on else "waiting", on=by_on)


def _payments(file: CaseFile) -> Stand:
    about, row = file.case, next_row(file.rows())
    if about.standing is Standing.CURE_ENDED:
        return Stand(name="cure_ended")
    if about.standing is Standing.NOTICED and about.cure_by_on:
        return Stand(name="cure", on=about.cure_by_on)
    if row is None:
        return Stand(name="running")
    return Stand(name="late" if about.late else "active", on=row.instalment.due_on, amount_minor=row.open_minor)


# ---- what becomes of it ----------------------------------------------------------------------------------------


def identified(desk: Desk, taken: Taken) -> None:
    """Her call stands in her case from now on, so that the desk sees it while she speaks."""
    assert taken.proved is not None, "a call is identified by who proved it"
    calls.identified(desk, taken.ring, taken.recorded, caller(taken.proved), taken.case_id)


def promised_on(desk: Desk) -> date:
    """The last day on which a person answers what is left now."""
    return answer_by(desk)


def close_call(desk: Desk, taken: Taken, at: datetime, recording: Iterable[bytes]) -> Taken:
    """File what there is of a call that is over; may be called again when it failed half way. `recording`: a WAV file
    in pieces, kept where the call was recorded and somebody was there.

    What stands in no case is a person's task, unless she said and asked for nothing.
    """
    taken = _with_case(desk, taken)
    calls.ended(desk, taken.ring, at)
    blob = ""
    if taken.recorded and not taken.silent:
        blob = calls.keep(desk, taken.ring, at, recording)
    if taken.case_id:
        _tell_case(desk, taken)
    elif taken.wish or taken.proved or blob:
        desk.agenda.put([_task(desk, taken, blob)])
    return taken


def _with_case(desk: Desk, taken: Taken) -> Taken:
    """A caller who is known, has no case and wants something of people: her case begins with that."""
    if taken.proved is None or taken.case_id or taken.wish not in (Wish.MESSAGE, Wish.CALL_BACK):
        return taken
    done = open_case(desk, _by(taken, "open"), loan_id=taken.proved.loan_id, language=taken.language)
    if isinstance(done, Refusal):
        return taken
    named = replace(taken, case_id=done.case_id)
    identified(desk, named)
    return named


def _tell_case(desk: Desk, taken: Taken) -> None:
    by, language = _by(taken, "wish"), load(desk, taken.case_id).case.language
    if taken.wish is Wish.MESSAGE:
        words = say(language, "answering.said_message", seconds=taken.spoken_seconds)
        write_message(desk, by, taken.case_id, Written(text=words, voice=e.Voice.PERSON, sender=taken.ring.number))
    elif taken.wish is Wish.CALL_BACK:
        ask_person(desk, by, taken.case_id, say(language, "answering.said_call_back"))


def _by(taken: Taken, what: str) -> By:
    assert taken.proved is not None, "only a caller who is known acts on a case"
    return By(actor=caller(taken.proved), channel=Channel.HOTLINE, key=f"call:{taken.ring.once}:{what}")


def _task(desk: Desk, taken: Taken, blob: str) -> Due:
    """A person's task. `loan`: whose number was typed; nobody but the telephone on file is to be called for that."""
    wish = taken.wish.value or ("proved" if taken.proved else "nothing")
    body = {"call": taken.ring.call, "wish": wish, "loan": taken.loan_id, "recording": blob}
    return Due(key=f"answered:{taken.ring.once}", kind="answered", due_at=desk.clock.now(), body=body)


def task_words(body: Mapping[str, Any]) -> str:
    """What a person of the desk is told of a task."""
    wish = str(body["wish"])
    return say("zh", "answering.task", call=body["call"], wish=say("zh", f"answering.wish.{wish}"))
