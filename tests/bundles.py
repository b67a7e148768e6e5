"""Bundles to look at and to spoil: a small case with everything that a bundle can hold, and a bag in memory that can be
changed, packed, and made whole again as somebody would who knows every format.
"""

import importlib.util
import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from forbear.actions.bundle import Exported, export
from forbear.actions.bundle_zip import zipped
from forbear.actions.ports import Desk, Write
from forbear.actions.record import By
from forbear.adapters.ed25519 import Ed25519Key
from forbear.adapters.memory import memory_desk
from forbear.adapters.printer import TypstPrinter
from forbear.core import bundle as b
from forbear.core import events as e
from forbear.core.agreement import SigningAct
from forbear.core.chain import canonical, commitment, encoded, leaf_hash
from forbear.core.checkpoint import Checkpoint, read_vkey, signed
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Party, Purpose, Reach, Role, ThirdParty
from forbear.core.events import Fact, Retention
from forbear.core.evidence import PaperFacts
from forbear.core.merkle import inclusion_proof, root, root_of
from forbear.core.notices import Letter, NoticeKind
from forbear.core.reading import Remark
from tests.servers import ROOT

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CASE = "c_bundled"
HERS = Actor(Role.BORROWER, "p_her", Auth.CODE)
SISTER = Actor(Role.BORROWER, "p_her", Auth.MAIL_ADDRESS)
AGENT = Actor(Role.AGENT, "lin", Auth.STAFF)
PHONE, MAIL = "19999123456", "her@example.org"
SECRETS = {
    "name of another": "CANARY-王大姐",
    "number of another": "15500001111",
    "address of another": "sister@elsewhere.example",
    "case of another": "c_somebody_elses",
    "illness": "CANARY-诊断书",
}
"""What no bundle of hers may hold."""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(3000)
PDF = b"%PDF-1.7\n" + b"1 0 obj << /Type /Catalog >> endobj\n" * 60 + b"%%EOF\n"


def desk_with_case(desk: Desk | None = None, *, repeats: int = 1) -> Desk:
    """A desk with the case CASE in it, and another one whose events stand in between. `repeats`: how often she and the
    desk write to each other.
    """
    here = desk or memory_desk(at=START)
    tell(here, "c_other", _opened("c_other"), actor=HERS)
    for number, (actor, channel, facts) in enumerate(_life(here, repeats)):
        tell(here, CASE, *facts, actor=actor, channel=channel)
        if number % 3 == 0:
            tell(here, "c_other", e.MessageWritten(message=f"m_other_{number}", text="…"), actor=HERS)
    return here


def tell(desk: Desk, case_id: str, *facts: Fact, actor: Actor, channel: Channel = Channel.WEB) -> None:
    expected = len(desk.ledger.bodies(case_id)) - 1
    write = Write(
        case_id=case_id,
        expected=expected,
        key=f"{case_id}:{expected}",
        request=sha256(case_id.encode()).digest(),
        at=START + timedelta(minutes=expected + 1),
        occurred_at=None,
        actor=actor,
        channel=channel,
        cause="",
        facts=facts,
    )
    written = desk.ledger.append(write)
    assert isinstance(written, tuple), written


def _opened(case_id: str) -> Fact:
    party = Party(borrower_id="p_her", name="欧阳彧", id_number_masked="440000********1234", phone=PHONE, email=MAIL)
    return e.CaseOpened(
        language="zh", keep_until_on=date(2026, 4, 1), party=party, loan_id=f"l_{case_id}", contract="HC-2025-1"
    )


