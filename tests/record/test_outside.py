"""What outsiders use: settings that name them, and `forbear witness look` at a lender's site."""

from ssl import DER_cert_to_PEM_cert

import pytest
from django.test import Client

from forbear.adapters.signing_authority import own_authority
from forbear.config import cli, environment, record_environment, wiring, witness
from forbear.config.environment import Misconfigured
from forbear.core.checkpoint import parse_note
from forbear.store.models import CheckpointRow
from tests.contracts.bench import LOG_KEY, START, opened, without_triggers, write, wrote
from tests.record.insider import Insider
from tests.record.test_witness import KEY


def test_the_settings_are_read(monkeypatch, tmp_path):
    roots, (own, _) = tmp_path / "roots.pem", own_authority(tmp_path, "Lender", START)
    roots.write_text(DER_cert_to_PEM_cert(own.certificate))
    monkeypatch.setenv("FORBEAR_TSA", "https://tsa.example.org/tsr")
    monkeypatch.setenv("FORBEAR_TSA_ROOTS", str(roots))
    monkeypatch.setenv("FORBEAR_WITNESSES", f"https://w.example.org {KEY.vkey}, http://127.0.0.1:8090 {KEY.vkey}")
    monkeypatch.setenv("FORBEAR_LOG_KEYS", LOG_KEY.vkey)
    assert environment.tsa() == ("https://tsa.example.org/tsr", roots.read_bytes())
    assert record_environment.witnesses() == [
        ("https://w.example.org", KEY.vkey),
        ("http://127.0.0.1:8090", KEY.vkey),
    ]
    assert record_environment.earlier_keys() == [LOG_KEY.vkey]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FORBEAR_TSA", "tsa.example.org", "FORBEAR_TSA is 'tsa.example.org'; write https://tsa.example.org/tsr."),
        ("FORBEAR_TSA_ROOTS", "/nowhere.pem", "FORBEAR_TSA_ROOTS is /nowhere.pem; it cannot be read"),
        ("FORBEAR_WITNESSES", "https://w.example.org", "is no public key of a note"),
        ("FORBEAR_WITNESSES", f"https://w.example.org {LOG_KEY.vkey}", "which is no witness with its address"),
        ("FORBEAR_WITNESSES", f"w.example.org {KEY.vkey}", "which is no witness with its address"),
        ("FORBEAR_LOG_KEYS", "nonsense", "FORBEAR_LOG_KEYS: 'nonsense' is no public key of a note"),
    ],
)
def test_what_makes_no_sense_is_named(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured) as fault:
        environment.tsa(), record_environment.witnesses(), record_environment.earlier_keys()
    assert said in str(fault.value)


def test_a_witness_looks_and_notices_another_history(sqlite_database, tmp_path, settings, monkeypatch, capsys):
    settings.HOME, settings.ALLOWED_HOSTS = tmp_path / "lender", ["testserver"]
    wiring.desk.cache_clear()
    desk = wiring.desk()
    monkeypatch.setattr(witness, "_read", lambda url: Client().get(url.removeprefix("http://lender")).content.decode())

    def look():
        given = ("--name", "w.example", "--folder", str(tmp_path / "W"), "--log", desk.log_key.vkey, "http://lender/")
        return cli.main(["witness", "look", *given]), capsys.readouterr().out

    def say(n):
        fact, at = (wrote(f"{n}") if n else opened()), desk.clock.now()
        assert isinstance(desk.ledger.append(write(fact, expected=n - 1, key=f"{n}", at=at)), tuple)
        return desk.log.checkpoint()

    say(0)
    status, told = look()
    assert (status, [one.name for one in parse_note(told).signatures]) == (0, [desk.log_key.origin, "w.example"])
    say(1)
    assert look()[0] == 0
    without_triggers()
    bench = type("Bench", (), {"keys": wiring.load_keys(settings.HOME)})()
    Insider(bench).rewrite(0, lambda said: said.update(cause="x"))
    CheckpointRow.objects.all().delete()
    say(2)
    assert look() == (1, "wrong  it is not shown that the log goes on from the 2 events seen here\n")
    Insider(bench).cut(1)
    CheckpointRow.objects.all().delete()
    desk.log.checkpoint()
    status, told = look()
    assert (status, told.startswith("wrong  the log has 1 events, and 2 were seen: it went back.")) == (1, True)
    wiring.desk.cache_clear()
