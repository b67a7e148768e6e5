"""The right to leave: what is kept of a case and why, wishes about data with their clock, holds, corrections, erasure.

Four eyes for every erasure somebody asks for: one person proposes, another agrees, and the answer goes out a day before
the data goes. What is over goes by itself in the night (`leave_due`), unless a law or a hold keeps it: then that is a
fact with its article, and she is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from forbear.actions.completion import settle_tasks
from forbear.actions.contact_budget import reach_of
from forbear.actions.debt_end import paid_by_the_book
from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.core import events as e
from forbear.core.clocks import start_of
from forbear.core.contact import Actor, Auth, Party, Role, may_work_on_cases
from forbear.core.dates import working_day_after
from forbear.core.facts import Retention
from forbear.core.file import CaseFile
from forbear.core.leaving import (
    LOOK_DAYS,
    LOOK_DAYS_MOST,
    Kept,
    Request,
    agreed_left,
    ended_on,
    goes_on_since,
    holds_of,
    keeping,
    requests_of,
)
from forbear.core.loanbook import email_address
from forbear.core.phone_numbers import e164
from forbear.core.refusal import Refusal

WORDS_MAX = 2000
SCRUB_HOUR = 3
LOOKS_AT_ONCE = 20_000
"""Cases looked at in one night; the others wait for the next."""


# ---- what is kept ----------------------------------------------------------------------------------------------


def kept_of(desk: Desk, file: CaseFile) -> tuple[Kept, ...]:
    """What is kept of a case, class by class, by the rulebook of today."""
    today, case = desk.clock.today(), file.case
    there = {retention: desk.ledger.keys_of(case.case_id, retention) for retention in Retention}
    return keeping(file.events, case, there, desk.rulebooks.on(today), today, ZONE)


def requests(file: CaseFile) -> tuple[Request, ...]:
    """Every wish of hers about her data, the oldest first."""
    return requests_of(file.events, ZONE)


def holds(file: CaseFile) -> Mapping[str, e.Recorded]:
    """The holds that stand: id, and the event that placed it."""
    return holds_of(file.events)


def _ended(desk: Desk, file: CaseFile) -> bool:
    today = desk.clock.today()
    rulebook = desk.rulebooks.on(today)
    over = not file.case.submissions or ended_on(file.events, file.case, today, rulebook, ZONE) is not None
    return over and not file.owes_her


def stays(desk: Desk, file: CaseFile, classes: Sequence[Retention]) -> tuple[e.ErasureRefused, ...]:
    """Which of these classes cannot be deleted today, and why; the others can."""
    today, ended = desk.clock.today(), _ended(desk, file)
    found = [kept.stays(today, ended) for kept in kept_of(desk, file) if kept.retention in classes]
    return tuple(refused for refused in found if refused is not None)


# ---- holds -----------------------------------------------------------------------------------------------------


def place_hold(desk: Desk, by: By, case_id: str, why: e.HoldWhy, reason: str) -> Done | Refusal:
    """From here on nothing of the case is destroyed. A reviewer's act, with a reason."""

    def decide(file: CaseFile) -> Decision:
        if refusal := _reviewer(by.actor) or _worded(reason, "reason"):
            return refusal
        return [e.HoldPlaced(hold=desk.ids.new("h"), why=why, reason=reason.strip())]

    return carry_out(desk, by, case_id, {"hold": why, "reason": reason}, decide)


def lift_hold(desk: Desk, by: By, case_id: str, hold: str, reason: str) -> Done | Refusal:
    """The hold is over, and what was only waiting for that goes in the coming night: so somebody else than who placed
    it says so.
    """

    def decide(file: CaseFile) -> Decision:
        if refusal := _reviewer(by.actor) or _worded(reason, "reason"):
            return refusal
        placed = holds(file).get(hold)
        if placed is None:
            return Refusal("leaving.hold", "leaving.refusal.hold", "leaving.way_on.list")
        if placed.actor.id == by.actor.id:
            return Refusal("decision.four_eyes", "leaving.refusal.own_hold", "leaving.way_on.four_eyes")
        again = _waited(desk, file, hold) if len(holds(file)) == 1 else []
        return [e.HoldLifted(hold=hold, reason=reason.strip()), *again]

    done = carry_out(desk, by, case_id, {"lift": hold, "reason": reason}, decide)
    if isinstance(done, Done):
        desk.keeping.look_again(case_id, desk.clock.today())
    return done


