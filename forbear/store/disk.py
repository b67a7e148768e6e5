"""What is written is on the disk before anything relies on it."""

import os
from pathlib import Path


def on_disk(folder: Path) -> None:
    """Have the names in a folder on the disk: a power cut takes away none of them."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
