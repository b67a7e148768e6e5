"""From one key of the log to the next, as whoever holds an old public key follows it without trusting anybody.

Each step shows an event of the log that announces the next key, where it stands, and a checkpoint over it that the key
before signed. Nothing else leads from key to key.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from forbear.core.chain import leaf_hash
from forbear.core.checkpoint import BadNote, Check, read_checkpoint, read_vkey, verify_note
from forbear.core.log_facts import HOUSE, LogKeyChanged
from forbear.core.merkle import verify_inclusion


@dataclass(frozen=True)
class Step:
    """`body`: the bytes of the event at `leaf` that announces a key; `note`: a checkpoint over it by the key before;
    `path`: from the leaf to the note's root.
    """

    leaf: int
    body: bytes
    note: str
    path: tuple[bytes, ...]


def followed(vkey: str, steps: Iterable[Step], check: Check) -> str:
    """The key that signs now, for whoever knows `vkey`; that key itself where it is the newest. Raises BadNote where a
    step does not hold.
    """
    for step in steps:
        said = _announced(step.body)
        if said.before != vkey:
            continue  # of a time before the key that is known
        found = read_checkpoint(verify_note(step.note, vkey, check))
        if not verify_inclusion(leaf_hash(step.body), step.leaf, found.size, list(step.path), found.root):
            raise BadNote("the announcement of the next key is not in the log that the key before signed")
        if read_vkey(said.after).name != found.origin:
            raise BadNote(f"the next key is that of another log, {read_vkey(said.after).name}")
        vkey = said.after
    return vkey


def _announced(body: bytes) -> LogKeyChanged:
    try:
        said = json.loads(body)
        if (said["type"], said["case"]) == (LogKeyChanged.type, HOUSE):
            return LogKeyChanged(before=str(said["pub"]["before"]), after=str(said["pub"]["after"]))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadNote(f"an announcement of a key cannot be read: {type(error).__name__}") from error
    raise BadNote("what should announce a key is another event")
