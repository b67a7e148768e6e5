"""A call that the machine took and that belongs to no case: what the caller left, for whoever sees to the task."""

from collections.abc import Iterator
from itertools import chain

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, staff_required


@staff_required(WORKERS)
@require_safe
def recording(request: HttpRequest, task: int) -> HttpResponseBase:
    """The recording of a task that is open, straight from the vault, for those who work on cases; kept in no cache."""
    desk = desk_of(request)
    item = next((one for one in desk.agenda.given_up() if one.id == task and one.kind == "answered"), None)
    if item is None or not item.body["recording"]:
        raise Http404
    response = StreamingHttpResponse(_stream(request, str(item.body["recording"])), content_type="audio/wav")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _stream(request: HttpRequest, blob: str) -> Iterator[bytes]:
    """The sound's bytes; the first of them now, so that one that is not there any more is a 404."""
    try:
        pieces = iter(desk_of(request).vault.open_stream(blob))
        first = next(pieces, b"")
    except KeyError as gone:
        raise Http404 from gone
    return chain([first], pieces)
