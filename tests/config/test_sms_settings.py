"""The file of FORBEAR_SMS: what is wrong is named, no secret is told, `forbear check` says what would not go out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forbear.actions.sms_templates import sendable
from forbear.adapters.memory import memory_desk
from forbear.adapters.sms_settings import read_settings
from forbear.config import check, environment, wiring
from forbear.config.environment import Misconfigured
from tests.contracts.bench import START

ALIYUN = """
gateway = "aliyun"
signature = "示例消费"
discreet_signature = "服务通知"
[callback]
secret = "a-secret-of-20-signs-or-more"
[aliyun]
key = "LTAI5tExample"
secret = "the secret of the key"
"""


def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Any:
    file = tmp_path / "sms.toml"
    file.write_text(text, "utf-8")
    monkeypatch.setenv("FORBEAR_SMS", str(file))
    return environment.sms()


def test_without_a_file_nothing_goes_out(monkeypatch):
    monkeypatch.delenv("FORBEAR_SMS", raising=False)
    assert environment.sms() is None


def test_a_file_is_read_and_shows_no_secret(tmp_path, monkeypatch):
    found = read(tmp_path, monkeypatch, ALIYUN)
    assert (found.kind, found.counting.gsm, found.counting.signature) == ("aliyun", None, "示例消费")
    assert "secret of" not in repr(found) + str(found.section("aliyun"))


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path, monkeypatch):
    (tmp_path / "key").write_text("from a file\n", "utf-8")
    text = ALIYUN.replace('secret = "the secret of the key"', f'secret_file = "{tmp_path}/key"')
    assert read(tmp_path, monkeypatch, text).section("aliyun").secret("secret") == "from a file"
    with pytest.raises(Misconfigured, match=r"\[aliyun\] secret_file is .*/none; it cannot be read"):
        read(tmp_path, monkeypatch, text.replace("/key", "/none"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gateway = ", "is no TOML"),
        ("", "gateway is ''; write"),
        ('gateway = "pigeon"', "gateway is 'pigeon'; write one of aliyun, tencent, http, smpp"),
        ('gateway = "aliyun"', "signature and discreet_signature are both needed"),
        (ALIYUN + "[http]\nurl = 1\n[pigeon]\n", "pigeon is nothing that stands in this file"),
        (ALIYUN.replace("key =", "id ="), r"\[aliyun\] key is missing or no text"),
        (ALIYUN.replace("a-secret-of-20-signs-or-more", "short"), r"\[callback\] secret has fewer than 20 signs"),
        (ALIYUN.replace("[callback]", '[callback]\nfrom = ["10.0.0.0/99"]'), r"\[callback\] from: "),
        (ALIYUN + '[[template]]\ncode = "S"\ntext = "${a}${a}"', r"\[template 1\] text has the place a twice"),
        (ALIYUN + '[[template]]\ntext = "a"', r"\[template 1\] code is missing"),
        (ALIYUN.replace('key = "LTAI5tExample"', 'key = "a"\nendpoint = "http://a.example"'), "write https://"),
        ('gateway = "http"\n[http]\nurl = "https://a.example"\n[http.body]\na = "{to}"', "says nothing under success"),
        (
            'gateway = "http"\n[http]\nurl = "https://a.example"\nsuccess = {status = "200"}',
            r"\[http\] body is missing",
        ),
        ('gateway = "smpp"\n[smpp]\nhost = "a"\nport = 0', r"\[smpp\] port is no whole number from 1 to 65535"),
        ('gateway = "tencent"\nsignature = "a"\ndiscreet_signature = "b"', r"\[tencent\] secret_id is missing"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, monkeypatch, text, said):
    with pytest.raises(Misconfigured, match=f"^FORBEAR_SMS is .*{said}") as stopped:
        read(tmp_path, monkeypatch, text)
    assert "the secret of the key" not in str(stopped.value)


def test_a_file_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("FORBEAR_SMS", str(tmp_path / "none.toml"))
    with pytest.raises(Misconfigured, match="cannot be read: No such file or directory"):
        environment.sms()


def test_check_says_what_would_not_go_out(tmp_path, monkeypatch, settings):
    desk = replace(memory_desk(at=START), address="https://repay.example.com")
    monkeypatch.setattr(wiring, "desk", lambda: desk)
    settings.SMS = read(tmp_path, monkeypatch, ALIYUN.replace('secret = "a-secret-of-20-signs-or-more"', ""))
    file = tmp_path / "sms.toml"
    file.chmod(0o644)
    first, second, third = check._texts()
    assert first == f"{file} can be read by others; run chmod 600 {file}"
    assert "has no [callback] secret" in second
    assert third.startswith(
        f"{len(sendable(desk, 'zh'))} texts have no [[template]] and would not go out (code.sign-in"
    )
    tables = [f"[[template]]\ncode = 'S'\ntext = '''{one.text}'''\n" for one in sendable(desk, "zh")]
    file.write_text(ALIYUN + "\n".join(tables), "utf-8")
    file.chmod(0o600)
    settings.SMS = read_settings(file)
    assert list(check._texts()) == []
    settings.SMS = None
    assert list(check._texts()) == []
