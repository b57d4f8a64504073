"""The token in an invitation's link."""

from typing import ClassVar

from mfa.tokens.link_tokens import LINK_LENGTH, LinkToken

INVITATION_LENGTH = LINK_LENGTH


class InvitationToken(LinkToken):
    """A token that was made or read."""

    __slots__ = ()
    NAME: ClassVar[str] = "invitation"
