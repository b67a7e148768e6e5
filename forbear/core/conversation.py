"""The one conversation of a case: everything said either way, whatever the channel, and how it fared.

Pure folds over the case's events, for core/file.py: messages and notes, notices with their delivery, calls, who may
speak for her, and whether a person or the bot has the chat. The case's seq is the cursor of every live view.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from forbear.core import events as e
from forbear.core.codec import evolved
from forbear.core.contact import Actor, Channel, Role, ThirdParty
from forbear.core.notices import Letter, NoticeKind


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A message between her and the desk, or an internal note. `sent_at`: when it was sent where that is known apart
    from `at`, when we had it; `delivered_at`: when the other side had it, None as long as nobody said so.
    """

    seq: int
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
    authorities: tuple[Authority, ...] = ()
    tried: tuple[tuple[datetime, Channel, bool], ...] = ()
    failed: frozenset[Channel] = field(default_factory=frozenset)
    handed_over: e.HandedOver | None = None
    person: str = ""


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
            told = [
                replace(one, delivered_at=one.delivered_at or event.at) if one.message == message else one
                for one in talk.spoken
            ]
            return evolved(talk, {"spoken": tuple(told)})
    return talk


def _with(talk: Conversation, spoken: Spoken) -> Conversation:
    return evolved(talk, {"spoken": (*talk.spoken, spoken)})


def _plain(event: e.Recorded, text: str) -> Spoken:
    return Spoken(seq=event.seq, at=event.at, by=event.actor, channel=event.channel, text=text)


def _spoken(event: e.Recorded, written: e.MessageWritten) -> Spoken:
    return Spoken(
        seq=event.seq,
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
        sent_at=event.occurred_at,
    )


def _noticed(talk: Conversation, event: e.Recorded) -> Conversation:
    match event.fact:
        case e.NoticeQueued(notice=notice, kind=kind, channel=channel, letter=letter):
            new = Notice(notice=notice, kind=kind, channel=channel, at=event.at, state="queued", letter=letter)
            return evolved(talk, {"notices": (*talk.notices, new)})
        case e.NoticeSent(notice=notice):
            return _marked(talk, notice, state="sent", sent_at=event.at)
        case e.NoticeDelivered(notice=notice):
            return _marked(talk, notice, state="delivered", delivered_at=event.at)
        case e.NoticeFailed(notice=notice):
            return _marked(talk, notice, state="failed")
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
            )
            return evolved(talk, {"calls": (*talk.calls, begun)})
        case e.CallEnded(call=call, connected=connected, seconds=seconds):
            return _of_call(talk, call, lambda one: replace(one, connected=connected, seconds=seconds))
        case e.CallRecorded(call=call, blob=blob):
            return _of_call(talk, call, lambda one: replace(one, blobs=(*one.blobs, blob)))
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


_FOLDS = (_said, _noticed, _called, _allowed, _chatted)
