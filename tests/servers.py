"""What tests start beside themselves: a PostgreSQL cluster, databases in it, the site, a phone. Each start is its own.

Nothing is shared between test processes: directories are temporary, ports are free ones, and all listen on loopback.
"""

import glob
import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = next(filter(os.path.exists, ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")), "")
"""The first is the same browser without a window's machinery, and takes half the time."""
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_CHROMIUM = "Chromium is not here: install the Debian package chromium-headless-shell to run the browser tests"
NO_POSTGRESQL = "PostgreSQL is not here: install the Debian package postgresql to run the tests on it"


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until something holds; fails with its name."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.05)


# ---- PostgreSQL ------------------------------------------------------------------------------------------------


class Cluster:
    """A PostgreSQL cluster of our own; it forgets everything with its directory, so it never waits for the disk unless
    `durable` asks for the settings of a real one.
    """

    def __init__(self, programs: Path, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="forbear-pg-"))
        self.port = free_port()
        self.databases = 0
        self._owner = _unprivileged()
        if self._owner:
            os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
        data = str(self.folder / "data")
        initdb = [str(programs / "initdb"), "-D", data, "-U", "forbear", "-A", "trust", "-E", "UTF8"]
        self._run([*initdb, "--locale=C.UTF-8", "--no-sync"])
        settings = {"listen_addresses": "127.0.0.1"}
        settings |= {} if durable else {"fsync": "off", "full_page_writes": "off"}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(programs / "postgres"), "-D", data, "-p", str(self.port), "-k", str(self.folder), *flags]
        self._log = open(self.folder / "log", "wb")  # noqa: SIM115 (closed in stop)
        self._server = subprocess.Popen(command, stdout=self._log, stderr=self._log, **self._as_owner())
        wait_until(self._answers, 60, f"PostgreSQL; its log is {self.folder}/log")

    def url(self, database: str) -> str:
        """DATABASE_URL of a database in the cluster."""
        return f"postgres://forbear@127.0.0.1:{self.port}/{database}"

    def new_database(self, template: str = "template0") -> str:
        """A database of its own, a copy of `template`; returns its name."""
        self.databases += 1
        name = f"t{self.databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop_database(self, name: str) -> None:
        """Drop it, whoever is still connected."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def stop(self) -> None:
        """Stop the server and remove its directory."""
        self._server.send_signal(signal.SIGINT)
        try:
            self._server.wait(20)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        assert self._server.poll() is None, f"PostgreSQL ended: {(self.folder / 'log').read_text()}"
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._as_owner())
        assert done.returncode == 0, done.stderr

    def _as_owner(self) -> dict[str, object]:
        """PostgreSQL refuses to run as root; as root it runs as its own user, or as nobody."""
        where: dict[str, object] = {"cwd": self.folder}
        if self._owner:
            where |= {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}
        return where


def postgresql_programs() -> Path | None:
    """The directory of initdb and postgres, the newest version; None where PostgreSQL is not installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    if found:
        return Path(found[-1]).parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


def _unprivileged() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError("there is neither a user postgres nor a user nobody")


# ---- the site --------------------------------------------------------------------------------------------------


