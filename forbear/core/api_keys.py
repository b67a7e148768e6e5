"""The keys of other systems at the machine door: what each may do, and how a setting writes it."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a key may be for."""

    CASES = "cases.read"
    PAYMENTS = "payments.write"
    CONTACT = "contact"
    """To ask the limits on contact and to report attempts: what a dialer or an agency needs."""
    WEBHOOKS = "webhooks"


DIGITS = frozenset("0123456789abcdef")
NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """`digest`: SHA-256 of the key in hexadecimal; `name`: what its acts are recorded under."""

    digest: str
    scopes: frozenset[Scope]
    name: str

    def may(self, scope: Scope) -> bool:
        """Whether the key is for this."""
        return scope in self.scopes


def read_key(text: str) -> ApiKey:
    """A key as the setting writes it, `digest`, `digest:scope+scope` or `digest:scope+scope:name`; without scopes it is
    for everything. Raises ValueError with a sentence that says what would be right.
    """
    digest, _, rest = text.strip().partition(":")
    named, _, name = rest.partition(":")
    digest = digest.lower()
    if len(digest) != 64 or set(digest) - DIGITS:
        raise ValueError("a key is written as its SHA-256, 64 hexadecimal digits")
    known = {scope.value: scope for scope in Scope}
    wanted = [word for word in named.split("+") if word]
    if unknown := [word for word in wanted if word not in known]:
        raise ValueError(f"{unknown[0][:40]!r} is no scope; there are {', '.join(known)}")
    if set(name) - NAME_CHARACTERS or len(name) > 40:
        raise ValueError("a key's name is up to 40 small letters, digits, - and _")
    scopes = frozenset(known[word] for word in wanted) or frozenset(Scope)
    return ApiKey(digest=digest, scopes=scopes, name=name or f"key-{digest[:8]}")
