"""Who gets in: every role on every address of the desk, the second factor, cases that are not there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.town.borrower import AGENTS, REVIEWERS, Borrower
from forbear.town.lives import proposed
from forbear.web.desk.urls import urlpatterns
from tests.web.desk.conftest import Person, live

READS = {
    *("queue", "queue_fresh", "tasks", "account", "contact", "fresh", "messages", "statement", "evidence", "download"),
    *("budget", "plan", "why", "why_not", "why_answer", "decision", "agreement", "document", "sealed", "payments"),
    *("review", "picture", "pull", "raw", "replies", "mails", "mail", "chat", "calls", "leaving", "kept"),
    *("credit", "letter", "bundle"),
}
"""What every role may look at; everything else changes something or looks a caller up."""


def address(pattern: URLPattern, case_id: str, paper: str = "f_none") -> str:
    """A pattern's address for a case."""
    found = "/desk/" + str(pattern.pattern)
    parts = {"<str:case_id>": case_id, "<int:seen>": "0", "<int:item>": "1", "<str:paper>": paper}
    for hole, value in {
        **parts,
        "<int:number>": "1",
        "<str:payment>": "r_none",
        "<int:task>": "1",
        "<str:name>": "lightest",
        "<str:link>": "u_none",
        "<str:blob>": "b_none",
        "<str:mail>": "m_none",
        "<str:call>": "t_none",
        "<str:dispute>": "x_none",
    }.items():
        found = found.replace(hole, value)
    return found


@pytest.fixture
def case_id(desk: Desk, she: Borrower) -> str:
    """A case with a proposal before the reviewer."""
    live(desk, proposed(she))
    return she.case_id


def test_every_address_is_in_the_matrix():
    names = [pattern.name for pattern in urlpatterns]
    assert sorted(READS - set(names)) == []
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", [None, AGENTS[0].id, REVIEWERS[0].id, "sun", "he"])
def test_no_role_gets_where_it_may_not(desk: Desk, case_id: str, person: Callable[..., Person], name: str | None):
    """Every address, looked at and posted to: nobody gets a 2xx who may not, and nobody meets an error of ours."""
    client = person(name).client if name else Client()
    works = name in (AGENTS[0].id, REVIEWERS[0].id)
    unexpected = []
    before = load(desk, case_id).case.seq
    paper = load(desk, case_id).papers[0].paper
    for pattern in urlpatterns:
        for method in ("get", "post"):
            status = getattr(client, method)(address(pattern, case_id, paper)).status_code
            reads = method == "get" and pattern.name in READS
            may = name is not None and (reads or works)
            if status >= 500 or (status < 300 and not may):
                unexpected.append((method, pattern.name, status))
            if name is None and status != 302:
                unexpected.append((method, pattern.name, status))
            absent = 404 if pattern.name == "together" else 405  # she has one loan: no plan over several
            if name is not None and not may and method == "get" and status not in (403, 405, absent):
                unexpected.append((method, pattern.name, status))
            keeps_replies = name == "sun" and pattern.name == "replies"
            exports = name == "he" and pattern.name == "bundle"  # an auditor exports, with a reason
            if name in ("sun", "he") and method == "post" and status not in (403, 405) and not keeps_replies | exports:
                unexpected.append((method, pattern.name, status))
    assert unexpected == []
    new = [(event.fact.type, event.actor.id) for event in load(desk, case_id).events if event.seq > before]
    came_and_went = [("chat.joined", name), ("chat.left", name), ("contact.refused", name)] if works else []
    assert new == ([*came_and_went, ("paper.seen", name)] if name else [])


def test_reading_is_open_to_every_role(desk: Desk, case_id: str, person: Callable[..., Person]):
    for name in (AGENTS[0].id, REVIEWERS[0].id, "sun", "he"):
        her = person(name)
        for tab in (
            "",
            "/messages",
            "/statement",
            "/papers",
            "/budget",
            "/plans",
            "/decision",
            "/agreement",
            "/payments",
        ):
            assert her.opens(f"/desk/cases/{case_id}{tab}").status == 200


def test_an_auditor_sees_no_form_that_changes_anything(case_id: str, person: Callable[..., Person]):
    page = person("he").opens(f"/desk/cases/{case_id}/decision")
    assert page.source.count('<form method="post"') == 1  # signing out
    assert "/accounts/logout/" in page.source


@pytest.mark.parametrize(
    ("factor", "to"), [("", "/accounts/2fa/totp/activate/"), ("unused", "/accounts/2fa/reauthenticate/")]
)
def test_without_the_second_factor_nobody_sees_a_case(
    case_id: str, person: Callable[..., Person], factor: str, to: str
):
    page = person(AGENTS[0].id, factor=factor).opens(f"/desk/cases/{case_id}")
    assert (page.status, page.to) == (302, f"{to}?next=%2Fdesk%2Fcases%2F{case_id}")


def test_without_a_role_nobody_gets_in(desk: Desk, person: Callable[..., Person]):
    from django.contrib.auth import get_user_model

    her = person(AGENTS[0].id)
    get_user_model().objects.get(username=AGENTS[0].id).groups.clear()
    page = her.opens("/desk/")
    assert page.status == 403
    assert "您的账户还没有角色" in page.text


def test_an_account_that_was_closed_is_out_at_once(desk: Desk, person: Callable[..., Person]):
    from django.contrib.auth import get_user_model

    her = person(AGENTS[0].id)
    get_user_model().objects.filter(username=AGENTS[0].id).update(is_active=False)
    assert her.opens("/desk/").status == 302


@pytest.mark.parametrize("other", ["c_nobody", "..", "c_'; drop table event", "%00"])
def test_a_case_that_is_not_there_is_not_found(desk: Desk, person: Callable[..., Person], other: str):
    her = person(AGENTS[0].id)
    statuses = {her.opens(f"/desk/cases/{other}{tab}").status for tab in ("", "/decision", "/payments", "/fresh/0")}
    assert statuses == {404}


def test_a_paper_of_another_case_is_not_found(desk: Desk, case_id: str, person: Callable[..., Person]):
    her: Any = person(AGENTS[0].id)
    paper = load(desk, case_id).papers[0].paper
    own = her.opens(f"/desk/cases/{case_id}/papers/file/{paper}")
    assert own.status == 200
    assert own.response.headers["X-Content-Type-Options"] == "nosniff"
    assert own.response.headers["Content-Disposition"].startswith("attachment;")
    assert own.response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert her.opens(f"/desk/cases/c_other/papers/file/{paper}").status == 404
    assert her.opens(f"/desk/cases/{case_id}/papers/file/f_other").status == 404
