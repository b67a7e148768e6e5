"""A case exported: the seal first, everything in it, another person's data left out, what was erased named, who may."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forbear.actions.bundle import Exported, export
from forbear.actions.bundle_zip import Spoilt
from forbear.actions.ports import Desk
from forbear.actions.record import By
from forbear.adapters.memory import MovedClock, memory_desk
from forbear.config import wiring
from forbear.config.verify import looked_at
from forbear.core import bundle as b
from forbear.core.bundle_facts import CaseExported
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Party, Role
from forbear.core.events import MessageWritten, PartyCorrected
from forbear.core.refusal import Refusal
from tests.bundles import (
    AGENT,
    CASE,
    HERS,
    PDF,
    PNG,
    SECRETS,
    START,
    WAV,
    Bag,
    desk_with_case,
    exported,
    packed,
    tell,
    written,
)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """A desk with the case, in memory and on each database."""
    if request.param == "memory":
        return desk_with_case()
    request.getfixturevalue(f"{request.param}_database")
    return desk_with_case(replace(wiring.desk(), clock=MovedClock(START)))


def by(actor: Actor, key: str = "k") -> By:
    return By(actor=actor, channel=Channel.WEB, key=key)


def test_the_seal_is_the_last_event_and_names_all_of_it(desk: Desk, tmp_path: Path):
    before = len(desk.ledger.bodies(CASE))
    made = exported(desk)
    report = looked_at(written(tmp_path, packed(desk, made)), desk.log_key.vkey)
    assert report.ok, dict(report.checks)
    assert (report.case_id, report.events, made.seq) == (CASE, before + 1, before)
    seal = desk.ledger.events(CASE)[-1]
    assert isinstance(seal.fact, CaseExported)
    assert (seal.fact.head, seal.fact.reason) == (before, "for a test")
    assert report.complete_as_of == b.at_of(desk.ledger.bodies(CASE)[-1][0])
    assert (report.withheld, report.erased) == (4, 1)


def test_everything_held_is_in_it_as_it_came(desk: Desk):
    files = Bag.of(packed(desk, exported(desk))).files
    papers = [data for name, data in files.items() if name.startswith("data/papers/") and name.endswith("png")]
    assert papers == [PNG + "工资条.png".encode()]
    assert [data for name, data in files.items() if name.startswith("data/recordings/")] == [WAV]
    assert [data for name, data in files.items() if name.endswith(".pdf")] == [PDF]
    said = b"".join(data for name, data in files.items() if name.startswith("data/messages/")).decode()
    for words in ("什么时候有答复？", "周五之前答复您。", "内部备注：她说话很清楚。", "协议已生效。", "替妹妹问"):
        assert words in said
    bodies = [body for body, _ in desk.ledger.bodies(CASE)]
    assert files[b.EVENTS].splitlines() == bodies, "the exact bytes that were hashed"
    for language, word in (("zh", "这个案件的经过"), ("en", "What happened in this case")):
        page = files[f"data/timeline.{language}.html"].decode()
        assert word in page and "<script" not in page and "http" not in page.replace("http-equiv", "")
    assert {"data/README.zh.txt", "data/verification.en.html", "data/verify.py"} <= set(files)


def test_another_persons_data_is_left_out_with_its_place_kept(desk: Desk):
    bag = Bag.of(packed(desk, exported(desk)))
    for what, secret in SECRETS.items():
        held = [name for name, data in bag.files.items() if secret.encode() in data]
        assert held == [], what
    lines = [json.loads(line) for line in bag.files[b.WITHHELD].splitlines()]
    events = bag.events()
    told = {(events[line["seq"]]["type"], line["why"]) for line in lines if "commitment" in line}
    assert told == {
        ("message.written", "third-party"),
        ("authority.filed", "third-party"),
        ("call.begun", "third-party"),
        ("papers.compared", "third-party"),
        ("paper.received", "erased"),
    }
    assert all(line["commitment"] in events[line["seq"]]["_sd"] for line in lines if "commitment" in line)


def test_twice_the_same_command_is_one_seal_and_one_bundle(desk: Desk):
    first = packed(desk, exported(desk))
    events = len(desk.ledger.bodies(CASE))
    assert packed(desk, exported(desk)) == first
    assert len(desk.ledger.bodies(CASE)) == events
    again = exported(desk, key="another press")
    assert again.seq == events, "another export is another entry"


@pytest.mark.parametrize(
    ("actor", "reason", "rule"),
    [
        (HERS, "", ""),
        (replace(HERS, auth=Auth.APP), "", ""),
        (replace(HERS, auth=Auth.CALLER_TWO_FACTS), "", "bundle.hers"),
        (replace(HERS, auth=Auth.MAIL_ADDRESS), "", "bundle.hers"),
        (Actor(Role.BORROWER, "p_another", Auth.CODE), "", "record.no_case"),
        (Actor(Role.REVIEWER, "chen", Auth.STAFF), "to the court", ""),
        (Actor(Role.AUDITOR, "he", Auth.STAFF), "yearly look", ""),
        (Actor(Role.AUDITOR, "he", Auth.STAFF), "  ", "bundle.reason"),
        (Actor(Role.REVIEWER, "chen", Auth.STAFF), "x" * 1001, "bundle.reason"),
        (AGENT, "to the court", "bundle.role"),
        (Actor(Role.REVIEWER, "chen", Auth.NONE), "to the court", "bundle.role"),
        (Actor(Role.POLICY_OWNER, "sun", Auth.STAFF), "to the court", "bundle.role"),
    ],
)
def test_who_may(actor: Actor, reason: str, rule: str):
    here = desk_with_case()
    before = here.ledger.size()
    made = export(here, by(actor), CASE, reason=reason)
    assert (made.rule if isinstance(made, Refusal) else "") == rule
    assert here.ledger.size() - before == (0 if rule else 1)


def test_a_key_of_another_cases_export_gives_nothing():
    """The command came once already, for a case that is not this one."""
    here, command = desk_with_case(), By(actor=SYSTEM, channel=Channel.SYSTEM, key="k")
    tell(here, "c_third", *[event.fact for event in here.ledger.events(CASE)[:2]], actor=HERS)
    assert isinstance(export(here, command, CASE, reason="for a test"), Exported)
    before = here.ledger.size()
    made = export(here, command, "c_third", reason="for a test")
    assert (made.rule if isinstance(made, Refusal) else "", here.ledger.size()) == ("record.key", before)


def test_her_own_export_keeps_no_reason_of_anybody(tmp_path: Path):
    here = desk_with_case()
    made = export(here, by(HERS), CASE)
    assert isinstance(made, Exported)
    seal = here.ledger.events(CASE)[-1]
    assert isinstance(seal.fact, CaseExported) and seal.fact.reason is None
    assert (seal.actor, looked_at(written(tmp_path, packed(here, made))).ok) == (HERS, True)


def test_what_was_erased_since_the_command_is_said(tmp_path: Path):
    """The same command again after an erasure cannot give the bundle that its seal names."""
    here = desk_with_case()
    exported(here)
    here.ledger.forget(CASE, "finance")  # type: ignore[attr-defined]
    again = export(here, By(actor=by(HERS).actor, channel=Channel.SYSTEM, key="x1"), CASE, reason="for a test")
    assert isinstance(again, Refusal)
    made = exported(here, key="anew")
    report = looked_at(written(tmp_path, packed(here, made)), here.log_key.vkey)
    assert (report.ok, report.erased, report.withheld) == (True, 3, 3)


def test_a_file_that_is_not_the_one_that_came_stops_the_export():
    here = desk_with_case()
    paper = next(event.fact for event in here.ledger.events(CASE) if event.fact.type == "paper.received")
    blob = paper.facts.blob  # type: ignore[attr-defined]
    files: Any = here.vault._files  # type: ignore[attr-defined]
    files[blob] = (*files[blob][:3], b"\x89PNG\r\n\x1a\nanother")
    before = here.ledger.size()
    made = export(here, by(HERS), CASE)
    assert isinstance(made, Refusal) and made.rule == "bundle.spoilt"
    assert here.ledger.size() == before, "nothing was sealed"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_file_that_is_damaged_stops_the_export(request: pytest.FixtureRequest, database: str):
    """Cut on its shelf: a sentence for whoever asked, and nothing sealed."""
    request.getfixturevalue(f"{database}_database")
    here = desk_with_case(replace(wiring.desk(), clock=MovedClock(START)))
    paper = next(event.fact for event in here.ledger.events(CASE) if event.fact.type == "paper.received")
    found = here.vault._register.find(paper.facts.blob)  # type: ignore[attr-defined]
    shelf: Path = here.vault._shelf._folder / found[2]  # type: ignore[attr-defined]
    shelf.write_bytes(shelf.read_bytes()[:-1])
    before = here.ledger.size()
    made = export(here, by(HERS), CASE)
    assert isinstance(made, Refusal) and made.rule == "bundle.spoilt"
    assert "cannot be read" in str(made.facts["what"])
    assert here.ledger.size() == before, "nothing was sealed"


def test_a_file_that_goes_while_it_is_written_ends_the_bundle():
    here = desk_with_case()
    made = exported(here)
    here.ledger.forget(CASE, "finance")  # type: ignore[attr-defined]
    with pytest.raises(Spoilt, match="erased while"):
        packed(here, made)


def test_what_she_writes_never_leads_to_a_file(tmp_path: Path):
    """Words that look like the id of a file are words, whosever file that is: nothing of another case gets in, and
    nothing is called erased.
    """
    here = desk_with_case()
    other = here.vault.keep("c_other", "message", b"what another borrower wrote")
    for number, words in enumerate((other, "b_hello")):
        tell(here, CASE, MessageWritten(message=f"m_w{number}", text=words), actor=HERS)
    data = packed(here, exported(here))
    bag = Bag.of(data)
    assert [name for name, held in bag.files.items() if held == b"what another borrower wrote"] == []
    assert not [line for line in bag.files[b.WITHHELD].splitlines() if b"b_hello" in line]
    assert [name for name, held in bag.files.items() if held.endswith(b"\nb_hello\n")] != []
    report = looked_at(written(tmp_path, data), here.log_key.vkey)
    assert report.ok, dict(report.checks)


def test_words_stand_on_the_page_in_the_order_they_were_written():
    """A mark that turns the direction would show other words than hers; she and a court read the page."""
    here = replace(desk_with_case(), teller=wiring._told)
    tell(here, CASE, MessageWritten(message="m_t", text="我\u202e不\u202c付 <b>"), actor=HERS)
    files = Bag.of(packed(here, exported(here))).files
    for language in ("zh", "en"):
        page = files[f"data/timeline.{language}.html"].decode()
        assert "我[U+202E]不[U+202C]付 &lt;b&gt;" in page and "\u202e" not in page
    assert [name for name, data in files.items() if "我\u202e不\u202c付 <b>".encode() in data], (
        "as text it is as it came"
    )


def test_who_is_withheld_is_not_called_erased():
    here = replace(desk_with_case(), teller=wiring._told)
    files = Bag.of(packed(here, exported(here))).files
    for language, words in (("zh", "书面授权另一个人代为办理"), ("en", "Written authority for somebody else")):
        assert words in files[f"data/timeline.{language}.html"].decode()


def test_a_case_that_is_not_there():
    made = export(memory_desk(at=START), by(HERS), "c_nobody")
    assert isinstance(made, Refusal)


@pytest.mark.parametrize(
    ("kind", "by", "parts", "theirs"),
    [
        ("call.begun", "agent", {"number": "+86 199 9912 3456"}, set()),
        ("call.begun", "agent", {"number": "15500001111"}, {"number"}),
        ("call.begun", "borrower", {"number": "15500001111"}, {"number"}),
        ("message.written", "borrower", {"sender": "Her <HER@example.org>", "reference": "<1@x>"}, set()),
        (
            "message.written",
            "borrower",
            {"sender": "sister@x", "reference": "<1@x>", "text": "…"},
            {"sender", "reference"},
        ),
        ("message.written", "borrower", {"text": "…"}, set()),
        ("message.written", "agent", {"reference": "<1@lender>", "text": "…"}, set()),
        ("authority.filed", "agent", {"party": {"name": "…"}}, {"party"}),
        ("papers.compared", "system", {"remarks": [{"values": [["case", "c_2"]]}]}, {"remarks"}),
        ("papers.compared", "system", {"remarks": [{"values": [["item", "1"]]}]}, set()),
        ("note.written", "agent", {"text": "她的姐姐打来电话"}, set()),
    ],
)
def test_what_is_somebody_elses(kind: str, by: str, parts: dict[str, Any], theirs: set[str]):
    hers = frozenset({b.reached("199 9912 3456"), b.reached("her@example.org")})
    assert b.third_partys({"type": kind, "actor": {"kind": by}}, parts, hers) == theirs


def test_an_address_put_right_is_hers_from_the_beginning():
    desk = desk_with_case()
    party = Party(
        borrower_id="p_her", name="欧阳彧", id_number_masked="44…", phone="18800002222", email="new@example.org"
    )
    tell(desk, CASE, PartyCorrected(request="d_1", party=party), actor=AGENT)
    tell(
        desk,
        CASE,
        MessageWritten(message="m_n", text="新邮箱", sender="new@example.org"),
        actor=HERS,
        channel=Channel.EMAIL,
    )
    files = Bag.of(packed(desk, exported(desk))).files
    assert [data for data in files.values() if b"From: new@example.org" in data]
