"""Room 6, signatures: what binds her signing act into the PDF, and what is kept of a sealed one.

Her act is a one-time code used on her own page (core/agreement.py: SigningAct); it stands as a fact before any
certificate is asked for. The statement made of it here goes into the file with her signature, so that whoever holds the
PDF alone can tell who did what, when, from where and over which bytes (电子签名法 arts 6, 8 and 13).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from forbear.core.agreement import SigningAct, Terms
from forbear.core.chain import canonical
from forbear.core.codec import instant

STATEMENT_FILE = "signing-act.json"
FIELDS = ("borrower", "lender")
"""The two signature fields, in the order they are signed."""


class Level(StrEnum):
    """Of PAdES (ETSI EN 319 142-1): B-B signed; B-T with an authority's time; B-LTA with all that checking it needs."""

    B_B = "B-B"
    B_T = "B-T"
    B_LTA = "B-LTA"


class Issuer(StrEnum):
    """Whose certificates the signatures stand on: made by this installation itself, or by an authority outside."""

    OWN = "own"
    OUTSIDE = "outside"


@dataclass(frozen=True, kw_only=True)
class Signed:
    """One signature: whom its certificate names, who issued it, the certificate's SHA-256, the authority's time."""

    subject: str
    issuer: str
    certificate_sha256: str
    stamped_at: datetime | None = None
    stamped_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Seal:
    """A sealed PDF: its own digest, that of the part which is the document as she had it, of her statement."""

    sha256: str
    size: int
    document_sha256: str
    document_size: int
    statement_sha256: str
    sealed_at: datetime
    borrower: Signed
    lender: Signed


@dataclass(frozen=True)
class Check:
    """One thing that was looked at in a sealed agreement. `key`, `facts`: a sentence of the catalogue."""

    name: str
    well: bool
    key: str
    facts: Mapping[str, str]


def statement(
    *, terms: Terms, act: SigningAct, document_size: int, ledger: str, log_key: str, seq: int, leaf_hash: bytes
) -> bytes:
    """The statement of her signing act, in canonical JSON. `ledger`, `log_key`: the log's name and public key; `seq`
    and `leaf_hash`: where the act stands in the case's record.
    """
    return canonical(
        {
            "what": "forbear.signing-act.1",
            "agreement": {
                "contract": terms.contract,
                "number": terms.number,
                "issued_on": terms.issued_on.isoformat(),
                "sign_by_on": terms.sign_by_on.isoformat(),
            },
            "document": {"sha256": act.document_sha256, "bytes": document_size},
            "signer": {"name": terms.borrower.name, "id_number": terms.borrower.id_number_masked},
            "act": {
                "kind": "one-time-code",
                "challenge": act.challenge,
                "sent_to": act.phone_masked,
                "at": instant(act.signed_at),
                "from": act.address,
            },
            "record": {
                "ledger": ledger,
                "key": log_key,
                "case": terms.case_id,
                "seq": seq,
                "leaf_hash": leaf_hash.hex(),
            },
        }
    )
