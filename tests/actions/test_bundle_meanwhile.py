"""What may happen while a bundle is made: somebody writes to the case, the reader goes away, everything was erased, a
hold stands, the case is larger than one file carries.
"""

import json
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forbear.actions import bundle as making
from forbear.actions.bundle import Exported, export
from forbear.actions.bundle_zip import Bundle, Part, zipped
from forbear.actions.record import By
from forbear.actions.record_ports import LogKey
from forbear.adapters.ed25519 import Ed25519Key
from forbear.config.verify import looked_at
from forbear.core import bundle as b
from forbear.core import events as e
from forbear.core.contact import Channel
from forbear.core.refusal import Refusal
from tests.bundles import AGENT, CASE, HERS, Bag, desk_with_case, exported, packed, tell, written


class Meanwhile:
    """A port that does something before it is asked, so many times."""

    def __init__(self, port: Any, name: str, do: Callable[[], None], times: int) -> None:
        self._port, self._name, self._do, self.left = port, name, do, times

    def __getattr__(self, name: str) -> Any:
        if name == self._name and self.left:
            self.left -= 1
            self._do()
        return getattr(self._port, name)


def writing(desk: Any) -> Callable[[], None]:
    """Somebody writes to the case."""
    number = iter(range(1000))
    return lambda: tell(desk, CASE, e.NoteWritten(text=f"meanwhile {next(number)}"), actor=AGENT)


@pytest.mark.parametrize(("port", "verb"), [("vault", "open_stream"), ("log", "checkpoint"), ("log", "inclusions")])
def test_what_is_written_meanwhile_is_in_it_or_after_it(tmp_path: Path, port: str, verb: str):
    """Before the seal it is in the bundle, after it the bundle ends before; either way it holds."""
    desk = desk_with_case()
    busy = replace(desk, **{port: Meanwhile(getattr(desk, port), verb, writing(desk), 1)})
    made = exported(busy)
    data = packed(desk, made)
    report = looked_at(written(tmp_path, data), desk.log_key.vkey)
    assert (report.ok, report.events) == (True, made.seq + 1), dict(report.checks)
    inside = any(b"meanwhile 0" in one for one in Bag.of(data).files.values())
    assert inside == (verb != "inclusions")
    assert any(isinstance(event.fact, e.NoteWritten) and event.fact.text == "meanwhile 0"
               for event in desk.ledger.events(CASE))  # fmt: skip


def test_who_never_stops_writing_is_told(tmp_path: Path):
    desk = desk_with_case()
    busy = replace(desk, vault=Meanwhile(desk.vault, "open_stream", writing(desk), 500))
    made = export(busy, By(actor=HERS, channel=Channel.WEB, key="k"), CASE)
    assert isinstance(made, Refusal), "nothing is given out that was not sealed"
    assert not [one for one in desk.ledger.events(CASE) if one.fact.type == "case.exported"]
    assert isinstance(export(desk, By(actor=HERS, channel=Channel.WEB, key="k"), CASE), Exported)


def test_two_exports_at_once_are_two_entries(tmp_path: Path):
    """The second begins while the first makes its proofs."""
    desk, others = desk_with_case(), list[Exported]()
    first = exported(
        replace(desk, log=Meanwhile(desk.log, "inclusions", lambda: others.append(exported(desk, key="2")), 1))
    )
    (second,) = others
    assert second.seq == first.seq + 1
    for made in (first, second):
        assert looked_at(written(tmp_path, packed(desk, made)), desk.log_key.vkey).events == made.seq + 1


class Changed(Ed25519Key):
    """Another log key that has just taken the place of `before`."""

    def __init__(self, before: LogKey) -> None:
        super().__init__(before.origin, b"another key of thirty-two bytes!")
        self._before = before

    def own(self) -> tuple[str, ...]:
        return self.vkey, *self._before.own()


def test_the_key_of_the_log_changes_meanwhile(tmp_path: Path):
    """The file names the key that signed its checkpoint, not the one that is there since."""
    desk = desk_with_case()
    made = exported(replace(desk, log_key=Changed(desk.log_key)))
    report = looked_at(written(tmp_path, packed(desk, made)), desk.log_key.vkey)
    assert report.ok, dict(report.checks)


def test_a_reader_who_goes_away_leaves_nothing_open():
    desk = desk_with_case()
    pieces = zipped(exported(desk).bundle, desk.vault)
    assert next(pieces)
    pieces.close()
    assert list(pieces) == []


def test_a_case_with_everything_erased_still_holds(tmp_path: Path):
    desk = desk_with_case()
    for retention in e.Retention:
        desk.ledger.forget(CASE, retention.value)  # type: ignore[attr-defined]
    data = packed(desk, exported(desk))
    report = looked_at(written(tmp_path, data), desk.log_key.vkey)
    assert (report.ok, report.withheld) == (True, 0), dict(report.checks)
    commitments = sum(len(event["_sd"]) for event in Bag.of(data).events()[:-1])
    assert report.erased == commitments > 20
    assert b"2500" not in data and PHONE not in data


PHONE = b"19999123456"


def test_a_hold_does_not_keep_her_file_from_her(tmp_path: Path):
    desk = desk_with_case()
    tell(desk, CASE, e.HoldPlaced(hold="h_1", why=e.HoldWhy.COURT, reason="诉讼保全"), actor=AGENT)
    made = export(desk, By(actor=HERS, channel=Channel.WEB, key="k"), CASE)
    assert isinstance(made, Exported)
    bag = Bag.of(packed(desk, made))
    (held,) = [json.loads(data) for name, data in bag.files.items() if name.endswith("hold-placed.json")]
    assert held["contents"] == {"reason": "诉讼保全"}


def test_more_than_one_file_carries_is_refused_before_it_is_sealed(monkeypatch: pytest.MonkeyPatch):
    desk = desk_with_case()
    before = desk.ledger.size()
    monkeypatch.setattr(making, "BYTES_MOST", 10_000)
    made = export(desk, By(actor=HERS, channel=Channel.WEB, key="k"), CASE)
    assert isinstance(made, Refusal)
    assert (made.rule, desk.ledger.size()) == ("bundle.big", before)


def test_a_large_file_passes_piece_by_piece():
    """48 MB of papers, and never more than a few pieces of them in memory."""
    piece = bytes(range(256)) * 4096

    class Large:
        def open_stream(self, blob: str) -> Iterator[bytes]:
            yield from (piece for _ in range(16))

    held = b.held(piece * 16)
    parts = tuple(Part(f"data/papers/{n:04d}-paper.png", held, blob="b_x") for n in range(3))
    tracemalloc.start()
    written_bytes = sum(len(one) for one in zipped(Bundle("c", parts), Large()))  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert written_bytes > 48 * len(piece) and peak < 8 * len(piece)
