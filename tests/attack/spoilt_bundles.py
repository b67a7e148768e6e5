"""Ways to spoil a bundle, each with the check that has to find it: by accident, by somebody who knows the formats, by
an insider who chains and lists and seals everything anew, by a forger with a key of his own.
"""

import io
import json
import struct
import zipfile
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from forbear.adapters.ed25519 import Ed25519Key
from forbear.core import bundle as b
from forbear.core.chain import canonical, commitment, encoded
from tests.bundles import Bag, text64

FORGER = Ed25519Key("memory/ledger", b"\x07" * 32)
"""Another key under the log's own name."""


@dataclass(frozen=True)
class Spoilt:
    """A bundle changed: how, and which checks may be the first to find it; () for a change that may be harmless."""

    kind: str
    data: bytes
    found_by: tuple[str, ...]


Spoil = Callable[[Bag, Random], tuple[bytes, tuple[str, ...]] | None]
KINDS: dict[str, Spoil] = {}


def _kind(spoil: Spoil) -> Spoil:
    KINDS[spoil.__name__] = spoil
    return spoil


def spoilt(bag: Bag, whole: bytes, rng: Random) -> Spoilt:
    """One way, by chance."""
    while True:
        kind = rng.choice([*KINDS, "flip_any_byte", "cut_anywhere"])
        if kind == "flip_any_byte":
            return Spoilt(kind, _flipped(whole, rng), ())
        if kind == "cut_anywhere":
            return Spoilt(kind, whole[: rng.randrange(2, len(whole))], ("zip",))
        made = KINDS[kind](bag.copy(), rng)
        if made is not None:
            return Spoilt(kind, *made)


