"""The file that FORBEAR_SIGNING names: which keys sign agreements, and whom to trust (docs/signatures.md).

TOML with the tables [lender], [borrower], [trust] and [revocation], each of which may be missing; what is missing is
the self-made authority's. What makes no sense is a ValueError that names the place and says what would be right.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from forbear.actions.signing_ports import SealOrder
from forbear.adapters.settings_file import Section, read_toml
from forbear.adapters.signing_authority import own_authority
from forbear.adapters.signing_keys import BadKey, FileKey, SigningKey, TokenKey, from_pem, from_pkcs12, one_time_key
from forbear.adapters.signing_service import SigningService
from forbear.core.signatures import Issuer

KINDS = ("pem", "pkcs12", "pkcs11", "service")


class SigningSettings:
    """The file as read. `roots`: PEM of those whom certificates may come from; `crls`: files of revocation lists."""

    def __init__(self, values: Mapping[str, Any], folder: Path) -> None:
        known = ("lender", "borrower", "trust", "revocation")
        if unknown := sorted(set(values) - set(known)):
            raise ValueError(f"{unknown[0]} is nothing that stands in this file; it knows {', '.join(known)}.")
        self.folder = folder
        tables = {name: values.get(name) for name in known}
        if wrong := [name for name, value in tables.items() if not isinstance(value, dict | None)]:
            raise ValueError(f"{wrong[0]} is no table; write [{wrong[0]}].")
        self.keys = {name: Section(name, tables[name] or {}) for name in ("lender", "borrower") if tables[name]}
        for section in self.keys.values():
            _look_over(section)
        trust, revocation = (Section(name, tables[name] or {}) for name in ("trust", "revocation"))
        _all_known(trust, ("roots",))
        _all_known(revocation, ("files", "fetch"))
        self.roots = self.read(trust, "roots")
        if self.roots and not holds_certificates(self.roots):
            raise ValueError(f"[trust] roots is {trust.text('roots')}; it holds no certificate in PEM.")
        self.crls = tuple(self.path(one) for one in revocation.names("files"))
        self.fetch = revocation.values.get("fetch", False)
        if not isinstance(self.fetch, bool):
            raise ValueError("[revocation] fetch is neither true nor false; write fetch = true, or leave it out.")
        if self.keys and not self.roots:
            raise ValueError('[trust] roots is missing; write roots = "roots.pem": whom the certificates come from.')

    def path(self, name: str) -> Path:
        """A file of the settings, beside the settings where it is not named in full."""
        return self.folder / name

    def read(self, section: Section, key: str) -> bytes:
        """A file's bytes; b"" where none is named; raises BadKey."""
        name = section.text(key, "")
        try:
            return self.path(name).read_bytes() if name else b""
        except OSError as error:
            raise BadKey(f"[{section.name}] {key} is {name}; it cannot be read: {error.strerror}.") from None


NEEDED = {
    "pem": ("key", "certificate"),
    "pkcs12": ("file",),
    "pkcs11": ("module", "token", "label"),
    "service": ("url",),
}
SECRET = {"pkcs11": "pin", "service": "secret"}
"""What a kind does not work without, in the file or in one of its own; a password only locks a file that has one."""
MORE = {"pem": ("password", "password_file"), "pkcs12": ("password", "password_file"), "pkcs11": ("certificates",)}


def _all_known(section: Section, known: Sequence[str]) -> None:
    if unknown := sorted(set(section.values) - set(known)):
        raise ValueError(f"[{section.name}] {unknown[0]} is nothing that stands there; it knows {', '.join(known)}.")


def holds_certificates(pem: bytes) -> bool:
    """Whether it is PEM with certificates that can be read."""
    try:
        return bool(x509.load_pem_x509_certificates(pem))
    except ValueError:
        return False


def _look_over(section: Section) -> None:
    kind = section.choice("kind", KINDS, "")
    secret = SECRET.get(kind, "")
    secrets = (secret, f"{secret}_file") if secret else ()
    _all_known(section, ("kind", *NEEDED[kind], *secrets, *MORE.get(kind, ())))
    for name in NEEDED[kind]:
        section.text(name)
    if kind == "pkcs11" and find_spec("pkcs11") is None:
        raise ValueError(f"[{section.name}] kind pkcs11 needs the extra: pip install 'forbear[pkcs11]'.")
    url = section.text("url", "")
    parts = urlsplit(url)
    near = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    if kind == "service" and not (parts.hostname and (parts.scheme == "https" or near)):
        raise ValueError(f"[{section.name}] url is {url!r}; write https://signing.example.org/v1.")
    if secret:
        section.secret(secret)


def read_signing_settings(file: Path) -> SigningSettings:
    """Raises ValueError, which names the file's place at fault."""
    return SigningSettings(read_toml(file), file.parent)


# ---- who signs -------------------------------------------------------------------------------------------------


class Signatories:
    """The keys that sign an agreement, from the settings and, for what they do not name, the self-made authority."""

    def __init__(self, settings: SigningSettings | None, keys_folder: Path, lender: str) -> None:
        self.settings = settings
        self._folder, self._lender = keys_folder, lender
        self._given = settings.keys if settings else {}

    @property
    def issuer(self) -> Issuer:
        return Issuer.OUTSIDE if {"lender", "borrower"} <= set(self._given) else Issuer.OWN

    def own(self, now: datetime) -> tuple[FileKey, FileKey]:
        """The self-made authority and the lender's key under it."""
        return own_authority(self._folder, self._lender, now)

    def borrower(self, order: SealOrder, act_sha256: str) -> SigningKey:
        """A key for this act of hers alone."""
        section = self._given.get("borrower")
        if section is not None and section.text("kind") == "service":
            return _service(section).key("borrower", order.reference, {"name": order.borrower, "sha256": act_sha256})
        issuer = self._key(section) if section else self.own(order.at)[0]
        return one_time_key(issuer, order.borrower, act_sha256, order.at, x509.random_serial_number())

    def lender(self, order: SealOrder, act_sha256: str) -> SigningKey:
        section = self._given.get("lender")
        if section is None:
            return self.own(order.at)[1]
        if section.text("kind") == "service":
            return _service(section).key("lender", order.reference, {"name": order.lender, "sha256": act_sha256})
        return self._key(section)

    def certificate(self, who: str, now: datetime) -> bytes:
        """The certificate that stands behind a signature, without signing; b"" where a service has it."""
        section = self._given.get(who)
        if section is None:
            return self.own(now)[0 if who == "borrower" else 1].certificate
        return b"" if section.text("kind") == "service" else self._key(section).certificate

    def _key(self, section: Section) -> SigningKey:
        assert self.settings is not None, "a section comes from settings"
        at, kind = self.settings.path, section.text("kind")
        password = section.secret("password").encode() if {"password", "password_file"} & set(section.values) else None
        if kind == "pem":
            return from_pem(at(section.text("key")), at(section.text("certificate")), password)
        if kind == "pkcs12":
            return from_pkcs12(at(section.text("file")), password)
        chain = self.settings.read(section, "certificates")
        if chain and not holds_certificates(chain):
            raise BadKey(f"[{section.name}] certificates is {section.text('certificates')}; it holds none in PEM.")
        certificates = (
            [one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(chain)] if chain else []
        )
        return TokenKey(
            module=section.text("module"),
            token=section.text("token"),
            pin=section.secret("pin"),
            label=section.text("label"),
            certificate=certificates[0] if certificates else b"",
            chain=tuple(certificates[1:]),
        )


def _service(section: Section) -> SigningService:
    return SigningService(section.text("url"), section.secret("secret"))
