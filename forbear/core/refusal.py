"""A refusal is a value: which rule said no, why, and what the person can do instead. It is never an exception.

`reason` and `way_on` are keys of the word catalogue (forbear/words), so that each reader hears them in her language.
A refusal is as true as any value: `if refusal := may_…(…): return refusal` is a guard; isinstance tells outcomes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refusal:
    """True as a value, so that `if refusal := may_sign(…)` stops. `rule`: dotted id; `reason`, `way_on`: word keys;
    `facts`: their parameters; `where`: the field at fault.
    """

    rule: str
    reason: str
    way_on: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    where: str = ""
