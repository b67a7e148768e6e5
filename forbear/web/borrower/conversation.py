"""The conversation as the borrower reads it: hers and ours in order of time, by which channel, and what reached whom.

Notes of the desk are not in it; who of us writes is said: a person, the bot (always marked) or a machine.
"""

from typing import Any

from django.http import HttpRequest

from forbear.actions.conversation import delivered
from forbear.actions.letters import with_receipt
from forbear.actions.record import By, load
from forbear.core import events as e
from forbear.core.contact import Channel, Role
from forbear.core.conversation import Call, Notice, Said, Spoken, Turn, since, undelivered
from forbear.core.file import CaseFile
from forbear.web.access import desk_of, looked_ahead, person_of
from forbear.web.borrower.page import words
from forbear.web.text import moment, reader_language


def taken(request: HttpRequest, file: CaseFile) -> CaseFile:
    """The file after her page has taken what the desk wrote, noted once. A browser that looks ahead takes nothing."""
    case_id, seq = file.case.case_id, file.case.seq
    if request.method != "GET" or looked_ahead(request) or not undelivered(file, Role.BORROWER, seq):
        return file
    by = By(actor=person_of(request).actor, channel=Channel.WEB, key=f"web:taken:{case_id}:{seq}")
    delivered(desk_of(request), by, case_id, seq)
    return load(desk_of(request), case_id)


def letters(file: CaseFile) -> list[dict[str, Any]]:
    """Everything she is to read, in order of time."""
    by_sms = {(one.kind, one.at) for one in file.notices if one.channel is Channel.SMS}
    told = (_letter(file, entry, by_sms) for entry in since(file))
    return sorted((letter for letter in told if letter), key=lambda letter: letter["at"])


def _letter(file: CaseFile, entry: Said, by_sms: set[tuple[Any, Any]]) -> dict[str, Any] | None:
    match entry:
        case Spoken(note=False, text=text) if text:
            return _spoken(entry)
        case Notice(letter=letter, carries="", state=state) if letter is not None and state != "dropped":
            if entry.channel is not Channel.SMS and (entry.kind, entry.at) in by_sms:
                return None  # the same in more words
            return _shown(entry, "auto", with_receipt(file, entry, letter.body), had=_state(entry))
        case Call(direction=direction):
            return _shown(entry, "", words(f"conversation.hers.call_{direction.value}"))
        case Turn(fact=e.HandedOver(position=position, expected_at=at)):
            said = words("conversation.hers.handed_over", position=position, at=moment(at, reader_language()))
            return _shown(entry, "", said)
        case Turn(fact=e.PersonJoined()):
            return _shown(entry, "", words("conversation.hers.joined"))
        case Turn(fact=e.PersonLeft()):
            return _shown(entry, "", words("conversation.hers.left"))
    return None


def _spoken(said: Spoken) -> dict[str, Any]:
    """A message; a subject stands above its words, and what came with it below."""
    machine = said.by.kind is Role.SYSTEM
    who = "you" if said.hers else "bot" if said.voice is e.Voice.BOT else "auto" if machine else "desk"
    lines = [words("conversation.hers.subject", subject=said.subject)] if said.subject else []
    lines.append(said.text)
    if said.papers:
        lines.append(words("conversation.hers.papers", count=len(said.papers)))
    had = ""
    if said.delivered_at:
        key = "conversation.hers.had_desk" if said.hers else "conversation.hers.had"
        had = words(key, at=moment(said.delivered_at, reader_language()))
    return _shown(said, who, "\n".join(lines), had=had, mine=said.hers)


def _state(notice: Notice) -> str:
    if notice.delivered_at:
        return words("conversation.hers.had", at=moment(notice.delivered_at, reader_language()))
    if notice.state == "failed":
        return words("conversation.hers.failed")
    return words("conversation.hers.sent") if notice.state == "queued" else ""


def _shown(entry: Spoken | Notice | Call | Turn, who: str, text: str, *, had: str = "", mine: bool = False) -> Any:
    at = entry.begun_at if isinstance(entry, Call) else getattr(entry, "sent_at", None) or entry.at
    channel = Channel.HOTLINE if isinstance(entry, Call) else entry.channel
    by = words(
        "conversation.hers.by",
        who=words(f"conversation.hers.{who}") if who else "",
        channel=words(f"desk.channel.{channel.value}"),
        at=moment(at, reader_language()),
    ).removeprefix(" · ")
    return {"at": at, "mine": mine, "by": by, "text": text, "had": had, "turn": not who}
