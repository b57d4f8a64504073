"""MFA tokens: the right to ask for passcodes, after a passed first factor, for an opened action, or for a forgotten password."""

from msgspec import Struct

from mfa.users.user import Kind

MFA_TOKEN_LENGTH = 2048


class ActionRef(Struct, frozen=True):
    """The action that a token was made for: its id, and the digest of its type and parameters."""

    id: str
    digest: str


class MfaToken(Struct, frozen=True, kw_only=True):
    """The result of a passed first factor, of an opened action or of a followed link. It authorises challenges, not access.

    Attributes:
        login_name: the user.
        kind: the user's kind.
        credentials_changed_at: the version of the user's credentials. Any change of them ends the token.
        client_id: the relying application that vouched for the password or opened the action, or None.
        jti: names this token; a challenge answers only to the token that opened it.
        issued_at: seconds since 1970.
        expires_at: seconds since 1970.
        action: the one action that its challenges approve, or None.
        end_user_address: where the user is, as the client says; of IPv6 the /64. None if no client said it.
        reset: the digest of the link to a new password, in hexadecimal digits, or None. A right code gives no access then.
        devices_to_drop: the ids of the trusted devices that another one would take the place of, so that it can be trusted
            without reading which there are.
    """

    login_name: str
    kind: Kind
    credentials_changed_at: float
    client_id: str | None
    jti: str
    issued_at: float
    expires_at: float
    action: ActionRef | None = None
    devices_to_drop: tuple[str, ...] = ()
    reset: str | None = None
    end_user_address: str | None = None

    @property
    def is_login(self) -> bool:
        """Whether a right code logs the user in."""
        return self.action is None and self.reset is None

    @property
    def digest(self) -> str:
        """The digest of the action or of the link that its codes are for; empty for a login. No other code fits."""
        return self.action.digest if self.action else self.reset or ""
