"""Files somebody might give to a verifier that are no bundle of ours as we make them: what each is, and the check that
has to say so, "" for a file that is no bundle at all.
"""

import io
import struct
import zipfile
from collections.abc import Callable

from forbear.adapters.memory import memory_desk
from forbear.core import bundle as b
from tests.bundles import START, Bag, desk_with_case, exported, packed

Odd = Callable[[Bag], tuple[bytes, str]]
ODD: dict[str, Odd] = {}


def _odd(make: Odd) -> Odd:
    ODD[make.__name__] = make
    return make


@_odd
def empty(bag: Bag) -> tuple[bytes, str]:
    return b"", ""


@_odd
def one_byte(bag: Bag) -> tuple[bytes, str]:
    return b"P", ""


@_odd
def picture(bag: Bag) -> tuple[bytes, str]:
    return b"\xff\xd8\xff\xe0" + bytes(3000), ""


@_odd
def other_zip(bag: Bag) -> tuple[bytes, str]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("holiday/a.jpg", b"\xff\xd8\xff")
    return out.getvalue(), ""


@_odd
def empty_zip(bag: Bag) -> tuple[bytes, str]:
    return b"PK\5\6" + bytes(18), ""


@_odd
def only_a_head(bag: Bag) -> tuple[bytes, str]:
    return b"PK\3\4" + bytes(9), "zip"


@_odd
def claims_500_megabytes(bag: Bag) -> tuple[bytes, str]:
    data = bytearray(bag.zipped())
    struct.pack_into("<I", data, data.index(b"PK\1\2") + 24, 500_000_000)
    return bytes(data), "zip"


@_odd
def bomb(bag: Bag) -> tuple[bytes, str]:
    bag.files["data/papers/9999-paper.jpg"] = bytes(115_000_000)
    return bag.listed().zipped(way=zipfile.ZIP_DEFLATED), "zip"


@_odd
def bomb_that_lies(bag: Bag) -> tuple[bytes, str]:
    """It says that it unpacks to nine bytes, and unpacks to twenty million."""
    bag.files["data/papers/9999-paper.jpg"] = bytes(20_000_000)
    data = bytearray(bag.listed().zipped(way=zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as opened:
        info = opened.infolist()[-1]
        at = data.index(info.filename.encode(), opened.start_dir) - 46
    for place in (at + 24, info.header_offset + 22):
        struct.pack_into("<I", data, place, 9)
    return bytes(data), "zip"


@_odd
def zip64(bag: Bag) -> tuple[bytes, str]:
    """Whole, with a directory of the larger kind, which no bundle needs."""
    data = bag.zipped()
    count, size, start = struct.unpack("<HII", data[-12:-2])
    large = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
    where = struct.pack("<4sIQI", b"PK\6\7", 0, len(data) - 22, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:-22] + large + where + end, "zip"


@_odd
def many_files(bag: Bag) -> tuple[bytes, str]:
    def more(made: zipfile.ZipFile) -> None:
        for number in range(20_001):
            made.writestr(zipfile.ZipInfo(f"{bag.base}/data/x{number}"), b"")

    return bag.zipped(also=more), "zip"


@_odd
def chinese_name(bag: Bag) -> tuple[bytes, str]:
    return bag.zipped(also=lambda made: made.writestr(f"{bag.base}/data/工资.png", b"x")), "zip"


@_odd
def other_installation(bag: Bag) -> tuple[bytes, str]:
    """Whole, and of a desk with another key under the same name."""
    desk = desk_with_case(memory_desk(at=START, seed="another"))
    return packed(desk, exported(desk)), "checkpoint"


@_odd
def later_version(bag: Bag) -> tuple[bytes, str]:
    """What a later Forbear might write."""
    events = [{**event, "v": 2} for event in bag.events()]
    return bag.chained(events).sealed().listed().zipped(), "record"


@_odd
def later_bag(bag: Bag) -> tuple[bytes, str]:
    bag.files["bagit.txt"] = b.BAGIT.replace(b"1.0", b"2.0")
    return bag.listed().zipped(), "bag"


@_odd
def deep(bag: Bag) -> tuple[bytes, str]:
    bag.files[b.EVENTS] = b'{"a":' + b"[" * 90_000 + b"]" * 90_000 + b"}\n"
    return bag.listed().zipped(), "record"


@_odd
def halves(bag: Bag) -> tuple[bytes, str]:
    """A number with a point, which no record has."""
    bag.files[b.DISCLOSURES] = bag.files[b.DISCLOSURES].replace(b'"seq":0}', b'"seq":0.0}', 1)
    return bag.listed().zipped(), "disclosures"


@_odd
def not_text(bag: Bag) -> tuple[bytes, str]:
    bag.files[b.EVENTS] = b"\xff\xfe" * 40 + b"\n"
    return bag.listed().zipped(), "record"
