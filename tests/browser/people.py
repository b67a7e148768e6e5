"""The people of the browser tests: four borrowers in a loan book of their own, two agents, two reviewers, an auditor.

Loans and households are small and plain, so that a plan is paid off within a test. Identity numbers check, but begin
with 99, which is no province.
"""

import atexit
import csv
import io
import re
import shutil
import time
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from forbear.core.identity import check_character
from forbear.words import say
from tests import servers
from tests.browser.insider import Insider

API_KEY = "a-key-for-the-browser-tests"
PASSWORD = "four plain words suffice"
STAFF = (("lin", "agent"), ("wu", "agent"), ("chen", "reviewer"), ("zhao", "reviewer"), ("he", "auditor"))


@dataclass(frozen=True)
class Guest:
    """A borrower of the book: what she types to prove who she is."""

    contract: str
    id_number: str
    name: str
    phone: str
    language: str = "zh"


MEI = Guest("HC-2025-0000101", "990101198803140021", "周小梅", "15400000101")
ANN = Guest("HC-2025-0000102", "990101199107220049", "Ann Parker", "15400000102", "en")
GUO = Guest("HC-2025-0000103", "990101197905050030", "郭建国", "15400000103")
LAN = Guest("HC-2025-0000104", "990101198512010067", "何兰", "15400000104")


def guest(number: int) -> Guest:
    """One more borrower of the book, 1 to `MORE`."""
    first = f"99010119800115{number:03d}"
    name = f"王小{'一二三四五六七八九十双和平'[number - 1]}"
    return Guest(f"HC-2025-0000{200 + number}", first + check_character(first), name, f"15400000{200 + number}")


MORE = 13
GUESTS = (MEI, ANN, GUO, LAN, *(guest(number) for number in range(1, MORE + 1)))

_LOAN = {
    "currency": "CNY",
    "signed_on": "2025-05-28",
    "principal": "3600.00",
    "interest": "64.80",
    "penalty": "21.60",
    "fees": "0.00",
    "annual_rate_percent": "18",
    "penalty_rate_percent": "27",
    "day_count": "30/360",
    "oldest_unpaid_due_on": "2026-01-15",
    "instalment": "680.00",
    "instalments_left": "6",
    "due_day": "15",
    "as_of": "2026-03-02",
    "email": "",
    "place": "cn/sichuan/chengdu",
}


class Inhabited(servers.Site):
    """A site that runs, with the book in it, staff at the desk and somebody inside; takes `API_KEY`."""

    def __init__(self, **more: str) -> None:
        super().__init__()
        self.environment = {**self.environment, "FORBEAR_API_KEYS": sha256(API_KEY.encode()).hexdigest(), **more}
        shutil.copytree(furnished(), self.home, dirs_exist_ok=True)
        self.serve()
        self.insider = Insider(self)

    def stop(self) -> None:
        self.insider.stop()
        super().stop()


@cache
def furnished() -> Path:
    """A home with the book and the people in it, made once in each test process; every site lives in a copy."""
    site = servers.Site()
    atexit.register(site.stop)
    site.prepare()
    insider = Insider(site)
    move_in(site, insider)
    insider.stop()
    site.clock_file.unlink()
    return site.home


def move_in(site: servers.Site, insider: Insider) -> None:
    """Import the book with the real command, and give each person of the desk an account with a second factor."""
    rows = [
        {**_LOAN, "contract": g.contract, "id_number": g.id_number, "name": g.name, "phone": g.phone}
        | {"language": g.language}
        for g in GUESTS
    ]
    written = io.StringIO()
    sheet = csv.DictWriter(written, fieldnames=list(rows[0]))
    sheet.writeheader()
    sheet.writerows(rows)
    file = site.home / "book.csv"
    file.write_text(written.getvalue(), "utf-8")
    site.forbear("loans", "import", str(file))
    insider.do(
        "from forbear.config.staff import new_person\n"
        "from forbear.config.sample import _second_factor\n"
        f"for name, role in {STAFF!r}:\n"
        f"    new_person(name, role, password={PASSWORD!r})\n"
        "    _second_factor(name)\n"
    )


# ---- at the door --------------------------------------------------------------------------------------------------


