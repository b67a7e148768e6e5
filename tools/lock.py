"""Writes requirements/run.txt and dev.txt anew: every package with its version and the hashes of its files.

The locks name no index and no host, so that they serve behind any mirror. Needs uv; Python 3.11 is the oldest served.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Resolve both sets; returns the exit status."""
    uv = shutil.which("uv")
    if uv is None:
        print("make lock needs uv; install it (pip install uv) and try again.", file=sys.stderr)
        return 1
    flags = ["--generate-hashes", "--python-version", "3.11", "--no-header", "--no-annotate", "--no-emit-index-url"]
    flags += ["--no-emit-find-links", "--quiet"]
    for name, extra in (("run", ["--extra", "ocr", "--extra", "s3"]), ("dev", ["--extra", "dev"])):
        out = f"requirements/{name}.txt"
        command = [uv, "pip", "compile", "pyproject.toml", *extra, *flags, "-o", out, *sys.argv[1:]]
        if status := subprocess.call(command, cwd=ROOT, env=os.environ | {"UV_PYTHON_DOWNLOADS": "never"}):
            return status
        print(f"wrote {out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
