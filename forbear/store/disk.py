"""What is written is on the disk before anything relies on it."""

import os
from pathlib import Path


def make_once(file: Path, content: bytes) -> None:
    """A file for its owner alone, whole and in one step: of several processes that start at once the first one's is
    kept, and a power cut takes it away from nobody who has read it.
    """
    draft = file.with_name(f".{file.name}-{os.getpid()}-{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    on_disk(file.parent)


def on_disk(folder: Path) -> None:
    """Have the names in a folder on the disk: a power cut takes away none of them."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
