"""Every error the product answers with, as one tree.

Refusal
├── InvalidRequest            400 invalid_request
├── InvalidCode               400 invalid_code
├── InvalidCredentials        401 invalid_credentials
├── InvalidToken              401 invalid_token
├── Forbidden                 403 forbidden
├── MfaNotSupported           403 mfa_not_supported
├── StepUpRequired            403 step_up_required
├── NotFound                  404 not_found
│   ├── UserNotFound              user_not_found
│   ├── PhoneNotFound             phone_not_found
│   ├── ChallengeNotFound         challenge_not_found
│   ├── ClientNotFound            client_not_found
│   └── ActionNotFound            action_not_found
├── NoPhone                   409 no_phone
├── LastFactor                409 last_factor
├── Conflict                  409 conflict
├── ChallengeSuperseded       409 challenge_superseded
├── ChallengeUsed             409 challenge_used
├── CodeSuperseded            409 code_superseded
├── ActionPending             409 action_pending
├── ActionApproved            409 action_approved
├── ActionDenied              409 action_denied
├── ActionRedeemed            409 action_redeemed
├── ActionExpired             410 action_expired
├── ChallengeExpired          410 challenge_expired
├── PreconditionFailed        412 precondition_failed
├── DestinationBlocked        422 destination_blocked
├── PhoneUnusable             422 phone_unusable
├── PreconditionRequired      428 precondition_required
├── TooManyAttempts           429 too_many_attempts
├── ResendTooSoon             429 resend_too_soon
├── TooManySends              429 too_many_sends
├── RateLimited               429 rate_limited
├── InternalError             500 internal_error
├── SmsUnavailable            503 sms_unavailable
├── SettingsIncomplete        503 settings_incomplete
└── TemporarilyUnavailable    503 temporarily_unavailable

A refusal carries what its problem document shows (RFC 9457) and nothing that must stay secret: no passcode, password or
full phone number ever goes into one.
"""

from typing import Any, ClassVar

# The reason of a message that an administrator has stopped, by the setting `sending`: for logs, histories and metrics.
SENDING_OFF = "sending_off"


