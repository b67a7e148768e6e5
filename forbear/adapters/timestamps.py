"""Times that somebody else vouches for: RFC 3161 tokens of a time-stamping authority, asked for over HTTP.

`TimestampAuthority.stamp` asks and looks at the answer before anyone relies on it; `read_token` looks at a token later,
without a network. What is wrong is named by the check that found it: status, form, nonce, imprint, certificate, time.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.client import HTTPException
from typing import Any, ClassVar
from urllib.error import HTTPError
from urllib.request import Request

from forbear.actions.ports import Clock, TimestampAway, TimestampLies
from forbear.adapters.asking import ask

TIMEOUT_SECONDS = 10
REPLY_BYTES_MAX = 100_000
APART_SECONDS = 300
"""How far the authority's clock and ours may be apart; more is somebody's mistake, and no signature may carry it."""
IMPRINT_BYTES = {"sha256": 32, "sha384": 48, "sha512": 64}
"""The same bytes under another digest's name say something else; each length here has one name."""


@dataclass(frozen=True)
class Stamp:
    """`token`: the TimeStampToken (DER); `reply`: the whole TimeStampResp, as `openssl ts -verify -in` wants it."""

    at: datetime
    token: bytes
    reply: bytes


class TimestampAuthority:
    """One authority. `roots`: PEM of those its certificate may come from; b"": any, and its word is all there is."""

    def __init__(self, url: str, clock: Clock, roots: bytes = b"", seconds: float = TIMEOUT_SECONDS) -> None:
        self.url = url
        self.roots = roots
        self._clock, self._seconds = clock, seconds

    def stamp(self, imprint: bytes, digest: str = "sha256") -> Stamp:
        """A token over a digest, already looked at; raises TimestampAway and TimestampLies."""
        nonce = int.from_bytes(b"\x01" + os.urandom(15))
        reply = self._asked(_query(imprint, digest, nonce))
        token = _token_of(reply, nonce)
        at = read_token(token, imprint, self.roots)
        apart = abs((at - self._clock.now()).total_seconds())
        if apart > APART_SECONDS:
            raise TimestampLies("time", f"it says {at:%Y-%m-%d %H:%M:%S} UTC, {apart:.0f} seconds from our clock")
        return Stamp(at, token, reply)

    def _asked(self, query: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        request = Request(self.url, query, headers)  # noqa: S310 (environment.tsa)
        try:
            reply = ask(request, self._seconds, REPLY_BYTES_MAX)
        except HTTPError as error:
            with error:
                raise TimestampAway(f"the time-stamping authority answered {error.code}") from None
        except (OSError, HTTPException, ValueError) as error:
            raise TimestampAway(f"the time-stamping authority could not be reached: {type(error).__name__}") from None
        if len(reply) > REPLY_BYTES_MAX:
            raise TimestampLies("form", f"its answer is longer than {REPLY_BYTES_MAX:,} bytes")
        return reply


class Tsa:
    """The Timestamps port over an authority: for whoever stamps bytes, as the log does its checkpoints."""

    def __init__(self, authority: TimestampAuthority) -> None:
        self._authority = authority

    def stamp(self, data: bytes) -> bytes:
        return self._authority.stamp(sha256(data).digest()).token

    def read(self, token: bytes, data: bytes) -> datetime:
        return read_token(token, sha256(data).digest(), self._authority.roots)

    def authorities(self, token: bytes) -> bytes:
        return authorities_of(token, self._authority.roots)


def authorities_of(token: bytes, roots: bytes = b"") -> bytes:
    """The issuers a token carries and the `roots`, each once, in PEM; raises TimestampLies for what is no token."""
    from asn1crypto import cms, pem

    try:
        _, above = _certificates(cms.ContentInfo.load(token, strict=True)["content"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TimestampLies("form", f"it cannot be read ({type(error).__name__})") from None
    known = dict.fromkeys(one.dump() for one in (*above, *(pem_certificates(roots) if roots else ())))
    return b"".join(pem.armor("CERTIFICATE", one) for one in known)


def read_token(token: bytes, imprint: bytes, roots: bytes = b"") -> datetime:
    """The time in a token that is whole, covers `imprint` and was made by whom it should be; raises TimestampLies.

    A certificate that has expired since still vouches for the time when it had not (RFC 3161, section 4).
    """
    from asn1crypto import cms, tsp

    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        info = signed["encap_content_info"]["content"].parsed
        if not isinstance(info, tsp.TSTInfo):
            raise TimestampLies("form", "it holds no time")
        at: datetime = info["gen_time"].native
        covered = info["message_imprint"]
        digest = covered["hash_algorithm"]["algorithm"].native
        if covered["hashed_message"].native != imprint or IMPRINT_BYTES.get(digest) != len(imprint):
            raise TimestampLies("imprint", "it covers something else than what was sent")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TimestampLies("form", f"it cannot be read ({type(error).__name__})") from None
    if not unvouched_parts_are_well(signed):
        raise TimestampLies("signature", "what it carries beside its signature was changed")
    _look_at_signer(signed, at, roots, imprint)
    return at.astimezone(UTC)


def _query(imprint: bytes, digest: str, nonce: int) -> bytes:
    from asn1crypto import tsp

    said = {"hash_algorithm": {"algorithm": digest}, "hashed_message": imprint}
    query: bytes = tsp.TimeStampReq({"version": 1, "message_imprint": said, "nonce": nonce, "cert_req": True}).dump()
    return query


def _token_of(reply: bytes, nonce: int) -> bytes:
    """The token of an answer that grants it, to this very question."""
    from asn1crypto import cms, core, tsp

    class Answer(core.Sequence):  # type: ignore[misc]
        """RFC 3161, section 2.4.2: a refusal has no token, which asn1crypto's own takes for a fault of form."""

        _fields: ClassVar = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]

    try:
        answer = Answer.load(reply, strict=True)
        status, why = answer["status"]["status"].native, answer["status"]["fail_info"].native
        if status in ("granted", "granted_with_mods"):
            token = answer["time_stamp_token"]
            returned = token["content"]["encap_content_info"]["content"].parsed["nonce"].native
            found: bytes = token.dump()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TimestampLies("form", f"its answer cannot be read ({type(error).__name__})") from None
    if status not in ("granted", "granted_with_mods"):
        raise TimestampAway(f"the time-stamping authority refused: {', '.join([status, *sorted(why or ())])}")
    if returned != nonce:
        raise TimestampLies("nonce", "it answers another question, or one from before")
    return found


def _look_at_signer(signed: Any, at: datetime, roots: bytes, imprint: bytes) -> None:
    """Its signature holds, by a certificate for nothing but time stamps that was good then and comes from a root."""
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
    from pyhanko_certvalidator import ValidationContext

    leaf, others = _certificates(signed)
    purposes = [one for one in leaf["tbs_certificate"]["extensions"] if one["extn_id"].native == "extended_key_usage"]
    if (
        not purposes
        or not purposes[0]["critical"].native
        or purposes[0]["extn_value"].parsed.native != ["time_stamping"]
    ):
        raise TimestampLies("certificate", "its certificate is not for time stamps alone")
    trusted = pem_certificates(roots) if roots else [others[-1] if others else leaf]
    context = ValidationContext(
        trust_roots=trusted, other_certs=others, moment=at, allow_fetching=False, revocation_mode="soft-fail",
        time_tolerance=timedelta(seconds=1),
    )  # fmt: skip
    try:
        found = asyncio.run(validate_tst_signed_data(signed, context, lambda _: imprint))
    except (SignatureValidationError, ValueError, TypeError, KeyError) as error:
        raise TimestampLies("certificate", f"its signature cannot be checked ({type(error).__name__})") from None
    if not (found["intact"] and found["valid"]):
        raise TimestampLies("signature", "it was changed, or not signed by its certificate")
    if found.get("trust_problem_indic") is not None:
        raise TimestampLies(
            "certificate", "its certificate was not valid then or does not come from the roots configured"
        )


_NOTHING = (b"", b"\x05\x00")
"""Parameters that say nothing: left away, or NULL."""


def unvouched_parts_are_well(signed: Any) -> bool:
    """Whether what no signature covers in signed data (CMS, RFC 5652) is what we would write: one signer, the digest he
    used and nothing more about it (RFC 5754, section 2), no lists of revocations, nothing unsigned but one time stamp,
    and no certificate that was changed.
    """
    signers = signed["signer_infos"]
    if len(signers) != 1 or signed["crls"] or signed["version"].native != _version(signed):
        return False
    (signer,) = signers
    digest = signer["digest_algorithm"]
    digests = [one["algorithm"].native for one in signed["digest_algorithms"]]
    unsigned = [(one["type"].native, len(one["values"])) for one in signer["unsigned_attrs"]]
    return (
        digests == [digest["algorithm"].native]
        and all(one["parameters"].dump() in _NOTHING for one in (*signed["digest_algorithms"], digest))
        and signer["version"].native == "v1"
        and unsigned in ([], [("signature_time_stamp_token", 1)])
        and _whole_certificates(signed)
    )


def _version(signed: Any) -> str:
    """What RFC 5652, section 5.1, asks for: 3 where something else than plain data is signed."""
    return "v1" if signed["encap_content_info"]["content_type"].native == "data" else "v3"


def _whole_certificates(signed: Any) -> bool:
    """What was sent along is the signer's certificate and those above it, and none of them was changed as
    far as its issuer was sent along as well; a root's is itself.
    """
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    there = [x509.load_der_x509_certificate(one.dump()) for one in signed["certificates"]]
    leaf = x509.load_der_x509_certificate(_certificates(signed)[0].dump())
    above = {one.issuer for one in there}
    if any(one != leaf and one.subject not in above for one in there):
        return False
    for one in there:
        issuers = [issuer for issuer in there if issuer.subject == one.issuer]
        for issuer in issuers:
            try:
                one.verify_directly_issued_by(issuer)
                break
            except (InvalidSignature, ValueError, TypeError):
                continue
        else:
            if issuers:
                return False
    return True


def _certificates(signed: Any) -> tuple[Any, list[Any]]:
    """The signer's certificate and the others sent along, its issuers in order as far as they are there."""
    there = [one.chosen for one in signed["certificates"] if one.name == "certificate"]
    if len(signed["signer_infos"]) != 1:
        raise TimestampLies("form", "it is not signed exactly once")
    who = signed["signer_infos"][0]["sid"].chosen
    if not hasattr(who, "native") or not isinstance(who.native, dict):
        leaf = next((one for one in there if one.key_identifier == who.native), None)
    else:
        serial, issuer = who["serial_number"].native, who["issuer"].dump()
        leaf = next((c for c in there if c.serial_number == serial and c.issuer.dump() == issuer), None)
    if leaf is None:
        raise TimestampLies("certificate", "it does not show the certificate it was signed with")
    chain, last = [], leaf
    while True:
        above = next((c for c in there if c is not last and c not in chain and c.subject == last.issuer), None)
        if above is None:
            return leaf, chain
        chain.append(above)
        last = above


def pem_certificates(pem: bytes) -> Sequence[Any]:
    """The certificates of a PEM file; ValueError where there is none."""
    from asn1crypto import pem as armour
    from asn1crypto import x509

    found = [
        x509.Certificate.load(data) for kind, _, data in armour.unarmor(pem, multiple=True) if kind == "CERTIFICATE"
    ]
    if not found:
        raise ValueError("no certificate in it")
    return found
