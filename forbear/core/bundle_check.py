"""Whether a bundle holds, check by check, from its files alone: the second of three verifiers that agree.

The first is forbear/published/verify.py, which travels in every bundle and shares no line with this one; the names
of the checks and what they say are the same. The third is the page /verify. Ed25519 comes as an argument.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from forbear.core import bundle as b
from forbear.core.chain import canonical, commitment, encoded, leaf_hash
from forbear.core.checkpoint import (
    BadNote,
    Check,
    Checkpoint,
    KeyKind,
    parse_note,
    read_checkpoint,
    read_vkey,
    verify_note,
)
from forbear.core.merkle import verify_consistency, verify_inclusion

NAMES = (
    *("zip", "bag", "record", "chain", "disclosures", "files"),
    *("seal", "checkpoint", "inclusion", "witnesses", "time", "against"),
)
"""The checks in their order. `zip` is that of forbear/adapters/bundle_reader.py; `against` is made when asked for."""

VERSION = 1
"""Of an event's form; a later one is for a later verifier."""
_HEADER = frozenset({"v", "log", "case", "seq", "prev", "type", "at", "pub", "_sd"})
_TYPES: Mapping[str, type] = {
    **dict.fromkeys(("v", "seq", "leaf", "size"), int),
    **dict.fromkeys(("at", "disclosure", "log"), str),
    **dict.fromkeys(("path", "witnesses", "_sd"), list),
}
"""What a member of a line is, wherever it stands; in Python True is 1, and in JSON it is not."""


@dataclass(frozen=True)
class Problem:
    """What is wrong: a sentence of words/<language>/bundle_faults.toml and what it says it of."""

    key: str
    facts: Mapping[str, str]


class Fault(Exception):
    """A check that does not hold."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key, facts)
        self.problem = Problem(key, {name: str(fact) for name, fact in facts.items()})


@dataclass(frozen=True)
class Bag:
    """A bag as it was unpacked: every file's digest and size, and the bytes of those that are read."""

    files: Mapping[str, b.Held]
    texts: Mapping[str, bytes]

    @property
    def payload(self) -> Mapping[str, b.Held]:
        """The files in data/."""
        return {name: one for name, one in self.files.items() if name.startswith("data/")}


@dataclass(frozen=True)
class Report:
    """What was found: None for a check that holds, else what is wrong. `complete_as_of`: the seal's time."""

    checks: Mapping[str, Problem | None]
    case_id: str | None = None
    events: int = 0
    complete_as_of: str | None = None
    pinned: bool = False
    withheld: int = 0
    erased: int = 0
    witnesses: tuple[str, ...] = ()
    timestamped: bool = False

    @property
    def ok(self) -> bool:
        return not any(self.checks.values())


@dataclass(frozen=True)
class Seen:
    """What the checks before found, for those after. `named`: public keys that the bundle calls witnesses;
    `witnesses`: the names of those, once each did sign.
    """

    bag: Bag
    log_key: str | None
    kept: str | None
    check: Check
    bodies: tuple[bytes, ...] = ()
    events: tuple[Mapping[str, Any], ...] = ()
    opened: tuple[tuple[int, str, Any], ...] | None = None
    why: tuple[str, ...] = ()
    sealed_at: str | None = None
    checkpoint: Checkpoint | None = None
    note: str = ""
    log: str = ""
    named: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()


def check_bundle(bag: Bag, check: Check, *, log_key: str | None = None, kept: str | None = None) -> Report:
    """Every check on an unpacked bag. `log_key`: the log's vkey from elsewhere; `kept`: a checkpoint from earlier."""
    key, note = None if log_key is None else log_key.strip(), None if kept is None else kept.strip() + "\n"
    seen = Seen(bag, key, note, check)
    found: dict[str, Problem | None] = {"zip": None}
    for name in NAMES[1:] if kept is not None else NAMES[1:-1]:
        try:
            seen = CHECKS[name](seen)
            found[name] = None
        except Fault as fault:
            found[name] = fault.problem
        except BadNote as fault:
            found[name] = Problem("note", {"what": str(fault)})
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            found[name] = Problem("unreadable", {"what": f"{type(error).__name__}: {error}"})
    return Report(
        checks=found,
        case_id=seen.events[0]["case"] if seen.events else None,
        events=len(seen.events),
        complete_as_of=seen.sealed_at,
        pinned=log_key is not None,
        withheld=seen.why.count(b.THIRD_PARTY),
        erased=seen.why.count(b.ERASED),
        witnesses=seen.witnesses,
        timestamped=b.TOKEN in bag.files,
    )


def _need(holds: bool, key: str, **facts: object) -> None:
    if not holds:
        raise Fault(key, **facts)


