"""The only writer. Every action ends here: load the case, let the core decide, append all or nothing.

`carry_out` answers a repeated command with what it did the first time, tells a reader whose screen is out of date so,
adds the messages that the new facts call for, to her and to other systems, and tries again when somebody else
appended in between.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from forbear.actions import webhooks
from forbear.actions.letters import letters
from forbear.actions.log import stamp_due
from forbear.actions.ports import Conflict, Desk, Due, KeyReused, LogBroken, Seen, Write
from forbear.core.codec import plain
from forbear.core.contact import Actor, Channel, Role
from forbear.core.events import QUIET, CaseOpened, Fact, Recorded
from forbear.core.file import CaseFile, open_file, with_event
from forbear.core.log_facts import HOUSE
from forbear.core.refusal import Refusal

CHECKPOINT_BEFORE = frozenset({"decision.made", "agreement.issued", "agreement.signed", "case.exported"})
"""What went before these facts is signed before they are recorded, so that nobody can change it afterwards unseen."""
STAMPED = CHECKPOINT_BEFORE - {"decision.made"}
"""The checkpoint before these gets a token of its own from the timestamp authority, as soon as that answers."""
TRIES = 20
"""How often a command is decided anew when others append to the same case at the same moment."""


@dataclass(frozen=True, kw_only=True)
class By:
    """Who acts, by which channel, and under which idempotency key. `seen`: the case's seq on her screen, None when
    it does not matter; `occurred_at`: when it really happened, if earlier; `cause`: what made it necessary.
    """

    actor: Actor
    channel: Channel
    key: str
    seen: int | None = None
    occurred_at: datetime | None = None
    cause: str = ""


@dataclass(frozen=True)
class Done:
    """What a command did. `replayed`: it had run before and changed nothing now."""

    case_id: str
    events: tuple[Recorded, ...]
    replayed: bool = False

    @property
    def seq(self) -> int:
        """The case's last seq after the command."""
        return self.events[-1].seq if self.events else -1


Decision = Sequence[Fact | Due | Seen] | Refusal


def load(desk: Desk, case_id: str) -> CaseFile:
    """A case's file as it stands; an empty one (seq -1) for an unknown id, and for the log itself, which is no case."""
    return open_file(desk.ledger.events(case_id) if case_id != HOUSE else ())


def carry_out(desk: Desk, by: By, case_id: str, request: Any, decide: Callable[[CaseFile], Decision]) -> Done | Refusal:
    """Run a command: `request` is what was asked, as plain data; `decide` is pure and may be called again."""
    asked = _digest(request)
    before = desk.ledger.command(by.key, asked)
    if before is not None:
        return _again(case_id, before)
    for _ in range(TRIES):
        file = load(desk, case_id)
        if foreign := _foreign(file, by.actor):
            return foreign
        if by.seen is not None and (stale := _stale(file, by.seen)):
            return stale
        decided = decide(file)
        if isinstance(decided, Refusal):
            return decided
        facts = tuple(item for item in decided if isinstance(item, Fact))
        dues = tuple(item for item in decided if isinstance(item, Due))
        seen = next((item for item in decided if isinstance(item, Seen)), None)
        if not facts and not dues:
            return Done(case_id, ())
        if not file.events and not isinstance(facts[0] if facts else None, CaseOpened):
            return _no_such_case()
        if not CHECKPOINT_BEFORE.isdisjoint(fact.type for fact in facts):
            before_it = _sign_what_went_before(desk)
            if isinstance(before_it, Refusal):
                return before_it
            if not STAMPED.isdisjoint(fact.type for fact in facts):
                dues = (*dues, *stamp_due(desk, before_it))
        written = desk.ledger.append(replace(_write(desk, by, case_id, asked, file, facts, dues), seen=seen))
        if isinstance(written, KeyReused):
            return _again(case_id, written)
        if not isinstance(written, Conflict):
            return Done(case_id, written)
    return Refusal("record.busy", "record.refusal.busy", "record.way_on.again")


def _sign_what_went_before(desk: Desk) -> str | Refusal:
    """The checkpoint. Nothing is decided or signed on a record that was changed behind its own back."""
    try:
        return desk.log.checkpoint()
    except LogBroken as broken:
        logging.getLogger("forbear.record").error("no checkpoint is signed: %s", broken)
        return Refusal("record.log", "log.refusal.broken", "log.way_on.audit")


def _digest(request: Any) -> bytes:
    """What was asked, as one hash: anything can be asked, also what the record would not hold (10^18, say)."""
    return sha256(json.dumps(plain(request), sort_keys=True, separators=(",", ":")).encode()).digest()


def _again(case_id: str, before: tuple[Recorded, ...] | KeyReused) -> Done | Refusal:
    if isinstance(before, KeyReused):
        return Refusal("record.key", "record.refusal.key_reused", "record.way_on.reload")
    return Done(before[0].case_id if before else case_id, before, replayed=True)


def _foreign(file: CaseFile, actor: Actor) -> Refusal | None:
    """A borrower acts on her own case alone, whatever door she came through."""
    if actor.kind is not Role.BORROWER or file.party is None or file.party.borrower_id == actor.id:
        return None
    return _no_such_case()


def _no_such_case() -> Refusal:
    return Refusal("record.no_case", "contact.refusal.no_such_case", "contact.way_on.call")


def _stale(file: CaseFile, seen: int) -> Refusal | None:
    newer = [event for event in file.events if event.seq > seen and event.fact.type not in QUIET]
    if not newer:
        return None
    return Refusal("record.stale", "record.refusal.stale", "record.way_on.reload")


def _write(
    desk: Desk, by: By, case_id: str, asked: bytes, file: CaseFile, facts: Sequence[Fact], dues: Sequence[Due]
) -> Write:
    now = desk.clock.now()
    all_facts: list[Fact] = []
    all_dues = list(dues)
    for fact in facts:
        all_facts.append(fact)
        file = with_event(file, _pending(by, case_id, file, fact, now))
    for fact in facts:  # a message tells how the case stands after the whole command
        for letter, due in letters(desk, file, fact, by.actor, now):
            all_facts.append(letter)
            all_dues.append(due)
            file = with_event(file, _pending(by, case_id, file, letter, now))
    expected = file.case.seq - len(all_facts)
    all_dues += webhooks.dues(desk.webhooks, case_id, expected + 1, all_facts, now)
    return Write(
        case_id=case_id,
        expected=expected,
        key=by.key,
        request=asked,
        at=now,
        occurred_at=by.occurred_at,
        actor=by.actor,
        channel=by.channel,
        cause=by.cause,
        facts=tuple(all_facts),
        dues=tuple(all_dues),
    )


def _pending(by: By, case_id: str, file: CaseFile, fact: Fact, now: datetime) -> Recorded:
    """A fact as it will stand once appended, to see the case after it."""
    return Recorded(
        leaf=-1,
        case_id=case_id,
        seq=file.case.seq + 1,
        at=now,
        occurred_at=by.occurred_at,
        actor=by.actor,
        channel=by.channel,
        command=by.key,
        cause=by.cause,
        leaf_hash=b"",
        fact=fact,
    )
