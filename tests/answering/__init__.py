"""Calls to the answering endpoint: a desk with people on file, a caller for the conversation, and real telephones."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from forbear.actions import agenda
from forbear.actions.answering_calls import Ring
from forbear.actions.ports import Desk
from forbear.adapters.memory import memory_desk, sent_by
from forbear.adapters.sip.answering import Ask, Conversation, Heard, HungUp, Listen, Settle, Step
from forbear.core.loanbook import Row
from forbear.town.book import made_up_book

AS_OF = date(2026, 3, 2)
OPEN, NIGHT = "2026-03-02T10:00:00+08:00", "2026-03-02T23:30:00+08:00"
BOOK = made_up_book(3, 30, AS_OF)
HER: Row = BOOK[4]
"""She has a second loan, row 9."""
KEYS = HER.id_number.replace("X", "*")


def desk_at(at: str = OPEN) -> Desk:
    """A desk with thirty loans on file."""
    return memory_desk(at=datetime.fromisoformat(at), rows=BOOK)


def code_sent(desk: Desk) -> str:
    """The code that went to the telephone on file last; "" when none did."""
    while agenda.work(desk):
        pass
    found = [re.search(r"\b[0-9]{8}\b", message.body) for message in sent_by(desk) if message.reference[:2] == "k_"]
    return found[-1][0] if found and found[-1] else ""


Answers = Mapping[str, Any]


@dataclass
class Talk:
    """A conversation with a caller whose answers are given by the phrase that asks for them: Heard, HungUp, a list of
    them for one time after the other, or a function that gives one. What is not named is not answered.
    """

    desk: Desk
    answers: Answers = field(default_factory=dict)
    languages: tuple[str, ...] = ("zh", "en")
    said: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    recording: bytes = b"RIFF....WAVE"
    number: str = "13800138000"

    def __post_init__(self) -> None:
        ring = Ring(call="pbx-1", number=self.number, at=self.desk.clock.now(), once=self.desk.ids.new("t"))
        self.conversation = Conversation(self.desk, ring, self.languages)
        self._asked: dict[str, int] = {}

    def go(self) -> "Talk":
        """The whole call, then what is filed of it."""
        steps = self.conversation.steps()
        heard: Heard | HungUp | None = None
        try:
            while True:
                step = steps.throw(heard) if isinstance(heard, HungUp) else steps.send(heard)
                heard = self._answer(step)
        except StopIteration:
            pass
        self.conversation.close(self.desk.clock.now(), [self.recording])
        return self

    def _answer(self, step: Step) -> Heard | HungUp:
        self.steps.append(step)
        if isinstance(step, Settle):
            return Heard()
        names = ["listen"] if isinstance(step, Listen) else [name for _, name in step.said]
        self.said += names
        for name in names:
            if name in self.answers:
                return self._given(name)
        return Heard()

    def _given(self, name: str) -> Heard | HungUp:
        given = self.answers[name]
        number = self._asked[name] = self._asked.get(name, -1) + 1
        if isinstance(given, list):
            given = given[number] if number < len(given) else Heard()
        return given() if callable(given) else given

    @property
    def taken(self) -> Any:
        """The call as it was filed."""
        return self.conversation.taken


def keyed(keys: str) -> Heard:
    """Keys, ended with #."""
    return Heard(keys=keys, ended=True)


def her_number_and_code(desk: Desk) -> Answers:
    """She types her number, and the code from her telephone."""
    return {"ask_id": keyed(KEYS), "code_sent": lambda: keyed(code_sent(desk))}


def asks(talk: Talk, phrase: str) -> Ask:
    """The step that said a phrase."""
    return next(step for step in talk.steps if isinstance(step, Ask) and phrase in [name for _, name in step.said])
