"""One-time codes: eight digits that follow from a challenge's id and a key, and so need to be stored nowhere."""

from hashlib import sha256
from hmac import digest as hmac_digest

DIGITS = 8


def code_of(key: bytes, challenge_id: str) -> str:
    """The digits of a challenge. `key`: 32 random bytes of the installation, used for nothing else."""
    number = int.from_bytes(hmac_digest(key, f"code\x00{challenge_id}".encode(), sha256)[:8], "big")
    return f"{number % 10**DIGITS:0{DIGITS}d}"
