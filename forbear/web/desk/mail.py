"""Room 1 at the desk: mail that no rule could put with a case, read as plain words, put with a case or discarded.

Nothing in a mail is shown but its words: no picture, no link, no file of it is opened here.
"""

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from forbear.actions.mail import assign_mail, discard_mail, files_of
from forbear.actions.ports import MailRow, ScannerAway
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, no_entry, staff_of, staff_required
from forbear.web.desk.page import Tried, tab_address, tried_from
from forbear.web.templatetags.desk import reader_language
from forbear.words import say

PAGE = 50
STATES = ("waiting", "aside", "assigned", "discarded")


@staff_required()
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """The list, newest first; what waits for a person unless another state is asked for."""
    desk = desk_of(request)
    state = request.GET.get("state", "waiting")
    state = state if state in STATES else "waiting"
    given = request.GET.get("page", "1")
    number = int(given) if re.fullmatch(r"[1-9][0-9]{0,4}", given) else 1
    found = desk.mails.list(state, PAGE * (number - 1), PAGE + 1)
    counts = desk.mails.counts()
    address = reverse("desk:mails")
    page = {
        "title": say(reader_language(), "mail.page.title"),
        "found": found[:PAGE],
        "state": state,
        "states": [(name, counts.get(f"state:{name}", 0), f"{address}?state={name}") for name in STATES],
        "newer": f"{address}?state={state}&page={number - 1}" if number > 1 else "",
        "older": f"{address}?state={state}&page={number + 1}" if len(found) > PAGE else "",
        "me": staff_of(request),
    }
    return render(request, "desk/mails.html", page)


@staff_required()
@require_safe
def mail(request: HttpRequest, mail: str) -> HttpResponse:
    """One mail, its words alone."""
    return _mail(request, _row(request, mail))


@staff_required(WORKERS)
@require_safe
def file(request: HttpRequest, mail: str, number: int) -> HttpResponse:
    """A file that came with a mail of a case, from 1, to be saved: the browser opens nothing of it here.

    It is looked through for viruses first; who looked is not recorded, as it is for papers.
    """
    row, desk = _row(request, mail), desk_of(request)
    files = files_of(desk, row)
    if not 0 < number <= len(files):
        raise Http404
    one = files[number - 1]
    try:
        infected = desk.scanner.verdict([one.data]).infected
    except ScannerAway:
        infected = "?"
    if infected:
        return no_entry(request, say(reader_language(), "mail.page.infected"))
    response = HttpResponse(one.data, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, one.name) or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@staff_required(WORKERS)
@require_POST
def assign(request: HttpRequest, mail: str) -> HttpResponse:
    """Put it with a case, with a reason."""
    row, case_id = _row(request, mail), request.POST.get("case", "").strip()[:80]
    by, reason = by_staff(request, seen=False), request.POST.get("reason", "")
    outcome = assign_mail(desk_of(request), by, row.mail, case_id, reason)
    if isinstance(outcome, Refusal):
        return _mail(request, row, tried_from(request, "assign", outcome))
    return HttpResponseRedirect(tab_address(case_id, "messages"))


@staff_required(WORKERS)
@require_POST
def discard(request: HttpRequest, mail: str) -> HttpResponse:
    """Nothing is to be done about it, with a reason."""
    row = _row(request, mail)
    refusal = discard_mail(
        desk_of(request),
        by_staff(request, seen=False),
        row.mail,
        request.POST.get("reason", ""),
    )
    if refusal is not None:
        return _mail(request, row, tried_from(request, "discard", refusal))
    return HttpResponseRedirect(reverse("desk:mails"))


def _row(request: HttpRequest, mail: str) -> MailRow:
    known = re.fullmatch(r"m_[a-z0-9]{1,60}", mail)
    row: MailRow | None = desk_of(request).mails.get(mail) if known else None
    if row is None:
        raise Http404
    return row


def _mail(request: HttpRequest, row: MailRow, tried: Tried | None = None) -> HttpResponse:
    desk, me = desk_of(request), staff_of(request)
    language = reader_language()
    page: dict[str, Any] = {
        "title": (row.shown.subject if row.shown else "") or say(language, "mail.page.no_subject"),
        "row": row,
        "files": [(n, one.name, len(one.data)) for n, one in enumerate(files_of(desk, row), 1)],
        "saves": me.kind in WORKERS,
        "theirs": _theirs(desk, row) if row.state == "waiting" else [],
        "works": me.kind in WORKERS and row.state == "waiting" and row.shown is not None,
        "me": me,
        "key": desk.ids.new("q"),
        "tried": tried,
    }
    return render(request, "desk/mail.html", page, status=tried.status if tried else 200)


def _theirs(desk: Any, row: MailRow) -> list[Any]:
    """The open cases of whoever has the sender's address on file: a help to find the right one."""
    if row.shown is None or not row.shown.sender:
        return []
    lines = [line for one in desk.loans.borrowers_at(row.shown.sender) for line in desk.cases.of_borrower(one)]
    return [line for line in lines if line.stage != "closed"][:10]
