"""A bundle on its way to a browser, piece by piece, and the single-file verifier that anyone may have."""

from functools import cache
from hashlib import sha256
from importlib import resources

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from forbear.actions.bundle import Exported
from forbear.actions.bundle_zip import zipped
from forbear.web.access import desk_of
from forbear.web.downloads import saved_as


def sent(request: HttpRequest, made: Exported, name: str) -> StreamingHttpResponse:
    """The zip as a download. Where a file turns out to be spoilt on the way the line breaks, and the browser says so:
    what ends well is whole.
    """
    response = StreamingHttpResponse(zipped(made.bundle, desk_of(request).vault), content_type="application/zip")
    response.headers["Content-Disposition"] = saved_as(f"{name}-{made.seq}.zip")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@cache
def verifier() -> bytes:
    """verify.py, as it lies in every bundle."""
    return resources.files("forbear").joinpath("published/verify.py").read_bytes()


@cache
def verifier_hash() -> str:
    """Its SHA-256 in hexadecimal, to compare with one from elsewhere."""
    return sha256(verifier()).hexdigest()


def verifier_sent() -> HttpResponse:
    """verify.py as a file."""
    response = HttpResponse(verifier(), content_type="text/x-python; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="verify.py"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
