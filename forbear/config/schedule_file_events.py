"""The events of a loan file: each an object with a `type`, its own keys, and a few other spellings of both."""

from collections.abc import Callable
from typing import Any

from forbear.config.plan_file import MISSING, Fields
from forbear.core.convention import Early
from forbear.core.periods import Every
from forbear.core.schedule_events import (
    AsOf,
    Charge,
    Disbursement,
    DownPayment,
    Event,
    GraceInterest,
    GracePrincipal,
    InterestHandling,
    InterestPause,
    OverduePenalty,
    Payment,
    RateChange,
    ReAge,
    ReAmortise,
    Reschedule,
)
from forbear.core.schedule_terms import ROWS_MOST

EveryOf = Callable[[Fields, str], Every]
RateOf = Callable[[Fields, str, bool], int | None]

TYPES = {
    "re-amortize": "re-amortise",
    "grace-interest-deferred": "grace-interest",
    "repayment": "payment",
    "extra-terms": "reschedule",
}
KEYS = {
    "transaction_date": "date",
    "on": "date",
    "adjusted_due_date": "due_date",
    "first_day_at_new_rate": "from_date",
    "new_rate": "new_rate_percent",
    "from": "from_date",
    "to": "to_date",
    "start_date": "first_due_date",
    "frequency": "every",
    "n": "instalments",
    "strategy": "early",
    "emi": "instalment",
    "end_date": "until_date",
    "interest_handling": "interest",
    "from_period": "from_row",
}
EARLY = {
    "reduce-emi-amount": Early.REDUCE_INSTALMENT,
    "reduce-number-of-installments": Early.REDUCE_NUMBER,
    "reschedule-next-repayments": Early.SKIP_NEXT,
    "next-installment": Early.NEXT_INSTALMENT,
}


def event_of(item: Fields, every_of: EveryOf, rate_of: RateOf) -> Event | None:
    """One event; None where it is at fault, which is then noted."""
    before = len(item.faults)
    kind = _word(item.take("type"))
    kind = TYPES.get(kind, kind)
    item.left = {KEYS.get(key, key): value for key, value in item.left.items()}
    made: dict[str, Callable[[], dict[str, Any]]] = {
        "payment": lambda: {"on": item.day("date"), "amount_minor": _amount(item), "early": _early(item)},
        "payoff": lambda: {
            "on": item.day("date"),
            "amount_minor": item.amount("amount", needed=False, above_zero=True),
            "to_period_end": _flag(item, "to_period_end") is True,
        },
        "as-of": lambda: {"on": item.day("date"), "overdue_interest": _flag(item, "recalculate_on_overdue")},
        "disbursement": lambda: {"on": item.day("date"), "amount_minor": _amount(item)},
        "down-payment": lambda: {"share_ppm": rate_of(item, "percent", True), "paid": _flag(item, "paid") is not False},
        "fee": lambda: {"on": item.day("date"), "amount_minor": _amount(item)},
        "penalty": lambda: {"on": item.day("date"), "amount_minor": _amount(item), "penalty": True},
        "overdue-penalty": lambda: _overdue(item, rate_of),
        "grace-principal": lambda: _grace(item),
        "grace-interest": lambda: _grace(item),
        "rate-change": lambda: {
            "first_on": item.day("from_date"),
            "rate_ppm": rate_of(item, "new_rate_percent", True),
        },
        "interest-pause": lambda: {"from_on": item.day("from_date"), "to_on": item.day("to_date")},
        "reschedule": lambda: _reschedule(item, rate_of),
        "re-age": lambda: _re_age(item, every_of),
        "re-amortise": lambda: {"on": item.day("date"), "interest": _handling(item)},
    }
    if kind not in made:
        if kind:
            item.fault("type", f"{kind} is not known; one of {', '.join(made)}")
        return None
    values = made[kind]()
    item.end()
    return MAKES[kind](**values) if len(item.faults) == before else None


