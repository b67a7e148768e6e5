"""The Witness port by HTTP (c2sp.org/tlog-witness), and the witness itself that anybody can run: one file a log.

What a witness signed is on its disk before anybody has the signature; a lock makes looking and keeping one step.
"""

import fcntl
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from forbear.actions.ports import WitnessAway, WitnessRefuses
from forbear.adapters.ed25519 import Ed25519Key, check
from forbear.core.checkpoint import BadNote, Checkpoint, KeyKind, holds, parse_note, read_checkpoint, read_vkey
from forbear.core.log_keys import Step, followed
from forbear.core.witness import Asked, Refused, asking, cosignature, judge, own_lines, read_asking, to_sign

TIMEOUT_SECONDS = 10
BODY_BYTES_MAX = 128 * 1024


class HttpWitness:
    """The Witness port: POST <url>/add-checkpoint."""

    def __init__(self, url: str, vkey: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._url, self._vkey, self._timeout_seconds = url.rstrip("/"), vkey, timeout_seconds

    @property
    def name(self) -> str:
        return read_vkey(self._vkey).name

    @property
    def vkey(self) -> str:
        """Its public key."""
        return self._vkey

    def cosign(self, old: int, path: tuple[bytes, ...], note: str) -> str:
        url, body = f"{self._url}/add-checkpoint", asking(Asked(old, path, note)).encode()
        request = urllib.request.Request(url, data=body, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_seconds) as answer:  # noqa: S310
                return own_lines(note, answer.read(BODY_BYTES_MAX).decode(), self._vkey, check)
        except urllib.error.HTTPError as refused:
            with refused:
                raise _refusal(refused) from None
        except (BadNote, UnicodeDecodeError) as bad:
            raise WitnessAway(f"{url}: {bad}") from None
        except (OSError, HTTPException, ValueError) as error:
            raise WitnessAway(f"{url}: {type(error).__name__}: {error}") from None


def _refusal(refused: urllib.error.HTTPError) -> WitnessRefuses | WitnessAway:
    said = refused.read(1000).decode("utf-8", "replace").strip()
    told_size = refused.code == 409 and refused.headers.get("Content-Type", "").startswith("text/x.tlog.size")
    if told_size and said.isascii() and said.isdigit() and len(said) < 20:
        return WitnessRefuses(f"it has seen {said} events", int(said))
    if refused.code in (403, 404, 409, 422):
        return WitnessRefuses(said or f"HTTP {refused.code}")
    return WitnessAway(f"HTTP {refused.code}: {said}")


# ---- the witness itself ----------------------------------------------------------------------------------------


class MemoryLost(Exception):
    """What the witness signed last of a log cannot be read: it signs nothing before a person has looked."""


class WitnessBook:
    """What a witness signed last of each log it watches, in `folder`; `logs`: their public keys, BadNote where one is
    none.
    """

    def __init__(self, folder: Path, key: Ed25519Key, logs: list[str]) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._key = folder, key
        self._logs: dict[str, str] = {}
        for vkey in logs:
            try:
                read = read_vkey(vkey)
            except BadNote as bad:
                raise BadNote(f"{vkey[:200]!r} is no public key of a log, the line of its /log/key: {bad}") from bad
            if read.kind is not KeyKind.LOG:
                raise BadNote(f"{vkey!r} is the key of a witness; give the log's, the line of its /log/key")
            if self._logs.get(read.name, vkey) != vkey:
                raise BadNote(f"two keys of the log {read.name} are given; give the one that signs it now alone")
            self._logs[read.name] = vkey

    def cosign(self, asked: Asked, now: Callable[[], int]) -> str | Refused:
        """The signature line, kept before it is handed out; `now`: seconds since 1970."""
        with self._locked():
            found = judge(asked, self._logs, self.seen(), check)
            if isinstance(found, Refused):
                return found
            at = now()
            line = cosignature(read_vkey(self._key.vkey), at, self._key.sign(to_sign(asked.note, at)))
            self._keep(found.origin, asked.note + line)
            return line

    def follow(self, note: str, steps: Callable[[], list[Step]]) -> str:
        """Where the note is signed by a later key of its log, follow to that and return it; "" where the key is the one
        known, or the log none of ours. `steps`: asked for then alone. Raises BadNote.
        """
        origin = parse_note(note).body.partition("\n")[0]
        vkey = self._logs.get(origin, "")
        if not vkey or any(one.key_hash == read_vkey(vkey).hash for one in parse_note(note).signatures):
            return ""
        self._logs[origin] = followed(vkey, steps(), check)
        return self._logs[origin] if self._logs[origin] != vkey else ""

    def known(self, origin: str) -> str:
        """The newest note signed of a log, "" for none; raises MemoryLost."""
        file = self._file(origin)
        try:
            note = file.read_text("utf-8")
            if _checkpoint(note).origin != origin or not self._signed(note):
                raise BadNote("it is not what this witness signed")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError, BadNote) as error:
            what = "restore it from a copy, or move it away to begin anew: then nothing from before is known"
            raise MemoryLost(f"{file} should hold the note signed last of {origin} and does not; {what}") from error
        return note

    def seen(self) -> Mapping[str, Checkpoint]:
        """The newest checkpoint signed of each log, by its name; raises MemoryLost."""
        notes = {origin: self.known(origin) for origin in self._logs}
        return {origin: _checkpoint(note) for origin, note in notes.items() if note}

    def _signed(self, note: str) -> bool:
        """Whether our key signed a note that lies here, by whatever name it had then."""
        read, key = parse_note(note), read_vkey(self._key.vkey)
        return any(holds(read.body, one, key, check) for one in read.signatures)

    def _file(self, origin: str) -> Path:
        return self._folder / f"{sha256(origin.encode()).hexdigest()[:16]}.note"

    def _keep(self, origin: str, note: str) -> None:
        draft = self._folder / ".draft"  # one name: what a kill leaves is written over, and nobody else holds the lock
        with draft.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file(origin))
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _checkpoint(note: str) -> Checkpoint:
    return read_checkpoint(parse_note(note).body, extended=True)


