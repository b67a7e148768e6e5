"""Small files that are large inside: each has its fault soon, within the limits of one child."""

import pytest
from PIL import Image

from forbear.adapters.rendering import RendererProcess
from forbear.core.evidence import FILE_BYTES_MAX, file_type
from forbear.core.reading import FaultCode
from tests.adapters import papers

BOMBS = {
    "a PDF of 600 MiB of drawing": (papers.pdf_bomb, "application/pdf"),
    "a white PNG of 400 million dots": (lambda: papers.picture("PNG", Image.new("1", (20_000, 20_000))), "image/png"),
    "a PNG that claims 65,000 by 65,000": (lambda: papers.png_of_claimed_size(65_000, 65_000), "image/png"),
    "a WebP of 51 million dots": (
        lambda: papers.picture("WEBP", Image.new("RGB", (8_000, 6_400)), quality=1, method=0),
        "image/webp",
    ),
    "a JPEG of 250 million dots": (lambda: papers.picture("JPEG", Image.new("L", (16_000, 16_000))), "image/jpeg"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_told(name: str):
    make, mime = BOMBS[name]
    data = make()
    assert len(data) < FILE_BYTES_MAX and file_type(data[:32]) == mime
    rendered = RendererProcess().pages(data, mime)
    assert not rendered.pages
    assert {fault.code for fault in rendered.faults} <= {FaultCode.TOO_LARGE, FaultCode.DAMAGED}
    assert rendered.faults


def test_an_archive_is_no_paper():
    assert file_type(papers.zipped()[:32]) is None
