"""Keys that sign, wherever they lie: in a PEM or PKCS#12 file, or in a module of hardware behind PKCS#11.

Each has a certificate, its issuers and one verb. Signatures are over SHA-256: ECDSA (DER) or RSA (PKCS#1 v1.5). A key
with a signing service is adapters/signing_service.py. `one_time_key` makes a key for one act of hers and forgets it.
"""

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from stringprep import in_table_a1
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from forbear.actions.signing_ports import SealingAway

APART_SECONDS = 600
"""How much slower than ours an authority's clock may run: a certificate has to be good at the time it stamps."""
ACT_URN = "urn:forbear:signing-act:sha256:"
"""Names her act in the certificate made for it alone."""


class SigningKey(Protocol):
    """`certificate`: DER; `chain`: its issuers, the nearest first, as far as they are known."""

    certificate: bytes
    chain: tuple[bytes, ...]

    def sign(self, data: bytes) -> bytes:
        """The signature over the data; raises SealingAway."""


class BadKey(ValueError):
    """A key or certificate that cannot be used; the text says which and what would be right."""


@dataclass(frozen=True)
class FileKey:
    """A key that lies in memory."""

    private_key: Any
    certificate: bytes
    chain: tuple[bytes, ...] = ()

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.private_key, ec.EllipticCurvePrivateKey):
            return self.private_key.sign(data, ec.ECDSA(hashes.SHA256()))
        return bytes(self.private_key.sign(data, padding.PKCS1v15(), hashes.SHA256()))


def from_pem(key_file: Path, certificate_file: Path, password: bytes | None = None) -> FileKey:
    """A key and its certificates (its own first) in PEM; raises BadKey."""
    try:
        key = serialization.load_pem_private_key(key_file.read_bytes(), password)
    except (OSError, ValueError, TypeError) as error:
        raise BadKey(f"the key {key_file} cannot be read: {error}") from None
    try:
        certificates = x509.load_pem_x509_certificates(certificate_file.read_bytes())
    except (OSError, ValueError) as error:
        raise BadKey(f"the certificate {certificate_file} cannot be read: {error}") from None
    return _fitting(key, certificates, f"{key_file} and {certificate_file}")


def from_pkcs12(file: Path, password: bytes | None) -> FileKey:
    """A key with its certificates in a .p12 or .pfx file; raises BadKey."""
    try:
        key, own, others = pkcs12.load_key_and_certificates(file.read_bytes(), password)
    except (OSError, ValueError) as error:
        raise BadKey(f"{file} cannot be read: {error}") from None
    if key is None or own is None:
        raise BadKey(f"{file} holds no key with its certificate")
    return _fitting(key, [own, *others], str(file))


def _fitting(key: Any, certificates: Sequence[x509.Certificate], where: str) -> FileKey:
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise BadKey(f"{where}: the key is neither RSA nor of an elliptic curve")
    spki = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if certificates[0].public_key().public_bytes(*spki) != key.public_key().public_bytes(*spki):
        raise BadKey(f"{where}: the first certificate is not the key's")
    own, *chain = (one.public_bytes(serialization.Encoding.DER) for one in certificates)
    return FileKey(key, own, tuple(chain))


class TokenKey:
    """A key that never leaves its module. `module`: the vendor's library; `label` names key and certificate in it."""

    def __init__(
        self, *, module: str, token: str, pin: str, label: str, certificate: bytes = b"", chain: tuple[bytes, ...] = ()
    ) -> None:
        self._module, self._token, self._pin, self._label = module, token, pin, label
        self.chain = chain
        self.certificate = certificate or self._found_certificate()

    def sign(self, data: bytes) -> bytes:
        import pkcs11
        from pkcs11.util.ec import encode_ecdsa_signature

        def signing(session: Any) -> bytes:
            key = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label=self._label)
            if key.key_type == pkcs11.KeyType.EC:
                raw = key.sign(sha256(data).digest(), mechanism=pkcs11.Mechanism.ECDSA)
                return bytes(encode_ecdsa_signature(raw))
            return bytes(key.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))

        return self._with_session(signing)

    def _found_certificate(self) -> bytes:
        import pkcs11

        def finding(session: Any) -> bytes:
            wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.LABEL: self._label}
            for found in session.get_objects(wanted):
                return bytes(found[pkcs11.Attribute.VALUE])
            raise SealingAway(f"the token {self._token} holds no certificate {self._label}")

        return self._with_session(finding)

    def _with_session(self, use: Any) -> bytes:
        import pkcs11

        try:
            token = pkcs11.lib(self._module).get_token(token_label=self._token)
            with token.open(user_pin=self._pin) as session:
                found: bytes = use(session)
                return found
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            with suppress(pkcs11.PKCS11Error, RuntimeError):  # one that lost its token once may not see it again
                pkcs11.lib(self._module).finalize()
            raise SealingAway(f"the module {self._module} did not sign: {type(error).__name__} {error}") from None


