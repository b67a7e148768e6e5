"""The only doors to the desk: who may come in, who may touch a case, and under whose name an act is recorded.

Staff sign in through allauth; without a second factor set up, and used in this very session, nobody sees a case.
A role is a Django group named as a Role. Auditors and policy owners read.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from forbear.actions.record import By, load
from forbear.core.contact import TOUCHES_CASES, Actor, Auth, Channel, Role
from forbear.core.file import CaseFile
from forbear.web.access import desk_of
from forbear.web.templatetags.desk import reader_language
from forbear.words import say

STAFF = (Role.AGENT, Role.REVIEWER, Role.POLICY_OWNER, Role.AUDITOR)
"""Strongest first: who has two roles works under the first of them."""

WORKERS = TOUCHES_CASES
View = Callable[..., HttpResponse]


def staff_required(roles: tuple[Role, ...] = STAFF) -> Callable[[View], View]:
    """A view for these roles: 403 for others, on to sign-in or to the second factor for whoever is not there yet.

    Sets `request.staff`, the Actor every act of this request is recorded under.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated or not request.user.is_active:
                return _on_to(request, "account_login")
            role = role_of(request)
            if role is None:
                return no_entry(request, say(reader_language(), "desk.door.no_role"))
            if not has_second_factor(request):
                return _on_to(request, "mfa_activate_totp")
            if not second_factor_used(request):
                return _on_to(request, "mfa_reauthenticate")
            request.staff = Actor(role, request.user.get_username(), Auth.STAFF)  # type: ignore[attr-defined]
            if role not in roles:
                return no_entry(request, say(reader_language(), "desk.door.other_role"))
            return view(request, *args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return guard


def case_for_staff(request: HttpRequest, case_id: str) -> CaseFile:
    """A case's file; 404 for an id that names none, or that can be none."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", case_id):
        raise Http404
    file = load(desk_of(request), case_id)
    if not file.events:
        raise Http404
    return file


def by_staff(request: HttpRequest, channel: Channel = Channel.WEB, *, part: str = "", seen: bool = True) -> By:
    """Who acts, under the form's key and the seq on the screen. `part` tells several acts of one form apart.

    A form without a seq is taken as never having seen the case, so it is refused as out of date.
    """
    desk, actor = desk_of(request), staff_of(request)
    given = request.POST.get("key", "")
    key = given if re.fullmatch(r"[A-Za-z0-9_-]{8,64}", given) else desk.ids.new("q")
    on_screen = request.POST.get("seen", "")
    seq = int(on_screen) if re.fullmatch(r"[0-9]{1,9}", on_screen) else -1
    suffix = f":{part}" if part else ""
    return By(actor=actor, channel=channel, key=f"desk:{actor.id}:{key}{suffix}", seen=seq if seen else None)


def staff_of(request: HttpRequest) -> Actor:
    """Who is signed in at the desk, as `staff_required` found."""
    staff: Actor = request.staff  # type: ignore[attr-defined]
    return staff


def may_work(request: HttpRequest) -> bool:
    """Whether the person signed in may change a case at all."""
    return staff_of(request).kind in WORKERS


def role_of(request: HttpRequest) -> Role | None:
    """The role of the person signed in."""
    groups = set(request.user.groups.values_list("name", flat=True))
    return next((role for role in STAFF if role.value in groups), None)


def has_second_factor(request: HttpRequest) -> bool:
    """Whether an authenticator app is set up."""
    return Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()


def second_factor_used(request: HttpRequest) -> bool:
    """Whether this session was opened, or confirmed, with the second factor."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def no_entry(request: HttpRequest, why: str) -> HttpResponse:
    """403 with a sentence."""
    return render(request, "desk/no_entry.html", {"why": why, "me": getattr(request, "staff", None)}, status=403)


def _on_to(request: HttpRequest, name: str) -> HttpResponse:
    wanted = request.get_full_path() if request.method == "GET" else reverse("desk:queue")
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': wanted})}")
