"""Everything we hold of her case, sealed, for her to keep; and the page where anybody checks such a file."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse

from forbear.actions.bundle import export
from forbear.core.bundle_check import NAMES
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.borrower.page import by_her, of_her_case, show, why_not, words
from forbear.web.bundle import sent, verifier_hash, verifier_sent
from forbear.web.text import reader_language
from forbear.words import catalogue

FAULTS = "bundle_faults."
NOTHING_LEAVES = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'none'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""What the browser itself holds the page to: it asks for nothing and sends nothing once it is here."""


@of_her_case
def bundle(request: HttpRequest, file: CaseFile) -> HttpResponse | StreamingHttpResponse:
    """What the file holds, and a button that makes it; each one made is an entry of her case."""
    message = ""
    if request.method == "POST":
        made = export(desk_of(request), by_her(request, file, "export", "all", seen=False), file.case.case_id)
        if not isinstance(made, Refusal):
            return sent(request, made, file.contract or file.case.case_id)
        message = why_not(made)
    return show(
        request,
        "bundle",
        title=words("bundle.page.title"),
        file=file,
        status=422 if message else 200,
        back=reverse("borrower:case", args=[file.case.case_id]),
        message=message,
        lines=[words(f"bundle.page.{name}") for name in ("lead", "third", "hold")],
    )


def verify(request: HttpRequest) -> HttpResponse:
    """Checks a bundle in the browser; nothing is sent. Without JavaScript it says how to do it with Python."""
    checks = [{"name": name, "words": words(f"bundle.check.{name}")} for name in NAMES]
    response = show(
        request,
        "verify",
        title=words("bundle.verify.title"),
        back=reverse("borrower:landing"),
        checks=checks,
        faults=_faults(),
        script_hash=verifier_hash(),
    )
    response.headers["Content-Security-Policy"] = NOTHING_LEAVES
    return response


def _faults() -> list[dict[str, str]]:
    """What may be wrong with a bundle, as sentences whose {facts} the page fills in."""
    sentences = catalogue(reader_language()).items()
    return [{"key": key.removeprefix(FAULTS), "words": said} for key, said in sentences if key.startswith(FAULTS)]


def verifier(request: HttpRequest) -> HttpResponse:
    """The single file that checks a bundle with Python alone."""
    return verifier_sent()
