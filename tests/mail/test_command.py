"""`forbear mail receive`: every mail there is goes through a real installation and lies there byte for byte."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.mail.nasty import NASTY, corpus
from tests.servers import ROOT, Site

OUTCOMES = {"new", "follow-up", "quarantine", "bounce", "auto-reply", "duplicate", "dropped"}

ALL = """
import io, json, sys
from pathlib import Path
from forbear.config import cli, mail
from forbear.config.wiring import desk

told = {}
for file in sorted(Path(FOLDER).iterdir()):
    sys.stdin = io.TextIOWrapper(io.BytesIO(file.read_bytes()))
    out, sys.stdout = sys.stdout, io.StringIO()
    status = cli.main(["mail", "receive"])
    (said,) = sys.stdout.getvalue().splitlines()
    sys.stdout = out
    told[file.name] = [status, json.loads(said)]
blobs = []
for state in ("waiting", "aside", "filed", "coming"):
    blobs += [desk().vault.open(row.blob) for row in desk().mails.list(state, 0, 100000)]
import hashlib
print(json.dumps([told, [hashlib.sha256(blob).hexdigest() for blob in blobs], len(desk().mails.list("coming"))]))
"""


def receive(site: Site, raw: bytes, *arguments: str) -> Any:
    """Through the pipe, as a mail server does."""
    command = [sys.executable, "-m", "forbear", "mail", "receive", *arguments]
    return subprocess.run(command, cwd=ROOT, env=site.environment, input=raw, capture_output=True, check=False)


def test_every_mail_of_the_corpus_is_kept_byte_for_byte(site: Site, tmp_path: Path):
    mails = {f"{number:04}": raw for number, (_, raw) in enumerate(corpus())}
    for name, raw in mails.items():
        (tmp_path / name).write_bytes(raw)
    told, kept, half_way = json.loads(site.python(f"FOLDER = {str(tmp_path)!r}\n{ALL}"))
    assert len(told) == len(mails) >= 60
    for status, said in told.values():
        assert status == 0
        assert set(said) == {"outcome", "message", "case"}
        assert said["outcome"] in OUTCOMES and said["message"].startswith("m_") and said["case"] is None
    assert {sha256(raw).hexdigest() for raw in mails.values()} == set(kept)
    assert half_way == 0


def test_a_pipe_is_answered_with_one_document(site: Site):
    raw = NASTY["HTML alone"].replace(b"a@b.example", b"pipe@c.example")
    done = receive(site, raw, "--sender", "pipe@c.example", "--recipient", "x@y")
    assert (done.returncode, done.stderr) == (0, b"")
    said = json.loads(done.stdout)
    assert (said["outcome"], said["case"]) == ("new", None)
    again = json.loads(receive(site, raw).stdout)
    assert again == {"outcome": "duplicate", "message": said["message"], "case": None}


def test_what_cannot_be_kept_is_to_come_again(site: Site, tmp_path: Path):
    environment = {**site.environment, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}
    command = [sys.executable, "-m", "forbear", "mail", "receive"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=b"From: a@b.example\n\nx", capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (75, b"")
    assert done.stderr.endswith(b"it is to come again\n")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("FORBEAR_MAIL_DOMAIN", "desk@lender.example", "write a domain without an @"),
        ("FORBEAR_MAIL_LISTEN", "0.0.0.0:25", "write smtp://127.0.0.1:8025"),
        ("FORBEAR_MAIL_LISTEN", "smtp://127.0.0.1:99999", "write smtp://127.0.0.1:8025"),
        ("FORBEAR_IMAP_URL", "imap://desk:secret@mail.example/INBOX", "imap:// is for a server on this machine"),
        ("FORBEAR_IMAP_URL", "https://mail.example", "write imaps://user:password@host/INBOX"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str):
    from forbear.config import environment

    monkeypatch.setenv(variable, value)
    read = {"FORBEAR_MAIL_DOMAIN": environment.mail_domain, "FORBEAR_MAIL_LISTEN": environment.mail_listen}
    with pytest.raises(environment.Misconfigured, match=variable) as wrong:
        read.get(variable, environment.imap)()
    assert said in str(wrong.value) and "secret" not in str(wrong.value)


def test_a_domain_is_taken_from_the_sender_where_none_is_named(monkeypatch: pytest.MonkeyPatch):
    from forbear.config import environment

    monkeypatch.delenv("FORBEAR_MAIL_DOMAIN", raising=False)
    monkeypatch.setenv("FORBEAR_MAIL_FROM", "Desk <desk@Mail.Lender.example>")
    assert environment.mail_domain() == "mail.lender.example"
