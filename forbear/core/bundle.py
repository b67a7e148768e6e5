"""What a bundle of a case is: a BagIt bag (RFC 8493) in one zip, its files, its lists, and what is withheld in it.

`data/` holds the proofs (PROOFS), which are made when the record is closed, and everything else, the content, which the
last event seals: CaseExported names the hash over the list of it. docs/bundle.md has the layout for whoever reads one.
"""

import json
from base64 import b64decode, b64encode, urlsafe_b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from forbear.core import events as e
from forbear.core.chain import canonical, commitment
from forbear.core.contact import Party, Reach, Role

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
TAGS = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt")
TAG_MANIFEST = "tagmanifest-sha256.txt"
EVENTS, DISCLOSURES, WITHHELD = "data/events.jsonl", "data/disclosures.jsonl", "data/withheld.jsonl"
INCLUSION, CHECKPOINT, TRUST = "data/inclusion.jsonl", "data/checkpoint", "data/trust.json"
COSIGNATURES = "data/cosignatures"
TOKEN, TOKEN_CA, CONSISTENCY = "data/checkpoint.tsr", "data/tsa-ca.pem", "data/consistency.json"
PROOFS = frozenset({EVENTS, DISCLOSURES, INCLUSION, CHECKPOINT, COSIGNATURES, TRUST, TOKEN, TOKEN_CA, CONSISTENCY})
NEEDED = (EVENTS, DISCLOSURES, INCLUSION, CHECKPOINT, TRUST, WITHHELD)
"""Files that every bundle has."""

ERASED, THIRD_PARTY, NOT_HERE = "erased", "third-party", "not-here"
"""Why something that an event commits to is not in the bundle; NOT_HERE: the installation itself does not hold it."""


@dataclass(frozen=True)
class Held:
    """A file of a bag: its SHA-256 in hexadecimal and its size in bytes."""

    sha256: str
    size: int


def held(data: bytes) -> Held:
    """A file whose bytes are at hand."""
    return Held(sha256(data).hexdigest(), len(data))


# ---- lists -----------------------------------------------------------------------------------------------------


def manifest(files: Mapping[str, Held]) -> bytes:
    """A BagIt manifest: a line for each file, in the order of their names."""
    return "".join(f"{files[name].sha256}  {name}\n" for name in sorted(files)).encode()


def content_digest(payload: Mapping[str, Held]) -> str:
    """What the seal names: the SHA-256 over the manifest of everything in `data/` but the proofs."""
    return sha256(manifest({name: one for name, one in payload.items() if name not in PROOFS})).hexdigest()


def bag_info(payload: Mapping[str, Held], *, case_id: str, log: str, at: str) -> bytes:
    """bag-info.txt, which follows from record and files alone. `at`: the seal's time as the record writes it."""
    size = sum(one.size for one in payload.values())
    lines = {
        "Bag-Software-Agent": "Forbear",
        "Bagging-Date": at[:10],
        "External-Identifier": case_id,
        "Payload-Oxum": f"{size}.{len(payload)}",
        "Source-Organization": log,
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items()).encode()


def json_lines(values: Iterable[Mapping[str, Any]]) -> bytes:
    """A file of JSON lines, each in its canonical bytes."""
    return b"".join(canonical(value) + b"\n" for value in values)


def event_lines(bodies: Sequence[bytes]) -> bytes:
    """events.jsonl: the exact hashed bytes; canonical JSON holds no line break of its own."""
    assert not any(b"\n" in body for body in bodies), "a body is one line"
    return b"".join(body + b"\n" for body in bodies)


def at_of(body: bytes) -> str:
    """An event's time as its body writes it."""
    return str(json.loads(body)["at"])


def consistency_text(old: int, steps: Sequence[bytes]) -> bytes:
    """consistency.json: that the log begins with its first `old` leaves."""
    return canonical({"size": old, "path": [b64encode(step).decode("ascii") for step in steps]}) + b"\n"


def inclusion_lines(leaves: Sequence[int], paths: Mapping[int, Sequence[bytes]]) -> bytes:
    """inclusion.jsonl: where each event stands in the log, and its path to the root."""
    return json_lines(
        {"seq": seq, "leaf": leaf, "path": [b64encode(step).decode("ascii") for step in paths[leaf]]}
        for seq, leaf in enumerate(leaves)
    )


