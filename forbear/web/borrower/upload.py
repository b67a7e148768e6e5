"""Room 3 on the borrower's site: the door of an upload link, and the pieces in which a file comes (docs/upload.md).

Looking at a link changes nothing, however often a mail scanner does. Its secret stands in the address only until the
code is right; what is posted there is bound to the secret and to the session that asked for the code, so those pages
need no token against forged forms, and could not use one: they tell nobody, themselves included, where they were.
"""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from forbear.actions import contact as verbs
from forbear.actions.ports import Upload
from forbear.actions.upload_links import Opened, ask_code, look_at_link, open_link, renew_link
from forbear.actions.uploads import OutOfPlace, Received, add_piece, begin_upload, finish_upload, upload_of
from forbear.core.codes import DIGITS
from forbear.core.refusal import Refusal
from forbear.core.upload_link import WRONG_CODES_MAX
from forbear.web.access import desk_of, let_in_by_link, link_of
from forbear.web.borrower.doors import Door, by_link, dead_link, on_her_site, on_its_own
from forbear.web.borrower.evidence import refused_file
from forbear.web.borrower.fields import Field, filled
from forbear.web.borrower.page import show, why_not, words
from forbear.web.text import reader_language

READ_BYTES = 256 * 1024
"""So much of a piece is read, sealed and put on the disk at a time: what a dropped line can lose."""
PIECE_TYPE = "application/offset+octet-stream"
_CHALLENGE = "upload-challenge"


@csrf_exempt
def link(request: HttpRequest, token: str) -> HttpResponse:
    """An upload link: who sent it, a code to the number on file, and in. GET and HEAD change nothing."""
    if request.method == "POST":
        response = _posted(request, token)
    else:
        opened = look_at_link(desk_of(request), token)
        if isinstance(opened, Refusal):
            response = dead_link(request)
        elif link_of(request) == opened.link.link:
            response = redirect(reverse("borrower:link_papers"))
        else:
            response = _door(request, opened)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _posted(request: HttpRequest, token: str) -> HttpResponse:
    desk, act = desk_of(request), request.POST.get("act", "")
    opened = look_at_link(desk, token)
    if isinstance(opened, Refusal):
        if act == "renew":
            renew_link(desk, token, address=request.META.get("REMOTE_ADDR", ""))
        return dead_link(request, sent=act == "renew")
    here = redirect(reverse("borrower:link", args=[token]))
    if act == "ask":
        sent = ask_code(desk, token)
        if isinstance(sent, Refusal):
            return dead_link(request) if sent.rule == "upload_link.dead" else _door(request, opened, why_not(sent))
        request.session[_CHALLENGE] = {"link": opened.link.link, "challenge": sent.challenge}
        return here
    challenge = _challenge(request, opened)
    if act != "open" or not challenge:
        return here
    code = "".join(request.POST.get("code", "").split())[:20]
    code = code.translate({full: full - 0xFEE0 for full in range(0xFF10, 0xFF1A)})
    if not (code.isascii() and code.isdigit() and len(code) == DIGITS):
        return _door(request, opened, fault=words("contact.page.fault.code", digits=DIGITS), given=code)
    outcome = open_link(desk, token, challenge=challenge, code=code)
    if isinstance(outcome, Opened):
        request.session.pop(_CHALLENGE, None)
        let_in_by_link(request, outcome.link.link)
        return redirect(reverse("borrower:link_papers"))
    if outcome.rule == "upload_link.dead":
        return dead_link(request)
    return _door(request, opened, fault=words("evidence.page.link.wrong", most=WRONG_CODES_MAX), given=code)


def _challenge(request: HttpRequest, opened: Opened) -> str:
    """The code asked for in this session for this link."""
    mark = request.session.get(_CHALLENGE) or {}
    return str(mark["challenge"]) if mark.get("link") == opened.link.link else ""


