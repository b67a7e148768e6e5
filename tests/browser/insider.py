"""Somebody inside the site's own environment: asks the record and lets the worker work, without a start each time.

Runs as a process beside the site, takes one line of JSON and answers with one.
"""

import json
import subprocess
import sys
from typing import Any

from tests import servers


class Insider:
    """`record(case_id, expression)`, `work()`; ends with `stop()`."""

    def __init__(self, site: servers.Site) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.insider"],
            cwd=servers.ROOT,
            env=site.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def record(self, case_id: str, expression: str) -> Any:
        """What the record says: an expression in `file` (the case), `desk`, `today`, through JSON."""
        return self._ask({"case": case_id, "say": expression})

    def work(self) -> None:
        """Let the worker do all that is due now: send messages, keep deadlines."""
        self._ask({"say": "work()"})

    def do(self, statements: str) -> Any:
        """Run statements, with `desk` at hand; the value of `answer` afterwards."""
        return self._ask({"do": statements})

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)

    def _ask(self, asked: dict[str, str]) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "fault" not in answer, answer["fault"]
        return answer["said"]


def _answer(asked: dict[str, str]) -> Any:
    from forbear.actions import agenda, payments, plan
    from forbear.actions.record import load
    from forbear.config.wiring import desk as wired

    desk = wired()

    def work() -> None:
        while agenda.work(desk, limit=20):
            pass

    known = {"desk": desk, "today": desk.clock.today(), "payments": payments, "plan": plan, "work": work}
    if "case" in asked:
        known["file"] = load(desk, asked["case"])
    if "do" in asked:
        exec(asked["do"], known)
        return known.get("answer")
    return eval(asked["say"], known)


def main() -> None:
    """Answer until the other side closes."""
    import traceback

    import django
    from django.db import close_old_connections

    django.setup()
    for line in sys.stdin:
        try:
            answer: dict[str, Any] = {"said": _answer(json.loads(line))}
        except Exception:
            answer = {"fault": traceback.format_exc()}
        close_old_connections()
        print(json.dumps(answer, default=str), flush=True)


if __name__ == "__main__":
    main()
