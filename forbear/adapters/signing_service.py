"""Keys that lie with a signing service, such as a licensed authority's: two questions over HTTPS (docs/signatures.md).

POST {url}/certificates says for whom and about which act a signature is wanted; the service answers with a session and
the certificates it will sign with. POST {url}/signatures gives the digest; the service answers with the signature. The
document itself never goes there.
"""

import base64
import binascii
import json
from hashlib import sha256
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

from cryptography import x509

from forbear.actions.signing_ports import SealingAway
from forbear.adapters.asking import ask

ANSWER_BYTES_MAX = 100_000
TIMEOUT_SECONDS = 20
SIGNATURE_BYTES_MAX = 512
"""Of a key of 4,096 bits."""


class SigningService:
    """`url`: the address before /certificates; `token`: shown as a bearer's."""

    def __init__(self, url: str, token: str, seconds: float = TIMEOUT_SECONDS) -> None:
        self._url, self._token, self._seconds = url.rstrip("/"), token, seconds

    def key(self, signer: str, reference: str, act: dict[str, Any]) -> "ServiceKey":
        """The key for one signature. `signer`: borrower or lender; `act`: what is known of it; raises SealingAway."""
        answer = self.ask("certificates", {"signer": signer, "reference": reference, "act": act})
        try:
            session, given = str(answer["session"]), answer["certificates"]
            own, *chain = (base64.b64decode(one, validate=True) for one in given)
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise SealingAway("the signing service named no session and certificates") from None
        try:
            for one in (own, *chain):
                x509.load_der_x509_certificate(one)
        except ValueError:
            raise SealingAway("the signing service gave no certificate that can be read") from None
        return ServiceKey(self, session, own, tuple(chain))

    def ask(self, what: str, question: dict[str, Any]) -> dict[str, Any]:
        """One question, one answer; raises SealingAway for anything but a JSON object."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        request = Request(f"{self._url}/{what}", json.dumps(question).encode(), headers)  # noqa: S310 (signing_settings)
        try:
            data = ask(request, self._seconds, ANSWER_BYTES_MAX)
            answer = json.loads(data) if len(data) <= ANSWER_BYTES_MAX else None
        except HTTPError as error:
            with error:
                raise SealingAway(f"the signing service answered {error.code}") from None
        except (OSError, HTTPException, ValueError, RecursionError) as error:
            raise SealingAway(f"the signing service could not be reached: {type(error).__name__}") from None
        if not isinstance(answer, dict):
            raise SealingAway("the signing service answered with something else than a JSON object")
        return answer


class ServiceKey:
    """A SigningKey (adapters/signing_keys.py) of the service's, for one signature."""

    def __init__(self, service: SigningService, session: str, certificate: bytes, chain: tuple[bytes, ...]) -> None:
        self._service, self._session = service, session
        self.certificate, self.chain = certificate, chain

    def sign(self, data: bytes) -> bytes:
        answer = self._service.ask("signatures", {"session": self._session, "sha256": sha256(data).hexdigest()})
        try:
            signature = base64.b64decode(answer["signature"], validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise SealingAway("the signing service gave no signature") from None
        if not 0 < len(signature) <= SIGNATURE_BYTES_MAX:
            raise SealingAway(f"the signature of the service has {len(signature):,} bytes, more than any or none")
        return signature
