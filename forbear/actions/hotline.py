"""Room 1, the hotline: calls as the telephone system tells of them, until it is known whose they are.

A number on a display proves nothing: a call waits in the call table until the caller is identified (actions/caller.py,
or what the answering endpoint asks), and only then its facts stand in that case, with their true times. A recording
is taken only if it was on, and said to be, as the call began. Every function may be called twice and in any order.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from forbear.actions.hotline_hours import call_back_at
from forbear.actions.hotline_sound import SOUND_HEAD, Incoming, NoRecording, sound_of
from forbear.actions.ports import DamagedFile, Desk, Due, Held
from forbear.actions.record import By, carry_out, load
from forbear.core import events as e
from forbear.core.contact import SYSTEM, TOUCHES_CASES, Actor, Auth, Channel, Role
from forbear.core.facts import Retention
from forbear.core.file import CaseFile
from forbear.core.phone_numbers import e164
from forbear.core.refusal import Refusal
from forbear.core.telephone_call import CallEvent, Recording, TelephoneCall, after

KEPT_DAYS = 30
"""How long the call table keeps a call: whoever it was has called again by then, or is in the record."""
TEXT_MAX = 120
TRIES = 20
BY_HAND = "by-hand:"
"""What stands for the telephone system's id of a call of which none told yet."""
ASKED_MOST = timedelta(minutes=10)
"""After a click, a call to the same number within this is the call that was meant."""
CALL_BACK_SECONDS = 60
"""Nobody is called back before this: an answer may still be on its way after the hang-up."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """A borrower whose number a call shows: one of her loans, and her cases, the newest first."""

    held: Held
    cases: tuple[str, ...]

    @property
    def borrower_id(self) -> str:
        return self.held.borrower_id


# ---- what the telephone system tells ---------------------------------------------------------------------------


def call_begun(desk: Desk, event: CallEvent) -> TelephoneCall:
    """It rings. Whether it is recorded is settled here; where the system does not say, by the desk's setting."""
    recorded = desk.telephony.records if event.recorded is None else event.recorded
    return _told(desk, replace(event, recorded=recorded))


def call_answered(desk: Desk, event: CallEvent) -> TelephoneCall:
    """Somebody of the house answered, or the other side did; `event.extensions`: which line of ours."""
    return _told(desk, event)


def call_ended(desk: Desk, event: CallEvent) -> TelephoneCall:
    """Somebody hung up. A missed call of a number on file becomes a call back due the same day."""
    call = _told(desk, event)
    if call.missed:
        ask_call_back(desk, call)
    return call


def recording(
    desk: Desk, system: str, chunks: Iterable[bytes], *, sha256: str = "", seconds: int = 0
) -> TelephoneCall | Refusal:
    """Keep the recording of the call of this id of the telephone system, in constant memory.

    WAV, MP3, Ogg, MP4 or WebM by its first bytes, at most 200 MB; `sha256` in hexadecimal, where it was told. Refused
    and kept nowhere when the call began without being recorded. Before its call begins it is kept and waits.
    """
    call = desk.calls.by_system(system) or _changed(desk, system, lambda found: found)
    if call.recorded is False:
        return not_recorded(desk)
    incoming = Incoming(chunks)
    try:
        kept = desk.vault.keep_stream(call.case_id or call.call, Retention.RECORDING.value, incoming)
    except NoRecording as fault:
        desk.calls.count(f"recording-{fault.why}")
        return fault.refusal
    if sha256 and sha256.lower() != kept.sha256:
        desk.vault.drop(kept.blob)
        desk.calls.count("recording-hash")
        return Refusal("telephone.hash", "telephone.refusal.hash", "telephone.way_on.send_again")
    new = Recording(blob=kept.blob, sha256=kept.sha256, seconds=seconds, held=not call.case_id)

    def taken(found: TelephoneCall) -> TelephoneCall:
        if found.recorded is False or any(one.sha256 == new.sha256 for one in found.recordings):
            return found
        return replace(found, recordings=(*found.recordings, new))

    call = _changed(desk, system, taken)
    if new not in call.recordings:
        desk.vault.drop(new.blob)
    if call.recorded is False:
        return not_recorded(desk)
    return _filed(desk, call)


def not_recorded(desk: Desk) -> Refusal:
    """A recording of a call that was not to be recorded: counted, and kept nowhere."""
    desk.calls.count("not-recorded")
    return Refusal("telephone.not_recorded", "telephone.refusal.not_recorded", "telephone.way_on.not_recorded")


