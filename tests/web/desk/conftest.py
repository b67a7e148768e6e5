"""People at the desk: the real pages over the desk in memory, signed in through allauth with the second factor."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from forbear.actions.payments import first_nightly
from forbear.actions.ports import Desk
from forbear.adapters.compiled import arithmetic
from forbear.adapters.memory import memory_desk
from forbear.config import wiring
from forbear.config.staff import new_person, second_factor_code
from forbear.town.borrower import AGENTS, REVIEWERS, Borrower
from forbear.town.lives import Life
from forbear.town.sample import somebody, work_until

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PASSWORD = "a quiet walk by the river"
ROLES = {
    AGENTS[0].id: "agent",
    AGENTS[1].id: "agent",
    REVIEWERS[0].id: "reviewer",
    REVIEWERS[1].id: "reviewer",
    "sun": "policy-owner",
    "he": "auditor",
}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, sqlite_database: Any) -> Desk:
    """The desk in memory on Monday 2 March 2026, nine in the morning, with an empty book."""
    made = memory_desk(at=NOW, arithmetic=arithmetic())
    monkeypatch.setattr(wiring, "desk", lambda: made)
    return made


@pytest.fixture
def she(desk: Desk) -> Borrower:
    """A borrower in the book whose household can be offered a plan; AGENTS[1] works for her."""
    row, home = somebody(desk, Random("somebody"), 1, date(2026, 3, 2), planned=True, above=True)
    row = replace(row, language="zh")
    desk.loans.put([row])
    return Borrower(desk, row, home, Random("she"), 1)


def live(desk: Desk, life: Life, *, working: bool = False) -> None:
    """Let a life run to its end on the desk's clock; `working`: the worker does what falls due on the way."""
    if working:
        desk.agenda.put([first_nightly(desk)])
    for wait in life:
        at = desk.clock.now() + wait
        if working:
            work_until(desk, desk.clock, at)  # type: ignore[arg-type]
        desk.clock.move_to(at)  # type: ignore[attr-defined]


class Page:
    """An answer of the desk as a person sees it."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.status = response.status_code
        self.source = response.content.decode() if "text/html" in response.headers.get("Content-Type", "") else ""
        self.to = response.headers.get("Location", "")

    @property
    def text(self) -> str:
        """The words on it."""
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.source)))

    @property
    def faults(self) -> list[str]:
        """What is to be mended, beside its field."""
        return [html.unescape(said) for said in re.findall(r'<p class="fault"[^>]*>(.*?)</p>', self.source)]

    @property
    def refused(self) -> str:
        """The sentence above a form that was refused."""
        found = re.search(r'<div class="refused"[^>]*>(.*?)</div>', self.source, re.DOTALL)
        return html.unescape(found[1]) if found else ""

    def hidden(self, name: str) -> str:
        """A hidden field of its forms."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.source)
        return found[1] if found else ""


class Person:
    """Somebody at the desk with a browser."""

    def __init__(self, name: str, language: str = "zh") -> None:
        self.name = name
        self.client = Client()
        self.client.cookies["lang"] = language

    def opens(self, path: str) -> Page:
        return Page(self.client.get(path))

    def sends(self, path: str, data: Mapping[str, Any], *, form: Page) -> Page:
        """Send a form as it stands on a page."""
        frame = {"key": form.hidden("key"), "seen": form.hidden("seen")}
        return Page(self.client.post(path, {**frame, **data}))

    def does(self, case_id: str, tab: str, act: str, /, **data: Any) -> Page:
        """Open a case's tab and send one of its forms."""
        base = f"/desk/cases/{case_id}/{tab}".rstrip("/")
        return self.sends(f"{base}/{act}", data, form=self.opens(base))


def _with_code(her: Person, user: Any) -> int:
    """Send the code of this moment; the half minute may end between reading it and sending it."""
    if her.client.get("/desk/").status_code == 200:
        return 302
    return her.client.post("/accounts/2fa/authenticate/", {"code": second_factor_code(user)}).status_code


@pytest.fixture
def person(desk: Desk) -> Callable[..., Person]:
    """`person("lin")`: signed in with password and second factor; `factor=""`, "unused": not, or not in this session.

    A person asked for again is the same person, still signed in: a code works once.
    """
    cache.clear()
    signed_in: dict[str, Person] = {}

    def known(name: str, role: str = "", *, factor: str = "used", language: str = "zh") -> Person:
        if name not in signed_in:
            signed_in[name] = sign_in(name, role, factor=factor)
        signed_in[name].client.cookies["lang"] = language
        return signed_in[name]

    def sign_in(name: str, role: str = "", *, factor: str) -> Person:
        from allauth.mfa.totp.internal import auth

        users = get_user_model().objects
        if not users.filter(username=name).exists():
            new_person(name, role or ROLES[name], password=PASSWORD)
        user = users.get(username=name)
        her = Person(name)
        if factor == "used":
            if not user.authenticator_set.exists():
                auth.TOTP.activate(user, auth.generate_totp_secret())
            answer = her.client.post("/accounts/login/", {"login": name, "password": PASSWORD})
            assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
            statuses = [_with_code(her, user), _with_code(her, user)]
            assert 302 in statuses
        else:
            answer = her.client.post("/accounts/login/", {"login": name, "password": PASSWORD})
            assert answer.status_code == 302
            if factor == "unused":
                auth.TOTP.activate(user, auth.generate_totp_secret())
        return her

    return known
