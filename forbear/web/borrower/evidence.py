"""Room 3 on the borrower's site: the checklist, sending files for each thing, and what came of each.

The same pages stand behind an upload link (forbear/web/borrower/doors.py). A plain form sends files whole; where the
browser can, forbear/web/static/forbear/upload.js sends them in pieces to forbear/web/borrower/upload.py instead.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.evidence import receive_paper
from forbear.actions.record import By, load
from forbear.actions.upload_links import send_link
from forbear.actions.uploads import paper_with
from forbear.core.contact import Channel
from forbear.core.evidence import FILE_BYTES_MAX, FILES_PER_ITEM_MAX, Item, PaperState
from forbear.core.file import CaseFile, Paper
from forbear.core.refusal import Refusal
from forbear.core.upload_link import items_to_send
from forbear.web.access import desk_of
from forbear.web.borrower.confirm import read_of, wages_of
from forbear.web.borrower.doors import STOP_ASKING, Door, by_link, on_her_site, on_its_own, to_papers
from forbear.web.borrower.fields import Field, Option
from forbear.web.borrower.health_papers import consent_done, consent_of
from forbear.web.borrower.page import by_her, day, done_words, press, show, why_not, words
from forbear.web.text import papers_for, reader_language, why_asked

MEGABYTES = FILE_BYTES_MAX // (1024 * 1024)
ONE = "one"
"""Chosen where the files sent together are pages of one new paper."""
ACCEPT = "image/*,.heic,.heif,application/pdf"
WATCHED = timedelta(minutes=3)
"""So long after its last page came a paper's verdict is waited for on the page."""
_STATES = {
    PaperState.WANTED: "needed",
    PaperState.RECEIVED: "ours",
    PaperState.ACCEPTED: "done",
    PaperState.REFUSED: "needed",
    PaperState.WAIVED: "done",
}
log = logging.getLogger(__name__)


def _papers(request: HttpRequest, door: Door) -> HttpResponse:
    """What is needed, what came, what is still open."""
    return _list(request, door)


def _send_papers(request: HttpRequest, door: Door, number: int) -> HttpResponse:
    """Files for one item. Each is kept or refused by name; what was kept stays kept."""
    if request.method != "POST":
        return to_papers(door)
    if all(item.number != number for item in door.items):
        return _list(request, door, message=why_not(Refusal("item", "evidence.refusal.item", "evidence.way_on.list")))
    sent = [*request.FILES.getlist("files"), *request.FILES.getlist("camera")]
    if not sent:
        return _list(request, door, number, [words("evidence.page.fault.none")])
    chosen, faults = request.POST.get("paper", ""), []
    paper = "" if chosen == ONE else chosen
    for one in sent[:FILES_PER_ITEM_MAX]:
        kept = _kept(request, door, number, one, paper)
        if isinstance(kept, str):
            faults.append(kept)
        elif chosen == ONE:
            paper = kept.paper
    if len(sent) > FILES_PER_ITEM_MAX:
        faults.append(words("evidence.page.fault.many", most=FILES_PER_ITEM_MAX))
    if faults:
        return _list(request, door, number, faults)
    return to_papers(door, f"got-{number}")


def _kept(request: HttpRequest, door: Door, number: int, one: UploadedFile, paper: str) -> Paper | str:
    """Keep one file; the paper it is a page of, or what is wrong with it, naming it."""
    name = (one.name or "")[-80:]
    if one.size is not None and one.size > FILE_BYTES_MAX:
        return words("evidence.page.fault.large", name=name, megabytes=MEGABYTES)
    data = one.read()
    digest = sha256(data).hexdigest()
    by = By(
        actor=door.sender.actor,
        channel=Channel.WEB,
        key=f"web:{door.sender.case_id}:paper-{number}:{press(request, digest)}",
        cause=door.sender.link,
    )
    desk = desk_of(request)
    outcome = receive_paper(desk, by, door.sender.case_id, item=number, name=name, data=data, paper=paper)
    if isinstance(outcome, Refusal):
        return refused_file(outcome, name)
    kept = paper_with(_now(request, door).file, number, digest)
    return kept if kept is not None else words("evidence.page.sending.failed")


def refused_file(refusal: Refusal, name: str) -> str:
    """Why a file was not kept, naming it."""
    if refusal.rule == "evidence.full":
        log.error("a paper was not kept: the disk takes nothing")
    known = {"evidence.empty": "empty", "evidence.type": "type", "evidence.size": "large"}
    if refusal.rule in known:
        return words(f"evidence.page.fault.{known[refusal.rule]}", name=name, megabytes=MEGABYTES)
    return why_not(refusal)


