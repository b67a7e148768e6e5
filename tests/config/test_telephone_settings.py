"""The settings of the hotline: what makes no sense stops the start and is named."""

import pytest

from forbear.actions.ports import Telephony
from forbear.config import environment
from forbear.config.environment import Misconfigured

NAMES = ("COUNTRY", "RECORDS", "LINK", "SIP_HOST")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch):
    for name in (*(f"FORBEAR_TELEPHONE_{name}" for name in NAMES), "FORBEAR_CTI_SECRETS", "FORBEAR_CTI_ORIGINATE"):
        monkeypatch.delenv(name, raising=False)


def test_what_is_right_is_read(monkeypatch: pytest.MonkeyPatch):
    assert (environment.telephony(), environment.cti_secrets(), environment.cti_originate([])) == (Telephony(), [], "")
    for name, value in zip(NAMES, ("gb", "1", "sip", "pbx.example.org"), strict=True):
        monkeypatch.setenv(f"FORBEAR_TELEPHONE_{name}", value)
    assert environment.telephony() == Telephony(country="GB", records=True, link="sip", sip_host="pbx.example.org")
    monkeypatch.setenv("FORBEAR_CTI_SECRETS", "whsec_" + "A" * 44 + ", another secret of enough letters")
    assert len(environment.cti_secrets()) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORBEAR_TELEPHONE_COUNTRY", "China"),
        ("FORBEAR_TELEPHONE_LINK", "skype"),
        ("FORBEAR_TELEPHONE_LINK", "sip"),
        ("FORBEAR_CTI_SECRETS", "short"),
        ("FORBEAR_CTI_SECRETS", "whsec_c2hvcnQ="),
        ("FORBEAR_CTI_ORIGINATE", "ftp://pbx"),
        ("FORBEAR_CTI_ORIGINATE", "https://pbx.example.org/originate"),
    ],
)
def test_what_makes_no_sense_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured, match=name):
        read_all()


def read_all() -> None:
    environment.telephony()
    environment.cti_originate(environment.cti_secrets())
