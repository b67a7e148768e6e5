"""The door for whoever is signed in with the lender already: a signed token, taken once, opens her own case.

The token comes in the body of a POST, or behind the # of an address, which no server sees; never in a query. It is in
no log; why one was refused is, so that the lender's engineer can find out.
"""

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from forbear.actions.handover import take_over
from forbear.core.contact import Auth
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of, let_in
from forbear.web.borrower.contact import her_case
from forbear.web.borrower.doors import on_its_own
from forbear.web.borrower.page import show, why_not, words

WHERE = {"case": "borrower:case", "chat": "borrower:chat", "papers": "borrower:papers"}
"""What `to` may name: the page she comes to."""


@csrf_exempt
def handover(request: HttpRequest) -> HttpResponse:
    """GET: a page that takes the token from behind the # and posts it. POST `token`, `to`: she is in, or told how."""
    if not desk_of(request).handover_secrets:
        raise Http404
    if request.method != "POST":
        return show(
            request,
            "handover",
            title=words("chat.page.handover.title"),
            prove_url=reverse("borrower:identity"),
            **on_its_own(request),
        )
    proved = take_over(desk_of(request), request.POST.get("token", ""))
    if isinstance(proved, Refusal):
        logging.getLogger("forbear.handover").warning("refused: %s", proved.rule)
        return show(
            request,
            "notice",
            title=words("chat.page.handover.no_title"),
            status=403,
            lines=[why_not(proved)],
            go_url=reverse("borrower:identity"),
            go=words("chat.page.handover.prove"),
        )
    person = let_in(request, proved, Auth.APP)
    name = WHERE.get(request.POST.get("to", ""), WHERE["chat"])
    return redirect(reverse(name, args=[her_case(request, person)]))
