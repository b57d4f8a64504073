"""The calls of a login."""

from __future__ import annotations

from mfa_client.answers import Approved, Challenge, Jwks, LoginAnswer
from mfa_client.operations import operation
from mfa_client.requests import Credentials, Request, given, segment


class LoginCalls:
    """First factor, second factor, and the keys of access tokens."""

    @operation
    def login(self, login_name: str, password: str, *, device_token: str | None = None) -> Request[LoginAnswer]:
        """Checks name and password.

        `device_token` is that of a trusted device: with it, the answer may be `Authenticated` at once. Raises
        InvalidCredentials and RateLimited.
        """
        body = given(login_name=login_name, password=password, device_token=device_token)
        return Request("POST", "/v1/login", LoginAnswer, body, harmless=True)

    @operation
    def login_vouched(
        self,
        login_name: str,
        *,
        client_supports_mfa: bool = True,
        client_version: str | None = None,
        end_user_address: str | None = None,
    ) -> Request[LoginAnswer]:
        """Logs in a backup user whose password this client has checked itself. Needs the client's id and secret.

        `end_user_address` is the user's IP address. Messages are charged to that address's budget too.
        """
        body = given(
            login_name=login_name,
            client_supports_mfa=client_supports_mfa,
            client_version=client_version,
            end_user_address=end_user_address,
        )
        return Request("POST", "/v1/login/vouched", LoginAnswer, body, Credentials.CLIENT, harmless=True)

    @operation
    def start_challenge(
        self,
        mfa_token: str,
        phone_id: str,
        *,
        channel: str | None = None,
        locale: str | None = None,
        idempotency_key: str | None = None,
    ) -> Request[Challenge]:
        """Sends a passcode to one of the user's phones: by `sms`, unless `channel` says `voice` or `whatsapp`."""
        body = given(phone_id=phone_id, channel=channel, locale=locale)
        return Request("POST", "/v1/challenges", Challenge, body, mfa_token, keyed=True, key=idempotency_key)

    @operation
    def get_challenge(self, mfa_token: str, challenge_id: str) -> Request[Challenge]:
        """Reads a challenge: how the message is getting on, and how much time is left."""
        return Request("GET", f"/v1/challenges/{segment(challenge_id)}", Challenge, token=mfa_token)

    @operation
    def resend_challenge(
        self,
        mfa_token: str,
        challenge_id: str,
        *,
        channel: str | None = None,
        phone_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> Request[Challenge]:
        """Sends a new passcode; the older ones are dead. It goes where the last one went, unless told otherwise."""
        path = f"/v1/challenges/{segment(challenge_id)}/resend"
        body = given(channel=channel, phone_id=phone_id)
        return Request("POST", path, Challenge, body, mfa_token, keyed=True, key=idempotency_key)

    @operation
    def verify_challenge(
        self,
        mfa_token: str,
        challenge_id: str,
        code: str,
        *,
        trust_device: bool | None = None,
        device_name: str | None = None,
        idempotency_key: str | None = None,
    ) -> Request[Approved]:
        """Completes the login, or approves the action, with the passcode as the person typed it.

        Raises InvalidCode, CodeSuperseded, ChallengeExpired and TooManyAttempts.
        """
        path = f"/v1/challenges/{segment(challenge_id)}/verify"
        body = given(code=code, trust_device=trust_device, device_name=device_name)
        return Request("POST", path, Approved, body, mfa_token, keyed=True, key=idempotency_key)

    @operation
    def start_recovery(self, mfa_token: str, *, idempotency_key: str | None = None) -> Request[Challenge]:
        """Sends a passcode to the user's contact email. Every verified phone is told."""
        return Request("POST", "/v1/recovery", Challenge, token=mfa_token, keyed=True, key=idempotency_key)

    @operation
    def verify_factor(
        self,
        mfa_token: str,
        method: str,
        code: str,
        *,
        trust_device: bool | None = None,
        device_name: str | None = None,
        idempotency_key: str | None = None,
    ) -> Request[Approved]:
        """Completes the login with a code that needs no message: `totp`, `recovery_code` or `temporary_code`.

        Raises InvalidCode and TooManyAttempts.
        """
        body = given(method=method, code=code, trust_device=trust_device, device_name=device_name)
        return Request("POST", "/v1/factors/verify", Approved, body, mfa_token, keyed=True, key=idempotency_key)

    @operation
    def jwks(self) -> Request[Jwks]:
        """The public keys of access tokens. `TokenVerifier` reads and keeps them."""
        return Request("GET", "/.well-known/jwks.json", Jwks)