def _told(desk: Desk, event: CallEvent) -> TelephoneCall:
    event = replace(event, number=event.number[:TEXT_MAX], queue=event.queue[:TEXT_MAX], cause=event.cause[:TEXT_MAX])
    number = e164(event.number, desk.telephony.country)
    call = _changed(desk, event.call, lambda found: after(found, event, number), event)
    if call.recorded is False and call.recordings:
        call = _without_recordings(desk, call)
    if call.direction is e.Direction.OUT and not call.case_id:
        call = _ours(desk, call)
    return _filed(desk, call)


def _ours(desk: Desk, call: TelephoneCall) -> TelephoneCall:
    """A call somebody dialled without a click: it went to a number on file, so it is an attempt to reach her and counts
    as one, where the number is one borrower's and she has a case that is open.
    """
    found = matches(desk, call)
    if len(found) != 1 or not found[0].cases:
        return call
    line = desk.cases.line(found[0].cases[0])
    if line is None or line.stage == "closed":
        return call
    return _changed(desk, call.system, lambda one: replace(one, case_id=one.case_id or line.case_id))


def _changed(
    desk: Desk, system: str, change: Callable[[TelephoneCall], TelephoneCall], event: CallEvent | None = None
) -> TelephoneCall:
    """The call of a system's id after a change, made if it is new; decided anew when somebody was quicker."""
    for _ in range(TRIES):
        found = desk.calls.by_system(system) or (_asked_for(desk, event) if event else None)
        before = found or TelephoneCall(call=desk.ids.new("t"), system=system, first_at=desk.clock.now())
        changed = change(before)
        if found is not None and changed == found:
            return found
        if desk.calls.put(changed):
            if found is None:
                forget_at = before.first_at + timedelta(days=KEPT_DAYS)
                due = Due(key=f"forget-call:{changed.call}", kind="forget-call", due_at=forget_at)
                desk.agenda.put([replace(due, body={"call": changed.call})])
            return replace(changed, version=changed.version + 1)
    raise RuntimeError("a call changed twenty times under our hands")


def _asked_for(desk: Desk, event: CallEvent) -> TelephoneCall | None:
    """The call somebody of the desk asked for, which the system now tells of under an id of its own: by our reference,
    or by its number where the system hands none back.
    """
    if event.direction is not e.Direction.OUT:
        return None
    if event.reference:
        asked = [call for call in (desk.calls.get(event.reference),) if call is not None]
    else:
        number, since = e164(event.number, desk.telephony.country), desk.clock.now() - ASKED_MOST
        cases = {line.case_id for held in desk.loans.by_phone(number) for line in desk.cases.of_loan(held.loan_id)}
        called = [call for case_id in sorted(cases) for call in desk.calls.of_case(case_id)]
        asked = [one for one in called if one.e164 == number and one.asked_at and one.asked_at >= since]
    told = not event.call.startswith(BY_HAND)
    waiting = [one for one in asked if not one.system or (told and one.system.startswith(BY_HAND))]
    return replace(waiting[0], system=event.call) if waiting else None


def _without_recordings(desk: Desk, call: TelephoneCall) -> TelephoneCall:
    """What came before its call, and now turns out not to have been allowed, is kept no longer."""
    gone = call.recordings
    call = _changed(desk, call.system, lambda found: replace(found, recordings=()))
    for one in gone:
        desk.vault.drop(one.blob)
        desk.calls.count("not-recorded")
    return call


# ---- whose call it is ------------------------------------------------------------------------------------------


def matches(desk: Desk, call: TelephoneCall) -> tuple[Match, ...]:
    """The borrowers whose number on file the call shows, without those it was not. A hint, never a proof."""
    if not call.e164:
        return ()
    found: dict[str, Held] = {}
    for held in desk.loans.by_phone(call.e164):
        if held.borrower_id not in call.not_of:
            found.setdefault(held.borrower_id, held)
    return tuple(
        Match(held=held, cases=tuple(line.case_id for line in desk.cases.of_borrower(held.borrower_id)))
        for held in found.values()
    )