MAKES: dict[str, Callable[..., Event]] = {
    "payment": Payment,
    "payoff": Payment,
    "as-of": AsOf,
    "disbursement": Disbursement,
    "down-payment": DownPayment,
    "fee": Charge,
    "penalty": Charge,
    "overdue-penalty": OverduePenalty,
    "grace-principal": GracePrincipal,
    "grace-interest": GraceInterest,
    "rate-change": RateChange,
    "interest-pause": InterestPause,
    "reschedule": Reschedule,
    "re-age": ReAge,
    "re-amortise": ReAmortise,
}


def _overdue(item: Fields, rate_of: RateOf) -> dict[str, Any]:
    item.left.setdefault("date", item.left.pop("as_of", None))
    base = _word(item.take("base", needed=False)) or "principal"
    if base not in ("principal", "interest", "total"):
        item.fault("base", f"{base} is not known; one of principal, interest, total")
    share, rate = rate_of(item, "percent", False), rate_of(item, "annual_rate_percent", False)
    amount = item.amount("amount", needed=False, above_zero=True)
    if [share, rate, amount].count(None) != 2:
        item.fault(
            "percent", 'give one of "percent" of what is overdue, "annual_rate_percent" for its days, or "amount"'
        )
    return {
        "as_of": item.day("date"),
        "base": base,
        "share_ppm": share or 0,
        "rate_ppm": rate or 0,
        "amount_minor": amount or 0,
        "free_days": item.count("free_days", 0, 366, needed=False) or 0,
    }


def _grace(item: Fields) -> dict[str, Any]:
    first = item.count("from_row", 1, ROWS_MOST, needed=False) or 1
    return {"from_row": first, "rows": item.count("periods", 1, ROWS_MOST)}


def _reschedule(item: Fields, rate_of: RateOf) -> dict[str, Any]:
    counts = {
        "extra_rows": "extra_terms",
        "grace_principal": "grace_principal",
        "grace_interest": "grace_interest",
    }
    found: dict[str, Any] = {field: item.count(key, 0, ROWS_MOST, needed=False) or 0 for field, key in counts.items()}
    found |= {
        "from_on": item.day("from_date"),
        "due_on": item.day("due_date", needed=False),
        "rate_ppm": rate_of(item, "new_rate_percent", False),
        "instalment_minor": item.amount("instalment", needed=False, above_zero=True),
        "until_on": item.day("until_date", needed=False),
    }
    changes = any(value for field, value in found.items() if field not in ("from_on", "rate_ppm", "until_on"))
    if not changes and found["rate_ppm"] is None:
        item.fault("", "changes nothing; give due_date, extra_terms, grace_principal or another change")
    return found


def _re_age(item: Fields, every_of: EveryOf) -> dict[str, Any]:
    return {
        "on": item.day("date"),
        "first_on": item.day("first_due_date"),
        "rows": item.count("instalments", 1, ROWS_MOST),
        "every": every_of(item, "every"),
        "interest": _handling(item),
    }


def _handling(item: Fields) -> InterestHandling:
    word = _word(item.take("interest", needed=False)) or "default"
    if word not in list(InterestHandling):
        item.fault("interest", f"{word} is not known; one of {', '.join(InterestHandling)}")
        return InterestHandling.DEFAULT
    return InterestHandling(word)


def _early(item: Fields) -> Early | None:
    word = _word(item.take("early", needed=False))
    if not word:
        return None
    if word in EARLY:
        return EARLY[word]
    if word not in list(Early):
        item.fault("early", f"{word} is not known; one of {', '.join(Early)}")
        return None
    return Early(word)


def _amount(item: Fields) -> int | None:
    return item.amount("amount", above_zero=True)


def _flag(item: Fields, name: str) -> bool | None:
    """True, false, or None where it is not said."""
    value = item.take(name, needed=False)
    if value is not MISSING and not isinstance(value, bool):
        item.fault(name, f"{value!r} is neither true nor false")
    return value if isinstance(value, bool) else None


def _word(value: Any) -> str:
    return value.strip().lower().replace("_", "-") if isinstance(value, str) else ""
