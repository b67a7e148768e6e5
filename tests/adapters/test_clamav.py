"""The virus scanner: a real ClamAV with a signature of ours, and servers that break the protocol in every way."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from forbear.actions.ports import ScannerAway, Verdict
from forbear.adapters.clamav import ClamAv
from tests.servers import free_port, wait_until

CLAMD = Path("/usr/sbin/clamd")
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MARK = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


@pytest.fixture(scope="module")
def clamd() -> Iterator[tuple[str, str]]:
    """The addresses, by unix socket and by tcp, of a daemon that knows one signature."""
    if not CLAMD.exists():
        pytest.skip("ClamAV's daemon is not here: install the Debian package clamav-daemon to run these tests")
    home = Path(tempfile.mkdtemp(prefix="clamd-"))
    home.chmod(0o755)
    (home / "db").mkdir(mode=0o755)
    (home / "db/own.ndb").write_text(f"Eicar-Test:0:*:{MARK.hex()}\n", "ascii")
    (home / "run").mkdir()
    port = free_port()
    lines = [f"DatabaseDirectory {home}/db", f"LocalSocket {home}/run/s", "TCPAddr 127.0.0.1", f"TCPSocket {port}"]
    lines += ["Foreground yes", "MaxThreads 2", "StreamMaxLength 2M", f"TemporaryDirectory {home}/run"]
    if os.geteuid() == 0:
        lines.append("User clamav")
        shutil.chown(home / "run", pwd.getpwnam("clamav").pw_uid)
    (home / "conf").write_text("\n".join(lines) + "\n", "utf-8")
    daemon = subprocess.Popen([CLAMD, "-c", home / "conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until((home / "run/s").exists, 60, "ClamAV to listen")
        yield f"unix:{home}/run/s", f"tcp:127.0.0.1:{port}"
    finally:
        daemon.kill()
        daemon.wait()
        shutil.rmtree(home)


@pytest.mark.parametrize("by", [0, 1], ids=["unix", "tcp"])
def test_a_real_scanner_finds_what_its_signatures_name_and_nothing_else(clamd: tuple[str, str], by: int):
    scanner = ClamAv(clamd[by])
    assert scanner.verdict([EICAR]) == Verdict("Eicar-Test.UNOFFICIAL")
    assert scanner.verdict([b"%PDF-1.7 ", EICAR[:20], EICAR[20:]]) == Verdict("Eicar-Test.UNOFFICIAL")
    assert scanner.verdict([b"\xff\xd8\xff", bytes(900_000), b"a payslip"]) == Verdict()
    assert scanner.verdict([]) == Verdict()
    assert scanner.version().startswith("ClamAV ")


def test_a_file_longer_than_the_scanner_takes_is_not_called_clean(clamd: tuple[str, str]):
    with pytest.raises(ScannerAway, match=r"size limit exceeded|does not answer|hung up"):
        ClamAv(clamd[0]).verdict([bytes(1_000_000)] * 5)


class Liar:
    """A server that takes what comes up to its end mark and then says `answer`; None: hangs up at once."""

    def __init__(self, answer: bytes | None) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp:127.0.0.1:{self._listening.getsockname()[1]}"
        self.heard = b""
        self._thread = Thread(target=self._serve, args=(answer,), daemon=True)
        self._thread.start()

    def _serve(self, answer: bytes | None) -> None:
        line, _ = self._listening.accept()
        with line:
            if answer is None:
                return
            while not self.heard.endswith((bytes(4), b"zVERSION\0")):
                self.heard += line.recv(65536)
            line.sendall(answer)

    def close(self) -> None:
        self._thread.join(10)
        self._listening.close()


@pytest.fixture
def liar(request: pytest.FixtureRequest) -> Iterator[Liar]:
    server = Liar(request.param)
    yield server
    server.close()


WRONG = [
    *(None, b"", b"stream: OK", b"\0", b"stream: OKAY\0", b"OK FOUNDLING\0", b"stream: x ERROR\0"),
    *(b"HTTP/1.1 200 OK\r\n\r\n", b"\xff" * 9000, b"INSTREAM size limit exceeded. ERROR\0", b"stream: ok\0"),
]


@pytest.mark.parametrize("liar", WRONG, ids=repr, indirect=True)
def test_whatever_is_no_clear_answer_lets_nothing_in(liar: Liar):
    with pytest.raises(ScannerAway):
        ClamAv(liar.address, timeout_seconds=5).verdict([b"a payslip"])


@pytest.mark.parametrize("liar", [b"stream: OK\0"], indirect=True)
def test_a_file_goes_over_in_pieces_with_their_lengths(liar: Liar):
    assert ClamAv(liar.address).verdict([b"abc", b"", b"de"]) == Verdict()
    assert liar.heard == b"zINSTREAM\0" + b"\0\0\0\x03abc" + b"\0\0\0\x02de" + bytes(4)


@pytest.mark.parametrize("liar", [b"PONG\0"], indirect=True)
def test_something_else_behind_the_address_is_told(liar: Liar):
    with pytest.raises(ScannerAway, match="something else than ClamAV answers: 'PONG'"):
        ClamAv(liar.address).version()


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd.ctl", "tcp:127.0.0.1:1"])
def test_nobody_there_is_away(address: str):
    with pytest.raises(ScannerAway, match=f"ClamAV at {address} does not answer"):
        ClamAv(address).verdict([b"a payslip"])
