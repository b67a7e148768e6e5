"""Text messages: what became of those that went out, and what borrowers send us.

A receipt may come before our own commit, twice, late or for nothing of ours: it is kept under the carrier's id, and the
case learns of it as soon as both sides are there. A text that comes is a message of the conversation only where its
number is on file of exactly one borrower with an open case; a number can be forged, so nothing is told in return.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from forbear.actions.conversation import WORDS_MAX, Written, write_message
from forbear.actions.letters import with_receipt
from forbear.actions.ports import CaseLine, Desk, Due, Leased, Message, Receipt, Stray, TextIn, Undelivered, Unreachable
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Reach, Role, may_work_on_cases
from forbear.core.conversation import Notice
from forbear.core.file import CaseFile
from forbear.core.identity import phone
from forbear.core.phone_numbers import e164
from forbear.core.refusal import Refusal
from forbear.core.sms import Fate, Wish, wish_of
from forbear.words import say

IN_AN_HOUR = 60
"""Texts of one number that reach a case; what is above waits for a person, who sees that somebody floods us."""
KEPT_DAYS = 180
"""How long the carriers' ids are kept: no receipt comes later, and no text comes again."""
JOINT_MINUTES = 60
"""Within which the parts of one message come; later the number that joins them may be used for another."""
GAP = " […] "
STRAYS_TOLD = 20
"""As long as more than these wait for a person, no further task is made of one: the page shows them all."""


# ---- what went out ---------------------------------------------------------------------------------------------


def handed(desk: Desk, carriers: str, case_id: str, thing: str) -> None:
    """Note the carrier's ids (Messenger.send) of a notice, message or code; it may have told of them already."""
    if ids := carriers.split():
        desk.texts.handed(ids, case_id=case_id, thing=thing, at=desk.clock.now())
        settle(desk, case_id, thing)


def take_receipt(desk: Desk, receipt: Receipt) -> None:
    """A carrier says what became of a message; twice is once, and one that we do not know is kept."""
    if found := desk.texts.reported(receipt, desk.clock.now()):
        settle(desk, *found)


def settle(desk: Desk, case_id: str, thing: str) -> None:
    """Write into the case what became of a thing, as far as it is known and new. Codes belong to no case: counted."""
    known = desk.texts.fate(thing)
    if known is None or not case_id:
        return
    fate, code = known
    by = By(actor=SYSTEM, channel=Channel.SYSTEM, key=f"receipt:{thing}:{fate.value}")

    def decide(file: CaseFile) -> Decision:
        notice = next((one for one in file.notices if one.notice == thing), None)
        if notice is not None and fate is not Fate.DELIVERED:
            return not_arrived(file, notice, code, number=fate is Fate.REFUSED)
        if notice is not None:
            sent: list[e.Fact] = [e.NoticeSent(notice=thing)] if notice.state == "queued" else []
            return () if notice.state == "delivered" else [*sent, e.NoticeDelivered(notice=thing)]
        spoken = next((one for one in file.spoken if one.message == thing), None)
        if spoken is None or spoken.delivered_at or fate is not Fate.DELIVERED:
            return ()
        return [e.MessageDelivered(message=thing)]

    carry_out(desk, by, case_id, {"fate": fate.value}, decide)


def not_arrived(file: CaseFile, notice: Notice, code: str, *, number: bool, tries: int = 1) -> Sequence[e.Fact | Due]:
    """The facts of a message that did not arrive; where nothing else carries the same news, a person's task.

    `number`: its address takes nothing from us any more, so the next messages take another way (letters.py).
    """
    if notice.state in ("delivered", "failed"):
        return ()
    facts: list[e.Fact | Due] = [e.NoticeFailed(notice=notice.notice, tries=tries)]
    if number and notice.channel not in file.talk.failed:
        to = notice.letter.to if notice.letter else None
        facts.append(e.ChannelFailed(channel=notice.channel, why=_plain(code), address=to))
    if not told_otherwise(file, notice):
        body: dict[str, str | int] = {"notice": notice.notice, "untold": 1}
        key, case_id = f"deliver:{notice.notice}:untold", file.case.case_id
        facts.append(Due(key=key, kind="deliver", due_at=file.events[-1].at, case_id=case_id, body=body))
    return facts


def told_otherwise(file: CaseFile, notice: Notice) -> bool:
    """Whether the same news goes to her over another channel."""
    others = [one for one in file.notices if one.kind is notice.kind and one.at == notice.at]
    return any(one.channel is not notice.channel and one.state != "failed" for one in others)


def shut(file: CaseFile, channel: Channel) -> bool:
    """Whether a channel takes nothing any more, or she wants nothing there."""
    return channel in file.talk.failed or bool(file.reach and channel in file.reach.unwanted)


def not_sent(desk: Desk, by: By, case_id: str, notice: str, why: Unreachable) -> None:
    """A message that cannot go this way, today or any other day."""

    def decide(file: CaseFile) -> Decision:
        found = next(one for one in file.notices if one.notice == notice)
        return not_arrived(file, found, why.code, number=why.number)

    carry_out(desk, by, case_id, {"unreachable": notice}, decide)