def _door(request: HttpRequest, opened: Opened, message: str = "", fault: str = "", given: str = "") -> HttpResponse:
    """Before the code the page says who asks and nothing about her or her case."""
    desk = desk_of(request)
    asked = bool(_challenge(request, opened))
    hint = words("evidence.page.link.code_hint", minutes=verbs.CODE_MINUTES)
    field = Field("code", "code", words("evidence.page.link.code"), hint, autocomplete="one-time-code")
    lender = desk.lender if reader_language() == "zh" else desk.lender_en
    return show(
        request,
        "link",
        title=words(f"evidence.page.link.{'code_title' if asked else 'title'}"),
        status=422 if message or fault else 200,
        asked=asked,
        message=message,
        why=words("evidence.page.link.code_why", digits=DIGITS) if asked else "",
        what=words("evidence.page.link.what", lender=lender),
        fields=filled([field], {"code": given}, {"code": fault} if fault else {}) if asked else (),
        **on_its_own(request),
    )


# ---- a file in pieces --------------------------------------------------------------------------------------------


def _begin_upload(request: HttpRequest, door: Door, number: int) -> HttpResponse:
    """Begin a file or go on with it: what it is called, how large it is, its digest. Answers where it stands."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    given = {name: request.POST.get(name, "") for name in ("name", "size", "sha256", "paper")}
    begun = begin_upload(
        desk_of(request),
        door.sender,
        item=number,
        name=given["name"][-80:],
        size=_whole(given["size"]) or 0,
        digest=given["sha256"],
        paper=given["paper"],
    )
    if isinstance(begun, Refusal):
        return _fault(begun, given["name"][-80:])
    if isinstance(begun, Received):
        return JsonResponse({"paper": begun.paper})
    answer = JsonResponse({"url": door.url("piece", number, begun.id), "offset": begun.received})
    return _at(answer, begun)


def _piece(request: HttpRequest, door: Door, number: int, upload: str) -> HttpResponse:
    """HEAD says where a file stands; PATCH puts bytes there. With its last byte the file is checked and kept."""
    found = upload_of(desk_of(request), door.sender, upload)
    if found is None or found.item != number:
        return HttpResponse(status=404)
    if request.method == "HEAD":
        return _at(HttpResponse(), found)
    if request.method != "PATCH":
        return HttpResponse(status=405, headers={"Allow": "HEAD, PATCH"})
    offset = _whole(request.headers.get("Upload-Offset", ""))
    if offset is None or request.content_type != PIECE_TYPE:
        return _at(HttpResponse(status=400 if offset is None else 415), found)
    stands: Upload | OutOfPlace | Refusal = found if found.received == offset else OutOfPlace(found.received)
    while isinstance(stands, Upload) and (data := _read(request)):
        stands = add_piece(desk_of(request), stands, stands.received, data)
    if isinstance(stands, Refusal):
        return _fault(stands, found.name)
    if isinstance(stands, OutOfPlace):
        return _at(HttpResponse(status=409), found, stands.received)
    if stands.received < stands.size:
        return _at(HttpResponse(status=204), stands)
    kept = finish_upload(desk_of(request), door.sender, stands)
    return _fault(kept, found.name) if isinstance(kept, Refusal) else JsonResponse({"paper": kept.paper})


def _read(request: HttpRequest) -> bytes:
    """The next bytes of a piece; b"" at its end, and where the line was cut: what came before stays."""
    try:
        return request.read(READ_BYTES)
    except UnreadablePostError:
        return b""


def _at(response: Any, upload: Upload, received: int | None = None) -> Any:
    response.headers["Upload-Offset"] = str(upload.received if received is None else received)
    response.headers["Upload-Length"] = str(upload.size)
    return response


def _fault(refusal: Refusal, name: str) -> HttpResponse:
    """What is wrong, as the page shows it beside the file; 507 where the disk is full and trying again may help."""
    status = 507 if refusal.rule == "evidence.full" else 422
    return JsonResponse({"fault": refused_file(refusal, name)}, status=status)


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else None


begin_upload_page, link_begin_upload = on_her_site(_begin_upload), by_link(_begin_upload)
piece, link_piece = on_her_site(_piece), by_link(_piece)
