"""The lines of a conversation as the desk reads them: who, by which channel, when, and who had it when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from forbear.core import events as e
from forbear.core.contact import Channel, Role
from forbear.core.conversation import Call, Notice, Said, Spoken, Turn
from forbear.core.file import CaseFile
from forbear.web.desk.timeline import entry
from forbear.web.desk.timeline_parts import erased
from forbear.web.templatetags.desk import moment, term_in
from forbear.words import say

SHOWN = ("all", "chat", "sms", "email", "hotline", "web", "note")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line. `kind`: hers, ours, bot, auto, note, notice, call, turn; `chips`: small marks; `had`: how delivery
    stands, in words; `files`: (label, blob) of what can be saved as it came; `papers`: (label, id) of what it brought.
    """

    seq: int
    kind: str
    who: str
    channel: str
    at: datetime
    text: str = ""
    subject: str = ""
    sender: str = ""
    had: str = ""
    failed: bool = False
    chips: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    papers: tuple[tuple[str, str], ...] = ()
    mail: str = ""
    """The mail it came as, to be read whole with its files."""
    folded: str = ""
    """Words that are there on asking: what went out by itself."""


def channel_of(entry: Said) -> str:
    """Under which filter an entry stands."""
    match entry:
        case Spoken(note=True):
            return "note"
        case Call():
            return Channel.HOTLINE.value
        case Turn(fact=e.ContactTried(channel=channel) | e.ChannelFailed(channel=channel)):
            return channel.value
    return entry.channel.value


def lines_of(file: CaseFile, entries: Iterable[Said], language: str, shown: str = "all") -> list[Line]:
    """The entries of a filter as lines, newest first."""
    chosen = [one for one in entries if _told(one) and shown in ("all", channel_of(one))]
    return [_line(file, one, language) for one in sorted(chosen, key=lambda one: -one.seq)]


def _told(entry: Said) -> bool:
    """Whether there is something to tell: that she waits for a person without a word stands above the line."""
    return not isinstance(entry, Spoken) or bool(entry.text or entry.message or entry.note)


def _line(file: CaseFile, said: Said, language: str) -> Line:
    match said:
        case Spoken():
            return _spoken(file, said, language)
        case Notice():
            return _notice(file, said, language)
        case Call():
            return _call(file, said, language)
    told = entry(file, file.events[said.seq], language)
    return Line(
        seq=said.seq,
        kind="turn",
        who=told.who,
        channel=term_in(language, f"desk.channel.{channel_of(said)}"),
        at=said.at,
        text=told.sentence,
        chips=tuple(f"{label}: {value}" for label, value in told.details),
    )


def _spoken(file: CaseFile, said: Spoken, language: str) -> Line:
    bot, auto = said.voice is e.Voice.BOT, said.voice is e.Voice.AUTO or said.by.kind is Role.SYSTEM
    kind = "note" if said.note else "hers" if said.hers else "bot" if bot else "auto" if auto else "ours"
    chips = [say(language, "conversation.desk.note")] if said.note else []
    if said.reply and said.voice is e.Voice.PERSON:
        chips.append(say(language, "conversation.desk.from_reply", reply=said.reply))
    if said.drafted:
        chips.append(say(language, "conversation.desk.drafted"))
    if said.sent_at and said.sent_at != said.at:
        chips.append(say(language, "conversation.desk.sent_at", at=moment(said.sent_at)))
    return Line(
        seq=said.seq,
        kind=kind,
        who=_who(file, said, kind, language),
        channel=term_in(language, f"desk.channel.{said.channel.value}"),
        at=said.at,
        text=said.text or erased(language),
        subject=said.subject,
        sender=said.sender,
        had=_had(said, language),
        chips=tuple(chips),
        files=((say(language, "conversation.desk.raw"), said.raw),) if said.raw else (),
        mail=said.message if said.raw and said.channel is Channel.EMAIL else "",
        papers=tuple(
            (say(language, "conversation.desk.paper", number=number), paper)
            for number, paper in enumerate(said.papers, start=1)
        ),
    )


def _who(file: CaseFile, said: Spoken, kind: str, language: str) -> str:
    if said.hers:
        return file.party.name if file.party else term_in(language, "desk.role.borrower")
    if kind in ("bot", "auto"):
        return say(language, f"conversation.desk.{kind}")
    return f"{term_in(language, f'desk.role.{said.by.kind.value}')} {said.by.id}".strip()


def _had(said: Spoken, language: str) -> str:
    if said.note or not said.message or said.channel is Channel.HOTLINE:
        return ""
    if said.delivered_at is None:
        return "" if said.hers else say(language, "conversation.desk.unseen")
    return say(language, f"conversation.desk.{'heard' if said.hers else 'seen'}", at=moment(said.delivered_at))


def _notice(file: CaseFile, notice: Notice, language: str) -> Line:
    told = entry(file, file.events[notice.seq], language)
    state = term_in(language, f"desk.notice_state.{notice.state}")
    at = notice.delivered_at or notice.sent_at
    return Line(
        seq=notice.seq,
        kind="notice",
        who=say(language, "conversation.desk.auto"),
        channel=term_in(language, f"desk.channel.{notice.channel.value}"),
        at=notice.at,
        text=term_in(language, f"desk.notice.{notice.kind.value}"),
        subject=notice.letter.subject if notice.letter else "",
        had=f"{state} {moment(at)}" if at and notice.state != "failed" else state,
        failed=notice.state == "failed",
        folded=told.quote,
    )


def _call(file: CaseFile, call: Call, language: str) -> Line:
    told = entry(file, file.events[call.seq], language)
    chips = [f"{label}: {value}" for label, value in told.details]
    if call.connected is not None:
        chips.append(term_in(language, f"desk.connected.{'yes' if call.connected else 'no'}"))
    if call.seconds:
        chips.append(f"{call.seconds // 60}:{call.seconds % 60:02d}")
    files = [
        (say(language, "conversation.desk.recording", number=number), blob)
        for number, blob in enumerate(call.blobs, start=1)
    ]
    return Line(
        seq=call.seq,
        kind="call",
        who=told.who,
        channel=term_in(language, "desk.channel.hotline"),
        at=call.begun_at,
        text=told.sentence,
        chips=tuple(chips),
        files=tuple(files),
    )
