"""Client of the serverless second factor: logins, actions and self-service.

`Client` and `AsyncClient` have the same calls.. The answers are in
`mfa_client.answers`, and `mfa_client.errors` shows every error as one tree.
"""

from mfa_client.answers import (
    Action,
    Approved,
    Authenticated,
    Challenge,
    EnrolmentRequired,
    LoginAnswer,
    Me,
    MfaRequired,
    OpenedAction,
    PasswordResetReady,
    Phone,
    PhoneChallenge,
    Redemption,
)
from mfa_client.client import AsyncClient, Client
from mfa_client.errors import MfaClientError, NoAnswer, Refusal, TokenRejected, UnexpectedAnswer
from mfa_client.version import __version__

__all__ = [
    "Action",
    "Approved",
    "AsyncClient",
    "Authenticated",
    "Challenge",
    "Client",
    "EnrolmentRequired",
    "LoginAnswer",
    "Me",
    "MfaClientError",
    "MfaRequired",
    "NoAnswer",
    "OpenedAction",
    "PasswordResetReady",
    "Phone",
    "PhoneChallenge",
    "Redemption",
    "Refusal",
    "TokenRejected",
    "UnexpectedAnswer",
    "__version__",
]
