"""A timestamp authority of our own for tests: OpenSSL answers the requests, over HTTP on loopback."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

CONFIG = """
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[stamps]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/ca.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Authority:
    """`url` takes requests; `answer` may be replaced by a test; `roots`: what its certificate leads to."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.roots, self.url = folder, folder / "ca.pem", ""
        folder.mkdir()
        (folder / "serial").write_text("01")
        self._config = folder / "tsa.conf"
        self._config.write_text(CONFIG.format(folder=folder))
        self._certificate("ca", "ca", [])
        self._certificate("tsa", "stamps", ["-CA", str(self.roots), "-CAkey", str(folder / "ca.key")])
        self.answer = self.stamped

    def stamped(self, request: bytes) -> bytes:
        """The reply of an honest authority."""
        asked, told = self.folder / "asked", self.folder / "told"
        asked.write_bytes(request)
        self.openssl("ts", "-reply", "-config", self._config, "-queryfile", asked, "-out", told)
        return told.read_bytes()

    def openssl(self, *arguments: object) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def _certificate(self, name: str, kind: str, by: list[str]) -> None:
        made = (
            "-keyout",
            self.folder / f"{name}.key",
            "-out",
            self.folder / f"{name}.pem",
            "-subj",
            f"/CN=Test {name}",
        )
        newkey = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650")
        self.openssl("req", "-x509", "-config", self._config, "-extensions", kind, *newkey, *made, *by)


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """An authority that answers until the block ends."""
    tsa = Authority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = tsa.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        tsa.url = f"http://127.0.0.1:{server.server_port}/tsr"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield tsa
        finally:
            server.shutdown()
            thread.join()
