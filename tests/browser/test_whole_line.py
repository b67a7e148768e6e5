"""The whole line in a browser: from the first page on her phone to a plan paid off, the desk's people beside her.

In Chinese and in English, with and without JavaScript. At every stop the page says what the record says, is accessible,
fits the screen, weighs little, loads nothing from elsewhere and speaks one language.
"""

import json
import re
import urllib.request
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from forbear.words import say
from forbear.words.format import day, money
from tests.browser import people
from tests.browser.eyes import Eyes

DESK = {"viewport": {"width": 1280, "height": 900}, "device_scale_factor": 1}
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TEN = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
PAYS_MINOR = 70000
"""What she finds she can pay a month, and asks for."""


@dataclass
class Line:
    """One walk: her page, the desk's two pages, what was read off the way."""

    site: people.Inhabited
    page: Any
    phone: Any
    eyes: Eyes
    guest: people.Guest
    language: str
    now: datetime = TEN
    case_id: str = ""
    said: dict[str, Any] = field(default_factory=dict)

    def at(self, path: str = "") -> str:
        return f"/c/{self.case_id}/{path}"

    def words(self, key: str, **facts: object) -> str:
        return say(self.language, key, **facts)

    def money(self, amount_minor: int) -> str:
        return money(self.language, amount_minor)

    def day(self, iso: str) -> str:
        return day(self.language, date.fromisoformat(iso))

    def look(self) -> None:
        self.eyes.look(self.page, language=self.language)

    def text(self, of: str = "main") -> str:
        return str(self.page.inner_text(of))

    def record(self, expression: str) -> Any:
        return self.site.insider.record(self.case_id, expression)

    def later(self, **much: int) -> None:
        """Time passes, and the worker does what fell due. Away for more than half an hour, she is asked who she is."""
        self.now += timedelta(**much)
        self.move_to(self.now)

    def move_to(self, at: datetime) -> None:
        self.now = at
        self.site.move_clock(at)
        self.site.insider.work()

    def comes_back(self, path: str = "") -> None:
        """She opens a page of her case again and proves who she is, as after every long pause."""
        self.page.goto(self.at(path))
        assert "/start" in self.page.url
        assert self.words("site.page.again.line") in self.text()
        people.prove(self.page, self.site, self.guest)
        self.page.wait_for_url(f"**{self.at(path)}")

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label).first.click()

    def follow(self, label: str) -> None:
        self.page.get_by_role("link", name=label).first.click()


@pytest.fixture(params=["zh-javascript", "zh-plain", "en-javascript", "en-plain"])
def line(request: pytest.FixtureRequest, own_site: people.Inhabited, phone: Any, eyes: Eyes) -> Line:
    language, _, scripts = request.param.partition("-")
    page = phone(own_site.url, language=language, javascript=scripts == "javascript")
    guest = people.MEI if language == "zh" else people.ANN
    return Line(own_site, page, phone, eyes, guest, language)


def test_from_the_first_page_to_a_plan_paid_off(line: Line):
    comes_in(line)
    tells(line)
    hands_in(line)
    sends_papers(line)
    chooses(line)
    the_desk_decides(line)
    signs(line)
    pays(line)


# ---- her side ------------------------------------------------------------------------------------------------------


def comes_in(line: Line) -> None:
    line.page.goto("/")
    assert line.page.inner_text("h1") == line.words("site.page.landing.title")
    line.look()
    with line.page.expect_navigation():
        line.follow(line.words("site.page.landing.start"))
    line.look()
    line.case_id = people.prove(line.page, line.site, line.guest)
    assert line.page.inner_text("h1") == line.words("site.page.case.title")
    assert line.money(368640) in line.text(), "what she owes: 3,600.00 + 64.80 + 21.60"
    assert line.guest.contract in line.text()
    line.look()
    with line.page.expect_navigation():
        line.follow(line.words("site.page.case.now.begin_go"))


def tells(line: Line) -> None:
    for name, given in people.answers(line.language):
        line.page.wait_for_url(f"**/statement/{name}")
        assert line.page.inner_text("h1") == line.words(f"statement.page.{name}.title")
        if name == "outgoings":
            assert line.money(450000) in line.text(), "wages, however they were typed"
        line.look()
        people.fill(line.page, given)
        line.press(line.words("site.page.continue"))
    line.page.wait_for_url("**/check")


