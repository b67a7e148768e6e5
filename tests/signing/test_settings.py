"""What a lender sets about agreements and signatures: what makes no sense stops the start with a sentence."""

from pathlib import Path

import pytest

from forbear.adapters.signing_settings import read_signing_settings
from forbear.config import environment
from forbear.config.environment import Misconfigured


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("lender = 1", "lender is no table; write [lender]"),
        ("[key]", "key is nothing that stands in this file"),
        ('[lender]\nkind = "usb"', r"kind is 'usb'; write one of pem, pkcs12, pkcs11, service"),
        ('[lender]\nkind = "pem"\nkey = "a"', "certificate is missing"),
        ('[lender]\nkind = "service"\nurl = "ftp://x"', "write https://signing.example.org/v1"),
        ('[lender]\nkind = "pkcs12"\nfile = "a.p12"', r"\[trust\] roots is missing"),
        ('[lender]\nkind = "pkcs12"\nfile = "a"\n[trust]\nroots = "no.pem"', "it cannot be read"),
        ("[lender", "is no TOML"),
        ('[lender]\nkind = "service"\nurl = "http://localhost.example.org/v1"', "write https://signing.example.org/v1"),
        ('[lender]\nkind = "service"\nurl = "https://s.example.org/v1"', "secret is missing"),
        ('[lender]\nkind = "pkcs11"\nmodule = "m"\ntoken = "t"\nlabel = "l"', "pin is missing"),
        ('[lender]\nkind = "pem"\nkey = "a"\ncertificate = "b"\npasword = "c"', "pasword is nothing that stands there"),
        ('[trust]\nroots = "signing.toml"', "roots is signing.toml; it holds no certificate in PEM"),
        ('[trust]\nroot = "a.pem"', "root is nothing that stands there; it knows roots"),
        ('[revocation]\nfetch = "yes"', "fetch is neither true nor false; write fetch = true"),
    ],
)
def test_a_file_of_keys_that_makes_no_sense(tmp_path: Path, text: str, fault: str):
    (tmp_path / "signing.toml").write_text(text)
    with pytest.raises(ValueError, match=fault.replace("[lender]", r"\[lender\]") if "write [" in fault else fault):
        read_signing_settings(tmp_path / "signing.toml")


@pytest.mark.parametrize(
    ("name", "value", "read", "fault"),
    [
        ("FORBEAR_TSA", "tsa.example.org", environment.tsa, "write https://tsa.example.org/tsr"),
        ("FORBEAR_TSA_ROOTS", "/nowhere.pem", environment.tsa, "cannot be read"),
        ("FORBEAR_TSA_ROOTS", __file__, environment.tsa, "holds no certificate in PEM"),
        ("FORBEAR_SIGNING", "/nowhere.toml", environment.signing, "cannot be read"),
        ("FORBEAR_AGREEMENT_TEMPLATE", "/nowhere", environment.agreement_template, "has no template.toml"),
    ],
)
def test_a_setting_that_makes_no_sense(monkeypatch: pytest.MonkeyPatch, name: str, value: str, read, fault: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured, match=f"^{name} is {value}|{fault}") as told:
        read()
    assert fault in str(told.value)
    monkeypatch.delenv(name)
    assert not (read()[0] if name.startswith("FORBEAR_TSA") else read())


def test_roots_that_only_look_like_pem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "roots.pem").write_text("-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n")
    monkeypatch.setenv("FORBEAR_TSA_ROOTS", str(tmp_path / "roots.pem"))
    with pytest.raises(Misconfigured, match="holds no certificate in PEM"):
        environment.tsa()
