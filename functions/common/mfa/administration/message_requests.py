"""The requests of the operations on messages to users."""

from typing import Annotated

from msgspec import Meta, Struct

from mfa.administration.requests import LoginName
from mfa.http.requests import Id

MESSAGES = 20
MESSAGES_MAX = 50


class ListMessages(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the latest messages to a user."""

    login_name: LoginName
    limit: Annotated[int, Meta(ge=1, le=MESSAGES_MAX)] = MESSAGES


class PhoneToTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A phone of a user."""

    login_name: LoginName
    id: Id