def _papers_state(request: HttpRequest, door: Door, number: int) -> HttpResponse:
    """The papers of one item, asked for again by the page itself; 204 while nothing has changed."""
    item = next((item for item in door.items if item.number == number), None)
    if item is None or request.method not in ("GET", "HEAD"):
        return HttpResponse(status=STOP_ASKING)
    came = _came(request, door, item)
    if request.GET.get("known") == came.mark:
        return HttpResponse(status=204)
    return show(request, "parts/papers", title="", came=came)


def _link_to_phone(request: HttpRequest, door: Door) -> HttpResponse:
    """A link to her own telephone, for photos that are not on this machine."""
    if request.method != "POST":
        return to_papers(door)
    items = items_to_send(door.file.items, door.file.case.papers)
    by = by_her(request, door.file, "link", items, seen=False)
    outcome = send_link(desk_of(request), by, door.sender.case_id, items)
    if isinstance(outcome, Refusal):
        return _list(request, door, message=why_not(outcome))
    return to_papers(door, "link")


papers, link_papers = on_her_site(_papers), by_link(_papers)
send_papers, link_send_papers = on_her_site(_send_papers), by_link(_send_papers)
papers_state, link_papers_state = on_her_site(_papers_state), by_link(_papers_state)
link_to_phone = on_her_site(_link_to_phone)


# ---- the page ----------------------------------------------------------------------------------------------------


def _list(
    request: HttpRequest, door: Door, wrong: int = 0, faults: Sequence[str] = (), message: str = ""
) -> HttpResponse:
    door = _now(request, door)
    file = door.file
    items = [_shown(request, door, item, " ".join(faults) if item.number == wrong else "") for item in door.items]
    chosen = bool(file.case.requested or file.case.outcome)
    done = {f"got-{item.number}": _got(door, item) for item in door.items}
    done |= {"link": words("evidence.page.list.to_phone_done"), "confirmed": words("evidence.page.confirm.got")}
    until = words("evidence.page.link.until", date=day(door.link.expires_at)) if door.link else ""
    return show(
        request,
        "evidence",
        title=words("evidence.page.list.title"),
        file=file,
        status=422 if faults or message else 200,
        back=None if door.link else reverse("borrower:case", args=[file.case.case_id]),
        why=words("evidence.page.list.why" if items else "evidence.page.list.none"),
        by=until or _by(file),
        held=_held(file),
        message=message,
        done=done_words(request, done | consent_done()),
        items=items,
        all_fields=[field for item in items for field in item["fields"]],
        by_link=door.link is not None,
        may_link=door.link is None and bool(items_to_send(file.items, file.case.papers)) and not file.case.closed,
        megabytes=MEGABYTES,
        bytes_max=FILE_BYTES_MAX,
        on_url=reverse(f"borrower:{'case' if chosen else 'offers'}", args=[file.case.case_id]),
        on=words(f"evidence.page.list.{'on_case' if chosen else 'on_offers'}"),
        **(on_its_own(request) if door.link else {}),
    )


def _now(request: HttpRequest, door: Door) -> Door:
    """The door as the case stands now, after what was sent."""
    return Door(load(desk_of(request), door.sender.case_id), door.sender, door.link)


def _by(file: CaseFile) -> str:
    if file.case.papers_there or file.case.papers_by_on is None:
        return ""
    return words("site.page.case.now.papers_by", date=day(file.case.papers_by_on))


def _held(file: CaseFile) -> str:
    """What she need not send, since it is there already."""
    needs = dict.fromkeys(words(f"evidence.page.need.{one.need}") for one in file.held)
    return words("evidence.page.list.held", needs=words("evidence.page.list.or").join(needs)) if needs else ""


def _got(door: Door, item: Item) -> str:
    names = [page.name for paper in door.papers_of(item.number) for page in paper.pages if page]
    return words("evidence.page.list.got", names=words("evidence.page.list.or").join(names))


def _shown(request: HttpRequest, door: Door, item: Item, fault: str) -> dict[str, object]:
    file = door.file
    state = file.case.papers.get(item.number, PaperState.WANTED)
    if state is PaperState.WANTED and item.need == "own-plan" and file.case.requested == "own-table":
        state = PaperState.RECEIVED
    open_for_more = state not in (PaperState.ACCEPTED, PaperState.WAIVED) and not file.case.closed
    consent = consent_of(request, door, item)
    waits_for_consent = bool(consent and consent["asked"])
    notes = [words("evidence.page.list.optional")] if item.optional else []
    notes += [words("evidence.page.list.health")] if item.health else []
    return {
        "number": item.number,
        "title": words(f"evidence.page.need.{item.need}"),
        "state": "later" if item.optional and state is PaperState.WANTED else _STATES[state],
        "state_words": words(f"evidence.page.state.{state}"),
        "what": words("evidence.page.list.what", papers=papers_for(item, reader_language())),
        "why": why_asked(item, reader_language()),
        "form_url": reverse("borrower:own_plan", args=[file.case.case_id]) if "own-plan" in item.kinds else "",
        "notes": notes,
        "reason": file.paper_reasons.get(item.number, "") if state is PaperState.REFUSED and not door.link else "",
        "came": _came(request, door, item),
        "stopped": _stopped(request, door, item) if open_for_more else [],
        "fields": _fields(item, door.papers_of(item.number), fault) if open_for_more and not waits_for_consent else [],
        "consent": consent if open_for_more or not waits_for_consent else None,
        "url": door.url("send_papers", item.number),
        "begin_url": door.url("begin_upload", item.number),
        "done_url": f"{door.url('papers')}?done=got-{item.number}",
    }


