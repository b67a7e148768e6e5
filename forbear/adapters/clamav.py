"""The Scanner port by ClamAV's daemon over its socket: INSTREAM, pieces with their length before them, one answer.

Anything but a clear "clean" or "found" means that the scanner is away, and then nothing is let in.
"""

import socket
from collections.abc import Iterable
from contextlib import closing, suppress
from struct import pack

from forbear.actions.ports import ScannerAway, Verdict

TIMEOUT_SECONDS = 60
PIECE_BYTES = 256 * 1024
ANSWER_BYTES_MAX = 4096


class ClamAv:
    """The Scanner port. `address`: `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`."""

    def __init__(self, address: str, timeout_seconds: int = TIMEOUT_SECONDS) -> None:
        self._kind, _, self._where = address.partition(":")
        self._timeout_seconds = timeout_seconds

    def verdict(self, chunks: Iterable[bytes]) -> Verdict:
        answer = self._asked(b"zINSTREAM\0", chunks)
        said = answer.removeprefix("stream: ")
        if said == "OK":
            return Verdict()
        if said.endswith(" FOUND"):
            return Verdict(said.removesuffix(" FOUND"))
        raise ScannerAway(f"ClamAV answered {answer!r}")

    def version(self) -> str:
        """What it says it is, with the day of its signatures: `ClamAV 1.4.6/27000/…`; raises ScannerAway."""
        answer = self._asked(b"zVERSION\0")
        if not answer.startswith("ClamAV"):
            raise ScannerAway(f"something else than ClamAV answers: {answer[:80]!r}")
        return answer

    def _asked(self, command: bytes, chunks: Iterable[bytes] | None = None) -> str:
        try:
            with closing(self._connected()) as line:
                with suppress(BrokenPipeError, ConnectionResetError):  # it hung up, and may have said why
                    line.sendall(command)
                    for chunk in chunks or ():
                        for at in range(0, len(chunk), PIECE_BYTES):
                            piece = chunk[at : at + PIECE_BYTES]
                            line.sendall(pack(">I", len(piece)) + piece)
                    if chunks is not None:
                        line.sendall(pack(">I", 0))
                return _answer(line)
        except OSError as error:
            raise ScannerAway(f"ClamAV at {self._kind}:{self._where} does not answer: {error}") from error

    def _connected(self) -> socket.socket:
        if self._kind == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self._timeout_seconds)
            try:
                line.connect(self._where)
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self._where.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), self._timeout_seconds)


def _answer(line: socket.socket) -> str:
    """Up to the zero byte that ends an answer; half an answer is none."""
    said = b""
    while not said.endswith(b"\0"):
        piece = line.recv(ANSWER_BYTES_MAX)
        if not piece or len(said) > ANSWER_BYTES_MAX:
            raise ScannerAway(f"ClamAV hung up after {said[:80]!r}")
        said += piece
    return said[:-1].decode("utf-8", "replace").strip()
