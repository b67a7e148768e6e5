"""The stored log as it lies in the database, handed leaf by leaf to forbear/core/audit.py; nothing is trusted here.

The head, taken once together with the last leaf, says how far to look: what is appended meanwhile is left for the
next look, and no writer waits. Every look, whole or not, holds every key to the erasures in the record.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections
from django.db.models import Max, Subquery

from forbear.core.audit import Audit, Beginning, Fault, StoredCommand, StoredLeaf, StoredTree, audit
from forbear.core.erasure_audit import Erasure, FilesMissing, Kept, StoredKey, keys_held, read_erasure
from forbear.core.events import DataErased
from forbear.core.log_audit import NODE_LEVELS, HeldTo, NodeAt
from forbear.store.models import Blob, Command, DataKey, Event, Head, Secret, TreeNode
from forbear.store.privacy import DataKeys, WrongKey, disclosure_place, open_with

LEAVES_AT_ONCE = 500


def verify(
    data_keys: DataKeys,
    using: str,
    held: HeldTo | None = None,
    since: Beginning | None = None,
    files: FilesMissing | None = None,
) -> Audit:
    """Look at the record of the database `using`, whole or what was appended `since`."""
    last = Event.objects.using(using).order_by("-leaf").values("leaf")[:1]
    head = Head.objects.using(using).filter(one=1).annotate(last=Subquery(last))
    found_head = head.values_list("size", "last_at", "frontier", "last").first()
    none = (0, None, b"", Event.objects.using(using).aggregate(last=Max("leaf"))["last"])
    size, last_at, frontier, last_leaf = found_head or none
    start = since.frontier.size if since else 0
    end = max(size, -1 if last_leaf is None else last_leaf + 1)
    commands = Command.objects.using(using).filter(leaf__gte=start, leaf__lt=max(end, 1))
    kept = Kept(lambda first: _erasures(using, first), start, files)
    found = audit(
        _leaves(data_keys, using, start, end),
        [StoredCommand(*command) for command in commands.values_list("key", "leaf", "count")],
        size=size,
        last_at=last_at,
        kept=kept,
        tree=StoredTree(_bytes(frontier), _nodes(using)),
        held=held,
        begin=_with_cases(since, using, end) if since else None,
    )
    flaws = [*_before_the_first(using), *_stray_secrets(using, start, end), *_stray_nodes(using, end)]
    flaws += [Fault(*flaw) for flaw in keys_held(_keys(using), _destroyed(using, start, end))]
    flaws += _without_keys(using)
    before = _disclosures(using, 0, start)
    flaws += _fewer(using, since, before) if since else _pages(using)
    ended = replace(found.end, disclosures=before + _disclosures(using, start, end))
    shut = () if since else _shut(data_keys, using)  # told first: where the key-encryption key is another, all are
    return replace(found, flaws=(*shut, *found.flaws, *flaws), end=ended)


def _with_cases(since: Beginning, using: str, end: int) -> Beginning:
    """The beginning with the last event before it of each case that goes on after it."""
    start = since.frontier.size
    events = Event.objects.using(using)
    on = events.filter(leaf__gte=start, leaf__lt=end, seq__gt=0).values("case_id").distinct()
    before = events.filter(leaf__lt=start, case_id__in=on).order_by("leaf").values_list("case_id", "seq", "leaf_hash")
    cases = {case_id: (seq + 1, _bytes(hashed)) for case_id, seq, hashed in before}
    return replace(since, cases=cases)


def _before_the_first(using: str) -> list[Fault]:
    """What lies at a leaf before the first: no look at the log from there on comes across it, and a page may."""
    found = []
    for table, what in ((Event, "an event"), (Secret, "a disclosure"), (Command, "a command")):
        count = table._default_manager.using(using).filter(leaf__lt=0).count()
        found += [Fault(-1, f"{what} lies before the first leaf")] * bool(count)
    return found


def _stray_secrets(using: str, start: int, end: int) -> list[Fault]:
    secrets = Secret.objects.using(using).filter(leaf__gte=start, leaf__lt=end)
    stray = secrets.exclude(leaf__in=Event.objects.using(using).values("leaf"))
    return [Fault(leaf, "a disclosure without its event") for leaf in stray.values_list("leaf", flat=True)]


def _nodes(using: str) -> NodeAt:
    def node_at(level: int, n: int) -> bytes | None:
        found = TreeNode.objects.using(using).filter(level=level, n=n).values_list("hash", flat=True).first()
        return None if found is None else _bytes(found)

    return node_at


def _stray_nodes(using: str, end: int) -> list[Fault]:
    """Subtrees kept that the log has no leaves for, with those that it got since this look began."""
    rows = list(TreeNode.objects.using(using).values_list("level", "n"))
    end = max(end, 1 + (Event.objects.using(using).aggregate(last=Max("leaf"))["last"] or 0))
    kept = {
        (level, n)
        for level, n in rows
        if level % NODE_LEVELS or level < 1 or level > 62 or n < 0 or (n + 1) << level > end
    }
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
            opened, closed, spoilt, keys = secrets.get(leaf, ([], 0, [], []))
            under = tuple(kept if of == case_id else f"{kept} of {of}" for of, kept in keys)
            own = (leaf, case_id, seq, type_, _bytes(body), _bytes(leaf_hash))
            yield StoredLeaf(*own, opened=tuple(opened), closed=closed, spoilt=tuple(spoilt), under=under)
        start = rows[-1][0] + 1


def _secrets(data_keys: DataKeys, using: str, hashes: dict[int, bytes]) -> dict[int, Any]:
    """(texts opened, how many are closed, what is wrong, (case, class) of the keys) of each leaf with disclosures."""
    secrets = Secret.objects.using(using).filter(leaf__gte=min(hashes), leaf__lte=max(hashes)).order_by("leaf", "n")
    rows = list(secrets.values_list("leaf", "n", "key_id", "ct"))
    keys = list(DataKey.objects.using(using).filter(key_id__in={row[2] for row in rows}).values_list(*_KEY))
    of = {key_id: (case_id, kept) for key_id, case_id, kept, _ in keys}
    live = {key_id: _cipher(data_keys, key_id, wrapped) for key_id, _, _, wrapped in keys if wrapped is not None}
    found: dict[int, Any] = {}
    for leaf, n, key_id, ct in rows:
        opened, closed, spoilt, under = found.get(leaf, ([], 0, [], []))
        if cipher := live.get(key_id):
            try:
                text = open_with(cipher, disclosure_place(hashes.get(leaf, b""), n), _bytes(ct))
                opened, under = [*opened, text.decode("ascii")], [*under, of[key_id]]
            except (WrongKey, OverflowError, TypeError, UnicodeDecodeError, AttributeError):
                spoilt = [*spoilt, f"its disclosure {n} does not open in this place"]
        elif key_id in live:
            spoilt = [*spoilt, f"the key of its disclosure {n} does not open"]
        elif key_id in of:
            closed += 1
        else:
            spoilt = [*spoilt, f"the key of its disclosure {n} is not there"]
        found[leaf] = (opened, closed, spoilt, under)
    return found


_KEY = ("key_id", "case_id", "retention", "wrapped")


def _cipher(data_keys: DataKeys, key_id: str, wrapped: object) -> AESGCM | None:
    """The key as it lies in the database, opened; None where it does not open."""
    try:
        return AESGCM(data_keys.unwrapped(key_id, _bytes(wrapped)))
    except (WrongKey, ValueError):
        return None


# ---- keys and erasures -----------------------------------------------------------------------------------------


def _erasures(using: str, first: int) -> list[Erasure]:
    """Every DataErased from a leaf on, by its bytes."""
    rows = Event.objects.using(using).filter(leaf__gte=first, type=DataErased.type).order_by("leaf")
    told = (read_erasure(leaf, _bytes(body)) for leaf, body in rows.values_list("leaf", "body"))
    return [one for one in told if one]


_WRONGLY_GONE = """
select k.key_id, k.case_id, k.class, k.wrapped is not null, k.destroyed_leaf, e.body,
       exists (select 1 from event own where own.case_id = k.case_id)
  from data_key k left join event e on e.leaf = k.destroyed_leaf
 where (k.wrapped is null or k.destroyed_leaf is not null)
   and (k.wrapped is not null or k.destroyed_leaf is null or e.leaf is null or e.type <> %s or e.case_id <> k.case_id
        or {says} = 0)
   and not (k.wrapped is null and k.destroyed_leaf = -1
            and not exists (select 1 from event own where own.case_id = k.case_id))