def _flipped(data: bytes, rng: Random) -> bytes:
    changed = bytearray(data)
    changed[rng.randrange(2, len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _payload(bag: Bag, rng: Random) -> str:
    return rng.choice(sorted(name for name in bag.files if name.startswith("data/")))


def _content(bag: Bag, rng: Random) -> str:
    return rng.choice(sorted(name for name in bag.files if name.startswith("data/") and name not in b.PROOFS))


# ---- accidents: a file alone, its list untouched -----------------------------------------------------------------


@_kind
def missing(bag: Bag, rng: Random) -> Any:
    del bag.files[rng.choice(sorted(bag.files))]
    return bag.zipped(), ("bag",)


@_kind
def extra(bag: Bag, rng: Random) -> Any:
    bag.files[rng.choice(("data/papers/9999-paper.jpg", "note.txt", "data/x"))] = rng.randbytes(9)
    return bag.zipped(), ("bag",)


@_kind
def renamed(bag: Bag, rng: Random) -> Any:
    name = _payload(bag, rng)
    bag.files[f"{name}x"] = bag.files.pop(name)
    return bag.zipped(), ("bag",)


@_kind
def truncated(bag: Bag, rng: Random) -> Any:
    name = rng.choice(sorted(bag.files))
    bag.files[name] = bag.files[name][: rng.randrange(len(bag.files[name]))]
    return bag.zipped(), ("bag",)


@_kind
def swapped(bag: Bag, rng: Random) -> Any:
    one, other = rng.sample(sorted(name for name in bag.files if name.startswith("data/")), 2)
    bag.files[one], bag.files[other] = bag.files[other], bag.files[one]
    return bag.zipped(), ("bag",)


@_kind
def flipped(bag: Bag, rng: Random) -> Any:
    name = rng.choice(sorted(bag.files))
    bag.files[name] = _flipped(b"\0\0" + bag.files[name], rng)[2:]
    return bag.zipped(), ("bag",)


@_kind
def flipped_document(bag: Bag, rng: Random) -> Any:
    name = next(name for name in bag.files if name.endswith(".pdf"))
    bag.files[name] = _flipped(bag.files[name], rng)
    return bag.zipped(), ("bag",)


# ---- the zip itself ----------------------------------------------------------------------------------------------


def _with(bag: Bag, name: str, data: bytes = b"x", mode: int = 0, packed: int = zipfile.ZIP_STORED) -> bytes:
    info = zipfile.ZipInfo(name)
    info.external_attr, info.compress_type = mode << 16, packed
    return bag.zipped(also=lambda made: made.writestr(info, data))


@_kind
def slip(bag: Bag, rng: Random) -> Any:
    name = rng.choice(
        ("../evil", f"{bag.base}/../../evil", "/etc/evil", f"{bag.base}/data/./x", "C:\\evil", "a\\..\\b")
    )
    return _with(bag, name), ("zip",)


@_kind
def twice(bag: Bag, rng: Random) -> Any:
    name = rng.choice(sorted(bag.files))
    name = rng.choice((name, name.upper()))
    if name.upper() == name and f"{bag.base}/{name}" in {f"{bag.base}/{one}" for one in bag.files}:
        name = sorted(bag.files)[0]
    return _with(bag, f"{bag.base}/{name}", b"another"), ("zip",)


@_kind
def link(bag: Bag, rng: Random) -> Any:
    return _with(bag, f"{bag.base}/data/link", b"/etc/passwd", 0o120777), ("zip",)


@_kind
def bomb(bag: Bag, rng: Random) -> Any:
    """A file that says it unpacks to four gigabytes."""
    data = bytearray(bag.zipped())
    struct.pack_into("<I", data, data.index(b"PK\1\2") + 24, 2**32 - 16)
    return bytes(data), ("zip",)


@_kind
def encrypted(bag: Bag, rng: Random) -> Any:
    data = bytearray(bag.zipped())
    at = data.index(b"PK\1\2")
    data[at + 8] |= 1
    data[6] |= 1
    return bytes(data), ("zip",)


@_kind
def prefixed(bag: Bag, rng: Random) -> Any:
    return b"PK" + rng.randbytes(30) + bag.zipped(), ("zip",)


@_kind
def appended(bag: Bag, rng: Random) -> Any:
    return bag.zipped() + rng.randbytes(rng.randrange(1, 60)), ("zip",)


@_kind
def two_folders(bag: Bag, rng: Random) -> Any:
    return _with(bag, "elsewhere/data/x"), ("zip",)


@_kind
def lying_size(bag: Bag, rng: Random) -> Any:
    """The directory says a file is shorter than it is: one reader sees all of it, another only a part."""
    data = bytearray(bag.zipped())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as opened:
        start = opened.start_dir
    (size,) = struct.unpack_from("<I", data, start + 24)
    struct.pack_into("<I", data, start + 24, size - 1)
    return bytes(data), ("zip",)


# ---- insiders: every list made to fit ----------------------------------------------------------------------------


@_kind
def listed_flip(bag: Bag, rng: Random) -> Any:
    name = _content(bag, rng)
    bag.files[name] = _flipped(b"\0\0" + bag.files[name], rng)[2:]
    return bag.listed().zipped(), ("disclosures", "files", "seal")


@_kind
def listed_missing(bag: Bag, rng: Random) -> Any:
    name = _content(bag, rng)
    del bag.files[name]
    return bag.listed().zipped(), ("bag", "files", "seal")


@_kind
def listed_extra(bag: Bag, rng: Random) -> Any:
    bag.files["data/papers/0012-paper-2.png"] = rng.randbytes(40)
    return bag.listed().zipped(), ("seal",)


@_kind
def listed_swap(bag: Bag, rng: Random) -> Any:
    names = sorted(name for name in bag.files if name.startswith("data/") and name not in b.PROOFS)
    one, other = rng.sample(names, 2)
    bag.files[one], bag.files[other] = bag.files[other], bag.files[one]
    return bag.listed().zipped(), ("disclosures", "files", "seal")


@_kind
def edited(bag: Bag, rng: Random) -> Any:
    """A public part, a time, an actor, a type of an event changed, and everything after it chained and listed anew."""
    events = bag.events()
    event = rng.choice(events[1:-1])
    place = rng.choice(("at", "type", "cmd", "actor", "pub", "chan"))
    if place == "actor":
        event["actor"] = {**event["actor"], "id": "somebody"}
    elif place == "pub":
        event["pub"] = {**event["pub"], "message": "m_new"}
    elif place == "chan":
        event["chan"] = {"kind": "hotline" if event["chan"]["kind"] != "hotline" else "web"}
    elif place == "at":
        event["at"] = "2026-03-02T02:00:00.001Z"
    else:
        event[place] += "x"
    return bag.chained(events).sealed().listed().zipped(), ("chain", "inclusion")


@_kind
def dropped(bag: Bag, rng: Random) -> Any:
    events = bag.events()
    gone = rng.randrange(1, len(events) - 1)
    del events[gone]
    for name in (b.DISCLOSURES, b.WITHHELD, b.INCLUSION):
        lines = [json.loads(line) for line in bag.files[name].splitlines()]
        kept = [{**line, "seq": line["seq"] - (line["seq"] > gone)} for line in lines if line["seq"] != gone]
        bag.files[name] = b.json_lines(kept)
    return bag.chained(events).sealed().listed().zipped(), ("files", "inclusion")


@_kind
def reordered(bag: Bag, rng: Random) -> Any:
    """Two neighbours change places; where somebody is careful, their times do too, and the chain is made anew."""
    events = bag.events()
    at = rng.randrange(1, len(events) - 2)
    events[at], events[at + 1] = events[at + 1], events[at]
    careful = rng.random() < 0.5
    if careful:
        events[at]["at"], events[at + 1]["at"] = events[at + 1]["at"], events[at]["at"]
    for name in (b.DISCLOSURES, b.WITHHELD):
        lines = [json.loads(line) for line in bag.files[name].splitlines()]
        moved = [{**line, "seq": {at: at + 1, at + 1: at}.get(line["seq"], line["seq"])} for line in lines]
        bag.files[name] = b.json_lines(moved)
    if rng.random() < 0.3:
        bag.files[b.EVENTS] = b.event_lines([canonical(event) for event in events])
        return bag.listed().zipped(), ("chain",)
    return bag.chained(events).sealed().listed().zipped(), ("inclusion",) if careful else ("chain", "inclusion")


@_kind
def cut_tail(bag: Bag, rng: Random) -> Any:
    """Everything after an event left away: there is no seal."""
    keep = rng.randrange(1, len(bag.events()) - 1)
    _cut(bag, keep)
    return bag.listed().zipped(), ("files", "seal")


@_kind
def cut_and_sealed(bag: Bag, rng: Random) -> Any:
    """What came before the seal left away, and the seal chained to what is left."""
    keep, events = rng.randrange(1, len(bag.events()) - 2), bag.events()
    seal = events[-1]
    sealed = [line for line in bag.files[b.DISCLOSURES].splitlines() if json.loads(line)["seq"] == len(events) - 1]
    _cut(bag, keep)
    moved = b.json_lines([{**json.loads(line), "seq": keep} for line in sealed])
    bag.files[b.DISCLOSURES] += moved
    proof = json.loads(bag.files[b.INCLUSION].splitlines()[-1])
    bag.files[b.INCLUSION] += b.json_lines([{**proof, "seq": keep, "leaf": proof["leaf"] + 1}])
    return bag.chained([*events[:keep], seal]).sealed().listed().zipped(), ("files", "inclusion")


def _cut(bag: Bag, keep: int) -> None:
    for name in (b.EVENTS, b.INCLUSION):
        bag.files[name] = b"".join(line + b"\n" for line in bag.files[name].splitlines()[:keep])
    for name in (b.DISCLOSURES, b.WITHHELD):
        lines = [line for line in bag.files[name].splitlines() if json.loads(line)["seq"] < keep]
        bag.files[name] = b"".join(line + b"\n" for line in lines)


@_kind
def other_words(bag: Bag, rng: Random) -> Any:
    """What a private part says is changed; the careful one commits to the new words and chains anew."""
    lines = [json.loads(line) for line in bag.files[b.DISCLOSURES].splitlines()]
    line = rng.choice(lines[:-2])
    old = line["disclosure"]
    salt, name, _ = json.loads(b64decode(old.replace("-", "+").replace("_", "/") + "=" * (-len(old) % 4)))
    line["disclosure"] = encoded(canonical([salt, name, "我什么也没说过。"]))
    bag.files[b.DISCLOSURES] = b.json_lines(lines)
    if rng.random() < 0.5:
        return bag.listed().zipped(), ("disclosures",)
    events = bag.events()
    body = events[line["seq"]]
    body["_sd"] = sorted(commitment(line["disclosure"]) if one == commitment(old) else one for one in body["_sd"])
    return bag.chained(events).sealed().listed().zipped(), ("files", "inclusion")


@_kind
def kept_back(bag: Bag, rng: Random) -> Any:
    """A disclosure left away; where it is named as erased, the seal does not fit any more."""
    lines = [json.loads(line) for line in bag.files[b.DISCLOSURES].splitlines()]
    gone = lines.pop(rng.randrange(len(lines) - 2))
    bag.files[b.DISCLOSURES] = b.json_lines(lines)
    if rng.random() < 0.5:
        return bag.listed().zipped(), ("disclosures",)
    told = {"seq": gone["seq"], "commitment": commitment(gone["disclosure"]), "why": "erased"}
    bag.files[b.WITHHELD] += b.json_lines([told])
    return bag.listed().zipped(), ("seal",)


@_kind
def moved_disclosure(bag: Bag, rng: Random) -> Any:
    lines = [json.loads(line) for line in bag.files[b.DISCLOSURES].splitlines()]
    line = rng.choice(lines)
    line["seq"] = (line["seq"] + 1) % len(bag.events())
    bag.files[b.DISCLOSURES] = b.json_lines(lines)
    return bag.listed().zipped(), ("disclosures",)


@_kind
def other_case(bag: Bag, rng: Random) -> Any:
    events = bag.events()
    rng.choice(events[1:])["case"] = "c_other"
    return bag.chained(events).listed().zipped(), ("record",)


@_kind
def other_form(bag: Bag, rng: Random) -> Any:
    """The same value in other bytes: blanks, or a key twice."""
    lines = bag.files[b.EVENTS].splitlines()
    at = rng.randrange(len(lines))
    lines[at] = lines[at].replace(b":", b": ", 1) if rng.random() < 0.5 else lines[at].replace(b'{"', b'{"v":1,"', 1)
    bag.files[b.EVENTS] = b"".join(line + b"\n" for line in lines)
    return bag.listed().zipped(), ("record",)


@_kind
def bag_info(bag: Bag, rng: Random) -> Any:
    bag.files["bag-info.txt"] = bag.files["bag-info.txt"].replace(b"Bagging-Date: 2", b"Bagging-Date: 1")
    tags = {name: b.held(bag.files[name]) for name in b.TAGS}
    bag.files[b.TAG_MANIFEST] = b.manifest(tags)
    return bag.zipped(), ("seal",)


# ---- the log -----------------------------------------------------------------------------------------------------


@_kind
def forged_root(bag: Bag, rng: Random) -> Any:
    """A line of the checkpoint changed, its signature left as it was."""
    lines = bag.files[b.CHECKPOINT].decode().split("\n")
    at = rng.choice((0, 1, 2, 4))
    if at == 2:
        lines[2] = text64(_flipped(b"\0\0" + b64decode(lines[2]), rng)[2:])
    elif at == 4:
        name, stamp = lines[4].rsplit(" ", 1)
        raw = bytearray(b64decode(stamp))
        raw[rng.randrange(4, len(raw))] ^= 1 << rng.randrange(8)
        lines[4] = f"{name} {text64(bytes(raw))}"
    else:
        lines[at] += "9"
    bag.files[b.CHECKPOINT] = "\n".join(lines).encode()
    return bag.listed().zipped(), ("checkpoint",)


@_kind
def other_proof(bag: Bag, rng: Random) -> Any:
    lines = [json.loads(line) for line in bag.files[b.INCLUSION].splitlines()]
    line = rng.choice(lines)
    what = rng.choice(("leaf", "path", "short", "swap"))
    if what == "leaf":
        line["leaf"] += rng.choice((-1, 1, 7))
    elif what == "short":
        line["path"] = line["path"][:-1]
    elif what == "path":
        line["path"][0] = text64(rng.randbytes(32))
    else:
        line["path"] = list(reversed(line["path"]))
    bag.files[b.INCLUSION] = b.json_lines(lines)
    return bag.listed().zipped(), ("inclusion",)


@_kind
def forged_log(bag: Bag, rng: Random) -> Any:
    """Everything made again in a log of the forger's own, under the log's name, signed with the forger's key."""
    events = bag.events()
    events[rng.randrange(1, len(events) - 1)]["cmd"] += "x"
    return bag.chained(events).sealed().logged(FORGER).listed().zipped(), ("checkpoint",)


@_kind
def forged_key_named(bag: Bag, rng: Random) -> Any:
    """The forger's log, and the true key named beside it."""
    trust = bag.files[b.TRUST]
    events = bag.events()
    events[rng.randrange(1, len(events) - 1)]["cmd"] += "x"
    bag.chained(events).sealed().logged(FORGER)
    bag.files[b.TRUST] = trust
    return bag.listed().zipped(), ("checkpoint",)


@_kind
def invented_witness(bag: Bag, rng: Random) -> Any:
    trust = json.loads(bag.files[b.TRUST])
    bag.files[b.TRUST] = canonical({**trust, "witnesses": [Ed25519Key("w.example", rng.randbytes(32)).vkey]}) + b"\n"
    return bag.listed().zipped(), ("witnesses",)


@_kind
def foreign_timestamp(bag: Bag, rng: Random) -> Any:
    bag.files[b.TOKEN] = rng.randbytes(300)
    return bag.listed().zipped(), ("time",)
