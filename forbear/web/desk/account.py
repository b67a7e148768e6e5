"""Who is signed in, under which role, and how her account is guarded. Signing in itself is allauth's."""

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forbear.web.access import desk_of
from forbear.web.desk.doors import staff_of, staff_required
from forbear.web.templatetags.desk import reader_language
from forbear.words import say


@staff_required()
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Name, role, second factor and recovery codes."""
    codes = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).first()
    page = {
        "title": say(reader_language(), "desk.account.title"),
        "me": staff_of(request),
        "extension": desk_of(request).calls.extension_of(staff_of(request).id),
        "key": desk_of(request).ids.new("q"),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
    }
    return render(request, "desk/account.html", page)