def _bag(seen: Seen) -> Seen:
    """Nothing is missing, extra, renamed or changed beside the manifests."""
    files, payload = seen.bag.files, seen.bag.payload
    for listed, covered in ((b.TAG_MANIFEST, set(b.TAGS)), ("manifest-sha256.txt", {*payload, *b.NEEDED})):
        _need(listed in files, "missing", name=listed)
        told = {}
        *lines, rest = seen.bag.texts[listed].decode().split("\n")
        for line in lines:
            digest, name = line[:64], line[66:]
            _need(line[64:66] == "  " and name not in told, "lines", list=listed)
            told[name] = digest
        _need(not rest, "lines", list=listed)
        for name in sorted(covered | set(told)):
            _need(name in files, "missing", name=name)
            _need(name in told, "extra", name=name, list=listed)
            _need(files[name].sha256 == told[name], "other_file", name=name, list=listed)
    extra = sorted(set(files) - set(payload) - {*b.TAGS, b.TAG_MANIFEST})
    _need(not extra, "more_files", names=", ".join(extra))
    _need(seen.bag.texts["bagit.txt"] == b.BAGIT, "bagit")
    return seen


def _lines(seen: Seen, name: str, *members: str) -> list[tuple[bytes, dict[str, Any]]]:
    """(bytes, value) of each line of a file of JSON lines, all in their one canonical form and with these members."""
    *bodies, rest = seen.bag.texts[name].split(b"\n")
    short = name.removeprefix("data/")
    found = []
    for number, body in enumerate(bodies, start=1):
        value = json.loads(body, parse_float=str, parse_constant=str)
        _need(isinstance(value, dict) and _canonical(value) == body, "form", line=number, name=short)
        typed = all(type(value[member]) is _TYPES[member] for member in value.keys() & _TYPES.keys())
        _need(typed and value.keys() == set(members or value), "form", line=number, name=short)
        found.append((body, value))
    _need(not rest, "cut", name=short)
    return found


def _canonical(value: Any) -> bytes:
    try:
        return canonical(value)
    except AssertionError as error:
        raise Fault("unreadable", what=error) from error


def _record(seen: Seen) -> Seen:
    """The events, each of one case and one log."""
    read = _lines(seen, b.EVENTS)
    _need(bool(read), "no_event")
    first = read[0][1]
    for number, (_, event) in enumerate(read):
        version = event.get("v", VERSION)
        _need(version == VERSION, "version", line=number + 1, version=version)
        _need(set(event) >= _HEADER, "event", line=number + 1)
        same = (event["case"], event["log"]) == (first["case"], first["log"])
        _need(same, "other_case", seq=number)
    return replace(seen, bodies=tuple(body for body, _ in read), events=tuple(event for _, event in read))


def _chain(seen: Seen) -> Seen:
    """Each event names the one before it by its hash, and time does not run backwards."""
    _need(bool(seen.events), "no_record")
    before, at = b"", ""
    for number, (body, event) in enumerate(zip(seen.bodies, seen.events, strict=True)):
        _need(event["seq"] == number, "place", seq=number, found=event["seq"])
        _need(event["prev"] == encoded(before), "follow", seq=number)
        _need(event["at"] >= at, "older", seq=number)
        before, at = leaf_hash(body), event["at"]
    return seen


def _disclosures(seen: Seen) -> Seen:
    """What is opened is what was committed to; what is not opened is named as withheld or erased."""
    _need(bool(seen.events), "no_record")
    closed = {(seq, one) for seq, event in enumerate(seen.events) for one in event["_sd"]}
    opened, why = [], []
    for _, line in _lines(seen, b.DISCLOSURES, "seq", "disclosure"):
        place = (line["seq"], commitment(line["disclosure"]))
        _need(place in closed, "not_committed", seq=line["seq"])
        closed.remove(place)
        opened.append((line["seq"], *b.opened(line["disclosure"])))
    for _, line in _lines(seen, b.WITHHELD):
        if "commitment" in line:
            place = (line["seq"], line["commitment"])
            _need(place in closed, "not_withheld", seq=line["seq"])
            closed.remove(place)
            why.append(line["why"])
    for seq, _ in sorted(closed):
        raise Fault("neither", seq=seq)
    return replace(seen, opened=tuple(opened), why=tuple(why))


def _opened(seen: Seen) -> tuple[tuple[int, str, Any], ...]:
    if seen.opened is None:
        raise Fault("no_disclosures")
    return seen.opened


def _files(seen: Seen) -> Seen:
    """The papers, recordings and documents are those that the events name."""
    there = {one.sha256 for name, one in seen.bag.files.items() if name not in b.PROOFS}
    absent = {(line["seq"], line["sha256"]) for _, line in _lines(seen, b.WITHHELD) if "sha256" in line}
    for seq, name, value in _opened(seen):
        for one in sorted(b.hashes_in(value, name)):
            _need(one in there or (seq, one) in absent, "not_there", seq=seq, hash=one[:16])
    return seen


