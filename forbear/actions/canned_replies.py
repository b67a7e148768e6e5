"""Room 1, contact: the replies a desk keeps, every change a version, and their words for one case."""

from forbear.actions.letters import mentioned
from forbear.actions.ports import Desk
from forbear.core.canned_replies import (
    NAME,
    TEXT_MOST,
    CannedReply,
    filled,
    may_write_replies,
    next_version,
    reply_faults,
    versions,
)
from forbear.core.contact import Actor
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.words import LANGUAGES


def keep_reply(
    desk: Desk, actor: Actor, *, name: str, language: str, text: str, seen: int = 0
) -> CannedReply | Refusal:
    """A new reply, or a new version of one; an empty `text` takes one out of use. `seen`: the newest version of the
    name that was on the writer's screen, 0 for none: two people at once do not write over each other.
    """
    if refusal := may_write_replies(actor) or _faults(name, language, text):
        return refusal
    replies = desk.canned_replies.all()
    text = text.replace("\r\n", "\n").strip()
    before = next(versions(replies, name, language), None)
    if not text and (before is None or not before.text):
        return Refusal("canned.empty", "conversation.refusal.canned_empty", where="text")
    version = next_version(replies, name)
    if seen == version - 1 and before is not None and before.text == text:
        return before
    reply = CannedReply(name=name, version=version, language=language, text=text, by=actor.id, at=desk.clock.now())
    if seen != version - 1 or not desk.canned_replies.add(reply):
        newest = {"version": next_version(desk.canned_replies.all(), name) - 1}
        return Refusal("record.stale", "conversation.refusal.canned_stale", "record.way_on.reload", facts=newest)
    return reply


def _faults(name: str, language: str, text: str) -> Refusal | None:
    if not NAME.fullmatch(name):
        return Refusal("canned.name", "conversation.refusal.canned_name", where="name")
    if language not in LANGUAGES:
        return Refusal("canned.language", "conversation.refusal.canned_language", where="language")
    if len(text) > TEXT_MOST:
        return Refusal("canned.long", "conversation.refusal.canned_long", facts={"most": TEXT_MOST}, where="text")
    if reply_faults(language, text):
        return Refusal("canned.tone", "conversation.refusal.canned_tone", where="text")
    return None


def reply_for(desk: Desk, file: CaseFile, reference: str) -> tuple[CannedReply, str] | Refusal:
    """A kept reply, by name@version, in the words of one case."""
    reply = next((one for one in desk.canned_replies.all() if one.reference == reference), None)
    if reply is None or file.party is None:
        return Refusal("canned.unknown", "conversation.refusal.canned_unknown", facts={"reply": reference})
    words = filled(reply, mentioned(desk, file, reply.language))
    return words if isinstance(words, Refusal) else (reply, words)
