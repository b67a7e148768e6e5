"""Room 6 at the desk, signatures: whether an agreement is sealed, the sealed PDF, and trying again at once."""

from hashlib import sha256

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from forbear.actions.ports import DamagedFile
from forbear.actions.signatures import try_now
from forbear.core.file import Agreed
from forbear.core.refusal import Refusal
from forbear.core.signatures import Issuer
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_required
from forbear.web.desk.evidence import as_download
from forbear.web.desk.page import tab_address
from forbear.web.templatetags.desk import reader_language, refused_in
from forbear.words import say
from forbear.words.format import moment


@staff_required()
@require_safe
def sealed(request: HttpRequest, case_id: str, number: int) -> HttpResponse:
    """The PDF with both signatures."""
    file = case_for_staff(request, case_id)
    found = next((agreed for agreed in file.agreements if agreed.number == number), None)
    if found is None or not found.sealed:
        raise Http404
    digest = found.sealing.seal.sha256 if found.sealing and found.sealing.seal else ""
    return paper(request, found.sealed, digest, case_id, f"{case_id}-{number}-signed.pdf")


def paper(request: HttpRequest, blob: str, sha256_hex: str, case_id: str, name: str) -> HttpResponse:
    """A PDF as it is kept, to save; where it is not the one that the record names, the page again, which says so."""
    try:
        data = desk_of(request).vault.open(blob)
        if not sha256_hex or sha256(data).hexdigest() == sha256_hex:
            return as_download(data, "application/pdf", name)
    except KeyError as gone:
        raise Http404 from gone
    except DamagedFile:
        pass
    messages.error(request, say(reader_language(), "signatures.desk.not_as_recorded"))
    return HttpResponseRedirect(tab_address(case_id, "agreement"))


@staff_required(WORKERS)
@require_POST
def seal(request: HttpRequest, case_id: str, number: int) -> HttpResponse:
    """Try again at once."""
    case_for_staff(request, case_id)
    language = reader_language()
    refusal = try_now(desk_of(request), by_staff(request), case_id, number)
    if isinstance(refusal, Refusal):
        messages.error(request, refused_in(language, refusal))
    else:
        messages.success(request, say(language, "signatures.desk.trying"))
    return HttpResponseRedirect(tab_address(case_id, "agreement"))


def status(agreed: Agreed) -> list[tuple[str, str]]:
    """How an agreement's signatures stand, in words."""
    language = reader_language()

    def told(key: str, **facts: object) -> str:
        return say(language, f"signatures.desk.{key}", **facts)

    sealing = agreed.sealing
    if sealing is None:
        return [(told("status"), told("waits" if agreed.act else "unsigned"))]
    seal = sealing.seal
    rows = [
        (told("status"), told("sealed", at=moment(language, seal.sealed_at) if seal else "", level=sealing.level.value))
    ]
    name = seal.lender.issuer if seal else ""
    own = sealing.issuer is Issuer.OWN
    rows.append((told("issuer"), told("issuer_own") if own else told("issuer_outside", name=name)))
    if seal:
        at, by = seal.borrower.stamped_at, seal.borrower.stamped_by
        rows.append((told("time"), f"{moment(language, at)}, {by}" if at else told("no_time")))
        rows.append((told("digest"), seal.sha256))
    return rows