def tlog_proof(inclusion: bytes, note: str) -> str:
    """An event's proof on its own, as c2sp.org/tlog-proof has it: its place in the log, the path to the root, and the
    note over the root with its cosignatures. `inclusion`: its line of inclusion.jsonl.
    """
    told = json.loads(inclusion)
    return "\n".join(("c2sp.org/tlog-proof@v1", f"index {told['leaf']}", *told["path"], "", note))


def exact_base64(text: str) -> bytes:
    """Standard base64 in its one form; raises ValueError."""
    data = b64decode(text, validate=True)
    if b64encode(data).decode("ascii") != text:
        raise ValueError(f"{text[:100]!r} is not the one base64 form of what it says")
    return data


# ---- what is opened and what is not ----------------------------------------------------------------------------


def opened(disclosure: str) -> tuple[str, Any]:
    """(name, plain value) that a disclosure opens."""
    _, name, value = json.loads(urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))
    return str(name), value


def third_partys(event: Mapping[str, Any], parts: Mapping[str, Any], hers: frozenset[str]) -> frozenset[str]:
    """Which private parts of an event are about somebody else, and so withheld. `parts`: their values by name; `hers`:
    her numbers and addresses, as `reached` writes them.

    Her bundle is for her: what she said, also about her family, stays, and so does every paper she sent, whoever else
    is named on it; the desk's notes about her are of her case. Withheld are whoever may speak for her, the number of
    somebody who was asked where she is or who rang about her, the address of somebody who wrote in her stead, and
    what would tell of another borrower's case.
    """
    kind, own = event["type"], event["actor"]["kind"] == Role.BORROWER.value
    if kind == "authority.filed":
        return frozenset({"party"})
    if kind == "call.begun" and reached(str(parts.get("number", ""))) not in hers:
        return frozenset({"number"})
    if kind == "message.written" and own and "sender" in parts and reached(str(parts["sender"])) not in hers:
        return frozenset({"sender", "reference"})
    if kind == "papers.compared" and any("case" in dict(remark["values"]) for remark in parts.get("remarks", ())):
        return frozenset({"remarks"})
    return frozenset()


def reached(address: str) -> str:
    """A number or an address in one form: the last eleven digits of a number, an address in small letters."""
    if "@" in address:
        return address.rpartition("<")[2].strip("> ").lower()
    return "".join(char for char in address if char.isdigit())[-11:]


def her_addresses(recorded: Iterable[e.Recorded]) -> frozenset[str]:
    """Her numbers and addresses, as the case was opened, as she chose and as they were put right."""
    facts = [event.fact for event in recorded]
    of_her: list[Party | Reach | None] = [
        fact.party for fact in facts if isinstance(fact, e.CaseOpened | e.PartyCorrected)
    ]
    of_her += [fact.reach for fact in facts if isinstance(fact, e.ReachChosen)]
    return frozenset(reached(one) for her in of_her if her for one in (her.phone, her.email) if one)


def withheld_lines(bodies: Sequence[bytes], kept: Sequence[Sequence[str]], shown: Sequence[Sequence[str]]) -> list[Any]:
    """The lines of withheld.jsonl for commitments. `kept`: the disclosures of each event that the record still opens;
    `shown`: those of them that the bundle does.
    """
    lines = []
    for seq, body in enumerate(bodies):
        there = {commitment(text) for text in kept[seq]}
        open_here = {commitment(text) for text in shown[seq]}
        for one in json.loads(body)["_sd"]:
            if one not in open_here:
                lines.append({"seq": seq, "commitment": one, "why": THIRD_PARTY if one in there else ERASED})
    return lines


def hashes_in(value: Any, name: str = "") -> frozenset[str]:
    """Every SHA-256 of a file that a value names: hexadecimal, under a key that ends with sha256."""
    if isinstance(value, Mapping):
        return frozenset(one for key, item in value.items() for one in hashes_in(item, key))
    if isinstance(value, list | tuple):
        return frozenset(one for item in value for one in hashes_in(item, name))
    named = name.endswith("sha256") and isinstance(value, str) and len(value) == 64
    return frozenset((value,)) if named and set(value) <= set("0123456789abcdef") else frozenset()
