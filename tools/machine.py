"""What this machine lets us do: install Debian packages, as root or with a sudo that asks nothing."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path


def debian_release() -> str:
    """The version of Debian, such as "12"; "" elsewhere."""
    try:
        lines = Path("/etc/os-release").read_text("utf-8").splitlines()
    except OSError:
        return ""
    facts = {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines)}
    return facts.get("VERSION_ID", "") if facts.get("ID") == "debian" else ""


def apt_possible() -> bool:
    """Whether Debian packages can be installed without asking anybody."""
    return bool(debian_release()) and shutil.which("apt-get") is not None and _as_root() is not None


def apt_install(packages: Sequence[str]) -> int:
    """Install Debian packages; waits up to ten minutes for another installation to end. Returns the exit status."""
    prefix = _as_root()
    assert prefix is not None, "ask apt_possible first"
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=600"]
    print(f"Installing Debian packages: {' '.join(packages)}", flush=True)
    if status := subprocess.call([*apt, "update"], stdout=subprocess.DEVNULL):
        return status
    return subprocess.call([*apt, "install", "--no-install-recommends", *packages], stdout=subprocess.DEVNULL)


def _as_root() -> list[str] | None:
    """What to put before a command so that it runs as root; None when that is not possible."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.call(["sudo", "-n", "true"], stderr=subprocess.DEVNULL) == 0:
        return ["sudo", "-n"]
    return None
