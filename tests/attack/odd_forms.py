"""Bundles whole in what they say and loose in how they say it, so that two readers could see two things: zips that one
tool unpacks otherwise than another, lists and proofs in a second form. All of them join ODD (odd_bundles.py).
"""

import json
import struct
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from forbear.core import bundle as b
from tests.attack.odd_bundles import ODD as ODD
from tests.bundles import Bag

PAGE = "data/timeline.en.html"


# ---- the zip -----------------------------------------------------------------------------------------------------


@dataclass
class Entry:
    """A file of a zip as it is written: what its head says may be another thing than what the directory says."""

    name: str
    data: bytes
    packed: bytes | None = None
    size: int | None = None
    method: int = 0
    inner_method: int | None = None
    flags: int = 0
    version: int = 20
    after: bytes = b""
    folder: bool = False

    def sizes(self) -> tuple[int, int, int]:
        packed = self.data if self.packed is None else self.packed
        return zlib.crc32(self.data), len(packed), len(self.data) if self.size is None else self.size


def zipped(entries: list[Entry], *, count: int | None = None, disk: int = 0) -> bytes:
    """A zip of these, byte by byte; `count`, `disk`: what its end says."""
    out = directory = b""
    for one in entries:
        name, at, mode = one.name.encode(), len(out), 0o040755 if one.folder else 0o100644
        inner = one.method if one.inner_method is None else one.inner_method
        head = struct.pack("<4sHHHIIIIHH", b"PK\3\4", 20, one.flags, inner, 0, *one.sizes(), len(name), 0)
        out += head + name + (one.data if one.packed is None else one.packed) + one.after
        told = (20, one.version, one.flags, one.method, 0, *one.sizes(), len(name), 0, 0, 0, 0, mode << 16, at)
        directory += struct.pack("<4sHHHHIIIIHHHHHII", b"PK\1\2", *told) + name
    many = len(entries) if count is None else count
    return out + directory + struct.pack("<4sHHHHIIH", b"PK\5\6", disk, 0, many, many, len(directory), len(out), 0)


def entries(bag: Bag) -> list[Entry]:
    return [Entry(f"{bag.base}/{name}", data) for name, data in bag.files.items()]


def deflated(data: bytes, *, ended: bool = True) -> bytes:
    pump = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return pump.compress(data) + pump.flush(zlib.Z_FINISH if ended else zlib.Z_SYNC_FLUSH)


def _page(**changed: Any) -> Callable[[Bag], tuple[bytes, str]]:
    """With the timeline's file written in another way, its data given where it is a function of it."""

    def make(bag: Bag) -> tuple[bytes, str]:
        made = entries(bag)
        page = next(one for one in made if one.name.endswith(PAGE))
        for name, value in changed.items():
            setattr(page, name, value(page.data) if callable(value) else value)
        return zipped(made), "zip"

    return make


def _more(*more: Entry) -> Callable[[Bag], tuple[bytes, str]]:
    return lambda bag: (zipped([*entries(bag), *more]), "zip")


ODD |= {
    "bytes_between": _page(after=b"HIDDENBYTES!"),
    "bytes_between_as_if_sizes_followed": _page(flags=8, after=b"PK\7\10" + b"HIDDENBYTES!"),
    "packed_goes_on_past_its_size": _page(method=8, packed=lambda data: deflated(data + b"<p>more</p>")),
    "packed_never_ends": _page(method=8, packed=lambda data: deflated(data, ended=False)),
    "junk_behind_packed": _page(method=8, packed=lambda data: deflated(data) + b"HIDDEN" * 9),
    "packed_in_no_way": _page(method=8, packed=b"no deflate at all"),
    "longer_than_its_size": _page(packed=lambda data: data + b"<p>more</p>"),
    "shorter_than_its_size": _page(size=10**6),
    "another_method_inside": _page(inner_method=8),
    "patched": _page(flags=0x20),
    "strongly_encrypted": _page(flags=0x40),
    "of_a_later_zip": _page(version=70),
    "an_empty_folder_beside": _more(Entry("elsewhere/", b"", folder=True)),
    "counts_wrongly": lambda bag: (zipped(entries(bag), count=3), "zip"),
    "of_several_disks": lambda bag: (zipped(entries(bag), disk=1), "zip"),
}


# ---- lists and proofs --------------------------------------------------------------------------------------------


def _list(change: Callable[[bytes], bytes], name: str = "manifest-sha256.txt") -> Callable[[Bag], tuple[bytes, str]]:
    def make(bag: Bag) -> tuple[bytes, str]:
        bag.files[name] = change(bag.files[name])
        if name != b.TAG_MANIFEST:
            bag.files[b.TAG_MANIFEST] = b.manifest({tag: b.held(bag.files[tag]) for tag in b.TAGS})
        return bag.zipped(), "bag"

    return make


