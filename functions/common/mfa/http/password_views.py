"""The answers of the operations on passwords."""

from mfa.flows.log_in import SecondFactorNeeded
from mfa.flows.open_reset import MayReset
from mfa.http import views
from mfa.http.answers import MfaRequired
from mfa.http.password_bodies import ResetPermitted
from mfa.times import rfc3339


def followed(value: SecondFactorNeeded | MayReset) -> MfaRequired | ResetPermitted:
    """The answer to a link that was followed."""
    if isinstance(value, MayReset):
        return ResetPermitted(reset_token=value.token, expires_at=rfc3339(value.expires_at))
    return views.second_factor(value)
