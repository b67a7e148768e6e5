"""The voices: every sentence has a sound, a wrong one is named, and without them nothing speaks to people."""

import subprocess
import sys
from pathlib import Path

import pytest

from forbear.adapters.sip.g711 import linear
from forbear.adapters.sip.voice import BEEP, phrases, read_voice, tones
from tests.answering.line import HOST, LENDERS, free_udp_port, write_wav
from tests.house.tree import ROOT

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


def answer(home: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    env = {"PATH": "/usr/bin", "PYTHONPATH": str(ROOT), "FORBEAR_HOME": str(home), **settings}
    command = [sys.executable, "-m", "forbear", "answer", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_the_list_for_the_studio_names_the_lender(tmp_path):
    told = answer(
        tmp_path, "phrases", FORBEAR_LENDER="晨光消费金融", FORBEAR_LENDER_EN="Dawn Finance"
    ).stdout.splitlines()
    assert told[0] == "zh/welcome.wav\t您好，这里是晨光消费金融的还款困难协商专线。"
    assert "en/welcome.wav\tHello, this is the line of Dawn Finance for trouble with payments." in told
    assert len(told) == sum(len(phrases(language, "x")) for language in LANGUAGES)


def test_it_does_not_start_without_a_voice_an_address_or_peers(tmp_path):
    bind = {"FORBEAR_SIP_BIND": f"{HOST}:{free_udp_port()}"}
    nowhere = answer(tmp_path)
    assert (nowhere.returncode, nowhere.stderr) == (
        2, "forbear: FORBEAR_SIP_BIND is not set; docs/answering.md says what to write.\n"
    )  # fmt: skip
    assert "FORBEAR_SIP_PEERS is not set" in answer(tmp_path, **bind).stderr
    mute = answer(tmp_path, **bind, FORBEAR_SIP_PEERS=HOST)
    assert mute.returncode == 2 and "FORBEAR_VOICE is not set" in mute.stderr
    empty = answer(tmp_path, **bind, FORBEAR_SIP_PEERS=HOST, FORBEAR_VOICE=str(tmp_path), FORBEAR_DEV="1")
    assert empty.returncode == 2 and "zh/welcome.wav: missing" in empty.stderr and "more" in empty.stderr
