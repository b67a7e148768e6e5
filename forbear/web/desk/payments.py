"""Room 7 at the desk: the schedule with what was paid, payments in and reversed, the plan declared broken, and a new
start when life changes. A whole file of payments comes in here too: all of its rows are checked before one is booked.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forbear.actions.breach import declare_broken
from forbear.actions.payments import late_now, renegotiate, reverse_payment, settlement_figure, take_payment
from forbear.actions.payments_file import NotBooked, book_payments
from forbear.actions.record import Done
from forbear.core import amounts
from forbear.core.contact import Channel
from forbear.core.events import PlanBroken
from forbear.core.file import CaseFile
from forbear.core.payments import BreakReason, due_minor, next_row, paid_minor
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_of, staff_required
from forbear.web.desk.page import Tried, case_page, sent_on, tab_address, tried_from
from forbear.web.desk.promise import promise_of
from forbear.web.templatetags.desk import reader_language, refused_in
from forbear.words import say
from forbear.words.format import money

FILE_BYTES_MAX = 2 * 1024 * 1024


@staff_required()
@require_safe
def payments(request: HttpRequest, case_id: str) -> HttpResponse:
    """What is due and what was paid."""
    return payments_page(request, case_for_staff(request, case_id))


def payments_page(request: HttpRequest, file: CaseFile, tried: Tried | None = None) -> HttpResponse:
    """The page, with a form that was refused, where one was."""
    today = desk_of(request).clock.today()
    agreed = file.last_agreed
    rows = file.rows(agreed)
    settlement = settlement_figure(file, today)
    context = {
        "agreed": agreed,
        "rows": rows,
        "late_numbers": late_now(file, today),
        "next_row": next_row(rows),
        "due_now": due_minor(rows, today),
        "paid_total": paid_minor(file.standing_payments(agreed.number)) if agreed else 0,
        "left_total": sum(row.open_minor for row in rows),
        "settlement": settlement,
        "received": tuple(reversed(file.payments)),
        "break_reasons": [reason.value for reason in BreakReason],
        **promise_of(request, file),
    }
    return case_page(request, file, "payments", tried, **context)


@staff_required(WORKERS)
@require_POST
def pay(request: HttpRequest, case_id: str) -> HttpResponse:
    """Book a payment that arrived."""
    case_for_staff(request, case_id)
    language = reader_language()
    amount = amounts.amount_minor(request.POST.get("amount", ""))
    paid_on = amounts.day(request.POST.get("paid_on", ""))
    unread = {"amount": amount, "paid_on": paid_on}
    faults = {name: refused_in(language, read) for name, read in unread.items() if isinstance(read, Refusal)}
    if isinstance(amount, Refusal) or isinstance(paid_on, Refusal):
        return payments_page(request, case_for_staff(request, case_id), tried_from(request, "pay", **faults))
    reference = request.POST.get("reference", "")
    by = by_staff(request)
    outcome = take_payment(
        desk_of(request),
        by,
        case_id,
        amount_minor=amount,
        paid_on=paid_on,
        reference=reference,
    )
    if isinstance(outcome, Refusal):
        return payments_page(request, case_for_staff(request, case_id), tried_from(request, "pay", outcome))
    return sent_on(request, outcome, tab_address(case_id, "payments"), "paid", amount=money(language, amount))


@staff_required(WORKERS)
@require_POST
def reverse_one(request: HttpRequest, case_id: str, payment: str) -> HttpResponse:
    """A payment turned out to be none."""
    case_for_staff(request, case_id)
    reason = request.POST.get("reason", "")
    outcome = reverse_payment(desk_of(request), by_staff(request), case_id, payment, reason)
    if isinstance(outcome, Refusal):
        return payments_page(
            request, case_for_staff(request, case_id), tried_from(request, f"reverse-{payment}", outcome)
        )
    return sent_on(request, outcome, tab_address(case_id, "payments"), "reversed")


@staff_required(WORKERS)
@require_POST
def broken(request: HttpRequest, case_id: str) -> HttpResponse:
    """A reviewer declares the plan broken."""
    case_for_staff(request, case_id)
    why = request.POST.get("why", "")
    if why not in list(BreakReason):
        missing = say(reader_language(), "desk.form.choose")
        return payments_page(request, case_for_staff(request, case_id), tried_from(request, "broken", why=missing))
    reason = request.POST.get("reason", "")
    outcome = declare_broken(desk_of(request), by_staff(request), case_id, BreakReason(why), reason)
    if isinstance(outcome, Refusal):
        return payments_page(request, case_for_staff(request, case_id), tried_from(request, "broken", outcome))
    ended = isinstance(outcome, Done) and any(isinstance(event.fact, PlanBroken) for event in outcome.events)
    if not ended:
        return sent_on(request, outcome, tab_address(case_id, "payments"), "proposed", promise=True)
    return sent_on(request, outcome, tab_address(case_id, "payments"), "broken")


@staff_required(WORKERS)
@require_POST
def start_anew(request: HttpRequest, case_id: str) -> HttpResponse:
    """She says on the telephone that life has changed: her answers are open again."""
    case_for_staff(request, case_id)
    words = request.POST.get("words", "")
    outcome = renegotiate(desk_of(request), by_staff(request, Channel.HOTLINE), case_id, words)
    if isinstance(outcome, Refusal):
        return payments_page(request, case_for_staff(request, case_id), tried_from(request, "renegotiate", outcome))
    return sent_on(request, outcome, reverse("desk:telephone_statement", args=[case_id]), "renegotiation")


# ---- a file ----------------------------------------------------------------------------------------------------


@staff_required(WORKERS)
@require_http_methods(["GET", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    """Payments from a CSV file: nothing is booked unless every row is well, and the same file twice changes nothing."""
    if request.method == "GET":
        return _import_page(request)
    sent = request.FILES.get("file")
    language = reader_language()
    if sent is None:
        return _import_page(request, tried_from(request, "import", file=say(language, "desk.import.fault.none")))
    if sent.size is None or sent.size > FILE_BYTES_MAX:
        return _import_page(request, tried_from(request, "import", file=say(language, "desk.import.fault.size")))
    booked = book_payments(desk_of(request), by_staff(request, seen=False), sent.read())
    if isinstance(booked, NotBooked):
        return _import_page(request, tried_from(request, "import"), booked)
    messages.success(request, say(language, "desk.done.imported", new=booked.new, known=booked.known))
    for fault in booked.faults:
        messages.warning(request, say(language, "desk.import.left", line=fault.line))
    return HttpResponseRedirect(reverse("desk:import"))


def _import_page(request: HttpRequest, tried: Tried | None = None, refused: NotBooked | None = None) -> HttpResponse:
    language = reader_language()
    faults = (
        [(fault.line, fault.field, refused_in(language, fault.refusal)) for fault in refused.faults] if refused else []
    )
    page = {
        "title": say(language, "desk.import.title"),
        "tried": tried,
        "faults": faults,
        "key": desk_of(request).ids.new("q"),
        "me": staff_of(request),
    }
    return render(request, "desk/import.html", page, status=tried.status if tried else 200)
