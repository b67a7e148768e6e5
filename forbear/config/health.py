"""Whether the process lives (/healthz) and whether it may be sent people (/readyz): plain text, nothing personal."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; it asks nobody else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and its tables are of this version, else 503 and what is missing."""
    try:
        missing = pending_migrations()
    except DatabaseError:
        return _not_ready("the database does not answer")
    if missing:
        return _not_ready(f"the database lacks {len(missing)} migrations")
    return HttpResponse("ready\n", content_type="text/plain")


def pending_migrations() -> list[str]:
    """Names of migrations that this version brings and the database has not seen."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _not_ready(why: str) -> HttpResponse:
    return HttpResponse(f"not ready: {why}\n", status=503, content_type="text/plain")
