"""Sealed agreements: pyHanko and pdfsig verify them, every kind of key signs, what must not be is not."""

import base64
import json
import re
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
import typst
from asn1crypto import x509 as a
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from forbear.actions.signing_ports import Sealed, SealingAway, SealRefused
from forbear.adapters.clock import SystemClock
from forbear.adapters.printer import font_files
from forbear.adapters.seal_check import Trust, examine
from forbear.adapters.sealer import _stamp_template
from forbear.adapters.signing_authority import own_authority
from forbear.adapters.signing_keys import FileKey, issued, public_half
from forbear.core.signatures import Issuer, Level
from tests.signing.authority import Authority, openssl
from tests.signing.sealing import NOW, Service, document, now, order, sealer, terms

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signing")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Iterator[Authority]:
    one = Authority(folder / "tsa")
    yield one
    one.stop()


@pytest.fixture(scope="module")
def plain(folder: Path) -> Sealed:
    """Without any setting: self-made certificates, no authority for the time."""
    return sealer(folder).seal(order())


@pytest.fixture(scope="module")
def stamped(folder: Path, authority: Authority) -> Sealed:
    return sealer(folder, authority).seal(order())


@pytest.fixture(scope="module")
def own(folder: Path) -> FileKey:
    return own_authority(folder / "keys", "x", NOW)[0]


def pdfsig(pdf: bytes, folder: Path) -> str:
    (folder / "file.pdf").write_bytes(pdf)
    return subprocess.run(["pdfsig", "-nocert", "file.pdf"], cwd=folder, capture_output=True, text=True).stdout


def wrong(pdf: bytes, trust: Trust | None = None, at=None, digest: str = "") -> list[str]:
    """The checks that fail."""
    return [one.name for one in examine(pdf, trust or Trust(), at or now(), digest).checks if not one.well]