def _seal(seen: Seen) -> Seen:
    """The last event is the export itself: it names all that is in the bundle, and nothing came after."""
    _need(bool(seen.events), "no_record")
    seal, payload = seen.events[-1], seen.bag.payload
    _need(seal["type"] == "case.exported", "not_sealed")
    _need(seal["pub"].get("head") == seal["seq"], "seal_count")
    told = [value for seq, name, value in _opened(seen) if (seq, name) == (seal["seq"], "content")]
    _need(told == [b.content_digest(payload)], "seal_files")
    info = b.bag_info(payload, case_id=seal["case"], log=seal["log"], at=seal["at"])
    _need(seen.bag.texts["bag-info.txt"] == info, "bag_info")
    return replace(seen, sealed_at=seal["at"])


def _checkpoint(seen: Seen) -> Seen:
    """The log's key signed the checkpoint."""
    _need(bool(seen.events), "no_record")
    note, ((_, trust),) = seen.bag.texts[b.CHECKPOINT].decode(), _lines(seen, b.TRUST, "log", "witnesses")
    log = trust["log"]
    _need(seen.log_key in (None, log), "other_key")
    checkpoint = read_checkpoint(parse_note(note).body)
    same = checkpoint.origin == read_vkey(log).name == seen.events[0]["log"]
    _need(same, "other_logs")
    _signed(note, log, seen.check, "not_signed", KeyKind.LOG)
    return replace(seen, note=note, log=log, checkpoint=checkpoint, named=tuple(trust["witnesses"]))


def _signed(note: str, vkey: str, check: Check, unsigned: str, kind: KeyKind) -> str:
    """The body of a note that a key of this kind signed. `unsigned`: what it is called where the key did not."""
    key, read = read_vkey(vkey), parse_note(note)
    own = any((one.name, one.key_hash, key.kind) == (key.name, key.hash, kind) for one in read.signatures)
    _need(own, unsigned, name=key.name)
    try:
        return verify_note(note, vkey, check)
    except BadNote as error:
        raise Fault("signature", name=key.name) from error


def _under(seen: Seen) -> Checkpoint:
    if seen.checkpoint is None:
        raise Fault("no_checkpoint")
    return seen.checkpoint


def _inclusion(seen: Seen) -> Seen:
    """Every event stands in the log under the checkpoint, in the order of the case."""
    checkpoint, proofs, before = _under(seen), _lines(seen, b.INCLUSION, "seq", "leaf", "path"), -1
    _need(len(proofs) == len(seen.bodies), "proofs")
    for number, (body, (_, proof)) in enumerate(zip(seen.bodies, proofs, strict=True)):
        leaf = proof["leaf"]
        in_order = proof["seq"] == number and before < leaf < checkpoint.size
        _need(in_order, "order", seq=number)
        path = _path(proof["path"])
        holds = verify_inclusion(leaf_hash(body), leaf, checkpoint.size, path, checkpoint.root)
        _need(holds, "not_in_log", seq=number)
        before = leaf
    return seen


def _path(steps: Sequence[str]) -> list[bytes]:
    return [b.exact_base64(step) for step in steps]


def _witnesses(seen: Seen) -> Seen:
    """Every witness that is named signed the checkpoint too."""
    _under(seen)
    note = seen.note + seen.bag.texts.get(b.COSIGNATURES, b"").decode()
    for vkey in seen.named:
        _signed(note, vkey, seen.check, "no_witness", KeyKind.WITNESS)
    return replace(seen, witnesses=tuple(read_vkey(vkey).name for vkey in seen.named))


def _time(seen: Seen) -> Seen:
    """A timestamp, where there is one, is for this checkpoint; `openssl ts -verify` checks its own signature."""
    _under(seen)
    imprint = b"\x04\x20" + sha256(seen.note.encode()).digest()
    if b.TOKEN in seen.bag.files:
        _need(imprint in seen.bag.texts[b.TOKEN], "other_time")
    return seen


def _against(seen: Seen) -> Seen:
    """The log of a checkpoint that somebody kept is the beginning of this one."""
    now = _under(seen)
    then = read_checkpoint(_signed(seen.kept or "", seen.log, seen.check, "kept_not_signed", KeyKind.LOG))
    _need(then.origin == now.origin, "kept_log")
    if then.size == now.size:
        _need(then.root == now.root, "remade_same")
        return seen
    there = b.CONSISTENCY in seen.bag.texts
    proof: Mapping[str, Any] = _lines(seen, b.CONSISTENCY, "size", "path")[0][1] if there else {"size": 0}
    shown = 0 < proof["size"] == then.size < now.size
    _need(shown, "no_proof", old=then.size, size=now.size)
    begins = verify_consistency(then.size, then.root, now.size, now.root, _path(proof["path"]))
    _need(begins, "remade")
    return seen


CHECKS: Mapping[str, Callable[[Seen], Seen]] = {
    "bag": _bag,
    "record": _record,
    "chain": _chain,
    "disclosures": _disclosures,
    "files": _files,
    "seal": _seal,
    "checkpoint": _checkpoint,
    "inclusion": _inclusion,
    "witnesses": _witnesses,
    "time": _time,
    "against": _against,
}
