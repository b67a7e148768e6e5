"""A short message center on loopback, written by hand after SMPP 3.4, so that it shares no code with our side."""

import socket
import struct
import threading
from contextlib import suppress
from queue import SimpleQueue

BIND_TRX, UNBIND, SUBMIT, DELIVER, ENQUIRE = 0x09, 0x06, 0x04, 0x05, 0x15
RESP = 0x80000000


class Center:
    """`submitted`: the messages that came, as dicts; `statuses`: what to answer the next ones with (0 after that)."""

    def __init__(self, password="secret"):
        self.password, self.statuses, self.submitted = password, [], []
        self.answers, self.bound, self.lines = SimpleQueue(), SimpleQueue(), []
        self.enquired, self._next, self._made = SimpleQueue(), 1000, 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.drop()
        self._thread.join()

    def drop(self):
        """Every line is cut, without a word; not those that are bound again meanwhile."""
        cut, self.lines = self.lines, []
        for line in cut:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def deliver(self, words, *, source="8619900001234", esm=0, coding=0, tlvs=b"", ton=1):
        """A text or receipt to the other side; what it answers comes on `answers` as (sequence, status)."""
        body = b"\x00" + bytes((ton, 1)) + source.encode() + b"\x00" + b"\x00\x00" + b"1069\x00"
        body += bytes((esm, 0, 0)) + b"\x00\x00" + bytes((0, 0, coding, 0, len(words))) + words + tlvs
        self._next += 1
        self._write(self.lines[-1], DELIVER, 0, self._next, body)
        return self._next

    def enquire(self):
        self._next += 1
        self._write(self.lines[-1], ENQUIRE, 0, self._next, b"")

    def send_raw(self, data):
        self.lines[-1].sendall(data)

    # ---- the inside --------------------------------------------------------------------------------------------

    def _accept(self):
        while True:
            try:
                line, _ = self._listening.accept()
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line):
        try:
            while head := line.recv(16, socket.MSG_WAITALL):
                length, command, status, sequence = struct.unpack(">LLLL", head)
                body = line.recv(length - 16, socket.MSG_WAITALL) if length > 16 else b""
                self._take(line, command, status, sequence, body)
        except OSError:
            pass

    def _take(self, line, command, status, sequence, body):
        if command == BIND_TRX:
            password = body.split(b"\x00")[1].decode()
            good = password == self.password
            if good:
                self.lines.append(line)
            self._write(line, BIND_TRX | RESP, 0 if good else 0x0E, sequence, b"center\x00")
            if good:
                self.bound.put(body)
        elif command == SUBMIT:
            state = self.statuses.pop(0) if self.statuses else 0
            self.submitted.append(submitted(body))
            self._made += 1
            self._write(
                line, SUBMIT | RESP, state, sequence, b"" if state else f"{0xAB0 + self._made:X}".encode() + b"\0"
            )
        elif command in (ENQUIRE, UNBIND):
            self._write(line, command | RESP, 0, sequence, b"")
        elif command == DELIVER | RESP:
            self.answers.put((sequence, status))
        elif command == ENQUIRE | RESP:
            self.enquired.put(sequence)

    def _write(self, line, command, status, sequence, body):
        line.sendall(struct.pack(">LLLL", len(body) + 16, command, status, sequence) + body)


def submitted(body):
    """The fields of a submit_sm that matter here."""
    _, rest = body.split(b"\x00", 1)
    source_ton, source_npi, rest = rest[0], rest[1], rest[2:]
    source, rest = rest.split(b"\x00", 1)
    ton, npi, rest = rest[0], rest[1], rest[2:]
    to, rest = rest.split(b"\x00", 1)
    esm, rest = rest[0], rest[3:]
    _, _, rest = rest.split(b"\x00", 2)
    registered, _, coding, _, length = rest[:5]
    words, tlvs = rest[5 : 5 + length], rest[5 + length :]
    found = {}
    while tlvs:
        tag, size = struct.unpack(">HH", tlvs[:4])
        found[tag], tlvs = tlvs[4 : 4 + size], tlvs[4 + size :]
    return {
        "source": (source_ton, source_npi, source.decode()),
        "to": (ton, npi, to.decode()),
        "esm": esm,
        "registered": registered,
        "coding": coding,
        "words": words,
        "tlvs": found,
    }