def _waited(desk: Desk, file: CaseFile, hold: str) -> list[Due]:
    """Deletions that were agreed on and that a hold kept: she was told of them, so they go in the coming night."""
    at = start_of(desk.clock.today() + timedelta(days=1), ZONE, 1)
    kept = [one.request for one in requests(file) if any(stay.why is e.Stays.HOLD for stay in one.stays)]
    return [_going(file, one, at, f":{hold}") for one in kept if agreed_left(file.events, one)]


def _going(file: CaseFile, request: str, at: datetime, after: str = "") -> Due:
    body = {"request": request}
    return Due(key=f"erase:{request}{after}", kind="erase", due_at=at, case_id=file.case.case_id, body=body)


# ---- what she asks ---------------------------------------------------------------------------------------------


def ask_about_data(
    desk: Desk, by: By, case_id: str, right: e.Right, *, classes: Sequence[Retention] = (), words: str = ""
) -> Done | Refusal:
    """She asks for a copy, a correction or a deletion, herself or through somebody of the desk who heard her. The
    answer is due within the rulebook's working days, and a person is told when they are over.
    """

    def decide(file: CaseFile) -> Decision:
        if by.actor.kind is not Role.BORROWER and (refusal := may_work_on_cases(by.actor)):
            return refusal
        if len(words) > WORDS_MAX or (right is e.Right.CORRECT and not words.strip()):
            return _worded(words, "words") or ()
        wanted = tuple(kept.retention for kept in kept_of(desk, file) if kept.retention in classes and kept.there)
        if right is e.Right.ERASE and not wanted:
            return Refusal("leaving.classes", "leaving.refusal.classes", "leaving.way_on.classes", where="classes")
        asked_for = wanted if right is e.Right.ERASE else ()
        if any(
            one.open and (one.right, one.classes, one.words) == (right, asked_for, words.strip())
            for one in requests(file)
        ):
            return ()  # she asks again what somebody is about to answer
        today, now = desk.clock.today(), desk.clock.now()
        days = desk.rulebooks.on(today).integer("data.request_working_days")
        asked = e.DataAsked(
            request=desk.ids.new("d"),
            right=right,
            answer_by_on=working_day_after(today, days),
            classes=asked_for,
            words=words.strip() or None,
        )
        return [asked, *_tasks(asked, case_id, now)]

    return carry_out(desk, by, case_id, {"ask": right, "classes": list(classes), "words": words}, decide)


def _tasks(asked: e.DataAsked, case_id: str, now: datetime) -> list[Due]:
    """Somebody is told at once, and again on the last day where nobody has answered."""
    body = {"request": asked.request}
    last = start_of(asked.answer_by_on, ZONE, 9)
    return [
        Due(key=f"data-asked:{asked.request}", kind="data-asked", due_at=now, case_id=case_id, body=body),
        Due(key=f"data-due:{asked.request}", kind="data-due", due_at=last, case_id=case_id, body=body),
    ]


def answer_request(desk: Desk, by: By, case_id: str, request: str, answer: e.Answered, words: str) -> Done | Refusal:
    """A person answers a wish: the copy was given, the data is right now, or no. She gets a message. A no to a deletion
    names for each class why it stays; a yes takes two people (`propose_erasure`, `agree_erasure`).
    """

    def decide(file: CaseFile) -> Decision:
        found = _open_request(file, request)
        if isinstance(found, Refusal):
            return found
        if refusal := may_work_on_cases(by.actor) or _worded(words, "words"):
            return refusal
        if answer not in FITTING[found.right]:
            return Refusal("leaving.answer", "leaving.refusal.answer", "leaving.way_on.answer", where="answer")
        kept = stays(desk, file, found.classes)
        if found.right is e.Right.ERASE and {one.retention_class for one in kept} != set(found.classes):
            return Refusal("leaving.may_go", "leaving.refusal.may_go", "leaving.way_on.propose", where="answer")
        refused = [_named(one, request) for one in kept]
        return [*refused, e.DataAnswered(request=request, answer=answer, words=words.strip())]

    done = carry_out(desk, by, case_id, {"answer": answer, "request": request, "words": words}, decide)
    return _off_the_list(desk, case_id, request, done)


