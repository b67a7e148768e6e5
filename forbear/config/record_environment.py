"""The settings of what proves the record: witnesses and earlier keys of the log."""

from urllib.parse import urlsplit

from forbear.config.environment import Misconfigured, names
from forbear.core.checkpoint import BadNote, KeyKind, read_vkey


def witnesses() -> list[tuple[str, str]]:
    """FORBEAR_WITNESSES as (address, public key): each a URL, a blank and the witness's key, separated by commas."""
    found = []
    shape = "write each as https://witness.example.org name+hash+key, separated by commas"
    for item in names("FORBEAR_WITNESSES"):
        url, _, vkey = item.partition(" ")
        try:
            key = read_vkey(vkey)
        except BadNote as bad:
            raise Misconfigured(f"FORBEAR_WITNESSES holds {item!r}: {bad}; {shape}.") from None
        if not _web(url) or key.kind is not KeyKind.WITNESS or key.name == "tsa":
            raise Misconfigured(f"FORBEAR_WITNESSES holds {item!r}, which is no witness with its address; {shape}.")
        found.append((url, vkey.strip()))
    return found


def earlier_keys() -> list[str]:
    """FORBEAR_LOG_KEYS: public keys that signed checkpoints before this one, separated by commas."""
    found = names("FORBEAR_LOG_KEYS")
    for vkey in found:
        try:
            read_vkey(vkey)
        except BadNote as bad:
            raise Misconfigured(f"FORBEAR_LOG_KEYS: {bad}.") from None
    return found


def _web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and " " not in url
