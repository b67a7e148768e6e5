"""Makes clean pictures of one file that came from outside: run as a script of its own, never imported by the house.

Reads the file on stdin and writes frames on stdout: a letter, a length of four bytes, then that many bytes. `P` is a
page (JSON) and the `J` after it its JPEG, `C` the clean PDF, `A` what the file says of itself, `F` a fault, `E` the
end; without the end the work was cut off. All that a file can spoil is this process: before its first byte is read,
`confine` takes away the network, other programs, new files, and more memory or time than a page needs.
"""

import ctypes
import io
import json
import os
import resource
import struct
import sys
from collections.abc import Iterator
from typing import Any

MEMORY_BYTES = 1200 * 1024 * 1024
CPU_SECONDS = 30
LONG_SIDE = 2200
TALL = 3
"""times as high as wide: from here on a page is shown in pieces"""
SCALE_MOST = 4
"""A page of a PDF is drawn with at most 288 dots an inch."""
PIXELS_MOST = 50_000_000
JPEG_PIXELS_MOST = 220_000_000
"""A JPEG is decoded at an eighth, a quarter or half of its size, so that a telephone's largest pictures fit."""
QUALITY = 88
VALUE_MOST = 200
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
CATALOGUE_KEPT = frozenset({"/Type", "/Pages", "/Version", "/OCProperties"})
PAGE_KEPT = frozenset({"/Type", "/Parent", "/Resources", "/Contents", "/Rotate", "/UserUnit", "/Group", "/MediaBox"})
PAGE_KEPT |= {"/CropBox", "/BleedBox", "/TrimBox", "/ArtBox"}
"""What of a PDF says how it looks; the rest acts, hides or describes, and goes."""


class Unfit(Exception):
    """The file cannot serve; the text is a FaultCode."""


def main(mime: str, pages_most: int) -> None:
    """Confined, one file through; anything it does to the libraries is a fault of the file."""
    confine()
    data = sys.stdin.buffer.read()
    about: list[tuple[str, str]] = []
    try:
        pages = pdf_pages(data, about, pages_most) if mime == "application/pdf" else picture(data, mime, about)
        for number, (image, turned) in enumerate(pages, start=1):
            if number > pages_most:
                raise Unfit("too-many-pages")
            page = {"number": number, "width": image.width, "height": image.height, "turned": turned}
            frame(b"P", json.dumps(page).encode())
            frame(b"J", jpeg(image))
    except Unfit as unfit:
        frame(b"F", str(unfit).encode())
    except MemoryError:
        frame(b"F", b"too-large")
    except Exception as error:
        about.append(("problem", printable(f"{type(error).__name__}: {error}")))
        frame(b"F", b"too-large" if "alloc" in str(error) else b"damaged")
    frame(b"A", json.dumps(about).encode())
    frame(b"E", b"")


def frame(kind: bytes, payload: bytes) -> None:
    """One frame to the process that waits: a letter for its kind, its length in four bytes, its bytes."""
    out = sys.stdout.buffer
    out.write(kind + struct.pack(">I", len(payload)) + payload)
    out.flush()


def jpeg(image: Any) -> bytes:
    """Pixels and nothing else: no metadata of the picture that came is handed on."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, exif=b"", icc_profile=None, comment=b"")
    return out.getvalue()


# ---- pictures --------------------------------------------------------------------------------------------------


def picture(data: bytes, mime: str, about: list[tuple[str, str]]) -> Iterator[tuple[Any, int]]:
    """The page of a picture, upright as its own metadata says; of a long screenshot, its pages."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # the sizes are looked at here, before anything is decoded
    if mime == "image/heic":
        import pillow_heif

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener(thumbnails=False)
    image = Image.open(io.BytesIO(data), formats=[FORMATS[mime]])
    width, height = image.size
    if width * height >= (JPEG_PIXELS_MOST if mime == "image/jpeg" else PIXELS_MOST):
        raise Unfit("too-large")
    if mime in ("image/png", "image/webp") and getattr(image, "n_frames", 1) > 1:
        raise Unfit("moving")
    about += [("format", FORMATS[mime]), ("width", str(width)), ("height", str(height))]
    turned = metadata(image, data, about)
    if mime == "image/jpeg":
        about += after_the_end(data)
        image.draft("RGB", (LONG_SIDE, LONG_SIDE))
    if image.mode in ("1", "P", "PA"):  # these have no shades to shrink by
        image = plain_colours(image)
    if not max(image.size) > TALL * min(image.size):
        image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    for piece in pieces(plain_colours(ImageOps.exif_transpose(image))):
        yield piece, turned