def _life(desk: Desk, repeats: int) -> Iterable[tuple[Actor, Channel, list[Fact]]]:
    yield HERS, Channel.WEB, [_opened(CASE)]
    yield HERS, Channel.WEB, [e.ReachChosen(language="zh", reach=Reach(language="zh", phone=PHONE, email=MAIL))]
    for number in range(repeats):
        yield HERS, Channel.WEB, [e.MessageWritten(message=f"m_{number}", text=f"第 {number} 封：什么时候有答复？")]
        yield AGENT, Channel.WEB, [e.MessageWritten(message=f"m_a{number}", text="周五之前答复您。")]
    mail = desk.vault.keep(CASE, "message", f"From: {MAIL}\r\n\r\n您好".encode())
    yield HERS, Channel.EMAIL, [e.MessageWritten(message="m_mail", raw=mail, text="您好", sender=MAIL, subject="问")]
    foreign = desk.vault.keep(CASE, "message", f"From: {SECRETS['address of another']}\r\n\r\n问".encode())
    stranger = e.MessageWritten(message="m_s", raw=foreign, text="替妹妹问", sender=SECRETS["address of another"])
    yield SISTER, Channel.EMAIL, [stranger]
    party = ThirdParty(name=SECRETS["name of another"], relation="sister", phone=SECRETS["number of another"])
    yield AGENT, Channel.WEB, [e.AuthorityFiled(authority="a_1", party=party)]
    yield AGENT, Channel.WEB, [e.NoteWritten(text="内部备注：她说话很清楚。")]
    asked = SECRETS["number of another"]
    yield (
        AGENT,
        Channel.HOTLINE,
        [e.CallBegun(call="l", direction=e.Direction.OUT, purpose=Purpose.LOCATE, number=asked)],
    )
    kept = desk.vault.keep_stream(CASE, "message", [WAV + b"other"])
    yield AGENT, Channel.HOTLINE, [e.CallRecorded(call="l", blob=kept.blob, seconds=9, sha256=kept.sha256)]
    yield HERS, Channel.HOTLINE, [e.CallBegun(call="k", direction=e.Direction.IN, recorded=True, number=PHONE)]
    kept = desk.vault.keep_stream(CASE, "message", [WAV])
    yield AGENT, Channel.HOTLINE, [e.CallRecorded(call="k", blob=kept.blob, seconds=9, sha256=kept.sha256)]
    yield HERS, Channel.WEB, [_paper(desk, 1, "工资条.png", "finance")]
    yield HERS, Channel.WEB, [_paper(desk, 2, SECRETS["illness"], "health")]
    yield SYSTEM, Channel.SYSTEM, [e.DataErased(retention_class=Retention.HEALTH, why="purpose-met", keys=1)]
    remark = Remark(code="known-elsewhere", values=(("case", SECRETS["case of another"]),), weighty=True)
    yield SYSTEM, Channel.SYSTEM, [e.PapersCompared(count=1, remarks=(remark,))]
    document = desk.vault.keep(CASE, "agreement", PDF)
    issued = e.AgreementIssued(
        number=1,
        due_on=(date(2026, 4, 15),),
        grace_days=3,
        sign_by_on=date(2026, 3, 20),
        template="cn-instalment-1",
        document=document,
    )
    yield SYSTEM, Channel.SYSTEM, [issued]
    act = SigningAct(
        challenge="x",
        signed_at=START,
        phone_masked="199****3456",
        document_sha256=sha256(PDF).hexdigest(),
        address="::1",
    )
    yield HERS, Channel.WEB, [e.AgreementSigned(number=1, act=act)]
    letter = Letter(to=PHONE, subject="", body="协议已生效。")
    yield (
        SYSTEM,
        Channel.SMS,
        [
            e.NoticeQueued(
                notice="n_1", kind=NoticeKind.STATEMENT_RECEIVED, channel=Channel.SMS, language="zh", letter=letter
            )
        ],
    )


def _paper(desk: Desk, item: int, name: str, retention: str) -> Fact:
    kept = desk.vault.keep_stream(CASE, retention, [PNG, name.encode()])
    facts = PaperFacts(
        name=name,
        mime="image/png",
        size=kept.size,
        sha256=kept.sha256,
        blob=kept.blob,
        health=retention == "health",
    )
    return e.PaperReceived(item=item, paper=f"f_{item}", facts=facts)


def exported(desk: Desk, *, since: str = "", key: str = "x1") -> Exported:
    """The bundle of CASE, by the operator."""
    made = export(desk, By(actor=SYSTEM, channel=Channel.SYSTEM, key=key), CASE, reason="for a test", since=since)
    assert isinstance(made, Exported), made
    return made


def packed(desk: Desk, made: Exported) -> bytes:
    return b"".join(zipped(made.bundle, desk.vault))


def story_desk(text: str) -> tuple[Desk, str]:
    """A whole story told in memory, its agreements printed for real; returns the desk and the first case's id."""
    from forbear.town.stories import tell
    from forbear.town.story_text import read_story

    told = read_story(text)
    desk = memory_desk(at=told.begins_at, rows=told.rows, printer=TypstPrinter())
    assert list(tell(told, desk))
    return desk, next(desk.ledger.all()).case_id


