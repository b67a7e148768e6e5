"""What tests of sealing stand on: a printed agreement, her act, an order to seal it, a signing service of our own."""

import base64
import json
import secrets
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509

from forbear.actions.signing_ports import SealOrder
from forbear.adapters.clock import SystemClock
from forbear.adapters.printer import TypstPrinter
from forbear.adapters.sealer import PadesSealer
from forbear.adapters.signing_authority import own_authority
from forbear.adapters.signing_keys import one_time_key
from forbear.adapters.signing_settings import Signatories, SigningSettings
from forbear.adapters.timestamps import TimestampAuthority
from forbear.core.agreement import SigningAct, Terms
from forbear.core.signatures import statement
from tests.adapters.terms import a_plan, some_terms
from tests.signing.authority import Authority

NOW = SystemClock().now()
"""When the tests began. What was made since is looked at `now()`: certificates begin when they are made."""
LENDER = "示例消费金融有限公司"


def now() -> datetime:
    return SystemClock().now()


@cache
def terms() -> Terms:
    days = {"issued_on": (NOW - timedelta(days=2)).date(), "sign_by_on": (NOW + timedelta(days=3)).date()}
    return some_terms(a_plan(6), name="欧阳彧𬱖㐂䶮", **days)


@cache
def document() -> bytes:
    return TypstPrinter().agreement(terms(), "zh")


def order(pdf: bytes | None = None, *, signed_at: datetime = NOW, of: bytes | None = None) -> SealOrder:
    """To seal a document; `of`: what the statement says was signed, if something else."""
    pdf = pdf or document()
    named = of or pdf
    act = SigningAct(
        challenge="h_0",
        signed_at=signed_at,
        phone_masked="199****1234",
        document_sha256=sha256(named).hexdigest(),
        address="192.0.2.7",
    )
    told = statement(
        terms=terms(),
        act=act,
        document_size=len(named),
        ledger="desk.example/ledger",
        log_key="k",
        seq=9,
        leaf_hash=bytes(32),
    )
    stamps = {"borrower": ("欧阳彧𬱖㐂䶮", "已用一次性验证码签署"), "lender": (LENDER, "按审核人的决定签署")}
    names = {"borrower": terms().borrower.name, "lender": LENDER}
    return SealOrder(document=pdf, statement=told, reference="c_1:1", stamps=stamps, at=now(), **names)


def sealer(folder: Path, authority: Authority | None = None, **tables: Any) -> PadesSealer:
    """By the keys of `tables` (docs/signatures.md), else by the self-made authority in the folder."""
    tsa = TimestampAuthority(authority.url, SystemClock(), authority.root) if authority else None
    settings = SigningSettings(tables, folder) if tables else None
    return PadesSealer(Signatories(settings, folder / "keys", LENDER), tsa)


class Service:
    """A signing service that issues a certificate for each act, as a licensed authority's would."""

    def __init__(self, folder: Path) -> None:
        self.authority, self.lender_key = own_authority(folder, "Licensed CA", NOW)
        self.keys: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.down, self.forged = False, False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, what: str, question: dict[str, Any]) -> dict[str, Any]:
        if what == "certificates":
            session = secrets.token_hex(8)
            act = question["act"]
            key = self.lender_key
            if question["signer"] == "borrower":
                serial = x509.random_serial_number()
                key = one_time_key(self.authority, act["name"], act["sha256"], NOW, serial)
            self.keys[session] = key
            given = [base64.b64encode(one).decode() for one in (key.certificate, *key.chain)]
            return {"session": session, "certificates": given}
        key = self.keys.pop(question["session"])
        if self.forged:
            return {"signature": base64.b64encode(self.authority.sign(b"else")).decode()}
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, utils

        digest = bytes.fromhex(question["sha256"])
        made = key.private_key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        return {"signature": base64.b64encode(made).decode()}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        here = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                what = self.path.rpartition("/")[2]
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                here.asked.append((what, question))
                if here.down or self.headers["Authorization"] != "Bearer s3cret":
                    self.send_error(503)
                    return
                answer = json.dumps(here.answer(what, question)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
