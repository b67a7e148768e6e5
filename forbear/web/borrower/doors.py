"""The two doors to the pages where papers are sent: her own site, and an upload link that was opened with a code.

A page behind them is written once. The link's door is narrow: its items, the papers that came through a link, and
nothing else of the case; every request asks anew whether the link still stands, so that revoking it stops at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from forbear.actions.upload_links import standing_link
from forbear.actions.uploads import Sender
from forbear.core.contact import Actor, Auth, Role
from forbear.core.evidence import Item
from forbear.core.file import CaseFile, Paper
from forbear.core.refusal import Refusal
from forbear.core.upload_link import UploadLink
from forbear.web.access import desk_of, link_of, person_of
from forbear.web.borrower.page import of_her_case, show, words
from forbear.web.text import reader_language

STOP_ASKING = 286
"""The status at which htmx stops asking again."""

Rest = ParamSpec("Rest")


@dataclass(frozen=True)
class Door:
    """How somebody came to the papers of a case. `link`: None on her own site."""

    file: CaseFile
    sender: Sender
    link: UploadLink | None = None

    @property
    def items(self) -> tuple[Item, ...]:
        """The items she sees."""
        return tuple(item for item in self.file.items if item.number in self.sender.items)

    def papers_of(self, item: int) -> tuple[Paper, ...]:
        """The papers of an item that she sees: by a link only those that came by one."""
        papers = self.file.papers_of(item)
        return papers if self.link is None else tuple(paper for paper in papers if paper.came_by)

    def url(self, name: str, *args: object) -> str:
        """The address of a page behind this door."""
        if self.link is None:
            return reverse(f"borrower:{name}", args=[self.file.case.case_id, *args])
        return reverse(f"borrower:link_{name}", args=args)


View = Callable[Concatenate[HttpRequest, Door, Rest], HttpResponse]


def on_her_site(view: View[Rest]) -> Callable[..., HttpResponse]:
    """The page at her own case's address."""

    @wraps(view)
    def page(request: HttpRequest, file: CaseFile, *args: Any, **kwargs: Any) -> HttpResponse:
        items = tuple(item.number for item in file.items)
        sender = Sender(actor=person_of(request).actor, case_id=file.case.case_id, items=items)
        return view(request, Door(file, sender), *args, **kwargs)

    return of_her_case(page)


def by_link(view: View[Rest]) -> Callable[..., HttpResponse]:
    """The same page for whoever opened an upload link with its code in this session."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        opened = standing_link(desk_of(request), link_of(request))
        if isinstance(opened, Refusal):
            return dead_link(request)
        file, link = opened.file, opened.link
        borrower_id = file.party.borrower_id if file.party else ""
        sender = Sender(
            actor=Actor(Role.BORROWER, borrower_id, Auth.CODE),
            case_id=file.case.case_id,
            items=link.items,
            link=link.link,
        )
        return view(request, Door(file, sender, link), *args, **kwargs)

    return page


def dead_link(request: HttpRequest, *, sent: bool = False) -> HttpResponse:
    """The one page of every link that opens nothing, the same to the last byte; it offers a new one."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=STOP_ASKING)
    return show(
        request,
        "link_dead",
        title=words("evidence.page.link.dead_title"),
        status=410,
        sent=words("evidence.page.link.dead_sent", phone=desk_of(request).phone) if sent else "",
        **on_its_own(request),
    )


def on_its_own(request: HttpRequest) -> dict[str, object]:
    """What the frame of a page leaves out where it must not tell who looks at it, or by which address."""
    other = "en" if reader_language() == "zh" else "zh"
    return {"language_url": f"?lang={other}", "signed_in": False, "case_id": "", "referrer": "no-referrer"}


def to_papers(door: Door, done: str = "") -> HttpResponse:
    """Onwards to the list of papers, which then says what was done."""
    return redirect(door.url("papers") + (f"?done={done}" if done else ""))
