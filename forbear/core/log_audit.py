"""The Merkle log held to its events: frontier, kept subtrees, every checkpoint kept, every time others saw.

Leaf hashes come from the bytes of the events alone. A checkpoint whose root is not that of the first `size` events
tells that an event before it was changed since; a time seen outside tells of a clock that was set.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from forbear.core.checkpoint import (
    BadNote,
    Check,
    Checkpoint,
    KeyKind,
    cosigned_at,
    holds,
    parse_note,
    read_checkpoint,
    read_vkey,
    verify_note,
)
from forbear.core.merkle import Frontier, unpacked

SKEW_SECONDS_MAX = 120
"""How far the record's times may lie from those of somebody outside; more is told."""
SKEW = timedelta(seconds=SKEW_SECONDS_MAX)
NODE_LEVELS = 8
"""Of the subtrees those of 2^8, 2^16 … leaves are kept: a proof reads 256 hashes a level at most."""

NodeAt = Callable[[int, int], bytes | None]


@dataclass(frozen=True)
class Kept:
    """A checkpoint somebody kept, its signature verified. `where`: whose it is, for the sentence that names it."""

    size: int
    root: bytes
    where: str


@dataclass(frozen=True)
class Announced:
    """The log said at a leaf that the key `after` signs it once `before` has signed over that."""

    leaf: int
    before: str
    after: str


@dataclass(frozen=True)
class Outside:
    """Somebody else's clock said `at` when the log had `size` leaves."""

    size: int
    at: datetime
    by: str


@dataclass(frozen=True)
class HeldTo:
    """All that the log is held to. `faults`: notes that are none, or that the log's key did not sign."""

    kept: tuple[Kept, ...] = ()
    outside: tuple[Outside, ...] = ()
    faults: tuple[str, ...] = ()


def held_to(
    notes: Iterable[tuple[str, str]],
    log_vkeys: Sequence[str],
    witness_vkeys: Sequence[str],
    check: Check,
    announced: Sequence[Announced] = (),
) -> HeldTo:
    """What notes say: (where it was kept, note). A note counts where one of the log's keys signed it; the times of
    witnesses count where their keys are known. `announced`: the changes of key that the log tells of, from the leaf on
    from which all notes are given.
    """
    signers: list[tuple[Kept, str]] = []
    kept: list[Kept] = []
    outside: list[Outside] = []
    faults: list[str] = []
    for where, note in notes:
        try:
            found, vkey = signed_by_one(note, log_vkeys, check)
        except BadNote as bad:
            faults.append(f"{where} is not a checkpoint of this log: {bad}")
            continue
        kept.append(Kept(found.size, found.root, where))
        signers.append((kept[-1], vkey))
        try:
            outside += _witnessed(note, found.size, witness_vkeys, check)
        except BadNote as bad:
            faults.append(f"{where}: {bad}")
    return HeldTo(tuple(kept), tuple(outside), (*faults, *_handed_over(signers, announced)))


def _handed_over(signers: Sequence[tuple[Kept, str]], announced: Sequence[Announced]) -> Iterator[str]:
    """Each key was announced under the one before, signs nothing from before that, and is not signed with again."""
    for one in announced:
        over = min((kept.size for kept, vkey in signers if vkey == one.after and kept.size > one.leaf), default=None)
        for kept, vkey in signers:
            if vkey == one.after and kept.size <= one.leaf:
                yield f"{kept.where} is signed with a key that the log announced only at leaf {one.leaf}"
            if vkey == one.before and over is not None and kept.size > over:
                yield f"{kept.where} is signed with a key that was replaced before it"
        if over is not None and not any(vkey == one.before and kept.size > one.leaf for kept, vkey in signers):
            yield f"the key announced at leaf {one.leaf} signs, and the key before signed nothing over that"


def signed_by_one(note: str, vkeys: Sequence[str], check: Check) -> tuple[Checkpoint, str]:
    """The checkpoint of a note that one of the keys signed, and that key; raises BadNote."""
    problems = []
    for vkey in vkeys:
        try:
            found = read_checkpoint(verify_note(note, vkey, check))
        except BadNote as bad:
            problems.append(str(bad))
            continue
        if found.origin != read_vkey(vkey).name:
            raise BadNote(f"it is of the log {found.origin}")
        return found, vkey
    raise BadNote("; ".join(dict.fromkeys(problems)) or "no key of the log is known")


def _witnessed(note: str, size: int, vkeys: Sequence[str], check: Check) -> list[Outside]:
    read = parse_note(note)
    found = []
    for key in map(read_vkey, vkeys):
        for one in read.signatures:
            if key.kind is not KeyKind.WITNESS or (one.name, one.key_hash) != (key.name, key.hash):
                continue
            at = cosigned_at(one)
            if at is None or not holds(read.body, one, key, check):
                raise BadNote(f"the cosignature of {key.name} does not hold")
            try:
                found.append(Outside(size, datetime.fromtimestamp(at, UTC), f"the witness {key.name}"))
            except (OverflowError, ValueError, OSError) as error:
                raise BadNote(f"the witness {key.name} signed a time that is none") from error
    return found


