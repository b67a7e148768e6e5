"""For requests that other systems are sent: they go to the address that was set, and nowhere else."""

from typing import Any
from urllib.request import HTTPRedirectHandler


class NoRedirect(HTTPRedirectHandler):
    """A redirect is an answer like another: following it would show what is sent to a host that nobody chose."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None
