"""The rulebook's limits on contact on one day, as plain values, and the time zones a place may have.

Sources stand beside the values (rulebook/*/…): China counts calls a day and rests between rounds; Regulation F of the
United States counts calls a week and rests after a talk, which binds a lender in its own name as a house standard only.
"""

from dataclasses import dataclass
from datetime import time

from forbear.core.rule_values import Force
from forbear.core.rules import Rulebook


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A limit in number with the rulebook's key; `house`: the lender's own standard."""

    key: str
    value: int
    house: bool


@dataclass(frozen=True, kw_only=True)
class Limits:
    """All limits of a day; a limit that is None does not hold there. `quiet_from`, `quiet_until`: at her place."""

    quiet_from: time
    quiet_until: time
    third_party: str
    unreached_days: int
    answer_minutes: int
    connected_max_per_day: Limit | None = None
    unanswered_max_per_day: Limit | None = None
    messages_max_per_day: Limit | None = None
    round_gap_days: Limit | None = None
    calls_max_per_week: Limit | None = None
    after_talk_days: Limit | None = None


def limits_of(rules: Rulebook) -> Limits:
    """The limits that a rulebook sets on its day."""
    return Limits(
        quiet_from=time.fromisoformat(rules.text("contact.quiet_from")),
        quiet_until=time.fromisoformat(rules.text("contact.quiet_until")),
        third_party=rules.text("contact.third_party"),
        unreached_days=rules.integer("contact.unreached_days"),
        answer_minutes=rules.integer("contact.answer_minutes"),
        connected_max_per_day=_limit(rules, "contact.connected_max_per_day"),
        unanswered_max_per_day=_limit(rules, "contact.unanswered_max_per_day"),
        messages_max_per_day=_limit(rules, "contact.messages_max_per_day"),
        round_gap_days=_limit(rules, "contact.round_gap_days"),
        calls_max_per_week=_limit(rules, "contact.calls_max_per_week"),
        after_talk_days=_limit(rules, "contact.after_talk_days"),
    )


def _limit(rules: Rulebook, key: str) -> Limit | None:
    if not rules.stack(key):
        return None
    return Limit(key=key, value=rules.integer(key), house=rules.param(key).force is Force.HOUSE)


def zones_of(rules: Rulebook, place: str) -> tuple[str, ...]:
    """The names of every time zone a place may lie in, such as a state of two; of the country where it is not known."""
    return rules.texts("contact.zones", place)
