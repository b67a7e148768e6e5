"""Made-up papers: a page that says what it stands for, and that it is a sample."""

import json
from functools import cache
from importlib import resources

import typst

_PAGE = b"""
#let d = json(bytes(sys.inputs.data))
#set page(width: 90mm, height: 128mm, margin: 9mm, fill: rgb("#fdfdf8"))
#set text(font: "Noto Sans SC", size: 9pt, fill: rgb("#22302a"))
#align(center, text(size: 15pt, d.title))
#v(4mm)
#line(length: 100%, stroke: 0.4pt)
#v(2mm)
#for (name, value) in d.lines [#name: #h(1fr) #value #parbreak()]
#place(center + horizon, rotate(-28deg, text(size: 30pt, fill: rgb("#22302a22"), [SAMPLE])))
"""


@cache
def made_up_paper(kind: str) -> tuple[str, bytes]:
    """(file name, PNG bytes) of a paper of a kind."""
    lines = [["Kind", kind], ["Issued by", "A made-up office"]]
    data = json.dumps({"title": kind.replace("-", " "), "lines": lines})
    page = typst.compile(
        _PAGE, format="png", ppi=72.0, font_paths=[_fonts()], ignore_system_fonts=True, sys_inputs={"data": data}
    )
    assert isinstance(page, bytes), "one page is one image"
    return f"{kind}.png", page


@cache
def _fonts() -> str:
    return str(resources.files("pylopdf_fonts_zh_cn"))
