"""Everything that is due at a time: messages to deliver, codes, reminders, deadlines, the nightly run.

`work` takes what is due under a lease and does it; a failure is tried again later and later, and given up loudly to
a person. Each handler may run twice: what it does is idempotent or known by a key.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from forbear.actions import (
    agreement,
    bot,
    breach_question,
    chat,
    click_to_call,
    comparison,
    completion,
    credit,
    enforcement,
    health_papers,
    hotline,
    leaving,
    log,
    payments,
    reading,
    reminders,
    signatures,
    sms,
    uploads,
    webhooks,
)
from forbear.actions.answering import task_words
from forbear.actions.contact import CODE_MINUTES, SIGNING
from forbear.actions.contact_budget import held_back
from forbear.actions.health_papers import dues_of_the_night
from forbear.actions.letters import receipt_said, with_receipt
from forbear.actions.mail import answer_mail
from forbear.actions.mail_delivery import came_back, headers_of, with_mark
from forbear.actions.ports import ZONE, Bounced, Desk, Due, Lane, Leased, Message, SealRefused, Unreachable
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.actions.upload_links import standing_link
from forbear.core import events as e
from forbear.core.clocks import start_of
from forbear.core.contact import SYSTEM, Channel
from forbear.core.conversation import Notice
from forbear.core.file import CaseFile
from forbear.core.mail_routing import Failure
from forbear.core.notices import LEFT_OUT
from forbear.core.refusal import Refusal
from forbear.words import say

LEASE_SECONDS = 60
READ_SECONDS = 240
"""The lease of a paper being read, renewed with every page: more than two tries of a page may take."""
TRIES_MAX = 8
STAMP_AGAIN_SECONDS = 300
BACK_OFF_SECONDS = (10, 30, 120, 600, 1800, 7200, 14400)
"""After the first failure ten seconds, then longer and longer, capped at four hours."""


class NeedsPerson(Exception):
    """No failure: the clock says that a person has to act now."""


def work(desk: Desk, limit: int = 20, lane: Lane | None = None) -> int:
    """Do what is due now, at most `limit` things, of one lane or of all; returns how many were taken."""
    items = desk.agenda.lease(desk.clock.now(), limit, LEASE_SECONDS, lane)
    for item in items:
        _one(desk, item)
    return len(items)


def _one(desk: Desk, item: Leased) -> None:
    try:
        HANDLERS[item.kind](desk, item)
    except (NeedsPerson, Unreachable) as reason:
        desk.agenda.give_up(item, str(reason))
    except webhooks.TryAgain as again:
        if again.seconds is None:
            desk.agenda.give_up(item, str(again))
        else:
            desk.agenda.retry(item, desk.clock.now() + timedelta(seconds=again.seconds), str(again))
    except Exception as error:  # whatever went wrong outside, the agenda keeps it and goes on
        said = f"{type(error).__name__}: {error}"[:300]
        if item.tries >= TRIES_MAX:
            _give_up(desk, item, said)
        else:
            wait = BACK_OFF_SECONDS[min(item.tries, len(BACK_OFF_SECONDS)) - 1]
            desk.agenda.retry(item, desk.clock.now() + timedelta(seconds=wait), said)
    else:
        desk.agenda.done(item)


def _give_up(desk: Desk, item: Leased, error: str) -> None:
    if item.kind == "deliver":

        def decide(file: CaseFile) -> Decision:
            return [e.NoticeFailed(notice=str(item.body["notice"]), tries=item.tries)]

        carry_out(desk, _by(item), item.case_id, {"failed": item.key}, decide)
    if item.kind == "read":
        reading.leave_to_person(desk, _by(item), item.case_id, str(item.body["paper"]), int(item.body["page"]))
    if item.kind == "seal":
        desk.agenda.put([signatures.again_tomorrow(desk, item.case_id, int(item.body["number"]))])
    desk.agenda.give_up(item, error)


def deliver(desk: Desk, item: Leased) -> None:
    """Send one message of a case; raises Undelivered. One that went out already is not sent again.

    The secret of an upload link is put in here and stands nowhere else; a link that has ended meanwhile is not sent.
    """
    name = str(item.body["notice"])
    file = load(desk, item.case_id)
    notice = next((n for n in file.notices if n.notice == name), None)
    if item.body.get("untold") and notice is not None and notice.state != "delivered":
        raise NeedsPerson("the message did not arrive and nothing else told her")
    if notice is None or notice.state != "queued" or notice.letter is None:
        return
    if _not_as_it_is(desk, item, file, notice) or _waits(desk, item, file, name):
        return
    letter, body = notice.letter, notice.letter.body
    if link := str(item.body.get("link", "")):
        if isinstance(standing_link(desk, link), Refusal):
            carry_out(desk, _by(item), item.case_id, {"ended": name}, lambda _: [e.NoticeFailed(notice=name, tries=0)])
            return
        body = body.replace(f"/u/{LEFT_OUT}", f"/u/{desk.upload_links.token(link)}")
    headers, body = None, with_receipt(file, notice, body)
    if notice.channel is Channel.EMAIL:
        headers, body = headers_of(desk, file, notice), with_mark(desk, file, body)
    message = Message(
        channel=notice.channel, to=letter.to, subject=letter.subject, body=body, reference=name, mail=headers
    )
    try:
        carriers = desk.messenger.send(message)
    except Bounced as bounced:
        number = 1 + file.notices.index(notice)
        came_back(desk, _by(item), item.case_id, number, Failure.HARD, bounced.status)
        return
    except Unreachable as why:
        sms.not_sent(desk, _by(item), item.case_id, name, why)
        return
    sms.handed(desk, carriers, item.case_id, name)

    def decide(file: CaseFile) -> Decision:
        """Its receipt may have been quicker."""
        state = next(one.state for one in file.notices if one.notice == name)
        return [e.NoticeSent(notice=name)] if state == "queued" else ()

    carry_out(desk, _by(item), item.case_id, {"sent": name}, decide)


def _not_as_it_is(desk: Desk, item: Leased, file: CaseFile, notice: Notice) -> bool:
    """Whether the message is not to go out as it stands: its channel is shut, or what it says is no longer so."""
    name = notice.notice
    if sms.shut(file, notice.channel):
        sms.not_sent(desk, _by(item), item.case_id, name, Unreachable("the channel is shut", code="shut"))
    elif gone := reminders.outdated(file, notice, item.body, desk.clock.today()):
        dropped = e.NoticeDropped(notice=name, why=gone)
        carry_out(desk, _by(item), item.case_id, {"dropped": name}, lambda _: [dropped])
    elif anew := reminders.told_anew(desk, file, notice, item.body):
        carry_out(desk, _by(item), item.case_id, {"anew": name}, lambda _: anew)
    else:
        return False
    return True


def _waits(desk: Desk, item: Leased, file: CaseFile, notice: str) -> bool:
    """Whether the message has to wait because the rules of contact forbid it now: it is due again when they allow it.
    One that they never allow is a person's task.
    """
    found = held_back(desk, file, notice, desk.clock.now())
    if found.allowed:
        return False
    if found.next_at is None:
        raise NeedsPerson("the rules of contact allow this message at no time")
    key = f"deliver:{notice}:{found.next_at.isoformat()}"
    desk.agenda.put([Due(key=key, kind=item.kind, due_at=found.next_at, case_id=item.case_id, body=item.body)])
    return True


def send_code(desk: Desk, item: Leased) -> None:
    """Send a one-time code; to nobody when nobody fits, and not when it is too late to be of use."""
    challenge = desk.challenges.get(str(item.body["challenge"]))
    if challenge is None or not challenge.phone or challenge.used or challenge.expires_at <= desk.clock.now():
        return
    purpose, _, about = challenge.purpose.partition(":")
    code = desk.challenges.code(challenge.id)
    held = desk.loans.loan(challenge.loan_id)
    language = held.row.language if held else "zh"
    lender = desk.lender if language == "zh" else desk.lender_en
    key = f"sms.discreet_code.{purpose}" if sms.discreet(desk, challenge.borrower_id) else f"notices.code.{purpose}"
    said = say(language, key, code=code, lender=lender, minutes=CODE_MINUTES)
    if purpose == SIGNING:  # so that what lies before her is on her own telephone before she signs it
        said = f"{said}\n{receipt_said(desk.ledger.events(about.rpartition(':')[0])[-1], language)}"
    message = Message(channel=Channel.SMS, to=challenge.phone, subject="", body=said, reference=challenge.id)
    sms.handed(desk, desk.messenger.send(message), "", challenge.id)


def remind(desk: Desk, item: Leased) -> None:
    """Before or after an instalment falls due."""
    reminders.remind(desk, _by(item), item.case_id, item.body)


def pause_over(desk: Desk, item: Leased) -> None:
    """The pause of an agreement ran to its end."""
    reminders.pause_over(desk, _by(item), item.case_id, date.fromisoformat(str(item.body["until_on"])))


def issue_letter(desk: Desk, item: Leased) -> None:
    """Everything is paid: the letter that says so."""
    completion.issue_letter(desk, _by(item), item.case_id, int(item.body["number"]))


def refund(desk: Desk, item: Leased) -> None:
    """More came in than was owed: somebody sends it back."""
    if completion.refund_waits(desk, item.case_id, str(item.body["payment"])):
        raise NeedsPerson("too much was paid: send it back and note the transfer on the page of payments")


def dispute(desk: Desk, item: Leased) -> None:
    """She disputes what a credit bureau was told; its answer has a day."""
    if credit.dispute_waits(desk, item.case_id, str(item.body["dispute"])):
        raise NeedsPerson("what a credit bureau was told is disputed: check it and answer in writing")


def breach_answered(desk: Desk, item: Leased) -> None:
    """She answered what she was asked about a breach."""
    if breach_question.answer_waits(desk, item.case_id):
        raise NeedsPerson("the borrower answered a question about a breach: look at it")


def breach_asked(desk: Desk, item: Leased) -> None:
    """Her days to answer are over, unless a pause moved them."""
    waits = breach_question.days_over(desk, item.case_id, int(item.body["number"]))
    if isinstance(waits, Due):
        desk.agenda.put([waits])
    elif waits:
        raise NeedsPerson("the days to answer a question about a breach are over: settle it, or put the breach forward")


def own_statement(desk: Desk, item: Leased) -> None:
    """Words of hers for the credit record wait to be read."""
    if credit.statement_waits(desk, item.case_id):
        raise NeedsPerson("a statement for the credit record waits to be read before it goes out")


def lapse_unsigned(desk: Desk, item: Leased) -> None:
    """The last day to sign is over."""
    agreement.lapse(desk, _by(item), item.case_id, int(item.body["number"]))


def seal(desk: Desk, item: Leased) -> None:
    """An agreement that both signed becomes a PDF that others can check; what cannot be sealed is for a person."""
    try:
        signatures.seal(desk, _by(item), item.case_id, int(item.body["number"]))
    except SealRefused as refused:
        raise NeedsPerson(f"the agreement cannot be sealed: {refused}") from refused


def stamp(desk: Desk, item: Leased) -> None:
    """A timestamp of its own for the checkpoint before an agreement; an authority that is away is asked until it is
    back, and no person is bothered: whoever runs the worker hears it from the log's own tending.
    """
    if said := log.stamp(desk, int(item.body["size"])):
        raise webhooks.TryAgain(said, STAMP_AGAIN_SECONDS)


def review(desk: Desk, item: Leased) -> None:
    """The agreement says that today both look at whether it still suits her."""
    agreement.review(desk, _by(item), item.case_id, int(item.body["number"]))


def close_unfinished(desk: Desk, item: Leased) -> None:
    """Answers that were never handed in are kept until the promised day, then the case closes."""

    def decide(file: CaseFile) -> Decision:
        return () if file.case.submissions or file.case.closed else [e.CaseClosed(why="unfinished")]

    carry_out(desk, _by(item), item.case_id, {"keep": item.key}, decide)


def papers_late(desk: Desk, item: Leased) -> None:
    """Papers that did not come in time become a person's task: somebody asks what is in the way."""

    def decide(file: CaseFile) -> Decision:
        case = file.case
        if case.closed or case.papers_there or case.submissions != item.body["submission"] or case.person_by_on:
            return ()
        return [e.NoteWritten(text=say("zh", "evidence.note.papers_late"))]

    carry_out(desk, _by(item), item.case_id, {"papers": item.key}, decide)


