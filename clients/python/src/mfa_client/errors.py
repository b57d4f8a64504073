"""Every error that this library raises, as one tree.

MfaClientError
├── Refusal                       the API refused the call; one class per `code`
│   ├── InvalidRequest                invalid_request
│   ├── InvalidCode                   invalid_code
│   ├── InvalidCredentials            invalid_credentials
│   ├── InvalidToken                  invalid_token
│   ├── Forbidden                     forbidden
│   ├── StepUpRequired                step_up_required
│   ├── MfaNotSupported               mfa_not_supported
│   ├── NotFound                      not_found
│   │   ├── UserNotFound                  user_not_found
│   │   ├── PhoneNotFound                 phone_not_found
│   │   ├── ChallengeNotFound             challenge_not_found
│   │   ├── ClientNotFound                client_not_found
│   │   └── ActionNotFound                action_not_found
│   ├── NoPhone                       no_phone
│   ├── LastFactor                    last_factor
│   ├── Conflict                      conflict
│   ├── ChallengeSuperseded           challenge_superseded
│   ├── ChallengeUsed                 challenge_used
│   ├── CodeSuperseded                code_superseded
│   ├── ActionPending                 action_pending
│   ├── ActionApproved                action_approved
│   ├── ActionDenied                  action_denied
│   ├── ActionRedeemed                action_redeemed
│   ├── ActionExpired                 action_expired
│   ├── ChallengeExpired              challenge_expired
│   ├── PreconditionFailed            precondition_failed
│   ├── PreconditionRequired          precondition_required
│   ├── DestinationBlocked            destination_blocked
│   ├── PhoneUnusable                 phone_unusable
│   ├── TooManyAttempts               too_many_attempts
│   ├── ResendTooSoon                 resend_too_soon
│   ├── TooManySends                  too_many_sends
│   ├── RateLimited                   rate_limited
│   ├── InternalError                 internal_error
│   ├── SmsUnavailable                sms_unavailable
│   ├── SettingsIncomplete            settings_incomplete
│   └── TemporarilyUnavailable        temporarily_unavailable
├── NoAnswer                      the connection failed, or the deadline passed
├── UnexpectedAnswer              the answer is not one of this API
└── TokenRejected                 an access token must not be accepted
    ├── TokenExpired
    ├── TokenTooOld
    ├── SecondFactorMissing
    └── IsActionToken

A `Refusal` of a code that this version does not know is a plain `Refusal`. No error has a password, code or token in its
text or its `repr`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class MfaClientError(Exception):
    """The root of the tree."""


class FieldProblem(msgspec.Struct, frozen=True):
    """A part of the request that is not valid. `message` is the predicate of a sentence about the field."""

    field: str
    message: str


class Refusal(MfaClientError):
    """The API refused the call (RFC 9457).

    Attributes:
        code: the stable name of the refusal, as in the API's documentation.
        status: the HTTP status.
        title: a few words in English.
        members: the problem document's other members.
        retry_after: seconds until the call may succeed, if the API said so.
    """

    code: str = ""
    status: int = 0

    def __init__(
        self, detail: str, *, code: str, status: int, members: Mapping[str, Any], retry_after: float | None
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.status = status
        self.title = str(members.get("title", ""))
        self.members = dict(members)
        self.retry_after = retry_after

    def __repr__(self) -> str:
        return f"{type(self).__name__}(code={self.code!r}, status={self.status})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Exceptions cross processes: a pool of workers pickles them."""
        return _rebuilt, (type(self), str(self), self.code, self.status, self.members, self.retry_after)

    def _time(self, name: str) -> datetime | None:
        return _read(self.members.get(name), datetime)

    def _number(self, name: str) -> int | None:
        return _read(self.members.get(name), int)


class InvalidRequest(Refusal):
    """A part of the request is not valid."""

    code = "invalid_request"
    status = 400

    @property
    def errors(self) -> list[FieldProblem]:
        """Each field and its problem."""
        return _read(self.members.get("errors"), list[FieldProblem]) or []


