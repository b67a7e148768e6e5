"""Every address of an installation: the borrower's site at the root, the desk, the machine door, staff sign-in."""

from importlib.util import find_spec

from django.urls import include, path

from forbear.config import health
from forbear.web import dev

FACES = (("desk/", "forbear.web.desk.urls"), ("api/", "forbear.web.api.urls"))

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("dev/outbox", dev.outbox, name="outbox"),
    *(path(prefix, include(urls)) for prefix, urls in FACES if find_spec(urls)),
    path("", include("forbear.web.borrower.urls")),
]

handler404 = "forbear.web.borrower.page.not_found"
