"""The calls of the API, declared once for both clients."""

from mfa_client.calls.account import AccountCalls
from mfa_client.calls.actions import ActionCalls
from mfa_client.calls.enrolment import EnrolmentCalls
from mfa_client.calls.login import LoginCalls
from mfa_client.calls.passwords import PasswordCalls


class Calls(LoginCalls, ActionCalls, EnrolmentCalls, AccountCalls, PasswordCalls):
    """Every call of the API for clients."""
