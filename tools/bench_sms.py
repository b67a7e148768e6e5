"""Text messages, measured: counting and cutting, each gateway against its carrier on loopback, receipts and texts in.

`make bench` runs it and keeps its table in docs/sms.md; `python tools/bench_sms.py 500` sends so many and prints,
`write` keeps the table too. A carrier on loopback answers at once: the figures are what our side takes, not theirs.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from forbear.actions.contact import open_case  # noqa: E402 (the root must be known first)
from forbear.actions.ports import Message, Messenger, Receipt, TextIn  # noqa: E402
from forbear.actions.record import By  # noqa: E402
from forbear.actions.sms import take_receipt, take_text  # noqa: E402
from forbear.adapters.memory import memory_desk  # noqa: E402
from forbear.core.contact import SYSTEM, Channel  # noqa: E402
from forbear.core.sms import Fate, parts, sms_size  # noqa: E402
from forbear.town.book import made_up_book  # noqa: E402
from tests.adapters import sms_peers as peers  # noqa: E402
from tests.adapters.smpp_peer import Center  # noqa: E402
from tests.adapters.test_smpp import account  # noqa: E402
from tests.adapters.test_sms_gateways import LETTER, any_gateway, gateway  # noqa: E402
from tests.contracts.bench import START  # noqa: E402
from tools.tables import keep_between  # noqa: E402

COUNT = 2_000
MARKS = ("<!-- figures: written by make bench -->", "<!-- end of figures -->")
OUT = ROOT / "docs/sms.md"
LONG = replace(LETTER, body="长短信一共五段，" * 40)
Row = tuple[str, float, float]


def rate(what: str, count: int, act: Callable[[int], object]) -> Row:
    """(what, a second by the clock, milliseconds of processor time each)."""
    begun, used = perf_counter(), process_time()
    for n in range(count):
        act(n)
    return what, count / (perf_counter() - begun), 1000 * (process_time() - used) / count


def sending(what: str, messenger: Messenger, count: int, letter: Message = LETTER) -> Row:
    """Messages one after the other through a gateway, its carrier verifying each in the same process."""
    return rate(what, count, lambda n: messenger.send(replace(letter, reference=f"n_{n}")))


def measured(count: int) -> list[Row]:
    """Every row."""
    rows = [
        rate("a text of five parts counted and cut", 5 * count, lambda n: (sms_size(LONG.body), parts(LONG.body))),
    ]
    desk = memory_desk(at=START)
    clock = desk.clock

    def aliyun(request: object) -> tuple[int, object]:
        return peers.aliyun_fault(request, clock.now()) or (200, {"Code": "OK", "BizId": "9^0"})

    def tencent(request: object) -> tuple[int, object]:
        return peers.tencent_fault(request, clock.now()) or peers.tencent_answer(request)

    with peers.carrier(aliyun) as server:
        rows.append(sending("Alibaba Cloud, signed and verified", gateway("aliyun", server.url, clock), count))
    with peers.carrier(tencent) as server:
        rows.append(sending("Tencent Cloud, signed and verified", gateway("tencent", server.url, clock), count))
    with peers.carrier(lambda request: (200, {"data": [{"id": 1, "ok": True}]})) as server:
        rows.append(sending("any gateway over HTTP", any_gateway(server.url), count))
    center = Center()
    line = account(center)
    rows.append(sending("SMPP, one part", line, count))
    rows.append(sending("SMPP, five parts, messages", line, count // 5, LONG))
    line.close()
    center.close()
    return rows + coming_in(count)


def coming_in(count: int) -> list[Row]:
    """Receipts of nothing of ours, and texts of as many borrowers as there are, each into her own case."""
    book = [replace(row, language="zh", email=None) for row in made_up_book(3, min(count, 300), date(2026, 3, 2))]
    desk = memory_desk(at=START, rows=book)
    for row in book:
        held = desk.loans.find(row.loan.contract)
        assert held is not None, "it was put there"
        by = By(actor=SYSTEM, channel=Channel.SYSTEM, key=held.loan_id)
        open_case(desk, by, loan_id=held.loan_id, language="zh")

    def receipt(n: int) -> None:
        take_receipt(desk, Receipt(carrier=f"r{n}", fate=Fate.DELIVERED, code="DELIVRD"))

    def text(n: int) -> None:
        take_text(desk, TextIn(id=f"t{n}", number=book[n % len(book)].phone, text="我想商量一下"))

    return [rate("receipts kept, in memory", count, receipt), rate("texts into cases, in memory", len(book), text)]


def table(rows: Sequence[Row]) -> list[str]:
    """As Markdown."""
    lines = ["| one after the other | a second | processor time each, both sides |", "|---|---|---|"]
    return lines + [f"| {what} | {a_second:,.0f} | {each:.2f} ms |" for what, a_second, each in rows]


def main(arguments: Sequence[str]) -> int:
    """Measure and print; `write` keeps the table in docs/sms.md."""
    count = next((int(word) for word in arguments if word.isdigit()), COUNT)
    lines = table(measured(count))
    print("\n".join(lines))
    if "write" in arguments:
        keep_between(OUT, MARKS, "\n".join(lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