class InvalidCode(Refusal):
    """The code is wrong."""

    code = "invalid_code"
    status = 400

    @property
    def attempts_remaining(self) -> int | None:
        """How many wrong codes may follow before the lock."""
        return self._number("attempts_remaining")

    @property
    def locked_until(self) -> datetime | None:
        """The end of the lock, if this was the last attempt."""
        return self._time("locked_until")


class InvalidCredentials(Refusal):
    """Unknown name, wrong password, disabled user, or a wrong client id or secret: one answer for all."""

    code = "invalid_credentials"
    status = 401


class InvalidToken(Refusal):
    """The token is missing, expired, forged or of the wrong kind: begin again."""

    code = "invalid_token"
    status = 401

    @property
    def reason(self) -> str | None:
        """Why the session of an administrator is over, if it is one's."""
        return _read(self.members.get("reason"), str)


class Forbidden(Refusal):
    """The caller may not do this."""

    code = "forbidden"
    status = 403


class StepUpRequired(Refusal):
    """The login was too long ago, or showed no second factor: log in again."""

    code = "step_up_required"
    status = 403

    @property
    def max_age(self) -> int | None:
        """How many seconds ago the login may have been."""
        return self._number("max_age")


class MfaNotSupported(Refusal):
    """The user needs a second factor, and the client said that it cannot ask for one."""

    code = "mfa_not_supported"
    status = 403


class NotFound(Refusal):
    """There is no such thing, or it is somebody else's."""

    code = "not_found"
    status = 404


class UserNotFound(NotFound):
    """There is no user of this login name."""

    code = "user_not_found"


class PhoneNotFound(NotFound):
    """The user has no such phone."""

    code = "phone_not_found"


class ChallengeNotFound(NotFound):
    """There is no such challenge for this token."""

    code = "challenge_not_found"


class ClientNotFound(NotFound):
    """There is no such client."""

    code = "client_not_found"


class ActionNotFound(NotFound):
    """There is no such action, or it is another client's."""

    code = "action_not_found"


class NoPhone(Refusal):
    """The user has no phone that a passcode could be sent to."""

    code = "no_phone"
    status = 409


class LastFactor(Refusal):
    """The user would be left without a factor, and MFA is on."""

    code = "last_factor"
    status = 409


class Conflict(Refusal):
    """It exists already, or the idempotency key was used for another request."""

    code = "conflict"
    status = 409


class ChallengeSuperseded(Refusal):
    """A newer challenge took this one's place; nothing was compared or counted."""

    code = "challenge_superseded"
    status = 409


class ChallengeUsed(Refusal):
    """The challenge was approved before."""

    code = "challenge_used"
    status = 409


class CodeSuperseded(Refusal):
    """The passcode is that of an earlier message."""

    code = "code_superseded"
    status = 409

    @property
    def prefix(self) -> str | None:
        """The prefix of the message to look for."""
        return _read(self.members.get("prefix"), str)

    @property
    def attempts_remaining(self) -> int | None:
        """How many wrong codes may follow before the lock."""
        return self._number("attempts_remaining")


class ActionPending(Refusal):
    """The user has not approved the action yet."""

    code = "action_pending"
    status = 409


class ActionApproved(Refusal):
    """The user has approved the action."""

    code = "action_approved"
    status = 409


class ActionDenied(Refusal):
    """The user has denied the action: nobody may do it."""

    code = "action_denied"
    status = 409


class ActionRedeemed(Refusal):
    """The action was redeemed before: nobody may do it a second time."""

    code = "action_redeemed"
    status = 409


class ActionExpired(Refusal):
    """Nobody approved the action, or redeemed it, in time."""

    code = "action_expired"
    status = 410


class ChallengeExpired(Refusal):
    """The challenge expired; nothing was compared."""

    code = "challenge_expired"
    status = 410


class PreconditionFailed(Refusal):
    """`If-Match` names a version that is no longer the current one."""

    code = "precondition_failed"
    status = 412


class PreconditionRequired(Refusal):
    """The request needs `If-Match`."""

    code = "precondition_required"
    status = 428


