"""Room 3, evidence: a file comes in pieces, over lines that drop, and counts only when all of it is here and right.

An upload's id follows from case, checklist, item and the file's own digest: chosen again after a reload, or on
another telephone, the same file goes on where it stopped. Nothing is a paper before its SHA-256 is what was promised.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from forbear.actions.evidence import receive_paper
from forbear.actions.paper_intake import full
from forbear.actions.ports import Desk, Upload
from forbear.actions.record import By, load
from forbear.core.contact import Actor, Channel
from forbear.core.evidence import FILE_BYTES_MAX, Item
from forbear.core.file import CaseFile, Paper
from forbear.core.refusal import Refusal
from forbear.core.upload_link import items_to_send

KEPT_DAYS = 7
"""How long a file that stopped on its way waits for the rest."""
ON_THE_WAY_MAX = 30
"""Files of one case that can be on their way at once; beyond that the one that waited longest is given up."""
BEGUN_A_DAY = 300
"""Uploads that can be begun for one case."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who sends papers for a case, and for which items. `link`: the upload link that let her in, "" on her own site."""

    actor: Actor
    case_id: str
    items: tuple[int, ...]
    link: str = ""


@dataclass(frozen=True)
class Received:
    """The file is here, checked and kept as a page of a paper."""

    paper: str


@dataclass(frozen=True)
class OutOfPlace:
    """Bytes that do not belong where they were put; the file stands at `received`."""

    received: int


def begin_upload(
    desk: Desk, sender: Sender, *, item: int, name: str, size: int, digest: str, paper: str = ""
) -> Upload | Received | Refusal:
    """Begin to send a file, or go on with it. `size` in bytes, `digest` its SHA-256 in hexadecimal; `paper`: the paper
    it becomes a page of.
    """
    file = load(desk, sender.case_id)
    wanted = _wanted(file, sender, item)
    if wanted is None:
        return Refusal("evidence.item", "evidence.refusal.item", "evidence.way_on.list", where="item")
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        return Refusal("upload.digest", "evidence.refusal.digest", "evidence.way_on.again", where="sha256")
    if size <= 0:
        return Refusal("evidence.empty", "evidence.refusal.empty", "evidence.way_on.again", where="size")
    if size > FILE_BYTES_MAX:
        return Refusal("evidence.size", "evidence.refusal.size", "evidence.way_on.smaller", where="size")
    if known := paper_with(file, item, digest):
        desk.uploads.drop(upload_id(file, item, digest))
        return Received(known.paper)
    if paper and all(known.paper != paper for known in file.papers_of(item)):
        return Refusal("evidence.paper", "evidence.refusal.paper", "evidence.way_on.list", where="paper")
    if not desk.limits.take(f"uploads:{sender.case_id}", desk.clock.now(), BEGUN_A_DAY, 86_400):
        return Refusal("evidence.many", "evidence.refusal.many", "evidence.way_on.message")
    begun = desk.uploads.begin(
        Upload(
            id=upload_id(file, item, digest),
            case_id=sender.case_id,
            item=item,
            name=name[-120:],
            size=size,
            sha256=digest,
            retention="health" if wanted.health else "finance",
            paper=paper,
            touched_at=desk.clock.now(),
        )
    )
    if begun.size != size:
        desk.uploads.drop(begun.id)
        return Refusal("upload.changed", "evidence.refusal.changed", "evidence.way_on.again", where="size")
    if known := paper_with(load(desk, sender.case_id), item, digest):  # kept by another tab while we looked
        desk.uploads.drop(begun.id)
        return Received(known.paper)
    for waited in desk.uploads.of_case(sender.case_id)[ON_THE_WAY_MAX:]:
        desk.uploads.drop(waited.id)
    return begun


def upload_of(desk: Desk, sender: Sender, id: str) -> Upload | None:
    """A file on its way that this sender may send; None for another's, another item's, another checklist's or none."""
    found = desk.uploads.get(id) if re.fullmatch(r"[0-9a-f]{64}", id) else None
    if found is None or found.case_id != sender.case_id:
        return None
    file = load(desk, sender.case_id)
    fits = _wanted(file, sender, found.item) and upload_id(file, found.item, found.sha256) == id
    return found if fits else None


def add_piece(desk: Desk, upload: Upload, offset: int, data: bytes) -> Upload | OutOfPlace | Refusal:
    """Put the next bytes of a file where it stands; what is acknowledged outlasts a crash."""
    try:
        added = desk.uploads.add(upload.id, offset, data, desk.clock.now())
    except OSError:
        return full()
    now = desk.uploads.get(upload.id)
    if added and now is not None:
        return now
    return OutOfPlace(now.received if now else 0)


def finish_upload(desk: Desk, sender: Sender, upload: Upload) -> Received | Refusal:
    """All bytes are here: check them against the digest and keep the file. Twice is once.

    A file that is not what was promised, or that can be no paper, is dropped; one that finds no room stays.
    """
    try:
        data = desk.uploads.whole(upload.id)
    except KeyError:
        data = b""
    if sha256(data).hexdigest() != upload.sha256:
        found = paper_with(load(desk, sender.case_id), upload.item, upload.sha256)
        desk.uploads.drop(upload.id)
        if found:
            return Received(found.paper)
        return Refusal("upload.changed", "evidence.refusal.changed", "evidence.way_on.again", where="file")
    by = By(
        actor=sender.actor,
        channel=Channel.WEB,
        key=f"upload:{upload.id}:{upload.paper}",
        cause=sender.link,
    )
    kept = receive_paper(desk, by, sender.case_id, item=upload.item, name=upload.name, data=data, paper=upload.paper)
    if isinstance(kept, Refusal) and kept.rule in ("evidence.full", "record.busy"):
        return kept
    desk.uploads.drop(upload.id)
    if isinstance(kept, Refusal):
        return kept
    found = paper_with(load(desk, sender.case_id), upload.item, upload.sha256)
    assert found is not None, "kept just now or before"
    return Received(found.paper)


def upload_id(file: CaseFile, item: int, digest: str) -> str:
    """The id of a file on its way to an item of the checklist as it now stands."""
    return sha256(f"{file.case.case_id}:{file.case.submissions}:{item}:{digest}".encode()).hexdigest()


def paper_with(file: CaseFile, item: int, digest: str) -> Paper | None:
    """The paper of an item that has this file as a page."""
    return next((paper for paper in file.papers_of(item) if paper.has(digest)), None)


def sweep(desk: Desk, now: datetime) -> int:
    """Forget what stopped on its way too long ago; returns how many."""
    return desk.uploads.sweep(now - timedelta(days=KEPT_DAYS))


def _wanted(file: CaseFile, sender: Sender, item: int) -> Item | None:
    open_items = () if file.case.closed else items_to_send(file.items, file.case.papers)
    if item not in sender.items or item not in open_items:
        return None
    return next(wanted for wanted in file.items if wanted.number == item)
