"""Whether a bundle holds, check by check, from its files alone: the second of three verifiers that agree.

The first is forbear/published/verify.py, which travels in every bundle and shares no line with this one; the names
of the checks and what they say are the same. The third is the page /verify. Ed25519 comes as an argument.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from forbear.core import bundle as b
from forbear.core.chain import canonical, commitment, encoded, leaf_hash
from forbear.core.checkpoint import BadNote, Check, Checkpoint, read_checkpoint, read_vkey, verify_note
from forbear.core.merkle import verify_consistency, verify_inclusion

NAMES = (
    *("zip", "bag", "record", "chain", "disclosures", "files"),
    *("seal", "checkpoint", "inclusion", "witnesses", "time", "against"),
)
"""The checks in their order. `zip` is that of forbear/adapters/bundle_reader.py; `against` is made when asked for."""

_HEADER = frozenset({"v", "log", "case", "seq", "prev", "type", "at", "pub", "_sd"})


class Fault(Exception):
    """A check that does not hold; the text says what is wrong."""


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
    """What was found: "" for a check that holds, else what is wrong. `complete_as_of`: the seal's time."""

    checks: Mapping[str, str]
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
    """What the checks before found, for those after."""

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
    witnesses: tuple[str, ...] = field(default=())


def check_bundle(bag: Bag, check: Check, *, log_key: str | None = None, kept: str | None = None) -> Report:
    """Every check on an unpacked bag. `log_key`: the log's vkey from elsewhere; `kept`: a checkpoint from earlier."""
    seen = Seen(bag, log_key.strip() if log_key else None, kept, check)
    found = {"zip": ""}
    for name in NAMES[1:] if kept is not None else NAMES[1:-1]:
        try:
            seen = CHECKS[name](seen)
            found[name] = ""
        except (Fault, BadNote) as fault:
            found[name] = str(fault)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            found[name] = f"cannot be read ({type(error).__name__}: {error})"
    return Report(
        checks=found,
        case_id=seen.events[0]["case"] if seen.events else None,
        events=len(seen.events),
        complete_as_of=seen.sealed_at,
        pinned=log_key is not None,
        withheld=seen.why.count(b.THIRD_PARTY),
        erased=seen.why.count(b.ERASED),
        witnesses=tuple(read_vkey(vkey).name for vkey in seen.witnesses),
        timestamped=b.TOKEN in bag.files,
    )


def _need(holds: bool, problem: str) -> None:
    if not holds:
        raise Fault(problem)


def _bag(seen: Seen) -> Seen:
    """Nothing is missing, extra, renamed or changed beside the manifests."""
    files, payload = seen.bag.files, seen.bag.payload
    for listed, covered in ((b.TAG_MANIFEST, set(b.TAGS)), ("manifest-sha256.txt", {*payload, *b.NEEDED})):
        _need(listed in files, f"{listed} is missing")
        told = {}
        for line in seen.bag.texts[listed].decode().splitlines():
            digest, name = line[:64], line[66:]
            _need(line[64:66] == "  " and name not in told, f"{listed} is not one line a file")
            told[name] = digest
        for name in sorted(covered | set(told)):
            _need(name in files, f"{name} is missing")
            _need(name in told, f"{name} is extra: {listed} does not name it")
            _need(files[name].sha256 == told[name], f"{name} is not the file that {listed} names")
    extra = sorted(set(files) - set(payload) - {*b.TAGS, b.TAG_MANIFEST})
    _need(not extra, f"{', '.join(extra)} is extra")
    _need(seen.bag.texts["bagit.txt"] == b.BAGIT, "bagit.txt is not the one of BagIt 1.0")
    return seen


def _lines(seen: Seen, name: str) -> list[tuple[bytes, dict[str, Any]]]:
    """(bytes, value) of each line of a file of JSON lines, all in their one canonical form."""
    *bodies, rest = seen.bag.texts[name].split(b"\n")
    short = name.removeprefix("data/")
    found = []
    for number, body in enumerate(bodies, start=1):
        value = json.loads(body, parse_float=_no_float)
        _need(isinstance(value, dict) and _canonical(value) == body, f"line {number} of {short} is not in its one form")
        found.append((body, value))
    _need(not rest, f"{short} is cut")
    return found


