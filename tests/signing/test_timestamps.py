"""Tokens of a time-stamping authority: OpenSSL verifies what we keep, and each way of lying is named by its check."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest
from asn1crypto import tsp
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives import serialization
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from forbear.actions.ports import TimestampAway, TimestampLies
from forbear.adapters.clock import SystemClock
from forbear.adapters.timestamps import TimestampAuthority, pem_certificates, read_token
from tests.signing.authority import ENDS, Authority, made

DATA = b"what was signed"
IMPRINT = sha256(DATA).digest()


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Authority, Authority]]:
    """An authority that is trusted, and another that is not."""
    pair = tuple(Authority(tmp_path_factory.mktemp("tsa") / name) for name in ("one", "other"))
    yield pair  # type: ignore[misc]
    for one in pair:
        one.stop()


@pytest.fixture
def authority(authorities: tuple[Authority, Authority]) -> Iterator[Authority]:
    one = authorities[0]
    yield one
    one.twist = one.spoil = lambda data: data
    one.down = False


def asked(authority: Authority, **changes: object) -> TimestampAuthority:
    given: dict[str, object] = {"url": authority.url, "clock": SystemClock(), "roots": authority.root, "seconds": 5}
    return TimestampAuthority(**{**given, **changes})  # type: ignore[arg-type]


def changed(**fields: object) -> Callable[[bytes], bytes]:
    """A question with other fields."""

    def change(query: bytes) -> bytes:
        request = tsp.TimeStampReq.load(query)
        for name, value in fields.items():
            request[name] = value
        return bytes(request.dump(force=True))

    return change


class Clock:
    def __init__(self, off: timedelta) -> None:
        self._off = off

    def now(self) -> datetime:
        return SystemClock().now() + self._off


def test_openssl_verifies_the_reply_and_the_token(authority: Authority, tmp_path: Path):
    stamp = asked(authority).stamp(IMPRINT)
    assert abs(stamp.at - SystemClock().now()) < timedelta(minutes=1)
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "reply.tsr").write_bytes(stamp.reply)
    (tmp_path / "token.der").write_bytes(stamp.token)
    assert "Verification: OK" in authority.verify(data=tmp_path / "data", reply=tmp_path / "reply.tsr")
    assert "Verification: OK" in authority.verify(digest=IMPRINT.hex(), reply=tmp_path / "token.der", token=True)
    assert read_token(stamp.token, IMPRINT, authority.root) == stamp.at
    assert read_token(stamp.token, IMPRINT) == stamp.at, "without roots its own word is taken"


@pytest.mark.parametrize(
    ("twist", "check"),
    [
        (changed(nonce=7), "nonce"),
        (changed(message_imprint={"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)}), "imprint"),
    ],
)
def test_a_lying_authority_is_named_by_what_it_lies_about(authority: Authority, twist, check: str):
    authority.twist = twist
    with pytest.raises(TimestampLies) as told:
        asked(authority).stamp(IMPRINT)
    assert told.value.check == check


def test_another_authority_s_certificate(authorities: tuple[Authority, Authority]):
    one, other = authorities
    with pytest.raises(TimestampLies) as told:
        asked(one, url=other.url).stamp(IMPRINT)
    assert told.value.check == "certificate"


def by_another_program(folder: Path, purposes: str, at: datetime, digest: str = "sha256") -> tuple[bytes, bytes]:
    """A token by pyHanko's own test authority, which asks nothing of its certificate; and its root."""
    folder.mkdir()
    (folder / "ends.cnf").write_text(ENDS.format(critical="").replace("extendedKeyUsage = timeStamping", purposes))
    made(folder, "root", "root", 3650)
    made(folder, "tsa", "time", 30, by="root")
    root, leaf = ((folder / f"{name}.pem").read_bytes() for name in ("root", "tsa"))
    key = serialization.load_pem_private_key((folder / "tsa.key").read_bytes(), None)
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificates = [*pem_certificates(leaf), *pem_certificates(root)]
    store = SimpleCertificateStore.from_certs(certificates[1:])
    stamper = DummyTimeStamper(certificates[0], PrivateKeyInfo.load(der), store, fixed_dt=at)
    return asyncio.run(stamper.async_timestamp(IMPRINT, digest)).dump(), root


