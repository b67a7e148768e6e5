"""The one conversation of a case: everything said either way, whatever the channel, and how it fared.

Pure folds over the case's events, for core/file.py: messages and notes, notices with their delivery, calls, who may
speak for her, and whether a person or the bot has the chat. The case's seq is the cursor of every live view.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from forbear.core import events as e
from forbear.core.codec import evolved
from forbear.core.contact import Actor, Channel, Purpose, Role, ThirdParty
from forbear.core.notices import Letter, NoticeKind


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A message between her and the desk, or an internal note. `sent_at`: when it was sent where that is known apart
    from `at`, when we had it; `delivered_at`: when the other side had it, None as long as nobody said so; `touched`:
    seq of the last event that changed how it stands, as of everything in the conversation.
    """

    seq: int
    touched: int = -1
    at: datetime
    by: Actor
    channel: Channel
    text: str
    note: bool = False
    message: str = ""
    voice: e.Voice = e.Voice.PERSON
    subject: str = ""
    sender: str = ""
    raw: str = ""
    reply: str = ""
    drafted: bool = False
    papers: tuple[str, ...] = ()
    assigned_by: str = ""
    reference: str = ""
    sent_at: datetime | None = None
    delivered_at: datetime | None = None

    @property
    def hers(self) -> bool:
        """Whether she wrote it, or somebody for her."""
        return self.by.kind is Role.BORROWER


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A message sent to her; `state`: queued, sent, delivered, failed."""

    notice: str
    kind: NoticeKind
    channel: Channel
    at: datetime
    state: str
    letter: Letter | None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    seq: int = -1
    touched: int = -1
    carries: str = ""
    """The message it brings, where it brings one."""
    purpose: Purpose = Purpose.NOTICE


@dataclass(frozen=True, kw_only=True)
class Call:
    """A telephone call; `connected` is None while it goes on; `blobs`: its recordings in the vault."""

    call: str
    direction: e.Direction
    begun_at: datetime
    recorded: bool
    number: str
    by: Actor
    connected: bool | None = None
    seconds: int = 0
    blobs: tuple[str, ...] = ()
    seq: int = -1
    touched: int = -1


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A visible line of the conversation that is nobody's message: handed over, a person came or went, an attempt to
    reach her, a channel that failed.
    """

    seq: int
    touched: int
    at: datetime
    by: Actor
    channel: Channel
    fact: e.HandedOver | e.PersonJoined | e.PersonLeft | e.ContactTried | e.ChannelFailed


Said = Spoken | Notice | Call | Turn
"""All that stands in the one time line of a conversation."""


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Somebody who may speak for her, as long as `ended_at` is None and `until_on` is not over."""

    authority: str
    filed_at: datetime
    until_on: date | None
    paper: str
    party: ThirdParty | None
    ended_at: datetime | None = None

    def holds(self, on: date) -> bool:
        """Whether it stands on a day."""
        return self.ended_at is None and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """What was said so far, in order. `failed`: channels that take nothing any more; `handed_over`: she waits for a
    person, with what she was told; `person`: who of the desk is in the chat, "" for nobody.
    """

    spoken: tuple[Spoken, ...] = ()
    notices: tuple[Notice, ...] = ()
    calls: tuple[Call, ...] = ()
    turns: tuple[Turn, ...] = ()
    authorities: tuple[Authority, ...] = ()
    tried: tuple[tuple[datetime, Channel, bool], ...] = ()
    failed: frozenset[Channel] = field(default_factory=frozenset)
    handed_over: e.HandedOver | None = None
    person: str = ""


class Talking(Protocol):
    """What has a conversation: a case's file (core/file.py)."""

    @property
    def talk(self) -> Conversation: ...


def since(file: Talking, after_seq: int = -1) -> tuple[Said, ...]:
    """What came or changed after `after_seq`, in the order it began; -1 is all of it.

    What every live view draws: the case's seq is its cursor, and whatever was missed in between is in the answer.
    An entry whose own `seq` is not after the cursor was drawn before and is drawn anew: its delivery moved on.
    """
    talk = file.talk
    everything: list[Said] = [*talk.spoken, *talk.notices, *talk.calls, *talk.turns]
    return tuple(sorted((one for one in everything if one.touched > after_seq), key=lambda one: one.seq))


def undelivered(file: Talking, to: Role, up_to_seq: int) -> tuple[str, ...]:
    """Ids of messages up to a seq that the other side has not been noted to have: `to` BORROWER, those of the desk;
    any other role, hers. What was said by telephone was heard as it was said.
    """
    return tuple(
        one.message
        for one in file.talk.spoken
        if one.message
        and one.delivered_at is None
        and one.seq <= up_to_seq
        and one.channel is not Channel.HOTLINE
        and one.hers is not (to is Role.BORROWER)
    )


def conversed(talk: Conversation, event: e.Recorded) -> Conversation:
    """The conversation after one more event."""
    for fold in _FOLDS:
        talk = fold(talk, event)
    return talk


def _said(talk: Conversation, event: e.Recorded) -> Conversation:
    match event.fact:
        case e.MessageWritten() as written:
            return _with(talk, _spoken(event, written))
        case e.PersonAsked(words=words) | e.MoreAsked(words=words):
            return _with(talk, _plain(event, words or ""))
        case e.NoteWritten(text=text):
            return _with(talk, replace(_plain(event, text or ""), note=True))
        case e.MessageDelivered(message=message):
            return _taken(talk, message, event)
    return talk


def _taken(talk: Conversation, message: str, event: e.Recorded) -> Conversation:
    """A message reached the other side; by which way first is what counts."""
    told = [
        replace(one, delivered_at=event.at, touched=event.seq)
        if message and one.message == message and one.delivered_at is None
        else one
        for one in talk.spoken
    ]
    return evolved(talk, {"spoken": tuple(told)})


