"""Real calls on loopback: the endpoint in a thread of its own, and sipp and baresip as the telephones that call it.

A caller's stream, sound and keys as RFC 4733 has them, is written as a packet capture that sipp plays; baresip speaks a
WAV file and presses keys through its console.
"""

import array
import asyncio
import math
import random
import shutil
import socket
import struct
import subprocess
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_network
from pathlib import Path

import numpy
import pytest

from forbear.actions.ports import Desk
from forbear.adapters.sip.endpoint import Endpoint, Line
from forbear.adapters.sip.g711 import FRAME, alaw_of, linear
from forbear.adapters.sip.voice import tones
from tests.servers import wait_until

HOST = "127.0.0.1"
SIPP, BARESIP = shutil.which("sipp"), shutil.which("baresip")
NO_SIPP, NO_BARESIP = "sipp is not installed (Debian: sip-tester)", "baresip is not installed (Debian: baresip-core)"
LENDERS = {"zh": "示例", "en": "Example"}
TONE_SECONDS = 0.04
KEYS = "0123456789*#"
KEY_FRAMES = 5


def free_udp_port() -> int:
    """A port that nobody has just now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((HOST, 0))
        return free.getsockname()[1]


@contextmanager
def answering(desk: Desk, calls_most: int = 50, ports: tuple[int, int] = (26_384, 26_983)) -> Iterator[Endpoint]:
    """The endpoint at work; when it is left, or its `stop` is called, all calls are ended and filed."""
    line = Line(ours=(HOST, free_udp_port()), peers=(ip_network(HOST),), ports=ports, calls_most=calls_most)
    endpoint = Endpoint(desk, tones(("zh", "en"), LENDERS, TONE_SECONDS), line)
    ready = threading.Event()

    async def run() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        endpoint.stop = partial(loop.call_soon_threadsafe, stop.set)  # type: ignore[attr-defined]
        await endpoint.run(stop, ready.set)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert ready.wait(20), "the endpoint did not begin"
    try:
        yield endpoint
    finally:
        if thread.is_alive():
            endpoint.stop()  # type: ignore[attr-defined]
        thread.join(30)
        assert not thread.is_alive(), "the endpoint did not end"


def speech(seconds: float, seed: int = 1) -> list[int]:
    """Samples like speech: syllables of changing pitch, no two places alike."""
    chance, samples = random.Random(seed), []
    while len(samples) < seconds * 8000:
        pitch, length, height = chance.uniform(90, 900), chance.randrange(600, 1800), chance.uniform(3000, 12_000)
        for n in range(length):
            swell = math.sin(math.pi * n / length)
            samples.append(int(height * swell * math.sin(2 * math.pi * pitch * n / 8000 + 3 * swell)))
    return samples[: int(seconds * 8000)]


def write_wav(file: Path, samples: list[int]) -> Path:
    """Samples as a WAV file of one channel."""
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(array.array("h", samples).tobytes())
    return file


def correlation(kept: bytes, played: list[int], codec: int = 8) -> float:
    """How much what was played is found again in what was kept, at the place where it fits best: 1 is all of it."""
    heard, source = numpy.array(linear(kept, codec), float), numpy.array(played, float)
    size = 1 << (len(heard) + len(source)).bit_length()
    found = numpy.fft.irfft(numpy.fft.rfft(heard, size) * numpy.conj(numpy.fft.rfft(source, size)), size)
    place = int(numpy.argmax(found[: max(1, len(heard) - len(source) + 1)]))
    return float(numpy.corrcoef(heard[place : place + len(source)], source)[0, 1])


def channels(wav: bytes) -> tuple[bytes, bytes]:
    """What she said and what we said, of a recording."""
    sound = wav[wav.index(b"data") + 8 :]
    return sound[0::2], sound[1::2]


# ---- sipp ------------------------------------------------------------------------------------------------------


def capture(file: Path, sound: bytes, keys: dict[int, str]) -> int:
    """A packet capture of a caller's stream: A-law `sound`, and `keys` pressed at frames; returns how many packets."""
    packets: list[tuple[int, bytes]] = []
    head = partial(struct.pack, "!BBHII")
    for frame in range(len(sound) // FRAME):
        begun = next((at for at in keys if at <= frame < at + KEY_FRAMES), None)
        if begun is None:
            payload, kind, stamp, times = sound[frame * FRAME : (frame + 1) * FRAME], 8, FRAME * frame, 1
        else:
            ends = frame == begun + KEY_FRAMES - 1
            event = KEYS.index(keys[begun])
            payload = struct.pack("!BBH", event, 0x8A if ends else 0x0A, FRAME * (frame - begun + 1))
            kind, stamp, times = 101, FRAME * begun, 3 if ends else 1
        for _ in range(times):
            packets.append((frame, head(0x80, kind, len(packets), 4000 + stamp, 0xABCD) + payload))
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
    for frame, data in packets:
        udp = struct.pack("!HHHH", 6000, 6000, 8 + len(data), 0) + data
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1") + udp
        size = 14 + len(ip)
        out += struct.pack("<IIII", frame // 50, frame % 50 * 20_000, size, size) + bytes(12) + b"\x08\0" + ip
    file.write_bytes(out)
    return len(packets)


SCENARIO = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller"><send retrans="500"><![CDATA[
INVITE sip:100@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:13800138000@[local_ip]:[local_port]>;tag=[pid]t[call_number]
To: <sip:100@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:caller@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=caller 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
]]></send><recv response="200" rrs="true"/><send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:13800138000@[local_ip]:[local_port]>;tag=[pid]t[call_number]
[last_To:]
[last_Call-ID:]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>{plays}<recv request="BYE"/><send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send></scenario>
"""


@contextmanager
def sipp_calls(
    folder: Path, endpoint: Endpoint, calls: int, played: Path | None = None
) -> Iterator[Callable[[], None]]:
    """Calls placed at once, each until the endpoint hangs up; what is given waits for their end."""
    if SIPP is None:
        pytest.skip(NO_SIPP)
    plays = f'<nop><action><exec play_pcap_audio="{played}"/></action></nop>' if played else ""
    (folder / "caller.xml").write_text(SCENARIO.replace("{plays}", plays))
    command = [SIPP, "-sf", "caller.xml", "-m", str(calls), "-l", str(calls), "-r", str(calls), "-rp", "400"]
    command += ["-i", HOST, "-mi", HOST, "-p", str(free_udp_port()), "-nostdin", "-timeout", "60", "-timeout_error"]
    command += ["-trace_err", "-mp", "30000"]
    with open(folder / "sipp.log", "wb") as log:
        caller = subprocess.Popen([*command, f"{HOST}:{endpoint.line.ours[1]}"], cwd=folder, stdout=log, stderr=log)

    def ended() -> None:
        assert caller.wait(70) == 0, "".join(file.read_text() for file in folder.glob("*errors.log"))

    try:
        yield ended
    finally:
        if caller.poll() is None:
            caller.kill()
            caller.wait()


# ---- baresip ---------------------------------------------------------------------------------------------------

CONFIG = """sip_listen {host}:{sip}
audio_player aubridge,none
audio_alert aubridge,none
audio_source aufile,{folder}/speech.wav
audio_level no
net_interface {host}
rtp_ports 32000-32100
module_path {modules}
module cons.so
module g711.so
module aufile.so
module aubridge.so
module_tmp account.so
module_app menu.so
cons_listen {host}:{console}
"""


class Telephone:
    """baresip: dials, speaks, presses keys, hangs up."""

    def __init__(self, folder: Path, samples: list[int]) -> None:
        if BARESIP is None:
            pytest.skip(NO_BARESIP)
        modules = next(path for path in Path("/usr/lib").glob("**/baresip/modules") if path.is_dir())
        console = free_udp_port()
        write_wav(folder / "speech.wav", samples)
        said = CONFIG.format(host=HOST, sip=free_udp_port(), folder=folder, modules=modules, console=console)
        (folder / "config").write_text(said)
        (folder / "accounts").write_text(f"<sip:13800138000@{HOST}>;regint=0;audio_codecs=PCMA/8000/1\n")
        (folder / "contacts").write_text("")
        with open(folder / "baresip.log", "wb") as log:
            command = [BARESIP, "-f", str(folder)]
            self._telephone = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._console: socket.socket | None = None
        self._at = console
        wait_until(self._connected, 20, "the console of baresip")

    def _connected(self) -> bool:
        assert self._telephone.poll() is None, "baresip ended"
        try:
            self._console = socket.create_connection((HOST, self._at), timeout=5)
        except OSError:
            return False
        return True

    def do(self, command: str) -> None:
        """A command of its menu, or a key."""
        assert self._console is not None
        self._console.sendall(command.encode())

    def press(self, keys: str, taken: Callable[[], int]) -> None:
        """Keys one after the other, each when the one before has been `taken`."""
        for key in keys:
            before = taken()
            self.do(key)
            wait_until(lambda before=before: taken() > before, 10, f"the key {key}")

    def close(self) -> None:
        """End it."""
        if self._console is not None:
            self._console.close()
        self._telephone.kill()
        self._telephone.wait()


def sound_of(*parts: list[int]) -> bytes:
    """Samples as A-law, one part after the other."""
    return b"".join(map(alaw_of, parts))
