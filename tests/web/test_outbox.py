"""The development outbox: there only in development, codes large, nothing from elsewhere, the same without scripts."""

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import get_user_model
from django.test import Client

from forbear.actions.ports import Message
from forbear.config import wiring
from forbear.core.contact import Channel


def send(reference, body, subject="", channel=Channel.SMS, to="19900001234"):
    message = Message(channel=channel, to=to, subject=subject, body=body, reference=reference)
    wiring.desk().messenger.send(message)


def test_messages_are_there_newest_first_and_codes_large(database):
    send("n_1", "第一条 <b>信息</b>")
    send("k_2", "【示例】登录验证码 12345678，5 分钟内有效。")
    send("n_3", "Dear 欧阳彧,\n\nPay by 18 March.", "A subject", Channel.EMAIL, "y@example.com")
    page = Client().get("/dev/outbox").content.decode()
    assert page.index("A subject") < page.index("1234<i></i>5678") < page.index("第一条")
    assert "第一条 &lt;b&gt;信息&lt;/b&gt;" in page
    assert "邮件 · y@example.com" in page


def test_eight_digits_in_another_message_are_no_code(database):
    send("n_1", "收到您的还款 12345678。")
    assert 'class="code"' not in Client().get("/dev/outbox").content.decode()


def test_a_repeat_shows_once(database):
    send("n_1", "只有一条")
    send("n_1", "只有一条")
    assert Client().get("/dev/outbox").content.decode().count("只有一条") == 1


def test_the_staff_codes_are_those_that_sign_in(database):
    user = get_user_model().objects.create_user("chen", password="a long enough one")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    page = Client().get("/dev/outbox").content.decode()
    codes = {totp.format_hotp_value(totp.hotp_value(secret, n)) for n in totp.yield_hotp_counters_from_time()}
    assert "<b>chen</b>" in page
    assert [code for code in codes if f'<span class="code">{code}</span>' in page]


def test_it_is_not_there_outside_of_development(database, settings):
    settings.DEV = False
    assert Client().get("/dev/outbox").status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_speaks_the_readers_language(database, language):
    page = Client(headers={"Cookie": f"lang={language}"}).get("/dev/outbox").content.decode()
    assert {"zh": "还没有发出信息", "en": "Nothing has been sent"}[language] in page


@pytest.mark.parametrize("javascript", [True, False])
def test_in_a_phone(site, phone, axe_violations, javascript):
    line = (
        "from forbear.config.wiring import desk; from forbear.actions.ports import Message;"
        "from forbear.core.contact import Channel;"
        "desk().messenger.send(Message(channel=Channel.SMS, to='199', subject='', body='code 87654321', "
        "reference='k_{}'))"
    )
    site.python(line.format(f"{javascript}1"))
    page = phone(site.url, javascript=javascript)
    page.goto("/dev/outbox")
    assert page.locator("article .code").first.inner_text().split() == ["87654321"]
    before = page.locator("article").count()
    assert axe_violations(page) == []
    site.python(line.format(f"{javascript}2"))
    if not javascript:
        with page.expect_navigation():
            page.get_by_text("刷新").click()
    page.locator("article").nth(before).wait_for()
