"""What stands in a bundle beside the proofs: the files of the case, what was said and decided in readable form, the
timeline and the statement in both languages, the verifier, and what is withheld and why.

It follows from the record and the vault alone, never from the clock: the same events give the same bytes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from forbear.actions import bundle_pages as pages
from forbear.actions.bundle_zip import Part, Spoilt, measured
from forbear.actions.hotline_sound import SOUND_HEAD, sound_of
from forbear.actions.ports import DamagedFile, Desk
from forbear.core import bundle as b
from forbear.core import events as e
from forbear.core.codec import instant, plain
from forbear.core.contact import Channel, Purpose
from forbear.core.envelope import read_event
from forbear.core.evidence import file_type
from forbear.core.facts import files_named
from forbear.core.file import CaseFile, open_file
from forbear.core.rules import Rulebook
from forbear.core.signatures import statement
from forbear.words import LANGUAGES

FOLDERS = {
    "paper": "papers",
    "call": "recordings",
    "message": "messages",
    "notice": "messages",
    "channel": "messages",
    "agreement": "agreement",
    "completion": "agreement",
}
"""Where a file of the vault goes, by the family of the fact that names it; any other in `files`."""
ENDINGS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/heic": "heic",
    "image/webp": "webp",
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/webm": "webm",
}
EXPECTED = ("value_minor", "nothing_minor")
"""What the lender expects of a plan and of none: its own estimate, which no page and no readable file tells her."""
READABLE = {
    **dict.fromkeys(("answer", "statement", "budget"), "statements"),
    **dict.fromkeys(("paper", "papers", "reading", "cause"), "papers"),
    **dict.fromkeys(("offers", "plan", "more", "decision", "proposal", "second_eyes"), "decisions"),
    **dict.fromkeys(("agreement", "completion", "breach"), "agreement"),
    **dict.fromkeys(("payment", "overpayment", "refund"), "payments"),
    **dict.fromkeys(("case", "reach", "channel", "authority", "call", "person", "renegotiation"), "case"),
    **dict.fromkeys(("data", "hold", "party"), "case"),
    "credit": "credit",
}
"""Where a fact that holds anything private is told whole in a file of its own, by its family. What was said and
written is told in `messages` instead (SAID)."""
SAID = frozenset({"message.written", "note.written", "notice.queued"})


@dataclass(frozen=True)
class Contents:
    """The files, and the lines of disclosures.jsonl up to the seal."""

    parts: tuple[Part, ...]
    shown: tuple[Mapping[str, Any], ...]

    @property
    def digest(self) -> str:
        """What the seal names."""
        return b.content_digest({part.name: part.held for part in self.parts})


@dataclass
class _Making:
    desk: Desk
    case_id: str
    bodies: Sequence[bytes]
    shown: Sequence[tuple[str, ...]]
    file: CaseFile
    parts: list[Part] = field(default_factory=list)
    withheld: list[dict[str, Any]] = field(default_factory=list)
    files_of: dict[int, list[str]] = field(default_factory=dict)
    blobs: set[str] = field(default_factory=set)

    def put(self, name: str, data: bytes) -> None:
        self.parts.append(Part(name, b.held(data), data))


def contents(desk: Desk, case_id: str, events: int) -> Contents:
    """Everything up to the first `events` events of a case; raises Spoilt where a file is not what came in."""
    stored = desk.ledger.bodies(case_id)[:events]
    recorded = desk.ledger.events(case_id)[:events]
    disclosures = desk.ledger.disclosures(case_id)
    bodies = [body for body, _ in stored]
    kept = [disclosures.get(seq, ()) for seq in range(events)]
    hers = b.her_addresses(recorded)
    heads = [json.loads(body) for body in bodies]
    shown = [tuple(_hers(head, texts, hers)) for head, texts in zip(heads, kept, strict=True)]
    read = [read_event(r.leaf, *stored[r.seq], shown[r.seq]) for r in recorded]
    making = _Making(desk, case_id, bodies, shown, open_file(read))
    making.withheld += b.withheld_lines(bodies, kept, shown)
    for event, whole in zip(read, recorded, strict=True):
        _vault_files(making, event, whole)
        _readable(making, event)
    _signing_acts(making)
    _messages(making)
    _rulebooks(making, read)
    _named_but_absent(making)
    _pages(making)
    making.put(b.WITHHELD, b.json_lines(making.withheld))
    lines = tuple({"seq": seq, "disclosure": text} for seq, texts in enumerate(shown) for text in texts)
    return Contents(tuple(making.parts), lines)


def _hers(head: Mapping[str, Any], texts: Sequence[str], hers: frozenset[str]) -> Iterator[str]:
    """The disclosures of an event without those that are another person's."""
    parts = {text: b.opened(text) for text in texts}
    theirs = b.third_partys(head, dict(parts.values()), hers)
    yield from (text for text, (name, _) in parts.items() if name not in theirs)


