"""The holes in the wall that the channels of room 1, contact, need: what lies behind them is an adapter or the store.

Part of forbear/actions/ports.py, which names them all.
"""

from typing import Protocol

# ---- conversation: drafts, canned replies, search --------------------------------------------------------------


# ---- limits on contact -----------------------------------------------------------------------------------------


# ---- mail ------------------------------------------------------------------------------------------------------


# ---- text messages ---------------------------------------------------------------------------------------------


# ---- chat and bot ----------------------------------------------------------------------------------------------


class LanguageModel(Protocol):
    @property
    def there(self) -> bool:
        """Whether there is one at all; nothing of it shows where there is none."""

    def answer(self, task: str, text: str) -> str | None:
        """A model's words to a text without anybody's names and numbers (core/masking.py); None for whatever reason."""


class NoModel:
    """Where no model is set up."""

    there = False

    def answer(self, task: str, text: str) -> str | None:
        return None


# ---- telephone -------------------------------------------------------------------------------------------------


# ---- webhooks --------------------------------------------------------------------------------------------------
