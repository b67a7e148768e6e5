"""How long something takes: sorted milliseconds, and the value that so many of a hundred do not exceed."""

import math
import time
from collections.abc import Callable, Sequence


def timed(act: Callable[[], object], times: int, warm_up: int = 1) -> list[float]:
    """Milliseconds of each call, sorted; the first calls are not counted."""
    for _ in range(warm_up):
        act()
    spent = []
    for _ in range(times):
        begun = time.perf_counter_ns()
        act()
        spent.append((time.perf_counter_ns() - begun) / 1e6)
    return sorted(spent)


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The smallest value that `percent` of a hundred do not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
