"""Health papers at the desk: what is noted of them, and the tab of a case whose papers are deleted."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from random import Random

import pytest
from PIL import Image

from forbear.actions.evidence import receive_paper
from forbear.actions.health_papers import forget_health, withdraw_consent
from forbear.actions.ports import Desk
from forbear.actions.record import Done, load
from forbear.adapters.rendering import RendererProcess
from forbear.core.contact import SYSTEM
from forbear.core.plan import Cause
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.lives import has_papers
from tests.adapters import papers
from tests.web.desk.conftest import Person, live

AGENT = AGENTS[0].id
Signed = Callable[..., Person]


@pytest.fixture
def ill(she: Borrower) -> Borrower:
    """The same borrower, who fell ill, with her papers sent."""
    one = Borrower(she.desk, she.row, replace(she.home, cause=Cause.ILLNESS), Random("ill"), 1)
    live(she.desk, has_papers(one))
    return one


def test_an_agent_notes_that_the_cause_is_shown_and_until_when(desk: Desk, ill: Borrower, person: Signed):
    her = person(AGENT)
    assert "作出决定 30 天后，这些材料会删除" in her.opens(f"/desk/cases/{ill.case_id}/papers").text
    for until in ("", "soon", "2020-01-01"):
        wrong = her.does(ill.case_id, "papers", "cause", shown="yes", until=until)
        assert (wrong.status, len(wrong.faults)) == (422, 1)
    assert load(desk, ill.case_id).cause is None
    assert her.does(ill.case_id, "papers", "cause", shown="yes", until="2026-09-30").status == 302
    page = her.opens(f"/desk/cases/{ill.case_id}/papers").text
    assert "已记下：是，2026年9月30日" in page
    assert "健康材料是否说明了原因：是" in page


def test_every_tab_goes_on_after_the_papers_are_deleted(desk: Desk, ill: Borrower, person: Signed):
    withdraw_consent(desk, ill.by(ill.her), ill.case_id)
    forget_health(desk, replace(ill.by(ill.her), actor=SYSTEM), ill.case_id)
    her = person(AGENT)
    case = f"/desk/cases/{ill.case_id}"
    tabs = ("", "/statement", "/papers", "/budget", "/plans", "/decision", "/agreement", "/payments", "/messages")
    assert {tab: her.opens(case + tab).status for tab in tabs} == dict.fromkeys(tabs, 200)
    page = her.opens(f"{case}/papers").text
    assert "已删除：健康材料；原因：借款人撤回了同意" in page
    (gone,) = [paper.paper for paper in load(desk, ill.case_id).papers if paper.facts is None]
    assert her.opens(f"{case}/papers/file/{gone}").status == 404


def test_what_is_saved_at_the_desk_has_no_metadata(desk: Desk, ill: Borrower, person: Signed, monkeypatch):
    """The original stays in the vault as evidence; a reviewer saves the picture made anew."""
    monkeypatch.setattr(type(desk.renderer), "pages", lambda _, data, mime: RendererProcess().pages(data, mime))
    data = papers.picture("JPEG", exif=papers.exif(6))
    done = receive_paper(desk, ill.by(ill.her), ill.case_id, item=1, name="证件.heic", data=data)
    assert isinstance(done, Done)
    paper = load(desk, ill.case_id).papers[-1].paper
    saved = person(AGENT).opens(f"/desk/cases/{ill.case_id}/papers/file/{paper}").response
    assert papers.MARK in data and papers.MARK not in saved.content
    assert Image.open(BytesIO(saved.content)).size == (480, 640)
    assert saved.headers["Content-Type"] == "image/jpeg"
    assert saved.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E8%AF%81%E4%BB%B6.heic.jpg"
