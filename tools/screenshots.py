"""Takes the pictures of docs/pictures anew, from both sites with the made-up town in them: `make screenshots`.

A picture is a name, a width, who looks and the way to its page; each is taken in Chinese and in English. The clock
stands at a fixed time and the town is made from a fixed seed, so that a picture changes only when its page does.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import servers  # noqa: E402 (the project's root must be known first)
from tests.browser import people  # noqa: E402
from tests.browser.insider import Insider  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
BYTES_MAX = 250_000
PHONE, WIDE = (390, 844), (1280, 900)
LANGUAGES = ("zh", "en")

FIND = """
from forbear.core.case import Stage
from forbear.core.payments import Standing
from forbear.actions.plan import offers_today
answer = {}
lines = desk.cases.queue(waits_for="", stage="", search="", offset=0, limit=200)
for line in lines:
    file = load(desk, line.case_id)
    case, kind = file.case, ""
    if case.stage is Stage.STATEMENT and not case.submissions and len(file.answers) > 4:
        kind = "draft"
    elif case.stage is Stage.PLAN and len({offer.plan for offer in offers_today(desk, file).offers}) > 3:
        kind = "offers"
    elif case.stage is Stage.DECISION and case.accepted and case.proposed is None and case.waits_for == "agent":
        kind = "status"
    elif case.stage is Stage.DECISION and case.waits_for == "reviewer" and file.proposal and file.proposal.plan:
        kind = "note"
    elif case.stage is Stage.AGREEMENT and case.offered and case.waits_for == "borrower":
        kind = "sign"
    elif case.standing is Standing.ON_TRACK and len(file.payments) > 2 and not case.closed:
        kind = "paying"
    if kind and kind not in answer:
        row = desk.loans.find(line.contract).row
        answer[kind] = [line.case_id, row.loan.contract, row.id_number, row.name, row.phone]
"""


@dataclass
class Town:
    """The site with the made-up town in it, and a case of each kind: its id and who it is about."""

    site: servers.Site
    insider: Insider
    cases: dict[str, tuple[str, people.Guest]]


@dataclass(frozen=True)
class Picture:
    """`go` takes a page and leaves it where the picture is taken. `who`: a case's kind, a person of the desk, or ""."""

    name: str
    size: tuple[int, int]
    who: str
    go: Callable[[Any, Town], object]


def main() -> int:
    """Start a site, fill it, walk to each page, take its picture."""
    if not servers.CHROMIUM:
        print(servers.NO_CHROMIUM, file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(parents=True, exist_ok=True)
    site = servers.Site()
    try:
        town = _fill(site)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=servers.CHROMIUM, args=list(servers.CHROMIUM_FLAGS))
            for language in LANGUAGES:
                signed_in: dict[str, Any] = {}
                for picture in TAKEN:
                    _take(browser, town, picture, language, signed_in)
            browser.close()
        town.insider.stop()
    finally:
        site.stop()
    return 0


def _fill(site: servers.Site) -> Town:
    site.start()
    print(site.forbear("sample"), end="", flush=True)
    kept = json.loads((site.home / "first-run.json").read_text("utf-8"))
    people.PASSWORD = kept["password"]
    insider = Insider(site)
    insider.do("from forbear.config.wiring import desk as wired; desk = wired()")
    insider.do("from forbear.actions.record import load")
    found = insider.do(FIND)
    site.insider = insider  # type: ignore[attr-defined]
    return Town(site, insider, {kind: (who[0], people.Guest(*who[1:])) for kind, who in found.items()})


# ---- the ways ------------------------------------------------------------------------------------------------------


def _landing(page: Any, town: Town) -> None:
    page.goto("/")


def _question(page: Any, town: Town) -> None:
    page.goto(f"/c/{town.cases['draft'][0]}/statement/income")
    page.fill("[name=m-wages]", "四千五")
    page.fill("[name=m-partner]", "￥1,800")


def _offers(page: Any, town: Town) -> None:
    page.goto(f"/c/{town.cases['offers'][0]}/plans")
    _up(page, "ul.offers .offer")


def _all_offers(page: Any, town: Town) -> None:
    page.goto(f"/c/{town.cases['offers'][0]}/plans")


def _status(page: Any, town: Town) -> None:
    page.goto(f"/c/{town.cases['status'][0]}/")


def _sign(page: Any, town: Town) -> None:
    page.goto(f"/c/{town.cases['sign'][0]}/agreement")
    page.locator("section[aria-labelledby=sign-h] button").first.click()
    page.fill("[name=code]", people.code_sent(page, town.site))  # type: ignore[arg-type]
    page.check("[name=read]")
    _up(page, "section[aria-labelledby=sign-h]", above=260)


def _payments(page: Any, town: Town) -> None:
    page.goto(f"/c/{town.cases['paying'][0]}/payments")


def _queue(page: Any, town: Town) -> None:
    page.goto("/desk/?move=all")


def _case(page: Any, town: Town) -> None:
    page.goto(f"/desk/cases/{town.cases['note'][0]}")


def _note(page: Any, town: Town) -> None:
    page.goto(f"/desk/cases/{town.cases['note'][0]}/decision")


TAKEN = (
    Picture("landing", PHONE, "", _landing),
    Picture("question", PHONE, "draft", _question),
    Picture("offers", PHONE, "offers", _offers),
    Picture("offers-wide", WIDE, "offers", _all_offers),
    Picture("status", PHONE, "status", _status),
    Picture("sign", PHONE, "sign", _sign),
    Picture("payments", PHONE, "paying", _payments),
    Picture("desk-queue", WIDE, "lin", _queue),
    Picture("desk-queue-narrow", PHONE, "lin", _queue),
    Picture("desk-case", WIDE, "lin", _case),
    Picture("desk-decision", WIDE, "chen", _note),
)


# ---- the camera ----------------------------------------------------------------------------------------------------


def _take(browser: Any, town: Town, picture: Picture, language: str, signed_in: dict[str, Any]) -> None:
    """One picture; who has signed in stays signed in for the next ones."""
    url, (width, height) = town.site.url, picture.size
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        device_scale_factor=2 if width < 600 else 1.25,
        reduced_motion="reduce",
        storage_state=signed_in.get(picture.who),
    )
    context.add_cookies([{"name": "lang", "value": language, "url": url}])
    page = context.new_page()
    if picture.who and picture.who not in signed_in:
        _enter(page, town, picture.who)
        signed_in[picture.who] = context.storage_state()
    picture.go(page, town)
    file = PICTURES / f"{picture.name}-{language}.png"
    page.screenshot(path=file)
    context.close()
    _lighten(file)
    print(f"took docs/pictures/{file.name}", flush=True)


def _enter(page: Any, town: Town, who: str) -> None:
    if who in town.cases:
        page.goto("/start")
        people.prove(page, town.site, town.cases[who][1])  # type: ignore[arg-type]
    else:
        people.sign_in(page, who)


def _up(page: Any, place: str, above: int = 12) -> None:
    """Scroll until a place stands near the top."""
    page.evaluate("([place, above]) => document.querySelector(place).scrollIntoView()", [place, above])
    page.evaluate("(above) => window.scrollBy(0, -above)", above)


def _lighten(file: Path) -> None:
    """Few colours make a small file; a page has few."""
    from PIL import Image

    with Image.open(file) as taken:
        reduced = taken.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    reduced.save(file, optimize=True)
    assert file.stat().st_size < BYTES_MAX, f"{file.name} has {file.stat().st_size} bytes"


if __name__ == "__main__":
    raise SystemExit(main())
