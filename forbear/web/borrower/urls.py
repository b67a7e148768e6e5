"""Every address of the borrower's site, in the order she walks through it."""

from django.urls import path

from forbear.web.borrower import (
    agreement,
    contact,
    decision,
    evidence,
    explanation,
    own_plan,
    payments,
    plan,
    statement,
    status,
)

app_name = "borrower"

CASE = "c/<str:case_id>"

urlpatterns = [
    path("", contact.landing, name="landing"),
    path("start", contact.identity, name="identity"),
    path("code", contact.code, name="code"),
    path("code/again", contact.code_again, name="code_again"),
    path("leave", contact.leave, name="leave"),
    path("mine", contact.mine, name="mine"),
    path(f"{CASE}/", status.case, name="case"),
    path(f"{CASE}/again", contact.start_again, name="start_again"),
    path(f"{CASE}/messages", contact.messages, name="messages"),
    path(f"{CASE}/call-me", contact.call_me, name="call_me"),
    path(f"{CASE}/everything", contact.everything, name="everything"),
    path(f"{CASE}/statement/<str:name>", statement.question, name="question"),
    path(f"{CASE}/check", statement.check, name="check"),
    path(f"{CASE}/before-you-send", statement.meaning, name="meaning"),
    path(f"{CASE}/received", statement.received, name="received"),
    path(f"{CASE}/papers", evidence.papers, name="papers"),
    path(f"{CASE}/papers/<int:number>", evidence.send_papers, name="send_papers"),
    path(f"{CASE}/plans", plan.offers, name="offers"),
    path(f"{CASE}/plans/choose", plan.choose, name="choose"),
    path(f"{CASE}/plans/own", own_plan.own_plan, name="own_plan"),
    path(f"{CASE}/plans/<str:name>/why", explanation.why, name="why"),
    path(f"{CASE}/plans/why-not/<int:number>", explanation.why_not, name="why_not"),
    path(f"{CASE}/answer", decision.decision, name="decision"),
    path(f"{CASE}/answer/why", explanation.why_answer, name="why_answer"),
    path(f"{CASE}/answer/counter", decision.answer, name="answer"),
    path(f"{CASE}/answer/look-again", decision.look_again, name="look_again"),
    path(f"{CASE}/agreement", agreement.agreement, name="agreement"),
    path(f"{CASE}/agreement/sign", agreement.sign, name="sign"),
    path(f"{CASE}/agreement/decline", agreement.decline, name="decline"),
    path(f"{CASE}/agreement.pdf", agreement.document, name="document"),
    path(f"{CASE}/payments", payments.payments, name="payments"),
    path(f"{CASE}/payments/new-plan", payments.renegotiate, name="renegotiate"),
]