def _plain(code: str) -> str:
    """A carrier's word as it may stand in the open part of the record."""
    return "".join(sign for sign in code if sign.isascii() and (sign.isalnum() or sign in "._:-"))[:40]


def discreet(desk: Desk, borrower_id: str) -> bool:
    """Whether she chose, in any of her cases, that a text message names neither lender nor debt."""
    files = (load(desk, line.case_id) for line in desk.cases.of_borrower(borrower_id)) if borrower_id else ()
    return any(file.reach and file.reach.discreet for file in files)


# ---- what comes ------------------------------------------------------------------------------------------------


def take_text(desk: Desk, came: TextIn) -> None:
    """A text message that came. Raises Undelivered where the record is too busy: the carrier sends it again."""
    text: TextIn | None = replace(came, text=_readable(came.text), number=came.number.strip()[:40])
    assert text is not None, "there is one"
    if text.parts > 1 and (text := desk.texts.whole(text, desk.clock.now())) is None:
        return None
    number = phone(text.number)
    if isinstance(number, Refusal):
        return _keep(desk, text, "unknown")
    text = replace(text, number=number)
    if not desk.limits.take(f"texts:{number}", desk.clock.now(), IN_AN_HOUR, 3600):
        return _keep(desk, text, "many")
    whose = {held.borrower_id for held in desk.loans.by_phone(e164(number))}
    lines = [line for one in sorted(whose) for line in desk.cases.of_borrower(one) if line.stage != "closed"]
    if wish := wish_of(text.text):
        return _grant(desk, text, wish, lines)
    if len({line.borrower_id for line in lines}) != 1:
        return _keep(desk, text, "several" if lines else "closed" if whose else "unknown")
    line = max(lines, key=lambda one: one.changed_at)
    return _file(desk, text, line.case_id, line.borrower_id)


def joined(text: TextIn, words: Mapping[int, str]) -> TextIn | None:
    """The whole message of a part, from the words of all parts by their number; None while one is missing. Its id is
    made of what it says: the same parts once more are the same message.
    """
    if any(n not in words for n in range(1, text.parts + 1)):
        return None
    whole = "".join(words[n] for n in range(1, text.parts + 1))
    id = f"{text.joint}-{sha256(whole.encode('utf-8', 'replace')).hexdigest()[:16]}"
    return replace(text, id=id[-120:], text=whole, part=1, parts=1)


def gathered(*, joint: str, parts: int, pieces: Mapping[int, tuple[str, str]]) -> TextIn:
    """A message some of whose parts never came, with a mark in their place. `pieces`: (number, words) by place."""
    numbers = {number for number, _ in pieces.values()}
    assert len(numbers) == 1, "the joint holds the number"
    words = "".join(pieces[n][1] if n in pieces else GAP for n in range(1, parts + 1))
    id = f"{joint}-{sha256(words.encode('utf-8', 'replace')).hexdigest()[:16]}"
    return TextIn(id=id[-120:], number=numbers.pop(), text=words)


def take_loose(desk: Desk) -> None:
    """Parts whose others did not come are a message too, so that nothing she wrote is lost."""
    for text in desk.texts.loose(desk.clock.now() - timedelta(minutes=JOINT_MINUTES)):
        take_text(desk, text)


def _readable(text: str) -> str:
    """As it came; what no text can hold (half a surrogate pair, a null) stands as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")


def _file(desk: Desk, text: TextIn, case_id: str, borrower_id: str) -> None:
    """Her message, in as many as it takes: none is cut short."""
    pieces = [text.text[at : at + WORDS_MAX] for at in range(0, len(text.text), WORDS_MAX)]
    for n, words in enumerate(piece for piece in pieces if piece.strip()):
        by = _by_her(desk, text, borrower_id, f"text:{text.id}:{n}")
        outcome = write_message(desk, by, case_id, Written(text=words, sender=text.number))
        if isinstance(outcome, Refusal) and outcome.rule == "record.key":
            mark = sha256(text.text.encode()).hexdigest()[:16]
            return _keep(desk, replace(text, id=f"{text.id[:100]}-{mark}"), "same-id")
        _must(outcome)
    desk.texts.keep(text, desk.clock.now(), case_id, "")
    return None


def _by_her(desk: Desk, text: TextIn, borrower_id: str, key: str) -> By:
    """A carrier's clock that runs ahead of ours does not make a message of tomorrow."""
    at = min(text.sent_at, desk.clock.now()) if text.sent_at else None
    actor = Actor(Role.BORROWER, borrower_id, Auth.SENDER_NUMBER)
    return By(actor=actor, channel=Channel.SMS, key=key[:200], occurred_at=at)


def _must(outcome: Done | Refusal) -> Done:
    if isinstance(outcome, Refusal):
        raise Undelivered(f"a text message could not be filed: {outcome.rule}")
    return outcome


