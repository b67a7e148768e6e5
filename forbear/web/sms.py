"""What carriers of text messages call: POST /texts/<secret>/receipts and /messages, in the carrier's own form.

Carriers do not sign their calls: whoever does not know the secret in the address, or calls from elsewhere, finds no
page. What is readable is taken, what came before changes nothing, and only a busy record asks for it again (503).
"""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from forbear.actions.ports import Desk, TextGateway, Undelivered
from forbear.actions.sms import take_receipt, take_text
from forbear.web.access import desk_of
from forbear.web.api.door import error

BODY_BYTES_MAX = 1024 * 1024


@csrf_exempt
def receipts(request: HttpRequest, secret: str) -> HttpResponse:
    """What became of messages."""
    return _taken(request, secret, lambda gateway, body: gateway.receipts(body), take_receipt)


@csrf_exempt
def messages(request: HttpRequest, secret: str) -> HttpResponse:
    """Text messages that came."""
    return _taken(request, secret, lambda gateway, body: gateway.texts(body), take_text)


def _taken(
    request: HttpRequest,
    secret: str,
    read: Callable[[TextGateway, bytes], tuple[Any, ...]],
    take: Callable[[Desk, Any], None],
) -> HttpResponse:
    desk = desk_of(request)
    gateway = desk.text_gateway
    if gateway is None or not gateway.admits(secret, request.META.get("REMOTE_ADDR", "")):
        raise Http404
    if request.method != "POST":
        answer = error(405, "method", "api.fault.method", method="POST")
        answer.headers["Allow"] = "POST"
        return answer
    if len(request.body) > BODY_BYTES_MAX:
        return error(413, "", "api.fault.large")
    try:
        things = read(gateway, request.body)
    except ValueError:
        return error(400, "", "api.fault.json")
    busy = False
    for thing in things:
        try:
            take(desk, thing)
        except Undelivered:
            busy = True
    return JsonResponse(dict(gateway.answer()), status=503 if busy else 200)
