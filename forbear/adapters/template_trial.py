"""Prints a lender's own text for a trial in a process of its own, since a layout may run for ever or eat all memory.

`trial` is asked by `forbear agreement check`; the process it starts reads the same directory and says each fault.
"""

import resource
import subprocess
import sys
from pathlib import Path

SECONDS = 60
"""Four agreements are printed; the house's layout takes a second for each, on a slow machine too."""
MEMORY_BYTES = 1024**3


def trial(folder: Path, seconds: int = SECONDS) -> list[str]:
    """What is wrong with printing by a directory that can be read: one sentence each."""
    said = [sys.executable, "-m", __name__, str(folder)]
    try:
        done = subprocess.run(  # noqa: S603 (our own program; the directory is only read)
            said, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return [f"agreement.typ: it is not printed within {seconds} seconds; look for a loop that goes on for too long"]
    if done.returncode:
        limit = f"{MEMORY_BYTES // 1024**3} GB"
        return [
            f"agreement.typ: it cannot be printed within {limit} of memory; look for something that grows too large"
        ]
    return done.stdout.splitlines()


def main(folder: str) -> None:
    """Print what is wrong with the template of a folder, a line each, within the memory that is given."""
    from forbear.adapters.template_check import printing_faults
    from forbear.adapters.templates import read_template

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for fault in printing_faults(read_template(Path(folder))):
        sys.stdout.write(f"{fault}\n")


if __name__ == "__main__":
    main(sys.argv[1])