def decision_due(desk: Desk, item: Leased) -> None:
    """The promised day has come and nothing is decided: a person is told."""
    if load(desk, item.case_id).case.under_review:
        raise NeedsPerson("the decision is promised for today")


def nightly(desk: Desk, item: Leased) -> None:
    """Put the end of the day of every case that has something to look at on the agenda, and the next night; forget
    the files that stopped on their way, and what carriers said long ago.
    """
    today = desk.clock.today()
    tomorrow = today + timedelta(days=1)
    dues = [
        Due(key=f"day:{case_id}:{today}", kind="day", due_at=desk.clock.now(), case_id=case_id)
        for case_id in desk.cases.to_watch(today)
    ]
    uploads.sweep(desk, desk.clock.now())
    desk.webhooks.forget_attempts(desk.clock.now() - timedelta(days=webhooks.KEEP_ATTEMPTS_DAYS))
    sms.take_loose(desk)
    desk.texts.forget(desk.clock.now() - timedelta(days=sms.KEPT_DAYS))
    dues += [*dues_of_the_night(desk), *leaving.dues_of_the_night(desk)]
    dues.append(Due(key=f"nightly:{tomorrow}", kind="nightly", due_at=start_of(tomorrow, ZONE, 1)))
    desk.agenda.put(dues)


