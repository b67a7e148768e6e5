"""A process that appends and cuts checkpoints as fast as it can, told and killed from outside (test_record_killed.py).

It loads everything once; each line on its standard input starts one child, which says its number and then each thing
that was acknowledged: "k <key>" for a command, "c <size>" for a checkpoint, "b" before it cuts one.
"""

import os
import sys
from pathlib import Path
from threading import Thread

import django

THREADS = 4


def child(number: int) -> None:
    from forbear.core.checkpoint import parse_note, read_checkpoint
    from tests.contracts.bench import make_bench, opened, write, wrote

    bench = make_bench(os.environ["KIND"], Path(os.environ["FORBEAR_HOME"]))
    ids = f"{number}-{os.getpid()}"
    bench.ledger._ids._seed = ids

    def appends(thread: int) -> None:
        case_id = f"c_{number:04d}x{thread}"
        bench.ledger.append(write(opened(case_id), expected=-1, key=f"{ids}-{thread}", case_id=case_id))
        for n in range(10_000):
            key = f"{ids}-{thread}-{n}"
            bench.ledger.append(write(wrote(key), wrote("again"), expected=2 * n, key=key, case_id=case_id))
            os.write(1, f"k {key}\n".encode())

    def checkpoints() -> None:
        while True:
            os.write(1, b"b\n")
            size = read_checkpoint(parse_note(bench.log.checkpoint()).body).size
            os.write(1, f"c {size}\n".encode())

    threads = [Thread(target=appends, args=(n,), daemon=True) for n in range(THREADS)]
    threads.append(Thread(target=checkpoints, daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    django.setup()
    import tests.contracts.bench  # noqa: F401 (loaded once, for every child)

    for number, _ in enumerate(sys.stdin):
        pid = os.fork()
        if pid == 0:
            try:
                child(number)
            finally:
                os._exit(1)
        os.write(1, f"p {pid}\n".encode())
        os.waitpid(pid, 0)
        os.write(1, b"end\n")


if __name__ == "__main__":
    main()
