"""Keys and services that are not as they should be: each is named in a sentence, nothing is sealed, the act stands."""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from forbear.actions.signing_ports import SealingAway
from forbear.adapters.signing_authority import own_authority
from forbear.adapters.signing_keys import BadKey, binds
from forbear.adapters.signing_service import SigningService
from forbear.core.signatures import Level
from tests.signing.authority import Authority
from tests.signing.sealing import NOW, Service, order, sealer
from tests.signing.test_sealer import ISSUER, TRUST, licensed, revocation_list_of

__all__ = ["licensed"]
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


@pytest.mark.parametrize(
    ("lender", "problem"),
    [
        ({"kind": "pem", "key": "nowhere.key", "certificate": "lender.pem"}, "nowhere.key cannot be read"),
        ({"kind": "pem", "key": "garbage", "certificate": "lender.pem"}, "garbage cannot be read"),
        ({"kind": "pem", "key": "lender.key", "certificate": "garbage"}, "garbage cannot be read"),
        ({"kind": "pem", "key": "lender.key", "certificate": "issuer.pem"}, "the first certificate is not the key's"),
        ({"kind": "pem", "key": "locked.key", "certificate": "lender.pem"}, "locked.key cannot be read"),
        ({"kind": "pem", "key": "dsa.key", "certificate": "lender.pem"}, "neither RSA nor of an elliptic curve"),
        ({"kind": "pkcs12", "file": "lender.p12", "password": "shut"}, "lender.p12 cannot be read"),
        ({"kind": "pkcs12", "file": "garbage", "password": "open"}, "garbage cannot be read"),
        ({"kind": "pkcs12", "file": "empty.p12", "password": "open"}, "holds no key with its certificate"),
        ({"kind": "pem", "key": "issuer.key", "certificate": "issuer.pem"}, "not for signatures that bind"),
        (
            {"kind": "pkcs11", "module": "/nowhere.so", "token": "t", "label": "l", "pin": "1"},
            "the module /nowhere.so did not sign",
        ),
    ],
)
def test_a_key_of_the_lender_that_cannot_sign_is_named(licensed: Path, lender: dict[str, str], problem: str):
    from cryptography.hazmat.primitives.asymmetric import ed25519

    key = serialization.load_pem_private_key((licensed / "lender.key").read_bytes(), None)
    pkcs8 = serialization.PrivateFormat.PKCS8
    locked = key.private_bytes(PEM, pkcs8, serialization.BestAvailableEncryption(b"open"))
    other = ed25519.Ed25519PrivateKey.generate().private_bytes(PEM, pkcs8, serialization.NoEncryption())
    (licensed / "locked.key").write_bytes(locked)
    (licensed / "dsa.key").write_bytes(other)
    (licensed / "garbage").write_bytes(b"-----BEGIN PRIVATE KEY-----\nnothing\n\x00\xff")
    own = x509.load_pem_x509_certificates((licensed / "lender.pem").read_bytes())
    packed = pkcs12.serialize_key_and_certificates(
        None, None, None, own, serialization.BestAvailableEncryption(b"open")
    )
    (licensed / "empty.p12").write_bytes(packed)
    with pytest.raises(SealingAway, match=problem):
        sealer(licensed, lender=lender, borrower=ISSUER, trust=TRUST).seal(order())


@pytest.mark.parametrize("lost", ["PRIVATE KEY", "CERTIFICATE"])
def test_a_self_made_authority_that_lost_a_part_of_its_file_is_never_made_anew(tmp_path: Path, lost: str):
    own_authority(tmp_path, "x", NOW)
    blocks = (tmp_path / "signing").read_bytes().split(b"-----BEGIN")[1:]
    gone = next(block for block in blocks if lost.encode() in block)
    (tmp_path / "signing").write_bytes(b"".join(b"-----BEGIN" + block for block in blocks if block is not gone))
    with pytest.raises(BadKey, match="restore it from the backup of the keys"):
        own_authority(tmp_path, "x", NOW)


def test_what_a_certificate_is_for(licensed: Path):
    root, lender = own_authority(licensed / "made", "Licensed CA", NOW)
    assert (binds(lender.certificate), binds(root.certificate)) == (True, False)


# ---- a signing service -----------------------------------------------------------------------------------------


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    one = Service(tmp_path / "service")
    root = x509.load_der_x509_certificate(one.authority.certificate).public_bytes(PEM)
    (tmp_path / "roots.pem").write_bytes(root)
    yield one
    one.stop()


def sealed_by(service: Service, folder: Path) -> Any:
    table = {"kind": "service", "url": service.url, "secret": "s3cret"}
    return sealer(folder, lender=table, borrower=table, trust=TRUST).seal(order())