def end_day(desk: Desk, item: Leased) -> None:
    """What the calendar brought for one case."""
    payments.end_day(desk, _by(item), item.case_id)


def read(desk: Desk, item: Leased) -> None:
    """Read a paper; while it goes on, nobody else takes it."""

    def go_on() -> None:
        desk.agenda.renew(item, desk.clock.now(), READ_SECONDS)

    paper, page = str(item.body["paper"]), int(item.body["page"])
    reading.read_paper_sent(desk, _by(item), item.case_id, paper, page, go_on)
    again = replace(_by(item), key=f"agenda:compare:{item.key}")
    comparison.compare_papers(desk, again, item.case_id)


def forget(desk: Desk, item: Leased) -> None:
    """The health papers of a case, where their time has come."""
    health_papers.forget_health(desk, _by(item), item.case_id)


def data_asked(desk: Desk, item: Leased) -> None:
    """She asked about her data: a person answers, is told at once and again on the last day."""
    wishes = leaving.requests(load(desk, item.case_id))
    wish = next((one for one in wishes if one.request == item.body["request"]), None)
    if wish is not None and wish.open:
        raise NeedsPerson("she asked about her data, and somebody has to answer")


def resume(desk: Desk, item: Leased) -> None:
    """The stay after a decision is over."""
    enforcement.resume(desk, _by(item), item.case_id)


