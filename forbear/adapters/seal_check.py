"""Whether a sealed agreement is what it says: each check has a name, and a sentence of the catalogue for what it found.

`examine` needs the file and whom to trust, no network, no database. The same checks look at every seal before it is
kept, serve `forbear agreement verify`, and are what a changed file is held against in the tests.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

from forbear.actions.ports import ZONE, TimestampLies
from forbear.adapters.signing_keys import ACT_URN, binds
from forbear.adapters.timestamps import pem_certificates, read_token, unvouched_parts_are_well
from forbear.core.signatures import FIELDS, STATEMENT_FILE, Check, Signed

# What pyHanko has to say of a bad file is said by a check of ours.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)

EARLY_SECONDS = 300
"""How much earlier than her act an authority's clock may say it is."""


@dataclass(frozen=True)
class Trust:
    """`roots`: certificates (DER) that signers' may come from, () for any; `tsa_roots`: PEM, b"" for any."""

    roots: tuple[bytes, ...] = ()
    tsa_roots: bytes = b""

    def context(
        self, at: datetime, lists: Sequence[bytes] = (), fetch: bool = False, others: Sequence[Any] = ()
    ) -> Any:
        """pyHanko's view of it, for signers and authorities of time alike."""
        from asn1crypto import crl, x509
        from pyhanko_certvalidator import ValidationContext

        roots = [x509.Certificate.load(one) for one in self.roots] or [one for one in others if one.self_signed != "no"]
        return ValidationContext(
            trust_roots=[*roots, *(pem_certificates(self.tsa_roots) if self.tsa_roots else ())],
            moment=at,
            crls=[crl.CertificateList.load(one) for one in lists],
            allow_fetching=fetch,
            revocation_mode="require" if lists or fetch else "soft-fail",
            time_tolerance=timedelta(seconds=EARLY_SECONDS),
        )


@dataclass(frozen=True)
class Examination:
    """`checks` in order; `signatures`: hers and the lender's as far as they are there; `statement`: of her act."""

    checks: tuple[Check, ...]
    signatures: tuple[Any, ...] = ()
    statement: dict[str, Any] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        return all(one.well for one in self.checks)


Found = tuple[str, dict[str, str]]
"""A sentence of the catalogue, under `seal_check.well`, and its facts."""


class _Wrong(Exception):
    """A check that failed; `key` says why, under `seal_check.wrong`."""

    def __init__(self, key: str, **facts: str) -> None:
        super().__init__(key)
        self.key, self.facts = key, facts


