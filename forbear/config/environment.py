"""What the environment says, read once and typed: a value that makes no sense stops the start with a clear sentence.

Every setting of an installation is an environment variable, and every one of them is read here or in settings.py.
"""

import os
import secrets
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from phonenumbers import SUPPORTED_REGIONS

from forbear.actions.ports import Telephony
from forbear.adapters.bucket import S3
from forbear.adapters.clock import SystemClock
from forbear.adapters.ids import RandomIds
from forbear.adapters.signing_settings import SigningSettings, holds_certificates, read_signing_settings
from forbear.adapters.sms_gateway import gateway
from forbear.adapters.sms_settings import Settings, read_settings
from forbear.core.api_keys import ApiKey, read_key
from forbear.core.handover import SECRET_BYTES_LEAST
from forbear.core.signed_request import key_of
from forbear.store.disk import make_once

RESTORING = "restoring"
"""A file of this name shuts a data directory until what was erased since the backup is erased again."""
restoring = False
"""Whether this process is the one that restores."""


class Misconfigured(Exception):
    """A setting is missing or makes no sense; the text names the variable and says what would be right."""


def text(name: str, default: str = "") -> str:
    """The variable without surrounding blanks; the default when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """1, true, yes or on; 0, false, no or off."""
    value = text(name).lower()
    if not value:
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise Misconfigured(f"{name} is {value!r}; it is a switch: write 1 or 0.")


def whole(name: str, default: int, least: int, most: int) -> int:
    """A whole number within bounds."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise Misconfigured(f"{name} is {value!r}; write a whole number from {least} to {most}.")
    return int(value)


def names(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Names separated by commas."""
    return [item.strip() for item in text(name, ",".join(default)).split(",") if item.strip()]


def api_keys(name: str) -> list[ApiKey]:
    """The keys of other systems, separated by commas (forbear/core/api_keys.py: read_key)."""
    try:
        return [read_key(item) for item in names(name)]
    except ValueError as fault:
        raise Misconfigured(f"{name} cannot be read: {fault}.") from None


def origins(name: str) -> list[str]:
    """Origins of web sites separated by commas: https://www.lender.example; http only on this machine."""
    found = [item.rstrip("/") for item in names(name)]
    for item in found:
        parts = urlsplit(item)
        local = parts.hostname in ("localhost", "127.0.0.1")
        plain = item == f"{parts.scheme}://{parts.netloc}" and not set(item) & set("*;, '\"@")
        if not plain or not parts.hostname or parts.scheme not in (("https", "http") if local else ("https",)):
            raise Misconfigured(
                f"{name} holds {item!r}; write origins, separated by commas: https://www.lender.example."
            )
    return found


def handover_secrets() -> list[str]:
    """FORBEAR_HANDOVER_SECRETS: what the lender's app or site signs with; the newest first while they are changed."""
    found = names("FORBEAR_HANDOVER_SECRETS")
    if any(len(item.encode()) < SECRET_BYTES_LEAST for item in found):
        least = f"each needs {SECRET_BYTES_LEAST} characters or more"
        raise Misconfigured(f"FORBEAR_HANDOVER_SECRETS holds a short secret; {least}: openssl rand -base64 48.")
    return found


def home() -> Path:
    """The data directory, made on first use and readable by its owner only."""
    folder = Path(text("FORBEAR_HOME", ".home")).expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"FORBEAR_HOME is {folder}; this directory cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Misconfigured(f"FORBEAR_HOME is {folder}; this directory cannot be written.")
    if (folder / RESTORING).exists() and not restoring:
        again = "a restore of a backup was not finished here; empty it and run `forbear restore` again"
        raise Misconfigured(f"FORBEAR_HOME is {folder}; {again}.")
    return folder


def secret(folder: Path) -> str:
    """The key that signs cookies: FORBEAR_SECRET, or the file named by FORBEAR_SECRET_FILE, or one made in the home."""
    given = text("FORBEAR_SECRET")
    if not given:
        file = Path(text("FORBEAR_SECRET_FILE") or _own_secret(folder))
        try:
            given = file.read_text("ascii").strip()
        except OSError as error:
            raise Misconfigured(f"FORBEAR_SECRET_FILE is {file}; it cannot be read: {error.strerror}.") from error
    if len(given) < 32:
        raise Misconfigured("The secret of this installation is shorter than 32 characters; set FORBEAR_SECRET anew.")
    return given


def _own_secret(folder: Path) -> Path:
    file = folder / "secret"
    if not file.exists():
        make_once(file, f"{secrets.token_urlsafe(48)}\n".encode("ascii"))
    return file


def database(folder: Path) -> dict[str, object]:
    """DATABASE_URL as Django wants it; without one, SQLite in the data directory."""
    url = text("DATABASE_URL")
    return postgresql(url) if url else sqlite(folder / "forbear.sqlite3")


def sqlite(file: Path) -> dict[str, object]:
    """SQLite takes its write lock at the start of a transaction (IMMEDIATE): with the default, a transaction that
    reads before it writes fails as "locked" under load whatever the timeout. FULL makes a committed fact survive a
    power loss; what is deleted, such as a destroyed key, is written over.
    """
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-20000")
    pragmas += ("mmap_size=134217728", "journal_size_limit=27103364", "secure_delete=ON")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "CONN_MAX_AGE": None,  # opening it anew for every page costs as much as a light page itself
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": " ".join(f"PRAGMA {pragma};" for pragma in pragmas),
        },
    }


