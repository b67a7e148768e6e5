"""The Timestamps port by HTTP: RFC 3161 requests, and tokens read and verified by pyHanko.

With roots the token's certificate must lead to one of them and be for time stamping; without, a token is held to its
own certificate, which says that somebody signed it and not who.
"""

import asyncio
import secrets
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import Any

from forbear.actions.ports import TimestampAway, TimestampLies

TIMEOUT_SECONDS = 10
ANSWER_BYTES_MAX = 1024 * 1024


class Tsa:
    """The Timestamps port. `url`: where the authority takes requests; `roots`: PEM file of certificates to lead to."""

    def __init__(self, url: str, roots: Path | None = None, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._url, self._timeout_seconds = url, timeout_seconds
        self._roots = _certificates(roots) if roots else ()

    def stamp(self, data: bytes) -> bytes:
        from asn1crypto import tsp

        nonce = secrets.randbits(63)
        imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": sha256(data).digest()}
        asked = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True})
        try:
            answer = tsp.TimeStampResp.load(self._posted(asked.dump()), strict=True)
            status = answer["status"]["status"].native
            said = "; ".join(answer["status"]["status_string"].native or ())
            token = answer["time_stamp_token"].dump() if status.startswith("granted") else b""
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise TimestampAway(f"{self._url} answered with something that is no timestamp") from error
        if not token:
            raise TimestampAway(f"{self._url} answered {status}{f': {said}' if said else ''}")
        if _info(token)["nonce"].native != nonce:
            raise TimestampLies("it answers another request: its nonce is not the one sent")
        self.read(token, data)
        return bytes(token)

    def read(self, token: bytes, data: bytes) -> datetime:
        from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
        from pyhanko.sign.validation.status import TimestampSignatureStatus

        info, signed = _info(token), _content(token)
        if info["message_imprint"]["hashed_message"].native != sha256(data).digest():
            raise TimestampLies("it is over other bytes")
        at: datetime = info["gen_time"].native
        try:
            checked = validate_tst_signed_data(signed, self._trust(at), lambda _: sha256(data).digest())
            status = TimestampSignatureStatus(**asyncio.run(checked))
        except Exception as error:  # whatever a hostile token makes the library raise, it is no token
            raise TimestampLies(f"its signature cannot be checked: {type(error).__name__}: {error}") from error
        if not (status.intact and status.valid):
            raise TimestampLies("its signature does not hold")
        if self._roots and not status.trusted:
            raise TimestampLies(
                "its certificate does not lead to the roots of this installation, or was not valid then"
            )
        return at.astimezone(UTC)

    def _trust(self, at: datetime) -> Any:
        if not self._roots:
            return None
        from pyhanko_certvalidator import ValidationContext

        return ValidationContext(trust_roots=list(self._roots), moment=at, allow_fetching=False)

    def _posted(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        request = urllib.request.Request(self._url, data=body, headers=headers, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_seconds) as answer:  # noqa: S310
                return bytes(answer.read(ANSWER_BYTES_MAX))
        except (OSError, HTTPException, ValueError) as error:
            raise TimestampAway(f"{self._url} could not be reached: {type(error).__name__}: {error}") from None


def _content(token: bytes) -> Any:
    from asn1crypto import cms

    try:
        return cms.ContentInfo.load(token, strict=True)["content"]
    except (ValueError, TypeError, KeyError) as error:
        raise TimestampLies("it is no signed message") from error


def _info(token: bytes) -> Any:
    """What the token says, its signature not looked at."""
    from asn1crypto import tsp

    try:
        info = _content(token)["encap_content_info"]["content"].parsed
        assert isinstance(info, tsp.TSTInfo), "something else is signed"
        return info
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError) as error:
        raise TimestampLies("it holds no time") from error


def _certificates(file: Path) -> Sequence[Any]:
    """The certificates of a PEM file; raises ValueError where it has none."""
    from asn1crypto import pem, x509

    try:
        return [x509.Certificate.load(der) for _, _, der in pem.unarmor(file.read_bytes(), multiple=True)]
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from None
