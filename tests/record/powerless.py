"""A disk that loses power: every write and sync of SQLite is recorded once; any moment of it can be looked at after.

What was synced is there. Of what was not, each sector of 512 bytes has arrived or not, as chance has it.
"""

from pathlib import Path
from random import Random

import apsw

SECTOR = 512
Op = tuple[str, str, int, bytes]
"""(what, file, offset or size, data); what: write, sync, cut, delete, acknowledged"""


class Recording(apsw.VFS):
    """The machine's own VFS, its writes recorded in `ops`."""

    def __init__(self, name: str) -> None:
        self.ops: list[Op] = []
        super().__init__(name, "")

    def xOpen(self, name, flags):
        return _File(self, name, flags)

    def xDelete(self, name, sync):
        self.ops.append(("delete", Path(name).name, 0, b""))
        super().xDelete(name, sync)


class _File(apsw.VFSFile):
    def __init__(self, vfs, name, flags):
        self.ops = vfs.ops
        self.file = Path(name.filename() if isinstance(name, apsw.URIFilename) else name or "temporary").name
        super().__init__("", name, flags)

    def xWrite(self, data, offset):
        self.ops.append(("write", self.file, offset, bytes(data)))
        super().xWrite(data, offset)

    def xSync(self, flags):
        self.ops.append(("sync", self.file, 0, b""))
        super().xSync(flags)

    def xTruncate(self, size):
        self.ops.append(("cut", self.file, size, b""))
        super().xTruncate(size)


def after_power_cut(before: dict[str, bytes], ops: list[Op], at: int, rng: Random) -> dict[str, bytes]:
    """The files as they lie there when power went after `at` operations."""
    files = {name: bytearray(data) for name, data in before.items()}
    synced = {}
    for number, (what, name, _, _) in enumerate(ops[:at]):
        if what == "sync":
            synced[name] = number
    for number, (what, name, place, data) in enumerate(ops[:at]):
        safe = number < synced.get(name, -1)
        if what == "write":
            _write(files.setdefault(name, bytearray()), place, data, None if safe else rng)
        elif what == "cut" and (safe or rng.random() < 0.5):
            del files.setdefault(name, bytearray())[place:]
        elif what == "delete":
            files.pop(name, None)
    return {name: bytes(data) for name, data in files.items()}


def _write(file: bytearray, place: int, data: bytes, rng: Random | None) -> None:
    if len(file) < place:
        file.extend(bytes(place - len(file)))
    if rng is None:
        file[place : place + len(data)] = data
        return
    start = 0
    while start < len(data):
        end = min(len(data), (place + start) // SECTOR * SECTOR + SECTOR - place)
        if rng.random() < 0.5:
            if len(file) < place + start:
                file.extend(bytes(place + start - len(file)))
            file[place + start : place + end] = data[start:end]
        start = end
