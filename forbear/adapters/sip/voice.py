"""The voice of the answering endpoint: a WAV file for every phrase, as the lender had them read aloud.

FORBEAR_VOICE holds a directory for each language, `zh/welcome.wav` and so on: 8,000 samples a second, one channel, 16
bits, what every studio and speech program writes. Tones stand in for them where a desk is only being tried.
"""

import math
import wave
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from forbear.adapters.sip import spoken
from forbear.adapters.sip.answering import BEEP
from forbear.adapters.sip.g711 import RATE, alaw_of, samples_of
from forbear.words import catalogue, say

SECONDS_MOST = 60
TONE_SECONDS = 0.2
BEEP_HERTZ, BEEP_SECONDS = 1000, 0.3
PHRASE = "answering.phrase."

Sounds = Mapping[tuple[str, str], bytes]
"""(language, phrase) → A-law bytes."""


def phrases(language: str, lender: str) -> dict[str, str]:
    """Every phrase there must be, with what is to be read aloud."""
    sentences = [key.removeprefix(PHRASE) for key in catalogue(language) if key.startswith(PHRASE)]
    return {name: say(language, f"answering.phrase.{name}", lender=lender) for name in sentences} | spoken.needed(
        language
    )


def read_voice(folder: Path, languages: Sequence[str], lenders: Mapping[str, str]) -> tuple[Sounds, list[str]]:
    """The sounds of a directory, and what is wrong with it: a line for every file that is missing or unfit."""
    sounds, faults = dict(_beep()), []
    for language in languages:
        for name in phrases(language, lenders[language]):
            file = folder / language / f"{name}.wav"
            found = _read(file)
            if isinstance(found, bytes):
                sounds[language, name] = found
            else:
                faults.append(f"{language}/{file.name}: {found}")
    return sounds, faults


def tones(languages: Sequence[str], lenders: Mapping[str, str], seconds: float = TONE_SECONDS) -> Sounds:
    """A tone of its own for every phrase: to try the endpoint, never to speak to people."""
    made = dict(_beep())
    for language in languages:
        for name in phrases(language, lenders[language]):
            pitch = 300 + int.from_bytes(sha256(f"{language}/{name}".encode()).digest()[:2], "big") % 2000
            made[language, name] = alaw_of(list(_tone(pitch, seconds)))
    return made


def _beep() -> Iterator[tuple[tuple[str, str], bytes]]:
    yield ("", BEEP), alaw_of(list(_tone(BEEP_HERTZ, BEEP_SECONDS)))


def _tone(hertz: int, seconds: float) -> Iterator[int]:
    for number in range(int(RATE * seconds)):
        yield int(8000 * math.sin(2 * math.pi * hertz * number / RATE))


def _read(file: Path) -> bytes | str:
    """The file as A-law, or what is wrong with it."""
    try:
        with wave.open(str(file), "rb") as sound:
            if (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) != (1, RATE, 2):
                shape = f"{sound.getnchannels()} channels, {sound.getframerate()} Hz, {8 * sound.getsampwidth()} bits"
                return f"{shape}; write one channel, {RATE} Hz, 16 bits"
            if not 0 < sound.getnframes() <= SECONDS_MOST * RATE:
                return f"{sound.getnframes() // RATE} seconds long; 1 to {SECONDS_MOST} are right"
            return alaw_of(samples_of(sound.readframes(sound.getnframes())))
    except FileNotFoundError:
        return "missing"
    except (wave.Error, EOFError, OSError) as error:
        return f"no WAV file that can be read ({error}); write one channel, {RATE} Hz, 16 bits"
