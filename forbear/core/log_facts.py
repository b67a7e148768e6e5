"""The fact of the log itself: another key signs from here on. It belongs to no case, and stands among all of them.

Part of the table of contents (core/events.py), which names them all; the same rules hold. The checkpoint over it is
signed by the key before: so whoever knows that key knows the next one, from the log alone.
"""

from dataclasses import dataclass

from forbear.core.facts import Fact

HOUSE = "log"
"""Where a case's id stands in the events of the log itself; no case has it (actions/ports.py: Ids)."""


@dataclass(frozen=True, kw_only=True)
class LogKeyChanged(Fact):
    """`before`, `after`: public keys as notes name them (core/checkpoint.py: vkey)."""

    type = "log.key_changed"
    before: str
    after: str
