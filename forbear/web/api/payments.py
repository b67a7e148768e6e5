"""POST /api/payments: a payment that reached the lender's account, known by its reference and booked once."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from forbear.actions.payments_file import book_row, place
from forbear.actions.record import By, load
from forbear.core import amounts
from forbear.core.api_keys import Scope
from forbear.core.contact import Channel
from forbear.core.file import CaseFile
from forbear.core.money import major
from forbear.core.payments_file import PaymentRow
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.api.door import body_of, error, machine_of, machine_required, refused

FIELDS = {"contract": str, "case": str, "amount": str, "paid_on": str, "reference": str}


@machine_required("POST", Scope.PAYMENTS)
def payments(request: HttpRequest) -> HttpResponse:
    """201 when it was booked now, 200 when it had been booked before, an error that names the field otherwise."""
    given = body_of(request, FIELDS)
    if isinstance(given, HttpResponse):
        return given
    for name in ("amount", "paid_on", "reference"):
        if not given.get(name, "").strip():
            return error(422, name, "api.fault.missing", field=name)
    if bool(given.get("contract")) == bool(given.get("case")):
        return error(422, "contract", "api.fault.one_of")
    amount, paid_on = amounts.decimal_minor(given["amount"]), amounts.iso_day(given["paid_on"])
    if isinstance(amount, Refusal):
        return refused(amount, "amount")
    if isinstance(paid_on, Refusal):
        return refused(paid_on, "paid_on")
    row = PaymentRow(1, given.get("contract", ""), amount, paid_on, given["reference"].strip())
    case_id = _case(request, given, row)
    if isinstance(case_id, HttpResponse):
        return case_id
    return _book(request, case_id, row)


def _case(request: HttpRequest, given: dict[str, str], row: PaymentRow) -> str | HttpResponse:
    desk = desk_of(request)
    if not given.get("case"):
        found = place(desk, row)
        return refused(found) if isinstance(found, Refusal) else found
    if desk.cases.line(given["case"]) is None:
        return error(404, "case", "api.fault.no_case")
    return given["case"]


def _book(request: HttpRequest, case_id: str, row: PaymentRow) -> HttpResponse:
    desk = desk_of(request)
    by = By(actor=machine_of(request), channel=Channel.SYSTEM, key="")
    outcome = book_row(desk, by, case_id, row)
    if isinstance(outcome, Refusal):
        return refused(outcome)
    fresh = bool(outcome.events) and not outcome.replayed
    return JsonResponse(_shown(load(desk, case_id), row.reference), status=201 if fresh else 200)


def _shown(file: CaseFile, reference: str) -> dict[str, object]:
    paid = next(p for p in file.payments if p.details and p.details.reference == reference)
    assert paid.details is not None, "found by its details"
    return {
        "case": file.case.case_id,
        "payment": paid.payment,
        "amount": major(paid.details.amount_minor),
        "paid_on": paid.details.paid_on.isoformat(),
        "reference": reference,
        "over": major(paid.details.over_minor),
        "reversed": paid.reversed_at is not None,
        "standing": file.case.standing.value if file.case.standing else None,
    }