class Refusal(Exception):
    """A request is refused. `members` are the problem's own members, `retry_after` whole seconds.

    `repeated` says that the same request was answered like this before, and that its meaning was counted then.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    detail: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        """The code is the class's name, as the tree has it."""
        super().__init_subclass__()
        cls.code = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in cls.__name__)[1:]

    def __init__(self, detail: str | None = None, *, retry_after: float | None = None, **members: Any) -> None:
        super().__init__(detail or self.detail)
        self.members = members
        self.repeated = False
        self.retry_after = None if retry_after is None else max(1, min(86400, int(-(-retry_after // 1))))

    def problem(self) -> dict[str, Any]:
        """The problem document."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": str(self),
            **self.members,
        }


class InvalidRequest(Refusal):
    """A part of the request is not valid. `errors` names each field and its problem."""

    status = 400
    title = "Invalid request"
    detail = "The request is not valid."

    def __init__(self, field: str, message: str) -> None:
        """`message` is the predicate of a sentence about the field: `must not be empty`."""
        super().__init__(f"{field} {message}.", errors=[{"field": field, "message": message}])


class InvalidCode(Refusal):
    """The passcode is wrong. Carries `attempts_remaining`, and with 0 `locked_until` too."""

    status = 400
    title = "Wrong passcode"
    detail = "The passcode is not right."


class InvalidCredentials(Refusal):
    """The name is unknown, the password wrong, the user disabled, or a client vouched for a system user.

    All four get the same answer, so that it tells nobody which names exist.
    """

    status = 401
    title = "Wrong login name or password"
    detail = "The login name or the password is not right."


class InvalidToken(Refusal):
    """The MFA or access token is missing, expired, forged or of the wrong kind.

    Carries `reason` where it is that of an administrator whose session is over.
    """

    status = 401
    title = "Invalid token"
    detail = "The token is missing, expired or not valid here."


class Forbidden(Refusal):
    """The caller may not do this."""

    status = 403
    title = "Forbidden"
    detail = "This is not allowed."


class MfaNotSupported(Refusal):
    """The client cannot ask for a passcode, and the user needs one."""

    status = 403
    title = "The client does not support the second factor"
    detail = "This user needs a passcode, and this client cannot ask for one. Update the client."


class StepUpRequired(Refusal):
    """The token is too old, or shows no second factor. Carries `max_age`: how old a login may be, in seconds."""

    status = 403
    title = "Log in again"
    detail = "This needs a login with a second factor in the last few minutes."


class NotFound(Refusal):
    """There is no such thing, or it is somebody else's."""

    status = 404
    title = "Not found"
    detail = "There is nothing at this address."


class UserNotFound(NotFound):
    """There is no user of this login name."""

    title = "User not found"
    detail = "There is no user of this login name."


class PhoneNotFound(NotFound):
    """The user has no such phone."""

    title = "Phone not found"
    detail = "The user has no phone of this id."


class ChallengeNotFound(NotFound):
    """There is no such challenge for this token."""

    title = "Challenge not found"
    detail = "There is no challenge of this id for this login."


class ClientNotFound(NotFound):
    """There is no such client."""

    title = "Client not found"
    detail = "There is no client of this id."


class ActionNotFound(NotFound):
    """There is no such action, or it is another client's."""

    title = "Action not found"
    detail = "There is no action of this id for this caller."


class NoPhone(Refusal):
    """The user has no phone that a passcode could be sent to."""

    status = 409
    title = "No phone"
    detail = "No usable phone is on record for this user. An administrator can add one."


class LastFactor(Refusal):
    """Without this factor the user could not log in, since MFA is on."""

    status = 409
    title = "The last second factor"
    detail = "This is the only second factor that the user can log in with. Add another one first."


class Conflict(Refusal):
    """It exists already, or the idempotency key was used for something else."""

    status = 409
    title = "Conflict"
    detail = "It exists already."


class ChallengeSuperseded(Refusal):
    """A newer challenge took this one's place; nothing was compared or counted."""

    status = 409
    title = "Challenge superseded"
    detail = "A newer challenge took the place of this one."


class ChallengeUsed(Refusal):
    """The challenge was approved before."""

    status = 409
    title = "Challenge used"
    detail = "This challenge was completed before."


class CodeSuperseded(Refusal):
    """The passcode is that of an earlier send. Carries `prefix`, the one to look for, and `attempts_remaining`."""

    status = 409
    title = "Passcode superseded"
    detail = "This passcode is of an earlier message."


class ActionPending(Refusal):
    """The user has not approved the action yet."""

    status = 409
    title = "Action pending"
    detail = "The user has not approved this action."


class ActionApproved(Refusal):
    """The user has approved the action."""

    status = 409
    title = "Action approved"
    detail = "The user has approved this action."


class ActionDenied(Refusal):
    """The user has denied the action. It is over, and nobody may do it."""

    status = 409
    title = "Action denied"
    detail = "The user has denied this action."


class ActionRedeemed(Refusal):
    """The action was redeemed before: nobody may do it a second time."""

    status = 409
    title = "Action redeemed"
    detail = "This action was redeemed before."


class ActionExpired(Refusal):
    """Nobody approved the action, or redeemed it, in time."""

    status = 410
    title = "Action expired"
    detail = "This action expired. Open another."


class ChallengeExpired(Refusal):
    """The challenge expired; nothing was compared."""

    status = 410
    title = "Challenge expired"
    detail = "The passcode expired. Ask for a new one."


class PreconditionFailed(Refusal):
    """`If-Match` names a version that is no longer the current one."""

    status = 412
    title = "Precondition failed"
    detail = "It was changed meanwhile. Read it again."


class PreconditionRequired(Refusal):
    """The request needs `If-Match`."""

    status = 428
    title = "Precondition required"
    detail = "Send If-Match with the ETag that was read."


class DestinationBlocked(Refusal):
    """The number's region or kind is not allowed."""

    status = 422
    title = "Destination blocked"
    detail = "Messages to this region or kind of number are not allowed."


class PhoneUnusable(Refusal):
    """The carrier or Twilio refused the number for good."""

    status = 422
    title = "Phone unusable"
    detail = "This phone cannot receive messages. Choose another."


class TooManyAttempts(Refusal):
    """Locked until `locked_until`; nothing was compared."""

    status = 429
    title = "Too many wrong passcodes"
    detail = "Too many wrong passcodes. Try again later."


class ResendTooSoon(Refusal):
    """The cooldown since the last message is not over. Carries `resend_available_at`."""

    status = 429
    title = "Too soon"
    detail = "A message was sent a moment ago. Wait before asking for another."


class TooManySends(Refusal):
    """The user was sent as many messages as may go out between two successful logins."""

    status = 429
    title = "Too many messages"
    detail = "Too many messages were sent. Try again later."


class RateLimited(Refusal):
    """A budget is spent: that of the number, the address, the client, the region, or the global one."""

    status = 429
    title = "Too many requests"
    detail = "Too many requests. Try again later."


class InternalError(Refusal):
    """A fault of this product. Carries a correlation id and nothing else."""

    detail = "Something went wrong on our side."


class SmsUnavailable(Refusal):
    """The message cannot be sent at present."""

    status = 503
    title = "Messages cannot be sent"
    detail = "Messages cannot be sent right now. Try again later."

    def __init__(self, detail: str | None = None, *, retry_after: float | None = 60, **members: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **members)


class SettingsIncomplete(Refusal):
    """The administrator has not finished the settings that this needs."""

    status = 503
    title = "Not set up"
    detail = "The settings for this are not complete. An administrator must finish them."

    def __init__(self, detail: str | None = None, *, retry_after: float | None = 300, **members: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **members)


class TemporarilyUnavailable(Refusal):
    """A service that we depend on did not answer. The request may be sent again."""

    status = 503
    title = "Temporarily unavailable"
    detail = "The service cannot answer right now. Try again in a moment."

    def __init__(self, detail: str | None = None, *, retry_after: float | None = 2, **members: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **members)
