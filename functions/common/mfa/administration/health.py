"""The health of sending: whether messages may go out, and whether the providers accept the account."""

from mfa.administration.answers import Health, SendingHealth, SendingSwitch
from mfa.messages.channels import ProviderName
from mfa.settings.routing import routes_of
from mfa.settings.values import StoredSettings
from mfa.times import rfc3339
from mfa.vendor_errors import look_up


def health(stored: StoredSettings) -> Health:
    """The health that the settings and the breakers show. It reads nothing by itself."""
    return Health(_sending(stored), _switch(stored))


def _switch(stored: StoredSettings) -> SendingSwitch:
    state, switched = stored.settings.sending, stored.switched
    if switched is None:
        return SendingSwitch(state)
    return SendingSwitch(state, by=switched.by, since=rfc3339(switched.at))


def _sending(stored: StoredSettings) -> SendingHealth:
    if stored.settings.sending == "off":
        return SendingHealth(status="off")
    providers = dict.fromkeys(route.provider for route in routes_of(stored.settings))
    refused = [provider for provider in providers or ["twilio"] if provider in stored.pauses]
    working = [provider for provider in providers if provider not in refused and _is_complete(stored, provider)]
    if not refused:
        return SendingHealth(status="working" if working else "incomplete")
    refusal = stored.pauses[refused[0]].refusal
    error = look_up(refusal.error)
    return SendingHealth(
        status="impaired" if working else "refused",
        refused_by=refused,
        provider=refused[0],
        since=rfc3339(refusal.since),
        error_code=error.code,
        meaning=error.meaning,
        advice=error.advice,
    )


def _is_complete(stored: StoredSettings, provider: ProviderName) -> bool:
    return provider != "twilio" or (stored.auth_token is not None and stored.settings.twilio.account_sid is not None)
