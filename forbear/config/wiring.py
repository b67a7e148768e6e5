"""Builds the desk: every port of forbear.actions.ports with the adapter this installation uses."""

from functools import cache
from typing import Any


@cache
def desk() -> Any:
    """The one bundle handed to every action."""
    return None
