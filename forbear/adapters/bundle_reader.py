"""Unpacks a bundle's zip without trusting it: what it holds as digests, and the bytes of what has to be read.

Everything that would let two readers see different things in one file, or write outside of a folder, or grow without
end, is a fault and names itself. Nothing is written anywhere.
"""

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
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
_END = struct.Struct("<4sIHHIIH")
_HEAD = struct.Struct("<4sHHHIIIIHH")
_KINDS = (0, 0o04, 0o10)
"""What a file may be: of no kind, a folder, a plain file."""
_ENCRYPTED, _SIZES_FOLLOW, _ODD = 0x1, 0x8, 0x60
"""Bits of a file's flags."""


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
        if not zipfile.is_zipfile(file):
            raise Fault("no_end")
        try:
            with zipfile.ZipFile(file) as packed:
                length = file.seek(0, os.SEEK_END)
                _measure(packed, length)
                return _unpacked(packed, file, length)
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
        _need(not info.flag_bits & _ENCRYPTED, "encrypted", name=name)
        _need(info.external_attr >> 28 in _KINDS, "link", name=name)
        plainly = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not info.flag_bits & _ODD
        _need(plainly, "packed", name=name)


def _unpacked(packed: zipfile.ZipFile, file: BinaryIO, length: int) -> Bag:
    """Every file in the order of its bytes, each of which belongs to one file or to the directory at the end."""
    infos = sorted(packed.infolist(), key=lambda one: one.header_offset)
    starts = [*(info.header_offset for info in infos), packed.start_dir]
    count, directory = len(infos), length - _END.size - packed.start_dir
    _need(starts[0] == 0 and directory >= 0, "around")
    file.seek(-_END.size, os.SEEK_END)
    _need(file.read() == _END.pack(b"PK\5\6", 0, count, count, directory, packed.start_dir, 0), "around")
    files: dict[str, Held] = {}
    texts: dict[str, bytes] = {}
    bases: set[str] = set()
    for info, after in zip(infos, starts[1:], strict=True):
        base, slash, name = info.orig_filename.partition("/")
        bases.add(base if slash else "")
        held, text = _file(file, info, after, keep=name in READ)
        if text is not None:
            _need(sum(map(len, texts.values())) + held.size <= READ_BYTES_MOST, "long", name=name)
            texts[name] = text
        if held.size or (not name.endswith("/") and name):
            files[name] = held
    if not _is_bundle(files):
        raise NoBundle("it is a zip file and holds no bundle")
    _need(len(bases) == 1 and "" not in bases, "folder")
    return Bag(files, texts)


def _file(file: BinaryIO, info: zipfile.ZipInfo, after: int, *, keep: bool) -> tuple[Held, bytes | None]:
    """A file as head, data and what may follow tell it, up to the next one at `after`; its bytes where kept."""
    name, sizes = info.orig_filename, (info.CRC, info.compress_size, info.file_size)
    file.seek(info.header_offset)
    mark, _, flags, method, _, *inside, named, more = _HEAD.unpack(file.read(_HEAD.size))
    same = (mark, method, file.read(named)) == (b"PK\3\4", info.compress_type, name.encode())
    _need(same and (flags & _SIZES_FOLLOW or tuple(inside) == sizes), "two_heads", name=name)
    file.seek(more, os.SEEK_CUR)
    digest, crc, size, kept = sha256(), 0, 0, []
    for piece in _pieces(file, info):
        digest.update(piece)
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        _need(size <= info.file_size, "not_whole", name=name)
        kept += [piece] if keep else []
    _need((crc, size) == (info.CRC, info.file_size), "not_whole", name=name)
    gap = file.read(max(0, min(after - file.tell(), 1 + 24)))
    follow = [struct.pack(form, 0x08074B50, *sizes) for form in ("<IIII", "<IIQQ")] if flags & _SIZES_FOLLOW else []
    _need(file.tell() == after and gap in (b"", *follow), "around")
    return Held(digest.hexdigest(), size), b"".join(kept) if keep else None


def _pieces(file: BinaryIO, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a file unpacks to; a fault where its packed bytes are cut, or go on behind its end."""
    pump, left, packed = zlib.decompressobj(-zlib.MAX_WBITS), info.compress_size, info.compress_type != 0
    while left > 0:
        piece = file.read(min(left, PIECE_BYTES))
        _need(piece, "not_whole", name=info.orig_filename)
        left -= len(piece)
        yield pump.decompress(piece) if packed else piece
        _need(not pump.unused_data, "not_whole", name=info.orig_filename)
    _need(pump.eof is packed, "not_whole", name=info.orig_filename)


def _is_bundle(names: Sequence[str] | dict[str, Held]) -> bool:
    """Whether anything in it says that it means to be one."""
    return any(name in READ for name in names)
