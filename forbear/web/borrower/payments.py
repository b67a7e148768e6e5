"""Room 7 on the borrower's site: what is due and paid, how to pay, what would settle it, and asking for a new plan."""

from collections.abc import Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.breach import fallback_today
from forbear.actions.payments import renegotiate as ask_for_new_plan
from forbear.actions.payments import settlement_figure
from forbear.core.file import Agreed, CaseFile
from forbear.core.payments import Row, Standing, grace_until, next_row, paid_minor
from forbear.core.promise import Over, state_of
from forbear.core.refusal import Refusal
from forbear.web import text
from forbear.web.access import desk_of
from forbear.web.borrower.breach_question import question_note
from forbear.web.borrower.fields import Field, filled
from forbear.web.borrower.page import by_her, dated, day, money, not_found, of_her_case, show, to, why_not, words
from forbear.web.downloads import saved_as

WORDS_MAX = 4000


@of_her_case
def payments(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The schedule with what was paid on it, the next instalment first."""
    agreed, back = file.last_agreed, reverse("borrower:case", args=[file.case.case_id])
    if agreed is None or agreed.terms is None:
        title, lines = words("payments.page.title_none"), [words("payments.page.lead_none")]
        go = words("decision.page.on_case")
        return show(request, "notice", title=title, file=file, back=back, lines=lines, go_url=back, go=go)
    desk, rows = desk_of(request), file.rows(agreed)
    lender = desk.lender if text.reader_language() == "zh" else desk.lender_en
    running = file.case.in_force == agreed.number
    how = [
        words("payments.page.how.bank", lender=lender, contract=agreed.terms.contract),
        words("payments.page.how.phone", phone=desk.phone),
        words("payments.page.how.shown"),
    ]
    return show(
        request,
        "payments",
        title=words("payments.page.title"),
        file=file,
        back=back,
        question=question_note(file, desk.clock.today()),
        **_now(file, agreed, rows, desk.clock.today()),
        facts=_facts(file, agreed, rows, desk.clock.today()),
        how=how if running else [],
        changed_url=reverse("borrower:renegotiate", args=[file.case.case_id]) if running else "",
        rows=[_row(file, row) for row in rows],
        received=_received(file, agreed),
        payoff=_payoff(file, desk.clock.today()) if running else "",
        fallback=_fallback(file, desk.clock.today()),
        overs=[_over(over) for over in file.promise.overs],
        letter_url=reverse("borrower:letter", args=[file.case.case_id]) if file.promise.letter else "",
        credit_url=reverse("borrower:credit", args=[file.case.case_id]),
    )


def _fallback(file: CaseFile, today: date) -> dict[str, object] | None:
    """What becomes of what was taken off: after the end, and before it once she has had the notice."""
    noticed = file.case.standing in (Standing.NOTICED, Standing.CURE_ENDED)
    done = file.promise.fallback if file.case.standing is Standing.BROKEN else None
    found = done or (fallback_today(file, today) if noticed else None)
    if found is None or not found.waived.total_minor:
        return None
    ending = "_done" if done else ""
    amounts = {"kept": found.kept, "back": found.back, "before": found.before, "after": found.after}
    return {
        "title": words(f"promise.page.fallback.title{ending}"),
        "lead": words(f"promise.page.fallback.lead{ending}"),
        "share": words("promise.page.fallback.share", paid=money(found.paid_minor), whole=money(found.whole_minor)),
        "rows": [(words(f"promise.figure.{name}"), money(owed.total_minor)) for name, owed in amounts.items()],
    }


def _over(over: Over) -> str:
    amount = money(over.amount_minor or 0)
    if over.refund is not None:
        return words("promise.page.over.sent", amount=amount, date=day(over.refund.sent_on))
    return words("promise.page.over.due", amount=amount, date=day(over.refund_by_on))


@of_her_case
def letter(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The letter that everything is paid, as it was printed once, byte for byte."""
    standing = file.promise.letter
    if standing is None:
        return not_found(request)
    try:
        data = desk_of(request).vault.open(standing.document)
    except KeyError:
        return not_found(request)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = saved_as(f"{file.contract or 'loan'}-settled.pdf")
    return response


def _now(file: CaseFile, agreed: Agreed, rows: Sequence[Row], today: date) -> dict[str, object]:
    assert agreed.terms is not None, "an agreement with its terms"
    case, row = file.case, next_row(rows)
    if case.standing is Standing.COMPLETED:
        return {"now_title": words("payments.page.now.done_title"), "now_lines": [words("payments.page.now.done_line")]}
    if case.standing is Standing.BROKEN or row is None or case.in_force != agreed.number:
        return {
            "now_title": words("payments.page.now.broken_title"),
            "now_lines": [words("payments.page.now.broken_line")],
        }
    due_on, amount = row.instalment.due_on, money(row.open_minor)
    if case.suspended_on(today):
        line = words("promise.page.pause.line", date=dated(case.pauses[-1][1]))
        return {"now_title": words("promise.page.pause.title"), "now_lines": [line]}
    if not case.late:
        line = words("payments.page.now.due_line", date=dated(due_on), number=row.number, count=len(rows))
        return {"now_title": words("payments.page.now.due_title"), "now_amount": amount, "now_lines": [line]}
    late = [one for one in rows if one.number in case.late and one.open_minor] or [row]
    many, first_on = "_many" if len(late) > 1 else "", late[0].instalment.due_on
    grace = day(grace_until(first_on, agreed.terms.grace_days, case.pauses))
    line = words(f"payments.page.now.late_line{many}", date=day(first_on), grace=grace)
    if case.cure_by_on:
        over = "_over" if today > case.cure_by_on else ""
        line = words(f"payments.page.now.cure{over}_line", date=dated(case.cure_by_on))
    title = words("payments.page.now.late_title_many", count=len(late)) if many else ""
    return {
        "now_title": title or words("payments.page.now.late_title"),
        "now_amount": money(sum(one.open_minor for one in late)),
        "now_lines": [line],
    }


def _facts(file: CaseFile, agreed: Agreed, rows: Sequence[Row], today: date) -> list[tuple[str, str]]:
    assert agreed.terms is not None, "an agreement with its terms"
    done = sum(1 for row in rows if not row.open_minor)
    return [
        (words("payments.page.fact.paid"), money(paid_minor(file.standing_payments(agreed.number)))),
        (words("payments.page.fact.left"), money(sum(row.open_minor for row in rows))),
        (words("payments.page.fact.kept"), words("payments.page.fact.kept_value", done=done, count=len(rows))),
        (words("payments.page.fact.ends"), day(agreed.terms.plan.ends_on)),
        (
            words("promise.page.state"),
            words(f"promise.state.{state_of(file.case, agreed.number, agreed.state, today)}"),
        ),
    ]


def _row(file: CaseFile, row: Row) -> dict[str, object]:
    paid = row.paid.amount_minor
    if not row.open_minor:
        state = words(f"payments.page.rows.{'spared' if row.spared and not paid else 'paid'}")
    elif paid:
        state = words("payments.page.rows.part", amount=money(paid))
    else:
        state = words(f"payments.page.rows.{'late' if row.number in file.case.late else 'due'}")
    return {"due_on": row.instalment.due_on, "amount_minor": row.instalment.amount_minor, "state_words": state}


def _received(file: CaseFile, agreed: Agreed) -> list[dict[str, object]]:
    note = words("payments.page.received.reversed_plain")
    return [
        {
            "received_on": paid.details.paid_on,
            "amount_minor": paid.details.amount_minor,
            "note": note if paid.reversed_at else "",
        }
        for paid in file.payments
        if paid.details and paid.details.agreement == agreed.number
    ]


def _payoff(file: CaseFile, today: date) -> str:
    owed = settlement_figure(file, today)
    if owed is None or not owed.total_minor:
        return ""
    return words("payments.page.payoff.text", date=day(today), amount=money(owed.total_minor))


@of_her_case
def renegotiate(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """Life changed again: her answers open once more, the agreement stands meanwhile."""
    given, message = request.POST.get("words", "")[:WORDS_MAX], ""
    if file.case.in_force is None:
        return to("payments", file)
    if request.method == "POST":
        by = by_her(request, file, "renegotiate", given)
        outcome = ask_for_new_plan(desk_of(request), by, file.case.case_id, given)
        if not isinstance(outcome, Refusal):
            return to("check", file, done="again")
        message = why_not(outcome)
    field = Field("words", "area", words("payments.page.renegotiate.words"), optional=True, maximum=WORDS_MAX)
    return show(
        request,
        "agreement_decline",
        title=words("payments.page.renegotiate.title"),
        file=file,
        status=422 if message else 200,
        back=reverse("borrower:payments", args=[file.case.case_id]),
        message=message,
        lead=words("payments.page.renegotiate.lead"),
        fields=filled([field], {"words": given}, {}),
        go=words("payments.page.renegotiate.go"),
    )