def _keep(desk: Desk, text: TextIn, why: str) -> None:
    fresh = desk.texts.keep(text, desk.clock.now(), "", why)
    if fresh and desk.texts.waiting(STRAYS_TOLD + 1) <= STRAYS_TOLD:
        desk.agenda.put([_look_at(desk, text.id)])


def _look_at(desk: Desk, id: str) -> Due:
    return Due(key=f"stray:{id}", kind="stray", due_at=desk.clock.now(), body={"text": id})


# ---- no more of them, and again ----------------------------------------------------------------------------------


def _grant(desk: Desk, text: TextIn, wish: Wish, lines: Sequence[CaseLine]) -> None:
    """The number wants no more text messages, or wants them again: in each of its open cases, with one confirmation."""
    answered = False
    for line in lines:
        by = _by_her(desk, text, line.borrower_id, f"text:{text.id}:{line.case_id}")
        done = _must(
            carry_out(desk, by, line.case_id, {"wish": wish.value}, lambda file: _granted(desk, text, wish, file))
        )
        changed = any(isinstance(event.fact, e.ReachChosen) for event in done.events)
        if changed and not answered:
            answered = True
            _confirm(desk, text, wish, line.case_id)
    desk.texts.keep(text, desk.clock.now(), lines[0].case_id if lines else "", "")


def _granted(desk: Desk, text: TextIn, wish: Wish, file: CaseFile) -> Decision:
    if file.party is None:
        return ()
    own = file.reach or Reach(language=file.case.language, phone=file.party.phone, email=file.party.email)
    others = tuple(channel for channel in own.unwanted if channel is not Channel.SMS)
    reach = replace(own, unwanted=(*others, Channel.SMS) if wish is Wish.STOP else others)
    facts: list[e.Fact] = [Written(text=text.text, sender=text.number).fact(desk)]
    if (Channel.SMS in reach.unwanted) is not (Channel.SMS in own.unwanted):
        facts.append(e.ReachChosen(language=reach.language, reach=reach))
    return facts


def _confirm(desk: Desk, text: TextIn, wish: Wish, case_id: str) -> None:
    by = By(actor=SYSTEM, channel=Channel.SMS, key=f"text:{text.id}:confirmed"[:200])

    def decide(file: CaseFile) -> Decision:
        said = Written(text=say(file.case.language, f"sms.{wish.value}"), voice=e.Voice.AUTO).fact(desk)
        due = Due(
            key=f"text:{said.message}",
            kind="text",
            due_at=desk.clock.now(),
            case_id=case_id,
            body={"message": said.message},
        )
        return [said, due]

    _must(carry_out(desk, by, case_id, {"confirm": wish.value}, decide))


def send_answer(desk: Desk, item: Leased) -> None:
    """Send a confirmation, to the number on file; raises Undelivered."""
    file, message = load(desk, item.case_id), str(item.body["message"])
    said = next((one for one in file.spoken if one.message == message), None)
    if said is None or file.party is None or said.delivered_at:
        return
    body = with_receipt(file, said, said.text)
    carriers = desk.messenger.send(
        Message(channel=Channel.SMS, to=file.party.phone, subject="", body=body, reference=message)
    )
    handed(desk, carriers, item.case_id, message)


# ---- what belongs to nobody for sure -----------------------------------------------------------------------------


def place_stray(desk: Desk, by: By, id: str, contract: str) -> Done | Refusal:
    """A person looked at a stray: it belongs to the open case of this contract, or ("") to none."""
    if refusal := may_work_on_cases(by.actor):
        return refusal
    stray = desk.texts.stray(id)
    if stray is None:
        return Done("", ())
    if not contract.strip():
        _looked_at(desk, id, "")
        return Done("", ())
    held = desk.loans.find(contract)
    lines = [line for line in desk.cases.of_loan(held.loan_id) if line.stage != "closed"] if held else []
    if held is None or not lines:
        return Refusal("sms.contract", "sms.refusal.contract", "sms.way_on.contract", where="contract")
    return _placed(desk, stray, lines[0])


def _placed(desk: Desk, stray: Stray, line: CaseLine) -> Done | Refusal:
    by = By(
        actor=Actor(Role.BORROWER, line.borrower_id, Auth.STAFF),
        channel=Channel.SMS,
        key=f"text:{stray.id}:placed"[:200],
        occurred_at=stray.came_at,
    )
    done = write_message(desk, by, line.case_id, Written(text=stray.text[:WORDS_MAX], sender=stray.number))
    if not isinstance(done, Refusal):
        _looked_at(desk, stray.id, line.case_id)
    return done


def _looked_at(desk: Desk, id: str, case_id: str) -> None:
    """Its task is done with it; where others wait without one, the next of them has one now."""
    desk.texts.place(id, case_id)
    for item in desk.agenda.given_up():
        if item.kind == "stray" and item.body.get("text") == id:
            desk.agenda.settle(item.id)
    desk.agenda.put([_look_at(desk, left.id) for left in desk.texts.strays(1)])
