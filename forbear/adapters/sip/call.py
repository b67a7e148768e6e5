"""One live call: its port, what it says and hears, and how a step of the conversation becomes sound and keys.

Everything here runs on the event loop; places and times are counted in frames of 20 milliseconds since the answer, so
that what she said and what we said stand beside each other in the recording as they were spoken.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Iterator
from datetime import datetime

from forbear.adapters.sip.answering import Ask, Conversation, Heard, Listen, Said, Settle, Step
from forbear.adapters.sip.dialogs import Dialog
from forbear.adapters.sip.g711 import ALAW_TO_ULAW, FRAME, SILENCE, is_loud
from forbear.adapters.sip.message import Address
from forbear.adapters.sip.recording import Recording
from forbear.adapters.sip.rtp import Hearing, Speaking
from forbear.adapters.sip.sdp import PCMU, Media
from forbear.adapters.sip.voice import Sounds

FRAMES_A_SECOND = 50
BETWEEN_KEYS_SECONDS = 6
LOUD_LEAST = 10
"""Frames with a voice in them, a fifth of a second, from which somebody spoke."""
AT_ONCE = 64
DATAGRAM_MOST = 2048


class Call:
    """`media` as agreed; `frames` counts what was sent since the answer."""

    def __init__(self, dialog: Dialog, port: socket.socket, conversation: Conversation, sounds: Sounds) -> None:
        media = dialog.media
        assert media is not None, "a call begins when its media are agreed"
        self.dialog, self.socket, self.conversation, self._sounds = dialog, port, conversation, sounds
        self.hearing, self.recording = Hearing(media), Recording(media.codec)
        self.speaking = Speaking(*_start(dialog))
        self.frames, self.heard_at = 0, 0
        self.gone = False
        self.over_at: datetime | None = None
        self._said: deque[bytes] = deque()
        self._at = 0
        self._pressed: deque[str] = deque()
        self._news = asyncio.Event()
        self._recorded = False
        self._loud, self._loud_at = 0, 0

    # ---- the line --------------------------------------------------------------------------------------------------

    @property
    def media(self) -> Media:
        return self.hearing.media

    def readable(self) -> None:
        """Take what waits at the port."""
        for _ in range(AT_ONCE):
            try:
                data, source = self.socket.recvfrom(DATAGRAM_MOST)
            except OSError:
                return
            self.take(data, (source[0], source[1]))

    def take(self, data: bytes, source: Address) -> None:
        """Take a datagram: sound, a key, or nothing of this call's."""
        heard = self.hearing.take(data, source)
        if heard is None:
            return
        self.heard_at = self.frames
        if heard.key:
            self.press(heard.key)
            return
        self.recording.hear(heard.sound, heard.place, self.frames * FRAME)
        if is_loud(heard.sound, self.media.codec):
            self._loud, self._loud_at = self._loud + 1, self.frames

    def press(self, key: str) -> None:
        """A key was pressed, however it came."""
        self._pressed.append(key)
        self._news.set()

    def end(self, at: datetime) -> None:
        """The call is over; whoever waits for it is woken."""
        if not self.gone:
            self.gone, self.over_at = True, at
            self._hush()
        self._news.set()

    def send(self) -> None:
        """The next 20 milliseconds."""
        sound = self._next_frame()
        self.frames += 1
        if not self.media.hears:
            return
        payload = sound.translate(ALAW_TO_ULAW) if self.media.codec == PCMU else sound
        data = self.speaking.packet(payload, self.media.codec)
        try:
            self.socket.sendto(data, self.hearing.latched or self.media.to)
            self.hearing.counts.sent += 1
        except OSError:
            return  # the line is full or away; the next packet says so again

    def _next_frame(self) -> bytes:
        if not self._said:
            return _SILENT
        sound = self._said[0]
        frame = sound[self._at : self._at + FRAME]
        self._at += FRAME
        if self._at >= len(sound):
            self._said.popleft()
            self._at = 0
            if not self._said:
                self._news.set()
        return frame if len(frame) == FRAME else frame.ljust(FRAME, SILENCE[8])

    # ---- the steps -------------------------------------------------------------------------------------------------

    async def perform(self, step: Step) -> Heard:
        """Do a step; returns what was heard meanwhile, at once when the caller is gone."""
        loud = self._loud
        if isinstance(step, Settle):
            self._recorded = step.recorded
            if step.recorded:
                self.recording.start(self.frames * FRAME)
            return Heard()
        if isinstance(step, Listen):
            return await self._listen(step, loud)
        if self._recorded and step.secret:
            self.recording.pause()
        elif self._recorded and not self.recording.is_on:
            self.recording.go_on(self.frames * FRAME)
        keys, ended = await self._ask(step)
        return Heard(keys=keys, ended=ended, spoke=self._loud - loud >= LOUD_LEAST)

    async def _ask(self, step: Ask) -> tuple[str, bool]:
        self._pressed.clear()
        self._speak(step.said)
        keys, until = "", 0
        while not self.gone:
            while self._pressed:
                key = self._pressed.popleft()
                if not step.most:
                    continue
                if key == "#" and (step.most > 1 or "#" in step.only):
                    self._hush()
                    return keys, True
                if key in step.only and key != "#":
                    self._hush()
                    keys, until = (keys + key)[: step.most], self.frames + BETWEEN_KEYS_SECONDS * FRAMES_A_SECOND
                if keys and step.most == 1:
                    return keys, False
            if not self._said:
                until = until or self.frames + step.seconds * FRAMES_A_SECOND
                if self.frames >= until:
                    break
            await self._wait(until)
        return keys, False

    async def _listen(self, step: Listen, loud: int) -> Heard:
        self._pressed.clear()
        begun = self._loud_at = self.frames
        until, ended = begun + step.seconds * FRAMES_A_SECOND, False
        while not self.gone and not ended:
            ended = "#" in self._pressed
            self._pressed.clear()
            still = self._loud_at + step.quiet * FRAMES_A_SECOND
            if self.frames >= min(until, still):
                break
            if not ended:
                await self._wait(min(until, still))
        spoke = self._loud - loud >= LOUD_LEAST
        return Heard(ended=ended, spoke=spoke, seconds=-(-(self.frames - begun) // FRAMES_A_SECOND))

    async def _wait(self, until: int) -> None:
        """Until something happens, or until a frame; 0: as long as it takes to say what is being said. Whoever waits
        has taken every key there was.
        """
        self._news.clear()
        seconds = (until - self.frames) / FRAMES_A_SECOND if until else None
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return

    def _speak(self, said: Said) -> None:
        for phrase in said:
            sound = self._sounds[phrase]
            self._said.append(sound)
        self._note_said()

    def _note_said(self) -> None:
        """Lay what is about to be said beside what she says, in the call's own codec."""
        at = self.frames * FRAME
        for sound in self._said:
            self.recording.say(sound.translate(ALAW_TO_ULAW) if self.media.codec == PCMU else sound, at)
            at += -(-len(sound) // FRAME) * FRAME

    def _hush(self) -> None:
        """Stop in the middle of it."""
        self._said.clear()
        self._at = 0
        self.recording.hush(self.frames * FRAME)

    def recorded(self) -> Iterator[bytes]:
        """The recording so far, as a WAV file."""
        return self.recording.wav(self.frames * FRAME)


_SILENT = SILENCE[8] * FRAME


def _start(dialog: Dialog) -> tuple[int, int, int]:
    """Source, first sequence number and first timestamp: of our tag, which nobody can guess."""
    mixed = int.from_bytes(dialog.key[2].encode()[-10:], "big")
    return mixed & 0xFFFFFFFF, (mixed >> 32) & 0x7FFF, (mixed >> 40) & 0xFFFFFFFF
