"""Ids and salts from the operating system's chance. Nothing else in the product may draw lots."""

from base64 import b32encode
from os import urandom


class RandomIds:
    """The Ids port (forbear/actions/ports.py)."""

    def new(self, prefix: str) -> str:
        return f"{prefix}_{spelled(urandom(16))}"

    def salt(self) -> bytes:
        return urandom(16)


def spelled(data: bytes) -> str:
    """Bytes in small letters and the digits 2 to 7, so that an id can be read out on the telephone."""
    return b32encode(data).decode("ascii").rstrip("=").lower()
