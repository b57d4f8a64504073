"""Enrolment tokens: the right to register a first factor, after an invitation or a login that found none."""

from copy import replace

from msgspec import Struct

from mfa.users.user import Kind, User

# No longer than a rotation keeps the previous key.
ENROLMENT_SECONDS = 1800


class EnrolmentToken(Struct, frozen=True, kw_only=True):
    """It opens the phone, TOTP and recovery-code calls of `/v1/me`, and nothing else.

    Attributes:
        login_name: the user.
        kind: the user's kind.
        credentials_changed_at: the version of the user's credentials. Any change of them ends the token, but for the
            enrolment that it carried out itself.
        jti: names this token. The profile remembers the one that enrolled the user.
        issued_at: seconds since 1970.
        expires_at: seconds since 1970.
        invitation: the digest of the invitation that it was given for; None after a login.
    """

    login_name: str
    kind: Kind
    credentials_changed_at: float
    jti: str
    issued_at: float
    expires_at: float
    invitation: str | None

    def speaks_for(self, user: User) -> bool:
        """Whether it holds for this user: nothing was changed since, or only by the enrolment with this very token.

        So recovery codes can follow the first factor in one sitting. A factor that is there already and was not enrolled
        with this token is no reason to refuse here: the write of the first factor decides.
        """
        if not user.active or (user.login_name, user.kind) != (self.login_name, self.kind):
            return False
        since = user.credentials_changed_at
        return since == self.credentials_changed_at or (user.enrolled_by == self.jti and user.enrolled_at == since)

    def enrolled(self, user: User, now: float) -> User:
        """The next version of the user, whose first factor was proven with this token: MFA is on.

        Access tokens and MFA tokens from before end, also where MFA was on already. This token goes on.
        """
        after, _ = user.changed(now, {"mfa_enabled": True, "enrolled_at": now, "enrolled_by": self.jti})
        return replace(after, credentials_changed_at=now)