def postgresql(url: str) -> dict[str, object]:
    """A pool of connections to the database of a postgres:// address."""
    shape = "postgres://user:password@host:5432/name"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Misconfigured(f"DATABASE_URL cannot be read; write {shape}.") from error
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise Misconfigured(f"DATABASE_URL names no PostgreSQL database; write {shape}, or unset it to use SQLite.")
    pool = {"min_size": 1, "max_size": whole("FORBEAR_DATABASE_POOL", 16, 1, 100), "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": {"pool": pool, **dict(parse_qsl(parts.query))},
    }


def policy() -> tuple[str, str, str | None]:
    """FORBEAR_POLICY as country, sector and lender: cn/consumer-finance/example; without a lender, the law alone."""
    value = text("FORBEAR_POLICY", "cn/consumer-finance/example")
    country, sector, lender = (*value.split("/"), "", "")[:3]
    if not country or not sector or value.count("/") > 2:
        raise Misconfigured(f"FORBEAR_POLICY is {value!r}; write country/sector/lender: cn/consumer-finance/example.")
    return country, sector, lender or None


def socket(name: str) -> tuple[str, int] | None:
    """An address of this machine with a port, 192.0.2.10:5060 or [2001:db8::10]:5060; None where nothing is set."""
    value = text(name)
    host, _, port = value.rpartition(":")
    if not value:
        return None
    try:
        found = ip_address(host.strip("[]"))
    except ValueError:
        found = None
    if found is None or found.is_unspecified or not _digits(port) or not 0 < int(port) < 65536:
        raise Misconfigured(f"{name} is {value!r}; write one address of this machine and a port: 192.0.2.10:5060.")
    return str(found), int(port)


def networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses or networks separated by commas: 192.0.2.20, 198.51.100.0/28."""
    try:
        return tuple(ip_network(item) for item in names(name))
    except ValueError as error:
        raise Misconfigured(f"{name} holds something else than addresses: {error}; write 192.0.2.20.") from error


def ports(name: str, default: tuple[int, int]) -> tuple[int, int]:
    """The first and the last port of a range: 16384-16583."""
    value = text(name, f"{default[0]}-{default[1]}")
    first, _, last = value.partition("-")
    if not (_digits(first) and _digits(last) and 1024 <= int(first) < int(last) < 65536):
        raise Misconfigured(f"{name} is {value!r}; write the first and the last port: 16384-16583.")
    return int(first), int(last)


def _digits(value: str) -> bool:
    return value.isascii() and value.isdigit()


def languages(name: str) -> tuple[str, ...]:
    """Which languages are spoken, the first one first: zh,en."""
    found = tuple(dict.fromkeys(names(name, ("zh", "en"))))
    if set(found) - {"zh", "en"}:
        raise Misconfigured(f"{name} is {','.join(found)!r}; write zh, en, or both separated by a comma.")
    return found


def clamav() -> str:
    """FORBEAR_CLAMAV: unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310; "" for no scanner."""
    value = text("FORBEAR_CLAMAV")
    kind, _, where = value.partition(":")
    port = where.rpartition(":")[2]
    fits = kind == "unix" and where.startswith("/")
    fits = fits or (kind == "tcp" and where.count(":") >= 1 and port.isascii() and port.isdigit() and where[0] != ":")
    if value and not fits:
        right = "write unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310"
        raise Misconfigured(f"FORBEAR_CLAMAV is {value!r}; {right}, or unset it to do without a virus scanner.")
    return value


def agreement_template() -> Path | None:
    """FORBEAR_AGREEMENT_TEMPLATE: the directory of the lender's own text (docs/agreement.md); None: the house's.

    One that lacks a required item is never printed by.
    """
    name = text("FORBEAR_AGREEMENT_TEMPLATE")
    if not name:
        return None
    from forbear.adapters.template_check import template_faults
    from forbear.adapters.templates import BadTemplate, read_template

    try:
        faults = list(template_faults(read_template(Path(name))))
    except BadTemplate as fault:
        faults = [str(fault)]
    if faults:
        more = f" (and {len(faults) - 1} more: forbear agreement check {name})" if len(faults) > 1 else ""
        raise Misconfigured(f"FORBEAR_AGREEMENT_TEMPLATE is {name}: {faults[0]}{more}.")
    return Path(name)


def signing() -> SigningSettings | None:
    """FORBEAR_SIGNING: the file that says which keys sign agreements (docs/signatures.md); None: the self-made ones."""
    name = text("FORBEAR_SIGNING")
    try:
        return read_signing_settings(Path(name)) if name else None
    except ValueError as fault:
        raise Misconfigured(f"FORBEAR_SIGNING is {name}: {fault}") from None


def tsa() -> tuple[str, bytes]:
    """FORBEAR_TSA and FORBEAR_TSA_ROOTS: a time-stamping authority's address, "" for none; its roots in PEM."""
    url, roots = text("FORBEAR_TSA"), text("FORBEAR_TSA_ROOTS")
    if url and not url.startswith(("https://", "http://")):
        raise Misconfigured(f"FORBEAR_TSA is {url!r}; write https://tsa.example.org/tsr.")
    try:
        pem = Path(roots).read_bytes() if roots else b""
    except OSError as error:
        raise Misconfigured(f"FORBEAR_TSA_ROOTS is {roots}; it cannot be read: {error.strerror}.") from error
    if roots and not holds_certificates(pem):
        raise Misconfigured(f"FORBEAR_TSA_ROOTS is {roots}; it holds no certificate in PEM.")
    return url, pem


def sms() -> Settings | None:
    """FORBEAR_SMS: the file that says which gateway sends text messages and how (docs/sms.md); None without one."""
    name = text("FORBEAR_SMS")
    if not name:
        return None
    try:
        settings = read_settings(Path(name))
        gateway(settings, SystemClock(), RandomIds())  # what is missing is said at the start, not at the first message
    except ValueError as fault:
        raise Misconfigured(f"FORBEAR_SMS is {name}: {fault}") from None
    return settings


def model() -> tuple[str, str, str] | None:
    """FORBEAR_LLM_URL, _KEY and _MODEL: a language model that drafts; None for none. What it is sent may pass over no
    network in the open: https, or this very machine.
    """
    url, key, name = (text(f"FORBEAR_LLM_{part}") for part in ("URL", "KEY", "MODEL"))
    if not url:
        return None
    parts = urlsplit(url)
    near = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and near):
        right = "write https://models.example.org/v1, or http:// on this machine alone"
        raise Misconfigured(f"FORBEAR_LLM_URL is {url!r}; {right}.")
    if not name:
        raise Misconfigured("FORBEAR_LLM_URL is set and FORBEAR_LLM_MODEL is not; name the model, or unset both.")
    return url, key, name


def s3() -> S3 | None:
    """FORBEAR_S3_…: the bucket where papers are kept; None for the data directory."""
    said = {
        "bucket": text("FORBEAR_S3_BUCKET"),
        "endpoint": text("FORBEAR_S3_ENDPOINT"),
        "region": text("FORBEAR_S3_REGION"),
        "prefix": text("FORBEAR_S3_PREFIX").strip("/"),
        "key": text("FORBEAR_S3_KEY"),
        "secret": text("FORBEAR_S3_SECRET"),
    }
    if not said["bucket"]:
        if others := [f"FORBEAR_S3_{name.upper()}" for name, value in said.items() if value]:
            raise Misconfigured(f"{others[0]} is set and FORBEAR_S3_BUCKET is not; name the bucket, or unset both.")
        return None
    if said["endpoint"] and not said["endpoint"].startswith(("https://", "http://")):
        raise Misconfigured(f"FORBEAR_S3_ENDPOINT is {said['endpoint']!r}; write https://s3.example.org.")
    if bool(said["key"]) != bool(said["secret"]):
        raise Misconfigured("FORBEAR_S3_KEY and FORBEAR_S3_SECRET belong together; set both, or neither.")
    if find_spec("boto3") is None:
        raise Misconfigured("FORBEAR_S3_BUCKET needs the extra s3; install it: pip install 'forbear[s3]'.")
    return S3(**said)