def attached(pdf: bytes, name: str) -> bytes:
    found = PdfFileReader(BytesIO(pdf)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    assert found[0] == name
    return bytes(found[1]["/EF"]["/F"].data)


def test_the_sealed_file_begins_with_what_she_had_before_her(plain: Sealed, folder: Path):
    assert plain.pdf.startswith(document())
    assert attached(plain.pdf, "signing-act.json") == order().statement
    seal = plain.seal
    assert (seal.sha256, seal.size) == (sha256(plain.pdf).hexdigest(), len(plain.pdf))
    assert (seal.document_sha256, seal.document_size) == (sha256(document()).hexdigest(), len(document()))
    assert (seal.borrower.subject, seal.lender.subject) == ("欧阳彧(U+2CC56)㐂䶮", "示例消费金融有限公司")
    assert (plain.level, sealer(folder).issuer) == (Level.B_B, Issuer.OWN)
    assert wrong(plain.pdf) == []


@pytest.mark.parametrize("level", ["plain", "stamped"])
def test_pyhanko_and_pdfsig_verify_both_signatures(level: str, folder: Path, own: FileKey, authority, request):
    sealed: Sealed = request.getfixturevalue(level)
    roots = [a.Certificate.load(own.certificate)]
    roots.append(a.Certificate.load(x509.load_pem_x509_certificate(authority.root).public_bytes(DER)))
    context = ValidationContext(trust_roots=roots, moment=SystemClock().now() + timedelta(minutes=1))
    signatures = PdfFileReader(BytesIO(sealed.pdf)).embedded_regular_signatures
    for signature in signatures:
        status = validate_pdf_signature(signature, context)
        assert (status.bottom_line, status.docmdp_ok) == (True, True), status.pretty_print_details()
    said = pdfsig(sealed.pdf, folder)
    assert said.count("Signature Validation: Signature is Valid.") == 2
    assert said.count("Signature Type: ETSI.CAdES.detached") == 2
    assert said.count("  - Total document signed") == 1


def test_openssl_verifies_the_time_stamp_over_her_signature(stamped: Sealed, authority: Authority, tmp_path: Path):
    assert stamped.level is Level.B_T
    signature = PdfFileReader(BytesIO(stamped.pdf)).embedded_regular_signatures[0]
    token = signature.signer_info["unsigned_attrs"][0]["values"][0].dump()
    (tmp_path / "token").write_bytes(token)
    digest = sha256(signature.signer_info["signature"].native).hexdigest()
    assert "Verification: OK" in authority.verify(digest=digest, reply=tmp_path / "token", token=True)
    assert stamped.seal.borrower.stamped_by == "Test tsa"
    assert wrong(stamped.pdf, Trust(tsa_roots=authority.root)) == []


def test_what_is_signed_already_or_has_no_fields_is_not_sealed(plain: Sealed, folder: Path):
    with pytest.raises(SealRefused) as told:
        sealer(folder).seal(order(plain.pdf))
    assert told.value.check == "signed twice"
    for nothing in (b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF\n"):
        with pytest.raises(SealRefused) as told:
            sealer(folder).seal(order(nothing))
        assert told.value.check == "document"


def test_another_document_or_an_act_after_the_last_day_is_never_handed_out(folder: Path):
    with pytest.raises(SealingAway, match="document: its first part is not the document"):
        sealer(folder).seal(order(of=document() + b"\n"))
    with pytest.raises(SealingAway, match=r"signing act: .* after the last day to sign"):
        sealer(folder).seal(order(signed_at=NOW + timedelta(days=5)))


def test_whose_certificates_and_which_document_is_looked_at(plain: Sealed, folder: Path, own: FileKey):
    stranger = own_authority(folder / "stranger", "y", NOW)[0]
    assert wrong(plain.pdf, Trust((stranger.certificate,))) == [
        "certificate of the borrower",
        "certificate of the lender",
    ]
    assert wrong(plain.pdf, Trust((own.certificate,))) == []
    assert wrong(plain.pdf, digest="00" * 32) == ["document"]
    assert wrong(plain.pdf, at=NOW + timedelta(days=40 * 365)) == [
        "certificate of the borrower",
        "certificate of the lender",
    ]


def test_with_revocation_data_it_lasts(folder: Path, authority: Authority, own: FileKey):
    root = serialization.load_pem_private_key((authority.folder / "root.key").read_bytes(), None)
    above = x509.load_pem_x509_certificate(authority.root).public_bytes(DER)
    (folder / "tsa.crl").write_bytes(revocation_list_of(root, above))
    sealed = sealer(folder, authority, revocation={"files": ["tsa.crl"]}).seal(order())
    assert sealed.level is Level.B_LTA
    assert len(PdfFileReader(BytesIO(sealed.pdf)).embedded_timestamp_signatures) == 1
    assert wrong(sealed.pdf, Trust((own.certificate,), authority.root)) == []
    assert pdfsig(sealed.pdf, folder).count("Signature is Valid.") >= 2
    (folder / "tsa.crl").unlink()
    assert sealer(folder, authority, revocation={"files": ["tsa.crl"]}).seal(order()).level is Level.B_T


def revocation_list_of(key: object, certificate: bytes, at: datetime = NOW, revoked: int = 0) -> bytes:
    from cryptography.hazmat.primitives import hashes

    above = x509.load_der_x509_certificate(certificate)
    made = x509.CertificateRevocationListBuilder().issuer_name(above.subject)
    made = made.last_update(at - timedelta(hours=1)).next_update(at + timedelta(days=2))
    if revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(revoked).revocation_date(at - timedelta(hours=2)).build()
        made = made.add_revoked_certificate(entry)
    return made.sign(key, hashes.SHA256()).public_bytes(DER)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "欧阳彧𬱖㐂䶮",
        "阿卜杜热合曼·" * 12 + "买买提艾力",
        "Donaudampfschiffahrtselektrizitaetenhauptbetriebswerk Maximiliane",
        "王" * 200,
    ],
)
def test_the_stamp_shows_all_its_lines_however_long_the_name(name: str, tmp_path: Path):
    """Most of all the last one, which says what the certificate is worth."""
    width, height = 218.0, 74.0
    lines = [name, "已用一次性验证码签署", "验证码发至 199****1234", "文件 SHA-256 abababababababab…", "自建证书"]
    data = json.dumps({"width": width, "height": height, "lines": lines}, ensure_ascii=False)
    (tmp_path / "a.pdf").write_bytes(
        typst.compile(_stamp_template(), font_paths=font_files(), sys_inputs={"data": data}, format="pdf")
    )
    told = subprocess.run(["pdftotext", "-bbox", "a.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    words = re.findall(r'xMax="([0-9.]+)" yMax="([0-9.]+)">(.*?)</word>', told.stdout.decode())
    assert "".join(word for *_, word in words) == "".join(lines).replace(" ", "")
    assert all(float(right) <= width and float(low) <= height for right, low, _ in words)


# ---- keys ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def licensed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the root of an outside authority and keys under it, as a lender would have them."""
    folder = tmp_path_factory.mktemp("licensed")
    root, lender = own_authority(folder / "made", "Licensed CA", NOW)
    pem = lambda der: x509.load_der_x509_certificate(der).public_bytes(PEM)  # noqa: E731
    (folder / "roots.pem").write_bytes(pem(root.certificate))
    plain = (PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    for name, key in (("issuer", root), ("lender", lender)):
        (folder / f"{name}.key").write_bytes(key.private_key.private_bytes(*plain))
        (folder / f"{name}.pem").write_bytes(b"".join(pem(one) for one in (key.certificate, *key.chain)))
    own, *chain = (x509.load_der_x509_certificate(one) for one in (lender.certificate, *lender.chain))
    locked = serialization.BestAvailableEncryption(b"open")
    packed = pkcs12.serialize_key_and_certificates(b"lender", lender.private_key, own, chain, locked)
    (folder / "lender.p12").write_bytes(packed)
    return folder


ISSUER = {"kind": "pem", "key": "issuer.key", "certificate": "issuer.pem"}
TRUST = {"roots": "roots.pem"}


def test_keys_in_files_of_an_outside_authority(licensed: Path):
    lender = {"kind": "pkcs12", "file": "lender.p12", "password": "open"}
    by = sealer(licensed, lender=lender, borrower=ISSUER, trust=TRUST)
    sealed = by.seal(order())
    assert by.issuer is Issuer.OUTSIDE
    assert sealed.seal.lender.issuer == "Licensed CA self-made signing authority"
    root = x509.load_pem_x509_certificate((licensed / "roots.pem").read_bytes()).public_bytes(DER)
    assert wrong(sealed.pdf, Trust((root,))) == []


def test_a_key_in_a_module_of_hardware(licensed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    pin = ["--pin", "1234", "--token", "lender"]
    making = ["softhsm2-util", "--init-token", "--free", "--label", "lender", "--so-pin", "5678", "--pin", "1234"]
    subprocess.run(making, check=True, capture_output=True)
    importing = ["softhsm2-util", "--import", str(licensed / "lender.key"), "--label", "agreements", "--id", "01", *pin]
    subprocess.run(importing, check=True, capture_output=True)
    module = "/usr/lib/softhsm/libsofthsm2.so"
    lender = {
        "kind": "pkcs11",
        "module": module,
        "token": "lender",
        "label": "agreements",
        "certificates": "lender.pem",
    }
    by = sealer(licensed, lender={**lender, "pin": "1234"}, borrower=ISSUER, trust=TRUST)
    assert wrong(by.seal(order()).pdf) == []
    with pytest.raises(SealingAway, match="did not sign"):
        sealer(licensed, lender={**lender, "pin": "0000"}, borrower=ISSUER, trust=TRUST).seal(order())
    (tmp_path / "tokens").rename(tmp_path / "away")
    (tmp_path / "tokens").mkdir()
    with pytest.raises(SealingAway, match="did not sign"):
        by.seal(order())
    (tmp_path / "tokens").rmdir()
    (tmp_path / "away").rename(tmp_path / "tokens")
    assert wrong(by.seal(order()).pdf) == [], "the token is back, and the process is the same"
    for name, problem in (("nowhere.pem", "it cannot be read"), ("lender.key", "it holds none in PEM")):
        with pytest.raises(SealingAway, match=rf"\[lender\] certificates is {name}; {problem}"):
            sealer(licensed, lender={**lender, "certificates": name, "pin": "1234"}, borrower=ISSUER, trust=TRUST).seal(
                order()
            )


def test_a_signing_service(tmp_path: Path):
    service = Service(tmp_path / "service")
    try:
        root = x509.load_der_x509_certificate(service.authority.certificate).public_bytes(PEM)
        (tmp_path / "roots.pem").write_bytes(root)
        table = {"kind": "service", "url": service.url, "secret": "s3cret"}
        by = sealer(tmp_path, lender=table, borrower=table, trust=TRUST)
        assert wrong(by.seal(order()).pdf) == []
        act = sha256(order().statement).hexdigest()
        asked = service.asked[0]
        name = terms().borrower.name
        assert asked == (
            "certificates",
            {"signer": "borrower", "reference": "c_1:1", "act": {"name": name, "sha256": act}},
        )
        assert [what for what, _ in service.asked] == ["certificates", "signatures"] * 2
        assert all(
            len(base64.b16decode(q["sha256"].upper())) == 32 for what, q in service.asked if what == "signatures"
        )
        service.forged = True
        with pytest.raises(SealingAway, match="not made by the key of its certificate"):
            by.seal(order())
        service.down = True
        with pytest.raises(SealingAway, match="answered 503"):
            by.seal(order())
    finally:
        service.stop()


def test_an_expired_certificate_of_the_lender(licensed: Path, tmp_path: Path):
    key = serialization.load_pem_private_key((licensed / "lender.key").read_bytes(), None)
    issuer = own_authority(licensed / "made", "Licensed CA", NOW)[0]
    days = {"not_before": NOW - timedelta(days=30), "not_after": NOW - timedelta(days=1)}
    late = issued(issuer, subject={"common_name": "late"}, public_key=public_half(key), serial=7, **days)
    (tmp_path / "late.pem").write_bytes(x509.load_der_x509_certificate(late).public_bytes(PEM))
    lender = {"kind": "pem", "key": str(licensed / "lender.key"), "certificate": str(tmp_path / "late.pem")}
    with pytest.raises(SealingAway, match="certificate of the lender: the certificate is good from"):
        sealer(licensed, lender=lender, borrower=ISSUER, trust=TRUST).seal(order())


# ---- the authority ---------------------------------------------------------------------------------------------


def test_an_authority_that_is_down_or_lies_seals_nothing(folder: Path, authority: Authority):
    by = sealer(folder, authority)
    try:
        authority.down = True
        with pytest.raises(SealingAway, match="answered 503"):
            by.seal(order())
        authority.down, authority.spoil = False, lambda reply: reply[:-1] + bytes([reply[-1] ^ 1])
        with pytest.raises(SealingAway, match="timestamp signature"):
            by.seal(order())
    finally:
        authority.spoil = lambda reply: reply


def test_openssl_reads_her_certificate(plain: Sealed, tmp_path: Path):
    own = PdfFileReader(BytesIO(plain.pdf)).embedded_regular_signatures[0].signer_cert
    said = openssl("x509", "-inform", "DER", "-noout", "-text", folder=tmp_path, given=own.dump()).decode()
    assert f"URI:urn:forbear:signing-act:sha256:{sha256(order().statement).hexdigest()}" in said
    assert "Digital Signature, Non Repudiation" in said
