"""Files as they come from outside, good and bad, made on the spot: nothing large or harmful lies in the repository."""

import zlib
from io import BytesIO
from random import Random
from struct import pack
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf
import pillow_heif
from PIL import Image, ImageDraw

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MARK = b"EXIF-CANARY-7731"


def drawn(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """A page whose top left corner is red and whose other corners are not."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 4, height // 4), fill="red")
    for y in range(height // 2, height, 16):
        draw.line((width // 8, y, width * 7 // 8, y), fill="black", width=3)
    return image.convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    """Metadata with an orientation, a maker, a program and a place."""
    told = Image.Exif()
    told[0x0112], told[0x0131], told[0x010F] = orientation, "Retouch 9", MARK.decode()
    told.get_ifd(0x8825).update({1: "N", 2: (31.0, 14.0, 0.0), 3: "E", 4: (121.0, 29.0, 0.0)})
    return told


def picture(kind: str, image: Image.Image | None = None, **how: object) -> bytes:
    """A picture file: JPEG, PNG, WEBP or HEIF."""
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    out = BytesIO()
    (image or drawn()).save(out, kind, **how)
    return out.getvalue()


def moving(kind: str) -> bytes:
    """A picture of three pictures."""
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "white", "blue")]
    return picture(kind, frames[0], save_all=True, append_images=frames[1:], duration=100)


def png_of_claimed_size(width: int, height: int) -> bytes:
    """A PNG that says it is this large, with next to nothing in it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))

    head = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def zipped() -> bytes:
    """A small zip of 64 MiB of zeros."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(64 * 1024 * 1024))
    return out.getvalue()


def pdf(pages: int = 1, **how: object) -> pikepdf.Pdf:
    """A PDF whose pages have a red square at the top left and text in a font of its own name."""
    made = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/ABCDEF+Helvetica")
    )
    for number in range(pages):
        made.add_blank_page(page_size=(595, 842))
        page = made.pages[number]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        shown = f"1 0 0 rg 0 692 150 150 re f BT /F1 24 Tf 200 400 Td (page {number + 1}) Tj ET"
        page.Contents = made.make_stream(shown.encode())
    return made


def saved(made: pikepdf.Pdf, **how: object) -> bytes:
    out = BytesIO()
    made.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def acting_pdf() -> bytes:
    """A PDF with everything that acts, and a canary in each."""
    made, name = pdf(2), pikepdf.Name
    script = pikepdf.Dictionary(S=name.JavaScript, JS="app.alert('CANARY-js')")
    made.Root.OpenAction = script
    made.Root.AA = pikepdf.Dictionary(WC=script)
    made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["x", script])))
    made.attachments["CANARY-file.exe"] = b"MZ CANARY-embedded"
    made.docinfo["/Producer"], made.docinfo["/Author"] = "Editor 3", "CANARY-author"
    actions = {
        "Launch": pikepdf.Dictionary(S=name.Launch, F="cmd.exe"),
        "URI": pikepdf.Dictionary(S=name.URI, URI="http://127.0.0.1:9/CANARY"),
        "SubmitForm": pikepdf.Dictionary(S=name.SubmitForm, F="http://127.0.0.1:9/CANARY"),
    }
    notes = [
        pikepdf.Dictionary(Type=name.Annot, Subtype=name.Link, Rect=[0, 0, 595, 842], A=action)
        for action in actions.values()
    ]
    made.pages[0].obj.Annots = made.make_indirect(pikepdf.Array(notes))
    made.pages[0].obj.AA = pikepdf.Dictionary(O=script)
    return saved(made)


def filled_form() -> bytes:
    """A form whose one field was filled in with a black box, as its appearance shows."""
    made, name = pdf(), pikepdf.Name
    shown = made.make_stream(b"0 0 0 rg 0 0 200 100 re f")
    shown.Type, shown.Subtype, shown.BBox = name.XObject, name.Form, pikepdf.Array([0, 0, 200, 100])
    field = made.make_indirect(
        pikepdf.Dictionary(
            Type=name.Annot, Subtype=name.Widget, FT=name.Tx, T="income", V="4500", F=4, Rect=[300, 100, 500, 200],
            AP=pikepdf.Dictionary(N=shown),
        )
    )  # fmt: skip
    made.pages[0].obj.Annots = pikepdf.Array([field])
    made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
    return saved(made)


def pdf_bomb() -> bytes:
    """A PDF of some kilobytes with a picture of 40,000 by 40,000 dots in it, and a page of 600 MiB of drawing."""
    made, name = pdf(), pikepdf.Name
    packed = zlib.compress(zlib.compress(bytes(600 * 1024 * 1024), 1))
    stream = pikepdf.Stream(made, packed)
    stream.Filter = pikepdf.Array([name.FlateDecode, name.FlateDecode])
    image = pikepdf.Stream(made, packed)
    image.Filter = stream.Filter
    image.Type, image.Subtype, image.ColorSpace = name.XObject, name.Image, name.DeviceRGB
    image.Width = image.Height = 40_000
    image.BitsPerComponent = 8
    made.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
    draw = made.make_stream(b"595 0 0 842 0 0 cm /I Do")
    made.pages[0].Contents = pikepdf.Array([draw, made.make_indirect(stream)])
    return saved(made)


def spoilt(data: bytes, rng: Random) -> bytes:
    """The same file after an accident: bytes flipped, cut, doubled, or with its head gone wrong."""
    changed = bytearray(data)
    match rng.randrange(5):
        case 0:
            for _ in range(rng.randint(1, 40)):
                changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        case 1:
            del changed[rng.randrange(len(changed)) :]
        case 2:
            at = rng.randrange(len(changed))
            changed[at:at] = changed[at : at + rng.randint(1, 4000)]
        case 3:
            for at in range(12, min(64, len(changed))):
                if rng.random() < 0.3:
                    changed[at] = rng.randrange(256)
        case 4:
            at = rng.randrange(len(changed))
            del changed[at : at + rng.randint(1, 400)]
    return bytes(changed)
