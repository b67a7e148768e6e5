"""From a fact to the bytes of the record and back: which header stands around a fact, and what a reader must check.

Every ledger seals and reads through here, so that the bytes are the same whatever they are kept in. Personal data is
only ever in the disclosures; a disclosure that was erased or is withheld leaves its group None.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from forbear.core.chain import Sealed, commitment, leaf_hash, seal
from forbear.core.codec import Malformed, instant
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.events import Fact, Recorded, revive


class Damaged(Exception):
    """A stored event is not what was recorded: `leaf` says where, `problem` what."""

    def __init__(self, leaf: int, problem: str) -> None:
        super().__init__(f"leaf {leaf}: {problem}")
        self.leaf = leaf
        self.problem = problem


def seal_fact(
    fact: Fact,
    *,
    log: str,
    case_id: str,
    seq: int,
    previous: bytes,
    at: datetime,
    occurred_at: datetime | None,
    actor: Actor,
    channel: Channel,
    command: str,
    cause: str,
    salt: Callable[[], bytes],
) -> Sealed:
    """The event's bytes. `log`: the log's name; `previous`: leaf hash of the case's event before, b"" for its first;
    `salt`: called once for each private group, in the order of the fact's fields.
    """
    header = {
        "log": log,
        "case": case_id,
        "type": fact.type,
        "tv": fact.version,
        "at": instant(at),
        "occ": instant(occurred_at) if occurred_at else None,
        "actor": {"kind": actor.kind.value, "id": actor.id, "auth": actor.auth.value},
        "chan": {"kind": channel.value},
        "cmd": command,
        "cause": cause,
    }
    groups = [(name, value, salt()) for name, value, _ in fact.private()]
    return seal(header=header, seq=seq, previous=previous, public=fact.public(), private=groups)


@lru_cache(2048)
def read_event(leaf: int, body: bytes, stored_hash: bytes, disclosed: tuple[str, ...]) -> Recorded:
    """The event at `leaf` with the disclosures that could be opened; raises Damaged when bytes, hash, a commitment or
    the shape of the fact do not hold.

    The same bytes are the same event for ever, so the last ones read are kept: a case is read again and again.
    """
    if leaf_hash(body) != stored_hash:
        raise Damaged(leaf, "the bytes do not match their hash")
    try:
        head = json.loads(body.decode())
        groups = _groups(leaf, disclosed, frozenset(head["_sd"]))
        fact = revive(head["type"], head["tv"], head["pub"], groups)
        return Recorded(
            leaf=leaf,
            case_id=head["case"],
            seq=head["seq"],
            at=datetime.fromisoformat(head["at"]),
            occurred_at=datetime.fromisoformat(head["occ"]) if head["occ"] is not None else None,
            actor=_actor(**head["actor"]),
            channel=Channel(head["chan"]["kind"]),
            command=head["cmd"],
            cause=head["cause"],
            leaf_hash=stored_hash,
            fact=fact,
        )
    except Malformed as error:
        raise Damaged(leaf, str(error)) from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise Damaged(leaf, f"the event does not have the shape of the record: {error!r}") from error


@lru_cache(1000)
def _actor(kind: str, id: str, auth: str) -> Actor:
    return Actor(Role(kind), id, Auth(auth))


def _groups(leaf: int, disclosed: Iterable[str], committed: frozenset[str]) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for text in disclosed:
        if commitment(text) not in committed:
            raise Damaged(leaf, "an opened disclosure is not the one the event commits to")
        _, name, value = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
        groups[name] = value
    return groups
