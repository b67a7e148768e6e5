"""GET /api/contact-budget/<contract>: may a dialer reach her now, what is left, and if not, from when on.

POST …/attempts: an attempt by an agency or by hand, so that lender and agencies together stay within the limits.
"""

import re
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from forbear.actions.contact_attempts import Tried, loan_budget, report_attempt
from forbear.actions.contact_budget import Asked
from forbear.actions.ports import Held
from forbear.actions.record import By
from forbear.core.api_keys import Scope
from forbear.core.codec import instant
from forbear.core.contact import Channel, Purpose
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.api.door import body_of, error, machine_of, machine_required, refused, said_of

CHANNELS = {channel.value: channel for channel in (Channel.HOTLINE, Channel.SMS, Channel.EMAIL, Channel.CHAT)}
PURPOSES = {purpose.value: purpose for purpose in Purpose}
BY_MOST = 80


@machine_required("GET", Scope.CONTACT)
def budget(request: HttpRequest, contract: str) -> HttpResponse:
    """`channel` (default hotline) and `purpose` (default collection) may be asked for; 404 for an unknown contract."""
    channel = CHANNELS.get(request.GET.get("channel", Channel.HOTLINE.value))
    purpose = PURPOSES.get(request.GET.get("purpose", Purpose.COLLECTION.value))
    if channel is None:
        return error(422, "channel", "api.fault.one", field="channel", known=", ".join(CHANNELS))
    if purpose is None:
        return error(422, "purpose", "api.fault.one", field="purpose", known=", ".join(PURPOSES))
    found = loan_budget(desk_of(request), contract, channel, purpose)
    if found is None:
        return error(404, "contract", "api.fault.no_contract")
    return JsonResponse(_shown(found[0], found[1], channel, purpose))


def _shown(held: Held, asked: Asked, channel: Channel, purpose: Purpose) -> dict[str, Any]:
    found, limits = asked.budget, asked.limits
    return {
        "contract": held.row.loan.contract,
        "channel": channel.value,
        "purpose": purpose.value,
        "allowed": found.allowed,
        "rule": found.refusal.rule if found.refusal else None,
        "reason": said_of(found.refusal) if found.refusal else None,
        "next_at": instant(found.next_at) if found.next_at else None,
        "counts": [{"rule": one.rule, "used": one.used, "limit": one.most, "house": one.house} for one in found.counts],
        "quiet_hours": {
            "from": f"{limits.quiet_from:%H:%M}",
            "until": f"{limits.quiet_until:%H:%M}",
            "zones": [str(zone) for zone in asked.known.zones],
        },
        "collection_rests": asked.known.rest is not None,
    }


@machine_required("POST", Scope.CONTACT)
def attempts(request: HttpRequest, contract: str) -> HttpResponse:
    """201 when it is kept now, 200 when it was kept before under this Idempotency-Key; then what is left."""
    key = request.headers.get("Idempotency-Key", "")
    if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,80}", key):
        return error(400, "Idempotency-Key", "api.fault.idempotency")
    tried = _tried(request)
    if isinstance(tried, HttpResponse):
        return tried
    desk, machine = desk_of(request), machine_of(request)
    held = desk.loans.find(contract)
    if held is None:
        return error(404, "contract", "api.fault.no_contract")
    by = By(actor=machine, channel=Channel.SYSTEM, key=f"attempt:{machine.id}:{key}")
    fresh = report_attempt(desk, by, held, tried)
    if isinstance(fresh, Refusal):
        return refused(fresh, "Idempotency-Key" if fresh.rule == "record.key" else "")
    found = loan_budget(desk, contract, tried.channel, tried.purpose)
    assert found is not None, "found above"
    return JsonResponse(_shown(found[0], found[1], tried.channel, tried.purpose), status=201 if fresh else 200)


def _tried(request: HttpRequest) -> Tried | HttpResponse:
    known = {"channel": str, "connected": bool, "at": str, "by": str, "purpose": str}
    given = body_of(request, known)
    if isinstance(given, HttpResponse):
        return given
    for name in ("channel", "connected", "at"):
        if name not in given:
            return error(422, name, "api.fault.missing", field=name)
    if given["channel"] not in CHANNELS:
        return error(422, "channel", "api.fault.one", field="channel", known=", ".join(CHANNELS))
    purpose = PURPOSES.get(given.get("purpose", Purpose.COLLECTION.value))
    if purpose is None:
        return error(422, "purpose", "api.fault.one", field="purpose", known=", ".join(PURPOSES))
    at, by = _moment(given["at"]), given.get("by", "").strip()
    if at is None:
        return error(422, "at", "api.fault.moment", field="at")
    if len(by) > BY_MOST or not by.isprintable():
        return error(422, "by", "api.fault.kind", field="by")
    return Tried(channel=CHANNELS[given["channel"]], connected=given["connected"], at=at, by=by, purpose=purpose)


def _moment(text: str) -> datetime | None:
    """A time with its distance from UTC, such as 2026-03-02T10:00:00+08:00 or …Z; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