class Site:
    """The real site in a process of its own, with its own home, database, port and a clock that the test moves."""

    def __init__(self, database_url: str = "") -> None:
        self.home = Path(tempfile.mkdtemp(prefix="forbear-site-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.clock_file = self.home / "clock"
        self.log = self.home / "log"
        self._server: subprocess.Popen[bytes] | None = None
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("FORBEAR_", "DJANGO_", "DATABASE_URL", "SMTP"))
        }
        self.environment: Mapping[str, str] = kept | {
            "FORBEAR_HOME": str(self.home),
            "FORBEAR_DEV": "1",
            "FORBEAR_CLOCK_FILE": str(self.clock_file),
            "DJANGO_SETTINGS_MODULE": "forbear.config.settings",
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        }
        self.move_clock(datetime.fromisoformat("2026-03-02T10:00:00+08:00"))

    @property
    def database(self) -> str:
        """ "sqlite" or "postgresql"."""
        return "postgresql" if self.environment["DATABASE_URL"] else "sqlite"

    def start(self, prepared: Path | None = None) -> None:
        """Prepare the database, or copy a prepared SQLite file, and serve; returns when the site says it is ready."""
        if prepared is None:
            self.prepare()
        else:
            copy_of_sqlite(prepared, self.home / "forbear.sqlite3")
        self.serve()

    def prepare(self) -> None:
        """Make the database's tables."""
        self._django("migrate", "--verbosity", "0")

    def serve(self) -> None:
        """Serve from the database as it is, again after `kill`."""
        server = ["-m", "granian", "--interface", "asgi", "--host", "127.0.0.1"]
        server += ["--port", str(self.port), "--no-ws", "forbear.config.asgi:application"]
        with open(self.log, "ab") as log:
            self._server = subprocess.Popen(
                [sys.executable, *server], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        wait_until(self._ready, 60, f"the site; its log says: {self.log.read_text('utf-8', 'replace')[-2000:]}")

    def move_clock(self, to: datetime) -> None:
        """From now on it is `to` (with its zone) for the site and its commands, in one step."""
        assert to.tzinfo is not None, "a time carries its zone"
        draft = self.clock_file.with_suffix(".new")
        draft.write_text(to.isoformat())
        draft.replace(self.clock_file)

    def forbear(self, *arguments: str, given: str = "") -> str:
        """Run a `forbear` subcommand on the site's home; returns what it printed."""
        return self._run([sys.executable, "-m", "forbear", *arguments], given)

    def python(self, code: str) -> str:
        """Run Python in the site's environment, Django set up; returns what it printed."""
        return self._run([sys.executable, "-c", f"import django; django.setup()\n{code}"])

    def stop(self) -> None:
        """Stop the server and remove the home."""
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def kill(self) -> None:
        """As a power cut would: the server and the processes it started are gone at once."""
        assert self._server is not None
        children = Path(f"/proc/{self._server.pid}/task/{self._server.pid}/children").read_text().split()
        for pid in (self._server.pid, *map(int, children)):
            os.kill(pid, signal.SIGKILL)
        self._server.wait()

    def _ready(self) -> bool:
        assert self._server is not None
        assert self._server.poll() is None, f"the site ended: {self.log.read_text('utf-8', 'replace')}"
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _django(self, *arguments: str) -> str:
        return self._run([sys.executable, "-m", "django", *arguments])

    def _run(self, command: list[str], given: str = "") -> str:
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, input=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (
            f"{' '.join(command)[:200]} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
        return done.stdout


class Place:
    """Installations on one kind of database, each with a home of its own; no site is served. `prepared`: a database
    with its tables, a file of SQLite or a name in the `cluster`.
    """

    def __init__(self, prepared: Path | str, cluster: Cluster | None = None) -> None:
        self.prepared, self.cluster = prepared, cluster
        self._sites: list[Site] = []

    def site(self) -> Site:
        """One whose tables are there."""
        if self.cluster is not None:
            return self._new(str(self.prepared))
        site = self._new()
        copy_of_sqlite(Path(self.prepared), site.home / "forbear.sqlite3")
        return site

    def empty(self) -> Site:
        """One whose home and database are empty: its clock lies elsewhere."""
        site = self._new()
        clock = site.home.with_suffix(".clock")
        shutil.move(site.clock_file, clock)
        site.environment = {**site.environment, "FORBEAR_CLOCK_FILE": str(clock)}
        return site

    def clear(self) -> None:
        """Remove them all."""
        for site in self._sites:
            site.home.with_suffix(".clock").unlink(missing_ok=True)
            site.stop()

    def _new(self, template: str = "template0") -> Site:
        self._sites.append(Site(self.cluster.url(self.cluster.new_database(template)) if self.cluster else ""))
        return self._sites[-1]


def copy_of_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of an SQLite database, whatever is still in its write-ahead log."""
    with sqlite3.connect(source) as original, sqlite3.connect(target) as copy:
        original.backup(copy)
    original.close()
    copy.close()
