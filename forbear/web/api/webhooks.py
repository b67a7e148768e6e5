"""/api/webhooks: the endpoints that are told what happens, how the last messages fared, and telling them again.

A secret is shown once, when it is made; later only the endpoint's own messages show that it holds.
"""

from datetime import UTC
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from forbear.actions import webhooks as verbs
from forbear.core.api_keys import Scope
from forbear.core.codec import instant
from forbear.core.refusal import Refusal
from forbear.core.webhooks import Endpoint, Standing
from forbear.web.access import desk_of
from forbear.web.api.door import body_of, by_method, error, machine_required, refused

FIELDS: dict[str, type] = {"url": str, "events": list, "standing": str}


@machine_required("POST", Scope.WEBHOOKS)
def add(request: HttpRequest) -> HttpResponse:
    """A new endpoint; the answer holds its secret."""
    given = body_of(request, {"url": str, "events": list})
    if isinstance(given, HttpResponse):
        return given
    for name in ("url", "events"):
        if not given.get(name):
            return error(422, name, "api.fault.missing", field=name)
    if fault := _events_fault(given):
        return fault
    added = verbs.add(desk_of(request), given["url"], given["events"])
    return refused(added) if isinstance(added, Refusal) else JsonResponse(_shown(added, secret=True), status=201)


@machine_required("GET", Scope.WEBHOOKS)
def every(request: HttpRequest) -> HttpResponse:
    """All endpoints."""
    return JsonResponse({"webhooks": [_shown(endpoint) for endpoint in desk_of(request).webhooks.all()]})


@machine_required("GET", Scope.WEBHOOKS)
def one(request: HttpRequest, webhook: str) -> HttpResponse:
    """An endpoint and its last hundred attempts, the newest first."""
    desk = desk_of(request)
    endpoint = desk.webhooks.get(webhook)
    if endpoint is None:
        return _none()
    attempts = [
        {"message": tried.message, "at": instant(tried.at), "status": tried.status or None, "error": tried.error}
        for tried in desk.webhooks.attempts(webhook)
    ]
    return JsonResponse({**_shown(endpoint), "attempts": attempts})


@machine_required("PATCH", Scope.WEBHOOKS)
def change(request: HttpRequest, webhook: str) -> HttpResponse:
    """Another address, other events, or `standing`: on, paused."""
    given = body_of(request, FIELDS)
    if isinstance(given, HttpResponse):
        return given
    desk = desk_of(request)
    endpoint = desk.webhooks.get(webhook)
    if endpoint is None:
        return _none()
    if fault := _events_fault(given):
        return fault
    standing = given.get("standing", endpoint.standing.value)
    if standing not in (Standing.ON, Standing.PAUSED) and standing != endpoint.standing:
        return error(422, "standing", "api.fault.standing")
    changed = verbs.change(
        desk, endpoint, given.get("url", endpoint.url), given.get("events", endpoint.events), Standing(standing)
    )
    return refused(changed) if isinstance(changed, Refusal) else JsonResponse(_shown(changed))


@machine_required("DELETE", Scope.WEBHOOKS)
def remove(request: HttpRequest, webhook: str) -> HttpResponse:
    """Nothing more goes there, and its secret is forgotten."""
    desk = desk_of(request)
    if desk.webhooks.get(webhook) is None:
        return _none()
    desk.webhooks.remove(webhook)
    return HttpResponse(status=204)


@machine_required("POST", Scope.WEBHOOKS)
def rotate(request: HttpRequest, webhook: str) -> HttpResponse:
    """A new secret; the one before signs beside it for 24 hours."""
    desk = desk_of(request)
    endpoint = desk.webhooks.get(webhook)
    return _none() if endpoint is None else JsonResponse(_shown(verbs.rotate(desk, endpoint), secret=True))


@machine_required("POST", Scope.WEBHOOKS)
def replay(request: HttpRequest, webhook: str) -> HttpResponse:
    """Tell again from `from_leaf` on, at most a thousand messages at once; `next_leaf` says where to go on."""
    given = body_of(request, {"from_leaf": int, "until_leaf": int})
    if isinstance(given, HttpResponse):
        return given
    desk = desk_of(request)
    endpoint = desk.webhooks.get(webhook)
    if endpoint is None:
        return _none()
    if "from_leaf" not in given:
        return error(422, "from_leaf", "api.fault.missing", field="from_leaf")
    for name, value in given.items():
        if not 0 <= value < 2**53:
            return error(422, name, "api.fault.kind", field=name)
    count, next_leaf = verbs.replay(desk, endpoint, given["from_leaf"], given.get("until_leaf"))
    return JsonResponse({"messages": count, "next_leaf": next_leaf}, status=202)


webhooks = by_method(GET=every, POST=add)
webhook = by_method(GET=one, PATCH=change, DELETE=remove)


def _events_fault(given: dict[str, Any]) -> HttpResponse | None:
    events = given.get("events", [])
    fine = all(isinstance(event, str) for event in events) and len(events) <= 100
    return None if fine else error(422, "events", "api.fault.kind", field="events")


def _shown(endpoint: Endpoint, secret: bool = False) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "standing": endpoint.standing.value,
        "made_at": instant(endpoint.made_at.astimezone(UTC)),
    }
    return {**shown, "secret": f"whsec_{endpoint.secret}"} if secret else shown


def _none() -> HttpResponse:
    return error(404, "webhook", "api.fault.no_webhook")
