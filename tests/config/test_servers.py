"""What the tests stand on works: each database keeps what is committed, the site answers, axe sees what is wrong."""

from threading import Thread

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from tests import databases


def test_a_database_is_private_and_committed_for_all_threads(database):
    assert connection.vendor == database.kind
    assert Group.objects.count() == 0
    Group.objects.create(name="agent")
    seen = []
    reader = Thread(target=lambda: (seen.append(Group.objects.count()), connection.close()))
    reader.start()
    reader.join()
    assert seen == [1]


def test_sqlite_waits_for_its_lock_at_the_start_and_for_the_disk_at_the_end(tmp_path, django_db_blocker):
    product = databases.sqlite_settings(tmp_path / "products.sqlite3")
    with django_db_blocker.unblock(), databases.using(product):
        with connection.cursor() as cursor:
            answers = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        assert answers == ["wal", 2]
        assert connection.transaction_mode == "IMMEDIATE"


def test_the_site_is_ready_and_keeps_its_pages_to_itself(site, phone):
    page = phone(site.url)
    answer = page.goto("/readyz")
    assert (answer.status, page.inner_text("body").strip()) == (200, "ready")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("javascript", [True, False])
def test_axe_finds_what_is_wrong_on_a_page_whose_policy_forbids_foreign_scripts(
    site, phone, axe_violations, javascript
):
    page = phone(site.url, javascript=javascript)
    page.goto("/readyz")
    assert any(" document-title: " in line for line in axe_violations(page))