def _with(talk: Conversation, spoken: Spoken) -> Conversation:
    return evolved(talk, {"spoken": (*talk.spoken, spoken)})


def _plain(event: e.Recorded, text: str) -> Spoken:
    seq = event.seq
    return Spoken(seq=seq, touched=seq, at=event.at, by=event.actor, channel=event.channel, text=text)


def _spoken(event: e.Recorded, written: e.MessageWritten) -> Spoken:
    return Spoken(
        seq=event.seq,
        touched=event.seq,
        at=event.at,
        by=event.actor,
        channel=event.channel,
        text=written.text or "",
        message=written.message,
        voice=written.voice,
        subject=written.subject or "",
        sender=written.sender or "",
        raw=written.raw,
        reply=written.reply,
        drafted=written.drafted,
        papers=written.papers,
        assigned_by=written.assigned_by,
        reference=written.reference or "",
        sent_at=event.occurred_at,
    )


def _noticed(talk: Conversation, event: e.Recorded) -> Conversation:
    match event.fact:
        case e.NoticeQueued(notice=notice, kind=kind, channel=channel, letter=letter, purpose=why):
            new = Notice(
                notice=notice,
                kind=kind,
                channel=channel,
                at=event.at,
                state="queued",
                letter=letter,
                seq=event.seq,
                touched=event.seq,
                carries=talk.spoken[-1].message if kind is NoticeKind.MESSAGE and talk.spoken else "",
                purpose=why,
            )
            return evolved(talk, {"notices": (*talk.notices, new)})
        case e.NoticeSent(notice=notice):
            return _marked(talk, notice, touched=event.seq, state="sent", sent_at=event.at)
        case e.NoticeDelivered(notice=notice):
            talk = _marked(talk, notice, touched=event.seq, state="delivered", delivered_at=event.at)
            mails = (one for one in talk.notices if one.notice == notice and one.channel is Channel.EMAIL)
            return _taken(talk, next((one.carries for one in mails), ""), event)
        case e.NoticeFailed(notice=notice):
            return _marked(talk, notice, touched=event.seq, state="failed")
        case e.NoticeDropped(notice=notice):
            return _marked(talk, notice, touched=event.seq, state="dropped")
    return talk


def _marked(talk: Conversation, notice: str, **changes: object) -> Conversation:
    marked = [evolved(one, changes) if one.notice == notice else one for one in talk.notices]
    return evolved(talk, {"notices": tuple(marked)})


def _called(talk: Conversation, event: e.Recorded) -> Conversation:
    match event.fact:
        case e.CallBegun(call=call, direction=direction, recorded=recorded, number=number):
            begun = Call(
                call=call,
                direction=direction,
                begun_at=event.occurred_at or event.at,
                recorded=recorded,
                number=number or "",
                by=event.actor,
                seq=event.seq,
                touched=event.seq,
            )
            return evolved(talk, {"calls": (*talk.calls, begun)})
        case e.CallEnded(call=call, connected=connected, seconds=seconds):
            ended = {"connected": connected, "seconds": seconds, "touched": event.seq}
            return _of_call(talk, call, lambda one: evolved(one, ended))
        case e.CallRecorded(call=call, blob=blob):
            return _of_call(talk, call, lambda one: replace(one, blobs=(*one.blobs, blob), touched=event.seq))
        case e.ContactTried(channel=channel, connected=connected):
            tried = (event.occurred_at or event.at, channel, connected)
            return evolved(talk, {"tried": (*talk.tried, tried)})
    return talk


def _of_call(talk: Conversation, call: str, change: Callable[[Call], Call]) -> Conversation:
    return evolved(talk, {"calls": tuple(change(one) if one.call == call else one for one in talk.calls)})


def _allowed(talk: Conversation, event: e.Recorded) -> Conversation:
    match event.fact:
        case e.AuthorityFiled(authority=authority, until_on=until_on, paper=paper, party=party):
            new = Authority(authority=authority, filed_at=event.at, until_on=until_on, paper=paper, party=party)
            return evolved(talk, {"authorities": (*talk.authorities, new)})
        case e.AuthorityEnded(authority=authority):
            ended = [replace(a, ended_at=event.at) if a.authority == authority else a for a in talk.authorities]
            return evolved(talk, {"authorities": tuple(ended)})
        case e.ChannelFailed(channel=channel):
            return evolved(talk, {"failed": talk.failed | {channel}})
        case e.ReachChosen():
            return evolved(talk, {"failed": frozenset()})
        case e.NoticeDelivered(notice=notice):  # a number that takes something is not one that takes nothing
            channels = {one.channel for one in talk.notices if one.notice == notice}
            return evolved(talk, {"failed": talk.failed - channels})
    return talk


def _chatted(talk: Conversation, event: e.Recorded) -> Conversation:
    match event.fact:
        case e.HandedOver() as handed:
            return evolved(talk, {"handed_over": handed})
        case e.PersonJoined():
            return evolved(talk, {"handed_over": None, "person": event.actor.id})
        case e.PersonLeft():
            return evolved(talk, {"person": ""})
    return talk


def _turned(talk: Conversation, event: e.Recorded) -> Conversation:
    match event.fact:
        case e.HandedOver() | e.PersonJoined() | e.PersonLeft() | e.ContactTried() | e.ChannelFailed() as fact:
            turn = Turn(
                seq=event.seq,
                touched=event.seq,
                at=event.occurred_at or event.at,
                by=event.actor,
                channel=event.channel,
                fact=fact,
            )
            return evolved(talk, {"turns": (*talk.turns, turn)})
    return talk


_FOLDS = (_said, _noticed, _called, _allowed, _chatted, _turned)
