"""What Twilio's refusals mean to an administrator: the field that is wrong, and what to do about it.

The codes are those of https://www.twilio.com/docs/api/errors.
"""

_CREDENTIALS = (
    "Twilio does not accept these credentials. Copy Account SID and Auth Token from the first page of the Twilio console; "
    "take the live ones, not the test credentials, and no API key (SK…)."
)
_SENDER = "This number is not one of the account's, or cannot send text messages. Choose a number under Phone Numbers › Manage."
EXPLANATIONS: dict[str, tuple[str, str]] = {
    "20003": ("twilio.auth_token", _CREDENTIALS),
    "20008": ("twilio.auth_token", "These are test credentials, with which nothing is sent. Take the live ones."),
    "20404": ("twilio.account_sid", "Twilio knows no account of this SID. It begins with AC; SK… is an API key."),
    "21212": ("twilio.sender", "Twilio does not take this as a sender. Give a number in international form."),
    "21606": ("twilio.sender", _SENDER),
    "21659": ("twilio.sender", _SENDER),
    "21660": ("twilio.sender", "This number belongs to another Twilio account."),
    "21703": ("twilio.sender", "The Messaging Service has no number to send from. Add one to its sender pool."),
    "21705": ("twilio.sender", "The account has no Messaging Service of this SID."),
    "21608": (
        "phone",
        "A trial account sends only to numbers that are verified in Twilio. Verify this one under Phone Numbers › Verified "
        "Caller IDs, or upgrade the account.",
    ),
    "21408": (
        "phone",
        "The account may not send to this country. Allow it under Messaging › Settings › Geo permissions.",
    ),
    "21610": ("phone", "This number has answered STOP to the sender. Have it send START, or take another number."),
    "21211": ("phone", "Twilio does not take this as a phone number. Check its digits."),
    "21612": ("phone", "This sender cannot reach this number. Take a sender of the number's country, or another number."),
    "21614": ("phone", "This is no mobile number, so that it cannot receive text messages."),
}  # fmt: skip


def explain(error: str) -> tuple[str, str] | None:
    """The field and what to do, or None where it is no field's fault."""
    return EXPLANATIONS.get(error)
