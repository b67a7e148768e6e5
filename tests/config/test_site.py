"""What every page carries, whoever wrote it: the reader's language, closed doors to other sites, nothing in caches."""

import pytest
from django.utils.module_loading import import_string

from forbear.config import health


@pytest.mark.parametrize(
    ("asked", "sent_to"),
    [
        ("/accounts/login/?lang=en", "/accounts/login/"),
        ("/accounts/login/?next=/desk/%3Fa%3D1&lang=en&x=1&x=2", "/accounts/login/?next=%2Fdesk%2F%3Fa%3D1&x=1&x=2"),
        ("/%2Fevil.example/?lang=en", "/evil.example/"),
        ("/%5Cevil.example/?lang=en", "/%5Cevil.example/"),
    ],
)
def test_the_language_switch_keeps_the_page(client, asked: str, sent_to: str):
    answer = client.get(asked)
    assert (answer.status_code, answer.headers["Location"]) == (302, sent_to)
    assert client.cookies["lang"].value == "en"


def test_the_language_is_chinese_until_another_is_chosen(client, db):
    assert client.get("/accounts/login/").headers["Content-Language"] == "zh-Hans"
    client.cookies["lang"] = "fr"
    assert client.get("/accounts/login/").headers["Content-Language"] == "zh-Hans"
    client.cookies["lang"] = "en"
    assert client.get("/accounts/login/").headers["Content-Language"] == "en"


def test_every_answer_is_kept_to_itself(client, db):
    for path in ("/healthz", "/accounts/login/", "/no/such/page"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; media-src 'self'; "
            "form-action 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in headers["Cache-Control"]


def test_nobody_signs_up_as_staff(client, db):
    page = client.get("/accounts/signup/")
    assert (page.status_code, b"<form" in page.content) == (200, False)
    client.post(
        "/accounts/signup/", {"username": "eve", "password1": "a long password 1", "password2": "a long password 1"}
    )
    from django.contrib.auth import get_user_model

    assert get_user_model().objects.count() == 0


def test_ready_says_what_is_missing(client, db, monkeypatch: pytest.MonkeyPatch):
    assert (client.get("/readyz").status_code, client.get("/readyz").content) == (200, b"ready\n")
    monkeypatch.setattr(health, "pending_migrations", lambda: ["store.0009_more"])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: the database lacks 1 migrations\n")


def test_the_outbox_is_a_page_of_development_alone(client, db, settings):
    assert client.get("/dev/outbox").status_code == 200
    settings.DEV = False
    assert client.get("/dev/outbox").status_code == 404


def test_the_gauges_are_for_a_collector_on_this_machine_alone(database, client):
    page = client.get("/metrics", REMOTE_ADDR="127.0.0.1")
    assert page.status_code == 200
    assert "forbear_record_events 0\n" in page.content.decode()
    assert "forbear_agenda_given_up 0\n" in page.content.decode()
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404


def test_passwords_of_the_desk_are_hashed_as_the_product_says_and_not_as_the_tests_do():
    from forbear.config import settings as products

    (name,) = products.PASSWORD_HASHERS
    hasher = import_string(name)()
    assert (hasher.algorithm, hasher.memory_cost, hasher.time_cost) == ("argon2", 102_400, 2)
