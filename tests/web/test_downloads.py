"""What a browser calls a file it saves: the lender's own numbers of contracts are Chinese and hold strokes."""

import pytest
from django.http import HttpResponse

from forbear.web.downloads import saved_as
from tests.servers import ROOT


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("HC-2025-1-3.zip", 'attachment; filename="HC-2025-1-3.zip"'),
        ("XD/2025/7.pdf", 'attachment; filename="XD-2025-7.pdf"'),
        ("消贷字第1号.zip", "attachment; filename*=utf-8''%E6%B6%88%E8%B4%B7%E5%AD%97%E7%AC%AC1%E5%8F%B7.zip"),
    ],
)
def test_a_name_reaches_the_browser_as_it_is(name: str, header: str):
    response = HttpResponse()
    response["Content-Disposition"] = saved_as(name)
    assert response["Content-Disposition"] == header


def test_no_page_writes_such_a_header_of_its_own():
    """With a contract's number in it a header made by hand is no header any more."""
    pages = (ROOT / "forbear/web").rglob("*.py")
    assert [str(page) for page in pages if 'attachment; filename="{file' in page.read_text("utf-8")] == []
