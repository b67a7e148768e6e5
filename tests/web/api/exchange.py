"""A telephone exchange that signs as docs/telephone.md says, written from that page and not from the product's code."""

import base64
import hashlib
import hmac
import json
import struct
from datetime import datetime
from itertools import count
from typing import Any

from django.test import Client

SECRET_BYTES = b"thirty-two bytes of an exchange."
SECRET = "whsec_" + base64.b64encode(SECRET_BYTES).decode()


def wav(seconds: int = 1, sign: int = 0) -> bytes:
    """A sound of 8,000 samples a second, 8 bits each."""
    data = bytes((sign + i) % 256 for i in range(8000 * seconds))
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    body = b"WAVE" + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


class Exchange:
    """Tells of calls at a time of its own clock."""

    def __init__(self, clock: Any, key: bytes = SECRET_BYTES) -> None:
        self.client = Client()
        self.clock = clock
        self.key = key
        self.numbers = count(1)

    def signed(self, body: bytes, *, id: str = "", at: datetime | None = None) -> dict[str, str]:
        id, when = id or f"hook-{next(self.numbers)}", str(int((at or self.clock.now()).timestamp()))
        made = hmac.new(self.key, f"{id}.{when}.".encode() + body, hashlib.sha256).digest()
        return {
            "webhook-id": id,
            "webhook-timestamp": when,
            "webhook-signature": f"v1,{base64.b64encode(made).decode()}",
        }

    def tells(self, *, id: str = "", at: datetime | None = None, **fields: Any) -> tuple[int, Any]:
        """One event as JSON."""
        return self.sends(json.dumps(fields).encode(), id=id, at=at)

    def sends(self, body: bytes, *, kind: str = "application/json", **signing: Any) -> tuple[int, Any]:
        headers = self.signed(body, **signing)
        answer = self.client.post("/api/telephone/events", body, content_type=kind, headers=headers)
        return answer.status_code, answer.json()

    def records(self, call: str, sound: bytes, *, named: bytes | None = None, id: str = "") -> tuple[int, Any]:
        """The recording of a call; `named`: the bytes its digest is made of, where they are others."""
        named_as = self.digest(sound if named is None else named)
        headers = {**self.signed(f"{call}\n{named_as}".encode(), id=id), "Content-Digest": named_as}
        answer = self.client.put(f"/api/telephone/recordings/{call}", sound, content_type="audio/wav", headers=headers)
        return answer.status_code, answer.json()

    @staticmethod
    def digest(sound: bytes) -> str:
        """Content-Digest of a recording."""
        return f"sha-256=:{base64.b64encode(hashlib.sha256(sound).digest()).decode()}:"

    def whole(self, call: str, number: str, *, recorded: bool = True, user: str = "101") -> None:
        """A call that rang, was answered and ended."""
        self.tells(event="newCall", callId=call, direction="in", **{"from": number}, user=[user], recorded=recorded)
        self.tells(event="answer", callId=call, user=[user])
        self.tells(event="hangup", callId=call, cause="normalClearing")