def call_identified(desk: Desk, by: By, call: str, case_id: str, proved: Auth | None = None) -> TelephoneCall | Refusal:
    """It is known whose call this is: its facts become part of that case, with their true times. For good.

    `by`: who identified the caller, by the rulebook's means; her own act where the caller proved it to a machine.
    `proved`: by which means, which then stands in her case too; None where that stands there already.
    """
    if by.actor.kind not in (*TOUCHES_CASES, Role.BORROWER, Role.SYSTEM):
        return Refusal("desk.role", "contact.refusal.role", "contact.way_on.ask_agent")
    file = load(desk, case_id)
    hers = file.party is not None and file.party.borrower_id == by.actor.id
    if not file.events or (by.actor.kind is Role.BORROWER and not hers):
        return Refusal("record.no_case", "contact.refusal.no_such_case", "contact.way_on.call")
    for _ in range(TRIES):
        found = desk.calls.get(call)
        if found is None:
            return Refusal("telephone.no_call", "telephone.refusal.no_call")
        if found.case_id and found.case_id != case_id:
            return _other_case()
        if found.case_id or desk.calls.put(replace(found, case_id=case_id, identified_by=by.actor)):
            if proved is not None and file.party is not None:
                _note_proof(desk, call, case_id, Actor(Role.BORROWER, file.party.borrower_id, proved))
            named = desk.calls.get(call)
            assert named is not None, "just stored"
            return _filed(desk, named)
    return Refusal("record.busy", "record.refusal.busy", "record.way_on.again")


def _note_proof(desk: Desk, call: str, case_id: str, her: Actor) -> None:
    by = By(actor=her, channel=Channel.HOTLINE, key=f"call:{call}:proved", cause=call)
    carry_out(desk, by, case_id, {"proved": call}, lambda _: [e.IdentityProved()])


def _other_case() -> Refusal:
    return Refusal("telephone.other_case", "telephone.refusal.other_case", "telephone.way_on.look")


def not_this_one(desk: Desk, by: By, call: str, borrower_id: str) -> TelephoneCall | Refusal:
    """The caller is not the borrower whose number it is."""
    if by.actor.kind not in TOUCHES_CASES:
        return Refusal("desk.role", "contact.refusal.role", "contact.way_on.ask_agent")
    for _ in range(TRIES):
        found = desk.calls.get(call)
        if found is None:
            return Refusal("telephone.no_call", "telephone.refusal.no_call")
        if borrower_id in found.not_of or desk.calls.put(replace(found, not_of=(*found.not_of, borrower_id))):
            return found
    return Refusal("record.busy", "record.refusal.busy", "record.way_on.again")


# ---- into the record -------------------------------------------------------------------------------------------


def _filed(desk: Desk, call: TelephoneCall) -> TelephoneCall:
    """What is known of an identified call and not in its case yet is filed there; each fact under a key of its own."""
    if not call.case_id or (call.direction is e.Direction.OUT and not _made(call)):
        return call
    actor = call.identified_by or SYSTEM
    if "begun" not in call.filed:
        begun = e.CallBegun(
            call=call.call, direction=call.direction, recorded=bool(call.recorded), number=call.e164 or call.number
        )
        by = By(actor=actor, channel=Channel.HOTLINE, key=f"call:{call.call}:begun", occurred_at=call.began_at)
        call = _file(desk, call, by, begun, "begun")
    if call.ended_at is not None:
        connected = call.answered_at is not None
        ended = e.CallEnded(call=call.call, connected=connected, seconds=call.seconds)
        by = By(
            actor=SYSTEM,
            channel=Channel.HOTLINE,
            key=f"call:{call.call}:ended:{call.seconds}:{connected}",
            occurred_at=call.ended_at,
        )
        call = _file(desk, call, by, ended, f"ended:{call.seconds}:{connected}")
    for one in call.recordings:
        call = _file_recording(desk, call, one)
    return call


def _made(call: TelephoneCall) -> bool:
    """Whether an outbound call was surely tried: the system told of it, or somebody said how it ended."""
    return call.begun_at is not None or call.answered_at is not None or call.ended_at is not None


def _file(desk: Desk, call: TelephoneCall, by: By, fact: e.Fact, what: str) -> TelephoneCall:
    if what in call.filed:
        return call
    done = carry_out(desk, by, call.case_id, {"call": what}, lambda _: [fact])
    if isinstance(done, Refusal):
        raise RuntimeError(f"a call could not be filed: {done.rule}")
    if what == "begun":  # what stands in the record is settled: nothing that comes later turns a recording on
        settled = bool(call.recorded)
        return _marked(desk, call, lambda found: replace(found, filed=(*found.filed, what), recorded=settled), what)
    return _marked(desk, call, lambda found: replace(found, filed=(*found.filed, what)), what)


def _marked(
    desk: Desk, call: TelephoneCall, change: Callable[[TelephoneCall], TelephoneCall], what: str
) -> TelephoneCall:
    """Note that something is filed; whoever else noted it was right too."""
    for _ in range(TRIES):
        found = desk.calls.get(call.call)
        if found is None or what in found.filed:
            return found or call
        changed = change(found)
        if desk.calls.put(changed):
            return replace(changed, version=changed.version + 1)
    raise RuntimeError("a call changed twenty times under our hands")