class DestinationBlocked(Refusal):
    """The number's region or kind is not allowed."""

    code = "destination_blocked"
    status = 422


class PhoneUnusable(Refusal):
    """The number cannot be reached, now or ever: choose another phone."""

    code = "phone_unusable"
    status = 422


class TooManyAttempts(Refusal):
    """Too many wrong codes; nothing was compared."""

    code = "too_many_attempts"
    status = 429

    @property
    def locked_until(self) -> datetime | None:
        """The end of the lock."""
        return self._time("locked_until")


class ResendTooSoon(Refusal):
    """The cooldown since the last message is not over."""

    code = "resend_too_soon"
    status = 429

    @property
    def resend_available_at(self) -> datetime | None:
        """The end of the cooldown."""
        return self._time("resend_available_at")


class TooManySends(Refusal):
    """The messages that may go out between two successful logins are used up."""

    code = "too_many_sends"
    status = 429


class RateLimited(Refusal):
    """A budget is spent: of the number, the address, the client, the region, or the global one."""

    code = "rate_limited"
    status = 429


class InternalError(Refusal):
    """A fault of the service."""

    code = "internal_error"
    status = 500

    @property
    def correlation_id(self) -> str | None:
        """The id under which the service's operator finds the fault."""
        return _read(self.members.get("correlation_id"), str)


class SmsUnavailable(Refusal):
    """Messages cannot be sent at present."""

    code = "sms_unavailable"
    status = 503


class SettingsIncomplete(Refusal):
    """The administrator has not finished the settings that this needs."""

    code = "settings_incomplete"
    status = 503


class TemporarilyUnavailable(Refusal):
    """The service could not answer."""

    code = "temporarily_unavailable"
    status = 503


class NoAnswer(MfaClientError):
    """There was no answer: the connection failed, or the deadline passed.

    Attributes:
        may_have_happened: whether the service may have carried the call out all the same.
    """

    def __init__(self, message: str, *, may_have_happened: bool) -> None:
        super().__init__(message, may_have_happened)
        self.may_have_happened = may_have_happened

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return _no_answer, (str(self), self.may_have_happened)


class UnexpectedAnswer(MfaClientError):
    """The answer is not one of this API: a proxy's page, for instance, or a version that this library cannot read.

    Attributes:
        status: its HTTP status.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message, status)
        self.status = status

    def __str__(self) -> str:
        return str(self.args[0])


class TokenRejected(MfaClientError):
    """The access token must not be accepted: forged, for another audience, or no access token at all."""


class TokenExpired(TokenRejected):
    """The access token's time is over."""


class TokenTooOld(TokenRejected):
    """The login was longer ago than `max_age` allows."""


class SecondFactorMissing(TokenRejected):
    """The login showed no second factor."""


class IsActionToken(TokenRejected):
    """The token approves one deed. It is no login."""


def _tree(root: type[Refusal]) -> list[type[Refusal]]:
    return [each for child in root.__subclasses__() for each in (child, *_tree(child))]


CLASSES: Mapping[str, type[Refusal]] = {each.code: each for each in _tree(Refusal)}
"""The class of each `code`."""


def refusal(status: int, members: Mapping[str, Any], retry_after: float | None) -> Refusal:
    """The error for a problem document."""
    code = str(members.get("code", ""))
    detail = str(members.get("detail") or members.get("title") or code)
    chosen = CLASSES.get(code, Refusal)
    return chosen(detail, code=code, status=status, members=members, retry_after=retry_after)


def _rebuilt(
    chosen: type[Refusal], detail: str, code: str, status: int, members: dict[str, Any], retry_after: float | None
) -> Refusal:
    return chosen(detail, code=code, status=status, members=members, retry_after=retry_after)


def _read(value: object, kind: type[T]) -> T | None:
    """A member of a problem as its type, or None: a refusal must not fail because of what it carries."""
    try:
        return None if value is None else msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None


def _no_answer(message: str, may_have_happened: bool) -> NoAnswer:
    return NoAnswer(message, may_have_happened=may_have_happened)
