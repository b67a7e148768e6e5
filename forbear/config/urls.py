"""Every address of an installation: the borrower's site at the root, the desk, the machine door, staff sign-in."""

from django.urls import include, path

from forbear.config import health
from forbear.web import dev, log, sms

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("log/checkpoint", log.checkpoint, name="log_checkpoint"),
    path("log/checkpoint/<int:size>", log.checkpoint, name="log_checkpoint_of"),
    path("log/proof", log.proof, name="log_proof"),
    path("log/key", log.key, name="log_key"),
    path("log/keys", log.keys, name="log_keys"),
    path("receipt", log.receipt, name="receipt"),
    path("texts/<str:secret>/receipts", sms.receipts, name="text_receipts"),
    path("texts/<str:secret>/messages", sms.messages, name="text_messages"),
    path("accounts/", include("allauth.urls")),
    path("dev/outbox", dev.outbox, name="outbox"),
    path("desk/", include("forbear.web.desk.urls")),
    path("api/", include("forbear.web.api.urls")),
    path("", include("forbear.web.borrower.urls")),
]

handler404 = "forbear.web.borrower.page.not_found"
handler500 = "forbear.web.borrower.page.failed"
