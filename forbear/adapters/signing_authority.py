"""The self-made authority of an installation that has no other: made once, on first use, in FORBEAR_HOME/keys.

What it is worth is said wherever it shows: a change of the file is found, and who changed nothing can show so. Nobody
outside vouches that it is the lender's, so it is no certificate of a licensed body (电子签名法 art. 16).
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from forbear.adapters.signing_keys import BadKey, FileKey, certified, issued, public_half

DAYS = 30 * 365
"""An agreement is read for decades. The private halves of her certificates are kept nowhere."""
DAYS_BEFORE = 3 * 365
"""A made-up town is told in the past, and its agreements are sealed there."""
FILE = "signing"


def own_authority(folder: Path, lender: str, now: datetime) -> tuple[FileKey, FileKey]:
    """(the authority, the lender's key under it); raises BadKey where the file is not what was made."""
    file, made = folder / FILE, folder / f"{FILE}.made"
    if not made.exists():
        if not file.exists():
            _make(file, lender, now)
        made.touch(mode=0o600)  # what got lost later is never made anew in silence
    try:
        blocks = [b"-----BEGIN" + block for block in file.read_bytes().split(b"-----BEGIN")[1:]]
        authority, key = (
            serialization.load_pem_private_key(block, None) for block in blocks if b"PRIVATE KEY" in block
        )
        above, own = (
            x509.load_pem_x509_certificate(block).public_bytes(serialization.Encoding.DER)
            for block in blocks
            if b"CERTIFICATE" in block
        )
    except (OSError, ValueError) as error:
        raise BadKey(f"{file} cannot be read ({error}); restore it from the backup of the keys") from None
    return FileKey(authority, above), FileKey(key, own, (above,))


def _make(file: Path, lender: str, now: datetime) -> None:
    """Several processes may start at once: the file appears whole, and the first one made is kept."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    days = {"not_before": now - timedelta(days=DAYS_BEFORE), "not_after": now + timedelta(days=DAYS)}
    above = issued(
        None,
        subject={
            "common_name": certified(f"{lender} self-made signing authority"),
            "organization_name": certified(lender),
        },
        public_key=public_half(authority),
        serial=x509.random_serial_number(),
        authority=True,
        sign=lambda data: authority.sign(data, ec.ECDSA(hashes.SHA256())),
        **days,
    )
    own = issued(
        FileKey(authority, above),
        subject={"common_name": certified(lender), "organization_name": certified(lender)},
        public_key=public_half(key),
        serial=x509.random_serial_number(),
        **days,
    )
    draft = file.with_name(f".{file.name}-{os.getpid()}-{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        for one in (authority, key):
            out.write(
                one.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            )
        for der in (above, own):
            out.write(x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM))
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