def examine(pdf: bytes, trust: Trust, at: datetime, document_sha256: str = "", sealed_sha256: str = "") -> Examination:
    """All checks of a sealed agreement as of `at`. `document_sha256`: of what she had before her; `sealed_sha256`: of
    the whole file as the record has it; each where it is known.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    checks: list[Check] = []
    signatures: list[Any] = []
    said: dict[str, Any] = {}

    def form() -> Found:
        reader = PdfFileReader(BytesIO(pdf))
        signatures.extend(reader.embedded_regular_signatures)
        said.update(_statement(reader))
        if [one.field_name for one in signatures] != list(FIELDS):
            raise _Wrong("signers")
        return "form", {}

    looks: list[tuple[str, Callable[[], Found]]] = [("form", form)]
    if sealed_sha256:
        looks.insert(0, ("digest", lambda: _digest(pdf, sealed_sha256)))
    looks.append(("document", lambda: _document(pdf, said, document_sha256)))
    for number, name in enumerate(FIELDS):
        looks.append((name, lambda n=number: _signature(signatures[n])))
    looks.append(("whole", lambda: _whole(signatures)))
    for number, name in enumerate(FIELDS):
        looks.append((f"certificate of the {name}", lambda n=number: _certificate(signatures[n], trust, at)))
    looks.append(("signing act", lambda: _act(signatures[0], said)))
    looks.append(("time", lambda: _times(signatures, trust, said)))
    for name, look in looks:
        checks.append(_looked(name, look))
        if name == "form" and not checks[-1].well:
            return Examination(tuple(checks))
    return Examination(tuple(checks), tuple(signatures), said)


def _looked(name: str, look: Callable[[], Found]) -> Check:
    try:
        key, facts = look()
        return Check(name, True, f"seal_check.well.{key}", facts)
    except _Wrong as wrong:
        return Check(name, False, f"seal_check.wrong.{wrong.key}", wrong.facts)
    except TimestampLies as lie:
        return Check(name, False, f"seal_check.stamp.{lie.check}", {})
    except Exception as error:  # a hostile file may break whatever reads it, and then it is not well
        return Check(name, False, "seal_check.wrong.unreadable", {"kind": type(error).__name__})


def signed_by(signature: Any) -> Signed:
    """What is told of a signature that is well."""
    own = signature.signer_cert
    token = _token(signature)
    by = "" if token is None else _name(_tsa_certificate(token).subject)
    return Signed(
        subject=_name(own.subject),
        issuer=_name(own.issuer),
        certificate_sha256=own.sha256.hex(),
        stamped_at=None if token is None else read_token(token, sha256(_value(signature)).digest()),
        stamped_by=by,
    )


# ---- the checks ------------------------------------------------------------------------------------------------


def _digest(pdf: bytes, sealed_sha256: str) -> Found:
    """The file is byte for byte the one that the record names."""
    found = sha256(pdf).hexdigest()
    if found != sealed_sha256:
        raise _Wrong("digest_other", found=found, recorded=sealed_sha256)
    return "digest", {"digest": found}


def _document(pdf: bytes, said: dict[str, Any], document_sha256: str) -> Found:
    """The file begins with the very bytes she had before her."""
    claimed, size = said["document"]["sha256"], int(said["document"]["bytes"])
    if not 0 < size < len(pdf) or sha256(pdf[:size]).hexdigest() != claimed:
        raise _Wrong("first_part")
    if document_sha256 and claimed != document_sha256:
        raise _Wrong("other_document")
    return "document", {"size": f"{size:,}", "digest": claimed}


def _signature(signature: Any) -> Found:
    """Its bytes are as signed, and what came after is what the first signature allows."""
    from asn1crypto import core
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    _held(signature)
    content = signature.signed_data["encap_content_info"]
    digest = signature.signer_info["digest_algorithm"]["algorithm"].native
    if signature.sig_object["/SubFilter"] != "/ETSI.CAdES.detached" or content["content"] is not core.VOID:
        raise _Wrong("not_pades")
    if digest not in ("sha256", "sha384", "sha512"):
        raise _Wrong("weak", digest=digest)
    if not unvouched_parts_are_well(signature.signed_data):
        raise _Wrong("beside")
    signature.compute_integrity_info()
    found = signature.summarise_integrity_info()
    intact, valid = validate_sig_integrity(
        signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
    )
    if not intact:
        raise _Wrong("changed")
    if not valid:
        raise _Wrong("key")
    if found["coverage"] < SignatureCoverageLevel.ENTIRE_REVISION:
        raise _Wrong("coverage")
    if found["docmdp_ok"] is False:
        raise _Wrong("afterwards")
    return "signature", {"name": _name(signature.signer_cert.subject)}


def _whole(signatures: list[Any]) -> Found:
    """Nothing stands behind the last signature but what an archive time stamp covers."""
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    archive = signatures[0].reader.embedded_timestamp_signatures
    last = archive[-1] if archive else signatures[-1]
    last.compute_integrity_info()
    if last.evaluate_signature_coverage() != SignatureCoverageLevel.ENTIRE_FILE:
        raise _Wrong("added")
    return "whole", {}


def _certificate(signature: Any, trust: Trust, at: datetime) -> Found:
    """Good when it signed, and from somebody who is trusted. Only an authority's time shows when that was."""
    from pyhanko_certvalidator import CertificateValidator
    from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError

    own, token = signature.signer_cert, _token(signature)
    then = read_token(token, sha256(_value(signature)).digest(), trust.tsa_roots) if token else at
    if not own.not_valid_before <= then <= own.not_valid_after:
        raise _Wrong("period", start=f"{own.not_valid_before:%Y-%m-%d}", end=f"{own.not_valid_after:%Y-%m-%d}")
    others = signature.other_embedded_certs
    if not binds(own.dump()):
        raise _Wrong("usage")
    checking = CertificateValidator(own, others, validation_context=trust.context(then, others=[own, *others]))
    try:
        asyncio.run(checking.async_validate_path())
    except (PathBuildingError, PathValidationError):
        raise _Wrong("issuer", issuer=_name(own.issuer)) from None
    return "certificate" if trust.roots else "certificate_any", {
        "name": _name(own.subject),
        "issuer": _name(own.issuer),
    }


