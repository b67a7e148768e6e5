"""A lender's system at the machine door, and the desk's own fixtures for the cases behind it."""

import json
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from forbear.core.api_keys import read_key
from tests.web.desk.conftest import desk, she

__all__ = ["core", "desk", "she"]
KEY = "a key that only the core system knows"


class Core:
    """Sends JSON under a key."""

    def __init__(self, key: str = KEY) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {key}"} if key else {})

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        text = body if isinstance(body, str) else json.dumps(body)
        answer = self.client.post(path, text, content_type="application/json")
        return answer.status_code, answer.json()

    def get(self, path: str) -> tuple[int, Any]:
        answer = self.client.get(path)
        return answer.status_code, answer.json()

    def patch(self, path: str, body: Any) -> tuple[int, Any]:
        answer = self.client.patch(path, json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    def delete(self, path: str) -> int:
        return self.client.delete(path).status_code


@pytest.fixture
def core(settings: Any) -> Core:
    """The core system with a known key."""
    settings.API_KEYS = [read_key(sha256(KEY.encode()).hexdigest())]
    return Core()
