"""What is said and asked in a call, step by step: a generator that yields a step and is sent what was heard.

It knows no socket and no clock beside the desk's, so that a test can be the caller. When the caller hangs up HungUp is
thrown into it; `close` files what there is, whatever was reached.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from forbear.actions import answering as act
from forbear.actions import answering_calls as calls
from forbear.actions.answering import Stand, Taken, Wish
from forbear.actions.answering_calls import Ring
from forbear.actions.contact import CodeSent, Proved
from forbear.actions.hotline_hours import next_open
from forbear.actions.ports import Desk
from forbear.adapters.sip import spoken

Said = tuple[tuple[str, str], ...]
"""Phrases to say, each with its language."""

TRIES = 3
ID_KEYS, CODE_KEYS = 20, 12
"""Keys taken at most: a few more than needed, so that too many are seen to be too many."""
CHOOSE_SECONDS, TYPE_SECONDS, CODE_SECONDS, OFFER_SECONDS = 3, 10, 60, 8
MESSAGE_SECONDS, QUIET_SECONDS = 180, 10
BEEP = "beep"
_ONE, _TWO = "1", "2"
"""The keys of the first and the second language."""


@dataclass(frozen=True)
class Ask:
    """Say something and take keys: `most` 0 only says it; 1 takes one of `only`; more take what comes until #. Waits
    `seconds` after what was said. `secret`: nothing is recorded meanwhile.
    """

    said: Said
    most: int = 0
    seconds: int = 0
    only: str = "0123456789*"
    secret: bool = False


@dataclass(frozen=True)
class Settle:
    """From now on the call is recorded, or never."""

    recorded: bool


@dataclass(frozen=True)
class Listen:
    """Let her speak until #, until she is still for `quiet` seconds, `seconds` at most."""

    seconds: int = MESSAGE_SECONDS
    quiet: int = QUIET_SECONDS


Step = Ask | Settle | Listen


@dataclass(frozen=True)
class Heard:
    """`keys` pressed, without the # that ended them; `ended`: # was pressed; `spoke`: her voice was heard; `seconds`:
    how long she spoke or listened.
    """

    keys: str = ""
    ended: bool = False
    spoke: bool = False
    seconds: int = 0


class HungUp(Exception):
    """The caller is gone; `heard` is what was heard until then."""

    def __init__(self, heard: Heard) -> None:
        super().__init__("the caller hung up")
        self.heard = heard


Steps = Generator[Step, Heard, None]


