"""What the worker does for the record beside everything else: checkpoints, timestamps, witnesses, the running audit.

The audit goes on from where the last one found nothing; once a day, and whenever there is no such place, it looks at
the whole record. The place lies in FORBEAR_HOME, where whoever owns the database alone cannot reach it.
"""

import json
import logging
import os
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

LOOK_EVERY_SECONDS = 30
"""Half the minute within which a checkpoint is promised."""
MARK = "record-audited.json"
NEVER = date.min
SIZE_MAX = 2**62
"""More events than any database has numbers for."""


Watch = Callable[[Any], tuple[str, ...]]
"""A look at a desk; returns what is wrong, a sentence each."""


def watches() -> tuple[Watch, ...]:
    """What is kept up, each in a thread of its own: a checkpoint waits neither for a witness nor for an audit."""
    from django.conf import settings

    from forbear.actions.log import cut, have_signed

    return (cut, have_signed, lambda desk: look(desk, settings.HOME / MARK))


def keep_up(stop: threading.Event, watch: Watch, looks: int = -1) -> None:
    """Look again and again until told to stop, or so many times; what is wrong is logged once."""
    from django.db import connections

    from forbear.config.wiring import desk

    said: tuple[str, ...] = ()
    while looks != 0:
        try:
            problems = watch(desk())
        except Exception as error:  # the database may be away for a while
            problems = (f"{type(error).__name__}: {error}",)
        finally:
            connections.close_all()
        for problem in problems:
            if problem not in said:
                logging.getLogger("forbear.record").error("%s", problem)
        said = problems
        looks -= 1
        if looks and stop.wait(LOOK_EVERY_SECONDS):
            return


def look(desk: Any, mark: Path) -> tuple[str, ...]:
    """The audit of what is new, and of everything once a day; returns the flaws, a sentence each."""
    from forbear.actions.record_audit import audited

    kept, today, lost = read_mark(mark), desk.clock.today(), damaged(mark)
    found = audited(desk, since=kept[0]) if kept else None
    if kept is None or kept[1] != today:
        whole = with_bent(desk, audited(desk, before=kept[0] if kept else None))
        found = replace(whole, flaws=tuple(dict.fromkeys((*(found.flaws if found else ()), *whole.flaws))))
    assert found is not None, "one of the two was looked at"
    if not found.flaws and (found.events or kept is None or kept[1] != today):
        write_mark(mark, found.end, today)
    elif found.flaws and kept:
        write_mark(mark, kept[0], NEVER)  # the next look is at everything again, and is held to what was seen before
    elif found.flaws:
        mark.unlink(missing_ok=True)
    said = (f"{f'leaf {flaw.leaf}: ' if flaw.leaf >= 0 else ''}{flaw.problem}" for flaw in found.flaws)
    return (*filter(None, [lost]), *said)


def with_bent(desk: Any, found: Any) -> Any:
    """What an audit found, with every row that pages read and that is not what the record makes of it."""
    from forbear.actions.record_audit import UNREADABLE, unreadable
    from forbear.core.audit import Fault

    bent = []
    try:
        for case_id, what in rows(desk):
            said = f"{case_id}: {what} does not say what the record says; run `forbear rebuild`"
            bent.append(Fault(-1, said))
    except UNREADABLE as error:
        bent.append(unreadable(error))
    return replace(found, flaws=(*found.flaws, *bent))


def rows(desk: Any) -> Iterator[tuple[str, str]]:
    """(case, what) of rows that are bent; none where the record is not in a database."""
    from forbear.store.ledger import DjangoLedger

    if isinstance(desk.ledger, DjangoLedger):
        yield from desk.ledger.bent()


def read_mark(file: Path) -> tuple[Any, date] | None:
    """Where the last audit without a flaw ended, and the day of the last look at everything; None for none."""
    from forbear.core.audit import Beginning
    from forbear.core.merkle import unpacked

    try:
        kept = json.loads(file.read_text("utf-8"))
        if not 0 <= kept["size"] <= SIZE_MAX:
            return None
        frontier = unpacked(kept["size"], b64decode(kept["frontier"]))
        at = datetime.fromisoformat(kept["at"]).astimezone(UTC) if kept["at"] else None
        return Beginning(frontier, str(kept["log"]), at, int(kept["disclosures"])), date.fromisoformat(kept["whole_on"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, AssertionError, RecursionError):
        return None


def damaged(file: Path) -> str:
    """A sentence where there is such a file and it cannot be read: what the last audit saw is lost then; else ""."""
    if not file.exists() or read_mark(file):
        return ""
    return f"{file} cannot be read: the record could not be held to what the last audit here saw of it"


def write_mark(file: Path, end: Any, whole_on: date) -> None:
    """Kept in one step, readable by its owner only."""
    kept = {
        "size": end.frontier.size,
        "frontier": b64encode(end.frontier.packed).decode("ascii"),
        "log": end.log,
        "at": end.at.isoformat() if end.at else "",
        "disclosures": end.disclosures,
        "whole_on": whole_on.isoformat(),
    }
    draft = file.with_name(f".{file.name}-{os.getpid()}-{threading.get_ident()}")
    try:
        draft.write_text(json.dumps(kept), "utf-8")
        draft.chmod(0o600)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