def _no_float(text: str) -> None:
    raise Fault(f"{text} is no number of the record")


def _canonical(value: Any) -> bytes:
    try:
        return canonical(value)
    except AssertionError as error:
        raise Fault(str(error)) from error


def _record(seen: Seen) -> Seen:
    """The events, each of one case and one log."""
    read = _lines(seen, b.EVENTS)
    _need(bool(read), "there is no event")
    first = read[0][1]
    for number, (_, event) in enumerate(read):
        whole = set(event) >= _HEADER and event["v"] == 1 and isinstance(event["_sd"], list)
        _need(whole, f"line {number + 1} of events.jsonl is no event")
        same = (event["case"], event["log"]) == (first["case"], first["log"])
        _need(same, f"event {number} is of another case or another log")
    return replace(seen, bodies=tuple(body for body, _ in read), events=tuple(event for _, event in read))


def _chain(seen: Seen) -> Seen:
    """Each event names the one before it by its hash, and time does not run backwards."""
    _need(bool(seen.events), "there is no record to look at")
    before, at = b"", ""
    for number, (body, event) in enumerate(zip(seen.bodies, seen.events, strict=True)):
        _need(event["seq"] == number, f"where event {number} should stand is event {event['seq']}")
        _need(event["prev"] == encoded(before), f"event {number} does not follow the event before it")
        _need(event["at"] >= at, f"event {number} is older than the one before it")
        before, at = leaf_hash(body), event["at"]
    return seen


def _disclosures(seen: Seen) -> Seen:
    """What is opened is what was committed to; what is not opened is named as withheld or erased."""
    _need(bool(seen.events), "there is no record to look at")
    closed = {(seq, one) for seq, event in enumerate(seen.events) for one in event["_sd"]}
    opened, why = [], []
    for _, line in _lines(seen, b.DISCLOSURES):
        place = (line["seq"], commitment(line["disclosure"]))
        _need(place in closed, f"a disclosure of event {line['seq']} is not one that it commits to")
        closed.remove(place)
        opened.append((line["seq"], *b.opened(line["disclosure"])))
    for _, line in _lines(seen, b.WITHHELD):
        if "commitment" in line:
            place = (line["seq"], line["commitment"])
            _need(place in closed, f"event {line['seq']} has not what withheld.jsonl names")
            closed.remove(place)
            why.append(line["why"])
    for seq, _ in sorted(closed):
        raise Fault(f"a private part of event {seq} is neither opened nor named as withheld")
    return replace(seen, opened=tuple(opened), why=tuple(why))


def _opened(seen: Seen) -> tuple[tuple[int, str, Any], ...]:
    if seen.opened is None:
        raise Fault("the disclosures do not hold")
    return seen.opened


def _files(seen: Seen) -> Seen:
    """The papers, recordings and documents are those that the events name."""
    there = {one.sha256 for name, one in seen.bag.files.items() if name not in b.PROOFS}
    absent = {(line["seq"], line["sha256"]) for _, line in _lines(seen, b.WITHHELD) if "sha256" in line}
    for seq, name, value in _opened(seen):
        for one in sorted(b.hashes_in(value, name)):
            _need(one in there or (seq, one) in absent, f"the file that event {seq} names ({one[:16]}…) is not there")
    return seen


