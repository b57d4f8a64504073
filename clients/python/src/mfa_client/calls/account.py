"""The calls of self-service.

Each takes an access token of the user. Changes need one of a login with a second factor at most ten minutes ago, and raise
StepUpRequired otherwise. Those that enrol a factor also take an enrolment token.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from mfa_client.answers import Me, PhoneAdded, PhoneChallenge, Profile, RecoveryCodes, TotpAdded, TotpSecret
from mfa_client.operations import operation
from mfa_client.requests import Request, given, segment


class AccountCalls:
    """The user's own profile, phones, authenticator app, recovery codes and trusted devices."""

    @operation
    def get_me(self, token: str) -> Request[Me]:
        """Reads the user's profile and factors."""
        return Request("GET", "/v1/me", Me, token=token)

    @operation
    def update_me(
        self, token: str, *, locale: str | UnsetType | None = UNSET, contact_email: str | UnsetType = UNSET
    ) -> Request[Profile]:
        """Changes the language, which None clears, or the contact email, which counts once `verify_contact_email` succeeded."""
        changes = {"locale": locale, "contact_email": contact_email}
        body = {name: value for name, value in changes.items() if value is not UNSET}
        return Request("PATCH", "/v1/me", Profile, body, token)

    @operation
    def verify_contact_email(self, token: str, code: str) -> Request[None]:
        """Makes the new contact email the user's, with the code that was mailed to it."""
        return Request("POST", "/v1/me/contact-email/verify", type(None), {"code": code}, token)

    @operation
    def change_password(self, token: str, current_password: str, new_password: str) -> Request[None]:
        """Changes the password. All MFA tokens and trusted devices end."""
        body = {"current_password": current_password, "new_password": new_password}
        return Request("POST", "/v1/me/password", type(None), body, token)

    @operation
    def add_phone(
        self,
        token: str,
        number: str,
        *,
        channel: str | None = None,
        locale: str | None = None,
        idempotency_key: str | None = None,
    ) -> Request[PhoneChallenge]:
        """Sends a passcode to a new phone. It is the user's once `verify_phone` succeeded."""
        body = given(number=number, channel=channel, locale=locale)
        return Request("POST", "/v1/me/phones", PhoneChallenge, body, token, keyed=True, key=idempotency_key)

    @operation
    def get_phone_challenge(self, token: str, phone_id: str) -> Request[PhoneChallenge]:
        """Reads the challenge of the phone that is being added."""
        return Request("GET", f"/v1/me/phones/{segment(phone_id)}", PhoneChallenge, token=token)

    @operation
    def resend_phone_code(
        self, token: str, phone_id: str, *, channel: str | None = None, idempotency_key: str | None = None
    ) -> Request[PhoneChallenge]:
        """Sends a new passcode to the phone that is being added."""
        path = f"/v1/me/phones/{segment(phone_id)}/resend"
        return Request("POST", path, PhoneChallenge, given(channel=channel), token, keyed=True, key=idempotency_key)

    @operation
    def verify_phone(
        self, token: str, phone_id: str, code: str, *, idempotency_key: str | None = None
    ) -> Request[PhoneAdded]:
        """Adds the phone, with the passcode that was sent to it. The first factor of an invited user turns MFA on."""
        path = f"/v1/me/phones/{segment(phone_id)}/verify"
        return Request("POST", path, PhoneAdded, {"code": code}, token, keyed=True, key=idempotency_key)

    @operation
    def remove_phone(self, token: str, phone_id: str) -> Request[None]:
        """Removes a phone. Raises LastFactor for the last factor while MFA is on."""
        return Request("DELETE", f"/v1/me/phones/{segment(phone_id)}", type(None), token=token)

    @operation
    def start_totp(self, token: str) -> Request[TotpSecret]:
        """Makes a secret for an authenticator app."""
        return Request("POST", "/v1/me/totp", TotpSecret, token=token)

    @operation
    def confirm_totp(self, token: str, code: str) -> Request[TotpAdded]:
        """Makes the authenticator app a factor, with a code that it shows. An invited user's first factor turns MFA on."""
        return Request("POST", "/v1/me/totp/confirm", TotpAdded, {"code": code}, token)

    @operation
    def remove_totp(self, token: str) -> Request[None]:
        """Removes the authenticator app. Raises LastFactor for the last factor while MFA is on."""
        return Request("DELETE", "/v1/me/totp", type(None), token=token)

    @operation
    def make_recovery_codes(self, token: str) -> Request[RecoveryCodes]:
        """Makes ten recovery codes. The older ones are dead."""
        return Request("POST", "/v1/me/recovery-codes", RecoveryCodes, token=token)

    @operation
    def remove_device(self, token: str, device_id: str) -> Request[None]:
        """Trusts a device no longer."""
        return Request("DELETE", f"/v1/me/devices/{segment(device_id)}", type(None), token=token)

    @operation
    def remove_devices(self, token: str) -> Request[None]:
        """Trusts no device any longer."""
        return Request("DELETE", "/v1/me/devices", type(None), token=token)
