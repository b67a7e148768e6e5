"""Two empty signature fields in a printed agreement, prepared before anybody signs.

Typst cannot make them: the layout draws a link to `forbear:sign/<name>` where a field is to be, and here it becomes the
field, in the same place and at the same point of the reading order. The same bytes come out for the same bytes.
"""

import logging
from collections.abc import Mapping
from io import BytesIO
from typing import Any

logging.getLogger("pikepdf").setLevel(logging.WARNING)  # or its import tells every log that it happened

import pikepdf  # noqa: E402
from pikepdf import Array, Dictionary, Name, String  # noqa: E402

LINK = "forbear:sign/"


def with_fields(pdf: bytes, names: Mapping[str, str]) -> bytes:
    """`names`: of each field, what a screen reader says of it."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        fields = [
            _field(opened, page, annotation, names)
            for page in opened.pages
            for annotation in page.get("/Annots", [])
            if str(annotation.get("/A", {}).get("/URI", "")).startswith(LINK)
        ]
        found = [str(field["/T"]) for field in fields]
        assert found == list(names), f"the layout has places to sign for {found}, not for {list(names)}"
        opened.Root.AcroForm = Dictionary(Fields=Array(fields), SigFlags=0)
        for element in _links(opened.Root.StructTreeRoot.get("/K")):
            element["/S"] = Name.Form
            (element["/K"],) = element["/K"]  # a bare reference: so a checker knows it for the field's own (pyHanko)
        out = BytesIO()
        opened.save(out, deterministic_id=True, fix_metadata_version=False)
    return out.getvalue()


def _field(pdf: pikepdf.Pdf, page: Any, annotation: Any, names: Mapping[str, str]) -> Any:
    name = str(annotation["/A"]["/URI"]).removeprefix(LINK)
    left, low, right, high = annotation["/Rect"]
    empty = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, right - left, high - low]))
    for key in ("/A", "/Border", "/Contents"):
        if key in annotation:
            del annotation[key]
    annotation["/Subtype"] = Name.Widget
    annotation["/FT"] = Name.Sig
    annotation["/T"] = String(name)
    annotation["/TU"] = String(names[name])
    annotation["/P"] = page.obj
    annotation["/F"] = 4
    annotation["/AP"] = Dictionary(N=empty)
    return pdf.make_indirect(annotation)


def _links(element: Any) -> list[Any]:
    """The elements of the reading order that hold one of our fields."""
    found: list[Any] = []
    waiting = [element]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Array):
            waiting += list(one)  # type: ignore[call-overload]
        elif isinstance(one, Dictionary):
            kids = one.get("/K")
            objects = [kid for kid in (kids if isinstance(kids, Array) else [kids]) if isinstance(kid, Dictionary)]
            if any(kid.get("/Obj", {}).get("/FT") == Name.Sig for kid in objects):
                found.append(one)
            waiting.append(kids)
    return found
