"""`forbear witness` as an outsider runs it, against sites that lie, are broken or send him elsewhere."""

import json
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from forbear.adapters.ed25519 import Ed25519Key
from forbear.config import cli, witness
from forbear.core.checkpoint import KeyKind
from forbear.core.merkle import consistency_proof, root
from tests.contracts.bench import LOG_KEY
from tests.record.insider import note_of

OTHER_KEY = Ed25519Key(LOG_KEY.origin, bytes(32))
OTHER_LOG = Ed25519Key("other.example/ledger", bytes(31) + b"o")


class Site(ThreadingHTTPServer):
    """A log's site that tells what the test wants. `size`, `salt`: how long its history is, and which one."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.size, self.salt, self.note, self.proof, self.elsewhere = 5, b"", None, None, ""
        self.url = f"http://127.0.0.1:{self.server_port}"

    def leaves(self, size):
        return [b"%032d" % n if n < 3 else (b"%d" % n + self.salt).ljust(32) for n in range(size)]

    def answer(self, path):
        if path.startswith("/log/checkpoint"):
            own = note_of(LOG_KEY, self.size, root(self.leaves(self.size))).encode()
            return own if self.note is None else self.note
        if self.proof is not None:
            return self.proof
        old, size = (int(part.partition("=")[2]) for part in path.partition("?")[2].split("&"))
        path = consistency_proof(old, size, lambda level, n: root(self.leaves(size)[n << level : (n + 1) << level]))
        return json.dumps({"size": size, "hashes": [b64encode(step).decode() for step in path]}).encode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302 if self.server.elsewhere else 200)
        if self.server.elsewhere:
            self.send_header("Location", self.server.elsewhere)
        body = b"" if self.server.elsewhere else self.server.answer(self.path)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    with Site() as found:
        thread = Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.fixture
def look(site, tmp_path, capsys):
    """Looks once; (status, what is said)."""

    def looked(url="", log=LOG_KEY.vkey):
        given = ["--name", "w.example", "--folder", str(tmp_path / "W"), "--log", log, url or site.url]
        status = cli.main(["witness", "look", *given])
        said = capsys.readouterr()
        return status, said.out + said.err

    return looked


def test_it_follows_a_log_that_grows_and_names_one_that_is_forked_or_went_back(site, look):
    for site.size in (5, 5, 9):
        status, said = look()
        assert (status, said.count("\n— ")) == (0, 2), "the log's signature and the witness's"
    site.salt = b"x"
    assert look() == (1, "wrong  two histories of 9 events: the log is forked\n")
    site.size = 12
    assert look() == (1, "wrong  it is not shown that the log goes on from the 9 events seen here\n")
    site.salt, site.size = b"", 4
    status, said = look()
    assert (status, said[:66]) == (1, "wrong  the log has 4 events, and 9 were seen: it went back. Keep '")
    site.size = 12
    assert look()[0] == 0, "what it refused it has not remembered"


def test_two_looks_at_once_are_no_fork_and_no_log_that_went_back(site, look, monkeypatch):
    """Another look at a longer log is done while this one is on its way."""
    assert look()[0] == 0
    read = witness._read

    def meanwhile(url):
        monkeypatch.setattr(witness, "_read", read)
        answer, site.size = read(url), 9
        assert look()[0] == 0
        return answer

    monkeypatch.setattr(witness, "_read", meanwhile)
    status, said = look()
    assert (status, "wrong" in said, "\n9\n" in said) == (0, False, True)


def test_another_key_or_another_log_is_named(site, look):
    site.note = note_of(OTHER_KEY, 5, root(site.leaves(5))).encode()
    status, said = look()
    assert (status, "is not signed by bench/ledger with the key that hashes to" in said) == (1, True)
    site.note = note_of(OTHER_LOG, 5, root(site.leaves(5))).encode()
    assert look() == (1, "wrong  the log other.example/ledger is not one of those watched here\n")


@pytest.mark.parametrize(
    ("note", "proof"),
    [
        (b"x" * 1_000_000, None),
        (b"\xff\xfe", None),
        (b"", None),
        (None, b"[]"),
        (None, b'{"hashes":null}'),
        (None, b'{"hashes":[1]}'),
        (None, b"[" * 200_000),
        (None, b'{"hashes":["' + b"A" * 1_000_000 + b'"]}'),
    ],
)
def test_a_site_that_answers_with_something_else_is_told_in_one_line(site, look, note, proof):
    assert look()[0] == 0
    site.note, site.proof, site.size = note, proof, 9
    status, said = look()
    assert (status, said.count("\n"), f"forbear: {site.url} could not be asked: " in said) == (2, 1, True)
    site.note = site.proof = None
    assert look()[0] == 0


@pytest.mark.parametrize("elsewhere", ["/log/checkpoint", "file:///etc/passwd", "gopher://127.0.0.1/"])
def test_it_is_led_nowhere_and_not_round_in_circles(site, look, elsewhere):
    site.elsewhere = elsewhere
    status, said = look()
    assert (status, "could not be asked: HTTPError: HTTP Error 302" in said) == (2, True)
    assert "root:" not in said


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://x", "http://", "http://[::1", "http://127.0.0.1:1", "http://x y/", "file:///etc/passwd"]
)
def test_an_address_that_is_none_is_told(look, url):
    status, said = look(url)
    assert (status, said.startswith("forbear: "), "could not be asked" in said) == (2, True, True)


def test_what_it_saw_and_cannot_read_any_more_is_never_taken_for_nothing(site, look, tmp_path):
    assert look()[0] == 0
    (file,) = (tmp_path / "W").glob("*.note")
    kept = file.read_bytes()
    for damaged in (b"", b"garbage", b"\xff", kept[:-20]):
        file.write_bytes(damaged)
        status, said = look()
        assert (status, f"forbear: {file} should hold the note signed last of bench/ledger and does not" in said) == (
            2,
            True,
        )
        assert file.read_bytes() == damaged
    file.write_bytes(kept)
    assert look()[0] == 0


def test_a_key_that_is_none_is_named(site, look, tmp_path):
    assert look(log="x+y+z")[1].startswith("forbear: 'x+y+z' is no public key of a log, the line of its /log/key: ")
    witness = Ed25519Key("w", bytes(32), KeyKind.WITNESS).vkey
    assert look(log=witness) == (
        2,
        f"forbear: {witness!r} is the key of a witness; give the log's, the line of its /log/key\n",
    )
    (tmp_path / "W" / "key").write_bytes(b"short")
    assert look()[1] == (
        f"forbear: {tmp_path}/W/key has 5 bytes instead of 32; restore it from a copy of this witness's key\n"
    )


@pytest.mark.parametrize("bind", ["127.0.0.1:99999", "nothing", "127.0.0.1:x", "256.0.0.1:0", "taken"])
def test_where_it_cannot_listen_it_says_so(site, tmp_path, capsys, bind):
    bind = f"127.0.0.1:{site.server_port}" if bind == "taken" else bind
    given = ["--name", "w", "--folder", str(tmp_path), "--log", LOG_KEY.vkey, "--bind", bind]
    assert cli.main(["witness", "serve", *given]) == 2
    assert capsys.readouterr().err.startswith(("forbear: --bind is ", f"forbear: {bind} cannot be listened on: "))