ANSWERS: dict[str, tuple[Callable[[str, dict[str, Any]], Any], str]] = {
    "a list": (lambda what, said: [], "something else than a JSON object"),
    "nothing": (lambda what, said: {}, "named no session and certificates"),
    "certificates that are no text": (
        lambda what, said: {"session": "s", "certificates": [7]} if what == "certificates" else said,
        "named no session and certificates",
    ),
    "certificates that are none": (
        lambda what, said: {"session": "s", "certificates": ["bm90aGluZw=="]} if what == "certificates" else said,
        "no certificate that can be read",
    ),
    "no signature": (lambda what, said: said if what == "certificates" else {}, "gave no signature"),
    "a signature that is no text": (
        lambda what, said: said if what == "certificates" else {"signature": "%%%"},
        "gave no signature",
    ),
    "a signature of nothing": (
        lambda what, said: said if what == "certificates" else {"signature": ""},
        "signature of the service has 0 bytes",
    ),
    "a very long answer": (lambda what, said: {"session": "s" * 200_000}, "something else than a JSON object"),
    "a signature far too long": (
        lambda what, said: said if what == "certificates" else {"signature": "AAAA" * 5_000},
        "signature of the service has 15,000 bytes",
    ),
}


@pytest.mark.parametrize("which", ANSWERS)
def test_a_service_that_answers_with_rubbish_is_away(service: Service, tmp_path: Path, which: str):
    spoil, problem = ANSWERS[which]
    honest = service.answer
    service.answer = lambda what, question: spoil(what, honest(what, question))  # type: ignore[method-assign]
    with pytest.raises(SealingAway, match=problem):
        sealed_by(service, tmp_path)


def test_a_signature_over_another_digest_or_one_from_before_is_found(service: Service, tmp_path: Path):
    honest, kept = service.answer, list[dict[str, Any]]()

    def other(what: str, question: dict[str, Any]) -> dict[str, Any]:
        asked = question if what == "certificates" else {**question, "sha256": "ab" * 32}
        return honest(what, asked)

    def twice(what: str, question: dict[str, Any]) -> dict[str, Any]:
        said = honest(what, question)
        kept.append(said)
        return kept[1] if what == "signatures" else said

    for lie in (other, twice):
        service.answer = lie  # type: ignore[method-assign]
        with pytest.raises(SealingAway, match="not made by the key of its certificate"):
            sealed_by(service, tmp_path)
    service.answer = honest  # type: ignore[method-assign]
    assert sealed_by(service, tmp_path).level is Level.B_B


def test_a_service_that_is_late(service: Service):
    import threading

    wait = threading.Event()
    service.answer = lambda what, question: wait.wait(10) or {}  # type: ignore[method-assign, assignment, return-value]
    with pytest.raises(SealingAway, match="could not be reached"):
        SigningService(service.url, "s3cret", seconds=0.2).key("lender", "c_1:1", {})
    wait.set()


# ---- revocation ------------------------------------------------------------------------------------------------


def test_without_usable_lists_it_is_sealed_at_the_level_below(tmp_path: Path):
    authority = Authority(tmp_path / "tsa")
    try:
        root = serialization.load_pem_private_key((authority.folder / "root.key").read_bytes(), None)
        above = x509.load_pem_x509_certificate(authority.root).public_bytes(DER)
        old = revocation_list_of(root, above, NOW - timedelta(days=60))
        for name, data in (("garbage.crl", b"no list"), ("old.crl", old), ("empty.crl", b"")):
            (tmp_path / name).write_bytes(data)
            by = sealer(tmp_path, authority, revocation={"files": [name]})
            assert by.seal(order()).level is Level.B_T, name
        assert sealer(tmp_path, authority, revocation={"fetch": True}).seal(order()).level is Level.B_T
    finally:
        authority.stop()


def test_a_revoked_certificate_seals_nothing(licensed: Path, tmp_path: Path):
    authority = Authority(tmp_path / "tsa")
    root, lender = own_authority(licensed / "made", "Licensed CA", NOW)
    tsa_key = serialization.load_pem_private_key((authority.folder / "root.key").read_bytes(), None)
    tsa = x509.load_pem_x509_certificate(authority.root).public_bytes(DER)
    serial = x509.load_der_x509_certificate(lender.certificate).serial_number
    (licensed / "tsa.crl").write_bytes(revocation_list_of(tsa_key, tsa))
    given = {"lender": {"kind": "pem", "key": "lender.key", "certificate": "lender.pem"}, "borrower": ISSUER}
    by = sealer(licensed, authority, **given, trust=TRUST, revocation={"files": ["tsa.crl", "root.crl"]})
    try:
        (licensed / "root.crl").write_bytes(revocation_list_of(root.private_key, root.certificate))
        assert by.seal(order()).level is Level.B_LTA
        (licensed / "root.crl").write_bytes(revocation_list_of(root.private_key, root.certificate, revoked=serial))
        alone = sealer(licensed, **given, trust=TRUST, revocation={"files": ["root.crl"]})
        for one in (by, alone):
            with pytest.raises(SealingAway, match=r"a certificate was revoked: root.crl names .*Licensed CA"):
                one.seal(order())
    finally:
        authority.stop()


def test_openssl_agrees_that_the_key_usage_is_there(tmp_path: Path):
    own = own_authority(tmp_path / "keys", "x", NOW)[1]
    (tmp_path / "own.der").write_bytes(own.certificate)
    said = ["openssl", "x509", "-inform", "DER", "-in", "own.der", "-noout", "-ext", "keyUsage"]
    told = subprocess.run(said, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "Non Repudiation" in told
    assert json.dumps(binds(own.certificate)) == "true"
