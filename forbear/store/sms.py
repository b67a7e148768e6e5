"""Texts on Django: what was handed to carriers of text messages, what they say of it, and what came from them.

A message and its receipt may be told in any order and at the same moment: each is one statement on the row of the
carrier's id, and both sides look afterwards, so that one of them sees the two together.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connections, transaction
from django.db.models import Count

from forbear.actions.ports import Receipt, Stray, TextIn
from forbear.actions.sms import JOINT_MINUTES, gathered, joined
from forbear.core.sms import Fate, fate_of
from forbear.store.models import TextInRow, TextOutRow, TextPieceRow
from forbear.store.privacy import Keys, open_text, seal_text

PIECES_DAYS = 7
"""How long parts of a message are kept where the others never come."""
CODE_MOST = 60

_HANDED = """
insert into text_out (carrier, case_id, thing, attempt, fate, code, at) values (%s, %s, %s, %s, '', '', %s)
on conflict (carrier) do update set
    fate = case when text_out.thing in ('', excluded.thing) then text_out.fate else '' end,
    case_id = excluded.case_id, thing = excluded.thing, attempt = excluded.attempt, at = excluded.at
"""
_REPORTED = """
insert into text_out (carrier, case_id, thing, attempt, fate, code, at) values (%s, '', '', '', %s, %s, %s)
on conflict (carrier) do update set
    code = case when text_out.fate = '' or excluded.fate = 'delivered' then excluded.code else text_out.code end,
    fate = case when text_out.fate = '' or excluded.fate = 'delivered' then excluded.fate else text_out.fate end
"""


class DjangoTexts:
    """The Texts port (forbear/actions/contact_ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._key = keys.book
        self._using = using
        self._out = TextOutRow.objects.using(using)
        self._in = TextInRow.objects.using(using)
        self._pieces = TextPieceRow.objects.using(using)

    def handed(self, carriers: Sequence[str], *, case_id: str, thing: str, at: datetime) -> None:
        with transaction.atomic(using=self._using), connections[self._using].cursor() as cursor:
            for carrier in carriers:
                cursor.execute(_HANDED, [carrier, case_id, thing, carriers[0], at])

    def reported(self, receipt: Receipt, at: datetime) -> tuple[str, str] | None:
        with connections[self._using].cursor() as cursor:
            cursor.execute(_REPORTED, [receipt.carrier, receipt.fate.value, receipt.code[:CODE_MOST], at])
        row = self._out.get(carrier=receipt.carrier)
        return (row.case_id, row.thing) if row.thing else None

    def fate(self, thing: str) -> tuple[Fate, str] | None:
        attempts: dict[str, list[tuple[Fate | None, str]]] = {}
        for row in self._out.filter(thing=thing).order_by("at", "carrier"):
            attempts.setdefault(row.attempt, []).append((Fate(row.fate) if row.fate else None, row.code))
        fate = fate_of(tuple(tuple(part for part, _ in parts) for parts in attempts.values()))
        found = (code for parts in attempts.values() for part, code in parts if part is fate)
        return (fate, next(found)) if fate else None

    def whole(self, text: TextIn, at: datetime) -> TextIn | None:
        with transaction.atomic(using=self._using):
            self._pieces.filter(at__lt=at - timedelta(days=PIECES_DAYS)).delete()
            hers = self._pieces.filter(joint=text.joint, at__gt=at - timedelta(minutes=JOINT_MINUTES))
            words = {row.part: self._piece(row)[1] for row in hers}
            if words.get(text.part, text.text) != text.text:  # the number of the joint is used again, for another text
                words = {}
            words[text.part] = text.text
            self._pieces.filter(joint=text.joint).delete()
            self._pieces.bulk_create(self._row(text, n, words[n], at) for n in words)
        return joined(text, words)

    def loose(self, before: datetime) -> tuple[TextIn, ...]:
        rows: dict[str, list[TextPieceRow]] = {}
        for row in self._pieces.order_by("joint", "part"):
            rows.setdefault(row.joint, []).append(row)
        left = [found for found in rows.values() if len(found) < found[0].parts and max(r.at for r in found) < before]
        return tuple(
            gathered(joint=found[0].joint, parts=found[0].parts, pieces={row.part: self._piece(row) for row in found})
            for found in left
        )

    def _row(self, text: TextIn, n: int, words: str, at: datetime) -> TextPieceRow:
        said = json.dumps([text.number, words], ensure_ascii=False)
        sealed = seal_text(self._key, f"text_piece:{text.joint}:{n}", said)
        return TextPieceRow(joint=text.joint, part=n, parts=text.parts, at=at, sealed=sealed)

    def _piece(self, row: TextPieceRow) -> tuple[str, str]:
        number, words = json.loads(open_text(self._key, f"text_piece:{row.joint}:{row.part}", row.sealed))
        return number, words

    def keep(self, text: TextIn, at: datetime, case_id: str, why: str) -> bool:
        """What has its place in a case is kept there, under that case's keys; here stays only that it came."""
        words = json.dumps([text.number, text.text], ensure_ascii=False)
        sealed = seal_text(self._key, f"text_in:{text.id}", words) if why else b""
        row = TextInRow(id=text.id, sealed=sealed, came_at=at, case_id=case_id, why=why)
        with transaction.atomic(using=self._using):
            if self._in.filter(id=text.id).exists():
                return False
            self._in.bulk_create([row], ignore_conflicts=True)
        return True

    def stray(self, id: str) -> Stray | None:
        row = self._in.exclude(why="").filter(id=id).first()
        return self._stray(row) if row else None

    def strays(self, limit: int) -> tuple[Stray, ...]:
        return tuple(self._stray(row) for row in self._in.exclude(why="").order_by("came_at", "id")[:limit])

    def waiting(self, most: int) -> int:
        return self._in.exclude(why="")[:most].count()

    def _stray(self, row: TextInRow) -> Stray:
        number, words = json.loads(open_text(self._key, f"text_in:{row.id}", row.sealed))
        return Stray(id=row.id, number=number, text=words, came_at=row.came_at, why=row.why)

    def place(self, id: str, case_id: str) -> None:
        self._in.filter(id=id).update(case_id=case_id, why="", sealed=b"")

    def forget(self, before: datetime) -> None:
        self._out.filter(at__lt=before).delete()
        self._in.filter(came_at__lt=before, why="").delete()
        self._pieces.filter(at__lt=before).delete()

    def counts(self) -> Mapping[str, int]:
        told = self._out.exclude(fate="")
        found = Counter(dict(told.values_list("fate").annotate(Count("carrier")).order_by()))
        came = {"came": self._in.count(), "strays": self._in.exclude(why="").count()}
        return {**found, "unmatched": told.filter(thing="").count(), **came}
