"""A witness of logs: what it signs and what it refuses (c2sp.org/tlog-witness), and the shape of the asking.

It remembers one checkpoint a log, the newest it signed, and signs another only where it was shown that the log goes on
from there. Two histories of one log never get its signature both.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forbear.core.checkpoint import (
    BadNote,
    Check,
    Checkpoint,
    Signature,
    Vkey,
    cosigned_data,
    cosigned_message,
    parse_note,
    read_checkpoint,
    read_vkey,
    verify_note,
)
from forbear.core.merkle import EMPTY_ROOT, HASH_BYTES, verify_consistency

PROOF_LINES_MAX = 63


@dataclass(frozen=True)
class Asked:
    """A note to cosign, with the proof from the size that the asker believes the witness knows."""

    old_size: int
    path: tuple[bytes, ...]
    note: str


@dataclass(frozen=True)
class Refused:
    """Why it is not signed: `status` as tlog-witness has it for HTTP, `size` what the witness knows (409)."""

    status: int
    problem: str
    size: int | None = None


def asking(asked: Asked) -> str:
    """The body of an add-checkpoint request."""
    lines = [f"old {asked.old_size}", *(b64encode(step).decode("ascii") for step in asked.path)]
    return "\n".join(lines) + "\n\n" + asked.note


def read_asking(text: str) -> Asked:
    """What an add-checkpoint request asks; raises BadNote."""
    head, blank, note = text.partition("\n\n")
    first, *proof = head.split("\n")
    word, _, old = first.partition(" ")
    if not blank or word != "old" or not (old.isascii() and old.isdigit()) or str(int(old[:20])) != old:
        raise BadNote('a request begins with "old" and a size, then a hash a line, an empty line and the note')
    if len(proof) > PROOF_LINES_MAX:
        raise BadNote(f"a proof has {PROOF_LINES_MAX} lines at most")
    try:
        path = tuple(b64decode(line, validate=True) for line in proof)
    except (NotBase64, ValueError) as error:
        raise BadNote("a line of the proof is not base64") from error
    if any(len(step) != HASH_BYTES for step in path):
        raise BadNote(f"a line of the proof is not a hash of {HASH_BYTES} bytes")
    return Asked(int(old), path, note)


def judge(asked: Asked, logs: Mapping[str, str], known: Mapping[str, Checkpoint], check: Check) -> Checkpoint | Refused:
    """The checkpoint to remember and sign, or why not. `logs`: the key of each log by its name; `known`: the newest
    checkpoint signed of each.
    """
    try:
        found = read_checkpoint(parse_note(asked.note).body, extended=True)
    except BadNote as bad:
        return Refused(400, str(bad))
    if found.origin not in logs:
        return Refused(404, f"the log {found.origin} is not one of those watched here")
    try:
        verify_note(asked.note, logs[found.origin], check)
    except BadNote as bad:
        return Refused(403, str(bad))
    if asked.old_size > found.size:
        return Refused(400, f"the proof begins at {asked.old_size} and the checkpoint has {found.size}")
    before = known.get(found.origin, Checkpoint(found.origin, 0, EMPTY_ROOT))
    if asked.old_size != before.size:
        return Refused(409, f"this witness has seen {before.size} events of the log", before.size)
    if found.size == before.size and found.root != before.root:
        return Refused(409, f"two histories of {found.size} events: the log is forked", before.size)
    if not verify_consistency(before.size, before.root, found.size, found.root, asked.path):
        return Refused(422, f"it is not shown that the log goes on from the {before.size} events seen here")
    return found


def cosignature(key: Vkey, at: int, own: bytes) -> str:
    """The line a witness adds; `own`: its signature over what `to_sign` says."""
    return Signature(key.name, key.hash, cosigned_data(at, own)).line


def to_sign(note: str, at: int) -> bytes:
    """What the witness signs of a note at a time, in seconds since 1970."""
    return cosigned_message(parse_note(note).body, at)


def own_lines(note: str, answer: str, vkey: str, check: Check) -> str:
    """Of a witness's answer the lines that are its own and hold over the note; raises BadNote where there is none."""
    key = read_vkey(vkey)
    lines: Sequence[str] = [line + "\n" for line in answer.split("\n") if line]
    own = []
    for line in lines:
        try:
            verify_note(note + line, vkey, check)
        except BadNote:
            continue
        own.append(line)
    if not own:
        raise BadNote(f"{key.name} answered with no signature of its own")
    return own[0]