def _file_recording(desk: Desk, call: TelephoneCall, one: Recording) -> TelephoneCall:
    """Under the case's own key, so that it is forgotten with the case's recordings, and then a fact of the case."""
    what = f"recorded:{one.sha256}"
    if what in call.filed or call.recorded is not True:
        return call
    kept = one
    if one.held:
        try:
            again = desk.vault.keep_stream(call.case_id, Retention.RECORDING.value, desk.vault.open_stream(one.blob))
        except (KeyError, DamagedFile):  # gone under our hands: right only if somebody filed it at the same moment
            found = desk.calls.get(call.call)
            if found is not None and what not in found.filed:
                raise
            return found or call
        kept = replace(one, blob=again.blob, held=False)
    seconds = kept.seconds or call.seconds
    fact = e.CallRecorded(call=call.call, blob=kept.blob, seconds=seconds, sha256=kept.sha256)
    by = By(actor=SYSTEM, channel=Channel.HOTLINE, key=f"call:{call.call}:{what}", occurred_at=call.ended_at)
    done = carry_out(desk, by, call.case_id, {"call": what}, lambda _: [fact])
    if isinstance(done, Refusal):
        raise RuntimeError(f"a recording could not be filed: {done.rule}")
    stands = done.events[0].fact
    assert isinstance(stands, e.CallRecorded), "the one fact of this key"
    if stands.blob != kept.blob:  # somebody filed it at the same moment: theirs stands
        desk.vault.drop(kept.blob)
        kept = replace(kept, blob=stands.blob)

    def moved(found: TelephoneCall) -> TelephoneCall:
        places = tuple(kept if other.sha256 == kept.sha256 else other for other in found.recordings)
        return replace(found, recordings=places, filed=(*found.filed, what))

    call = _marked(desk, call, moved, what)
    if one.held:
        desk.vault.drop(one.blob)
    return call


def hear(desk: Desk, by: By, case_id: str, call: str, blob: str) -> str | Refusal:
    """Note that somebody of the desk listens to a recording of a case; the media type to play it as."""
    if by.actor.kind not in TOUCHES_CASES:
        return Refusal("desk.role", "contact.refusal.role", "contact.way_on.ask_agent")
    kind = sound_kept(desk, load(desk, case_id), call, blob)
    if isinstance(kind, Refusal):
        return kind
    done = carry_out(desk, by, case_id, {"heard": blob}, lambda _: [e.CallHeard(call=call, blob=blob)])
    return done if isinstance(done, Refusal) else kind


def sound_kept(desk: Desk, file: CaseFile, call: str, blob: str) -> str | Refusal:
    """The media type of a recording of a case that is still there."""
    try:
        if any(one.call == call and blob in one.blobs for one in file.talk.calls):
            return sound_of(next(desk.vault.open_stream(blob), b"")[:SOUND_HEAD])
    except KeyError:
        pass
    return Refusal("telephone.no_recording", "telephone.refusal.no_recording")


# ---- what is due -----------------------------------------------------------------------------------------------


def ask_call_back(desk: Desk, call: TelephoneCall) -> None:
    """Have a person call back, once, as soon as the desk is open and the rules of contact allow; only a number on file
    of exactly one borrower is called, and it is the number on file that is called.
    """
    found = matches(desk, call)
    if len(found) != 1 or call.ended_at is None:
        return
    case_id = found[0].cases[0] if found[0].cases else ""
    at = call_back_at(desk, load(desk, case_id), call.ended_at + timedelta(seconds=CALL_BACK_SECONDS))
    body = {"call": call.call}
    desk.agenda.put([Due(key=f"call-back:{call.call}", kind="call-back", due_at=at, case_id=case_id, body=body)])


def talked_since(desk: Desk, call: str, case_id: str) -> bool:
    """Whether a missed call needs nobody any more: it was answered after all, or she was spoken to since."""
    missed = desk.calls.get(call)
    if missed is None or not missed.missed:
        return True
    return any(talk.connected and talk.begun_at >= missed.began_at for talk in load(desk, case_id).talk.calls)


def forget_call(desk: Desk, call: str) -> None:
    """A call whose time in the call table is over: what the record has of it stays there, the rest goes."""
    found = desk.calls.get(call)
    if found is None:
        return
    for one in found.recordings:
        if one.held:
            desk.vault.drop(one.blob)
    desk.calls.forget(call)
