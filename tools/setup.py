"""Makes .venv with the locked packages and the project in it: `python3 tools/setup.py run` or `… dev`.

Works with Debian's python3 alone, as root or not. A stamp keeps the second call short. Standard library only.
"""

import hashlib
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from machine import apt_install, apt_possible

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON_LEAST = (3, 11)


def main(kind: str) -> int:
    """Make or complete the environment; returns the exit status."""
    if sys.version_info < PYTHON_LEAST:
        return _say(
            f"Forbear needs Python 3.11 or later; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11"
        )
    stamp = VENV / f".forbear-{kind}"
    wanted = _fingerprint(kind)
    if stamp.exists() and stamp.read_text() == wanted:
        return 0
    if not (VENV / "bin" / "python").exists() and (status := _make_venv()):
        return status
    print(f"Installing the locked packages of requirements/{kind}.txt into .venv", flush=True)
    if status := _install(ROOT / "requirements" / f"{kind}.txt"):
        return _say(
            "The packages could not be installed; what stands above says why. Nothing else was changed.", status
        )
    _add_project()
    stamp.write_text(wanted)
    return 0


def _fingerprint(kind: str) -> str:
    """What the environment was made from: it is completed again when the lock, this script or the place changes."""
    digest = hashlib.sha256(str(ROOT).encode())
    for file in (ROOT / "requirements" / f"{kind}.txt", Path(__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _make_venv() -> int:
    try:
        from ensurepip import bootstrap  # noqa: F401 (Debian keeps it in a package of its own)
    except ImportError:
        if not apt_possible():
            return _say("Python's venv module is not complete here. Ask an administrator for the package python3-venv.")
        if apt_install(["python3-venv"]):
            return _say("The package python3-venv could not be installed; what stands above says why.")
    print("Making the environment .venv", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    return subprocess.call([sys.executable, "-m", "venv", str(VENV)])


def _install(lock: Path) -> int:
    """Wheels only, each checked against its hash: nothing is built and nothing unknown runs."""
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
    return subprocess.call([*pip, "install", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)])


def _add_project() -> None:
    """The source tree on the environment's path, and the command; packaging tools are not needed for that."""
    python = VENV / "bin" / "python"
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.check_output([str(python), "-c", ask], text=True).strip())
    (site / "forbear-source.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "forbear"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(str(python))} -m forbear "$@"\n')
    command.chmod(0o755)


def _say(sentence: str, status: int = 1) -> int:
    print(sentence, file=sys.stderr)
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