# ---- certificates ----------------------------------------------------------------------------------------------


def one_time_key(issuer: SigningKey, name: str, act_sha256: str, now: datetime, serial: int) -> FileKey:
    """A key for one act, with a certificate that names her and the act; nobody can use it a second time, for its
    private half is kept nowhere. The certificate lives as long as its issuer's.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issued(
        issuer,
        subject={"common_name": certified(name)},
        public_key=public_half(key),
        not_before=now - timedelta(seconds=APART_SECONDS),
        not_after=x509.load_der_x509_certificate(issuer.certificate).not_valid_after_utc,
        serial=serial,
        uri=ACT_URN + act_sha256,
    )
    return FileKey(key, certificate, (issuer.certificate, *issuer.chain))


def issued(
    issuer: SigningKey | None,
    *,
    subject: dict[str, str],
    public_key: bytes,
    not_before: datetime,
    not_after: datetime,
    serial: int,
    uri: str = "",
    authority: bool = False,
    sign: Any = None,
) -> bytes:
    """A certificate (DER) signed by the issuer; with `sign` and no issuer, by its own key."""
    from asn1crypto import algos, keys
    from asn1crypto import x509 as a

    spki = keys.PublicKeyInfo.load(public_key)
    above = a.Certificate.load(issuer.certificate) if issuer else None
    name = a.Name.build(subject)
    usage = {"key_cert_sign", "crl_sign"} if authority else {"digital_signature", "non_repudiation"}
    extensions = [
        {"extn_id": "basic_constraints", "critical": True, "extn_value": {"ca": authority}},
        {"extn_id": "key_usage", "critical": True, "extn_value": usage},
        {"extn_id": "key_identifier", "critical": False, "extn_value": spki.sha1},
        {
            "extn_id": "authority_key_identifier",
            "critical": False,
            "extn_value": {"key_identifier": above.public_key.sha1 if above else spki.sha1},
        },
    ]
    if uri:
        names = [a.GeneralName("uniform_resource_identifier", uri)]
        extensions.append({"extn_id": "subject_alt_name", "critical": False, "extn_value": names})
    signer_kind = (above.public_key if above else spki).algorithm
    kind = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa" if signer_kind == "ec" else "sha256_rsa"})
    body = a.TbsCertificate(
        {
            "version": "v3",
            "serial_number": serial,
            "signature": kind,
            "issuer": above.subject if above else name,
            "validity": {"not_before": _time(not_before), "not_after": _time(not_after)},
            "subject": name,
            "subject_public_key_info": spki,
            "extensions": extensions,
        }
    )
    signature = (issuer.sign if issuer else sign)(body.dump())
    made: bytes = a.Certificate(
        {"tbs_certificate": body, "signature_algorithm": kind, "signature_value": signature}
    ).dump()
    return made


def certified(name: str) -> str:
    """A name as a certificate may hold it: 64 signs, and a character younger than the rules of names in certificates
    (RFC 4518: Unicode 3.2) by its number, which names it exactly.
    """
    kept = "".join(
        f"(U+{ord(char):04X})" if in_table_a1(char) or unicodedata.category(char)[0] == "C" else char for char in name
    )
    return kept[:64] or "-"


def binds(certificate: bytes) -> bool:
    """Whether a certificate (DER) is for signatures that bind: nonRepudiation (contentCommitment), or for anything."""
    try:
        usage = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.content_commitment


def revocation_list(issuer: FileKey, now: datetime, until: datetime) -> bytes:
    """The self-made authority's list of revoked certificates (DER). It is empty: its keys for acts are never kept."""
    above = x509.load_der_x509_certificate(issuer.certificate)
    made = x509.CertificateRevocationListBuilder().issuer_name(above.subject).last_update(now).next_update(until)
    key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key())  # type: ignore[arg-type]
    made = made.add_extension(key_id, False).add_extension(x509.CRLNumber(int(now.timestamp())), False)
    return made.sign(issuer.private_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _time(at: datetime) -> Any:
    from asn1crypto import x509 as a

    at = at.replace(microsecond=0)
    return a.Time({"utc_time": at} if at.year < 2050 else {"general_time": at})


def public_half(key: Any) -> bytes:
    """The SubjectPublicKeyInfo of a private key, in DER."""
    made: bytes = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return made