def _off_the_list(desk: Desk, case_id: str, request: str, done: Done | Refusal) -> Done | Refusal:
    """Nobody has to answer any more."""
    if isinstance(done, Done):
        for kind in ("data-asked", "data-due"):
            settle_tasks(desk, case_id, kind, request=request)
    return done


FITTING: Mapping[e.Right, tuple[e.Answered, ...]] = {
    e.Right.COPY: (e.Answered.GIVEN, e.Answered.REFUSED),
    e.Right.CORRECT: (e.Answered.CORRECTED, e.Answered.REFUSED),
    e.Right.ERASE: (e.Answered.REFUSED,),
}
"""The answers that one person alone may give."""


def correct_party(
    desk: Desk, by: By, case_id: str, request: str, *, name: str, phone: str, email: str
) -> Done | Refusal:
    """Put right what is held of her name, number and address; holds from here on, and the record keeps what stood."""

    def decide(file: CaseFile) -> Decision:
        found = _open_request(file, request)
        if isinstance(found, Refusal):
            return found
        if refusal := may_work_on_cases(by.actor):
            return refusal
        if found.right is not e.Right.CORRECT or file.party is None:
            return Refusal("leaving.request", "leaving.refusal.request", "leaving.way_on.list")
        party = _party(file.party, name.strip(), phone.strip(), email.strip())
        if isinstance(party, Refusal) or party == file.party:
            return party if isinstance(party, Refusal) else ()
        return [e.PartyCorrected(request=request, party=party), *_reach_too(desk, file, file.party, party)]

    asked = {"correct": request, "name": name, "phone": phone, "email": email}
    return carry_out(desk, by, case_id, asked, decide)


def _reach_too(desk: Desk, file: CaseFile, held: Party, right: Party) -> list[e.Fact]:
    """She chose how she is reached with the number of then, and messages would go on to that."""
    if (reach := reach_of(desk, file)) is None:
        return []
    email = right.email if right.email != held.email else reach.email
    changed = replace(reach, phone=right.phone, email=email)
    return [] if changed == reach else [e.ReachChosen(language=reach.language, reach=changed)]


def _party(held: Party, name: str, phone: str, email: str) -> Party | Refusal:
    address = email_address(email)
    if not name or len(name) > 100:
        return Refusal("leaving.name", "leaving.refusal.name", where="name")
    if not e164(phone):
        return Refusal("leaving.phone", "leaving.refusal.phone", where="phone")
    if isinstance(address, Refusal):
        return Refusal("leaving.email", "leaving.refusal.email", where="email")
    return Party(
        borrower_id=held.borrower_id, name=name, id_number_masked=held.id_number_masked, phone=phone, email=address
    )


# ---- erasure asked for -----------------------------------------------------------------------------------------


def propose_erasure(desk: Desk, by: By, case_id: str, request: str) -> Done | Refusal:
    """The first pair of eyes. Refused where nothing of what she asked may go: then `answer_request` says so."""

    def decide(file: CaseFile) -> Decision:
        found = _open_request(file, request)
        if isinstance(found, Refusal):
            return found
        if refusal := may_work_on_cases(by.actor):
            return refusal
        staying = {one.retention_class for one in stays(desk, file, found.classes)}
        going = tuple(one for one in found.classes if one not in staying)
        if found.right is not e.Right.ERASE or not going:
            return Refusal("leaving.nothing", "leaving.refusal.nothing", "leaving.way_on.refuse")
        return () if found.proposed == going else [e.ErasureProposed(request=request, classes=going)]

    return carry_out(desk, by, case_id, {"propose": request}, decide)


