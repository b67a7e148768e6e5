"""The voices: every sentence has a sound, a wrong one is named, and without them nothing speaks to people."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from forbear.adapters.sip.g711 import linear
from forbear.adapters.sip.voice import BEEP, phrases, read_voice, tones
from tests.answering.line import HOST, LENDERS, write_wav

LANGUAGES = ("zh", "en")
SOUND = [0, 8000, -8000, 123] * 40


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    """A directory with every file."""
    for language in LANGUAGES:
        (tmp_path / language).mkdir()
        for name in phrases(language, "x"):
            write_wav(tmp_path / language / f"{name}.wav", SOUND)
    return tmp_path


def test_the_sounds_of_a_directory_are_what_was_read_aloud(voices):
    sounds, faults = read_voice(voices, LANGUAGES, LENDERS)
    assert faults == []
    assert set(sounds) == {("", BEEP), *((language, name) for language in LANGUAGES for name in phrases(language, "x"))}
    assert all(abs(heard - said) <= 300 for heard, said in zip(linear(sounds["zh", "welcome"]), SOUND, strict=True))


def test_what_is_missing_or_unfit_is_named_with_what_would_be_right(voices):
    (voices / "zh/welcome.wav").unlink()
    (voices / "en/n17.wav").write_bytes(b"RIFF nonsense")
    write_wav(voices / "en/yuan.wav", [])
    (voices / "zh/fen.wav").write_bytes(
        (voices / "zh/yuan.wav").read_bytes().replace(b"\x40\x1f\0\0", b"\x80\xbb\0\0", 1)
    )
    _, faults = read_voice(voices, LANGUAGES, LENDERS)
    assert sorted(fault.partition(":")[0] for fault in faults) == [
        "en/n17.wav",
        "en/yuan.wav",
        "zh/fen.wav",
        "zh/welcome.wav",
    ]
    assert "zh/welcome.wav: missing" in faults
    assert "zh/fen.wav: 1 channels, 48000 Hz, 16 bits; write one channel, 8000 Hz, 16 bits" in faults


def test_tones_stand_in_for_all_of_them_and_differ():
    made = tones(LANGUAGES, LENDERS)
    for language in LANGUAGES:
        assert {name for to, name in made if to == language} == set(phrases(language, "x"))
    assert made["zh", "welcome"] != made["zh", "goodbye"]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The command with settings; returns (status, what it printed, what it complained of)."""
    from django.conf import settings

    from forbear.config import cli

    def run(*arguments: str, **given) -> tuple[int, str, str]:
        for name, value in {"DEV": False, "SIP_BIND": None, "SIP_PEERS": (), "VOICE": "", **given}.items():
            monkeypatch.setattr(settings, name, value)
        status = cli.main(["answer", *arguments])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def test_the_list_for_the_studio_names_the_lender(answer):
    status, told, _ = answer("phrases", LENDER="晨光消费金融", LENDER_EN="Dawn Finance")
    lines = told.splitlines()
    assert (status, lines[0]) == (0, "zh/welcome.wav\t您好，这里是晨光消费金融的还款困难协商专线。")
    assert "en/welcome.wav\tHello, this is the line of Dawn Finance for trouble with payments." in lines
    assert len(lines) == sum(len(phrases(language, "x")) for language in LANGUAGES)


def test_it_does_not_start_without_a_voice_an_address_or_peers(answer, tmp_path):
    there = {"SIP_BIND": (HOST, 5060), "SIP_PEERS": (ip_network(HOST),)}
    says = "docs/answering.md says what to write."
    assert answer() == (2, "", f"forbear: FORBEAR_SIP_BIND is not set; {says}\n")
    assert answer(SIP_BIND=(HOST, 5060)) == (2, "", f"forbear: FORBEAR_SIP_PEERS is not set; {says}\n")
    lists = "`forbear answer phrases` lists every file with its text."
    assert answer(**there) == (2, "", f"forbear: FORBEAR_VOICE is not set; {lists}\n")
    status, _, said = answer(**there, VOICE=str(tmp_path), DEV=True)
    assert status == 2 and said.startswith("  zh/welcome.wav: missing\n")
    assert said.endswith(f"forbear: FORBEAR_VOICE is {tmp_path}, where these sounds are wrong; {lists}\n")
