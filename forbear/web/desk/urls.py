"""The addresses of the desk. A case's tabs come in the order a case walks."""

from django.urls import path

from forbear.web.desk import (
    account,
    agreement,
    contact,
    decision,
    evidence,
    explanation,
    own_plan,
    payments,
    plan,
    queue,
    statement,
)

app_name = "desk"
CASE = "cases/<str:case_id>"

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("fresh", queue.queue_fresh, name="queue_fresh"),
    path("tasks", queue.tasks, name="tasks"),
    path("tasks/<int:task>/settle", queue.settle, name="settle"),
    path("telephone", contact.telephone, name="telephone"),
    path("telephone/open", contact.open_for_caller, name="open_for_caller"),
    path("payments/import", payments.import_file, name="import"),
    path("account", account.account, name="account"),
    path(f"{CASE}", contact.contact, name="contact"),
    path(f"{CASE}/fresh/<int:seen>", contact.fresh, name="fresh"),
    path(f"{CASE}/messages", contact.talk, name="messages"),
    path(f"{CASE}/messages/write", contact.write, name="write"),
    path(f"{CASE}/messages/note", contact.note, name="note"),
    path(f"{CASE}/statement", statement.statement, name="statement"),
    path(f"{CASE}/telephone", statement.telephone, name="telephone_statement"),
    path(f"{CASE}/papers", evidence.evidence, name="evidence"),
    path(f"{CASE}/papers/<int:item>/judge", evidence.judge, name="judge"),
    path(f"{CASE}/papers/file/<str:paper>", evidence.download, name="download"),
    path(f"{CASE}/budget", evidence.household, name="budget"),
    path(f"{CASE}/budget/correct", evidence.correct, name="correct"),
    path(f"{CASE}/plans", plan.plan, name="plan"),
    path(f"{CASE}/plans/choose", plan.choose, name="choose"),
    path(f"{CASE}/plans/own", own_plan.own_table, name="own_table"),
    path(f"{CASE}/plans/<str:name>/why", explanation.why, name="why"),
    path(f"{CASE}/plans/why-not/<int:number>", explanation.why_not, name="why_not"),
    path(f"{CASE}/decision", decision.decision, name="decision"),
    path(f"{CASE}/decision/why", explanation.why_answer, name="why_answer"),
    path(f"{CASE}/decision/accept", decision.accept, name="accept"),
    path(f"{CASE}/decision/more", decision.more, name="more"),
    path(f"{CASE}/decision/propose", decision.put_forward, name="propose"),
    path(f"{CASE}/decision/decide", decision.decide, name="decide"),
    path(f"{CASE}/decision/return", decision.give_back, name="give_back"),
    path(f"{CASE}/agreement", agreement.agreement, name="agreement"),
    path(f"{CASE}/agreement/<int:number>.pdf", agreement.document, name="document"),
    path(f"{CASE}/agreement/withdraw", agreement.withdraw, name="withdraw"),
    path(f"{CASE}/payments", payments.payments, name="payments"),
    path(f"{CASE}/payments/add", payments.pay, name="pay"),
    path(f"{CASE}/payments/<str:payment>/reverse", payments.reverse_one, name="reverse"),
    path(f"{CASE}/payments/broken", payments.broken, name="broken"),
    path(f"{CASE}/payments/renegotiate", payments.start_anew, name="renegotiate"),
]
