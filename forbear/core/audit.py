"""Is the record still what was recorded? Walks every leaf once, in the log's order, and names all that is wrong.

It holds bytes to hashes, hashes to chains, chains to one gapless log, the log to its Merkle tree and to every
checkpoint kept of it, every commitment to what it commits to or to the erasure since, and every event to the one
command that made it. Nothing is mended here, and nothing stops at the first flaw.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from forbear.core.chain import canonical, encoded, leaf_hash
from forbear.core.envelope import Damaged, read_event
from forbear.core.erasure_audit import Kept
from forbear.core.facts import Fact
from forbear.core.log_audit import HeldTo, NodeAt, TreeWalk
from forbear.core.log_facts import HOUSE
from forbear.core.merkle import Frontier


@dataclass(frozen=True)
class StoredLeaf:
    """An event as it lies in the store. `opened`: texts of its disclosures that could be opened; `closed`: how many
    are there whose key was destroyed; `spoilt`: what is wrong with those that should open and do not; `under`: the
    classes of the keys that opened them, None where nobody knows.
    """

    leaf: int
    case_id: str
    seq: int
    type: str
    body: bytes
    leaf_hash: bytes
    opened: tuple[str, ...]
    closed: int = 0
    spoilt: tuple[str, ...] = ()
    under: tuple[str, ...] | None = None


@dataclass(frozen=True)
class StoredCommand:
    """An idempotency key with the `count` events from `leaf` on that it made."""

    key: str
    leaf: int
    count: int


@dataclass(frozen=True)
class Fault:
    """One thing wrong at a leaf; -1 where it concerns the log as a whole."""

    leaf: int
    problem: str


@dataclass(frozen=True)
class Audit:
    """What was looked at, and every flaw found. `erased`: commitments whose disclosure was rightly destroyed."""

    events: int
    cases: int
    commands: int
    disclosures: int
    erased: int
    flaws: tuple[Fault, ...]
    end: "Beginning"
    """Where an audit of what is appended later may begin; worth something only where there is no flaw."""
    checkpoints: int = 0


@dataclass(frozen=True)
class Beginning:
    """What an earlier audit found: it looked at all before `frontier.size`, and this one goes on there. `disclosures`:
    how many were kept of the events before; `cases`: of cases that go on, how many events they had and the hash of the
    last.
    """

    frontier: Frontier = field(default_factory=Frontier)
    log: str = ""
    at: datetime | None = None
    disclosures: int | None = None
    cases: Mapping[str, tuple[int, bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredTree:
    """What the store keeps of the Merkle tree: the head's frontier, and subtrees by (level, number)."""

    frontier: bytes
    node_at: NodeAt


@dataclass
class _Walk:
    """What is known of the log up to the leaf before."""

    tree: TreeWalk
    kept: Kept
    begun: int = 0
    events: int = 0
    disclosures: int = 0
    erased: int = 0
    log: str = ""
    at: datetime | None = None
    cases: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    made_at: list[int] = field(default_factory=list)
    made_by: list[str] = field(default_factory=list)
    """The leaves there are, and the command that each names; "" where that cannot be read."""
    flaws: list[Fault] = field(default_factory=list)


def audit(
    leaves: Iterable[StoredLeaf],
    commands: Sequence[StoredCommand],
    *,
    size: int,
    last_at: datetime | None,
    kept: Kept | None = None,
    tree: StoredTree | None = None,
    held: HeldTo | None = None,
    begin: Beginning | None = None,
) -> Audit:
    """Check a log, whole or from `begin` on. `size`, `last_at`: what its head says; `kept`: the erasures it
    tells of, and the files it names; `held`: checkpoints and times that it must agree with.
    """
    begin, held = begin or Beginning(), held or HeldTo()
    start = begin.frontier.size
    walk = _Walk(
        tree=TreeWalk(held, begin.frontier, tree.node_at if tree else None),
        kept=kept or Kept(),
        begun=start,
        events=start,
        log=begin.log,
        at=begin.at,
        cases={case_id: (count - 1, last) for case_id, (count, last) in begin.cases.items()},
    )
    for leaf in leaves:
        if leaf.leaf != walk.events:
            walk.flaws.append(Fault(leaf.leaf, f"the leaves have a gap: leaf {walk.events} is not there"))
            walk.tree.gap(walk.events)
            walk.events = max(leaf.leaf, walk.events)
        _look_at(walk, leaf)
        walk.events += 1
    if size < start:
        walk.flaws.append(Fault(-1, f"the head says {size} events, and the last audit saw {start}: the log went back"))
    elif walk.events != size:
        walk.flaws.append(Fault(-1, f"the head says {size} events, there are {walk.events}"))
    if walk.at != last_at:
        walk.flaws.append(Fault(-1, "the head's time is not the last event's"))
    walk.tree.end(size, tree.frontier if tree else None)
    walk.flaws += [Fault(*flaw) for flaw in walk.kept.look()]
    walk.flaws += [Fault(*flaw) for flaw in walk.tree.flaws]
    _look_at_commands(walk, commands)
    return Audit(
        events=walk.events - start,
        cases=len(walk.cases.keys() - {HOUSE}),
        commands=len(commands),
        disclosures=walk.disclosures,
        erased=walk.erased,
        flaws=tuple(walk.flaws),
        end=Beginning(walk.tree.frontier, walk.log, walk.at),
        checkpoints=len(held.kept),
    )


