"""Errors of AWS End User Messaging (`pinpoint-sms-voice-v2`): its answers' reasons, and its reports.

Codes in capitals are AWS's own: the `Reason` of an exception, or the `eventType` of a report. `AWS_EXCEPTIONS` names the
exceptions that carry no reason in the table. Sources: the service's model in botocore;
https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html.
"""

from collections.abc import Mapping
from copy import replace

from mfa.errors import DestinationBlocked, PhoneUnusable
from mfa.vendor_errors.entry import Acts, Row, group, rows

_ACCOUNT = group(Acts.ADMINISTRATOR, field="routes", metric="aws_account")
# AWS refuses every message until somebody acts.
_NOT_ACCEPTED = replace(_ACCOUNT, opens_breaker=True, proves_account=False)
_SENDER = group(Acts.ADMINISTRATOR, field="routes", metric="aws_sender")
_BLOCKED = group(Acts.ADMINISTRATOR, DestinationBlocked, "phone", metric="aws")
_PHONE = group(Acts.USER, PhoneUnusable, "phone", metric="aws")
_REQUEST = group(Acts.DEVELOPER, metric="request")
_PASSING = group(Acts.NOBODY, metric="aws")
_UNCLEAR = replace(_PASSING, proves_account=False)

_CONSOLE = "in the console of AWS End User Messaging"
_REPORT = "The request was not as AWS takes it. Report this with the code: it is a fault of this product."
_SPEND = f"Raise it under Overview › Quotas {_CONSOLE}, or ask AWS for a higher one."
_PROTECT = f"See Protect configurations {_CONSOLE}."
_IDENTITIES = f"See Phone numbers, Sender IDs and Pools {_CONSOLE}, in the stack's region."
_REGISTER = f"Register it under Registrations {_CONSOLE}."

AWS_EXCEPTIONS: Mapping[str, str] = {
    "AccessDeniedException": "ACCESS_DENIED",
    "AccessDenied": "ACCESS_DENIED",
    "UnrecognizedClientException": "ACCESS_DENIED",
    "InvalidClientTokenId": "ACCESS_DENIED",
    "InvalidSignatureException": "ACCESS_DENIED",
    "SignatureDoesNotMatch": "ACCESS_DENIED",
    "ExpiredTokenException": "ACCESS_DENIED",
    "IncompleteSignature": "ACCESS_DENIED",
    "MissingAuthenticationToken": "ACCESS_DENIED",
    "OptInRequired": "ACCOUNT_DISABLED",
    "SubscriptionRequiredException": "ACCOUNT_DISABLED",
    "ThrottlingException": "THROTTLED",
    "Throttling": "THROTTLED",
    "TooManyRequestsException": "THROTTLED",
    "RequestLimitExceeded": "THROTTLED",
    "ServiceQuotaExceededException": "QUOTA_EXCEEDED",
    "ResourceNotFoundException": "SENDER_NOT_FOUND",
    "ConflictException": "RESOURCE_NOT_ACTIVE",
    "ValidationException": "INVALID_REQUEST",
    "SerializationException": "INVALID_REQUEST",
    "UnknownOperationException": "UNKNOWN_OPERATION",
    "InternalServerException": "INTERNAL_ERROR",
    "InternalFailure": "INTERNAL_ERROR",
    "ServiceUnavailable": "INTERNAL_ERROR",
    "ServiceUnavailableException": "INTERNAL_ERROR",
}

