"""What every page of the borrower's site is made of: the frame, the key of a press, the words of a refusal.

A press carries a key (pressing twice is one act) and the sequence number that was on the screen (an old tab is told
so). The key that the record sees also covers what was sent, so that a corrected answer is a new act; it stands there
for ever, so it says nothing of what was sent.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from hashlib import sha256
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from forbear.actions.record import By
from forbear.core.contact import Channel
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web import text
from forbear.web.access import ProofNeeded, case_for_borrower, desk_of, is_in, person_of
from forbear.words import say

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, CaseFile, Rest], HttpResponse]

_KEY = re.compile(r"[A-Za-z0-9_-]{8,80}")


def words(key: str, **facts: object) -> str:
    """A sentence in the reader's language."""
    return say(text.reader_language(), key, **facts)


def show(
    request: HttpRequest, template: str, *, title: str, file: CaseFile | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    """A page in its frame. `file`: the case it is about; `status` 422 where something is to be mended."""
    desk, language = desk_of(request), text.reader_language()
    other = "en" if language == "zh" else "zh"
    query = [(name, value) for name, values in request.GET.lists() if name != "lang" for value in values]
    frame = {
        "title": title,
        "faulty": status == 422,
        "lender": desk.lender if language == "zh" else desk.lender_en,
        "phone": desk.phone,
        "other_language": other,
        "language_url": f"{request.path}?{urlencode([*query, ('lang', other)])}",
        "signed_in": is_in(request),
        "case_id": file.case.case_id if file else "",
        "seen": file.case.seq if file else "",
        "key": desk.ids.new("w"),
    }
    return render(request, f"borrower/{template}.html", {**frame, **context}, status=status)


def of_her_case(view: View[Rest]) -> Callable[Concatenate[HttpRequest, str, Rest], HttpResponse]:
    """A page about a case: the door first, then the view with the case's file."""

    @wraps(view)
    def page(request: HttpRequest, case_id: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        try:
            file = case_for_borrower(request, case_id)
        except ProofNeeded as needed:
            return to_the_door(request, needed.expired)
        except Http404:
            return not_found(request)
        return view(request, file, *args, **kwargs)

    return page


def to_the_door(request: HttpRequest, expired: bool) -> HttpResponse:
    """To the proof of identity and, afterwards, back to this page."""
    query = {"next": request.get_full_path()} | ({"again": "1"} if expired else {})
    return redirect(f"{reverse('borrower:identity')}?{urlencode(query)}")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The one page for what is not there and for what is not hers."""
    return show(
        request,
        "notice",
        title=words("site.page.gone.title"),
        status=404,
        lines=[words("site.page.gone.line")],
        go_url=reverse("borrower:landing"),
        go=words("site.page.gone.go"),
    )


def failed(request: HttpRequest) -> HttpResponse:
    """Something of ours broke: what is safe, and what she can do now."""
    return show(
        request,
        "notice",
        title=words("site.page.failed.title"),
        status=500,
        lines=[words("site.page.failed.line")],
        go_url=reverse("borrower:landing"),
        go=words("site.page.gone.go"),
    )


def by_her(request: HttpRequest, file: CaseFile, act: str, sent: object, *, seen: bool = True) -> By:
    """Who acts, under which key. `sent`: what is asked, part of the key; `seen` False: an old screen is no matter."""
    at = request.POST.get("seen", "")
    return By(
        actor=person_of(request).actor,
        channel=Channel.WEB,
        key=f"web:{file.case.case_id}:{act}:{press(request, sent)}",
        seen=int(at) if seen and re.fullmatch(r"-?[0-9]{1,9}", at) else None,
    )


def press(request: HttpRequest, sent: object = None) -> str:
    """This press with what it sent, as the record may name it: a hash that also covers the random key of the page. That
    key is kept nowhere, so that once the words are erased nobody finds them by trying which ones fit.
    """
    key = request.POST.get("key", "")
    own = key if _KEY.fullmatch(key) else desk_of(request).ids.new("w")
    return sha256(repr((own, sent)).encode()).hexdigest()[:32]


def to(name: str, file: CaseFile, *args: object, done: str = "") -> HttpResponse:
    """Onwards to a page of the case, which then says what was done."""
    address = reverse(f"borrower:{name}", args=[file.case.case_id, *args])
    return redirect(f"{address}?done={done}" if done else address)


def done_words(request: HttpRequest, sayings: Mapping[str, str]) -> str:
    """The sentence that a page says about what was just done; only the sayings it knows."""
    return sayings.get(request.GET.get("done", ""), "")


_OF_THE_SCREEN = {"record.stale": "stale", "record.key": "key", "record.busy": "busy"}


def why_not(refusal: Refusal) -> str:
    """A refusal as she reads it: the reason and the way on, figures and dates as people write them."""
    if refusal.rule in _OF_THE_SCREEN:
        return words(f"site.page.conflict.{_OF_THE_SCREEN[refusal.rule]}")
    return text.refused(refusal, text.reader_language())


def spoken(refusal: Refusal) -> Refusal:
    """The refusal with its facts as they are read aloud."""
    return replace(refusal, facts={name: figure(str(value)) for name, value in refusal.facts.items()})


def figure(value: str) -> str:
    """A fact of the record in the reader's hand: `1866.20` → `1,866.20`, `2026-03-18` and `2026-03` in words."""
    return text.figure(value, text.reader_language())


def money(amount_minor: int) -> str:
    """An amount with its unit."""
    return text.money(amount_minor, text.reader_language())


def day(value: Any) -> str:
    """A date in words."""
    return text.day(value, text.reader_language())


def dated(value: Any) -> str:
    """A day that somebody waits for, with its weekday: `2026年3月20日（星期五）`, `Friday 20 March 2026`."""
    language = text.reader_language()
    name = text.weekday(value, language)
    written = text.day(value, language)
    return f"{written}（{name}）" if language == "zh" else f"{name} {written}"


def months(count: int) -> str:
    """How long, as people say it: 36 → `36 个月（3 年）`, `36 months (3 years)`."""
    years, rest = divmod(count, 12)
    if rest or not years:
        return words("site.page.span.month" if count == 1 else "site.page.span.months", count=count)
    return words("site.page.span.year" if years == 1 else "site.page.span.years", count=count, years=years)
