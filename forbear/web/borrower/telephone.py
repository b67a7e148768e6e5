"""Her calls with us: she hears what was recorded, and keeps it if she likes. Nobody notes that she did."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse

from forbear.actions.hotline import sound_kept
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.borrower.page import not_found, of_her_case, show, words
from forbear.web.sound import sound


@of_her_case
def calls(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The recordings of calls in this case, newest first."""
    recorded = [
        {"at": one.begun_at, "url": reverse("borrower:recording", args=[file.case.case_id, one.call, blob])}
        for one in reversed(file.talk.calls)
        for blob in one.blobs
    ]
    return show(
        request,
        "contact_calls",
        title=words("telephone.hers.title"),
        file=file,
        back=reverse("borrower:messages", args=[file.case.case_id]),
        recorded=recorded,
    )


@of_her_case
def recording(request: HttpRequest, file: CaseFile, call: str, blob: str) -> HttpResponse | StreamingHttpResponse:
    """One recording, to be played or, with ?save=1, kept as a file."""
    kind = sound_kept(desk_of(request), file, call, blob)
    if isinstance(kind, Refusal):
        return not_found(request)
    return sound(request, blob, kind, name="call" if request.GET.get("save") else "")
