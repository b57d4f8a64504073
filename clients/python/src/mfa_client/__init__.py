"""Client of the serverless second factor: logins, actions, self-service and access tokens.

`Client` and `AsyncClient` have the same calls. `TokenVerifier` and `AsyncTokenVerifier` check access tokens. The answers are in
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
from mfa_client.tokens import AccessToken, AsyncTokenVerifier, TokenVerifier
from mfa_client.version import __version__

__all__ = [
    "AccessToken",
    "Action",
    "Approved",
    "AsyncClient",
    "AsyncTokenVerifier",
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
    "TokenVerifier",
    "UnexpectedAnswer",
    "__version__",
]
