"""Ed25519 as notes use it: a key that signs checkpoints, and the check of what others signed."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from forbear.core.checkpoint import KeyKind, vkey


def check(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the three hold together; False for anything that is no key or no signature."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class Ed25519Key:
    """The LogKey port from a key's 32 bytes; of `kind` WITNESS the key of a witness, who signs time and body."""

    def __init__(self, origin: str, secret: bytes, kind: KeyKind = KeyKind.LOG) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self._origin = origin
        self._vkey = vkey(origin, self._key.public_key().public_bytes_raw(), kind)

    @property
    def origin(self) -> str:
        return self._origin

    @property
    def vkey(self) -> str:
        return self._vkey

    def now(self) -> "Ed25519Key":
        return self

    def own(self) -> tuple[str, ...]:
        return (self._vkey,)

    def sign(self, body: bytes) -> bytes:
        return self._key.sign(body)
