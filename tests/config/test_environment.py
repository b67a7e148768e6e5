"""Settings: what is right is read, what is wrong stops the start with a sentence that names the variable."""

import stat

import pytest

from forbear.config import environment
from forbear.config.environment import Misconfigured
from forbear.config.logs import blot


@pytest.mark.parametrize(("value", "read"), [("", True), ("1", True), ("on", True), ("0", False), ("No", False)])
def test_a_switch_is_read(monkeypatch: pytest.MonkeyPatch, value: str, read: bool):
    monkeypatch.setenv("FORBEAR_DEV", value)
    assert environment.flag("FORBEAR_DEV", default=True) is read


@pytest.mark.parametrize(
    ("name", "value", "read", "sentence"),
    [
        ("FORBEAR_DEV", "maybe", lambda: environment.flag("FORBEAR_DEV"), "it is a switch: write 1 or 0."),
        ("PORT", "80a", lambda: environment.whole("PORT", 8000, 1, 65535), "write a whole number from 1 to 65535."),
        ("PORT", "-1", lambda: environment.whole("PORT", 8000, 1, 65535), "write a whole number from 1 to 65535."),
        ("PORT", "٨٠", lambda: environment.whole("PORT", 8000, 1, 65535), "write a whole number from 1 to 65535."),
        ("PORT", "70000", lambda: environment.whole("PORT", 8000, 1, 65535), "write a whole number from 1 to 65535."),
    ],
)
def test_nonsense_is_named(monkeypatch: pytest.MonkeyPatch, name, value, read, sentence):
    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured) as stopped:
        read()
    assert str(stopped.value) == f"{name} is {value!r}; {sentence}"


def test_the_home_is_its_owners_alone(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setenv("FORBEAR_HOME", str(tmp_path / "a" / "home"))
    home = environment.home()
    assert home == tmp_path / "a" / "home"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_home_that_is_a_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FORBEAR_HOME", str(tmp_path / "file"))
    with pytest.raises(Misconfigured, match=r"^FORBEAR_HOME is .*/file; this directory cannot be made: File exists\.$"):
        environment.home()


def test_the_secret_is_made_once_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.delenv("FORBEAR_SECRET", raising=False)
    monkeypatch.delenv("FORBEAR_SECRET_FILE", raising=False)
    first = environment.secret(tmp_path)
    assert len(first) == 64
    assert environment.secret(tmp_path) == first
    assert [stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()] == [0o600]


def test_a_short_secret_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setenv("FORBEAR_SECRET", "short")
    with pytest.raises(Misconfigured, match="shorter than 32 characters"):
        environment.secret(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_database_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgres://for%40bear:p%3Aw@db.example.org:5433/desk?sslmode=require")
    read = environment.database(tmp_path)
    assert {name: read[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")} == {
        "USER": "for@bear",
        "PASSWORD": "p:w",
        "HOST": "db.example.org",
        "PORT": "5433",
        "NAME": "desk",
    }
    assert read["OPTIONS"] == {"pool": {"min_size": 1, "max_size": 16, "timeout": 10}, "sslmode": "require"}


@pytest.mark.parametrize("url", ["mysql://a/b", "postgres://host/", "desk.sqlite3", "postgres://host:port/name"])
def test_another_database_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path, url: str):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(Misconfigured, match=r"^DATABASE_URL .*write postgres://user:password@host:5432/name"):
        environment.database(tmp_path)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("borrower 110101199003070000 called", "borrower [number] called"),
        ("tel 138 0013 8000, +86 138-0013-8000", "tel [number], [number]"),
        ("mail to li.na@example.org failed", "mail to [mail] failed"),
        ("Gone: /u/atHveGU-ms1AzcPGMVIHx610?x=1", "Gone: /u/[link]?x=1"),
        ("GET /c/c_7f3k in 12 ms at 2026-03-02", "GET /c/c_7f3k in 12 ms at [number]"),
    ],
)
def test_log_lines_name_nobody(line: str, kept: str):
    assert blot(line) == kept


def test_where_calls_are_taken_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FORBEAR_SIP_BIND", "[2001:db8::10]:5060")
    monkeypatch.setenv("FORBEAR_SIP_PEERS", "192.0.2.20, 198.51.100.0/28")
    monkeypatch.setenv("FORBEAR_SIP_RTP_PORTS", "20000-20100")
    assert environment.socket("FORBEAR_SIP_BIND") == ("2001:db8::10", 5060)
    assert [str(one) for one in environment.networks("FORBEAR_SIP_PEERS")] == ["192.0.2.20/32", "198.51.100.0/28"]
    assert environment.ports("FORBEAR_SIP_RTP_PORTS", (1, 2)) == (20000, 20100)
    assert environment.socket("FORBEAR_NOTHING") is None
    assert environment.languages("FORBEAR_NOTHING") == ("zh", "en")


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (environment.socket, "0.0.0.0:5060"),
        (environment.socket, "pbx.example.org:5060"),
        (environment.socket, "192.0.2.10"),
        (environment.socket, "192.0.2.10:٥٠٦٠"),
        (environment.networks, "pbx"),
        (environment.networks, "192.0.2.1/24"),
        (lambda name: environment.ports(name, (1, 2)), "20000"),
        (lambda name: environment.ports(name, (1, 2)), "20100-20000"),
        (environment.languages, "zh,fr"),
    ],
)
def test_where_calls_cannot_be_taken_is_named(monkeypatch: pytest.MonkeyPatch, read, value):
    monkeypatch.setenv("FORBEAR_SIP_X", value)
    with pytest.raises(Misconfigured, match=r"FORBEAR_SIP_X.*write"):
        read("FORBEAR_SIP_X")


@pytest.mark.parametrize(
    ("url", "model", "found"),
    [
        ("", "", None),
        ("https://models.example.org/v1", "m", ("https://models.example.org/v1", "k", "m")),
        ("http://127.0.0.1:8080/v1", "m", ("http://127.0.0.1:8080/v1", "k", "m")),
    ],
)
def test_a_language_model_is_named_whole(monkeypatch: pytest.MonkeyPatch, url: str, model: str, found: object):
    for name, value in (("URL", url), ("MODEL", model), ("KEY", "k")):
        monkeypatch.setenv(f"FORBEAR_LLM_{name}", value)
    assert environment.model() == found


@pytest.mark.parametrize(
    ("url", "model", "said"),
    [
        ("http://models.example.org/v1", "m", "write https://models.example.org/v1"),
        ("file:///etc/passwd", "m", "write https://models.example.org/v1"),
        ("models", "m", "write https://models.example.org/v1"),
        ("https://models.example.org/v1", "", "FORBEAR_LLM_MODEL is not; name the model"),
    ],
)
def test_a_language_model_that_cannot_be(monkeypatch: pytest.MonkeyPatch, url: str, model: str, said: str):
    monkeypatch.setenv("FORBEAR_LLM_URL", url)
    monkeypatch.setenv("FORBEAR_LLM_MODEL", model)
    with pytest.raises(environment.Misconfigured, match=said):
        environment.model()
