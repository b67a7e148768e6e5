"""The checks that need no running code, each with its name; all run, and those that failed are named at the end."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
STEPS = (
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."], "make fix"),
    ("lint", [str(BIN / "ruff"), "check", "--quiet", "."], "make fix, then by hand"),
    ("types", [str(BIN / "mypy"), "--no-error-summary"], "say what a value is"),
    ("import directions", [str(BIN / "lint-imports"), "--no-logo"], ".importlinter says why"),
    (
        "migrations",
        [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run", "--verbosity", "1"],
        "python -m django makemigrations",
    ),
)


def main() -> int:
    """Run every step; 1 when one failed."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="forbear-check-") as home:
        environment = os.environ | {"FORBEAR_HOME": home, "DJANGO_SETTINGS_MODULE": "forbear.config.settings"}
        for name, command, mend in STEPS:
            done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)
            print(f"{'ok    ' if done.returncode == 0 else 'FAILED'}  {name}", flush=True)
            if done.returncode:
                failed.append(f"{name} (to mend: {mend})")
                print(done.stdout + done.stderr, flush=True)
    if failed:
        print("Failed: " + "; ".join(failed), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