def witness_server(book: WitnessBook, address: tuple[str, int], now: Callable[[], int]) -> ThreadingHTTPServer:
    """A server that answers POST /add-checkpoint; the caller serves and closes it."""

    class Handler(BaseHTTPRequestHandler):
        timeout = TIMEOUT_SECONDS
        protocol_version = "HTTP/1.1"  # a connection is kept, as tlog-witness asks for

        def do_POST(self) -> None:
            closing, self.close_connection = self.close_connection, True  # until the body has been read
            if self.path != "/add-checkpoint":
                self._answer(404, "there is one address here: /add-checkpoint\n")
                return
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdigit() and len(length) < 9 and int(length) <= BODY_BYTES_MAX):
                self._answer(400, f"a request has a length, of {BODY_BYTES_MAX} bytes at most\n")
                return
            body = self.rfile.read(int(length))
            self.close_connection = closing
            try:
                asked = read_asking(body.decode())
            except UnicodeDecodeError:
                self._answer(400, "a request is text in UTF-8\n")
                return
            except BadNote as bad:
                self._answer(400, f"{bad}\n")
                return
            try:
                answer = book.cosign(asked, now)
            except MemoryLost as lost:
                self.log_error("%s", lost)
                self._answer(500, "this witness has lost what it saw\n")
                return
            except OSError as error:
                self.log_error("%s", error)
                self._answer(500, "this witness cannot keep what it saw, and so signs nothing\n")
                return
            if isinstance(answer, str):
                self._answer(200, answer)
            elif answer.size is not None and asked.old_size != answer.size:
                self._answer(409, f"{answer.size}\n", "text/x.tlog.size")
            else:
                self._answer(answer.status, f"{answer.problem}\n")

        def _answer(self, status: int, text: str, kind: str = "text/plain; charset=utf-8") -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

    return ThreadingHTTPServer(address, Handler)
