"""GET /api/cases/<id>: where a case stands. GET /api/cases/<id>/events: what happened, without anything private.

A system that follows a case asks for the events after the last seq it has seen; the numbers have no gap.
"""

import json
import re
from functools import cache
from importlib import resources

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from forbear.actions.record import load
from forbear.core.api_keys import Scope
from forbear.core.case import Case
from forbear.core.codec import instant
from forbear.web.access import desk_of
from forbear.web.api.door import error, machine_required

EVENTS_MOST = 200


@machine_required("GET", Scope.CASES)
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    """The case's state of work: public facts only, no name and no amount."""
    found = load(desk_of(request), case_id)
    if not found.events:
        return error(404, "case", "api.fault.no_case")
    return JsonResponse(state_of(found.case))


def state_of(case: Case) -> dict[str, object]:
    """A case for a machine."""
    return {
        "case": case.case_id,
        "seq": case.seq,
        "stage": case.stage.value,
        "waits_for": case.waits_for.value,
        "due_on": case.due_on.isoformat() if case.due_on else None,
        "due_what": case.due_what or None,
        "outcome": case.outcome.value if case.outcome else None,
        "standing": case.standing.value if case.standing else None,
        "agreement": case.in_force,
        "collection_rests": case.collection_rests,
        "stayed_until_on": case.stayed_until_on.isoformat() if case.stayed_until_on else None,
        "closed": case.closed or None,
        "opened_at": instant(case.opened_at) if case.opened_at else None,
        "changed_at": instant(case.changed_at) if case.changed_at else None,
    }


@machine_required("GET", Scope.CASES)
def events(request: HttpRequest, case_id: str) -> HttpResponse:
    """At most 200 events after `after` (default -1: from the first), each with its type and public fields."""
    after = request.GET.get("after", "-1")
    if not re.fullmatch(r"-1|[0-9]{1,9}", after):
        return error(422, "after", "api.fault.kind", field="after")
    recorded = desk_of(request).ledger.events(case_id)
    if not recorded:
        return error(404, "case", "api.fault.no_case")
    newer = [event for event in recorded if event.seq > int(after)]
    shown = [
        {"seq": event.seq, "type": event.fact.type, "at": instant(event.at), "fact": event.fact.public()}
        for event in newer[:EVENTS_MOST]
    ]
    return JsonResponse({"case": case_id, "events": shown, "more": len(newer) > EVENTS_MOST})


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """What this door takes and gives, for programs and the people who write them."""
    return JsonResponse(description())


@cache
def description() -> dict[str, object]:
    """forbear/web/api/openapi.json."""
    text = resources.files("forbear.web.api").joinpath("openapi.json").read_text("utf-8")
    found: dict[str, object] = json.loads(text)
    return found
