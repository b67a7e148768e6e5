"""A time-stamping authority for tests: OpenSSL's own (`openssl ts -reply`) behind http.server, honest or lying."""

import subprocess
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

CONFIG = """
[tsa]
default_tsa = t
[t]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
ENDS = """
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[time]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = {critical}timeStamping
"""


def openssl(*arguments: object, folder: Path, given: bytes | None = None) -> bytes:
    done = subprocess.run(["openssl", *map(str, arguments)], cwd=folder, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def made(folder: Path, name: str, ends: str, days: int, by: str = "") -> None:
    """A key and a certificate, `name`.key and `name`.pem: of its own, or by the root `by`."""
    openssl("genrsa", "-out", f"{name}.key", "2048", folder=folder)
    ask = ["req", "-new", "-key", f"{name}.key", "-subj", f"/CN=Test {name}", "-config", "ends.cnf", "-out", "q.csr"]
    openssl(*ask, folder=folder)
    how = ["-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial"] if by else ["-signkey", f"{name}.key"]
    done = ["x509", "-req", "-in", "q.csr", *how, "-days", str(days), "-extfile", "ends.cnf", "-extensions", ends]
    openssl(*done, "-out", f"{name}.pem", folder=folder)


class Authority:
    """`url` to ask; `root`: PEM of its root. `twist`: what it does to a question before it answers it; `down`: 503."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        (folder / "ends.cnf").write_text(ENDS.format(critical="critical,"))
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        made(folder, "root", "root", 3650)
        made(folder, "tsa", "time", 3650, by="root")
        self.root = (folder / "root.pem").read_bytes()
        self.twist: Callable[[bytes], bytes] = lambda query: query
        self.spoil: Callable[[bytes], bytes] = lambda reply: reply
        self.down = False
        self.asked = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/tsr"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reply(self, query: bytes) -> bytes:
        """What OpenSSL answers."""
        said = ["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "/dev/stdin", "-signer", "tsa.pem"]
        said += ["-inkey", "tsa.key", "-chain", "root.pem"]
        return openssl(*said, folder=self.folder, given=query)

    def verify(self, *, data: Path | None = None, digest: str = "", reply: Path, token: bool = False) -> str:
        """What `openssl ts -verify` says of a reply or a bare token."""
        what = ["-data", data] if data else ["-digest", digest]
        kind = ["-token_in"] if token else []
        said = ["ts", "-verify", *what, "-in", reply, *kind, "-CAfile", "root.pem"]
        return openssl(*said, folder=self.folder).decode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        here = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                here.asked += 1
                query = self.rfile.read(int(self.headers["Content-Length"]))
                if here.down:
                    self.send_error(503)
                    return
                reply = here.spoil(here.reply(here.twist(query)))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
