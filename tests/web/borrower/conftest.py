"""A borrower with a telephone in her hand: the real pages over the desk in memory, whose clock the test moves."""

import html
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from forbear.actions import decision, evidence
from forbear.actions.plan import Choice
from forbear.actions.ports import Desk
from forbear.actions.record import By, Done, load
from forbear.adapters.compiled import arithmetic
from forbear.adapters.memory import memory_desk
from forbear.config import wiring
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.decision import Outcome, Proposal
from forbear.core.file import CaseFile
from forbear.core.loan import Loan
from forbear.core.loanbook import Row
from forbear.town.book import made_up_book

AGENT = Actor(Role.AGENT, "s_agent", Auth.STAFF)
REVIEWER = Actor(Role.REVIEWER, "s_reviewer", Auth.STAFF)
SECOND = Actor(Role.REVIEWER, "s_second", Auth.STAFF)

ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "cause": {"cause": "illness"},
    "since": {"on-year": "2025", "on-month": "12", "on-day": "1"},
    "until": {"state": "unknown"},
    "story": {"words": ""},
    "home": {"place": "cn/sichuan/chengdu", "adults": "2", "children": "1"},
    "income": {"rows": "0", "proof": "A", "m-wages": "5200"},
    "outgoings": {"rows": "0", "m-rent": "1500", "m-food": "1400"},
    "debts": {"rows": "1", "state": "none"},
    "wish": {"kinds": ["longer-term"], "instalment": "", "months": ""},
}

BOOK = made_up_book(7, 40, date(2026, 3, 1))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, sqlite_database: Any) -> Desk:
    """The desk in memory, on Monday 2 March 2026 at nine in the morning, with forty loans in its book."""
    made = memory_desk(at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC), rows=BOOK, arithmetic=arithmetic())
    monkeypatch.setattr(wiring, "desk", lambda: made)
    return made


class Page:
    """An answer of the site as she sees it."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.status = response.status_code
        self.source = response.content.decode() if "text/html" in response.headers.get("Content-Type", "") else ""
        self.to = response.headers.get("Location", "")

    @property
    def text(self) -> str:
        """The words on it, without what marks them up."""
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.source)))

    @property
    def faults(self) -> list[str]:
        """What is to be mended, beside its field."""
        found = re.findall(r'<p class="fault[^"]*"[^>]*>(?:<span[^>]*>[^<]*</span>)?(.*?)</p>', self.source)
        return [html.unescape(fault) for fault in found]

    def hidden(self, name: str) -> str:
        """A hidden field of its first form."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.source)
        return found[1] if found else ""

    def typed(self, name: str) -> str:
        """What stands in a field."""
        found = re.search(rf'<input[^>]* name="{re.escape(name)}" value="([^"]*)"', self.source)
        return html.unescape(found[1]) if found else ""


class Borrower:
    """She opens pages and sends forms; `row` is her loan, `case_id` her case once she is in."""

    def __init__(self, desk: Desk, row: Row, language: str = "zh") -> None:
        self.desk, self.row, self.case_id = desk, row, ""
        self.client = Client()
        self.client.cookies["lang"] = language

    def at(self, path: str) -> str:
        return f"/c/{self.case_id}/{path}" if not path.startswith("/") else path

    def opens(self, path: str) -> Page:
        return Page(self.client.get(self.at(path)))

    def sends(self, path: str, data: Mapping[str, Any], *, form: Page | None = None, to: str = "") -> Page:
        """Send a form, as shown by `form` or by the page at `path` now, to `to` where that is another address."""
        shown = form or self.opens(path)
        frame = {"key": shown.hidden("key"), "seen": shown.hidden("seen")}
        return Page(self.client.post(self.at(to or path), {**frame, **data}))

    def signs_in(self) -> "Borrower":
        loan, number = self.row.loan, self.row.id_number
        self.sends("/start", {"contract": loan.contract, "id_number": number})
        answer = self.sends("/code", {"code": self.code()})
        self.case_id = answer.to.split("/")[2]
        return self

    def code(self) -> str:
        return self.desk.challenges.code(self.client.session["challenge"])

    def answers(self, **other: Mapping[str, Any]) -> "Borrower":
        for name, data in {**ANSWERS, **other}.items():
            answer = self.sends(f"statement/{name}", {**data, "act": "continue"})
            assert answer.status == 302, f"{name}: {answer.faults}"
        return self

    def submits(self) -> "Borrower":
        answer = self.sends("before-you-send", {"told": "yes"})
        assert answer.to == self.at("received")
        return self

    def chooses(self, offer: str = "lightest") -> "Borrower":
        answer = self.sends("plans", {"offer": offer}, to="plans/choose")
        assert answer.to == self.at("?done=chosen")
        return self

    @property
    def file(self) -> CaseFile:
        return load(self.desk, self.case_id)

    def facts(self, kind: str) -> list[Any]:
        """Every fact of a type in her case."""
        return [event.fact for event in self.file.events if event.fact.type == kind]

    def is_answered(self, outcome: Outcome, offer: str = "lightest") -> "Borrower":
        """The desk takes her wish on, proposes and decides, with a second pair of eyes where one is asked for."""
        proposal = Proposal(outcome=outcome)
        if outcome is not Outcome.APPROVED:
            proposal = Proposal(
                outcome=outcome, reasons=("no-surplus",), words="谢谢您告诉我们。", would_change="收入恢复之后。"
            )
        choice = None if outcome is Outcome.REFUSED else Choice(offer=offer)
        self.desk_does(decision.accept_case, AGENT)
        for item in self.file.items:
            if item.need == "income":
                self.desk_does(evidence.waive_paper, AGENT, item.number, "工资由单位直接告知。")
        self.desk_does(decision.propose, AGENT, proposal, choice)
        self.desk_does(decision.decide_case, REVIEWER)
        if self.file.case.second_asked_by:
            self.desk_does(decision.decide_case, SECOND)
        return self

    def desk_does(self, verb: Any, who: Actor, *arguments: Any, **named: Any) -> Done:
        by = By(actor=who, channel=Channel.SYSTEM, key=f"desk:{self.desk.ids.new('w')}")
        outcome = verb(self.desk, by, self.case_id, *arguments, **named)
        assert isinstance(outcome, Done), outcome
        return outcome

    def signs(self) -> "Borrower":
        self.sends("agreement", {"act": "ask"}, to="agreement/sign")
        code = self.desk.challenges.code(self.client.session["signing"]["challenge"])
        answer = self.sends("agreement", {"act": "sign", "code": code, "read": "yes"}, to="agreement/sign")
        assert answer.to == self.at("agreement?done=signed"), answer.faults
        return self


@pytest.fixture
def she(desk: Desk) -> Borrower:
    """A borrower who owes more than six thousand yuan, in Chinese."""
    return Borrower(desk, _loans(desk)[0])


@pytest.fixture
def another(desk: Desk) -> Borrower:
    """Somebody else, in English."""
    return Borrower(desk, _loans(desk)[1], "en")


def _loans(desk: Desk) -> list[Row]:
    return [row for row in BOOK if _fits(row.loan)]


def _fits(loan: Loan) -> bool:
    return 600_000 < loan.principal_minor < 3_000_000 and loan.instalments_left > 3
