"""Unpacks a bundle's zip without trusting it: what it holds as digests, and the bytes of what has to be read.

Everything that would let two readers see different things in one file, or write outside of a folder, or grow without
end, is a fault and names itself. Nothing is written anywhere.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from forbear.core.bundle import PROOFS, TAG_MANIFEST, TAGS, WITHHELD, Held
from forbear.core.bundle_check import Bag, Fault

FILES_MOST = 20_000
BYTES_MOST = 1 << 32
TIMES_MOST = 200
"""How many times its size a zip may unpack to, beyond 64 MiB: text packs to a twentieth, a bomb to a thousandth."""
FREE_BYTES = 1 << 26
NAME_MOST = 250
PIECE_BYTES = 1 << 20
READ = PROOFS | {*TAGS, TAG_MANIFEST, WITHHELD}
READ_BYTES_MOST = 1 << 28
"""What has to be read at once never is larger, in all; a case of a million events would be."""

_PLAIN = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*/?")
_DESCRIPTOR = (0, 12, 16, 20, 24)
"""Bytes that may follow a file whose sizes were not known when it began."""


class NoBundle(Exception):
    """This is no bundle that could hold or not; the text says why."""


def read_bundle(path: Path) -> Bag:
    """The bag in a zip; raises Fault for what the check `zip` finds, NoBundle where there is nothing to check."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise NoBundle(f"it cannot be read: {error.strerror}") from error
    with file:
        if file.read(2) != b"PK":
            raise NoBundle("it is no zip file")
        try:
            with zipfile.ZipFile(file) as packed:
                _measure(packed, file.seek(0, 2))
                _alone(packed, file)
                return _unpacked(packed)
        except (zipfile.BadZipFile, struct.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise Fault("unpack", what=error) from error
        except (ValueError, LookupError, zlib.error) as error:
            raise Fault("unpack", what=error) from error


def _need(holds: object, key: str, **facts: object) -> None:
    if not holds:
        raise Fault(key, **facts)


def _measure(packed: zipfile.ZipFile, length: int) -> None:
    """Before anything is unpacked: how many, how much, and under which names."""
    infos = packed.infolist()
    total = sum(info.file_size for info in infos)
    _need(len(infos) <= FILES_MOST, "many_files", count=len(infos), most=FILES_MOST)
    _need(total <= min(BYTES_MOST, TIMES_MOST * length + FREE_BYTES), "bomb", bytes=total)
    seen = set()
    for info in infos:
        name = info.orig_filename
        steps = name.split("/")
        leads_out = not _PLAIN.fullmatch(name) or {".", ".."} & set(steps) or len(name) > NAME_MOST
        _need(not leads_out, "name", name=repr(name))
        _need(name.lower() not in seen, "twice", name=name)
        seen.add(name.lower())
        _need(not info.flag_bits & 1, "encrypted", name=name)
        kind = (info.external_attr >> 16) & 0o170000
        _need(kind in (0, 0o100000, 0o040000), "link", name=name)
        _need(info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), "packed", name=name)


def _alone(packed: zipfile.ZipFile, file: BinaryIO) -> None:
    """Every byte belongs to one file or to the directory at the end."""
    at = 0
    for info in sorted(packed.infolist(), key=lambda one: one.header_offset):
        _need(info.header_offset - at in (_DESCRIPTOR if at else (0,)), "around")
        file.seek(info.header_offset)
        head = struct.unpack("<4sHHHHHIIIHH", file.read(30))
        inside = (info.CRC, info.compress_size, info.file_size)
        same = head[2] & 8 or head[6:9] == inside
        _need(same, "two_sizes", name=info.filename)
        at = info.header_offset + 30 + head[9] + head[10] + info.compress_size
    file.seek(packed.start_dir)
    directory = file.read()
    size, start, comment = struct.unpack("<IIH", directory[-10:])
    ends = directory[-22:-18] == b"PK\5\6" and comment == 0
    whole = ends and (start, size + 22) == (packed.start_dir, len(directory)) and start - at in _DESCRIPTOR
    _need(whole, "around")


def _unpacked(packed: zipfile.ZipFile) -> Bag:
    files: dict[str, Held] = {}
    texts: dict[str, bytes] = {}
    bases: set[str] = set()
    for info in packed.infolist():
        base, slash, name = info.orig_filename.partition("/")
        bases.add(base if slash else "")
        digest, size, kept = sha256(), 0, []
        with packed.open(info) as entry:
            while piece := entry.read(PIECE_BYTES):
                digest.update(piece)
                size += len(piece)
                kept += [piece] if name in READ else []
        if name in READ:
            _need(sum(map(len, texts.values())) + size <= READ_BYTES_MOST, "long", name=name)
            texts[name] = b"".join(kept)
        if size or (not name.endswith("/") and name):
            files[name] = Held(digest.hexdigest(), size)
    if not _is_bundle(files):
        raise NoBundle("it is a zip file and holds no bundle")
    _need(len(bases) == 1 and "" not in bases, "folder")
    return Bag(files, texts)


def _is_bundle(names: Sequence[str] | dict[str, Held]) -> bool:
    """Whether anything in it says that it means to be one."""
    return any(name in READ for name in names)