def agree_erasure(desk: Desk, by: By, case_id: str, request: str) -> Done | Refusal:
    """The second pair of eyes, a reviewer who is not the one who proposed. The answer goes out now; what was agreed is
    destroyed a day later, so that the answer still finds her.
    """

    def decide(file: CaseFile) -> Decision:
        found = _open_request(file, request)
        if isinstance(found, Refusal):
            return found
        if refusal := _reviewer(by.actor):
            return refusal
        if not found.proposed:
            return Refusal("leaving.proposed", "leaving.refusal.proposed", "leaving.way_on.propose")
        if by.actor.id == found.proposed_by:
            return Refusal("decision.four_eyes", "leaving.refusal.four_eyes", "leaving.way_on.four_eyes")
        kept = stays(desk, file, found.classes)
        going = tuple(one for one in found.proposed if one not in {stay.retention_class for stay in kept})
        if not going:
            return Refusal("leaving.nothing", "leaving.refusal.nothing", "leaving.way_on.refuse")
        answer = e.Answered.PARTLY if kept else e.Answered.ERASED
        erase = _going(file, request, desk.clock.now() + timedelta(days=1))
        refused = [_named(one, request) for one in kept]
        agreed = e.ErasureAgreed(request=request, classes=going)
        return [agreed, *refused, e.DataAnswered(request=request, answer=answer), erase]

    done = carry_out(desk, by, case_id, {"agree": request}, decide)
    return _off_the_list(desk, case_id, request, done)


def erase_asked(desk: Desk, by: By, case_id: str, request: str) -> Done | Refusal:
    """Destroy what two people agreed on; a hold that was placed meanwhile keeps it, or the purpose where the case went
    on since, and she is told.
    """
    classes = agreed_left(load(desk, case_id).events, request)
    return _erase(desk, by, case_id, lambda kept: kept.retention in classes and kept.there, "asked", request)


# ---- erasure when the time is over -----------------------------------------------------------------------------