class Conversation:
    """One call. `languages`: those there are voices for, the first one greets."""

    def __init__(self, desk: Desk, ring: Ring, languages: tuple[str, ...]) -> None:
        self.desk, self.languages = desk, languages
        self.taken = Taken(ring=ring, language=languages[0])
        self.spoke = False
        self._stands: tuple[tuple[str, Stand], ...] = ()

    def steps(self) -> Steps:
        """The whole call; when it ends, hang up."""
        try:
            yield from self._greet()
            went_on = yield from self._identify()
            if went_on:
                yield from self._offer()
            yield Ask(self._say("goodbye"))
        except HungUp as gone:
            self._note(gone.heard)

    def close(self, at: datetime, recording: Iterable[bytes]) -> None:
        """File what there is."""
        self.taken = act.close_call(self.desk, self.taken, at, recording)

    # ---- the beginning ---------------------------------------------------------------------------------------------

    def _greet(self) -> Steps:
        """Who answers, that it is recorded, in which language; then what holds for the recording is settled. That it is
        recorded is cut short only by who does not want it or does not understand it.
        """
        other = self.languages[1] if len(self.languages) > 1 else ""
        heard = yield Ask(
            self._say("welcome", "notice"), 1, 0 if other else CHOOSE_SECONDS, only=f"9{_TWO if other else ''}"
        )
        if other and not heard.keys:
            heard = yield Ask(((other, "choose"),), 1, CHOOSE_SECONDS, only=f"9{_ONE}{_TWO}")
        if heard.keys == _TWO:
            self._in_language(other)
            heard = yield Ask(self._say("welcome", "notice"), 1, CHOOSE_SECONDS, only="9")
        self._note(heard)
        recorded = heard.keys != "9"
        calls.begun(self.desk, self.taken.ring, recorded)
        self.taken = replace(self.taken, recorded=recorded)
        yield Settle(recorded)
        if not recorded:
            yield Ask(self._say("unrecorded"))
        now = self.desk.clock.now()
        opens_at = next_open(self.desk, now)
        if opens_at > now:
            yield Ask((*self._say("closed"), *self._in(spoken.moment(self.taken.language, opens_at))))

    def _in_language(self, language: str) -> None:
        self.taken = replace(self.taken, language=language, silent=False)

    # ---- who it is -------------------------------------------------------------------------------------------------

    def _identify(self) -> Generator[Step, Heard, bool]:
        """Her ID-card number, then the code from the telephone on file. False when nobody seems to be there."""
        nothing = 0
        for attempt in range(TRIES):
            heard = yield Ask(
                self._say("ask_id" if not attempt else "ask_id_again"), ID_KEYS, TYPE_SECONDS, secret=True
            )
            self._note(heard)
            if not heard.keys and heard.ended:
                return True  # she goes on without
            if not heard.keys:
                nothing += 1
                if nothing == 2:
                    return self.spoke
                continue
            sent = act.ask_code(self.desk, self.taken.ring, heard.keys)
            if isinstance(sent, CodeSent):
                self.taken = replace(self.taken, loan_id=act.loan_asked(self.desk, sent))
                yield from self._prove(sent)
                return True
            if sent.rule == "contact.too_many":
                yield Ask(self._say("too_many"))
                return True
        yield from self._to_person()
        return True

    def _prove(self, sent: CodeSent) -> Steps:
        nothing = 0
        for attempt in range(TRIES):
            said = self._say("code_sent" if not attempt else "code_wrong")
            heard = yield Ask(said, CODE_KEYS, CODE_SECONDS, secret=True)
            self._note(heard)
            nothing += not heard.keys
            if nothing == 2:
                break
            proved = act.prove_caller(self.desk, self.taken.ring, sent, heard.keys) if heard.keys else None
            if isinstance(proved, Proved):
                self.taken = replace(self.taken, proved=proved, loan_id=proved.loan_id)
                yield from self._tell(proved)
                return
        yield from self._to_person()

    def _to_person(self) -> Steps:
        self.taken = replace(self.taken, wish=Wish.TRIES)
        yield Ask(self._say("unproved"))

    # ---- how it stands ---------------------------------------------------------------------------------------------

    def _tell(self, proved: Proved) -> Steps:
        """How her cases stand: told to who has proved who she is, and to nobody else."""
        files = act.cases_of(self.desk, proved)
        today = self.desk.clock.today()
        self._stands = tuple((file.case.case_id, act.stand_of(file, today)) for file in files)
        if files:
            self.taken = replace(self.taken, case_id=files[0].case.case_id)
            act.identified(self.desk, self.taken)
        yield Ask(self._standing())

    def _standing(self) -> Said:
        said: Said = () if self._stands else self._say("no_case")
        for number, (_, stand) in enumerate(self._stands):
            said = (*said, *(self._say("another") if number else ()), *self._say(f"state.{stand.name}"))
            if stand.amount_minor is not None:
                amount = spoken.amount(self.taken.language, stand.amount_minor)
                said = (*said, *self._say("amount"), *self._in(amount))
            if stand.on is not None and stand.name != "slow":
                said = (*said, *self._say("by"), *self._in(spoken.day(self.taken.language, stand.on)))
        return said

    # ---- what she leaves -------------------------------------------------------------------------------------------

    def _offer(self) -> Steps:
        """A message, a call back, or to hear it again; who presses nothing twice is thanked."""
        proved = self.taken.proved is not None
        only = ("1" if self.taken.recorded else "") + "2" + ("*" if proved else "")
        name = ("offer_again" if proved else "offer") if self.taken.recorded else "offer_call_back"
        nothing = 0
        while nothing < 2:
            heard = yield Ask(self._say(*(("nothing",) if nothing else ()), name), 1, OFFER_SECONDS, only=only + "#")
            self._note(heard)
            if heard.keys == "1":
                return (yield from self._message())
            if heard.keys == "2":
                self.taken = replace(self.taken, wish=Wish.CALL_BACK)
                return (yield from self._promised("call_back"))
            if heard.keys == "*":
                yield Ask(self._standing())
            elif heard.ended:
                return None
            else:
                nothing += 1
        return None

    def _message(self) -> Steps:
        for _ in range(2):
            yield Ask((*self._say("speak"), ("", BEEP)))
            try:
                heard = yield Listen()
            except HungUp as gone:
                self._left(gone.heard)
                raise
            if self._left(heard):
                yield from self._promised("message_kept")
                return

    def _left(self, heard: Heard) -> bool:
        """Note her message, if she spoke."""
        self._note(heard)
        if heard.spoke:
            self.taken = replace(self.taken, wish=Wish.MESSAGE, spoken_seconds=heard.seconds)
        return heard.spoke

    def _promised(self, name: str) -> Steps:
        day = spoken.day(self.taken.language, act.promised_on(self.desk))
        yield Ask((*self._say(name), *self._in(day)))

    # ---- words -----------------------------------------------------------------------------------------------------

    def _note(self, heard: Heard) -> None:
        self.spoke = self.spoke or heard.spoke
        if heard.keys or heard.ended or heard.spoke:
            self.taken = replace(self.taken, silent=False)

    def _say(self, *names: str) -> Said:
        return self._in(names)

    def _in(self, names: Iterable[str]) -> Said:
        return tuple((self.taken.language, name) for name in names)
