"""A case exported at the desk: by whom the rules allow, with a reason, as an entry of the record."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_http_methods

from forbear.actions.bundle import MAY_EXPORT, REASON_MOST, export
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.bundle import sent
from forbear.web.desk.doors import by_staff, case_for_staff, staff_of, staff_required
from forbear.web.desk.page import case_page, tried_from


@staff_required()
@require_http_methods(["GET", "HEAD", "POST"])
def bundle(request: HttpRequest, case_id: str) -> HttpResponse | StreamingHttpResponse:
    """What an export is, and the form of whoever may make one."""
    file, tried = case_for_staff(request, case_id), None
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        made = export(desk_of(request), by_staff(request, part="export", seen=False), case_id, reason=reason)
        if not isinstance(made, Refusal):
            return sent(request, made, case_id)
        tried = tried_from(request, "export", made)
    may = staff_of(request).kind in MAY_EXPORT
    return case_page(request, file, "contact", tried, template="bundle", may=may, reason_most=REASON_MOST)
