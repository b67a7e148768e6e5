"""The development outbox at /dev/outbox: what would have been sent, newest first, codes large, and the staff's codes.

Only while FORBEAR_DEV=1, on a made-up book; elsewhere the address does not exist. Reading it changes nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from forbear.actions.ports import ZONE, Message
from forbear.web.access import desk_of
from forbear.web.text import reader_language
from forbear.words.format import moment

SHOWN = 50


@dataclass(frozen=True)
class Sheet:
    """A message as the page shows it; `code`: the one-time code in it, "" if there is none."""

    message: Message
    sent: str
    code: str

    @property
    def halves(self) -> tuple[str, str]:
        """The code in two groups, easier to read and type."""
        return self.code[:4], self.code[4:]


@dataclass(frozen=True)
class StaffCode:
    """What a person of the desk would read off her telephone now."""

    name: str
    role: str
    code: str


def outbox(request: HttpRequest) -> HttpResponse:
    """The page; with htmx the part that changes, every few seconds."""
    if not settings.DEV:
        raise Http404
    language = reader_language()
    messages = getattr(desk_of(request).messenger, "messages", None)
    kept = messages(0, SHOWN) if messages else ()
    sheets = [_sheet(one, language) for one in kept]
    shown = {"sheets": sheets, "staff": list(_staff()), "other": "zh" if language == "en" else "en"}
    return render(request, "dev/outbox.html", shown)


def _sheet(kept: Any, language: str) -> Sheet:
    found = re.search(r"(?<!\d)\d{8}(?!\d)", kept.message.body) if kept.message.reference.startswith("k_") else None
    return Sheet(kept.message, moment(language, kept.sent_at.astimezone(ZONE)), found[0] if found else "")


def _staff() -> Iterator[StaffCode]:
    """The codes by allauth's own clock, which checks them."""
    chosen = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__is_active=True)
    counters = list(totp.yield_hotp_counters_from_time())
    now = counters[len(counters) // 2]
    for one in chosen.select_related("user").order_by("user__username"):
        value = totp.hotp_value(decrypt(one.data["secret"]), now)
        roles = ", ".join(one.user.groups.values_list("name", flat=True))
        yield StaffCode(one.user.get_username(), roles, totp.format_hotp_value(value))
