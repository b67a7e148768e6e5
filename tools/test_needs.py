"""Installs what the tests need beyond Python packages, where that can be done without asking; elsewhere says what is
missing and which tests are skipped for it. Used by `make test` and .ci/run. Standard library only.
"""

import glob
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from machine import apt_install, apt_possible, debian_release


@dataclass(frozen=True)
class Need:
    """Something the tests use: what it is called, the Debian package, how to see it, what is skipped without it."""

    name: str
    package: str
    here: Callable[[], bool]
    skipped: str


def needs() -> tuple[Need, ...]:
    """All of them."""
    postgresql = "postgresql-15" if debian_release() == "12" else "postgresql"
    return (
        Need(
            "Chromium's headless shell",
            "chromium-headless-shell",
            lambda: Path("/usr/bin/chromium-headless-shell").exists(),
            "the browser tests, where the package chromium is not there either",
        ),
        Need("a Chinese font", "fonts-noto-cjk", _chinese_font, "no test, but pictures show boxes for Chinese"),
        Need("pdftotext", "poppler-utils", lambda: bool(shutil.which("pdftotext")), "the tests that read PDF files"),
        Need(
            "ClamAV's daemon",
            "clamav-daemon",
            lambda: Path("/usr/sbin/clamd").exists(),
            "the tests with a real scanner",
        ),
        Need("Dovecot", "dovecot-imapd", lambda: Path("/usr/sbin/dovecot").exists(), "the tests with a real mailbox"),
        Need(
            "Dovecot's LMTP",
            "dovecot-lmtpd",
            lambda: Path("/usr/lib/dovecot/lmtp").exists(),
            "the tests with a real mailbox",
        ),
        Need(
            "SoftHSM",
            "softhsm2",
            lambda: bool(shutil.which("softhsm2-util")),
            "the tests with a hardware key's stand-in",
        ),
        Need("sipp", "sip-tester", lambda: bool(shutil.which("sipp")), "the tests with real calls"),
        Need("baresip", "baresip-core", lambda: bool(shutil.which("baresip")), "the tests with a real telephone"),
        Need("PostgreSQL", postgresql, _postgresql, "the tests on PostgreSQL (those on SQLite run)"),
    )


def main() -> int:
    """Install or tell; 0 in either case, for the tests themselves skip with a sentence."""
    missing = [need for need in needs() if not need.here()]
    if missing and apt_possible() and apt_install([need.package for need in missing]):
        print("Not all packages could be installed together; each by itself now.", file=sys.stderr)
        for need in missing:
            apt_install([need.package])
    for need in missing:
        if not need.here():
            print(f"{need.name} is not here; skipped: {need.skipped}. Package: {need.package}", file=sys.stderr)
    return 0


def _chinese_font() -> bool:
    return bool(glob.glob("/usr/share/fonts/**/*CJK*", recursive=True))


def _postgresql() -> bool:
    return bool(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or shutil.which("initdb") is not None


if __name__ == "__main__":
    raise SystemExit(main())