@dataclass
class TreeWalk:
    """The tree built again leaf by leaf, and held to everything on the way."""

    held: HeldTo = field(default_factory=HeldTo)
    frontier: Frontier = field(default_factory=Frontier)
    node_at: NodeAt | None = None
    flaws: list[tuple[int, str]] = field(default_factory=list)
    """(leaf, problem); -1 for the log as a whole."""
    _waiting: list[bytes] = field(default_factory=list)
    _stops: list[Kept] = field(default_factory=list)
    _times: list[Outside] = field(default_factory=list)
    _late: set[Outside] = field(default_factory=set)
    _last_at: datetime | None = None
    _follows: bool = True

    def __post_init__(self) -> None:
        self.flaws += [(-1, fault) for fault in self.held.faults]
        before = [kept for kept in self.held.kept if kept.size < self.frontier.size]
        assert not before or self.frontier.size, "only a walk that begins later leaves checkpoints out"
        self._stops = sorted((k for k in self.held.kept if k.size >= self.frontier.size), key=lambda k: -k.size)
        seen = (one for one in self.held.outside if one.size >= max(self.frontier.size, 1))
        self._times = sorted(seen, key=lambda one: -one.size)
        self._late = _late(self._times)
        self._compare()

    @property
    def size(self) -> int:
        """Leaves so far."""
        return self.frontier.size + len(self._waiting)

    def gap(self, leaf: int) -> None:
        """A leaf is missing: from here on no root can be right."""
        if self._follows:
            self._follows = False
            self.flaws.append((leaf, "the tree cannot be followed past the gap"))

    def leaf(self, hashed: bytes, at: datetime | None) -> None:
        """The next leaf, hashed from its bytes, with its event's time (None where it cannot be read)."""
        if not self._follows:
            return
        if at is not None:
            self._clock(at)
        self._waiting.append(hashed)
        if self._stops and self._stops[-1].size <= self.size:
            self._compare()

    def end(self, size: int, frontier: bytes | None) -> None:
        """The last leaf was told; `size`, `frontier`: what the head says (None: nothing)."""
        if self._follows:
            self._grow()
            for outside in self._times:
                if outside.size == self.size:
                    self._not_after(outside)
            if frontier is not None and self.frontier.size == size and not self._is(size, frontier):
                self.flaws.append((-1, "the head's frontier is not that of the events"))
        for kept in self._stops:
            self.flaws.append((-1, f"{kept.where} is over {kept.size} events, and there are {self.size}"))

    def _is(self, size: int, packed: bytes) -> bool:
        try:
            return unpacked(size, packed) == self.frontier
        except ValueError:
            return False

    def _grow(self) -> None:
        self.frontier = self.frontier.plus_all(self._waiting, self._node if self.node_at else None)
        self._waiting = []

    def _node(self, level: int, index: int, made: bytes) -> None:
        if level and level % NODE_LEVELS == 0 and self.node_at and self.node_at(level, index) != made:
            self.flaws.append(
                (index << level, f"the kept subtree {index} of 2^{level} leaves is not that of the events")
            )

    def _compare(self) -> None:
        while self._stops and self._stops[-1].size == self.size:
            self._grow()
            kept = self._stops.pop()
            if kept.root != self.frontier.root:
                text = f"{kept.where} over {kept.size} events has another root: an event before it was changed since"
                self.flaws.append((-1, text))

    def _clock(self, at: datetime) -> None:
        """An event may not be much later than somebody saw the log that holds it, nor much earlier than the one before
        it was seen.
        """
        while self._times and self._times[-1].size <= self.size:
            outside = self._times.pop()
            self._not_after(outside)
            behind = int((outside.at - at).total_seconds())
            if behind > SKEW_SECONDS_MAX and outside not in self._late:
                text = f"its time is {behind} seconds before {outside.by} saw the log without it: a clock was set back"
                self.flaws.append((self.size, text))
        self._last_at = at

    def _not_after(self, outside: Outside) -> None:
        ahead = int((self._last_at - outside.at).total_seconds()) if self._last_at else 0
        if ahead > SKEW_SECONDS_MAX:
            text = f"its time is {ahead} seconds after {outside.by} saw the log with it: the clock ran ahead"
            self.flaws.append((outside.size - 1, text))


def _late(times: Sequence[Outside]) -> set[Outside]:
    """Those who looked at a checkpoint when somebody had seen a longer log already, such as an authority that was away:
    they tell that the log had so much, and not that it had no more. `times`: the largest size first.
    """
    late: set[Outside] = set()
    longer = datetime.max.replace(tzinfo=UTC)  # when a log longer than the one looked at was seen first
    alike: list[Outside] = []
    for one in times:
        if alike and alike[0].size > one.size:
            longer, alike = min(longer, *(other.at for other in alike)), []
        alike.append(one)
        if longer <= one.at + SKEW:
            late.add(one)
    return late
