"""Errors without a number: ends of calls, Amazon SES's errors, and our own."""

from copy import replace

from mfa.errors import SENDING_OFF, SettingsIncomplete, SmsUnavailable, TemporarilyUnavailable
from mfa.vendor_errors.entry import Acts, Row, group, rows

_CALL = group(Acts.USER)
_UNCLEAR = replace(group(Acts.NOBODY), proves_account=False)
# SES refuses until an operator acts. Mail shows nothing about Twilio's account.
_MAIL_SETUP = replace(group(Acts.ADMINISTRATOR, SettingsIncomplete, "email_sender", metric="ses"), proves_account=False)
_MAIL = replace(group(Acts.NOBODY, TemporarilyUnavailable, metric="ses"), proves_account=False)

_IDENTITY = "See Identities in the Amazon SES console, in the stack's region."

OURS: dict[str, Row] = {
    # https://www.twilio.com/docs/voice/api/call-resource#call-status-values
    **rows(_CALL, {
        "busy": ("the line was busy", "The user can have the call made again."),
        "no-answer": ("nobody answered", "The user can have the call made again."),
        "failed": (
            "it could not be sent, and no reason was given",
            "Check the number. See the call under Monitor › Logs › Calls in the Twilio console.",
        ),
        "canceled": ("it was called off", "Somebody canceled it at Twilio. The user can resend."),
    }),
    **rows(_UNCLEAR, {
        "unreachable": (
            "the service that sends could not be reached",
            "No connection to Twilio or Amazon SES could be opened, and nothing was sent. See https://status.twilio.com.",
        ),
    }),
    **rows(replace(_UNCLEAR, gives_back=False), {
        "no_answer": (
            "Twilio gave no answer",
            "The message may have gone out, and its passcode is valid. See https://status.twilio.com.",
        ),
    }),
    **rows(replace(_UNCLEAR, metric="other"), {
        "unknown": ("the reason is not known", "See the message under Monitor › Logs in the Twilio console."),
    }),
    # The breaker kept the send back.
    **rows(replace(_UNCLEAR, metric="paused"), {
        SmsUnavailable.code: (
            "sending was paused, because Twilio does not accept the account",
            "See what was wrong in the messages before. Sending is tried again every minute, and when settings are saved.",
        ),
    }),
    # An administrator has stopped the message.
    **rows(replace(_UNCLEAR, acts=Acts.ADMINISTRATOR), {
        SENDING_OFF: (
            "messages were stopped by an administrator",
            "Press Resume in the console's banner, or set `sending` to on, once it is safe to send again.",
        ),
    }),
    # The settings were changed between the check and the send.
    **rows(replace(_UNCLEAR, acts=Acts.ADMINISTRATOR, refusal=SettingsIncomplete), {
        SettingsIncomplete.code: (
            "sending is not set up",
            "Give account, token and sender on the settings page; calls need a phone number as the sender.",
        ),
    }),
    # https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html#API_SendEmail_Errors
    **rows(_MAIL_SETUP, {
        "MessageRejected": (
            "Amazon SES rejected the mail",
            f"The sender is not verified, or the account is in the sandbox. {_IDENTITY}",
        ),
        "MailFromDomainNotVerified": ("the mail's sender domain is not verified", _IDENTITY),
        "MailFromDomainNotVerifiedException": ("the mail's sender domain is not verified", _IDENTITY),
        "ConfigurationSetDoesNotExist": ("the mail's configuration set is missing", _IDENTITY),
        "ConfigurationSetDoesNotExistException": ("the mail's configuration set is missing", _IDENTITY),
        "ConfigurationSetSendingPausedException": ("sending of mail is paused", "See Account dashboard in Amazon SES."),
        "ConfigurationSetSendingPaused": ("sending of mail is paused", "See Account dashboard in Amazon SES."),
        "AccountSendingPaused": ("sending of mail is paused", "See Account dashboard in Amazon SES."),
        "AccountSendingPausedException": ("sending of mail is paused", "See Account dashboard in Amazon SES."),
        "AccessDenied": ("the function may not send mail from this address", _IDENTITY),
        "AccessDeniedException": ("the function may not send mail from this address", _IDENTITY),
    }),
    **rows(_MAIL, {
        "Throttling": ("Amazon SES was asked too often", "Ask AWS for a higher sending quota if this comes often."),
        "LimitExceededException": ("Amazon SES was asked too often", "Ask AWS for a higher sending quota."),
    }),
}  # fmt: skip
