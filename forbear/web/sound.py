"""A recording sent from the vault, whole or from any place in it (RFC 9110, Range), one piece at a time."""

import re
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from forbear.actions.ports import Desk
from forbear.web.access import desk_of

ENDINGS = {"audio/wav": "wav", "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/mp4": "m4a", "audio/webm": "webm"}


def sound(request: HttpRequest, blob: str, kind: str, name: str = "") -> HttpResponse | StreamingHttpResponse:
    """The bytes that are asked for; `kind`: their media type; with a `name` they are saved and not played."""
    desk = desk_of(request)
    size = desk.vault.size(blob)
    start, end, status = 0, size - 1, 200
    if asked := re.fullmatch(r"bytes=([0-9]{0,15})-([0-9]{0,15})", request.headers.get("Range", "")):
        first, last = asked.groups()
        if first or last:
            start = int(first) if first else max(size - int(last), 0)
            end = min(int(last), size - 1) if first and last else size - 1
            status = 206
            if start > end or start >= size:
                answer = HttpResponse(status=416)
                answer.headers["Content-Range"] = f"bytes */{size}"
                return answer
    body = iter(()) if request.method == "HEAD" else _part(desk, blob, start, end - start + 1)
    streamed = StreamingHttpResponse(body, status=status, content_type=kind)
    streamed.headers["Content-Length"] = str(end - start + 1)
    streamed.headers["Accept-Ranges"] = "bytes"
    streamed.headers["X-Content-Type-Options"] = "nosniff"
    streamed.headers["Cache-Control"] = "private, no-store"
    if status == 206:
        streamed.headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    if name:
        streamed.headers["Content-Disposition"] = f'attachment; filename="{name}.{ENDINGS.get(kind, "bin")}"'
    return streamed


def _part(desk: Desk, blob: str, start: int, length: int) -> Iterator[bytes]:
    for piece in desk.vault.open_stream(blob, start):
        yield piece[:length]
        length -= len(piece)
        if length <= 0:
            return
