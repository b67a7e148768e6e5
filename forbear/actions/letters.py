"""The messages that a fact calls for, worded in her language, with the due delivery of each.

They are facts of the case themselves, in the same transaction; forbear/actions/agenda.py sends them afterwards.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from forbear.actions import contact_budget
from forbear.actions.ports import ZONE, Desk, Due
from forbear.core import events as e
from forbear.core.agreement import Lapse
from forbear.core.contact import Actor, Channel, Purpose, Role
from forbear.core.conversation import Notice, Spoken
from forbear.core.credit import Dispute
from forbear.core.decision import Outcome
from forbear.core.file import CaseFile
from forbear.core.leaving import requests_of
from forbear.core.notices import CALLED_FOR, LEFT_OUT, Letter, NoticeKind
from forbear.core.payments import due_minor, grace_until, next_row
from forbear.core.promise import Over
from forbear.core.receipt import receipt_of
from forbear.words import say, sentences
from forbear.words.format import day, money


def letters(
    desk: Desk, file: CaseFile, fact: e.Fact, actor: Actor, now: datetime
) -> Iterator[tuple[e.NoticeQueued, Due]]:
    """One message for each channel she can be reached by, with its delivery on the agenda; none after erasure."""
    kind = _kind(fact, actor, file.events[-1].channel)
    if kind is None or file.party is None or _told_in_another(file, fact):
        return
    channel = file.events[-1].channel
    only = channel if kind is NoticeKind.MESSAGE and channel in (Channel.SMS, Channel.EMAIL) else None
    purpose = Purpose.ANSWER if actor.kind is Role.BORROWER else Purpose.NOTICE
    if isinstance(fact, e.MessageWritten):
        purpose = fact.purpose
    yield from write(desk, file, kind, now, purpose, only=only)


def write(
    desk: Desk,
    file: CaseFile,
    kind: NoticeKind,
    now: datetime,
    purpose: Purpose = Purpose.NOTICE,
    *,
    number: int = 0,
    only: Channel | None = None,
) -> Iterator[tuple[e.NoticeQueued, Due]]:
    """A message of this kind about the case as it stands, due when the rules of contact allow it; what has to go and
    has no such time is due at once, for forbear/actions/agenda.py to give to a person. `only`: by this channel alone,
    as whoever wrote it chose.
    """
    for channel, to, subject, text in texts(desk, file, kind, number):
        if only not in (None, channel):
            continue
        notice = desk.ids.new("n")
        allowed = contact_budget.asked(desk, file, channel, purpose, now).budget
        queued = e.NoticeQueued(
            notice=notice,
            kind=kind,
            channel=channel,
            language=file.case.language,
            purpose=purpose,
            letter=Letter(to=to, subject=subject, body=text),
        )
        link = file.upload_links[-1] if kind is NoticeKind.UPLOAD_LINK else None
        body: dict[str, str | int] = {"notice": notice, "link": link.link} if link else {"notice": notice}
        if number and file.case.in_force is not None:
            body |= {"number": file.case.in_force, "instalment": number}
        at = allowed.next_at or now
        yield queued, Due(key=f"deliver:{notice}", kind="deliver", due_at=at, case_id=file.case.case_id, body=body)


def texts(desk: Desk, file: CaseFile, kind: NoticeKind, number: int) -> list[tuple[Channel, str, str, str]]:
    """(channel, to, subject, text) for each way to her that she does not want left alone."""
    assert file.party is not None, "somebody to write to"
    language = file.case.language
    said = _said(desk, file, language, number)
    reach = contact_budget.reach_of(desk, file)
    phone = reach.phone if reach else file.party.phone
    email = reach.email if reach else file.party.email
    text = _text(desk, file, kind, said)
    found = [(Channel.SMS, phone, "", text)]
    if email:
        own = file.spoken[-1].subject if kind is NoticeKind.MESSAGE and file.spoken else ""
        subject = own or say(language, f"notices.{kind.value}.subject", **said)
        parts = ("greeting", f"{kind.value}.body", "closing")
        body = ["\n".join(sentences(language, f"notices.{part}", **said)) for part in parts]
        found.append((Channel.EMAIL, email, subject, "\n\n".join(body)))
    able = [text for text in found if text[0] not in file.talk.failed]
    wanted = [text for text in able if reach is None or text[0] not in reach.unwanted]
    return wanted or able[:1] or found[:1]


def with_receipt(file: CaseFile, notice: Notice | Spoken, body: str) -> str:
    """The message with its receipt as the last line: where its own event stands in the log."""
    return f"{body}\n{receipt_line(file, notice)}"


def receipt_line(file: CaseFile, notice: Notice | Spoken) -> str:
    """The receipt of a message, as it went out with it."""
    event = file.events[notice.seq]
    language = event.fact.language if isinstance(event.fact, e.NoticeQueued) else file.case.language
    return receipt_said(event, language)


def receipt_said(event: e.Recorded, language: str) -> str:
    """The line that says where an event stands in the log."""
    return say(language, "log.receipt.line", receipt=receipt_of(event))


def preview(desk: Desk, file: CaseFile, kind: NoticeKind) -> str:
    """The text message that goes out with a message of this kind; "" where she gets none."""
    closed = file.talk.failed | set(file.reach.unwanted if file.reach else ())
    if file.party is None or Channel.SMS in closed:
        return ""
    return _text(desk, file, kind, _said(desk, file, file.case.language, 0))


def _text(desk: Desk, file: CaseFile, kind: NoticeKind, said: Mapping[str, str]) -> str:
    """The words of a text message: without lender and debt, and by a link that says neither, where she chose so."""
    language, key = file.case.language, f"notices.{kind.value}.text"
    if file.reach and file.reach.discreet:
        key = "notices.discreet_link" if kind is NoticeKind.UPLOAD_LINK else "notices.discreet"
        if desk.discreet_address:
            links = {name: said[name].replace(desk.address, desk.discreet_address) for name in ("link", "upload_link")}
            said = {**said, **links}
    return ("" if language == "zh" else " ").join(sentences(language, key, **said))


def _kind(fact: e.Fact, actor: Actor, channel: Channel) -> NoticeKind | None:
    match fact:
        case e.DecisionMade(outcome=outcome):
            return None if outcome is Outcome.APPROVED else NoticeKind(outcome.value)
        case e.MessageWritten() if actor.kind is Role.BORROWER or channel in (Channel.HOTLINE, Channel.CHAT):
            return None
        case e.MessageWritten(voice=voice) if voice is not e.Voice.PERSON:
            return None
        case e.MessageWritten():
            return NoticeKind.MESSAGE
        case e.AgreementLapsed(why=Lapse.REPLACED) | e.PlanRequested(offer="person"):
            return None
        case e.PaymentReceived(all_settled=True):
            return None
    return CALLED_FOR.get(fact.type)


def _told_in_another(file: CaseFile, fact: e.Fact) -> bool:
    """Why several classes of her data stay is one message, and part of the answer where she had asked."""
    if not isinstance(fact, e.ErasureRefused):
        return False
    now = [event.fact for event in file.events if event.leaf < 0]
    first = next(one for one in now if isinstance(one, e.ErasureRefused | e.DataAnswered))
    return first is not fact or any(isinstance(one, e.DataAnswered) for one in now)


def mentioned(desk: Desk, file: CaseFile, language: str) -> dict[str, str]:
    """All that a message to her may mention, in a language; "" where the case has no such thing now."""
    return _said(desk, file, language, 0)


def _said(desk: Desk, file: CaseFile, language: str, number: int) -> dict[str, str]:
    """All that a message may mention; "" where the case has no such thing now. A promised day that is over is none."""
    assert file.party is not None, "somebody to write to"
    case, rows, today = file.case, file.rows(), desk.clock.today()
    row = next((row for row in rows if row.number == number), None) or next_row(rows)
    offered = file.offered.terms if file.offered else None
    paid = max(file.payments, key=lambda paid: paid.reversed_at or paid.at, default=None)
    due = due_minor(rows, today)
    spoken = [spoken for spoken in file.spoken if not spoken.note]
    facts = [event.fact for event in file.events]

    def by(on: date | None) -> str:
        return day(language, on) if on and on >= today else ""

    return {
        "name": file.party.name,
        "contract": (file.contract or "")[-4:],
        "lender": desk.lender if language == "zh" else desk.lender_en,
        "phone": desk.phone,
        "link": desk.address,
        "upload_link": f"{desk.address}/u/{LEFT_OUT}",
        "upload_until": by(sent[-1].expires_at.astimezone(ZONE).date()) if (sent := file.upload_links) else "",
        "by": by(case.due_on),
        "papers_by": by(case.papers_by_on),
        "answer_by": by(case.answer_by_on),
        "decide_by": by(case.decide_by_on),
        "more_by": by(case.more_by_on),
        "appeal_by": by(case.appeal_by_on),
        "call_by": by(case.person_by_on),
        "stay_until": by(case.stayed_until_on),
        "cure_by": by(case.cure_by_on),
        "sign_by": by(case.sign_by_on),
        "next_on": day(language, row.instalment.due_on) if row else "",
        "next_amount": money(language, row.open_minor) if row else "",
        "due_amount": money(language, due) if due else "",
        "first_on": day(language, offered.plan.first_due_on) if offered else "",
        "first_amount": money(language, offered.plan.instalments[0].amount_minor) if offered else "",
        "paid": money(language, paid.details.amount_minor) if paid and paid.details else "",
        "words": spoken[-1].text if spoken else "",
        "data_by": by(next((wish.answer_by_on for wish in requests_of(file.events, ZONE) if wish.open), None)),
        "article": next((told.article for told in reversed(facts) if isinstance(told, e.ErasureRefused)), ""),
        "grace_until": day(language, grace_until(row.instalment.due_on, case.grace_days, case.pauses)) if row else "",
        "paused_until": by(max((last_on for _, last_on in case.pauses), default=None)),
        **_promised(file, language),
        "reason": list(file.paper_reasons.values())[-1] if file.paper_reasons else "",
    }


def _promised(file: CaseFile, language: str) -> dict[str, str]:
    """What keeping the promise brought that a message may mention: figures of a breach, money back, a dispute."""
    over = file.promise.overs[-1] if file.promise.overs else None
    fallback, disputes = file.promise.fallback, file.credit.disputes
    statement, question = file.credit.statement, file.promise.question
    sent = max((one for one in file.promise.overs if one.refunded_at), key=_refunded_at, default=None)
    answered = max((one for one in disputes if one.answered_at), key=_answered_at, default=None)
    late = answered is not None and _answered_at(answered).astimezone(ZONE).date() > answered.answer_by_on
    return {
        "cleared_words": file.promise.cleared,
        "question_by": day(language, question.answer_by_on) if question else "",
        "over": money(language, over.amount_minor) if over and over.amount_minor else "",
        "refund_by": day(language, over.refund_by_on) if over else "",
        "refunded": money(language, sent.amount_minor) if sent and sent.amount_minor else "",
        "refunded_on": day(language, sent.refund.sent_on) if sent and sent.refund else "",
        "owed_before": money(language, fallback.before.total_minor) if fallback else "",
        "owed_after": money(language, fallback.after.total_minor) if fallback else "",
        "falls_back": money(language, fallback.back.total_minor) if fallback and fallback.back.total_minor else "",
        "stays_off": money(language, fallback.kept.total_minor) if fallback and fallback.kept.total_minor else "",
        "dispute_by": day(language, disputes[-1].answer_by_on) if disputes else "",
        "dispute_on": day(language, disputes[-1].reported_on) if disputes else "",
        "answered_on": day(language, answered.reported_on) if answered else "",
        "dispute_answer": answered.answer if answered else "",
        "dispute_late": day(language, answered.answer_by_on) if answered and late else "",
        "statement_reply": statement.why if statement else "",
    }


def _refunded_at(over: Over) -> datetime:
    assert over.refunded_at is not None, "one that was sent back"
    return over.refunded_at


def _answered_at(dispute: Dispute) -> datetime:
    assert dispute.answered_at is not None, "one that was answered"
    return dispute.answered_at
