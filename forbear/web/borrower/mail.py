"""Room 1 on the borrower's site: no more reminders by mail, from the link in one (RFC 8058).

Opening the page changes nothing, since programs open every link in a mail; a press does, hers or her mail program's,
which carries no cookie and no token of a form.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from forbear.actions.mail_delivery import stop_reminders
from forbear.core.mail_address import case_of_stop
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.borrower.page import not_found, show, words


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask first; a press is done at once, and pressing it again is no fault."""
    desk = desk_of(request)
    if not case_of_stop(desk.mail_signs, token):
        return not_found(request)
    if request.method == "POST":
        if isinstance(stop_reminders(desk, token), Refusal):
            return not_found(request)
        back = words("mail.stop.back", phone=desk.phone)
        return show(request, "notice", title=words("mail.stop.done_title"), lines=[words("mail.stop.done"), back])
    return show(request, "mail_stop", title=words("mail.stop.title"))
