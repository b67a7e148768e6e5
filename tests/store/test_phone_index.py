"""Loans that were in the book before numbers were looked up get their index when the tables are brought up to date."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection

from forbear.adapters.ids import RandomIds
from forbear.store.loans import StoredLoanBook
from forbear.store.models import LoanRow
from forbear.store.privacy import load_keys
from forbear.town.book import made_up_book
from tests.contracts.test_loanbook_contract import AS_OF

MIGRATION = importlib.import_module("forbear.store.migrations.0012_telephone")


def test_old_rows_are_found_by_their_number(database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(django_settings, "HOME", tmp_path)
    book, rows = StoredLoanBook(load_keys(tmp_path), RandomIds()), made_up_book(3, 10, AS_OF)
    book.put(rows)
    LoanRow.objects.update(phone_index=b"")
    assert book.by_phone(f"+86{rows[0].phone}") == ()
    with connection.schema_editor() as editor:
        MIGRATION.index_phones(apps, editor)
    for row in rows:
        assert row.loan.contract in [held.row.loan.contract for held in book.by_phone(f"+86{row.phone}")]
