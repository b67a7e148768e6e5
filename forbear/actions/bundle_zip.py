"""A bundle as one zip, written piece by piece: nothing is held twice, and the same bundle gives the same bytes.

Files of the vault are read a second time here, and what comes must be what was sealed.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from forbear.actions.ports import Vault
from forbear.core.bundle import Held

_EPOCH = (1980, 1, 1, 0, 0, 0)
_PACKED = (".txt", ".html", ".json", ".jsonl", ".py", ".pem", ".tsr", ".eml", "/checkpoint")
"""What gets smaller by packing; pictures, sounds and PDF files do not."""


class Spoilt(Exception):
    """A file of the vault is not what it was, or is gone; the text says which. The bundle is not written."""


@dataclass(frozen=True)
class Part:
    """One file of a bundle: its bytes, or the file of the vault that they are read from."""

    name: str
    held: Held
    data: bytes | None = None
    blob: str = ""


@dataclass(frozen=True)
class Bundle:
    """A bundle ready to be written. `name`: of its one folder, and of the file without `.zip`."""

    name: str
    parts: tuple[Part, ...]


def zipped(bundle: Bundle, vault: Vault) -> Iterator[bytes]:
    """The bytes of the zip; raises Spoilt in the middle, so whoever writes them keeps the file only when they end."""
    out = _Pipe()
    with zipfile.ZipFile(out, "w") as packed:  # type: ignore[call-overload]
        for part in bundle.parts:
            info = zipfile.ZipInfo(f"{bundle.name}/{part.name}", _EPOCH)
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED if part.name.endswith(_PACKED) else zipfile.ZIP_STORED
            with packed.open(info, "w") as entry:
                for piece in _pieces(part, vault):
                    entry.write(piece)
                    yield from out.taken()
            yield from out.taken()
    yield from out.taken()


def measured(vault: Vault, blob: str) -> Held:
    """Digest and size of a file of the vault; KeyError where it is gone."""
    digest, size = sha256(), 0
    for piece in vault.open_stream(blob):
        digest.update(piece)
        size += len(piece)
    return Held(digest.hexdigest(), size)


def _pieces(part: Part, vault: Vault) -> Iterator[bytes]:
    if part.data is not None:
        yield part.data
        return
    digest = sha256()
    try:
        for piece in vault.open_stream(part.blob):
            digest.update(piece)
            yield piece
    except KeyError as gone:
        raise Spoilt(f"{part.name} was erased while the bundle was written") from gone
    if digest.hexdigest() != part.held.sha256:
        raise Spoilt(f"{part.name} changed while the bundle was written")


class _Pipe:
    """What zipfile writes, to be taken in pieces; it cannot go back, so sizes follow their file in the zip."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield from pieces
