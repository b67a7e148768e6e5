"""A person leaves: after the last period nothing of her is in any table, file or free page, and the record verifies."""

from pathlib import Path

from forbear.actions import leaving
from forbear.actions.record import load
from forbear.core.case import fold
from forbear.core.chain import verify_chain
from forbear.core.contact import Channel
from forbear.core.contact_budget import Attempt
from forbear.core.facts import Retention
from forbear.core.leaving_facts import HoldWhy
from forbear.store.erasures import Erased, ErasureList
from forbear.store.leaving import WRITTEN_ANEW
from forbear.store.privacy import load_keys
from forbear.store.restoring import replay
from tests.contracts import leaving_desk as on
from tests.contracts.bench import Bench

HERS = (
    *("secret", "blob", "message_mark", "paper_mark", "draft", "mail_in", "text_in", "text_out", "text_piece"),
    *("telephone_call", "upload", "upload_link", "dev_message", "challenge", "loan", "borrower", "case_line"),
    *("contact_case", "contact"),
)
"""Tables in which something of a person stands."""


def files(home: Path) -> bytes:
    """Everything in the installation's directories of files."""
    found = [file for folder in ("papers", "uploads") for file in (home / folder).rglob("*") if file.is_file()]
    return b"".join(file.name.encode() + file.read_bytes() for file in sorted(found))


def test_after_the_last_period_nothing_of_her_is_anywhere(stored: Bench):
    desk = on.desk_on(stored.home)
    other, she = on.borrower(desk, "other", 1), on.borrower(desk, "she", 2)
    others_case = on.lives(other, 1)
    her_case = on.lives(she, 2)
    on.ends(she)
    leaving.place_hold(desk, on.by(on.REVIEWER, "hold"), others_case, HoldWhy.COURT, "法院来函，案件未结。")
    before, lain = load(desk, others_case), on.values()
    folded = fold(desk.ledger.events(her_case))
    assert on.live_classes(desk, her_case) == set(Retention) - {Retention.AGREEMENT, Retention.HEALTH}
    assert {name for name in HERS if not lain[name]} <= {"text_piece", "upload_link", "text_out"}
    on.settled(desk, she)
    on.later(desk, 400)
    assert on.live_classes(desk, her_case) == set(Retention) - {Retention.AGREEMENT, Retention.HEALTH}
    on.later(desk, 400)
    assert Retention.RECORDING not in on.live_classes(desk, her_case)
    assert Retention.MESSAGE in on.live_classes(desk, her_case)
    on.later(desk, 4000)
    assert on.live_classes(desk, her_case) == set()
    stands = b"\0".join(value for found in on.values().values() for value in found)
    gone = {value for table in traced() for value in lain[table] if value not in stands}
    assert len(gone) > 50
    content = on.raw(WRITTEN_ANEW)
    assert [value for value in gone if value in content] == [], "what no row says any more stands in no free page"
    assert on.canaries_in(content + files(stored.home), she.row.name, she.row.phone, she.row.id_number) == []
    assert desk.ledger.events(others_case)[: before.case.seq + 1] == before.events, "a hold keeps all of another's"
    bare = desk.ledger.events(her_case)
    own = len(bare) - folded.seq - 1
    assert fold(bare[: folded.seq + 1]) == folded and own >= len(Retention) - 2
    assert not any(group for event in bare for group in event.fact.private())
    assert verify_chain(desk.ledger.bodies(her_case)) == ()
    assert desk.ledger.verify().flaws == ()
    assert desk.cases.line(her_case).name == "" and desk.loans.find(she.row.loan.contract) is None  # type: ignore[union-attr]
    listed = {(one.owner, one.retention) for one in ErasureList(stored.home / "erasures.jsonl")}
    assert {(her_case, one) for one in ("identity", "statement", "finance", "message", "recording")} <= listed


def traced() -> tuple[str, ...]:
    """Tables whose every trace goes: all of them on SQLite; on PostgreSQL those that hold keys or a person's marks."""
    from django.db import connection

    return HERS if connection.vendor == "sqlite" else tuple(set(HERS) & set(WRITTEN_ANEW))


def test_a_restore_takes_whoever_left_the_book_out_of_it_again(stored: Bench):
    desk = on.desk_on(stored.home)
    row, other = on.borrower(desk, "she", 1).row, on.borrower(desk, "other", 2).row
    held = desk.loans.find(row.loan.contract)
    assert held is not None and desk.loans.find(other.loan.contract) is not None
    tried = Attempt(at=on.NOW, channel=Channel.HOTLINE, connected=False)
    desk.ledger.contacts.outside("told of", held.borrower_id, tried)
    listed = [Erased(at="2026-03-01", owner=held.borrower_id, retention="loan")]
    for again in (1, 0):
        assert replay(listed, load_keys(stored.home), desk.ids, "leaving/ledger", on.NOW) == again
    assert desk.loans.find(row.loan.contract) is None and desk.loans.find(other.loan.contract) is not None
    assert desk.ledger.contacts.seen(held.borrower_id).contacts == 0
