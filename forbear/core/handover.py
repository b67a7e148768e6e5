"""The signed hand-over from the lender's own app or site: a customer signed in there is not asked again who she is.

A JSON Web Token (RFC 7519) signed with HS256 (RFC 7515) under a secret that both sides hold. This reads one and says
what it claims, or why it opens nothing; that each is taken once is for whoever can remember (actions/handover.py).
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Any

from forbear.core.refusal import Refusal

LIFE_SECONDS_MOST = 300
SKEW_SECONDS = 60
"""How far the clocks of both sides may be apart."""
TOKEN_CHARACTERS_MOST = 2000
SECRET_BYTES_LEAST = 32
CLAIMS: Mapping[str, type] = {"aud": str, "iat": int, "exp": int, "jti": str, "contract": str}
"""What a token must claim; `iss`, `sub` and `nbf` may stand beside it and say nothing here."""
BESIDE = ("iss", "sub", "nbf")
_HEADER = {"alg", "typ"}


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Who is handed over: the holder of a contract. `once`: the token's own id; `until`: when it is of no use."""

    contract: str
    once: str
    until: datetime


def read_token(token: str, secrets: Sequence[str], audience: str, now: datetime) -> Claims | Refusal:
    """The claims of a token that is signed with one of our secrets, for us, and fresh. Every no looks the same to
    whoever brings it; its rule tells the lender's engineer, in our log, which of them it was.
    """
    if not token or len(token) > TOKEN_CHARACTERS_MOST or token.count(".") != 2:
        return _no("form")
    head, body, signature = token.split(".")
    header, claims = _object(head), _object(body)
    if header is None or claims is None or set(header) - _HEADER or header.get("alg") != "HS256":
        return _no("form")
    if not any(_signs(secret, f"{head}.{body}", signature) for secret in secrets):
        return _no("signature")
    if set(claims) - set(CLAIMS) - set(BESIDE):
        return _no("unknown_claim")
    if any(type(claims.get(name)) is not kind for name, kind in CLAIMS.items()):
        return _no("claims")
    if not compare_digest(claims["aud"].rstrip("/").encode(), audience.rstrip("/").encode()):
        return _no("audience")
    return _fresh(claims, now)


def token_of(secret: str, claims: Mapping[str, Any]) -> str:
    """A signed token, as the lender's server makes it."""
    head = _text({"alg": "HS256", "typ": "JWT"})
    body = _text(dict(claims))
    return f"{head}.{body}.{_signature(secret, f'{head}.{body}')}"


def _fresh(claims: Mapping[str, Any], now: datetime) -> Claims | Refusal:
    issued, ends, at = claims["iat"], claims["exp"], int(now.timestamp())
    if not 8 <= len(claims["jti"]) <= 100 or not claims["contract"].strip():
        return _no("claims")
    if not 0 < ends - issued <= LIFE_SECONDS_MOST:
        return _no("life")
    if issued > at + SKEW_SECONDS:
        return _no("future")
    if ends + SKEW_SECONDS < at:
        return _no("expired")
    until = datetime.fromtimestamp(ends, UTC) + timedelta(seconds=SKEW_SECONDS)
    return Claims(contract=claims["contract"].strip(), once=claims["jti"], until=until)


def _no(why: str) -> Refusal:
    return Refusal(f"handover.{why}", "chat.refusal.handover", "chat.way_on.prove")


def _object(part: str) -> dict[str, Any] | None:
    try:
        found = json.loads(_bytes(part))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _bytes(part: str) -> bytes:
    return urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4))


def _text(value: dict[str, Any]) -> str:
    return _plain(json.dumps(value, separators=(",", ":")).encode())


def _plain(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _signature(secret: str, signed: str) -> str:
    return _plain(hmac_digest(secret.encode(), signed.encode("ascii"), sha256))


def _signs(secret: str, signed: str, signature: str) -> bool:
    return compare_digest(_signature(secret, signed).encode(), signature.encode("ascii", "replace"))
