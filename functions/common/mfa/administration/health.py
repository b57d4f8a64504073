"""The health of sending: whether Twilio accepts the account."""

from mfa.administration.answers import Health, SendingHealth
from mfa.settings.values import StoredSettings
from mfa.times import rfc3339
from mfa.vendor_errors import look_up


def health(stored: StoredSettings) -> Health:
    """The health that the settings and the breaker show. It reads nothing by itself."""
    twilio, refusal = stored.settings.twilio, stored.refusal
    if refusal is not None:
        error = look_up(refusal.error)
        return Health(
            SendingHealth(
                status="refused",
                since=rfc3339(refusal.since),
                error_code=error.code,
                meaning=error.meaning,
                advice=error.advice,
            )
        )
    complete = stored.auth_token is not None and twilio.account_sid is not None and twilio.sender is not None
    return Health(SendingHealth(status="working" if complete else "incomplete"))
