"""The renderer: upright clean pictures of good files, a fault for each bad one, and nothing that acts gets through."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from random import Random
from signal import SIGKILL, SIGSEGV, SIGXCPU
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from forbear.actions.ports import Rendered, RendererAway
from forbear.adapters import rendering, rendering_child
from forbear.adapters.rendering import CHILD, RendererProcess
from forbear.core.evidence import FILE_BYTES_MAX, file_type
from forbear.core.reading import FaultCode
from tests.adapters import papers

RENDERER = RendererProcess()
MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}


def faults(rendered: Rendered) -> list[FaultCode]:
    assert not (rendered.pages and rendered.faults)
    return [fault.code for fault in rendered.faults]


def seen(rendered: Rendered, number: int = 1) -> Image.Image:
    image = Image.open(BytesIO(rendered.pages[number - 1].jpeg))
    page = rendered.pages[number - 1]
    assert (image.size, image.mode, page.number) == ((page.width, page.height), "RGB", number)
    return image


def is_red(image: Image.Image, x: float, y: float) -> bool:
    red, green, _ = image.getpixel((int(image.width * x), int(image.height * y)))
    return red > 200 and green < 80


@pytest.mark.parametrize("kind", MIMES)
def test_a_picture_becomes_a_page_of_pixels_alone(kind: str):
    data = papers.picture(kind, exif=papers.exif())
    assert papers.MARK in data
    rendered = RENDERER.pages(data, MIMES[kind])
    image = seen(rendered)
    assert (image.size, rendered.pages[0].turned_degrees) == ((640, 480), 0)
    assert is_red(image, 0.1, 0.1) and not is_red(image, 0.9, 0.1)
    assert papers.MARK not in rendered.pages[0].jpeg
    assert image.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert {"exif", "place"} <= set(rendered.told("removed").split())
    assert (rendered.told("format"), rendered.told("software")) == (kind, "Retouch 9")


@pytest.mark.parametrize(("orientation", "turned"), [(1, 0), (3, 180), (6, 90), (8, 270)])
def test_a_picture_stands_as_its_file_says(orientation: int, turned: int):
    """What a telephone stores lying down, with a note on how to hold it."""
    lying = papers.drawn().rotate(turned, expand=True)
    rendered = RENDERER.pages(papers.picture("JPEG", lying, exif=papers.exif(orientation)), "image/jpeg")
    assert rendered.pages[0].turned_degrees == turned
    assert is_red(seen(rendered), 0.1, 0.1)
    assert seen(rendered).size == (640, 480)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_every_kind_of_colours_becomes_plain_ones(mode: str):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = papers.drawn(mode="RGB" if mode == "I;16" else mode)
    if mode == "I;16":
        image = papers.drawn().convert("I").point(lambda value: value * 256).convert("I;16")
    if "A" in mode:
        image.putalpha(Image.new("L", image.size, 255))
        image.paste((0,) * len(image.getbands()), (320, 0, 640, 120))
    page = seen(RENDERER.pages(papers.picture(kind, image), MIMES[kind]))
    assert page.getpixel((400, 40))[1] > 230, "what is clear is white"


def test_a_large_picture_is_made_smaller_and_a_small_one_left():
    rendered = RENDERER.pages(papers.picture("JPEG", papers.drawn(4000, 3000)), "image/jpeg")
    assert (rendered.pages[0].width, rendered.pages[0].height) == (2200, 1650)


def test_the_largest_picture_a_telephone_takes_is_a_page():
    """200 million dots as JPEG: decoded at a quarter of its size."""
    data = papers.picture("JPEG", Image.new("RGB", (16_320, 12_240), "white"))
    assert RENDERER.pages(data, "image/jpeg").pages[0].width == 2200


def test_a_long_screenshot_is_cut_between_its_rows():
    """A statement of 300 rows on a telephone's screen: every row is whole on one page, and all of them are there."""
    image = Image.new("RGB", (1080, 300 * 60), "white")
    for row in range(300):
        image.paste("black", (100, row * 60 + 15, 900, row * 60 + 45))
    rendered = RENDERER.pages(papers.picture("PNG", image), "image/png")
    rows = 0
    for page in rendered.pages:
        assert max(page.width, page.height) <= 2200 and page.width >= 1000
        column = seen(rendered, page.number).convert("L").crop((500, 0, 501, page.height)).point(lambda v: v > 128)
        dark = [value == 0 for value in column.get_flattened_data()]
        runs = [len(run) for run in "".join("x" if value else " " for value in dark).split()]
        assert set(runs) <= {29, 30, 31}
        rows += len(runs)
    assert rows == 300 and len(rendered.pages) > 8