def answer(desk: Desk, item: Leased) -> None:
    """The acknowledgement of a mail."""
    answer_mail(desk, str(item.body["mail"]))


def reach_her(desk: Desk, item: Leased) -> None:
    """A message came back and no other channel is left."""
    raise NeedsPerson("no channel is left by which she can be reached")


def stray(desk: Desk, item: Leased) -> None:
    """A text message that belongs to no case for sure waits for somebody to look at it."""
    if desk.texts.stray(str(item.body["text"])):
        raise NeedsPerson("text messages wait to be looked at")


def chat_waits(desk: Desk, item: Leased) -> None:
    """The time has come by which she was told that a person answers in the chat."""
    if bot.still_waits(desk, item.case_id):
        raise NeedsPerson("she was given to a person in the chat and nobody has come")


def call_back(desk: Desk, item: Leased) -> None:
    """She called and nobody answered: a person calls back, unless they have spoken meanwhile."""
    if not hotline.talked_since(desk, str(item.body["call"]), item.case_id):
        raise NeedsPerson("she called and nobody answered: call the number on file")


def answered(desk: Desk, item: Leased) -> None:
    """A call that a machine answered and that belongs to no case yet: for a person."""
    raise NeedsPerson(task_words(item.body))


def _done(outcome: Done | Refusal) -> None:
    """An erasure that could not be recorded is tried again, and in the end given to a person."""
    if isinstance(outcome, Refusal):
        raise RuntimeError(f"nothing was erased: {outcome.rule}")


def _by(item: Leased) -> By:
    return By(actor=SYSTEM, channel=Channel.SYSTEM, key=f"agenda:{item.key}", cause=item.key)


HANDLERS: Mapping[str, Callable[[Desk, Leased], None]] = {
    "deliver": deliver,
    "code": send_code,
    "remind": remind,
    "sign": lapse_unsigned,
    "seal": seal,
    "review": review,
    "keep": close_unfinished,
    "papers": papers_late,
    "decide": decision_due,
    "nightly": nightly,
    "day": end_day,
    "read": read,
    "forget": forget,
    # mail
    "mail-answer": answer,
    "unreached": reach_her,
    # text messages
    "text": sms.send_answer,
    "stray": stray,
    # chat and bot
    "chat": chat.watch,
    "chat-waits": chat_waits,
    "unseen": chat.tell_unseen,
    # telephone
    "call-back": call_back,
    "call-made": lambda desk, item: click_to_call.call_made(desk, str(item.body["call"])),
    "forget-call": lambda desk, item: hotline.forget_call(desk, str(item.body["call"])),
    "answered": answered,
    # leaving
    "data-asked": data_asked,
    "data-due": data_asked,
    "erase": lambda desk, item: _done(leaving.erase_asked(desk, _by(item), item.case_id, str(item.body["request"]))),
    "leave": lambda desk, item: _done(leaving.leave_due(desk, _by(item), item.case_id)),
    "loose": lambda desk, item: leaving.forget_loose(desk),
    "scrub": lambda desk, item: desk.keeping.scrub(),
    # the promise: pauses, the end, what a credit bureau is told
    "pause-over": pause_over,
    "completion": issue_letter,
    "refund": refund,
    "dispute": dispute,
    "breach-answered": breach_answered,
    "breach-asked": breach_asked,
    "own-statement": own_statement,
    # the log
    "stamp": stamp,
    # webhooks
    "resume": resume,
    "hook": webhooks.tell,
}
