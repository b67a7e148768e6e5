"""What the rules commands are asked about: a rulebook directory and a policy; what cannot be answered is AtFault."""

from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from forbear.adapters.rulebook import RulebookAtFault, UnknownLayer, layers_of, load_layers, shipped
from forbear.core.rules import Rulebook

POLICY = "cn/consumer-finance/example"


class AtFault(ValueError):
    """What was asked cannot be answered; `lines` says why, one line a fault."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def root_of(directory: Path | None, name: str) -> Traversable:
    """The directory given, or the rulebook shipped with the product."""
    if directory is None:
        return shipped()
    if not directory.is_dir():
        raise AtFault(f"{name}: {directory} is not a directory")
    return directory


def policy_of(root: Traversable, policy: str, name: str) -> Rulebook:
    """The rulebook of country, country/sector or country/sector/lender."""
    country, sector, lender, *more = [*policy.split("/"), "", ""][: max(3, policy.count("/") + 1)]
    if more:
        raise AtFault(f"{name}: {policy} has too many parts; write country/sector/lender, such as {POLICY}")
    try:
        return load_layers(root, layers_of(root, country, sector, lender or None), date.max)
    except UnknownLayer as error:
        raise AtFault(f"{name}: {error}") from error
    except RulebookAtFault as error:
        raise AtFault(*map(str, error.faults)) from error


def currency_of(rules: Rulebook) -> str:
    """The money a rulebook counts in; nothing where it does not say."""
    held = rules.stack("currency")
    return str(held[-1].value) if held else ""
