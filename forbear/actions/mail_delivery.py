"""Room 1, contact: what a mail of ours carries so that its answer finds the case, and what happens when it comes back.

A mail that cannot be delivered for good closes the channel and opens the message again on another, in one step and
once: nobody waits for somebody to notice. Where no channel is left, a person has to reach her.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from forbear.actions.letters import write
from forbear.actions.ports import Desk, Due, MailHeaders
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core import mail_address as marks
from forbear.core.contact import Actor, Auth, Channel, Reach, Role
from forbear.core.conversation import Notice
from forbear.core.file import CaseFile
from forbear.core.mail_routing import Failure
from forbear.core.notices import NoticeKind
from forbear.core.refusal import Refusal
from forbear.words import say

REFERENCES_MOST = 6
REFERENCE_MOST = 150
"""Ids of earlier mails that one names, and the characters of one: relays refuse headers that are too long."""
TRIES_MOST = 3
"""How often a mail goes out anew after a failure that may pass."""
TRY_AGAIN_HOURS = 4


def headers_of(desk: Desk, file: CaseFile, notice: Notice) -> MailHeaders:
    """The headers of a message of a case: by them its answer, or it itself, finds the way back."""
    case_id, sign, domain = file.case.case_id, desk.mail_sign, desk.mail_domain
    number = 1 + [one.notice for one in file.notices].index(notice.notice)
    root = marks.message_id(sign, domain, case_id, 0)
    hers = [said.reference for said in file.spoken if said.reference and len(said.reference) <= REFERENCE_MOST]
    token = marks.stop_token(sign, case_id) if notice.kind is NoticeKind.REMINDER else ""
    return MailHeaders(
        message_id=marks.message_id(sign, domain, case_id, number),
        envelope_from=marks.bounce_address(sign, domain, case_id, number),
        reply_to=marks.reply_address(sign, domain, case_id, marks.BORROWER),
        in_reply_to=hers[-1] if hers and notice.kind is NoticeKind.MESSAGE else root,
        references=tuple(dict.fromkeys(one for one in (root, *hers[1 - REFERENCES_MOST :]) if one)),
        own_mark=marks.loop_mark(sign, domain),
        stop=f"{desk.address}/mail/stop/{token}" if token else "",
        automatic=notice.kind is not NoticeKind.MESSAGE,
    )


def with_mark(desk: Desk, file: CaseFile, body: str) -> str:
    """The words of a mail with the mark in a last line of their own."""
    mark = marks.marker(desk.mail_sign, file.case.case_id, marks.BORROWER)
    return f"{body}\n\n{say(file.case.language, 'mail.last_line', marker=mark)}" if mark else body


# ---- coming back -----------------------------------------------------------------------------------------------


def came_back(desk: Desk, by: By, case_id: str, number: int, failure: Failure, status: str = "") -> Done | Refusal:
    """Message `number` of a case (from 1) came back; twice is once. `status`: the class it was given, such as 5.1.1."""

    def decide(file: CaseFile) -> Decision:
        notice = file.notices[number - 1] if 0 < number <= len(file.notices) else None
        if notice is None or notice.channel is not Channel.EMAIL or notice.state == "failed":
            return ()
        if failure is Failure.NONE:
            return ()
        failed = e.NoticeFailed(notice=notice.notice, tries=_tries(file, notice))
        if failure is Failure.SOFT and failed.tries < TRIES_MOST:
            return [failed, *_again(desk, file, notice)]
        facts: list[e.Fact | Due] = [failed]
        if failure is Failure.HARD and Channel.EMAIL not in file.talk.failed:
            address = notice.letter.to if notice.letter else None
            facts.append(e.ChannelFailed(channel=Channel.EMAIL, why=status or "5", address=address))
        return [*facts, *_elsewhere(desk, file, notice)]

    asked = {"came_back": number, "failure": failure.value}
    return carry_out(desk, by, case_id, asked, decide)


def _tries(file: CaseFile, notice: Notice) -> int:
    """How often these very words went to that address, counting this time."""
    return sum(1 for one in file.notices if one.letter == notice.letter and one.channel is notice.channel)


def _again(desk: Desk, file: CaseFile, notice: Notice) -> Iterator[e.Fact | Due]:
    at = desk.clock.now() + timedelta(hours=TRY_AGAIN_HOURS)
    yield from _queued(desk, file, notice, notice.channel, at)


def _elsewhere(desk: Desk, file: CaseFile, notice: Notice) -> Iterator[e.Fact | Due]:
    """The message once more as a text message, unless she has it that way; else a person has to reach her."""
    beside = [
        one
        for one in file.notices
        if one.channel is Channel.SMS and one.kind is notice.kind and one.at <= notice.at and one.letter
    ]
    twin = beside[-1] if beside else None
    if twin is not None and twin.state == "delivered":
        return
    unwanted = file.reach is not None and Channel.SMS in file.reach.unwanted
    now = desk.clock.now()
    if unwanted or Channel.SMS in file.talk.failed or file.party is None or not file.party.phone:
        case_id = file.case.case_id
        yield Due(key=f"unreached:{notice.notice}", kind="unreached", due_at=now, case_id=case_id)
    elif twin is not None:
        yield from _queued(desk, file, twin, Channel.SMS, now)
    else:
        letters = write(desk, file, notice.kind, now)
        yield from next(pair for pair in letters if pair[0].channel is Channel.SMS)


def _queued(desk: Desk, file: CaseFile, notice: Notice, channel: Channel, at: datetime) -> Iterator[e.Fact | Due]:
    name = desk.ids.new("n")
    body = {"notice": name}
    if notice.kind is NoticeKind.UPLOAD_LINK and file.upload_links:
        body["link"] = file.upload_links[-1].link
    yield e.NoticeQueued(
        notice=name, kind=notice.kind, channel=channel, language=file.case.language, letter=notice.letter
    )
    yield Due(key=f"deliver:{name}", kind="deliver", due_at=at, case_id=file.case.case_id, body=body)


# ---- no more reminders -----------------------------------------------------------------------------------------


def stop_reminders(desk: Desk, token: str) -> Done | Refusal:
    """She wants no more reminders by mail: the link in them says so, without signing in, as often as it is pressed."""
    case_id = marks.case_of_stop(desk.mail_signs, token)

    def decide(file: CaseFile) -> Decision:
        if file.party is None:
            return _no_link()
        reach = file.reach or Reach(language=file.case.language, phone=file.party.phone, email=file.party.email)
        if Channel.EMAIL in reach.unwanted:
            return ()
        reach = replace(reach, unwanted=(*reach.unwanted, Channel.EMAIL))
        return [e.ReachChosen(language=reach.language, reach=reach)]

    if not case_id or not desk.ledger.events(case_id):
        return _no_link()
    actor = Actor(Role.BORROWER, _borrower(desk, case_id), Auth.NONE)
    by = By(actor=actor, channel=Channel.EMAIL, key=f"mail-stop:{desk.ids.new('q')}")
    return carry_out(desk, by, case_id, {"stop": case_id}, decide)


def _borrower(desk: Desk, case_id: str) -> str:
    line = desk.cases.line(case_id)
    return line.borrower_id if line else ""


def _no_link() -> Refusal:
    return Refusal("mail.stop", "mail.refusal.stop", "contact.way_on.call")
