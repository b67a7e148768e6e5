"""Room 3 on the borrower's site: the checklist, a plain upload or the camera for each thing, what came of it."""

from collections.abc import Sequence
from hashlib import sha256

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.evidence import receive_paper
from forbear.core.evidence import FILE_BYTES_MAX, FILES_PER_ITEM_MAX, Item, PaperState
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web.access import case_for_borrower, desk_of
from forbear.web.borrower.fields import Field
from forbear.web.borrower.page import by_her, day, done_words, of_her_case, show, to, why_not, words
from forbear.web.text import papers_for, reader_language, why_asked

MEGABYTES = FILE_BYTES_MAX // (1024 * 1024)
ACCEPT = "image/*,.heic,.heif,application/pdf"
_STATES = {
    PaperState.WANTED: "needed",
    PaperState.RECEIVED: "ours",
    PaperState.ACCEPTED: "done",
    PaperState.REFUSED: "needed",
    PaperState.WAIVED: "done",
}


@of_her_case
def papers(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """What is needed, what came, what is still open."""
    return _papers(request, file)


@of_her_case
def send_papers(request: HttpRequest, file: CaseFile, number: int) -> HttpResponse:
    """Files for one item. Each is kept or refused by name; what was kept stays kept."""
    if request.method != "POST":
        return to("papers", file)
    sent = [*request.FILES.getlist("files"), *request.FILES.getlist("camera")]
    if not sent:
        return _papers(request, file, number, [words("evidence.page.fault.none")])
    faults = [fault for one in sent[:FILES_PER_ITEM_MAX] if (fault := _kept(request, file, number, one))]
    if len(sent) > FILES_PER_ITEM_MAX:
        faults.append(words("evidence.page.fault.many", most=FILES_PER_ITEM_MAX))
    if faults:
        return _papers(request, case_for_borrower(request, file.case.case_id), number, faults)
    return to("papers", file, done=f"got-{number}")


def _kept(request: HttpRequest, file: CaseFile, number: int, one: UploadedFile) -> str:
    """Keep one file; what is wrong with it otherwise, naming it."""
    name = (one.name or "")[-80:]
    if one.size is not None and one.size > FILE_BYTES_MAX:
        return words("evidence.page.fault.large", name=name, megabytes=MEGABYTES)
    data = one.read()
    by = by_her(request, file, f"paper-{number}", sha256(data).hexdigest(), seen=False)
    outcome = receive_paper(desk_of(request), by, file.case.case_id, item=number, name=name, data=data)
    if not isinstance(outcome, Refusal):
        return ""
    known = {"evidence.empty": "empty", "evidence.type": "type", "evidence.size": "large"}
    if outcome.rule in known:
        return words(f"evidence.page.fault.{known[outcome.rule]}", name=name, megabytes=MEGABYTES)
    return why_not(outcome)


def _papers(
    request: HttpRequest, file: CaseFile, wrong: int = 0, faults: Sequence[str] = (), message: str = ""
) -> HttpResponse:
    items = [_shown(file, item, " ".join(faults) if item.number == wrong else "") for item in file.items]
    chosen = bool(file.case.requested or file.case.outcome)
    names = {f"got-{item.number}": _got(file, item) for item in file.items}
    return show(
        request,
        "evidence",
        title=words("evidence.page.list.title"),
        file=file,
        status=422 if faults or message else 200,
        back=reverse("borrower:case", args=[file.case.case_id]),
        why=words("evidence.page.list.why" if items else "evidence.page.list.none"),
        by=_by(file),
        held=_held(file),
        message=message,
        done=done_words(request, names),
        items=items,
        all_fields=[field for item in items for field in item["fields"]],
        on_url=reverse(f"borrower:{'case' if chosen else 'offers'}", args=[file.case.case_id]),
        on=words(f"evidence.page.list.{'on_case' if chosen else 'on_offers'}"),
    )


def _by(file: CaseFile) -> str:
    if file.case.papers_there or file.case.papers_by_on is None:
        return ""
    return words("site.page.case.now.papers_by", date=day(file.case.papers_by_on))


def _held(file: CaseFile) -> str:
    """What she need not send, since it is there already."""
    needs = dict.fromkeys(words(f"evidence.page.need.{one.need}") for one in file.held)
    return words("evidence.page.list.held", needs=words("evidence.page.list.or").join(needs)) if needs else ""


def _got(file: CaseFile, item: Item) -> str:
    names = words("evidence.page.list.or").join(p.facts.name for p in file.papers_of(item.number) if p.facts)
    return words("evidence.page.list.got", names=names)


def _shown(file: CaseFile, item: Item, fault: str) -> dict[str, object]:
    state = file.case.papers.get(item.number, PaperState.WANTED)
    if state is PaperState.WANTED and item.need == "own-plan" and file.case.requested == "own-table":
        state = PaperState.RECEIVED
    files = [
        words("evidence.page.list.received_file", name=paper.facts.name, date=day(paper.at))
        for paper in file.papers_of(item.number)
        if paper.facts
    ]
    open_for_more = state not in (PaperState.ACCEPTED, PaperState.WAIVED) and not file.case.closed
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
        "reason": file.paper_reasons.get(item.number, "") if state is PaperState.REFUSED else "",
        "files": files,
        "fields": _fields(item, fault) if open_for_more else [],
        "url": reverse("borrower:send_papers", args=[file.case.case_id, item.number]),
    }


def _fields(item: Item, fault: str) -> list[Field]:
    hint = words("evidence.page.list.upload_hint", megabytes=MEGABYTES)
    upload, camera = words("evidence.page.list.upload"), words("evidence.page.list.camera")
    number = item.number
    return [
        Field("files", "file", upload, hint, many=True, accept=ACCEPT, fault=fault, id_suffix=f"-{number}"),
        Field("camera", "file", camera, capture=True, accept="image/*", id_suffix=f"-{number}"),
    ]
