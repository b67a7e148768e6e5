"""Many commands, one transaction: whoever comes while another commits waits a moment and is committed with the next.

There is no thread of its own and no waiting for company: the first to come leads, takes all who wait by then, and
hands the lead on. A command that fails is done again alone, so that it fails by itself and its neighbours do not.
"""

from collections.abc import Callable, Sequence
from threading import Event, Lock
from typing import Generic, TypeVar

TOGETHER_MAX = 64
"""Commands in one transaction at most: more would make the first of them wait for the last."""

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class _Waiting(Generic[Asked, Answered]):
    """One who waits; `woken` is set when there is an answer, an error, or the lead to take."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.woken = Event()
        self.leads = False
        self.answers: list[Answered] = []
        self.error: BaseException | None = None


class GroupCommit(Generic[Asked, Answered]):
    """`commit` does several in one transaction, in order, or raises and has done none of them."""

    def __init__(self, commit: Callable[[Sequence[Asked]], Sequence[Answered]]) -> None:
        self._commit = commit
        self._lock = Lock()
        self._line: list[_Waiting[Asked, Answered]] = []
        self._led = False

    def do(self, asked: Asked) -> Answered:
        """Do it, together with others or alone; returns or raises what became of this one."""
        mine: _Waiting[Asked, Answered] = _Waiting(asked)
        with self._lock:
            self._line.append(mine)
            mine.leads, self._led = not self._led, True
        if not mine.leads:
            mine.woken.wait()
        if mine.leads:
            self._lead(mine)
        if mine.error is not None:
            raise mine.error
        return mine.answers[0]

    def _lead(self, mine: _Waiting[Asked, Answered]) -> None:
        """`mine` is the first of the line: whoever leads came before all who wait."""
        with self._lock:
            some, self._line = self._line[:TOGETHER_MAX], self._line[TOGETHER_MAX:]
        try:
            self._do(some)
        finally:
            for one in some:
                if not one.answers and one.error is None:
                    one.error = RuntimeError("the command was not done: whoever led was interrupted")
                if one is not mine:
                    one.woken.set()
            with self._lock:
                self._led = bool(self._line)
                if self._line:
                    self._line[0].leads = True
                    self._line[0].woken.set()

    def _do(self, some: Sequence[_Waiting[Asked, Answered]]) -> None:
        try:
            self._answer(some)
        except Exception as error:
            if len(some) == 1:
                some[0].error = error
                return
            for one in some:
                try:
                    self._answer([one])
                except Exception as own:
                    one.error = own

    def _answer(self, some: Sequence[_Waiting[Asked, Answered]]) -> None:
        answers = self._commit([one.asked for one in some])
        for one, answer in zip(some, answers, strict=True):
            one.answers = [answer]
