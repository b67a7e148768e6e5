"""The telephone system's door: POST /api/telephone/events tells of a call, PUT /api/telephone/recordings/<its id>
brings the recording. Both are signed (core/signed_request.py) under FORBEAR_CTI_SECRETS; docs/telephone.md.

What is wrong with a request is said and counted, and no answer tells anything of a case. A recording is signed by the
digest of its bytes, so that the signature is looked at before 200 MB are taken.
"""

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import wraps
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.request import RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from forbear.actions.hotline import call_answered, call_begun, call_ended, recording
from forbear.actions.hotline_sound import RECORDING_BYTES_MAX
from forbear.actions.ports import Answered, Desk, VaultFull
from forbear.core.cti import CALL_MAX, read_event
from forbear.core.refusal import Refusal
from forbear.core.signed_request import fault
from forbear.core.telephone_call import Step
from forbear.web.access import desk_of
from forbear.web.api.door import BODY_BYTES_MAX, error, refused

CHUNK = 64 * 1024
STEPS = {Step.BEGUN: call_begun, Step.ANSWERED: call_answered, Step.ENDED: call_ended}
STATUS = {"telephone.not_recorded": 409, "telephone.long": 413, "telephone.kind": 415}
View = Callable[..., HttpResponse]


def method_required(method: str) -> Callable[[View], View]:
    """A view for one method; it looks at signatures itself and has no cookies to guard."""

    def guard(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == method:
                return view(request, *args, **kwargs)
            answer = error(405, "method", "api.fault.method", method=method)
            answer.headers["Allow"] = method
            return answer

        return guarded

    return guard


@method_required("POST")
def events(request: HttpRequest) -> HttpResponse:
    """One event of one call, as JSON or as a form; the answer to a repeat of its id is the first answer."""
    desk = desk_of(request)
    body = _body(request)
    if body is None:
        desk.calls.count("large")
        return error(413, "", "api.fault.large")
    if refusal := _unsigned(request, body):
        return refusal
    id, digest = request.headers["webhook-id"], sha256(body).hexdigest()
    if before := _before(desk, id, digest):
        return before
    given = _fields(request, body)
    if given is None:
        desk.calls.count("unreadable")
        return error(400, "", "telephone.api.body")
    sent_at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
    read = read_event(given, sent_at)
    if isinstance(read, Refusal):
        desk.calls.count("fields")
        return refused(read)
    if read.unknown:
        desk.calls.count("unknown-keys")
    call = STEPS[read.event.step](desk, read.event)
    told = {"call": call.call, "event": read.event.step.value, "ignored": list(read.unknown)}
    return _answer(desk, id, digest, 200, told)


@method_required("PUT")
def recordings(request: HttpRequest, call: str) -> HttpResponse:
    """The recording of a call. Content-Digest: sha-256=:…: names its bytes; signed is "<call>\\n<Content-Digest>"."""
    desk = desk_of(request)
    named = request.headers.get("Content-Digest", "")
    if refusal := _unsigned(request, f"{call}\n{named}".encode("utf-8", "surrogatepass")):
        return refusal
    digest = _sha256(named)
    if not digest or not call or len(call) > CALL_MAX:
        desk.calls.count("fields")
        return error(422, "Content-Digest", "telephone.api.digest")
    id = request.headers["webhook-id"]
    if before := _before(desk, id, digest):
        return before
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > RECORDING_BYTES_MAX:
        desk.calls.count("recording-long")
        return error(413, "", "telephone.refusal.long", most=RECORDING_BYTES_MAX // 1024 // 1024)
    try:
        kept = recording(desk, call, _stream(request), sha256=digest)
    except VaultFull:
        return error(503, "", "telephone.api.full")
    except UnreadablePostError:
        desk.calls.count("recording-cut")
        return error(400, "", "telephone.refusal.hash")
    if isinstance(kept, Refusal):
        answer = refused(kept)
        answer.status_code = STATUS.get(kept.rule, 422)
        return answer
    return _answer(desk, id, digest, 201, {"call": kept.call, "sha256": digest})


def _body(request: HttpRequest) -> bytes | None:
    """The request's body; None when it is longer than an event can be, of which no more is read than that."""
    try:
        body = request.read(BODY_BYTES_MAX + 1)
    except (UnreadablePostError, RawPostDataException):
        return b""
    return body if len(body) <= BODY_BYTES_MAX else None


def _stream(request: HttpRequest) -> Iterator[bytes]:
    while chunk := request.read(CHUNK):
        yield chunk


def _unsigned(request: HttpRequest, body: bytes) -> HttpResponse | None:
    """401 with what is wrong with the signature, or None."""
    desk = desk_of(request)
    if not settings.CTI_SECRETS:
        return error(401, "", "telephone.api.shut")
    wrong = fault(
        settings.CTI_SECRETS,
        id=request.headers.get("webhook-id", ""),
        timestamp=request.headers.get("webhook-timestamp", ""),
        signatures=request.headers.get("webhook-signature", ""),
        body=body,
        now=int(desk.clock.now().timestamp()),
    )
    if not wrong:
        return None
    desk.calls.count(wrong)
    return error(401, "webhook-timestamp" if wrong == "clock" else "webhook-signature", f"telephone.api.{wrong}")


def _before(desk: Desk, id: str, digest: str) -> HttpResponse | None:
    """The answer this id got the first time; 409 when it was used for something else."""
    before = desk.calls.answered(id)
    if before is None:
        return None
    desk.calls.count("repeated")
    if before.digest != digest:
        return error(409, "webhook-id", "telephone.api.reused")
    return HttpResponse(before.body, status=before.status, content_type="application/json")


def _answer(desk: Desk, id: str, digest: str, status: int, told: Mapping[str, object]) -> HttpResponse:
    answer = JsonResponse(told, status=status)
    desk.calls.remember(id, Answered(digest, status, answer.content.decode()), desk.clock.now())
    return answer


def _fields(request: HttpRequest, body: bytes) -> dict[str, Any] | None:
    """What was sent, as JSON or as a form (user[]=…, several of a name make a list); None when it is neither."""
    if request.content_type == "application/x-www-form-urlencoded":
        try:
            form = QueryDict(body, encoding="utf-8")
        except (ValueError, UnicodeError):
            return None
        return {name: form.getlist(name) if len(form.getlist(name)) > 1 else form[name] for name in form}
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


def _sha256(named: str) -> str:
    """The SHA-256 in hexadecimal of a Content-Digest (RFC 9530); "" when it names none."""
    for part in named.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "sha-256" and value.startswith(":") and value.endswith(":"):
            try:
                raw = b64decode(value[1:-1], validate=True)
            except (NotBase64, ValueError):
                return ""
            return raw.hex() if len(raw) == 32 else ""
    return ""