def _seal(seen: Seen) -> Seen:
    """The last event is the export itself: it names all that is in the bundle, and nothing came after."""
    _need(bool(seen.events), "there is no record to look at")
    seal, payload = seen.events[-1], seen.bag.payload
    _need(seal["type"] == "case.exported", "not sealed: the last event is no export, later ones may be kept back")
    _need(seal["pub"].get("head") == seal["seq"], "the seal is for another number of events")
    told = [value for seq, name, value in _opened(seen) if (seq, name) == (seal["seq"], "content")]
    _need(told == [b.content_digest(payload)], "the files are not those that were sealed")
    info = b.bag_info(payload, case_id=seal["case"], log=seal["log"], at=seal["at"])
    _need(seen.bag.texts["bag-info.txt"] == info, "bag-info.txt says something else than the record")
    return replace(seen, sealed_at=seal["at"])


def _checkpoint(seen: Seen) -> Seen:
    """The log's key signed the checkpoint."""
    _need(bool(seen.events), "there is no record to look at")
    note, trust = seen.bag.texts[b.CHECKPOINT].decode(), json.loads(seen.bag.texts[b.TRUST])
    _need(set(trust) == {"log", "witnesses"}, "trust.json does not name a log and its witnesses")
    log = trust["log"]
    _need(seen.log_key in (None, log), "the bundle names another key of the log than the one given")
    checkpoint = read_checkpoint(verify_note(note, log, seen.check))
    same = checkpoint.origin == read_vkey(log).name == seen.events[0]["log"]
    _need(same, "record, checkpoint and key are of different logs")
    return replace(seen, note=note, log=log, checkpoint=checkpoint, witnesses=tuple(trust["witnesses"]))


def _under(seen: Seen) -> Checkpoint:
    if seen.checkpoint is None:
        raise Fault("the checkpoint does not hold")
    return seen.checkpoint


def _inclusion(seen: Seen) -> Seen:
    """Every event stands in the log under the checkpoint, in the order of the case."""
    checkpoint, proofs, before = _under(seen), _lines(seen, b.INCLUSION), -1
    _need(len(proofs) == len(seen.bodies), "there is not one proof for each event")
    for number, (body, (_, proof)) in enumerate(zip(seen.bodies, proofs, strict=True)):
        leaf = proof["leaf"]
        in_order = proof["seq"] == number and before < leaf < checkpoint.size
        _need(in_order, f"event {number} does not stand in order in the log")
        path = _path(proof["path"])
        holds = verify_inclusion(leaf_hash(body), leaf, checkpoint.size, path, checkpoint.root)
        _need(holds, f"event {number} is not in the log")
        before = leaf
    return seen


def _path(steps: Sequence[str]) -> list[bytes]:
    return [b.exact_base64(step) for step in steps]


def _witnesses(seen: Seen) -> Seen:
    """Every witness that is named signed the checkpoint too."""
    _under(seen)
    note = seen.note + seen.bag.texts.get(b.COSIGNATURES, b"").decode()
    for vkey in seen.witnesses:
        verify_note(note, vkey, seen.check)
    return seen


def _time(seen: Seen) -> Seen:
    """A timestamp, where there is one, is for this checkpoint; `openssl ts -verify` checks its own signature."""
    _under(seen)
    imprint = b"\x04\x20" + sha256(seen.note.encode()).digest()
    if b.TOKEN in seen.bag.files:
        _need(imprint in seen.bag.texts[b.TOKEN], "the timestamp is not for this checkpoint")
    return seen


def _against(seen: Seen) -> Seen:
    """The log of a checkpoint that somebody kept is the beginning of this one."""
    now = _under(seen)
    then = read_checkpoint(verify_note(seen.kept or "", seen.log, seen.check))
    _need(then.origin == now.origin, "the kept checkpoint is of another log")
    if then.size == now.size:
        _need(then.root == now.root, "the log was made again: another root at the same size")
        return seen
    proof = json.loads(seen.bag.texts.get(b.CONSISTENCY, b'{"size": -1}'))
    shown = proof["size"] == then.size < now.size
    _need(shown, f"there is no proof from {then.size} leaves to {now.size}: ask for an export since then")
    begins = verify_consistency(then.size, then.root, now.size, now.root, _path(proof["path"]))
    _need(begins, "the log was made again: it does not begin with the kept checkpoint")
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
