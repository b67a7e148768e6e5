"""Challenges and Limits on Django: one-time codes that are stored nowhere, and how often something may be tried.

Both count in single statements, so that two requests at once cannot share one try.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any

from django.db import transaction
from django.db.models import F

from forbear.actions.ports import Challenge
from forbear.core.codes import code_of
from forbear.store.models import ChallengeRow, LimitCount
from forbear.store.privacy import Keys, blinds, every, open_text, seal_text

KEPT_DAYS = 2
"""How long a challenge that ran out is kept, for whoever comes back to its page."""

_TAKE = """
insert into limit_count (key, span, ends_at, count) values (%s, %s, %s, 1)
on conflict (key) do update set
    count = case when limit_count.span = excluded.span then limit_count.count + 1 else 1 end,
    span = excluded.span,
    ends_at = excluded.ends_at
returning key, span, ends_at, count
"""


class DjangoChallenges:
    """The Challenges port (forbear/actions/ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._keys = keys
        self._using = using
        self._rows = ChallengeRow.objects.using(using)

    def put(self, challenge: Challenge) -> None:
        self._rows.filter(expires_at__lt=challenge.made_at - timedelta(days=KEPT_DAYS)).delete()
        columns = {name: getattr(challenge, name) for name in _PLAIN}
        phone = seal_text(self._keys.book, f"challenge.phone:{challenge.id}", challenge.phone)
        self._rows.create(**columns, phone=phone)

    def get(self, id: str) -> Challenge | None:
        row = self._rows.filter(id=id).values(*_PLAIN, "phone").first()
        return self._challenge(row) if row else None

    def code(self, id: str) -> str:
        return code_of(every(self._keys.code)[0], id)

    def try_code(self, id: str, code: str, now: datetime, tries_max: int) -> Challenge | None:
        codes = [code_of(key, id) for key in every(self._keys.code)]  # hers may be of before a key was changed
        right = any(compare_digest(one.encode(), code.encode()) for one in codes)
        with transaction.atomic(using=self._using):
            open_ = self._rows.filter(id=id, used=False, tries__lt=tries_max, expires_at__gt=now)
            counted = open_.update(tries=F("tries") + 1)
            if not (counted and right and self._rows.filter(id=id).exclude(loan_id="").update(used=True)):
                return None
        return self.get(id)

    def _challenge(self, row: Mapping[str, Any]) -> Challenge:
        phone = open_text(self._keys.book, f"challenge.phone:{row['id']}", row["phone"])
        return Challenge(**{**row, "phone": phone})


_PLAIN = ("id", "purpose", "loan_id", "borrower_id", "made_at", "expires_at", "tries", "used")


class DjangoLimits:
    """The Limits port (forbear/actions/ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._index = keys.index
        self._using = using

    def take(self, key: str, now: datetime, limit: int, seconds: int) -> bool:
        span = int(now.timestamp()) // seconds
        ends_at = datetime.fromtimestamp((span + 1) * seconds, UTC)
        hidden, *before = (one.hex() for one in blinds(self._index, "limit", key))
        (row,) = LimitCount.objects.using(self._using).raw(_TAKE, [hidden, span, ends_at])
        if row.count == 1:
            LimitCount.objects.using(self._using).filter(ends_at__lt=now).delete()
        if before:  # counted before the key was changed, in the same span
            others = LimitCount.objects.using(self._using).filter(key__in=before, span=span)
            return bool(row.count + sum(others.values_list("count", flat=True)) <= limit)
        return bool(row.count <= limit)
