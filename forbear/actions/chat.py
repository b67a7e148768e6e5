"""The chat of a case: she writes, somebody of the desk joins, answers and leaves, and nobody is left waiting unseen.

The case's seq is the cursor of both sides; what a page has shown it says, and that is the delivery. Whoever of the desk
goes silent with her message unanswered is taken out of the conversation, and she stands in the line where she was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from forbear.actions import letters
from forbear.actions.bot import heard
from forbear.actions.conversation import Written, write_message
from forbear.actions.ports import Desk, Due, Leased
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.chat import room_of
from forbear.core.contact import SYSTEM, Actor, Channel, Purpose, Role, may_work_on_cases
from forbear.core.conversation import Conversation, Spoken, conversed
from forbear.core.file import CaseFile
from forbear.core.notices import NoticeKind
from forbear.core.refusal import Refusal

SILENT = timedelta(minutes=2)
"""So long without a sign of an open page, and somebody counts as gone."""
LOOK_AGAIN = timedelta(minutes=1)
UNSEEN = timedelta(minutes=10)
"""So long not shown on her page, and an answer is told by a message as one outside the chat is."""
POSTS, POSTS_SECONDS = 20, 60
"""Messages of one conversation in a minute: more than anybody types, fewer than a loop sends."""

EVENTS = (e.HandedOver, e.PersonJoined, e.PersonLeft)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a chat: something said, or a change of who speaks (`fact`)."""

    event: e.Recorded
    spoken: Spoken | None = None

    @property
    def seq(self) -> int:
        """Its place in the case."""
        return self.event.seq


@dataclass(frozen=True, kw_only=True)
class News:
    """What happened in a case after a seq, as a chat shows it. `seq`: the last there is; `delivered`: ids of messages
    that the other side of them now has.
    """

    seq: int
    lines: tuple[Line, ...]
    delivered: tuple[str, ...]


def since(desk: Desk, case_id: str, after: int) -> News:
    """In order: what was said on any channel, without the desk's notes, and who came and went."""
    events = desk.ledger.after(case_id, after)
    talk = Conversation()
    for event in events:
        talk = conversed(talk, event)
    spoken = {said.seq: said for said in talk.spoken if said.text and not said.note}
    shown = [event for event in events if event.seq in spoken or isinstance(event.fact, EVENTS)]
    return News(
        seq=events[-1].seq if events else after,
        lines=tuple(Line(event=event, spoken=spoken.get(event.seq)) for event in shown),
        delivered=tuple(event.fact.message for event in events if isinstance(event.fact, e.MessageDelivered)),
    )


def post(desk: Desk, by: By, case_id: str, written: Written | str) -> Done | Refusal:
    """She writes, and the bot answers where it has the conversation; elsewhere a person is waited for. A message that
    comes twice under its key is one; too many in a minute are told to wait.
    """
    counted: list[bool] = []

    def also(file: CaseFile) -> Decision:
        if not counted:
            counted.append(desk.limits.take(f"chat:{case_id}", desk.clock.now(), POSTS, POSTS_SECONDS))
        if not counted[0]:
            return Refusal("chat.too_fast", "chat.refusal.too_fast", "chat.way_on.wait")
        return _answerer(desk, file)

    said = Written(text=written) if isinstance(written, str) else written
    done = write_message(desk, by, case_id, replace(said, calls_person=False), also)
    if isinstance(done, Done) and not desk.rooms.of(case_id).person:
        heard(desk, case_id)
    return done


def answer(desk: Desk, by: By, case_id: str, written: Written | str) -> Done | Refusal:
    """Somebody of the desk writes, and is in the conversation by that where nobody is."""

    def also(file: CaseFile) -> Decision:
        room, body = room_of(case_id, file.events), {"after": file.case.seq}
        due_at, key = desk.clock.now() + UNSEEN, f"unseen:{case_id}:{file.case.seq}"
        look = [Due(key=key, kind="unseen", due_at=due_at, case_id=case_id, body=body)] if live else []
        if room.person == by.actor.id or (room.person and _there(desk, case_id, room.person)):
            return look
        return [e.PersonJoined(), *look]

    live = by.channel is Channel.CHAT
    desk.presence.here(case_id, by.actor.id, desk.clock.now())  # whoever writes is there
    return write_message(desk, by, case_id, written, also)


