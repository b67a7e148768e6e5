"""POST /api/loans/find: the cases of a contract. A contract number belongs in a body, never in an address or a log."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from forbear.core.api_keys import Scope
from forbear.web.access import desk_of
from forbear.web.api.door import body_of, error, machine_required


@machine_required("POST", Scope.CASES)
def find(request: HttpRequest) -> HttpResponse:
    """The contract's cases, the newest first; 404 when the contract is not in the loan book."""
    given = body_of(request, {"contract": str})
    if isinstance(given, HttpResponse):
        return given
    if not given.get("contract", "").strip():
        return error(422, "contract", "api.fault.missing", field="contract")
    desk = desk_of(request)
    held = desk.loans.find(given["contract"])
    if held is None:
        return error(404, "contract", "api.fault.no_contract")
    cases = [{"case": line.case_id, "stage": line.stage, "seq": line.seq} for line in desk.cases.of_loan(held.loan_id)]
    return JsonResponse({"contract": held.row.loan.contract, "cases": cases})
