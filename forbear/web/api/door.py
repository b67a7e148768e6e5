"""The door for machines: an API key in `Authorization: Bearer …`, JSON in and out, errors that name the field.

Keys are kept as SHA-256 in the setting API_KEYS, each with what it is for (core/api_keys.py); a request without one
learns nothing but that it needs one.
"""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from forbear.core.api_keys import ApiKey, Scope
from forbear.core.contact import Actor, Auth, Role
from forbear.core.refusal import Refusal
from forbear.web import text
from forbear.words import LANGUAGES, say

BODY_BYTES_MAX = 64 * 1024
View = Callable[..., HttpResponse]


def machine_required(method: str, scope: Scope) -> Callable[[View], View]:
    """A view for one method and a known key that is for this; sets `request.machine`, the Actor its acts are recorded
    under.
    """

    def guard(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            key = _key(request)
            if key is None:
                return error(401, "key", "api.fault.key")
            if request.method != method:
                return _other_method(method)
            if not key.may(scope):
                return error(403, "key", "api.fault.scope", scope=scope.value)
            request.machine = Actor(Role.LENDER_CORE, key.name, Auth.API_KEY)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return guarded

    return guard


def machine_of(request: HttpRequest) -> Actor:
    """Whose key it is, as `machine_required` found."""
    machine: Actor = request.machine  # type: ignore[attr-defined]
    return machine


def by_method(**views: View) -> View:
    """One address with several methods, each a view of its own: `by_method(GET=show, DELETE=remove)`."""

    @csrf_exempt
    def chosen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view = views.get(request.method or "")
        if view is not None:
            return view(request, *args, **kwargs)
        return error(401, "key", "api.fault.key") if _key(request) is None else _other_method(", ".join(views))

    return chosen


def _other_method(allowed: str) -> HttpResponse:
    answer = error(405, "method", "api.fault.method", method=allowed)
    answer.headers["Allow"] = allowed
    return answer


def _key(request: HttpRequest) -> ApiKey | None:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key.strip():
        return None
    digest = sha256(key.strip().encode()).hexdigest()
    fits = [known for known in settings.API_KEYS if compare_digest(known.digest, digest)]
    return fits[0] if fits else None


def body_of(request: HttpRequest, known: Mapping[str, type]) -> dict[str, Any] | HttpResponse:
    """The JSON object of a request. Unknown keys are refused by name, and values of another kind."""
    if len(request.body) > BODY_BYTES_MAX:
        return error(413, "", "api.fault.large")
    try:
        given = json.loads(request.body, parse_float=_no_float)
    except ValueError:
        return error(400, "", "api.fault.json")
    if not isinstance(given, dict):
        return error(400, "", "api.fault.json")
    for name, value in given.items():
        if name not in known:
            return error(400, name, "api.fault.unknown", field=name)
        if not isinstance(value, known[name]) or (isinstance(value, bool) and known[name] is not bool):
            return error(422, name, "api.fault.kind", field=name)
    return given


def _no_float(text: str) -> str:
    raise ValueError(f"{text}: amounts are texts")


def error(status: int, field: str, key: str, /, **facts: object) -> JsonResponse:
    """An error as JSON: a code, the field at fault ("" for none) and a sentence in both languages."""
    code = key.rpartition(".")[2]
    said = {language: say(language, key, **facts) for language in LANGUAGES}
    return JsonResponse({"error": {"code": code, "field": field, "message": said}}, status=status)


def refused(refusal: Refusal, field: str = "") -> JsonResponse:
    """A refusal as JSON: 409 when somebody was faster or a key was used for something else, else 422."""
    status = 409 if refusal.rule.startswith("record.") or refusal.rule == "payments.reference" else 422
    shown = {"code": refusal.rule, "field": field or refusal.where, "message": said_of(refusal)}
    return JsonResponse({"error": shown}, status=status)


def said_of(refusal: Refusal) -> dict[str, str]:
    """A refusal in both languages, reason and way on."""
    return {language: text.refused(refusal, language) for language in LANGUAGES}
