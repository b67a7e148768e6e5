"""The addresses of the machine door."""

from django.urls import path

from forbear.web.api import contact_budget, events, loans, payments, telephone, webhooks

app_name = "api"

urlpatterns = [
    path("openapi.json", events.openapi, name="openapi"),
    path("payments", payments.payments, name="payments"),
    path("loans/find", loans.find, name="find"),
    path("webhooks", webhooks.webhooks, name="webhooks"),
    path("webhooks/<str:webhook>", webhooks.webhook, name="webhook"),
    path("webhooks/<str:webhook>/rotate", webhooks.rotate, name="rotate_webhook"),
    path("webhooks/<str:webhook>/replay", webhooks.replay, name="replay_webhook"),
    path("contact-budget/<str:contract>", contact_budget.budget, name="contact_budget"),
    path("contact-budget/<str:contract>/attempts", contact_budget.attempts, name="contact_attempts"),
    path("telephone/events", telephone.events, name="telephone_events"),
    path("telephone/recordings/<path:call>", telephone.recordings, name="telephone_recordings"),
    path("cases/<str:case_id>", events.case, name="case"),
    path("cases/<str:case_id>/events", events.events, name="events"),
]