# ---- files of the vault ----------------------------------------------------------------------------------------


def _vault_files(making: _Making, event: e.Recorded, whole: e.Recorded) -> None:
    """Every file of the vault that a fact names, once, as it came. `whole`: the event with nothing withheld."""
    fact = plain(event.fact)
    named = [blob for blob in (*files_named(fact), *_report_of(making, event)) if blob not in making.blobs]
    digests = b.hashes_in(plain(whole.fact))
    for number, blob in enumerate(named):
        making.blobs.add(blob)
        if _is_third_partys_file(making, event, whole):
            told = {"seq": event.seq, "file": blob, "why": b.THIRD_PARTY}
            making.withheld += [told, *({"seq": event.seq, "sha256": one, "why": b.THIRD_PARTY} for one in digests)]
            continue
        try:
            held = measured(making.desk.vault, blob)
            head = next(making.desk.vault.open_stream(blob), b"")[:32]
        except KeyError:
            making.withheld.append({"seq": event.seq, "file": blob, "why": b.ERASED})
            continue
        except DamagedFile as fault:
            raise Spoilt(f"a file of event {event.seq} cannot be read: {fault}") from fault
        family = event.fact.type.partition(".")[0]
        if len(named) == 1 and len(digests) == 1 and held.sha256 not in digests and family in ("paper", "call"):
            raise Spoilt(f"a file of event {event.seq} is not the one that came in")
        place = f"{event.seq:04d}-{family}{f'-{number + 1}' if number else ''}.{_ending(event, head)}"
        name = f"data/{FOLDERS.get(family, 'files')}/{place}"
        making.parts.append(Part(name, held, blob=blob))
        making.files_of.setdefault(event.seq, []).append(name)


def _report_of(making: _Making, event: e.Recorded) -> Iterator[str]:
    """The mail that told that a message could not be delivered: it is of the case, and the event names it as cause."""
    if isinstance(event.fact, e.NoticeFailed | e.ChannelFailed) and event.channel is Channel.EMAIL and event.cause:
        row = making.desk.mails.get(event.cause)
        if row is not None and row.owner == making.case_id:
            yield row.blob


def _is_third_partys_file(making: _Making, event: e.Recorded, whole: e.Recorded) -> bool:
    """A mail of somebody else carries that person's address; a call that asked for her was with somebody else."""
    if isinstance(whole.fact, e.MessageWritten) and isinstance(event.fact, e.MessageWritten):
        return whole.fact.sender is not None and event.fact.sender is None
    if isinstance(whole.fact, e.CallRecorded):
        call = whole.fact.call
        calls = [one.fact for one in making.file.events if isinstance(one.fact, e.CallBegun) and one.fact.call == call]
        return any(one.purpose is Purpose.LOCATE for one in calls)
    return False


def _ending(event: e.Recorded, head: bytes) -> str:
    if isinstance(event.fact, e.MessageWritten | e.NoticeFailed | e.ChannelFailed):
        return "eml" if event.channel is Channel.EMAIL else "txt"
    mime = file_type(head) or sound_of(head[:SOUND_HEAD])
    return ENDINGS.get(mime, "bin")


# ---- in readable form ------------------------------------------------------------------------------------------


def _readable(making: _Making, event: e.Recorded) -> None:
    if event.fact.type in SAID or not event.fact.private():
        return
    folder = READABLE[event.fact.type.partition(".")[0]]
    told = {
        "number": event.seq,
        "at": instant(event.at),
        "by": event.actor.kind.value,
        "channel": event.channel.value,
        "what": event.fact.type,
        "facts": event.fact.public(),
        "contents": {name: _shown(value) for name, value, _ in event.fact.private()},
    }
    name = f"data/{folder}/{event.seq:04d}-{event.fact.type.replace('.', '-')}.json"
    making.put(name, _json(told))
    making.files_of.setdefault(event.seq, []).append(name)


def _shown(value: Any) -> Any:
    """The same without what the lender expects, however deep it lies."""
    if isinstance(value, dict):
        return {name: _shown(part) for name, part in value.items() if name not in EXPECTED}
    return [_shown(part) for part in value] if isinstance(value, list) else value


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _messages(making: _Making) -> None:
    """What was said and written either way, notes of the desk among it, each a text of its own with when it was sent
    and had.
    """
    for one in making.file.spoken:
        head = {
            "At": instant(one.at),
            "By": one.by.kind.value,
            "From": one.sender,
            "Channel": one.channel.value,
            "Subject": one.subject,
            "Message-ID": one.reference,
            "Sent": instant(one.sent_at) if one.sent_at else "",
            "Delivered": instant(one.delivered_at) if one.delivered_at else "",
        }
        _letter(making, one.seq, "note" if one.note else "message", head, one.text)
    for notice in making.file.notices:
        to, subject, body = (
            (notice.letter.to, notice.letter.subject, notice.letter.body) if notice.letter else ("",) * 3
        )
        head = {"At": instant(notice.at), "By": f"desk ({notice.state})", "To": to}
        _letter(making, notice.seq, "notice", {**head, "Channel": notice.channel.value, "Subject": subject}, body)