def metadata(image: Any, data: bytes, about: list[tuple[str, str]]) -> int:
    """Notes what the picture says of its making; returns how far it has to be turned clockwise to stand upright."""
    exif = image.getexif()
    names = {305: "software", 306: "modified", 271: "make", 272: "model"}
    told = [(name, printable(exif.get(tag))) for tag, name in names.items() if exif.get(tag)]
    taken = exif.get_ifd(0x8769).get(36867)
    about += [*told, *([("created", printable(taken))] if taken else [])]
    removed = [("exif", bool(exif)), ("place", bool(exif.get_ifd(0x8825)))]
    removed += [(name, name in image.info) for name in ("xmp", "icc_profile", "comment", "photoshop")]
    about.append(("removed", " ".join(name for name, is_there in removed if is_there)))
    if image.format == "HEIF":  # its decoder turns it, by an instruction of quarter turns against the clock
        place = data.find(b"\0\0\0\x09irot")
        turned = -90 * (data[place + 8] & 3) % 360 if 0 <= place < len(data) - 8 else 0
    else:
        turned = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}.get(exif.get(274, 1), 0)
    if turned:
        about.append(("turned", str(turned)))
    return turned


def after_the_end(data: bytes) -> Iterator[tuple[str, str]]:
    """Whether something follows the picture, as in a file that is two kinds at once; it is in no page."""
    end = data.rfind(b"\xff\xd9")
    if end >= 0 and len(data) - end - 2 > 64:
        yield "trailing", str(len(data) - end - 2)