AWS: dict[str, Row] = {
    **rows(_NOT_ACCEPTED, {
        "ACCESS_DENIED": (
            "AWS does not let the function send",
            "Set the stack's parameter AwsMessages to on. If it is, look for a denying policy of the organization.",
        ),
        "ACCOUNT_DISABLED": ("AWS has disabled sending for the account", "Ask AWS's support."),
        "INSUFFICIENT_ACCOUNT_REPUTATION": (
            "AWS has disabled sending for the account",
            "AWS counts the account as a risk. Ask AWS's support.",
        ),
        "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT": ("the AWS account has spent its limit of the month", _SPEND),
        "NO_CREDENTIALS": ("the function has no credentials of AWS", "Give the function its role back."),
    }),
    **rows(_ACCOUNT, {
        "MONTHLY_SPEND_LIMIT_REACHED_FOR_VOICE": ("the AWS account has spent its limit of the month for calls", _SPEND),
        "DAILY_DESTINATION_CALL_LIMIT": (
            "AWS calls this number no more today",
            "AWS limits calls to one number. Send a text message.",
        ),
        "QUOTA_EXCEEDED": ("a quota of the AWS account is spent", f"See Overview › Quotas {_CONSOLE}."),
        "DESTINATION_PHONE_NUMBER_NOT_VERIFIED": (
            "an AWS account in the sandbox sends to verified numbers only",
            f"Verify the number under Verified destination numbers {_CONSOLE}, or ask AWS to move the account out of the "
            "sandbox.",
        ),
        "PRICE_OVER_THRESHOLD": (
            "the message costs more than the route allows",
            "Raise the route's highest price, or give the country another route.",
        ),
    }),
    **rows(_SENDER, {
        "SENDER_NOT_FOUND": ("AWS does not know the sender", _IDENTITIES),
        "RESOURCE_NOT_ACTIVE": ("the sender is not active at AWS", _IDENTITIES),
        "RESOURCE_NOT_ACCESSIBLE": ("the sender belongs to another AWS account", _IDENTITIES),
        "NO_ORIGINATION_IDENTITIES_FOUND": ("AWS has no sender that reaches this number", _IDENTITIES),
        "NUMBER_CAPABILITIES_MISMATCH": ("the sender cannot send such messages", _IDENTITIES),
        "MESSAGE_TYPE_MISMATCH": ("the sender is not for transactional messages", _IDENTITIES),
        "PHONE_NUMBER_NOT_IN_REGISTRATION_REGION": ("the sender is not registered for this country", _REGISTER),
        "REGISTRATION_NOT_COMPLETE": ("the sender's registration is not complete", _REGISTER),
        "SENDER_ID_NOT_REGISTERED": ("the sender ID is not registered for this country", _REGISTER),
        "SENDER_ID_REQUIRES_REGISTRATION": ("the country wants registered senders", _REGISTER),
        "SENDER_ID_NOT_SUPPORTED": ("the country takes no sender IDs", "Give the country a route from a phone number."),
        "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY": (
            "the sender cannot send to this country",
            "Give the country a route with a sender of its own.",
        ),
        "INTERNATIONAL_SENDING_NOT_SUPPORTED": (
            "the sender cannot send abroad",
            "Give the country a route with a sender of its own.",
        ),
        "VOICE_CAPABILITY_NOT_AVAILABLE": ("the sender cannot call", _IDENTITIES),
        "CHANNEL_NOT_ENABLED": ("the sender cannot send such messages", _IDENTITIES),
        "COUNTRY_CODE_MISMATCH": ("the sender cannot send to this country", _IDENTITIES),
        "COUNTRY_NOT_ENABLED": ("AWS does not send to this country", "Give the country a route by another provider."),
    }),
    **rows(_BLOCKED, {
        "DESTINATION_COUNTRY_BLOCKED": ("the AWS account may not send to this country", _PROTECT),
        "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION": ("the AWS account may not send to this country", _PROTECT),
    }),
    **rows(replace(_BLOCKED, of_number=True), {
        "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE": ("the AWS account blocks this number", _PROTECT),
        "TEXT_PROTECT_BLOCKED": ("the AWS account blocks this number", _PROTECT),
        "TEXT_CARRIER_BLOCKED": (
            "the carrier blocks messages to this number",
            "AWS or the carrier holds back messages to this number. Take another number.",
        ),
    }),
    **rows(replace(_PHONE, permanent=True), {
        "DESTINATION_PHONE_NUMBER_INVALID": ("the number is not valid", "AWS does not take this as a phone number."),
        "TEXT_INVALID": ("the number is not valid", "The carrier does not know this number. Check its digits."),
    }),
    **rows(_PHONE, {
        "DESTINATION_PHONE_NUMBER_OPTED_OUT": (
            "the owner of the number has replied STOP",
            f"Take the number off the list under Opt-out lists {_CONSOLE} if the owner asks for it.",
        ),
        "TEXT_UNREACHABLE": (
            "the phone seems to be switched off or out of reach",
            "Ask its owner to switch it on, or to take another phone.",
        ),
        "TEXT_BLOCKED": (
            "the phone blocks messages like ours",
            "Ask the owner to lift the block, or to take another phone.",
        ),
    }),
    **rows(_PASSING, {
        "TEXT_CARRIER_UNREACHABLE": ("the carrier could not be reached", "It passes. The user can resend."),
        "TEXT_TTL_EXPIRED": ("the message came too late and was dropped", "The user can resend."),
        "TEXT_SPAM": (
            "the mobile network filtered the message out",
            "The carrier takes it for spam. Register the sender, and keep links out of the texts.",
        ),
        "VOICE_BUSY": ("the line was busy", "The user can have the call made again."),
        "VOICE_NO_ANSWER": ("nobody answered", "The user can have the call made again."),
        "VOICE_FAILED": ("the call failed", "Check the number, or send a text message."),
        "VOICE_TTL_EXPIRED": ("the call came too late and was dropped", "The user can have the call made again."),
    }),
    **rows(_UNCLEAR, {
        "THROTTLED": (
            "AWS was asked too often",
            "AWS limits the messages of a sender in a second. Add senders to a pool if this comes often.",
        ),
    }),
    **rows(_REQUEST, {
        "TEXT_INVALID_MESSAGE": ("the carrier does not take the message", _REPORT),
        "INVALID_REQUEST": ("AWS did not understand the request", _REPORT),
        "INVALID_PARAMETER": ("AWS did not understand the request", _REPORT),
        "INVALID_ARN": ("AWS did not understand the sender", _REPORT),
        "FIELD_VALIDATION_FAILED": ("AWS did not understand the request", _REPORT),
        "CANNOT_PARSE": ("AWS did not understand the request", _REPORT),
        "MISSING_PARAMETER": ("AWS did not understand the request", _REPORT),
        "MAXIMUM_SIZE_EXCEEDED": ("the message was too long", "Shorten the message's template or the signature."),
        "PARAMETERS_CANNOT_BE_USED_TOGETHER": ("AWS did not understand the request", _REPORT),
        "UNSPECIFIED_PARAMETER_NOT_SUPPORTED": ("AWS did not understand the request", _REPORT),
        "UNKNOWN_OPERATION": ("AWS did not understand the request", _REPORT),
    }),
    # AWS's own faults: whether the message went out is not known.
    **rows(replace(_UNCLEAR, metric="no_answer", gives_back=False), {
        "INTERNAL_ERROR": ("AWS has an internal error", "See https://health.aws.amazon.com."),
    }),
}  # fmt: skip
