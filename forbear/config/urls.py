"""Every address of an installation: the borrower's site at the root, the desk, the machine door, staff sign-in."""

from django.urls import include, path

from forbear.config import health
from forbear.web import dev

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("dev/outbox", dev.outbox, name="outbox"),
    path("", include("forbear.web.borrower.urls")),
]

handler404 = "forbear.web.borrower.page.not_found"