def _stopped(request: HttpRequest, door: Door, item: Item) -> list[str]:
    """Files of an item that stopped on their way; on her own site alone, since their names may tell of her."""
    on_the_way = () if door.link else desk_of(request).uploads.of_case(door.sender.case_id)
    return [
        words("evidence.page.read.stopped", name=upload.name, percent=100 * upload.received // upload.size)
        for upload in on_the_way
        if upload.item == item.number and paper_with(door.file, item.number, upload.sha256) is None
    ]


def _fields(item: Item, papers: Sequence[Paper], fault: str) -> list[Field]:
    hint = words("evidence.page.list.upload_hint", megabytes=MEGABYTES)
    upload, camera = words("evidence.page.list.upload"), words("evidence.page.list.camera")
    suffix = f"-{item.number}"
    fields = [
        Field("files", "file", upload, hint, many=True, accept=ACCEPT, fault=fault, id_suffix=suffix),
        Field("camera", "file", camera, capture=True, accept="image/*", id_suffix=suffix),
    ]
    whose = [Option("", words("evidence.page.list.whose_each")), Option(ONE, words("evidence.page.list.whose_one"))]
    whose += [
        Option(paper.paper, words("evidence.page.list.whose_more", name=paper.facts.name))
        for paper in papers
        if paper.facts
    ]
    label, both_sides = words("evidence.page.list.whose"), ONE if item.need == "identity" else ""
    fields.append(Field("paper", "select", label, options=tuple(whose), value=both_sides, id_suffix=suffix))
    return fields


# ---- what came of each paper --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Came:
    """The papers of an item as she sees them. `mark` changes when what is shown changes; `ask`: the page asks again."""

    number: int
    papers: tuple[dict[str, object], ...]
    wages: str
    ask: bool
    mark: str
    url: str
    again_url: str


def _came(request: HttpRequest, door: Door, item: Item) -> Came:
    now = desk_of(request).clock.now()
    papers = door.papers_of(item.number)
    settled = door.file.case.papers.get(item.number) in (PaperState.ACCEPTED, PaperState.WAIVED)
    fresh = {paper.paper for paper in papers if now - paper.changed_at < WATCHED}
    there = [paper for paper in papers if paper.facts]
    shown = tuple({**_paper(paper, settled, paper.paper in fresh), "read": read_of(door, paper)} for paper in there)
    wages = "" if item.health or settled else wages_of(request, there)
    ask = not settled and any(paper.legible is None and paper.paper in fresh for paper in papers)
    mark = sha256(repr((shown, wages, ask)).encode()).hexdigest()[:16]
    url = f"{door.url('papers_state', item.number)}?known={mark}"
    return Came(item.number, shown, wages, ask, mark, url, f"{door.url('papers')}#item-{item.number}")


def _paper(paper: Paper, settled: bool, fresh: bool) -> dict[str, object]:
    """One paper: its name, how many pages, whether it can be read and, where not, what to do. One that no machine has
    read in good time is a person's to look at.
    """
    assert paper.facts is not None, "an erased paper is not shown"
    pages = len(paper.pages)
    reading = paper.reading
    state = "legible" if paper.legible else "illegible"
    if paper.legible is None:
        state = "looking" if fresh else "person"
    elif paper.legible and reading is not None and reading.by == "person":
        state = "person"
    faults = reading.faults if reading is not None else ()
    return {
        "name": words("evidence.page.list.received_file", name=paper.facts.name, date=day(paper.at)),
        "pages": words("evidence.page.list.pages", count=pages) if pages > 1 else "",
        "state": "" if settled else words(f"evidence.page.read.{state}"),
        "bad": state == "illegible" and not settled,
        "to_do": [
            (words("evidence.page.read.page", number=fault.page) if fault.page and pages > 1 else "")
            + words(f"evidence.page.fault.{fault.code}")
            for fault in faults
            if not settled
        ],
    }