def code_sent(page: Any, site: Inhabited) -> str:
    """The newest one-time code, read off the development outbox in a window of its own."""
    site.insider.work()
    outbox = page.context.new_page()
    outbox.goto("/dev/outbox")
    shown = outbox.locator("article .code").first.inner_text()
    outbox.close()
    return str(re.sub(r"\D", "", shown))


def prove(page: Any, site: Inhabited, guest: Guest) -> str:
    """From the page that asks who she is to her case; returns the case's id."""
    page.fill("[name=contract]", guest.contract)
    page.fill("[name=id_number]", guest.id_number)
    page.locator("main form button").first.click()
    page.wait_for_url("**/code*")
    page.fill("[name=code]", code_sent(page, site))
    page.locator("main form button").first.click()
    page.wait_for_url("**/c/**")
    found = re.search(r"/c/([^/]+)/", page.url)
    assert found, page.url
    return found[1]


DIGITS_SECONDS = 30
"""How long the digits of an authenticator stand."""
_SIGNED_IN: dict[tuple[str, str], list[dict[str, Any]]] = {}


def sign_in(page: Any, name: str) -> None:
    """At the desk: as who is signed in there already, or else with the password and the second factor's digits."""
    page.goto("/desk/")
    place = page.url.partition("/accounts/")[0], name
    if place in _SIGNED_IN:
        page.context.add_cookies(_SIGNED_IN[place])
        page.goto("/desk/")
        if page.url.endswith("/desk/"):
            return
    _prove_staff(page, name)
    _SIGNED_IN[place] = [one for one in page.context.cookies() if "session" in one["name"]]


def _prove_staff(page: Any, name: str) -> None:
    """Digits serve once, so somebody who has just been in waits for the next ones."""
    page.fill("[name=login]", name)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url("**/2fa/**")
    for _ in range(2):
        page.fill("[name=code]", staff_code(page, name))
        with page.expect_navigation():
            page.locator("main form button").first.click()
        if page.url.endswith("/desk/"):
            return
        page.wait_for_timeout(1_000 * (DIGITS_SECONDS - time.time() % DIGITS_SECONDS) + 500)
    raise AssertionError(f"{name} did not get in: {page.url}")


def staff_code(page: Any, name: str) -> str:
    """The digits an authenticator app would show now."""
    outbox = page.context.new_page()
    outbox.goto("/dev/outbox")
    row = outbox.locator("ul.staff li").filter(has=outbox.locator(f"b:text-is('{name}')"))
    shown = row.locator(".code").inner_text()
    outbox.close()
    return str(re.sub(r"\D", "", shown))


# ---- her answers ---------------------------------------------------------------------------------------------------


def answers(language: str) -> list[tuple[str, dict[str, str]]]:
    """What she fills in on each question, in order. `tick:` and `pick:` stand before boxes and lists."""
    wages = "四千五" if language == "zh" else "4,500元"
    return [
        ("cause", {"tick:cause": "income-cut"}),
        ("since", {"on-year": "2025", "on-month": "12", "on-day": "1"}),
        ("until", {"tick:state": "unknown"}),
        ("story", {"words": say(language, "statement.page.cause.option.income-cut")}),
        ("home", {"pick:place": "cn/sichuan/chengdu", "adults": "1", "children": "1"}),
        ("income", {"m-wages": wages, "once": "2026-06 ￥1800", "tick:proof": "A"}),
        ("outgoings", {"m-rent": "900", "m-food": "1200", "m-utilities": "180.5"}),
        ("debts", {"tick:state": "none"}),
        ("wish", {"tick:kinds": "longer-term"}),
    ]


def fill(page: Any, given: dict[str, str]) -> None:
    """Type, tick and pick."""
    for name, value in given.items():
        kind, _, field = name.rpartition(":")
        if name == "once":
            month, amount = value.split()
            page.locator("button[name=act][value=add]").click()
            page.wait_for_selector("[name=r0-amount]")
            page.select_option("[name=r0-month]", month)
            page.fill("[name=r0-amount]", amount)
        elif kind == "tick":
            page.check(f"[name={field}][value={value}]")
        elif kind == "pick":
            page.select_option(f"[name={field}]", value)
        else:
            page.fill(f"[name={name}]", value)