def tell_unseen(desk: Desk, item: Leased) -> None:
    """An answer in the chat that her page never showed, since she left it: she is told that there is one, once."""
    by = By(actor=SYSTEM, channel=Channel.CHAT, key=f"agenda:{item.key}", cause=item.key)

    def decide(file: CaseFile) -> Decision:
        missed = [
            said
            for said in file.spoken
            if said.seq > int(item.body["after"]) and said.channel is Channel.CHAT and not said.hers and not said.note
            if said.voice is e.Voice.PERSON and said.delivered_at is None
        ]
        told = [notice for notice in file.notices if notice.kind is NoticeKind.MESSAGE]
        if file.case.closed or not missed or (told and told[-1].at >= missed[-1].at):
            return ()
        written = letters.write(desk, file, NoticeKind.MESSAGE, desk.clock.now(), Purpose.ANSWER)
        return [part for pair in written for part in pair]

    carry_out(desk, by, item.case_id, {"unseen": item.key}, decide)


def channel_to_her(desk: Desk, case_id: str) -> Channel:
    """Chat while her page is open; otherwise her site, so that a message tells her that there is an answer."""
    return Channel.CHAT if _there(desk, case_id, "") else Channel.WEB


def join(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """Somebody of the desk takes the conversation, unless another person is in it."""

    def decide(file: CaseFile) -> Decision:
        room = room_of(case_id, file.events)
        if refusal := may_work_on_cases(by.actor):
            return refusal
        if file.case.closed:
            return Refusal("chat.closed", "chat.refusal.closed")
        if room.person == by.actor.id:
            return ()
        if room.person and _there(desk, case_id, room.person):
            return Refusal("chat.taken", "chat.refusal.taken", "chat.way_on.next", facts={"person": room.person})
        return [e.PersonJoined()]

    return carry_out(desk, by, case_id, {"chat": "join"}, decide)


def leave(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """Somebody of the desk goes; she stands in the line again where her last message is unanswered."""
    return carry_out(desk, by, case_id, {"chat": "leave"}, lambda file: _left(file, by.actor.id))


def seen(desk: Desk, by: By, case_id: str, after: int) -> Done | Refusal:
    """A page has shown everything up to a seq: the other side's messages in it are delivered. Twice is once."""
    hers = by.actor.kind is not Role.BORROWER
    if hers and (refusal := may_work_on_cases(by.actor)):
        return refusal

    def decide(file: CaseFile) -> Decision:
        return [
            e.MessageDelivered(message=said.message)
            for said in file.spoken
            if said.message and said.seq <= after and said.hers is hers and said.delivered_at is None
        ]

    return carry_out(desk, by, case_id, {"seen": after}, decide)


def seen_by(actor: Actor, case_id: str, after: int, channel: Channel) -> By:
    """Who saw it, under a key that makes the same sight twice one."""
    return By(actor=actor, channel=channel, key=f"chat:seen:{case_id}:{actor.id}:{after}")


# ---- nobody waits unseen -----------------------------------------------------------------------------------------


def watch(desk: Desk, item: Leased) -> None:
    """Some time after a message of hers: whoever should answer it is there, or she goes back to the line."""
    now, case_id = desk.clock.now(), item.case_id
    by = By(actor=SYSTEM, channel=Channel.CHAT, key=f"agenda:{item.key}", cause=item.key)
    waiting: list[bool] = []

    def decide(file: CaseFile) -> Decision:
        room = room_of(case_id, file.events)
        waiting[:] = [room.since is not None and bool(room.person)]
        if not waiting[0] or _there(desk, case_id, room.person):
            return ()
        waiting[0] = False
        return _left(file, room.person)

    carry_out(desk, by, case_id, {"watch": item.key}, decide)
    if waiting == [True]:
        times = int(item.body["times"]) + 1
        key = f"chat:{case_id}:{item.body['seq']}:{times}"
        body = {**item.body, "times": times}
        desk.agenda.put([Due(key=key, kind="chat", due_at=now + LOOK_AGAIN, case_id=case_id, body=body)])


def _answerer(desk: Desk, file: CaseFile) -> Sequence[e.Fact | Due]:
    """Who is to answer her next message: somebody who is there is looked after, somebody who is gone is let go."""
    case_id = file.case.case_id
    room = room_of(case_id, file.events)
    if not room.person:
        return ()
    if not _there(desk, case_id, room.person):
        return [e.PersonLeft(waits=True)]
    seq = file.case.seq + 1
    body: dict[str, str | int] = {"seq": seq, "times": 0}
    due_at = desk.clock.now() + SILENT
    return [Due(key=f"chat:{case_id}:{seq}:0", kind="chat", due_at=due_at, case_id=case_id, body=body)]


def _left(file: CaseFile, person: str) -> Decision:
    room = room_of(file.case.case_id, file.events)
    return [e.PersonLeft(waits=room.since is not None)] if person and room.person == person else ()


def _there(desk: Desk, case_id: str, who: str) -> bool:
    seen_at = desk.presence.seen_at(case_id, who)
    return seen_at is not None and desk.clock.now() - seen_at < SILENT
