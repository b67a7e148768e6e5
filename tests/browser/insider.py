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
        """Run statements; what they name stays named. `borrower(contract)` is one of the town, who acts as told.

        Returns what they call `answer`.
        """
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


def _borrower(contract: str) -> Any:
    """Somebody of the book with a household that can be offered plans."""
    from random import Random

    from forbear.config.wiring import desk as wired
    from forbear.core.budget import Evidence, Household, Income, Outgoing
    from forbear.core.plan import Cause, Request
    from forbear.town.borrower import Borrower
    from forbear.town.households import MadeUpHousehold

    desk, today = wired(), wired().clock.today()
    held = desk.loans.find(contract)
    assert held is not None, "a contract of the book"
    household = Household(
        place="cn/sichuan/chengdu",
        adults=1,
        children=1,
        income=(Income(source="wages", evidence=Evidence.A, monthly_minor=450000),),
        outgoings=(Outgoing(kind="rent", monthly_minor=90000), Outgoing(kind="food", monthly_minor=120000)),
        other_debts=(),
    )
    home = MadeUpHousehold(
        trouble="income-cut",
        cause=Cause.INCOME_CUT,
        since=today.replace(day=1),
        until=None,
        household=household,
        request=Request(),
    )
    return Borrower(desk, held.row, home, Random(contract), int(contract[-3:]))


_NAMED: dict[str, Any] = {"borrower": _borrower}


def _answer(asked: dict[str, str]) -> Any:
    from forbear.actions import agenda, payments, plan
    from forbear.actions.record import load
    from forbear.config.wiring import desk as wired
    from forbear.town.eyes import with_town_eyes

    desk = with_town_eyes(wired())

    def work() -> None:
        while agenda.work(desk, limit=20):
            pass

    known = _NAMED | {"desk": desk, "today": desk.clock.today(), "payments": payments, "plan": plan, "work": work}
    if "case" in asked:
        known["file"] = load(desk, asked["case"])
    if "do" in asked:
        exec(asked["do"], _NAMED)
        return _NAMED.pop("answer", None)
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
