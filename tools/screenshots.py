"""Takes the pictures of docs/pictures anew, from the real site on a home of its own: `make screenshots`.

A picture is a name, a language, a width and the way to its page; the way is a function that goes there.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import servers  # noqa: E402 (the project's root must be known first)

PICTURES = ROOT / "docs" / "pictures"
NOW = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
PHONE = (390, 844)


@dataclass(frozen=True)
class Picture:
    """`go` takes a fresh page on the site's address and leaves it where the picture is taken."""

    name: str
    language: str
    size: tuple[int, int]
    go: Callable[[Any], object]


def landing(page: Any) -> None:
    """The borrower's page, as she finds it."""
    page.goto("/")


TAKEN = (Picture("landing-zh", "zh", PHONE, landing), Picture("landing-en", "en", PHONE, landing))


def main() -> int:
    """Start a site, walk to each page, take its picture."""
    if not Path(servers.CHROMIUM).exists():
        print(servers.NO_CHROMIUM, file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(parents=True, exist_ok=True)
    site = servers.Site()
    try:
        site.move_clock(NOW)
        site.start()
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=servers.CHROMIUM, args=list(servers.CHROMIUM_FLAGS))
            for picture in TAKEN:
                _take(browser, site.url, picture)
            browser.close()
    finally:
        site.stop()
    return 0


def _take(browser: Any, url: str, picture: Picture) -> None:
    width, height = picture.size
    view = {"width": width, "height": height}
    context = browser.new_context(base_url=url, viewport=view, device_scale_factor=2, reduced_motion="reduce")
    context.add_cookies([{"name": "lang", "value": picture.language, "url": url}])
    page = context.new_page()
    picture.go(page)
    page.screenshot(path=PICTURES / f"{picture.name}.png")
    context.close()
    print(f"took docs/pictures/{picture.name}.png", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