ODD |= {
    "list_with_returns": _list(lambda text: text.replace(b"\n", b"\r\n")),
    "tag_list_with_returns": _list(lambda text: text.replace(b"\n", b"\r\n"), b.TAG_MANIFEST),
    "list_with_other_line_ends": _list(lambda text: text.replace(b"\n", "\u2028".encode(), 1)),
    "list_without_its_end": _list(lambda text: text[:-1]),
    "list_with_a_mark_first": _list(lambda text: b"\xef\xbb\xbf" + text),
    "list_with_a_line_twice": _list(lambda text: text + text.splitlines(keepends=True)[0]),
    "list_in_binary_mode": _list(lambda text: text.replace(b"  ", b" *")),
}


def _proof(name: str, check: str, change: Callable[[bytes], bytes]) -> Callable[[Bag], tuple[bytes, str]]:
    def make(bag: Bag) -> tuple[bytes, str]:
        bag.files[name] = change(bag.files[name])
        return bag.listed().zipped(), check

    return make


def _line(name: str, check: str, **members: Any) -> Callable[[Bag], tuple[bytes, str]]:
    """With members of the second event's first line as given, or as a function of what they are."""

    def change(data: bytes) -> bytes:
        lines = [json.loads(line) for line in data.splitlines()]
        line = next(one for one in lines if one["seq"] == 1)
        line |= {key: value(line[key]) if callable(value) else value for key, value in members.items()}
        return b"".join(json.dumps(one, sort_keys=True, separators=(",", ":")).encode() + b"\n" for one in lines)

    return _proof(name, check, change)


def _looser(path: list[str]) -> list[str]:
    """The first step in another base64 of the same bytes."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    first = path[0]
    return [f"{first[:-2]}{signs[signs.index(first[-2]) ^ 1]}=", *path[1:]]


def _trust(**members: Any) -> Callable[[Bag], tuple[bytes, str]]:
    def change(data: bytes) -> bytes:
        return json.dumps({**json.loads(data), **members}, sort_keys=True, separators=(",", ":")).encode() + b"\n"

    return _proof(b.TRUST, "checkpoint", change)


def _its_own_witness(bag: Bag) -> tuple[bytes, str]:
    """The log's key named as a witness too: what it signed, it signed."""
    return _trust(witnesses=[json.loads(bag.files[b.TRUST])["log"]])(bag)[0], "witnesses"


def _signed_too(line: str) -> Callable[[Bag], tuple[bytes, str]]:
    return _proof(b.CHECKPOINT, "checkpoint", lambda note: note + f"{line}\n".encode())


STAMP = b64encode(bytes(9)).decode()

ODD |= {
    "disclosure_of_event_true": _line(b.DISCLOSURES, "disclosures", seq=True),
    "disclosure_of_event_in_words": _line(b.DISCLOSURES, "disclosures", seq="1"),
    "disclosure_of_a_list": _line(b.DISCLOSURES, "disclosures", seq=[1]),
    "disclosure_that_says_more": _line(b.DISCLOSURES, "disclosures", told="what nobody signed"),
    "disclosure_with_half_a_sign": _line(b.DISCLOSURES, "disclosures", told="\ud800"),
    "disclosure_with_a_huge_number": _line(b.DISCLOSURES, "disclosures", told=2**60),
    "proof_of_event_true": _line(b.INCLUSION, "inclusion", seq=True),
    "proof_that_says_more": _line(b.INCLUSION, "inclusion", told="what nobody signed"),
    "proof_in_looser_base64": _line(b.INCLUSION, "inclusion", path=_looser),
    "proof_with_a_path_by_name": _line(b.INCLUSION, "inclusion", path=lambda path: dict.fromkeys(path, 1)),
    "trust_in_other_letters": _proof(b.TRUST, "checkpoint", lambda data: data.decode().encode("utf-16")),
    "trust_with_a_mark_first": _proof(b.TRUST, "checkpoint", lambda data: b"\xef\xbb\xbf" + data),
    "trust_with_blanks": _proof(b.TRUST, "checkpoint", lambda data: data.replace(b":", b": ")),
    "trust_with_two_keys": _proof(b.TRUST, "checkpoint", lambda data: data.replace(b"{", b'{"log":"x+0+A",', 1)),
    "witnesses_by_name": _trust(witnesses={}),
    "witnesses_in_one_word": _trust(witnesses="abc"),
    "witnesses_nobody": _trust(witnesses=None),
    "witness_that_is_the_log": _its_own_witness,
    "note_without_its_end": _proof(b.CHECKPOINT, "checkpoint", lambda note: note[:-1]),
    "note_with_a_return": _proof(b.CHECKPOINT, "checkpoint", lambda note: note[:-1] + b"\r\n"),
    "note_with_no_signature_at_its_end": _signed_too("hello world"),
    "note_with_looser_base64": _signed_too(f"— another {STAMP[:-2]}B="),
    "note_with_a_short_signature": _signed_too("— another AAAA"),
    "note_with_a_plus_in_a_name": _signed_too(f"— an+other {STAMP}"),
    "note_with_a_control_sign": _signed_too(f"— an\x01other {STAMP}"),
    "note_with_signatures_without_end": _signed_too("\n".join([f"— another {STAMP}"] * 101)),
}