"""
_SAYS = {
    "sqlite": """instr(e.body, cast('"retention_class":"' || k.class || '"' as blob))""",
    "postgresql": """position(convert_to('"retention_class":"' || k.class || '"', 'UTF8') in e.body)""",
}
"""Where in an erasure's canonical bytes it says that the key's class was destroyed; 0 for nowhere."""
_OF = "(select destroyed_leaf, count(*) as keys from data_key where destroyed_leaf >= 0 group by destroyed_leaf)"
_COUNTED = """
select e.leaf, e.body, coalesce(k.keys, 0) from event e left join {of} k on k.destroyed_leaf = e.leaf
 where e.type = %s and e.leaf >= %s and e.leaf < %s order by e.leaf
"""
_SHARED = """
select e.leaf, e.body, k.keys from {of} k join event e on e.leaf = k.destroyed_leaf
 where k.keys > 1 and e.leaf < %s order by e.leaf
"""
_NO_KEY = """
select k.key_id, count(*), min(s.leaf) from (select distinct key_id from secret) k join secret s on s.key_id = k.key_id
 where k.key_id not in (select key_id from data_key) group by k.key_id order by k.key_id
"""


def _keys(using: str) -> Iterator[StoredKey]:
    """The keys that are not live, without those whose erasure stands in the record: looked at where they lie."""
    says = _SAYS[connections[using].vendor]
    for key_id, case_id, kept, there, leaf, body, of_case in _rows(
        using, _WRONGLY_GONE.format(says=says), DataErased.type
    ):
        told = read_erasure(leaf, _bytes(body)) if leaf is not None and leaf >= 0 else None
        yield StoredKey(key_id, case_id, kept, bool(there), told, loose=leaf == -1 and not of_case)


def _destroyed(using: str, start: int, end: int) -> Iterator[tuple[Erasure, int]]:
    """The erasures looked at, and any before that more than one key names, each with how many keys do."""
    rows = _rows(using, _SHARED.format(of=_OF), start)
    rows += _rows(using, _COUNTED.format(of=_OF), DataErased.type, start, end)
    for leaf, body, count in rows:
        told = read_erasure(leaf, _bytes(body))
        if told is not None:
            yield told, count


def _shut(data_keys: DataKeys, using: str) -> Iterator[Fault]:
    """Keys that are there and do not open: what they sealed, a file say, is as good as gone."""
    live = DataKey.objects.using(using).exclude(wrapped=None).order_by("key_id").values_list(*_KEY)
    for key_id, case_id, kept, wrapped in live.iterator(LEAVES_AT_ONCE):
        if _cipher(data_keys, key_id, wrapped) is None:
            text = f"{case_id}: the key {key_id} of class {kept} does not open; is keys/kek the one of this database?"
            yield Fault(-1, text)


def _without_keys(using: str) -> list[Fault]:
    """Disclosures of any event, and files, whose key has no row any more."""
    secrets = _rows(using, _NO_KEY)
    blobs = Blob.objects.using(using).exclude(key_id__in=DataKey.objects.using(using).values("key_id"))
    return [
        *(Fault(leaf, f"the key {key} of {count} disclosures is not there") for key, count, leaf in secrets),
        *(Fault(-1, f"the key of the file {blob} is not there") for blob in blobs.values_list("blob_id", flat=True)),
    ]


def _disclosures(using: str, start: int, end: int) -> int:
    return Secret.objects.using(using).filter(leaf__gte=start, leaf__lt=end).count()


def _fewer(using: str, since: Beginning, count: int) -> list[Fault]:
    """What an earlier look counted can only become less by an erasure; with one, the next whole look tells."""
    start = since.frontier.size
    gone = 0 if since.disclosures is None else since.disclosures - count
    if gone <= 0 or _erasures(using, start):
        return []
    return [
        Fault(-1, f"{gone} disclosures of events before {start} are gone since the last audit; run `forbear audit`")
    ]


def _rows(using: str, sql: str, *values: object) -> list[Any]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


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