def test_a_pdf_is_drawn_page_by_page_and_says_what_it_was_made_with():
    made = papers.pdf(3)
    made.pages[1].rotate(90, relative=False)
    made.docinfo["/Producer"], made.docinfo["/CreationDate"] = "Bank 2.1", "D:20260301120000+08'00'"
    rendered = RENDERER.pages(papers.saved(made), "application/pdf")
    assert [(page.number, page.width, page.height, page.turned_degrees) for page in rendered.pages] == [
        (1, 1555, 2200, 0), (2, 2200, 1555, 90), (3, 1555, 2200, 0)
    ]  # fmt: skip
    assert is_red(seen(rendered), 0.1, 0.1) and is_red(seen(rendered, 2), 0.95, 0.1)
    assert (rendered.told("producer"), rendered.told("created")) == ("Bank 2.1", "D:20260301120000+08'00'")
    assert (rendered.told("pages"), rendered.told("saved"), rendered.told("fonts.3")) == ("3", "1", "Helvetica")


def test_what_acts_in_a_pdf_is_taken_out_before_anything_is_drawn():
    rendered = RENDERER.pages(papers.acting_pdf(), "application/pdf")
    assert len(rendered.pages) == 2
    assert all(b"CANARY" not in page.jpeg for page in rendered.pages)
    taken = {"OpenAction", "AA", "JavaScript", "EmbeddedFiles", "annotations", "Launch", "URI", "SubmitForm", "AF"}
    assert set(rendered.told("removed").split()) >= taken
    assert "CANARY" not in repr(rendered.about)


def test_the_cleaned_pdf_holds_nothing_that_acts():
    clean = pikepdf.open(BytesIO(rendering_child.cleaned(papers.acting_pdf(), [], 60)))
    assert set(clean.Root.keys()) == {"/Type", "/Pages"}
    assert [set(page.obj.keys()) & {"/AA", "/Annots"} for page in clean.pages] == [set(), set()]
    found = [repr(thing) for thing in clean.objects]
    assert not [thing for thing in found if "JavaScript" in thing or "Launch" in thing or "CANARY" in thing]


def test_what_was_filled_into_a_form_is_still_seen():
    rendered = RENDERER.pages(papers.filled_form(), "application/pdf")
    page = seen(rendered)
    assert max(page.getpixel((int(page.width * 400 / 595), int(page.height * (1 - 150 / 842))))) < 60
    assert "form" in rendered.told("removed").split()


def test_a_pdf_that_only_restricts_printing_is_read():
    locked = papers.saved(papers.pdf(), encryption=pikepdf.Encryption(owner="bank", user=""))
    assert len(RENDERER.pages(locked, "application/pdf").pages) == 1


