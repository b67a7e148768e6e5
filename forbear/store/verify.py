"""The stored log as it lies in the database, handed leaf by leaf to forbear/core/audit.py; nothing is trusted here.

The head, taken once together with the last leaf, says how far to look: what is appended meanwhile is left for the
next look, and no writer waits.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections
from django.db.models import Max, Subquery

from forbear.core.audit import Audit, Beginning, Fault, StoredCommand, StoredLeaf, StoredTree, audit
from forbear.core.log_audit import NODE_LEVELS, HeldTo, NodeAt
from forbear.store.models import Command, DataKey, Event, Head, Secret, TreeNode
from forbear.store.privacy import DataKeys, WrongKey, disclosure_place, open_with

LEAVES_AT_ONCE = 500


def verify(data_keys: DataKeys, using: str, held: HeldTo | None = None, since: Beginning | None = None) -> Audit:
    """Look at the record of the database `using`, whole or what was appended `since`; raises WrongKey when a data key
    itself does not open.
    """
    last = Event.objects.using(using).order_by("-leaf").values("leaf")[:1]
    head = Head.objects.using(using).annotate(last=Subquery(last))
    found_head = head.values_list("size", "last_at", "frontier", "last").first()
    none = (0, None, b"", Event.objects.using(using).aggregate(last=Max("leaf"))["last"])
    size, last_at, frontier, last_leaf = found_head or none
    start = since.frontier.size if since else 0
    end = max(size, -1 if last_leaf is None else last_leaf + 1)
    commands = Command.objects.using(using).filter(leaf__gte=start, leaf__lt=max(end, 1))
    gone = DataKey.objects.using(using).exclude(destroyed_leaf=None).order_by("destroyed_leaf")
    found = audit(
        _leaves(data_keys, using, start, end),
        [StoredCommand(*command) for command in commands.values_list("key", "leaf", "count")],
        size=size,
        last_at=last_at,
        destroyed=dict(gone.values_list("case_id", "destroyed_leaf")),
        tree=StoredTree(_bytes(frontier), _nodes(using)),
        held=held,
        begin=_with_cases(since, using, end) if since else None,
    )
    stray = (
        Secret.objects.using(using)
        .filter(leaf__gte=start, leaf__lt=end)
        .exclude(leaf__in=Event.objects.using(using).values("leaf"))
    )
    flaws = [Fault(leaf, "a disclosure without its event") for leaf in stray.values_list("leaf", flat=True)]
    flaws += _stray_nodes(using, end)
    return Audit(**{**vars(found), "flaws": (*found.flaws, *flaws, *(() if since else _pages(using)))})


def _with_cases(since: Beginning, using: str, end: int) -> Beginning:
    """The beginning with the last event before it of each case that goes on after it."""
    start = since.frontier.size
    events = Event.objects.using(using)
    on = events.filter(leaf__gte=start, leaf__lt=end, seq__gt=0).values("case_id").distinct()
    before = events.filter(leaf__lt=start, case_id__in=on).order_by("leaf").values_list("case_id", "seq", "leaf_hash")
    cases = {case_id: (seq + 1, _bytes(hashed)) for case_id, seq, hashed in before}
    return replace(since, cases=cases)


def _nodes(using: str) -> NodeAt:
    def node_at(level: int, n: int) -> bytes | None:
        found = TreeNode.objects.using(using).filter(level=level, n=n).values_list("hash", flat=True).first()
        return None if found is None else _bytes(found)

    return node_at


def _stray_nodes(using: str, end: int) -> list[Fault]:
    """Subtrees kept that the log has no leaves for."""
    rows = TreeNode.objects.using(using).values_list("level", "n")
    kept = {(level, n) for level, n in rows if level % NODE_LEVELS or level < 1 or level > 62 or (n + 1) << level > end}
    return [
        Fault(-1, f"a subtree {n} of 2^{level} leaves is kept that the log does not have") for level, n in sorted(kept)
    ]


def _leaves(data_keys: DataKeys, using: str, start: int, end: int) -> Iterator[StoredLeaf]:
    events = Event.objects.using(using).order_by("leaf")
    while start < end:
        some = events.filter(leaf__gte=start, leaf__lt=end)[:LEAVES_AT_ONCE]
        rows = list(some.values_list("leaf", "case_id", "seq", "type", "body", "leaf_hash"))
        if not rows:
            return
        secrets = _secrets(data_keys, using, {row[0]: _bytes(row[5]) for row in rows})
        for leaf, case_id, seq, type_, body, leaf_hash in rows:
            opened, closed, spoilt = secrets.get(leaf, ([], 0, []))
            own = (leaf, case_id, seq, type_, _bytes(body), _bytes(leaf_hash))
            yield StoredLeaf(*own, opened=tuple(opened), closed=closed, spoilt=tuple(spoilt))
        start = rows[-1][0] + 1


def _secrets(data_keys: DataKeys, using: str, hashes: dict[int, bytes]) -> dict[int, Any]:
    """(texts opened, how many are closed for ever, what is wrong) of each leaf that has disclosures."""
    secrets = Secret.objects.using(using).filter(leaf__gte=min(hashes), leaf__lte=max(hashes)).order_by("leaf", "n")
    rows = list(secrets.values_list("leaf", "n", "key_id", "ct"))
    live = {key_id: AESGCM(key) for key_id, key in data_keys.by_id({row[2] for row in rows}).items()}
    destroyed = set(DataKey.objects.using(using).filter(wrapped=None).values_list("key_id", flat=True))
    found: dict[int, Any] = {}
    for leaf, n, key_id, ct in rows:
        opened, closed, spoilt = found.get(leaf, ([], 0, []))
        if key_id in live:
            try:
                text = open_with(live[key_id], disclosure_place(hashes.get(leaf, b""), n), _bytes(ct))
                opened = [*opened, text.decode("ascii")]
            except (WrongKey, OverflowError, TypeError, UnicodeDecodeError, AttributeError):
                spoilt = [*spoilt, f"its disclosure {n} does not open in this place"]
        elif key_id in destroyed:
            closed += 1
        else:
            spoilt = [*spoilt, f"the key of its disclosure {n} is not there"]
        found[leaf] = (opened, closed, spoilt)
    return found


def _pages(using: str) -> list[Fault]:
    """What SQLite finds wrong in its own file: an index that disagrees with its table hides an event from a reader."""
    if connections[using].vendor != "sqlite":
        return []
    with connections[using].cursor() as cursor:
        rows = cursor.execute("pragma integrity_check(20)").fetchall()
    return [Fault(-1, f"the database file: {row[0]}") for row in rows if row[0] != "ok"]


def _bytes(value: object) -> bytes:
    """A column's bytes; b"" where a damaged row holds something else, which then fits no hash."""
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else b""
