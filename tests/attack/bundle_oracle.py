"""A third opinion on a bundle, from what others wrote: zipfile unpacks, the Library of Congress's bagit validates the
bag, rfc8785 says whether JSON is in its one form, pymerkle holds the proofs, the cryptography library the signatures,
asn1crypto the timestamp. Nothing of the product is imported.

It looks at everything but what a zip may hide from one reader and show to another; there it says what zipfile says.
"""

import base64
import importlib
import io
import json
import logging
import re
import shutil
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import rfc8785
from asn1crypto import cms
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymerkle import InmemoryTree, InvalidChallenge, InvalidProof, verify_inclusion

BAGIT = Path(__file__).parents[1] / "oracles/bagit/bagit.py"
PROOFS = (
    *("events.jsonl", "disclosures.jsonl", "inclusion.jsonl", "checkpoint", "cosignatures"),
    *("trust.json", "checkpoint.tsr", "tsa-ca.pem", "consistency.json"),
)
WRONG = (
    zlib.error,
    InvalidSignature,
    InvalidProof,
    InvalidChallenge,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OSError,
    RecursionError,
)


@cache
def bagit() -> Any:
    """The library, which is a single file."""
    sys.path.append(str(BAGIT.parent))
    module = importlib.import_module("bagit")
    module.LOGGER.setLevel(logging.CRITICAL)
    return module


@cache
def tree(size: int) -> InmemoryTree:
    """A tree of theirs with so many leaves, which knows what a proof in one looks like."""
    grown = InmemoryTree(algorithm="sha256")
    for _ in range(size):
        grown.append_entry(b"")
    return grown