JPEG = papers.picture("JPEG")
PNG = papers.picture("PNG")
BAD = {
    "nothing": (b"", "image/jpeg", FaultCode.DAMAGED),
    "more than 20 MB": (JPEG + bytes(FILE_BYTES_MAX), "image/jpeg", FaultCode.TOO_LARGE),
    "a JPEG cut": (JPEG[: len(JPEG) // 2], "image/jpeg", FaultCode.DAMAGED),
    "a PNG cut": (PNG[: len(PNG) // 2], "image/png", FaultCode.DAMAGED),
    "a head alone": (b"\xff\xd8\xff\xe0", "image/jpeg", FaultCode.DAMAGED),
    "a PDF in name": (b"%PDF-1.7 x", "application/pdf", FaultCode.DAMAGED),
    "a PDF of no page": (papers.saved(papers.pdf(0)), "application/pdf", FaultCode.DAMAGED),
    "a locked PDF": (
        papers.saved(papers.pdf(), encryption=pikepdf.Encryption(owner="o", user="u")),
        "application/pdf",
        FaultCode.ENCRYPTED,
    ),
    "500 pages": (papers.saved(papers.pdf(500)), "application/pdf", FaultCode.TOO_MANY_PAGES),
    "50 million dots": (papers.png_of_claimed_size(10_000, 5_000), "image/png", FaultCode.TOO_LARGE),
    "a thread of a picture": (papers.picture("PNG", Image.new("L", (2, 9000))), "image/png", FaultCode.TOO_MANY_PAGES),
    "two thousand million dots": (papers.png_of_claimed_size(60_000, 40_000), "image/png", FaultCode.TOO_LARGE),
    "a moving WebP": (papers.moving("WEBP"), "image/webp", FaultCode.MOVING),
    "a moving PNG": (papers.moving("PNG"), "image/png", FaultCode.MOVING),
    "a PNG said to be a JPEG": (PNG, "image/jpeg", FaultCode.DAMAGED),
    "a type of no paper": (papers.SVG, "image/svg+xml", FaultCode.DAMAGED),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_serve_has_its_fault(name: str):
    data, mime, fault = BAD[name]
    assert faults(RENDERER.pages(data, mime)) == [fault]


@pytest.mark.parametrize(
    "data",
    [b"", papers.SVG, papers.HTML, papers.EICAR, b"GIF89a", b"PK\x03\x04", b"MZ", b"\n%PDF-1.7", b"RIFF1234WAVE"],
)
def test_what_is_no_picture_and_no_pdf_has_no_type(data: bytes):
    assert file_type(data[:32]) is None


def test_a_file_that_is_two_kinds_at_once_is_what_it_decodes_to():
    """A picture with a web page, an archive, a PDF behind it: the page has the picture and nothing of the rest."""
    for rest in (papers.HTML * 9, papers.zipped()[:70_000], papers.acting_pdf()):
        both = JPEG + rest
        assert file_type(both[:32]) == "image/jpeg"
        rendered = RENDERER.pages(both, "image/jpeg")
        assert rendered.pages == RENDERER.pages(JPEG, "image/jpeg").pages
        assert rendered.told("trailing") == str(len(rest))


# ---- the walls -------------------------------------------------------------------------------------------------


TRIES = """
import os, socket, subprocess, sys
sys.path.insert(0, sys.argv[1])
import rendering_child
rendering_child.confine()
kept = sys.argv[2]
for act in (
    lambda: socket.socket(), lambda: os.fork(), lambda: subprocess.run(["/bin/true"]),
    lambda: os.execv("/bin/true", ["true"]),
    lambda: open(kept, "ab"), lambda: open(kept + ".new", "wb"), lambda: os.unlink(kept), lambda: os.truncate(kept, 0),
    lambda: os.rename(kept, kept + "2"), lambda: os.kill(os.getppid(), 0), lambda: os.mkdir(kept + "3"),
    lambda: bytearray(2**31),
):
    try:
        act()
        print("went through")
    except Exception as error:
        print(type(error).__name__)
"""


def test_the_child_can_reach_nothing_outside_itself(tmp_path: Path):
    kept = tmp_path / "kept"
    kept.write_text("here", "utf-8")
    command = [sys.executable, "-I", "-c", TRIES, str(CHILD.parent), str(kept)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["PermissionError"] * 11 + ["MemoryError"]
    assert ([file.name for file in tmp_path.iterdir()], kept.read_text("utf-8")) == (["kept"], "here")


def test_the_child_sees_no_environment_and_an_empty_directory_that_goes_with_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("FORBEAR_SECRET", "CANARY")
    told = tmp_path / "told"
    child_that(
        monkeypatch, tmp_path, f"print(os.getcwd(), os.listdir(), dict(os.environ), file=open({str(told)!r}, 'w'))"
    )
    assert faults(RENDERER.pages(JPEG, "image/jpeg")) == [FaultCode.DAMAGED]
    where, inside, environment = told.read_text("utf-8").strip().split(" ", 2)
    assert (inside, "CANARY" in environment, "PATH" in environment) == ("[]", False, False)
    assert where != str(tmp_path) and not Path(where).exists()


def child_that(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> Path:
    """A renderer whose child runs this instead; returns a file that counts its runs."""
    runs, script = tmp_path / "runs", tmp_path / "child.py"
    script.write_text(f"import os, sys, time\nopen({str(runs)!r}, 'a').write('x')\n{code}\n", "utf-8")
    monkeypatch.setattr(rendering, "CHILD", script)
    return runs


@pytest.mark.parametrize(
    ("signal", "runs"), [(SIGKILL, 2), (SIGSEGV, 2), (SIGXCPU, 1)], ids=["killed", "crashed", "too long"]
)
def test_a_child_that_dies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, signal: int, runs: int):
    """Killed from outside: tried again, then left to the agenda. Crashed twice, or out of time: the file's fault."""
    count = child_that(monkeypatch, tmp_path, f"os.kill(os.getpid(), {int(signal)})")
    if signal == SIGKILL:
        with pytest.raises(RendererAway, match="cut off by signal 9"):
            RENDERER.pages(JPEG, "image/jpeg")
    else:
        expected = FaultCode.TOO_LARGE if signal == SIGXCPU else FaultCode.DAMAGED
        assert faults(RENDERER.pages(JPEG, "image/jpeg")) == [expected]
    assert count.read_text("ascii") == "x" * runs


def test_a_child_that_was_killed_once_is_forgiven(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    again = f"if os.path.getsize({str(tmp_path / 'runs')!r}) < 2: os.kill(os.getpid(), 9)\n"
    child_that(
        monkeypatch, tmp_path, again + f"os.execv(sys.executable, [sys.executable, {str(CHILD)!r}, *sys.argv[1:]])"
    )
    assert len(RENDERER.pages(JPEG, "image/jpeg").pages) == 1


def test_a_child_that_never_ends_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    child_that(monkeypatch, tmp_path, "while True: time.sleep(1)")
    with pytest.raises(RendererAway):
        RendererProcess(deadline_seconds=1).pages(JPEG, "image/jpeg")


LIES: list[Any] = [
    "", "E0000", "P\\0\\0\\0\\2{}E\\0\\0\\0\\0", "J\\0\\0\\0\\1xE\\0\\0\\0\\0", "F\\0\\0\\0\\3catE\\0\\0\\0\\0",
    "A\\0\\0\\0\\4[[1]E\\0\\0\\0\\0", "J\\xff\\xff\\xff\\xffE\\0\\0\\0\\0", "E\\0\\0\\0\\0",
    "A\\0\\0\\0\\0011E\\0\\0\\0\\0",
]  # fmt: skip


@pytest.mark.parametrize("said", LIES)
def test_a_child_that_was_taken_over_is_not_believed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str):
    child_that(monkeypatch, tmp_path, f"sys.stdout.buffer.write(b'{said}')")
    assert faults(RENDERER.pages(JPEG, "image/jpeg")) == [FaultCode.DAMAGED]


def test_a_child_that_talks_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(rendering, "OUTPUT_BYTES_MAX", 2_000_000)
    child_that(monkeypatch, tmp_path, "while True: sys.stdout.buffer.write(bytes(65536))")
    with pytest.raises(RendererAway):
        RENDERER.pages(JPEG, "image/jpeg")


def test_no_child_at_all_is_tried_again_later(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", os.devnull)
    with pytest.raises(RendererAway, match="does not start"):
        RENDERER.pages(JPEG, "image/jpeg")


# ---- accidents -------------------------------------------------------------------------------------------------


FILES = {mime: papers.picture(kind, papers.drawn(200, 150), exif=papers.exif(6)) for kind, mime in MIMES.items()}
FILES["application/pdf"] = papers.acting_pdf()


def test_a_file_broken_off_at_any_place_is_told_or_drawn():
    for mime, data in FILES.items():
        step = max(64, len(data) // 6)
        for length in range(1, len(data), step):
            rendered = RENDERER.pages(data[:length], mime)
            assert bool(rendered.pages) != bool(rendered.faults), (mime, length)


@settings(max_examples=45, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(FILES)), st.integers(0, 2**32))
def test_a_file_after_an_accident_is_told_or_drawn(mime: str, seed: int):
    rendered = RENDERER.pages(papers.spoilt(FILES[mime], Random(seed)), mime)
    assert bool(rendered.pages) != bool(rendered.faults)


@given(st.binary(max_size=40))
def test_the_type_is_told_of_any_bytes(head: bytes):
    mime = file_type(head)
    assert mime is None or mime in {*MIMES.values(), "application/pdf"}
    if mime is not None:
        assert file_type(head + bytes(40)) == mime, "what follows the head changes nothing"


@given(st.sampled_from(sorted(FILES)), st.integers(0, 11), st.integers(1, 255))
def test_a_changed_head_is_never_taken_for_another_type(mime: str, place: int, change: int):
    head = bytearray(FILES[mime][:32])
    head[place] ^= change
    assert file_type(bytes(head)) in {mime, None}
