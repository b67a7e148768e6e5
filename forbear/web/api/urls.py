"""The addresses of the machine door."""

from django.urls import path

from forbear.web.api import events, loans, payments, telephone

app_name = "api"

urlpatterns = [
    path("openapi.json", events.openapi, name="openapi"),
    path("payments", payments.payments, name="payments"),
    path("loans/find", loans.find, name="find"),
    path("telephone/events", telephone.events, name="telephone_events"),
    path("telephone/recordings/<path:call>", telephone.recordings, name="telephone_recordings"),
    path("cases/<str:case_id>", events.case, name="case"),
    path("cases/<str:case_id>/events", events.events, name="events"),
]
