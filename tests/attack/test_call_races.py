"""A telephone system that sends everything at once and twice, while two agents say whose call it is: on both databases
the call is one, its facts stand once, in one case, and one copy of the recording is left.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from forbear.actions import click_to_call, contact, hotline
from forbear.actions.ports import DamagedFile, Desk
from forbear.actions.record import By, load
from forbear.adapters.ids import RandomIds
from forbear.adapters.memory import memory_desk
from forbear.adapters.vault import Folder, SealedVault
from forbear.core.clocks import start_of
from forbear.core.contact import Channel
from forbear.core.contact_facts import CallBegun, CallEnded, CallRecorded
from forbear.core.refusal import Refusal
from forbear.core.telephone_call import CallEvent, Step, TelephoneCall
from forbear.store.agenda import DjangoAgenda
from forbear.store.blobs import DjangoRegister
from forbear.store.identity import DjangoLimits
from forbear.store.ledger import DjangoLedger
from forbear.store.loans import StoredLoanBook
from forbear.store.privacy import load_keys
from forbear.store.projections import DjangoCases
from forbear.store.telephone import DjangoCalls
from tests.attack.world import AGENTS, BEGIN, ZONE, cast, rulebooks
from tests.contracts.bench import at_once

SOUND = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(70_000)


@pytest.fixture
def desk(database: Any, tmp_path: Path) -> Desk:
    """A desk on a database with the calls and the vault of a real one."""
    keys, ids = load_keys(tmp_path), RandomIds()
    loans = StoredLoanBook(keys, ids)
    loans.put([row for row, _ in cast()])
    return memory_desk(
        at=start_of(BEGIN, ZONE, 10),
        ids=ids,
        ledger=DjangoLedger(keys, ids, "race/ledger"),
        agenda=DjangoAgenda(),
        cases=DjangoCases(keys),
        loans=loans,
        limits=DjangoLimits(keys),
        rulebooks=rulebooks(),
        calls=DjangoCalls(keys),
        vault=SealedVault(Folder(tmp_path / "papers"), DjangoRegister(keys), ids),
    )


def by(desk: Desk, number: int = 0) -> By:
    return By(actor=AGENTS[number % len(AGENTS)], channel=Channel.HOTLINE, key=desk.ids.new("q"))


def opened(desk: Desk) -> list[str]:
    """Two cases, of two people."""
    held = {one.borrower_id: one for one in map(desk.loans.find, desk.loans.all_contracts()) if one}
    cases = []
    for one in list(held.values())[:2]:
        done = contact.open_case(desk, by(desk), loan_id=one.loan_id, language="zh")
        assert not isinstance(done, Refusal)
        cases.append(done.case_id)
    return cases


def test_everything_at_once_is_one_call_in_one_case(desk: Desk, tmp_path: Path):
    cases, now = opened(desk), desk.clock.now()
    begun = CallEvent(step=Step.BEGUN, call="c1", at=now, number="13800138000", recorded=True)
    answered = replace(begun, step=Step.ANSWERED, at=now + timedelta(seconds=5), recorded=None)
    ended = replace(begun, step=Step.ENDED, at=now + timedelta(seconds=65), recorded=None)
    first = hotline.call_begun(desk, begun)

    tells = [
        lambda: hotline.call_begun(desk, begun),
        lambda: hotline.call_answered(desk, answered),
        lambda: hotline.call_ended(desk, ended),
        lambda: hotline.recording(desk, "c1", [SOUND]),
    ]
    says = [lambda n=n: hotline.call_identified(desk, by(desk, n), first.call, cases[n % 2]) for n in range(4)]
    answers = at_once([*tells, *tells, *says])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    hotline.call_ended(desk, ended)

    (call,) = desk.calls.recent(now - timedelta(days=1))
    refused = [answer for answer in answers[-4:] if isinstance(answer, Refusal)]
    assert call.case_id in cases and [refusal.rule for refusal in refused] == ["telephone.other_case"] * 2
    (other,) = set(cases) - {call.case_id}
    assert [fact for fact in facts(desk, other) if fact.type.startswith("call.")] == []
    mine = [fact for fact in facts(desk, call.case_id) if fact.type.startswith("call.")]
    assert [fact for fact in mine if isinstance(fact, CallBegun)] == [
        CallBegun(call=call.call, direction=call.direction, recorded=True, number="+8613800138000")
    ]
    (recorded,) = [fact for fact in mine if isinstance(fact, CallRecorded)]
    ends = [fact for fact in mine if isinstance(fact, CallEnded)]
    assert ends[-1] == CallEnded(call=call.call, connected=True, seconds=60)
    assert load(desk, call.case_id).talk.calls[0].connected
    assert desk.vault.open(recorded.blob) == SOUND
    assert [file.name for file in (tmp_path / "papers").rglob("b_*")] == [recorded.blob]


class Overtaken(SealedVault):
    """A vault before whose next reading somebody else is quicker."""

    quicker: Callable[[], object] | None = None

    def open_stream(self, blob_id: str, start: int = 0) -> Iterator[bytes]:
        first, self.quicker = self.quicker, None
        if first is not None:
            first()
        return super().open_stream(blob_id, start)


def test_a_recording_somebody_else_just_filed_is_filed_once(desk: Desk, tmp_path: Path):
    case_id, now = opened(desk)[0], desk.clock.now()
    vault = Overtaken(Folder(tmp_path / "papers"), DjangoRegister(load_keys(tmp_path)), RandomIds())
    desk = replace(desk, vault=vault)
    call = hotline.call_begun(desk, CallEvent(step=Step.BEGUN, call="c1", at=now, number="13800138000", recorded=True))
    hotline.recording(desk, "c1", [SOUND])
    vault.quicker = lambda: hotline.call_ended(desk, CallEvent(step=Step.ENDED, call="c1", at=now))
    done = hotline.call_identified(desk, by(desk), call.call, case_id)
    assert vault.quicker is None and isinstance(done, TelephoneCall)
    (recorded,) = [fact for fact in facts(desk, case_id) if isinstance(fact, CallRecorded)]
    assert [one.blob for one in done.recordings] == [recorded.blob]
    assert vault.open(recorded.blob) == SOUND
    assert [file.name for file in (tmp_path / "papers").rglob("b_*")] == [recorded.blob]


def test_a_recording_lost_before_it_was_filed_is_told(desk: Desk, tmp_path: Path):
    case_id, now = opened(desk)[0], desk.clock.now()
    call = hotline.call_begun(desk, CallEvent(step=Step.BEGUN, call="c1", at=now, number="13800138000", recorded=True))
    hotline.recording(desk, "c1", [SOUND])
    for file in (tmp_path / "papers").rglob("b_*"):
        file.unlink()
    with pytest.raises(DamagedFile, match="the file is gone"):
        hotline.call_identified(desk, by(desk), call.call, case_id)


def test_many_first_events_make_one_call(desk: Desk):
    now = desk.clock.now()
    begun = CallEvent(step=Step.BEGUN, call="c1", at=now, number="13800138000")
    answers = at_once([lambda: hotline.call_begun(desk, begun)] * 12)
    assert {answer.call for answer in answers if isinstance(answer, TelephoneCall)} == {
        call.call for call in desk.calls.recent(now - timedelta(days=1))
    }
    assert len({answer.call for answer in answers}) == 1


def test_two_agents_who_click_at_once_make_one_call(desk: Desk):
    case_id = opened(desk)[0]
    answers = at_once([lambda n=n: click_to_call.dial(desk, by(desk, n), case_id) for n in range(8)])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    calls = {answer.call for answer in answers if isinstance(answer, TelephoneCall)}
    rules = {answer.rule for answer in answers if isinstance(answer, Refusal)}
    assert len(calls) == len(desk.calls.of_case(case_id)) == 1
    assert rules <= {"telephone.being_called"}


def facts(desk: Desk, case_id: str) -> list[Any]:
    return [event.fact for event in load(desk, case_id).events]
