"""The Calls port on Django: calls sealed under the book key, found by what says nothing; one UPDATE decides a race."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import F, QuerySet

from forbear.actions.ports import Answered
from forbear.core.codec import plain, typed
from forbear.core.telephone_call import TelephoneCall
from forbear.store.models import CallCount, CallRequest, CallRow, Extension
from forbear.store.privacy import Keys, blind, blinds, marking, open_text, seal_text

ANSWERS_KEPT = timedelta(days=7)


class DjangoCalls:
    """The Calls port (forbear/actions/contact_ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._keys = keys
        self._using = using
        self._rows = CallRow.objects.using(using)

    def get(self, call: str) -> TelephoneCall | None:
        return self._first(self._rows.filter(call=call))

    def by_system(self, system: str) -> TelephoneCall | None:
        return self._first(self._rows.filter(mark__in=self._marks("system", system))) if system else None

    def put(self, call: TelephoneCall) -> bool:
        columns: dict[str, Any] = {
            "case_id": call.case_id,
            "extensions": f"|{'|'.join(call.extensions)}|" if call.extensions else "",
            "first_at": call.first_at,
            "version": call.version + 1,
        }
        columns["sealed"] = seal_text(self._keys.book, f"call:{call.call}", _text(call, call.version + 1))
        try:
            with marking(self._using):
                columns["mark"] = system_mark(self._keys.index, call.system)
                if call.version:
                    return bool(self._rows.filter(call=call.call, version=call.version).update(**columns))
                if call.system and self._rows.filter(mark__in=self._marks("system", call.system)).exists():
                    return False
                self._rows.create(call=call.call, **columns)
        except IntegrityError:
            return False
        return True

    def of_extension(self, extension: str, since: datetime) -> tuple[TelephoneCall, ...]:
        if not extension:
            return ()
        return self._all(self._rows.filter(extensions__contains=f"|{extension}|", first_at__gte=since))

    def of_case(self, case_id: str) -> tuple[TelephoneCall, ...]:
        return self._all(self._rows.filter(case_id=case_id)) if case_id else ()

    def recent(self, since: datetime, limit: int = 200) -> tuple[TelephoneCall, ...]:
        return self._all(self._rows.filter(first_at__gte=since), limit)

    def forget(self, call: str) -> None:
        self._rows.filter(call=call).delete()

    def answered(self, id: str) -> Answered | None:
        found = CallRequest.objects.using(self._using).filter(mark__in=self._marks("request", id)).first()
        return Answered(found.digest, found.status, found.body) if found else None

    def remember(self, id: str, answered: Answered, at: datetime) -> None:
        rows = CallRequest.objects.using(self._using)
        new = CallRequest(mark=self._marks("request", id)[0], at=at, **vars(answered))
        rows.bulk_create([new], ignore_conflicts=True)
        rows.filter(at__lt=at - ANSWERS_KEPT).delete()

    def count(self, what: str) -> None:
        rows = CallCount.objects.using(self._using)
        rows.bulk_create([CallCount(what=what, count=0)], ignore_conflicts=True)
        rows.filter(what=what).update(count=F("count") + 1)

    def counts(self) -> Mapping[str, int]:
        return dict(CallCount.objects.using(self._using).order_by("what").values_list("what", "count"))

    def extension_of(self, person: str) -> str:
        row = Extension.objects.using(self._using).filter(person=person).values_list("extension", flat=True).first()
        return row or ""

    def set_extension(self, person: str, extension: str) -> None:
        Extension.objects.using(self._using).update_or_create(person=person, defaults={"extension": extension})

    def _marks(self, kind: str, text: str) -> tuple[bytes, ...]:
        return blinds(self._keys.index, f"telephone.{kind}", text)

    def _first(self, rows: QuerySet[CallRow]) -> TelephoneCall | None:
        row = rows.first()
        return self._call(row) if row else None

    def _all(self, rows: QuerySet[CallRow], limit: int = 200) -> tuple[TelephoneCall, ...]:
        return tuple(self._call(row) for row in rows.order_by("-first_at", "-call")[:limit])

    def _call(self, row: CallRow) -> TelephoneCall:
        return opened(row, self._keys)


def opened(row: CallRow, keys: Keys) -> TelephoneCall:
    """The call in a row."""
    told = json.loads(open_text(keys.book, f"call:{row.call}", row.sealed))
    found: TelephoneCall = typed(TelephoneCall, told)
    return found


def system_mark(key: bytes, system: str) -> bytes | None:
    """By what a call is found by the telephone system's id of it."""
    return blind(key, "telephone.system", system) if system else None


def _text(call: TelephoneCall, version: int) -> str:
    return json.dumps({**plain(call), "version": version}, ensure_ascii=False, separators=(",", ":"))
