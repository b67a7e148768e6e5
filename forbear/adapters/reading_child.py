"""The reader's own process: pages come in through a pipe, what was seen goes out through another; any fault ends it.

A request is (page number, length, picture), the answer (length of JSON, length of JPEG, both). The process limits its
own memory before it loads anything; who started it watches it besides (adapters/reading.py).
"""

import ctypes
import json
import os
import resource
import sys
from struct import pack, unpack
from typing import BinaryIO

from forbear.core.codec import plain


def main() -> None:
    """Serve until the pipe closes."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand among the answers
    _limit(int(os.environ["READER_MEMORY"]))
    from forbear.adapters.page_reader import PageReader

    reader = PageReader()
    while head := requests.read(8):
        number, length = unpack(">II", head)
        looked = reader.look(requests.read(length), number)
        if looked is None:
            _answer(answers, b"null", b"")
        else:
            told = {"page": looked.page, "lines": looked.lines, "measured": looked.measured}
            _answer(answers, json.dumps(plain(told)).encode(), looked.picture)
        del looked
        _give_back()


def _limit(memory: int) -> None:
    """A runaway page meets a wall before the machine does; no core dumps. Memory asked for and never touched counts
    here but not for who watches, so the wall stands a quarter further out.
    """
    wall = memory * 5 // 4
    resource.setrlimit(resource.RLIMIT_DATA, (wall, wall))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _give_back() -> None:
    """Return what the page took to the system: without it the C library keeps every largest page's memory."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except AttributeError:  # another C library
        return


def _answer(answers: BinaryIO, said: bytes, jpeg: bytes) -> None:
    answers.write(pack(">II", len(said), len(jpeg)) + said + jpeg)
    answers.flush()


if __name__ == "__main__":
    main()
