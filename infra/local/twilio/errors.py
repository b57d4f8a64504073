"""Twilio's error bodies, and the errors that the simulation can give: https://www.twilio.com/docs/api/errors."""

from __future__ import annotations

# The words and the HTTP status of each; the words name `{to}`, `{sender}` or `{value}`.
_KNOWN: dict[int, tuple[str, int]] = {
    11200: ("HTTP retrieval failure", 400),
    12100: ("Document parse failure: {value}", 400),
    12200: ("Schema validation warning: {value}", 400),
    10001: ("Account is not active", 401),
    10004: ("Call concurrency limit exceeded", 429),
    13510: ("Say: Invalid loop value {value}", 400),
    13511: ("Say: Invalid voice value {value}", 400),
    13520: ("Say: Invalid text", 400),
    20001: ("{value}", 400),
    20003: ("Authenticate", 401),
    20005: ("Account not active", 401),
    20006: ("Access Denied", 403),
    20008: ("Resource not accessible with Test Account Credentials", 403),
    20404: ("The requested resource {value} was not found", 404),
    20415: ("The Content-Type is not application/x-www-form-urlencoded", 415),
    20429: ("Too Many Requests", 429),
    20500: ("Internal Server Error", 500),
    20503: ("Service unavailable", 503),
    21201: ("No 'To' number is specified", 400),
    21205: ("Url parameter is required.", 400),
    21208: ("Timeout {value} is not a number of seconds from 1 to 600", 400),
    21209: ("{value} is not GET or POST", 400),
    21210: ("The source phone number provided, {sender}, is not yet verified for your account.", 400),
    21211: ("The 'To' number {to} is not a valid phone number.", 400),
    21212: ("The 'From' number {sender} is not a valid phone number, shortcode, or alphanumeric sender ID.", 400),
    21213: ("A 'From' phone number is required.", 400),
    21214: ("The phone number you are attempting to call, {to}, cannot be reached.", 400),
    21215: ("Account not authorized to call {to}. Perhaps you need to enable some international permissions.", 400),
    21216: ("Account not allowed to call {to}.", 400),
    21217: ("Phone number {to} does not appear to be valid.", 400),
    21218: ("ApplicationSid {value} is not valid.", 400),
    21219: ("The number {to} is unverified. Trial accounts may only make calls to verified numbers.", 400),
    21264: ("The 'From' number {sender} is not verified", 400),
    21265: ("'To' number cannot be a Short Code: {to}", 400),
    21266: ("'To' and 'From' number cannot be the same: {to}", 400),
    21267: ("Alphanumeric Sender ID cannot be used as the 'From' number on trial accounts", 400),
    21268: ("Sending to Premium rate or Information Service numbers is not allowed: {to}", 400),
    21408: ("Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {to}.", 400),
    21602: ("Message body is required.", 400),
    21603: ("A 'From' phone number is required.", 400),
    21604: ("A 'To' phone number is required.", 400),
    21606: (
        "The 'From' phone number {sender} is not a valid, SMS-capable inbound phone number or short code for your account.",
        400,
    ),
    21608: (
        "The number {to} is unverified. Trial accounts cannot send messages to unverified numbers; verify {to}, or "
        "purchase a Twilio number to send messages to unverified numbers.",
        400,
    ),
    21609: ("The StatusCallback URL {value} is not a valid URL.", 400),
    21610: ("Attempt to send to unsubscribed recipient", 400),
    21611: ("This 'From' number {sender} has exceeded the maximum number of queued messages.", 400),
    21612: (
        "The 'To' phone number: {to}, is not currently reachable using the 'From' phone number: {sender} via SMS.",
        400,
    ),
    21614: ("'To' number: {to}, is not a valid mobile number", 400),
    21617: ("The concatenated message body exceeds the 1600 character limit.", 400),
    21626: ("StatusCallbackEvent {value} is not valid.", 400),
    21635: ("'To' number cannot be a landline: {to}", 400),
    21654: ("A ContentSid is required where there are ContentVariables.", 400),
    21655: ("The ContentSid {value} is Invalid.", 400),
    21656: ("The ContentVariables Parameter is invalid.", 400),
    21658: ("Parameter {value} exceeded its character limit.", 400),
    21659: ("'From' {sender} is not a Twilio phone number or Short Code country mismatch", 400),
    21660: ("Mismatch between the 'From' number {sender} and the account", 400),
    21661: ("'From' number {sender} is not SMS-capable", 400),
    21701: ("The Messaging Service does not exist", 404),
    21703: ("The Messaging Service does not have a phone number available to send a message", 400),
    21704: ("The Messaging Service contains no phone numbers", 400),
    21705: ("The Messaging Service Sid {value} is invalid", 400),
    21910: ("Invalid From and To pair. From and To should be of the same channel", 400),
    63007: ("Twilio could not find a Channel with the specified From address", 400),
    572002: ("The 'To' number {to} is not a verified recipient of this trial account", 400),
    572005: ("The 'To' number {to} has not completed verification", 400),
    90007: ("Validity period {value} is not in the range 1 to 36000", 400),
}

# The ErrorCodes of status callbacks: https://www.twilio.com/docs/api/errors#3-anchor
DELIVERY_ERRORS = {
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30017: "Carrier network congestion",
    30018: "Destination carrier requires sender ID pre-registration",
    30022: "US A2P 10DLC - Rate Limits Exceeded",
    30023: "US A2P 10DLC - Daily Message Cap Reached",
    30024: "Numeric Sender ID Not Provisioned on Carrier",
    30027: "US A2P 10DLC - T-Mobile Daily Message Limit Reached",
    30032: "Toll-Free Number Has Not Been Verified",
    30033: "US A2P 10DLC - Campaign Suspended",
    30034: "US A2P 10DLC - Message from an Unregistered Number",
    30035: "US A2P 10DLC - Message from a number still being configured",
    30036: "Validity Period Expired",
    30037: "Outbound Messaging Disabled",
    30410: "Provider Timeout Error",
    30450: "Message delivery blocked",
    30453: "Message couldn't be delivered",
    30454: "Account exceeded the messages limit",
    30500: "Twilio Internal Error",
    63003: "Channel could not find To address",
    63013: "This message send failed because it violates Channel provider's policy",
    63016: "Failed to send freeform message because you are outside the allowed window",
    63024: "Invalid message recipient",
    63028: "Number of parameters provided does not match the expected number of parameters",
}


class TwilioError(Exception):
    """An error answer: Twilio's code, its words, and the HTTP status."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def body(self) -> dict[str, object]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def refusal(
    code: int, value: object = "", *, to: str = "", sender: str = "", status: int | None = None, message: str = ""
) -> TwilioError:
    """The error with this code, in Twilio's words if they are known."""
    words, usual = _KNOWN.get(code, ("Error {code}", 400))
    text = message or words.format(value=value, to=to, sender=sender, code=code)
    return TwilioError(code, text, status or usual)


def unknown_parameter(name: str) -> TwilioError:
    """The refusal of an unknown parameter. The real API ignores it, but here a misspelled name must show."""
    return refusal(20001, f"Unknown parameter: {name}")