def _look_at(walk: _Walk, stored: StoredLeaf) -> None:
    """One event: its bytes, its place in its case, its time, its disclosures."""
    found = [*stored.spoilt]
    seq, previous = walk.cases.get(stored.case_id, (-1, b""))
    walk.cases[stored.case_id] = (seq + 1, stored.leaf_hash)
    walk.made_at.append(stored.leaf)
    walk.made_by.append("")
    at: datetime | None = None
    try:
        event = read_event(stored.leaf, stored.body, stored.leaf_hash, stored.opened)
        head = json.loads(stored.body)
        found += _places(stored, head, seq + 1, previous)
        if canonical(head) != stored.body:
            found.append("the bytes are not the canonical ones of what they say")
        if head["log"] != (walk.log or head["log"]):
            found.append("it belongs to another log")
        walk.log = walk.log or head["log"]
        if walk.at is not None and event.at < walk.at:
            found.append("its time is before that of the event before")
        walk.at, walk.made_by[-1], at = event.at, event.command, event.at
        found += _commitments(walk, stored, len(head["_sd"]), event.fact)
        walk.flaws += [Fault(*flaw) for flaw in walk.kept.names(stored.leaf, stored.case_id, event.fact)]
    except Damaged as damage:
        found.append(damage.problem)
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
        found.append(f"it does not have the shape of the record: {error!r}")
    walk.tree.leaf(leaf_hash(stored.body), at)
    walk.flaws += [Fault(stored.leaf, problem) for problem in found]


def _places(stored: StoredLeaf, head: Mapping[str, object], seq: int, previous: bytes) -> list[str]:
    found = []
    if (head["case"], head["seq"], head["type"]) != (stored.case_id, stored.seq, stored.type):
        found.append("it stands in the place of another event")
    if head["seq"] != seq:
        found.append(f"it is event {head['seq']} of its case where {seq} is due")
    if head["prev"] != encoded(previous):
        found.append("the link to the event before it in its case is broken")
    return found


def _commitments(walk: _Walk, stored: StoredLeaf, committed: int, fact: Fact) -> Iterator[str]:
    """Every commitment has its disclosure, unless its class was erased after the event; and then it has none."""
    missing = committed - len(stored.opened) - len(stored.spoilt)
    walk.disclosures += len(stored.opened)
    walk.erased += missing
    if missing < stored.closed:
        yield "it has more disclosures than it commits to"
    if len(set(stored.opened)) != len(stored.opened):
        yield "one of its disclosures is there twice"
    elif missing > 0:
        yield from walk.kept.gone(stored.leaf, stored.case_id, fact, missing)
    if not stored.spoilt:
        yield from walk.kept.opened(stored.leaf, stored.case_id, fact, stored.under)


def _look_at_commands(walk: _Walk, commands: Sequence[StoredCommand]) -> None:
    """Commands cover the log without gap or overlap, each the events that name it."""
    reached = walk.begun
    for command in sorted((c for c in commands if c.count), key=lambda command: command.leaf):
        if command.leaf != reached:
            walk.flaws.append(Fault(command.leaf, "the commands do not cover the log one after the other"))
        first, end = (bisect_left(walk.made_at, leaf) for leaf in (command.leaf, command.leaf + command.count))
        named = set(walk.made_by[first:end]) - {""}
        if named - {command.key}:
            walk.flaws.append(Fault(command.leaf, "an event names another command than the one that made it"))
        reached = max(reached, command.leaf + command.count)
    if reached != walk.events:
        walk.flaws.append(Fault(-1, f"the commands account for the log up to {reached}, it has {walk.events} events"))