def _act(signature: Any, said: dict[str, Any]) -> Found:
    """Her act is within the days to sign, and her certificate, where it was made for one act, was made for this one."""
    on = datetime.fromisoformat(said["act"]["at"]).astimezone(ZONE).date()
    issued_on, by_on = (date.fromisoformat(said["agreement"][name]) for name in ("issued_on", "sign_by_on"))
    if on < issued_on:
        raise _Wrong("early_act", on=on.isoformat(), issued_on=issued_on.isoformat())
    if on > by_on:
        raise _Wrong("late_act", on=on.isoformat(), by_on=by_on.isoformat())
    names = signature.signer_cert.subject_alt_name_value
    urns = [one.native for one in names or () if one.name == "uniform_resource_identifier"]
    acts = [urn for urn in urns if urn.startswith(ACT_URN)]
    if acts and acts != [ACT_URN + _statement_sha256(signature.reader)]:
        raise _Wrong("other_act")
    act = said["act"]
    return "act", {"phone": str(act["sent_to"]), "at": str(act["at"]), "address": str(act["from"])}


def _times(signatures: list[Any], trust: Trust, said: dict[str, Any]) -> Found:
    """Every time stamp is whole and of an authority that is trusted; none is earlier than her act."""
    act_at, stamps = datetime.fromisoformat(said["act"]["at"]), []
    for signature in signatures:
        if (token := _token(signature)) is not None:
            stamps.append(read_token(token, sha256(_value(signature)).digest(), trust.tsa_roots))
    for archive in signatures[0].reader.embedded_timestamp_signatures:
        digest = archive.compute_digest()
        stamps.append(read_token(_held(archive), digest, trust.tsa_roots))
    if not stamps:
        return "no_time", {}
    if stamps[0] < act_at - timedelta(seconds=EARLY_SECONDS):
        raise _Wrong("early", at=f"{stamps[0]:%Y-%m-%dT%H:%MZ}")
    by = _name(_tsa_certificate(_token(signatures[0])).subject)
    return "time" if trust.tsa_roots else "time_any", {"by": by, "at": f"{stamps[0]:%Y-%m-%dT%H:%M:%SZ}"}


# ---- reading ---------------------------------------------------------------------------------------------------


def _statement(reader: Any) -> dict[str, Any]:
    said = json.loads(_statement_bytes(reader))
    if not isinstance(said, dict):
        raise _Wrong("no_statement")
    return said


def _statement_sha256(reader: Any) -> str:
    return sha256(_statement_bytes(reader)).hexdigest()


def _statement_bytes(reader: Any) -> bytes:
    try:
        names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    except KeyError:
        raise _Wrong("no_statement") from None
    if len(names) != 2 or names[0] != STATEMENT_FILE:
        raise _Wrong("attached")
    found: bytes = names[1]["/EF"]["/F"].data
    return found


def _held(signature: Any) -> bytes:
    """The signature in its place (DER): a kind and its content, with nothing but zeros behind them."""
    from asn1crypto.parser import parse, peek

    held: bytes = signature.pkcs7_content
    size = peek(held)
    *_, parts, _ = parse(held[:size])
    kind = peek(parts)
    if held[size:].strip(b"\0") or kind + peek(parts[kind:]) != len(parts):
        raise _Wrong("behind")
    return held[:size]


def _token(signature: Any) -> bytes | None:
    """The time stamp over a signature (DER); None where it has none."""
    for attribute in signature.signer_info["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            found: bytes = attribute["values"][0].dump()
            return found
    return None


def _value(signature: Any) -> bytes:
    found: bytes = signature.signer_info["signature"].native
    return found


def _tsa_certificate(token: bytes | None) -> Any:
    from asn1crypto import cms

    signed = cms.ContentInfo.load(token)["content"]
    serial = signed["signer_infos"][0]["sid"].chosen["serial_number"].native
    return next(one.chosen for one in signed["certificates"] if one.chosen.serial_number == serial)


def _name(name: Any) -> str:
    return str(name.native.get("common_name") or name.human_friendly)