def alone() -> Any:
    """The single-file verifier as a module."""
    spec = importlib.util.spec_from_file_location("verify_alone", ROOT / "forbear/published/verify.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- a bag in memory ---------------------------------------------------------------------------------------------


@dataclass
class Bag:
    """The files of a bundle by their names within the bag, in the order of the zip."""

    base: str
    files: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, data: bytes) -> "Bag":
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            names = opened.namelist()
            bag = cls(names[0].split("/")[0])
            bag.files = {name.partition("/")[2]: opened.read(name) for name in names}
        return bag

    def copy(self) -> "Bag":
        return Bag(self.base, dict(self.files))

    def zipped(self, *, also: Callable[[zipfile.ZipFile], None] | None = None, way: int = zipfile.ZIP_STORED) -> bytes:
        """The zip again, each file packed in a `way`; `also` writes more into it."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for name, data in self.files.items():
                made.writestr(zipfile.ZipInfo(f"{self.base}/{name}"), data, way)
            if also is not None:
                also(made)
        return out.getvalue()

    def listed(self) -> "Bag":
        """With manifests and bag-info made anew: what somebody does who knows BagIt."""
        payload = {name: b.held(data) for name, data in self.files.items() if name.startswith("data/")}
        try:
            last = json.loads(self.files[b.EVENTS].splitlines()[-1])
            self.files["bag-info.txt"] = b.bag_info(payload, case_id=last["case"], log=last["log"], at=last["at"])
        except (LookupError, ValueError, TypeError, RecursionError):
            pass
        self.files["manifest-sha256.txt"] = b.manifest(payload)
        tags = {name: b.held(self.files[name]) for name in b.TAGS if name in self.files}
        self.files[b.TAG_MANIFEST] = b.manifest(tags)
        return self

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[b.EVENTS].splitlines()]

    def chained(self, events: Iterable[Mapping[str, Any]]) -> "Bag":
        """With these events, numbered and chained anew: what somebody does who knows the record."""
        bodies, before = [], b""
        for seq, event in enumerate(events):
            body = canonical({**event, "seq": seq, "prev": encoded(before)})
            bodies.append(body)
            before = leaf_hash(body)
        self.files[b.EVENTS] = b.event_lines(bodies)
        return self

    def sealed(self) -> "Bag":
        """With the seal's content made to fit the files: what somebody does who knows the seal."""
        events = self.events()
        payload = {name: b.held(data) for name, data in self.files.items() if name.startswith("data/")}
        lines = [json.loads(line) for line in self.files[b.DISCLOSURES].splitlines()]
        events[-1]["pub"] = {**events[-1]["pub"], "head": len(events) - 1}
        for line in lines:
            name, _ = b.opened(line["disclosure"])
            if line["seq"] == len(events) - 1 and name == "content":
                old = line["disclosure"]
                line["disclosure"] = encoded(canonical(["A" * 22, "content", b.content_digest(payload)]))
                kept = [one for one in events[-1]["_sd"] if one != commitment(old)]
                events[-1]["_sd"] = sorted([*kept, commitment(line["disclosure"])])
        self.files[b.DISCLOSURES] = b.json_lines(lines)
        return self.chained(events)

    def logged(self, key: Ed25519Key, *, others: int = 5) -> "Bag":
        """In a log of its own with these events in it, signed by `key`: what a forger does."""
        hashes = [leaf_hash(body) for body in self.files[b.EVENTS].splitlines()]
        leaves = [leaf_hash(b"another %d" % n) for n in range(others)] + hashes
        size = len(leaves)

        def at(level: int, index: int) -> bytes:
            if level == 0:
                return leaves[index]
            return root(leaves[index << level : (index + 1) << level])

        assert root_of(0, size, at) == root(leaves)
        paths = {others + n: inclusion_proof(others + n, size, at) for n in range(len(hashes))}
        self.files[b.INCLUSION] = b.inclusion_lines(list(range(others, size)), paths)
        body = Checkpoint(key.origin, size, root(leaves)).body
        self.files[b.CHECKPOINT] = signed(body, key.origin, read_vkey(key.vkey).hash + key.sign(body.encode())).encode()
        self.files[b.TRUST] = canonical({"log": key.vkey, "witnesses": []}) + b"\n"
        return self


def text64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def written(folder: Path, data: bytes) -> Path:
    """The bundle as a file."""
    file = folder / "bundle.zip"
    file.write_bytes(data)
    return file