def cti_secrets() -> list[str]:
    """FORBEAR_CTI_SECRETS: what the telephone system signs with, the newest first, separated by commas."""
    found = names("FORBEAR_CTI_SECRETS")
    if any(len(key_of(secret)) < 24 for secret in found):
        raise Misconfigured(
            "FORBEAR_CTI_SECRETS holds a secret of less than 24 bytes; write whsec_ and 32 bytes in base64."
        )
    return found


def cti_originate(secrets: list[str]) -> str:
    """FORBEAR_CTI_ORIGINATE: where a wish to make a call is posted; "" where people dial."""
    url = text("FORBEAR_CTI_ORIGINATE")
    if url and not url.startswith(("https://", "http://")):
        raise Misconfigured(f"FORBEAR_CTI_ORIGINATE is {url!r}; write https://pbx.example.org/originate.")
    if url and not secrets:
        raise Misconfigured("FORBEAR_CTI_ORIGINATE is set and FORBEAR_CTI_SECRETS is not; calls are asked for signed.")
    return url


def telephony() -> Telephony:
    """FORBEAR_TELEPHONE_…: whose numbers a display shows, whether every caller is told of the recording, links."""
    country = text("FORBEAR_TELEPHONE_COUNTRY", "CN").upper()
    if country not in SUPPORTED_REGIONS:
        raise Misconfigured(
            f"FORBEAR_TELEPHONE_COUNTRY is {country!r}; write two letters of ISO 3166, such as CN or GB."
        )
    link, host = text("FORBEAR_TELEPHONE_LINK", "tel").lower(), text("FORBEAR_TELEPHONE_SIP_HOST")
    if link not in ("tel", "sip") or (link == "sip" and not host):
        raise Misconfigured(
            "FORBEAR_TELEPHONE_LINK is tel, or sip with FORBEAR_TELEPHONE_SIP_HOST: the exchange's name."
        )
    return Telephony(country=country, records=flag("FORBEAR_TELEPHONE_RECORDS"), link=link, sip_host=host)


def mail() -> dict[str, object]:
    """SMTP_URL as Django's mail settings: smtp://user:password@host:587 (STARTTLS), smtps://…:465, or nothing."""
    url = text("SMTP_URL")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Misconfigured("SMTP_URL cannot be read; write smtp://user:password@host:587.") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Misconfigured("SMTP_URL names no mail server; write smtp://user:password@host:587 or smtps://…:465.")
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and not local,
        "EMAIL_TIMEOUT": 20,
    }


def mail_domain() -> str:
    """FORBEAR_MAIL_DOMAIN: of the addresses where answers come in; without it, the domain of FORBEAR_MAIL_FROM."""
    sender = text("FORBEAR_MAIL_FROM", "forbear@localhost").rpartition("@")[2].strip("<> ")
    found = text("FORBEAR_MAIL_DOMAIN", sender).lower()
    if not found or set(found) - set("abcdefghijklmnopqrstuvwxyz0123456789.-"):
        raise Misconfigured(f"FORBEAR_MAIL_DOMAIN is {found!r}; write a domain without an @: mail.lender.example.")
    return found


def mail_listen() -> tuple[str, str, int]:
    """FORBEAR_MAIL_LISTEN as (smtp or lmtp, host, port): where `forbear mail listen` takes mail from a mail server."""
    value = text("FORBEAR_MAIL_LISTEN", "smtp://127.0.0.1:8025")
    try:
        parts = urlsplit(value)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in ("smtp", "lmtp") or not host or not port:
        raise Misconfigured(f"FORBEAR_MAIL_LISTEN is {value!r}; write smtp://127.0.0.1:8025 or lmtp://127.0.0.1:8024.")
    return scheme, host, port


def imap() -> str:
    """FORBEAR_IMAP_URL: the mailbox that is fetched: imaps://user:password@host/INBOX; "" for none."""
    url = text("FORBEAR_IMAP_URL")
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("imap", "imaps") and parts.hostname and parts.username and parts.port is not False
        right = right and (parts.scheme == "imaps" or parts.hostname in ("localhost", "127.0.0.1", "::1"))
    except ValueError:
        right = False
    if not right:
        where = "write imaps://user:password@host/INBOX (imap:// is for a server on this machine alone)"
        raise Misconfigured(f"FORBEAR_IMAP_URL names no mailbox that can be fetched; {where}.")
    return url
