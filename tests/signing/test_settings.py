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
