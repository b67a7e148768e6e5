"""A language model behind an OpenAI-compatible address: one question, one answer, within time and size, or none.

No redirect is followed, so that nothing goes where it was not meant to go; whatever goes wrong is simply no draft.
"""

import json
import logging
import threading
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import Request, build_opener

from forbear.adapters.no_redirect import NoRedirect

ANSWER_BYTES_MAX = 200_000
log = logging.getLogger(__name__)


class OpenAiModel:
    """The LanguageModel port. `url`: the address before /chat/completions, such as http://127.0.0.1:8080/v1."""

    def __init__(self, url: str, key: str, model: str, seconds: float = 20) -> None:
        self._url, self._key, self._model, self._seconds = url.rstrip("/"), key, model, seconds
        self._opener = build_opener(NoRedirect())

    @property
    def there(self) -> bool:
        return True

    def answer(self, task: str, text: str) -> str | None:
        """The model's words, or None; a server that drips is left when the time is over."""
        found: list[str | None] = []
        asking = threading.Thread(target=lambda: found.append(self._ask(task, text)), daemon=True)
        asking.start()
        asking.join(self._seconds)
        return found[0] if found else None

    def _ask(self, task: str, text: str) -> str | None:
        messages = [{"role": "system", "content": task}, {"role": "user", "content": text}]
        body = json.dumps({"model": self._model, "messages": messages, "temperature": 0, "max_tokens": 2000})
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = Request(f"{self._url}/chat/completions", body.encode(), headers)  # noqa: S310 (environment.model)
        try:
            with self._opener.open(request, timeout=self._seconds) as response:
                data = response.read(ANSWER_BYTES_MAX + 1)
            content = json.loads(data)["choices"][0]["message"]["content"] if len(data) <= ANSWER_BYTES_MAX else None
        except (URLError, OSError, HTTPException, ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
            log.warning("no draft: %s", type(error).__name__)
            return None
        return content if isinstance(content, str) else None
