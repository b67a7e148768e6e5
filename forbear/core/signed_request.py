"""Requests signed as Standard Webhooks 1.0 has it: HMAC-SHA256 over id, time and body, in three headers.

`webhook-id`: the request's own, the same when it is sent again; `webhook-timestamp`: seconds since 1970;
`webhook-signature`: "v1," and the base64 of HMAC-SHA256(secret, "<id>.<timestamp>.<body>"), several separated by
blanks while a secret is changed. A secret is whsec_ and base64, or any other text taken as it is.
Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest

SKEW_SECONDS = 300
"""How far the sender's clock and ours may lie apart."""

ID = re.compile(r"[\x21-\x7e]{1,128}")
BLANKS = " "


def signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """What the header `webhook-signature` says."""
    made = hmac_digest(key_of(secret), f"{id}.{timestamp}.".encode() + body, sha256)
    return f"v1,{b64encode(made).decode('ascii')}"


def fault(secrets: Sequence[str], *, id: str, timestamp: str, signatures: str, body: bytes, now: int) -> str:
    """What is wrong with a signed request: "headers", "signature" or "clock"; "" for nothing. `now`: seconds since
    1970. A clock is looked at after the signature, so that nobody without the secret learns ours.
    """
    if not ID.fullmatch(id) or not re.fullmatch(r"[0-9]{1,12}", timestamp) or not signatures:
        return "headers"
    given = [one for one in signatures.split(BLANKS)[:16] if one.isascii()]
    right = [signature(secret, id, int(timestamp), body) for secret in secrets]
    fits = [compare_digest(one, other) for one in given for other in right]
    if not any(fits):
        return "signature"
    return "clock" if abs(now - int(timestamp)) > SKEW_SECONDS else ""


def key_of(secret: str) -> bytes:
    """The bytes a secret stands for."""
    if secret.startswith("whsec_"):
        try:
            return b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