def _letter(making: _Making, seq: int, what: str, head: Mapping[str, str], body: str) -> None:
    name = f"data/messages/{seq:04d}-{what}.txt"
    lines = "".join(f"{label}: {value}\n" for label, value in head.items() if value)
    making.put(name, f"{lines}\n{body or '–'}\n".encode())
    making.files_of.setdefault(seq, []).append(name)


def _signing_acts(making: _Making) -> None:
    """Her signing act as it is bound into the sealed PDF, also beside it, where it is made of the same words still."""
    for agreed in making.file.agreements:
        if not (agreed.sealing and agreed.sealing.seal and agreed.act and agreed.terms):
            continue
        told = statement(
            terms=agreed.terms,
            act=agreed.act,
            document_size=agreed.sealing.seal.document_size,
            ledger=making.desk.log_key.origin,
            log_key=making.desk.log_key.vkey,
            seq=agreed.signed_seq,
            leaf_hash=making.file.events[agreed.signed_seq].leaf_hash,
        )
        if b.held(told).sha256 == agreed.sealing.seal.statement_sha256:
            name = f"data/agreement/{agreed.signed_seq:04d}-signing-act.json"
            making.put(name, told)
            making.files_of.setdefault(agreed.signed_seq, []).append(name)


def _rulebooks(making: _Making, read: Sequence[e.Recorded]) -> None:
    """The rules each decision was made by, where the installation still has them in the same words."""
    for event in read:
        if isinstance(event.fact, e.DecisionMade):
            digest = event.fact.rulebook
            name = f"data/decisions/rulebook-{digest[:12]}.json"
            if any(part.name == name for part in making.parts):
                continue
            rulebook = making.desk.rulebooks.on(event.at.date())
            if rulebook.digest == digest:
                making.put(name, _json(_rules(rulebook)))
            else:
                making.put(f"{name[:-5]}.txt", f"rulebook {digest}: not here any more in these words\n".encode())


def _rules(rulebook: Rulebook) -> dict[str, Any]:
    day = rulebook.effective_on
    held = [one for one in rulebook.params if one.from_on <= day and (one.until_on is None or day <= one.until_on)]
    return {
        "digest": rulebook.digest,
        "layers": list(rulebook.layers),
        "on": day.isoformat(),
        "rules": [
            {
                "key": one.key,
                "scope": one.scope,
                "value": str(one.value),
                "unit": one.unit,
                "force": one.force.value,
                "source": plain(one.source),
                "layer": one.layer,
            }
            for one in held
        ],
    }


def _named_but_absent(making: _Making) -> None:
    """Files that an event names by their digest and that are not here: erased, or never kept."""
    here = {part.held.sha256 for part in making.parts}
    told = {(line["seq"], line.get("sha256")) for line in making.withheld}
    for seq, texts in enumerate(making.shown):
        for text in texts:
            name, value = b.opened(text)
            for digest in sorted(b.hashes_in(value, name) - here):
                if (seq, digest) not in told:
                    gone = any(line["seq"] == seq and line["why"] == b.ERASED for line in making.withheld)
                    why = b.ERASED if gone else b.NOT_HERE
                    making.withheld.append({"seq": seq, "sha256": digest, "why": why})


# ---- pages and the verifier ------------------------------------------------------------------------------------


def _pages(making: _Making) -> None:
    desk, file = making.desk, making.file
    hidden: dict[int, set[str]] = {}
    for line in making.withheld:
        hidden.setdefault(line["seq"], set()).add(line["why"])
    book = pages.Book(
        case_id=making.case_id,
        file=file,
        lender=(desk.lender, desk.lender_en),
        log=desk.log_key.vkey,
        address=desk.address,
        files_of=making.files_of,
        hidden=hidden,
        withheld=sum(line["why"] == b.THIRD_PARTY for line in making.withheld if "commitment" in line),
        erased=sum(line["why"] == b.ERASED for line in making.withheld if "commitment" in line),
    )
    for language in LANGUAGES:
        making.put(f"data/timeline.{language}.html", pages.timeline(book, desk.teller, language))
        making.put(f"data/verification.{language}.html", pages.verification(book, language))
        making.put(f"data/README.{language}.txt", pages.readme(book, language))
    making.put("data/verify.py", resources.files("forbear").joinpath("published/verify.py").read_bytes())
