"""What the house rules look at: the project's files, as git would keep them."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("contact", "statement", "evidence", "plan", "decision", "agreement", "payments")


def files(*patterns: str) -> list[Path]:
    """Files of the project that match any of the patterns, sorted; built and private things are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        found = {ROOT / name for name in listed.stdout.split("\0") if name}
    else:  # an unpacked archive has no git
        found = {path for pattern in patterns for path in ROOT.glob(pattern.replace("*", "**/*", 1))}
        found = {path for path in found if not any(part in (".venv", ".home") for part in path.parts)}
    return sorted(path for path in found if path.is_file())


def name(path: Path) -> str:
    """The path within the project, for messages."""
    return path.relative_to(ROOT).as_posix()


def none(faults: Iterable[str]) -> None:
    """There are none; a failure lists all of them."""
    found = list(faults)
    assert not found, "\n" + "\n".join(found)
