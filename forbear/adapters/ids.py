"""The Ids port: random names and salts from the operating system. Only this module asks for chance."""

import secrets
from base64 import b32encode

BYTES = 16


class RandomIds:
    """128 random bits each; lower-case letters and digits, so that an id survives being read out or typed."""

    def new(self, prefix: str) -> str:
        return f"{prefix}_{b32encode(secrets.token_bytes(BYTES)).decode('ascii').rstrip('=').lower()}"

    def salt(self) -> bytes:
        return secrets.token_bytes(BYTES)