def pieces(image: Any) -> Iterator[Any]:
    """A page as it is, made smaller where it is too large; a very tall one (a long screenshot) in pieces that can be
    read, each cut where a line of dots is most even, so that no row of a statement is cut through.
    """
    from PIL import Image

    if image.height <= TALL * image.width:
        image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
        yield image
        return
    if image.width > LONG_SIDE // 2:
        image = image.resize((LONG_SIDE // 2, image.height * (LONG_SIDE // 2) // image.width), Image.Resampling.LANCZOS)
    grey = image.convert("L").resize((64, image.height), Image.Resampling.BOX)
    lines = [grey.crop((0, row, 64, row + 1)).getextrema() for row in range(image.height)]
    top, step = 0, 2 * image.width
    while image.height - top > step:
        cut = min(range(top + step, top + step * 3 // 4, -1), key=lambda row: lines[row][1] - lines[row][0])
        yield image.crop((0, top, image.width, cut))
        top = cut
    yield image.crop((0, top, image.width, image.height))


def plain_colours(image: Any) -> Any:
    """RGB on white, whatever the picture's colours were."""
    from PIL import Image

    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image)
        image = white
    return image.convert("RGB")


# ---- PDF -------------------------------------------------------------------------------------------------------


def pdf_pages(data: bytes, about: list[tuple[str, str]], pages_most: int) -> Iterator[tuple[Any, int]]:
    """The pages of a PDF, cleaned first of everything that acts, then drawn."""
    import pypdfium2

    clean = cleaned(data, about, pages_most)
    frame(b"C", clean)
    document = pypdfium2.PdfDocument(clean)
    for number in range(len(document)):
        page = document[number]
        width, height = page.get_size()
        if not (0 < width < 100_000 and 0 < height < 100_000):
            raise Unfit("damaged")
        side = LONG_SIDE if height <= TALL * width else min(LONG_SIDE // 2 * height / width, PIXELS_MOST / LONG_SIDE)
        scale = min(side / max(width, height), SCALE_MOST)
        for piece in pieces(page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")):
            yield piece, page.get_rotation()
        page.close()


def cleaned(data: bytes, about: list[tuple[str, str]], pages_most: int) -> bytes:
    """The PDF without what acts or hides."""
    import pikepdf

    try:
        pdf = pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError as error:
        raise Unfit("encrypted") from error
    count = len(pdf.pages)
    if not count:
        raise Unfit("damaged")
    if count > pages_most:
        raise Unfit("too-many-pages")
    about += [("format", "PDF"), ("pages", str(count)), *origin(pdf, data)]
    about += [(f"fonts.{number}", fonts) for number, page in enumerate(pdf.pages, 1) if (fonts := fonts_of(page))]
    removed = set(_forms(pdf))
    for key in set(pdf.Root.keys()) - CATALOGUE_KEPT:
        removed |= set(_names(pdf, key))
        del pdf.Root[key]
    for page in pdf.pages:
        for key in set(page.obj.keys()) - PAGE_KEPT:
            removed |= set(_annotations(page)) if key == "/Annots" else {key[1:]}
            del page.obj[key]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    about.append(("removed", " ".join(sorted(removed))))
    out = io.BytesIO()
    pdf.save(out, fix_metadata_version=False)
    return out.getvalue()


def origin(pdf: Any, data: bytes) -> Iterator[tuple[str, str]]:
    """Who made it with what and when, how often it was saved over, whether it is signed."""
    names = {"/Producer": "producer", "/Creator": "creator", "/CreationDate": "created", "/ModDate": "modified"}
    for key, name in names.items():
        value = printable(pdf.docinfo.get(key, ""))
        if value:
            yield name, value
    yield "saved", str(data.count(b"%%EOF"))
    if b"/ByteRange" in data:
        yield "signed", "yes"
    if pdf.is_encrypted:
        yield "restricted", "yes"


def fonts_of(page: Any) -> str:
    """The names of the fonts a page may use, without the letters that mark a subset."""
    try:
        found = page.resources.get("/Font", {})
        names = {str(font.get("/BaseFont", "")).lstrip("/").split("+")[-1] for font in found.as_dict().values()}
    except (AttributeError, TypeError, ValueError):
        return ""
    return printable(" ".join(sorted(names - {""})))


def _forms(pdf: Any) -> Iterator[str]:
    """What was filled in is drawn into the page; the form itself goes."""
    if "/AcroForm" in pdf.Root:
        yield "form"
        try:
            pdf.flatten_annotations("screen")
        except Exception:
            yield "form-values"


def _names(pdf: Any, key: str) -> Iterator[str]:
    if key == "/Names":
        yield from (name[1:] for name in pdf.Root.Names.keys())  # noqa: SIM118 (a PDF's dictionary is no mapping)
    else:
        yield key[1:]


def _annotations(page: Any) -> Iterator[str]:
    yield "annotations"
    for note in page.obj.get("/Annots", []):
        if isinstance(note.get("/A"), type(page.obj)):
            yield str(note.A.get("/S", ""))[1:]


def printable(value: object) -> str:
    """A short text without control characters."""
    return "".join(letter for letter in str(value) if letter.isprintable())[:VALUE_MOST].strip()


# ---- the walls -------------------------------------------------------------------------------------------------


def confine() -> None:
    """Limits first, and they must hold; then no network and no other program, as far as the system lets us."""
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, 32)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.unshare(0x50000000)  # a user and a network of its own, with nothing in it; refused to some, hence the filter
    if not _no_system_calls(libc):
        _limit(resource.RLIMIT_NPROC, 0)  # else the filter forbids processes, and a HEIC's decoder has its one thread


def _limit(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def _no_system_calls(libc: Any) -> bool:
    """A seccomp filter: sockets, programs, processes, signals and whatever changes the disk is "not permitted".

    Steps are (operation, value, where to when true, where to when false), "" for the next one. openat2 and clone3 are
    "unknown", so that files are opened and threads made by the calls whose flags a filter can see.
    """
    if os.uname().machine not in _CALLS:
        return False
    architecture, clone, openat, denied = _CALLS[os.uname().machine]
    word, equal, least, bit, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    steps = [(word, 4, "", ""), (equal, architecture, "", "refuse"), (word, 0, "", "")]
    steps += [(least, 0x40000000, "refuse", ""), (equal, 435, "absent", ""), (equal, 437, "absent", "")]
    steps += [(equal, number, "refuse", "") for number in (*denied, 425, 434)]  # io_uring_setup, pidfd_open
    steps += [(equal, clone, "thread", ""), (equal, openat, "", "allow")]
    places = {"thread": len(steps) + 2, "allow": len(steps) + 4, "refuse": len(steps) + 5, "absent": len(steps) + 6}
    steps += [(word, 32, "", ""), (bit, os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC, "refuse", "allow")]
    steps += [(word, 16, "", ""), (bit, 0x10000, "allow", "refuse")]
    steps += [(answer, 0x7FFF0000, "", ""), (answer, 0x00050001, "", ""), (answer, 0x00050026, "", "")]
    code = b"".join(
        struct.pack("=HBBI", operation, *(places.get(to, place + 1) - place - 1 for to in (yes, no)), value)
        for place, (operation, value, yes, no) in enumerate(steps)
    )
    buffer = ctypes.create_string_buffer(code)
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(buffer)))
    return libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program, 0, 0) == 0


_X86 = (2, 41, 42, 49, 50, 53, 57, 58, 59, 62, 76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 91, 92, 93, 94, 101, 133, 200)
_X86 += (234, 258, 259, 260, 263, 264, 265, 266, 268, 298, 310, 311, 316, 321, 322)
_ARM = (33, 34, 35, 36, 37, 38, 45, 46, 52, 53, 54, 55, 117, 129, 130, 131, 198, 199, 200, 201, 203, 221, 241, 270)
_ARM += (271, 276, 280, 281)
_CALLS = {"x86_64": (0xC000003E, 56, 257, _X86), "aarch64": (0xC00000B7, 220, 56, _ARM)}
"""By machine: its number, clone, openat, and what is denied: (2 open), socket and its kin, fork, vfork, execve, kill,
truncate, rename, mkdir, link, unlink, symlink, chmod, chown and their -at kin, ptrace, mknod, tkill, tgkill,
perf_event_open, process_vm_*, bpf, execveat.
"""


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