@pytest.mark.parametrize(
    ("purposes", "days", "problem"),
    [
        ("extendedKeyUsage = critical,timeStamping", 1, ""),
        ("extendedKeyUsage = timeStamping", 1, "not for time stamps alone"),
        ("extendedKeyUsage = critical,timeStamping,codeSigning", 1, "not for time stamps alone"),
        ("", 1, "not for time stamps alone"),
        ("extendedKeyUsage = critical,timeStamping", 31, "not valid then"),
        ("extendedKeyUsage = critical,timeStamping", -1, "not valid then"),
    ],
)
def test_a_certificate_for_something_else_or_for_another_time(tmp_path: Path, purposes: str, days: int, problem: str):
    at = SystemClock().now().replace(microsecond=0) + timedelta(days=days)
    token, root = by_another_program(tmp_path / "tsa", purposes, at)
    if not problem:
        assert read_token(token, IMPRINT, root) == at
        return
    with pytest.raises(TimestampLies, match=problem) as told:
        read_token(token, IMPRINT, root)
    assert told.value.check == "certificate"


@pytest.mark.parametrize("digest", ["sha3_256", "sha512_256", "sha384"])
def test_the_same_bytes_under_another_digest_s_name(tmp_path: Path, digest: str):
    """What is covered would be something else: OpenSSL and pyHanko refuse such a token too."""
    at = SystemClock().now().replace(microsecond=0) + timedelta(days=1)
    token, root = by_another_program(tmp_path / "tsa", "extendedKeyUsage = critical,timeStamping", at, digest)
    with pytest.raises(TimestampLies) as told:
        read_token(token, IMPRINT, root)
    assert told.value.check == "imprint"


@pytest.mark.parametrize(
    "off", [timedelta(hours=1), timedelta(seconds=-400), timedelta(days=366), timedelta(days=-366)]
)
def test_clocks_apart(authority: Authority, off: timedelta):
    with pytest.raises(TimestampLies) as told:
        asked(authority, clock=Clock(off)).stamp(IMPRINT)
    assert told.value.check == "time"


def test_a_reply_that_was_changed(authority: Authority):
    def flip(reply: bytes) -> bytes:
        return reply[:-1] + bytes([reply[-1] ^ 1])

    authority.spoil = flip
    with pytest.raises(TimestampLies) as told:
        asked(authority).stamp(IMPRINT)
    assert told.value.check == "signature"


@pytest.mark.parametrize("reply", [b"", b"\x30\x03\x02\x01\x00", b"<html>", b"\x30" * 200_000])
def test_no_reply_at_all(authority: Authority, reply: bytes):
    authority.spoil = lambda _: reply
    with pytest.raises((TimestampLies, TimestampAway)) as told:
        asked(authority).stamp(IMPRINT)
    assert getattr(told.value, "check", "form") == "form"


def test_an_authority_that_refuses_says_why(authority: Authority):
    """A refusal carries no token: it is no answer that cannot be read."""
    authority.twist = changed(req_policy="1.2.3.9.9")
    with pytest.raises(TimestampAway, match="refused: rejection, unaccepted_policy"):
        asked(authority).stamp(IMPRINT)
    authority.spoil = lambda _: bytes.fromhex("30053003020102")
    with pytest.raises(TimestampAway, match=r"refused: rejection$"):
        asked(authority).stamp(IMPRINT)
    authority.spoil = lambda _: bytes.fromhex("30053003020100")
    with pytest.raises(TimestampLies) as told:
        asked(authority).stamp(IMPRINT)
    assert told.value.check == "form", "granted, and no token"


def test_an_authority_that_is_down_or_silent(authority: Authority):
    authority.down = True
    with pytest.raises(TimestampAway, match="answered 503"):
        asked(authority).stamp(IMPRINT)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(TimestampAway, match="could not be reached"):
            asked(authority, url=url, seconds=0.2).stamp(IMPRINT)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_an_authority_that_answers_a_byte_at_a_time_is_hung_up_on(authority: Authority, head: bytes):
    """Each byte comes in time, and the answer never ends."""
    over = Event()

    def drip() -> None:
        line, _ = server.accept()
        with line, suppress(OSError):
            line.recv(10_000)
            line.sendall(head)
            while not over.wait(0.05):
                line.sendall(b"a")

    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = Thread(target=drip)
        answering.start()
        began = monotonic()
        with pytest.raises(TimestampAway, match="could not be reached: TimeoutError"):
            asked(authority, url=f"http://127.0.0.1:{server.getsockname()[1]}/", seconds=0.5).stamp(IMPRINT)
        assert monotonic() - began < 5
        over.set()
        answering.join()


def test_a_token_for_something_else(authority: Authority):
    stamp = asked(authority).stamp(IMPRINT)
    with pytest.raises(TimestampLies) as told:
        read_token(stamp.token, sha256(b"else").digest(), authority.root)
    assert told.value.check == "imprint"
    with pytest.raises(TimestampLies) as told:
        read_token(stamp.token[:-9], IMPRINT, authority.root)
    assert told.value.check == "form"
