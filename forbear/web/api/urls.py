"""The addresses of the machine door."""

from django.urls import path

from forbear.web.api import events, loans, payments, webhooks

app_name = "api"

urlpatterns = [
    path("openapi.json", events.openapi, name="openapi"),
    path("payments", payments.payments, name="payments"),
    path("loans/find", loans.find, name="find"),
    path("webhooks", webhooks.webhooks, name="webhooks"),
    path("webhooks/<str:webhook>", webhooks.webhook, name="webhook"),
    path("webhooks/<str:webhook>/rotate", webhooks.rotate, name="rotate_webhook"),
    path("webhooks/<str:webhook>/replay", webhooks.replay, name="replay_webhook"),
    path("cases/<str:case_id>", events.case, name="case"),
    path("cases/<str:case_id>/events", events.events, name="events"),
]