def hands_in(line: Line) -> None:
    text = line.text()
    for said in (line.money(450000), line.money(180000), line.money(90000), line.money(18050), line.day("2025-12-01")):
        assert said in text
    assert line.money(450000 - 90000 - 120000 - 18050) in text, "what is left each month"
    line.look()
    line.follow(line.words("site.page.continue"))
    line.page.wait_for_url("**/before-you-send")
    line.look()
    with line.page.expect_navigation():
        line.press(line.words("statement.page.meaning.submit"))
    assert line.words("statement.page.meaning.told_fault") in line.text()
    assert line.page.title().startswith(line.words("site.page.error_prefix"))
    line.look()
    line.page.check("[name=told]")
    line.press(line.words("statement.page.meaning.submit"))
    line.page.wait_for_url("**/received")
    assert line.day("2026-03-02") in line.text()
    assert line.guest.contract in line.text()
    assert line.day(line.record("file.case.papers_by_on")) in line.text()
    line.look()


def sends_papers(line: Line) -> None:
    line.page.goto(line.at("papers"))
    line.look()
    forms = line.page.locator("section.item form")
    wanted = forms.count()
    assert wanted == line.record("len(file.items)")
    for number in range(wanted):
        one = forms.nth(number)
        name = f"paper-{number + 1}.pdf"
        one.locator("[name=files]").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": PAPER})
        one.locator("button").click()
        line.page.wait_for_url(f"**/papers?done=got-{number + 1}")
        assert name in line.text()
    assert line.record("[paper.facts.size for paper in file.papers_of(1)]") == [len(PAPER)]
    line.look()


def chooses(line: Line) -> None:
    line.page.goto(line.at("plans"))
    found = line.record(
        "[(o.name, o.plan.instalment_max_minor, o.plan.total_minor, o.plan.ends_on, o.plan.forgiven.total_minor)"
        " for o in plan.offers_today(desk, file).offers]"
    )
    assert found
    for name, instalment, total, ends_on, _ in found:
        card = line.text(f"#plan-{name}") if line.page.locator(f"#plan-{name}").count() else line.text(".offers")
        assert line.money(instalment) in card
        assert line.money(total) in card
        assert line.day(ends_on) in card
    assert line.money(368640) in line.text(), "what she owes today"
    line.look()
    tries(line)
    line.page.locator("#try-answer form button").click()
    line.page.wait_for_url("**/?done=chosen")
    asked = line.record("[file.case.requested, file.requested.plan.instalment_max_minor]")
    assert asked == ["own-instalment", PAYS_MINOR]
    line.look()


def tries(line: Line) -> None:
    """What if she pays 700: answered in place with scripts, on a new page without."""
    line.page.fill("[name=pay]", "七百")
    if not line.page.javascript:
        line.press(line.words("offers.page.try.go"))
    tried = line.page.locator("#try-answer .money")
    tried.wait_for()
    assert tried.inner_text() == line.money(PAYS_MINOR)
    line.look()


# ---- the desk's side -----------------------------------------------------------------------------------------------


def at_the_desk(line: Line, name: str) -> Any:
    page = line.phone(line.site.url, language=line.language, **DESK)
    people.sign_in(page, name)
    return page


def the_desk_decides(line: Line) -> None:
    line.later(days=1)
    agent, reviewer = at_the_desk(line, "lin"), at_the_desk(line, "chen")
    line.said |= {"agent": agent, "reviewer": reviewer}
    agent.fill("#find", line.guest.contract)
    agent.press("#find", "Enter")
    agent.locator("table.queue tbody th a").click()
    agent.wait_for_url(f"**/desk/cases/{line.case_id}")
    assert line.guest.name in agent.inner_text("h1")
    agent.goto(f"/desk/cases/{line.case_id}/decision")
    with agent.expect_navigation():
        agent.get_by_role("button", name=line.words("desk.decision.accept")).first.click()
    line.comes_back()
    assert line.day(line.record("file.case.decide_by_on")) in line.text()
    line.look()
    agent.goto(f"/desk/cases/{line.case_id}/papers")
    for number in range(1, agent.locator("section.paper").count() + 1):
        agent.locator(f"#item-{number} button[value=accept]").click()
        agent.locator(f"#item-{number} .chip.accepted").wait_for()
    agent.goto(f"/desk/cases/{line.case_id}/decision")
    agent.check("[name=outcome][value=approved]")
    agent.check("[name=plan][value=pay]")
    agent.fill("[name=pay]", "700元")
    agent.get_by_role("button", name=line.words("desk.decision.propose")).last.click()
    agent.locator("article.note-sheet").wait_for()
    line.later(hours=3)
    reviewer.goto(f"/desk/cases/{line.case_id}/decision")
    assert line.money(PAYS_MINOR) in reviewer.inner_text("article.note-sheet")
    with reviewer.expect_navigation():
        reviewer.get_by_role("button", name=line.words("desk.note.decide")).first.click()
    assert line.record("[file.decided.outcome, file.decided.decided_by]") == ["approved", "chen"]


