"""What every test may ask for: databases, the site, a phone in front of it. Each is made on first use and kept apart.

`database`: a committed, private database, once on SQLite and once on PostgreSQL · `home`, `place`: installations on
each · `site`: the real site · `phone`: a Chromium page of 390 × 844 in a language, with or without JavaScript ·
`axe_violations(page)`: what axe finds · `campaign(name, **figures)`: what is told at the end.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import campaigns, databases, servers

os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parent.parent / ".pytest_cache/compiled"))
"""What one process compiled the others load: a site or a worker on a fresh home need not begin anew each time."""
settings.register_profile(
    "any machine",
    derandomize=not os.environ.get("FORBEAR_LONG"),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any machine")
"""A slow machine is no failure: how fast things are is what `make bench` says. Nor is bad luck one of whoever changes
something else: each run makes up the same examples and games, `make rehearse-long` ever new ones.
"""


@pytest.fixture
def campaign(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """`campaign("power cuts", cuts=2_000, lost=0)`: figures told at the end of the run (tests/campaigns.py)."""

    def tell(name: str, **figures: int) -> None:
        record_property("campaign", campaigns.line(name, figures))

    return tell


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tell what the campaigns found; at full size keep what those that passed did."""
    told = {
        state: [
            value
            for report in terminalreporter.getreports(state)
            for name, value in getattr(report, "user_properties", ())
            if name == "campaign" and report.when == "call"
        ]
        for state in ("passed", "failed")
    }
    if not any(told.values()):
        return
    terminalreporter.section("campaigns")
    for name, figures in sorted(campaigns.added([*told["passed"], *told["failed"]]).items()):
        terminalreporter.line(f"{name}: {campaigns.said(figures)}")
    if os.environ.get("FORBEAR_LONG") and told["passed"]:
        before = campaigns.PAGE.read_text("utf-8") if campaigns.PAGE.exists() else ""
        campaigns.PAGE.write_text(campaigns.page(before, campaigns.added(told["passed"])), "utf-8")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[servers.Cluster]:
    """A PostgreSQL cluster of this test process."""
    programs = servers.postgresql_programs()
    if programs is None:
        pytest.skip(servers.NO_POSTGRESQL)
    cluster = servers.Cluster(programs)
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    """A migrated SQLite file to copy from."""
    file: Path = tmp_path_factory.mktemp("sqlite") / "prepared.sqlite3"
    with django_db_blocker.unblock():
        databases.prepare_sqlite(file)
    return file


@pytest.fixture(scope="session")
def prepared_postgresql(postgresql: servers.Cluster, django_db_blocker: Any) -> str:
    """The name of a migrated database to copy from."""
    with django_db_blocker.unblock():
        return databases.prepare_postgresql(postgresql)


@pytest.fixture
def sqlite_database(prepared_sqlite: Path, tmp_path: Path, django_db_blocker: Any) -> Iterator[databases.Database]:
    """A private SQLite database behind Django's default connection."""
    with django_db_blocker.unblock(), databases.fresh_sqlite(prepared_sqlite, tmp_path) as settings:
        yield databases.Database("sqlite", settings)


@pytest.fixture
def postgresql_database(
    postgresql: servers.Cluster, prepared_postgresql: str, django_db_blocker: Any
) -> Iterator[databases.Database]:
    """A private PostgreSQL database behind Django's default connection."""
    with django_db_blocker.unblock(), databases.fresh_postgresql(postgresql, prepared_postgresql) as settings:
        yield databases.Database("postgresql", settings)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> databases.Database:
    """A private database, the test run once on each kind."""
    made: databases.Database = request.getfixturevalue(f"{request.param}_database")
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Iterator[servers.Place]:
    """Installations of this test alone, once on SQLite and once on PostgreSQL."""
    cluster = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    found = servers.Place(request.getfixturevalue(f"prepared_{request.param}"), cluster)
    yield found
    found.clear()


@pytest.fixture
def home(place: servers.Place) -> servers.Site:
    """An installation of this test alone whose tables are there, on each kind of database; no site is served."""
    return place.site()


@pytest.fixture(scope="module")
def site(prepared_sqlite: Path) -> Iterator[servers.Site]:
    """The site on an empty book, one for each file of tests; `site.move_clock`, `site.forbear(…)`, `site.python(…)`."""
    running = servers.Site()
    try:
        running.start(prepared_sqlite)
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, one process for all tests of this test process."""
    if not servers.CHROMIUM:
        pytest.skip(servers.NO_CHROMIUM)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=servers.CHROMIUM, args=list(servers.CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium: Any) -> Iterator[Callable[..., Any]]:
    """`phone(site.url, language="zh", javascript=True)`: a page in a context of its own.

    When the test ends, each page must have loaded nothing from elsewhere and broken no rule of the content policy.
    """
    opened = []

    def open_page(url: str, *, language: str = "zh", javascript: bool = True, **more: Any) -> Any:
        context = chromium.new_context(
            base_url=url,
            locale="zh-CN" if language == "zh" else "en-GB",
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
            **({"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2} | more),
        )
        context.add_cookies([{"name": "lang", "value": language, "url": url}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.javascript = javascript
        faults: list[str] = []
        page.on("request", lambda asked: _note_elsewhere(faults, asked.url, url))
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on("console", lambda line: _note_policy(faults, line.text))
        opened.append((context, faults))
        return page

    yield open_page
    faults = [fault for _, noted in opened for fault in noted]
    for context, _ in opened:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def axe_violations(chromium: Any) -> Callable[[Any], list[str]]:
    """`axe_violations(page)`: one line for each violation and place; an accessible page gives []."""
    import axe_playwright_python

    source = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
    copy = chromium.new_page()
    copy.javascript = True

    def violations(page: Any) -> list[str]:
        if not page.javascript:
            return _with_scripts(copy, page, violations)
        # The debugger's evaluation is not bound by the page's content policy, which therefore stays in force.
        page.evaluate(source)
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{page.url} {violation['id']}: {violation['help']} at {' '.join(map(str, node['target']))}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return violations


def _with_scripts(copy: Any, page: Any, look: Callable[[Any], list[str]]) -> list[str]:
    """Axe is a script: show it what a page without scripts shows, at the same address, in a `copy` that has them."""
    shown = re.sub(r"<script.*?</script>|</?noscript[^>]*>", "", page.content(), flags=re.DOTALL)
    copy.set_viewport_size(page.viewport_size)
    address = page.url.split("#")[0]
    copy.route(address, lambda route: route.fulfill(body=shown, content_type="text/html; charset=utf-8"))
    copy.goto(address)
    found = look(copy)
    copy.unroute(address)
    return found


def _note_elsewhere(faults: list[str], asked: str, home: str) -> None:
    if not asked.startswith((home, "data:", "blob:")):
        faults.append(f"asked another place: {asked}")


def _note_policy(faults: list[str], line: str) -> None:
    if "Content Security Policy" in line:
        faults.append(line)
