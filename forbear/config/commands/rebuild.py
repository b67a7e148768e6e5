"""Make the tables that pages read anew from the record.

Nothing is lost by it and nothing new is said: the record is the truth, these tables only its fair copy. Writers wait.
"""

import argparse

from forbear.config.cli import open_house


def add(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(arguments: argparse.Namespace) -> int:
    open_house()
    from forbear.config.wiring import desk
    from forbear.store.ledger import DjangoLedger

    ledger = desk().ledger
    assert isinstance(ledger, DjangoLedger), "only a database has tables to make anew"
    print(f"{ledger.rebuild()} cases made anew from {ledger.size()} events")
    return 0