def leave_due(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """The look at a case: what is over goes, health papers apart (actions/health_papers.py); the next look is put."""
    today = desk.clock.today()
    paid_by_the_book(desk, by, case_id)

    def over(kept: Kept) -> bool:
        return kept.retention is not Retention.HEALTH and kept.over(today)

    done = _erase(desk, by, case_id, over, "period-over", "")
    kept = [one for one in kept_of(desk, load(desk, case_id)) if one.there]
    next_on = [one.until_on for one in kept if one.until_on is not None and one.until_on > today and not one.holds]
    soon = today + timedelta(days=LOOK_DAYS)
    running = any(one.until_on is None or one.until_on <= today or one.holds for one in kept)
    latest = today + timedelta(days=LOOK_DAYS_MOST)
    desk.keeping.look_again(case_id, (soon if running else min(latest, *next_on)) if kept else None)
    return done


def _erase(desk: Desk, by: By, case_id: str, chosen: Callable[[Kept], bool], why: str, request: str) -> Done | Refusal:
    """Destroy the chosen classes that may go, all in one transaction, then the files they closed; a class that stays
    is a fact, once for each reason.
    """

    def decide(file: CaseFile) -> Decision:
        wanted = [kept for kept in kept_of(desk, file) if chosen(kept)]
        today, said = desk.clock.today(), _said(file)
        ended = not request or not (goes_on_since(file.events, file.case, request) or file.owes_her)
        facts: list[e.Fact] = []
        for kept in wanted:
            refused = kept.stays(today, ended)
            if refused is None:
                keys = desk.ledger.keys_of(case_id, kept.retention)
                facts.append(e.DataErased(retention_class=kept.retention, why=why, keys=keys))
            elif (kept.retention, refused.hold or refused.rule, request) not in said:
                facts.append(_named(refused, request))
        # What is told to her is recorded before anything is destroyed.
        refusals = [fact for fact in facts if isinstance(fact, e.ErasureRefused)]
        erasures = [fact for fact in facts if isinstance(fact, e.DataErased)]
        return [*refusals, *erasures, scrub_due(desk)] if facts else ()

    outcome = carry_out(desk, by, case_id, {"erase": why, "request": request}, decide)
    sweep(desk, case_id)
    return outcome


def sweep(desk: Desk, case_id: str) -> None:
    """Delete the files whose key is gone, also those that an erasure cut short left; and her from the loan book, where
    this was her last case and nothing is owed.
    """
    for retention in Retention:
        desk.vault.sweep(case_id, retention)
    desk.keeping.sweep_uploads()
    if not desk.ledger.keys_of(case_id, Retention.IDENTITY):
        for borrower_id in {event.actor.id for event in desk.ledger.events(case_id) if _borrower(event.actor)}:
            desk.keeping.forget_book(borrower_id, desk.clock.now())


def scrub_due(desk: Desk) -> Due:
    """Once in the coming night the traces go out of the database's files."""
    now, today = desk.clock.now(), desk.clock.today()
    tonight = start_of(today, ZONE, SCRUB_HOUR)
    on = today if now < tonight else today + timedelta(days=1)
    return Due(key=f"scrub:{on}", kind="scrub", due_at=start_of(on, ZONE, SCRUB_HOUR))


def dues_of_the_night(desk: Desk) -> list[Due]:
    """A look at every case whose day has come, and at what belongs to no case."""
    tonight = desk.clock.today()
    at = start_of(tonight, ZONE, 1)
    return [
        *(
            Due(key=f"leave:{case_id}:{tonight}", kind="leave", due_at=at, case_id=case_id)
            for case_id in desk.keeping.to_look(tonight, LOOKS_AT_ONCE)
        ),
        Due(key=f"loose:{tonight}", kind="loose", due_at=at),
    ]


def forget_loose(desk: Desk) -> None:
    """What belongs to no case goes after its days; codes, sessions and counts when they are over."""
    now = desk.clock.now()
    days = desk.rulebooks.on(desk.clock.today()).integer("data.keep_loose_days")
    owners = desk.keeping.forget_loose(now - timedelta(days=days), now)
    for owner, retention in owners:
        desk.vault.sweep(owner, retention)
    if owners:
        desk.agenda.put([scrub_due(desk)])


# ---- small things ----------------------------------------------------------------------------------------------


def _said(file: CaseFile) -> set[tuple[Retention, str, str]]:
    """The refusals that stand already, by class, what keeps it, and the wish they answer."""
    told = [event.fact for event in file.events if isinstance(event.fact, e.ErasureRefused)]
    return {(one.retention_class, one.hold or one.rule, one.request) for one in told}


def refused_by_hold(file: CaseFile, kept: Sequence[Kept], retention: Retention) -> e.ErasureRefused | None:
    """The refusal to destroy a class where a hold stands and this was not said before; None otherwise."""
    (found,) = [one for one in kept if one.retention is retention]
    refused = found.stays(date.max, ended=True) if found.holds else None
    return None if refused is None or (retention, refused.hold, "") in _said(file) else refused


def _named(refused: e.ErasureRefused, request: str) -> e.ErasureRefused:
    return e.ErasureRefused(**{**vars(refused), "request": request})


def _open_request(file: CaseFile, request: str) -> Request | Refusal:
    found = next((one for one in requests(file) if one.request == request), None)
    if found is None or not found.open:
        return Refusal("leaving.request", "leaving.refusal.request", "leaving.way_on.list")
    return found


def _borrower(actor: Actor) -> bool:
    return actor.kind is Role.BORROWER and bool(actor.id)


def _reviewer(actor: Actor) -> Refusal | None:
    if actor.kind is Role.REVIEWER and actor.auth is Auth.STAFF:
        return None
    return Refusal("decision.role", "leaving.refusal.role", "leaving.way_on.role")


def _worded(text: str, where: str) -> Refusal | None:
    if text.strip() and len(text) <= WORDS_MAX:
        return None
    return Refusal("leaving.words", "leaving.refusal.words", facts={"most": WORDS_MAX}, where=where)
