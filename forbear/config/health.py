"""Whether the process lives (/healthz), may be sent people (/readyz), how the desk stands (/metrics)."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from forbear.config import wiring


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


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Gauges in Prometheus' text format, for a collector on this machine; to anybody else there is no such page."""
    if request.META.get("REMOTE_ADDR") not in LOOPBACK or "X-Forwarded-For" in request.headers:
        raise Http404
    desk = wiring.desk()
    now, due_at = desk.clock.now(), desk.agenda.next_due_at()
    late = max((now - due_at).total_seconds(), 0) if due_at else 0
    lines = _gauge("forbear_record_events", "Events in the record", [("", desk.ledger.size())])
    lines += _gauge("forbear_agenda_late_seconds", "How long the earliest due thing has waited", [("", round(late))])
    lines += _gauge("forbear_agenda_given_up", "Due things that wait for a person", [("", len(desk.agenda.given_up()))])
    counts = sorted(desk.cases.counts().items())
    stages = [(f'stage="{name[6:]}"', count) for name, count in counts if name.startswith("stage:")]
    moves = [(f'waits_for="{name}"', count) for name, count in counts if ":" not in name]
    lines += _gauge("forbear_cases_open", "Open cases by stage", stages)
    lines += _gauge("forbear_cases_waiting", "Open cases by whose move it is", moves)
    mails = sorted(desk.mails.counts().items())
    outcomes = [(f'outcome="{name}"', count) for name, count in mails if ":" not in name]
    lines += _gauge("forbear_mail_in", "Mails that came in, by what became of them", outcomes)
    waiting = dict(mails).get("state:waiting", 0)
    lines += _gauge("forbear_mail_waiting", "Mails that wait for a person", [("", waiting)])
    texts = [(f'what="{name}"', count) for name, count in sorted(desk.texts.counts().items())]
    lines += _gauge("forbear_texts", "Text messages: receipts by what they say, of nothing of ours, what came", texts)
    counted = [(f'what="{what}"', count) for what, count in desk.calls.counts().items()]
    lines += _gauge("forbear_telephone_counted", "What the telephone system sent that did not go as it should", counted)
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")


LOOPBACK = ("127.0.0.1", "::1")


def _gauge(name: str, help_text: str, values: list[tuple[str, int]]) -> list[str]:
    head = [f"# HELP {name} {help_text}", f"# TYPE {name} gauge"]
    return head + [f"{name}{{{labels}}} {value}" if labels else f"{name} {value}" for labels, value in values]


def pending_migrations() -> list[str]:
    """Names of migrations that this version brings and the database has not seen."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _not_ready(why: str) -> HttpResponse:
    return HttpResponse(f"not ready: {why}\n", status=503, content_type="text/plain")
