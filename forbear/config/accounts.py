"""How staff accounts behave: nobody signs up, an administrator adds people with `forbear staff add`."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAccounts(DefaultAccountAdapter):
    """allauth's account rules, closed to the public."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
