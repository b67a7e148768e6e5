"""What the record shows to everybody: its public key, its newest checkpoint, proofs, and whether a receipt fits.

All of it is hashes and numbers; nothing of any case is told. Programs read the first three (docs/record.md), a person
the page where she checks the receipt of a message.
"""

from base64 import b64encode
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from forbear.actions.ports import LogBroken
from forbear.actions.record_audit import Fit, check_receipt
from forbear.web.access import desk_of
from forbear.web.borrower.page import show, words
from forbear.web.text import moment, reader_language

TEXT = "text/plain; charset=utf-8"
PASTED_MAX = 20_000
"""In so many signs a receipt is looked for: the longest message there is, with what a mail program puts round it."""


def _encoded(path: Sequence[bytes]) -> list[str]:
    return [b64encode(step).decode("ascii") for step in path]


@require_safe
def checkpoint(request: HttpRequest, size: int | None = None) -> HttpResponse:
    """The newest signed note, or the one over `size` events, with what witnesses signed of it."""
    log = desk_of(request).log
    note = log.latest() if size is None else log.at(size)
    if not note:
        return HttpResponse("no checkpoint is kept here\n", content_type=TEXT, status=404)
    return _never_kept(HttpResponse(note, content_type=TEXT))


@require_safe
def proof(request: HttpRequest) -> HttpResponse:
    """?leaf=&size= leads from an event to the root, ?old=&size= from a smaller log to a larger one."""
    log, given = desk_of(request).log, request.GET
    try:
        size = _number(given.get("size"))
        path = (
            log.inclusion(_number(given["leaf"]), size)
            if "leaf" in given
            else log.consistency(_number(given.get("old")), size)
        )
    except ValueError as error:
        return JsonResponse({"error": str(error)}, status=400)
    except LogBroken as broken:
        return _broken(broken)
    return _never_kept(JsonResponse({"size": size, "hashes": _encoded(path)}))


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """The public key as notes name it."""
    return HttpResponse(f"{desk_of(request).log_key.vkey}\n", content_type=TEXT)


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """What leads from the log's first key to the present one, for whoever holds an older one (core/log_keys.py)."""
    desk = desk_of(request)
    try:
        steps = [
            {"leaf": step.leaf, "event": step.body.decode(), "checkpoint": step.note, "hashes": _encoded(step.path)}
            for step in desk.log.steps()
        ]
    except LogBroken as broken:
        return _broken(broken)
    return _never_kept(JsonResponse({"key": desk.log_key.vkey, "steps": steps}))


@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """The page on which she checks the receipt of a message, and where the public key stands for everybody."""
    desk, asked = desk_of(request), request.GET.get("receipt", "").strip()[:PASTED_MAX]
    answer, tone = "", ""
    if asked:
        held = check_receipt(desk, asked)
        at = moment(held.at, reader_language()) if held.at else ""
        answer, tone = words(f"log.page.{held.fit.value}", at=at), "well" if held.fit is Fit.GENUINE else "wrong"
    status = 422 if asked and tone == "wrong" else 200
    shown = {"asked": asked, "answer": answer, "tone": tone, "vkey": desk.log_key.vkey}
    return show(request, "receipt", title=words("log.page.title"), status=status, **shown)


def _number(text: str | None) -> int:
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError("write ?leaf=7&size=100 or ?old=50&size=100, whole numbers")
    return int(text)


def _broken(broken: LogBroken) -> HttpResponse:
    """Whoever checks the log from outside is told that it is damaged, and not that we have a fault."""
    return _never_kept(JsonResponse({"error": str(broken)}, status=503))


def _never_kept(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = "no-store"
    return answer
