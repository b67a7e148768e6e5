"""What the environment says, read once and typed: a value that makes no sense stops the start with a clear sentence.

Every setting of an installation is an environment variable, and every one of them is read here or in settings.py.
"""

import os
import secrets
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from forbear.adapters.bucket import S3


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


def digests(name: str) -> list[str]:
    """SHA-256 digests in hexadecimal, separated by commas."""
    found = [item.lower() for item in names(name)]
    if any(len(item) != 64 or set(item) - set("0123456789abcdef") for item in found):
        raise Misconfigured(f"{name} holds something else than SHA-256 digests: write 64 hexadecimal digits a key.")
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
    """Two processes may start at once: the complete file appears in one step, and the first one made is kept."""
    file = folder / "secret"
    if not file.exists():
        draft = folder / f".secret-{os.getpid()}"
        draft.write_text(secrets.token_urlsafe(48) + "\n", "ascii")
        draft.chmod(0o600)
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
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
    pool = {"min_size": 1, "max_size": whole("FORBEAR_DATABASE_POOL", 8, 1, 100), "timeout": 10}
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