def signs(line: Line) -> None:
    line.later(hours=20)
    line.comes_back("answer")
    decided = line.record("[file.decided.owed.total_minor, file.decided.plan.plan.instalment_max_minor]")
    for amount in decided:
        assert line.money(amount) in line.text()
    line.look()
    with line.page.expect_navigation():
        line.follow(line.words("decision.page.on_agreement"))
    rows = line.record(
        "[(r.due_on, r.amount_minor, r.balance_minor) for r in file.offered.terms.plan.instalments]",
    )
    shown = line.page.locator("table tbody tr")
    assert [shown.nth(index).inner_text().split("\t") for index in range(shown.count())] == [
        [line.day(due_on), f"{amount // 100:,}.{amount % 100:02d}", f"{balance // 100:,}.{balance % 100:02d}"]
        for due_on, amount, balance in rows
    ]
    line.said["rows"] = rows
    line.look()
    line.press(line.words("agreement.page.sign.ask_go"))
    line.page.wait_for_url("**/agreement?done=code")
    line.page.fill("[name=code]", people.code_sent(line.page, line.site))
    line.page.check("[name=read]")
    line.look()
    line.press(line.words("agreement.page.sign.code_go"))
    line.page.wait_for_url("**/agreement?done=signed")
    line.site.insider.work()
    line.page.goto(line.at("agreement"))
    line.look()
    with line.page.expect_download() as waited:
        line.follow(line.words("agreement.page.pdf"))
    document = waited.value.path().read_bytes()
    assert document.startswith(b"%PDF")
    assert document.rstrip().endswith(b"%%EOF")


# ---- payments ------------------------------------------------------------------------------------------------------


def pays(line: Line) -> None:
    """The first instalment by the agent's hand, the second from the lender's system, the others in a file."""
    rows = line.said["rows"]
    assert len(rows) >= 3
    for number, (due_on, amount, _) in enumerate(rows, start=1):
        line.move_to(datetime.fromisoformat(f"{due_on}T11:00:00+08:00"))
        if number == 1:
            enters(line, amount, due_on)
        elif number == 2:
            sends(line, amount, due_on)
            line.comes_back("payments")
            left = sum(row[1] for row in rows[2:])
            assert line.money(left) in line.text()
            assert line.words("payments.page.fact.kept_value", done=2, count=len(rows)) in line.text()
            line.look()
    imports(line, rows[2:])
    line.comes_back()
    assert line.words("site.page.case.now.completed_title") in line.text()
    line.look()
    line.page.goto(line.at("payments"))
    assert line.page.locator("table tbody tr").count() >= len(rows)
    assert line.money(sum(row[1] for row in rows)) in line.text()
    line.look()
    assert line.record("[file.case.standing, payments.settlement_figure(file, today)]") == ["completed", None]


def enters(line: Line, amount_minor: int, due_on: str) -> None:
    agent = at_the_desk(line, "wu")
    agent.goto(f"/desk/cases/{line.case_id}/payments")
    agent.fill("[name=amount]", f"{amount_minor // 100}.{amount_minor % 100:02d}")
    agent.fill("[name=reference]", "counter 1")
    agent.get_by_role("button", name=line.words("desk.payments.add")).first.click()
    agent.locator(".flash").wait_for()
    assert line.money(amount_minor) in agent.inner_text(".flash")
    line.said["agent"] = agent


def sends(line: Line, amount_minor: int, due_on: str) -> None:
    """The same transfer told twice is one payment."""
    told = {
        "contract": line.guest.contract,
        "amount": f"{amount_minor // 100}.{amount_minor % 100:02d}",
        "paid_on": due_on,
        "reference": "transfer 2",
    }
    statuses = []
    for _ in range(2):
        asked = urllib.request.Request(
            f"{line.site.url}/api/payments",
            data=json.dumps(told).encode(),
            headers={"Authorization": f"Bearer {people.API_KEY}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:
            statuses.append(answer.status)
    assert statuses == [201, 200]


def imports(line: Line, rows: list[Any]) -> None:
    lines = ["contract,amount,paid_on,reference"]
    for number, (due_on, amount, _) in enumerate(rows, start=3):
        lines.append(f"{line.guest.contract},{amount // 100}.{amount % 100:02d},{due_on},file {number}")
    agent = line.said["agent"]
    agent.goto("/desk/payments/import")
    data = "\n".join(lines).encode()
    agent.locator("input[type=file]").set_input_files({"name": "p.csv", "mimeType": "text/csv", "buffer": data})
    with agent.expect_navigation():
        agent.locator("main form button").first.click()
    assert re.search(rf"\b{len(rows)}\b", agent.inner_text("main"))