def opinion(data: bytes, folder: Path, key: str) -> set[str]:
    """The names of what does not hold; `folder`: an empty place to unpack it in. `key`: the log's public key."""
    wrong: set[str] = set()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            packed.extractall(folder)
        (bag,) = folder.iterdir()
    except (*WRONG, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        shutil.rmtree(folder, ignore_errors=True)
        return {"zip"}
    try:
        with _noted(wrong, "bag"):
            bagit().Bag(str(bag)).validate()
        _looked_at(bag / "data", key, wrong)
    finally:
        shutil.rmtree(folder)
    return wrong


@contextmanager
def _noted(wrong: set[str], name: str) -> Iterator[None]:
    """What stumbles here does not hold."""
    try:
        yield
    except (*WRONG, bagit().BagError):
        wrong.add(name)


def _holds(one: object) -> None:
    if not one:
        raise ValueError


def _looked_at(data: Path, key: str, wrong: set[str]) -> None:
    events: list[tuple[bytes, Mapping[str, Any]]] = []
    with _noted(wrong, "record"):
        events = _lines(data / "events.jsonl")
        _holds(len({(event["case"], event["log"]) for _, event in events}) == 1)
    with _noted(wrong, "chain"):
        _chain(events)
    opened: list[tuple[int, str, Any]] = []
    with _noted(wrong, "disclosures"):
        opened = _disclosed(data, events)
    with _noted(wrong, "files"):
        _files(data, opened)
    with _noted(wrong, "seal"):
        _seal(data, events, opened)
    root, size, note = b"", 0, ""
    with _noted(wrong, "checkpoint"):
        note = (data / "checkpoint").read_text("utf-8")
        root, size = checkpoint_of(note, key, events)
        _holds(json.loads((data / "trust.json").read_bytes())["log"] == key)
    with _noted(wrong, "inclusion"):
        _included(data, events, root, size)
    with _noted(wrong, "witnesses"):
        for vkey in json.loads((data / "trust.json").read_bytes())["witnesses"]:
            cosigned = data / "cosignatures"
            _holds(_signatures(note + (cosigned.read_text("utf-8") if cosigned.exists() else ""), vkey))
    with _noted(wrong, "time"):
        if (data / "checkpoint.tsr").exists():
            token = cms.ContentInfo.load((data / "checkpoint.tsr").read_bytes(), strict=True)
            told = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"].native
            _holds(told == sha256(note.encode()).digest())


def _lines(file: Path) -> list[tuple[bytes, Mapping[str, Any]]]:
    *lines, rest = file.read_bytes().split(b"\n")
    values = [json.loads(line) for line in lines]
    _holds(not rest and all(rfc8785.dumps(value) == line for line, value in zip(lines, values, strict=True)))
    return list(zip(lines, values, strict=True))


def _b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _chain(events: list[tuple[bytes, Mapping[str, Any]]]) -> None:
    before, at = "", ""
    for number, (body, event) in enumerate(events):
        _holds((event["seq"], event["prev"]) == (number, before) and event["at"] >= at)
        before, at = _b64u(sha256(b"\0" + body).digest()), event["at"]
    _holds(events)


def _disclosed(data: Path, events: list[tuple[bytes, Mapping[str, Any]]]) -> list[tuple[int, str, Any]]:
    """RFC 9901: the digest of the disclosure's text is what the event commits to."""
    closed = {(seq, one) for seq, (_, event) in enumerate(events) for one in event["_sd"]}
    opened = []
    for _, line in _lines(data / "disclosures.jsonl"):
        text = line["disclosure"]
        closed.remove((line["seq"], _b64u(sha256(text.encode()).digest())))
        _, name, value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        opened.append((line["seq"], name, value))
    for _, line in _lines(data / "withheld.jsonl"):
        if "commitment" in line:
            closed.remove((line["seq"], line["commitment"]))
    _holds(not closed)
    return opened


def _files(data: Path, opened: list[tuple[int, str, Any]]) -> None:
    here = {sha256(file.read_bytes()).hexdigest() for file in data.rglob("*") if file.is_file()}
    gone = {(line["seq"], line["sha256"]) for _, line in _lines(data / "withheld.jsonl") if "sha256" in line}
    for seq, name, value in opened:
        told = rfc8785.dumps({name: value}).decode()
        for listed in re.findall(r'sha256":\[?((?:"[0-9a-f]{64}",?)+)', told):
            for one in re.findall("[0-9a-f]{64}", listed):
                _holds(one in here or (seq, one) in gone)


def _seal(data: Path, events: list[tuple[bytes, Mapping[str, Any]]], opened: list[tuple[int, str, Any]]) -> None:
    seal = events[-1][1]
    _holds((seal["type"], seal["pub"]["head"]) == ("case.exported", seal["seq"]))
    lines = (data.parent / "manifest-sha256.txt").read_bytes().splitlines(keepends=True)
    proofs = {f"data/{name}".encode() for name in PROOFS}
    listed = b"".join(line for line in sorted(lines, key=lambda one: one[66:]) if line[66:].strip() not in proofs)
    told = [value for seq, name, value in opened if (seq, name) == (seal["seq"], "content")]
    _holds(told == [sha256(listed).hexdigest()])
    info = bagit().Bag(str(data.parent)).info
    _holds((info["External-Identifier"], info["Bagging-Date"]) == (seal["case"], seal["at"][:10]))


def checkpoint_of(note: str, key: str, events: list[tuple[bytes, Mapping[str, Any]]]) -> tuple[bytes, int]:
    """(root, size) of a note that `key` signed."""
    origin, size, root = note.partition("\n\n")[0].split("\n")
    _holds(origin == events[0][1]["log"] and _signatures(note, key))
    return base64.b64decode(root, validate=True), int(size)


def _signatures(note: str, vkey: str) -> int:
    """How many signatures of a key stand under a note; raises where one does not hold (c2sp.org/signed-note)."""
    name, _, encoded = vkey.split("+", 2)
    key, found = base64.b64decode(encoded), 0
    short = sha256(name.encode() + b"\n" + key).digest()[:4]
    body, _, lines = note.rpartition("\n\n")
    for line in lines.splitlines():
        _, who, stamp = line.split(" ")
        raw = base64.b64decode(stamp, validate=True)
        if (who, raw[:4]) == (name, short):
            signed, own = f"{body}\n".encode(), raw[4:]
            if key[0] == 4:
                signed = b"cosignature/v1\ntime %d\n" % int.from_bytes(raw[4:12], "big") + signed
                own = raw[12:]
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(own, signed)
            found += 1
    return found


def _included(data: Path, events: list[tuple[bytes, Mapping[str, Any]]], root: bytes, size: int) -> None:
    before, proofs = -1, _lines(data / "inclusion.jsonl")
    for (body, event), (_, told) in zip(events, proofs, strict=True):
        leaf = sha256(b"\0" + body).digest()
        _holds(before < told["leaf"] and told["seq"] == event["seq"])
        proof = tree(size).prove_inclusion(told["leaf"] + 1, size)
        proof.path = [leaf, *(base64.b64decode(step, validate=True) for step in told["path"])]
        verify_inclusion(leaf, root, proof, index=told["leaf"] + 1, size=size)
        before = told["leaf"]
