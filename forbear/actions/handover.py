"""A customer signed in with the lender's app or site is handed over: who she is was proved there, and is taken once."""

from forbear.actions.contact import Proved
from forbear.actions.ports import Desk
from forbear.core.handover import read_token
from forbear.core.refusal import Refusal


def take_over(desk: Desk, token: str) -> Proved | Refusal:
    """The person whom a hand-over token names. A token that is not for us, out of date, of an unknown contract or taken
    before opens nothing; the refusal's rule says which, its words do not.
    """
    now = desk.clock.now()
    claims = read_token(token.strip(), desk.handover_secrets, desk.address, now)
    if isinstance(claims, Refusal):
        return claims
    held = desk.loans.find(claims.contract)
    if held is None:
        return _no("contract")
    if not desk.handovers.use(claims.once, claims.until, now):
        return _no("taken")
    return Proved(held.borrower_id, held.loan_id)


def _no(why: str) -> Refusal:
    return Refusal(f"handover.{why}", "chat.refusal.handover", "chat.way_on.prove")
