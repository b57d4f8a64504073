"""Twilio's immediate answers to a message or a call: codes 10001 to 22001, 572002 and those of its trial accounts.

Source: https://www.twilio.com/docs/api/errors. The codes that concern buying numbers, SIP trunks or registering
brands are left out: no message and no call is answered with them.
"""

from copy import replace

from mfa.errors import DestinationBlocked, PhoneUnusable
from mfa.vendor_errors.entry import REPORT, Acts, Row, group, rows

_TOKEN = group(Acts.ADMINISTRATOR, field="twilio.auth_token", metric="account")
_ACCOUNT = group(Acts.ADMINISTRATOR, field="twilio.account_sid", metric="account")
_SENDER = group(Acts.ADMINISTRATOR, field="twilio.sender", metric="sender")
_TRIAL = group(Acts.ADMINISTRATOR, field="phone", metric="trial")
_NUMBER = group(Acts.USER, PhoneUnusable, "phone")
_DEAD_NUMBER = replace(_NUMBER, permanent=True)
_LANDLINE = replace(_DEAD_NUMBER, messages_only=True)
_BLOCKED = group(Acts.ADMINISTRATOR, DestinationBlocked, "phone")
_REQUEST = group(Acts.DEVELOPER, metric="request")
_LIMITED = group(Acts.NOBODY, metric="limit")

# Account and credentials stand or fall together: after these, every send would be refused until somebody acts, so that
# each opens the breaker and is counted as 20003, on which the alarm is set. An account that was suspended or closed is
# answered 20003, 20005 or 10001, depending on Twilio's service that notices.
_NOT_ACCEPTED = replace(_TOKEN, metric="20003", opens_breaker=True, proves_account=False)

_ACTIVE = (
    "Log in to the Twilio console and see Account › Settings, Billing and the notices: top up, or ask Twilio's support."
)
_COPY = "Copy Account SID and Auth Token again from Account Info, on the first page of the Twilio console."
_VERIFY = "Verify this number under Phone Numbers › Manage › Verified Caller IDs, or upgrade the account."
_OWN_NUMBER = "Choose a number under Phone Numbers › Manage › Active numbers that has SMS."
_SMS_GEO = "Allow it under Messaging › Settings › Geo permissions."
_VOICE_GEO = "Allow it under Voice › Settings › Geo permissions."
_POOL = "Add a sender under Messaging › Services › the service › Sender Pool."

ANSWERS: dict[str, Row] = {
    **rows(_NOT_ACCEPTED, {
        "20003": (
            "Twilio does not accept the credentials",
            f"{_COPY} Take the live ones, not the test credentials, and no API key (SK…). If they are right, the account "
            "may be suspended.",
        ),
        "20005": ("the Twilio account is not active", f"The account is suspended or closed. {_ACTIVE}"),
        "10001": ("the Twilio account is not active", f"The account is suspended or closed. {_ACTIVE}"),
    }),
    **rows(_TOKEN, {
        "20006": ("Twilio denies access", f"These credentials may not send messages. {_COPY}"),
        "20008": (
            "these are test credentials",
            "Nothing is sent with test credentials. Take the live ones from Account Info in the Twilio console.",
        ),
        "20403": ("Twilio forbids this", f"These credentials may not do this. {_COPY}"),
    }),
    **rows(_ACCOUNT, {
        "20010": ("Twilio has disabled sending for the account", _ACTIVE),
        "20404": (
            "Twilio does not know the account",
            "There is no account with this SID. It begins with AC; SK… is an API key. If it is right, the Messaging "
            "Service or the sender may be gone.",
        ),
        "10005": ("calls are disabled for the Twilio account", "Ask Twilio's support to enable Programmable Voice."),
    }),
    **rows(_LIMITED, {
        "10004": (
            "too many calls at once",
            "The account may not hold more calls at once. Ask Twilio's support for a higher limit if this comes often.",
        ),
        "21611": (
            "the sender has too many messages waiting",
            "The sender's queue at Twilio is full. Add senders to a Messaging Service if this comes often.",
        ),
        "22001": ("the call waited too long at Twilio", "Raise the account's calls per second if this comes often."),
        "22005": ("too many calls are waiting at Twilio", "Raise the account's calls per second if this comes often."),
    }),
    **rows(replace(_LIMITED, metric="20429", proves_account=False), {
        "20429": (
            "Twilio was asked too often",
            "Twilio limits requests at the same time. It passes; if it comes often, ask Twilio's support for a higher limit.",
        ),
    }),
    # Twilio's own faults: whether the message went out is not known.
    **rows(replace(_LIMITED, metric="no_answer", gives_back=False, proves_account=False), {
        "20500": ("Twilio has an internal error", "See https://status.twilio.com."),
        "20503": ("Twilio is not available", "See https://status.twilio.com."),
        "20504": ("Twilio has an internal error", "See https://status.twilio.com."),
    }),
    **rows(_TRIAL, {
        "10002": ("a trial account cannot do this", "Upgrade the account under Billing in the Twilio console."),
        "21219": ("a trial account calls verified numbers only", _VERIFY),
        "21608": ("a trial account sends to verified numbers only", _VERIFY),
        "572002": ("a trial account sends to verified numbers only", _VERIFY),
        "572005": (
            "the number's verification at Twilio was not completed",
            "A trial account sends only to verified numbers, and this one's verification was begun but not finished. "
            "Enter Twilio's code under Phone Numbers › Manage › Verified Caller IDs, or upgrade the account.",
        ),
    }),
    **rows(_SENDER, {
        "21210": (
            "the sender is not one of the account's",
            "A call needs a number of the account, or one verified there. Choose one under Phone Numbers › Manage.",
        ),
        "21212": (
            "the sender is not valid",
            "Twilio does not take this as a sender. Give a number in international form, or 1 to 11 letters and digits.",
        ),
        "21264": (
            "the sender is not verified",
            "Choose a number of the account, or verify this one under Phone Numbers › Manage › Verified Caller IDs.",
        ),
        "21267": (
            "a trial account cannot send under a name",
            "Take a phone number as the sender, or upgrade the account.",
        ),
        "21601": ("the sender cannot send text messages", _OWN_NUMBER),
        "21606": ("the sender cannot send text messages", f"It is not the account's, or has no SMS. {_OWN_NUMBER}"),
        "21607": ("a trial account cannot send from this number", "Take the trial number, or upgrade the account."),
        "21657": (
            "the sender's name is not valid",
            "It may have letters, digits and blanks, up to 11 characters, and at least one letter.",
        ),
        "21659": (
            "the sender is not one of the account's",
            f"It is no number of Twilio's, or a short code of another country. {_OWN_NUMBER}",
        ),
        "21660": ("the sender belongs to another Twilio account", _OWN_NUMBER),
        "21661": ("the sender cannot send text messages", _OWN_NUMBER),
        "21662": (
            "the sender cannot send from Twilio's Ireland region",
            "Take a sender that is enabled for the account's region, or use the United States region.",
        ),
        "21663": (
            "the sender's routing is not right",
            "See the number's region under Phone Numbers › Manage › Active numbers › Configure.",
        ),
        "21668": (
            "the sender cannot send from Twilio's Ireland region",
            "This kind of number sends from the United States region only. Take another number.",
        ),
        "21701": (
            "the Messaging Service does not exist",
            "Copy its SID (MG…) from Messaging › Services in the Twilio console.",
        ),
        "21702": (
            "the Messaging Service cannot send",
            "See Messaging › Services in the Twilio console, or choose another service.",
        ),
        "21703": (
            "the Messaging Service has no number to send from",
            f"None of its senders can reach this number. {_POOL}",
        ),
        "21704": ("the Messaging Service has no numbers", _POOL),
        "21705": (
            "the Messaging Service is not valid",
            "The account has no Messaging Service with this SID (MG…). Copy it from Messaging › Services.",
        ),
        "21709": (
            "the Messaging Service may not send under this name",
            f"The alphanumeric sender is not valid, or not allowed for this service. {_POOL}",
        ),
        "21711": ("the sender is not in the Messaging Service", _POOL),
    }),
    **rows(_DEAD_NUMBER, {
        "21211": ("the number is not valid", "Twilio does not take this as a phone number. Check its digits."),
        "21265": ("the number is a short code", "A short code cannot receive messages. Take the full phone number."),
    }),
    **rows(_LANDLINE, {
        "21614": (
            "the number is not a mobile number",
            "It cannot receive text messages. Take a mobile number, or have the passcode spoken by a call.",
        ),
        "21635": (
            "the number is a landline",
            "It cannot receive text messages. Take a mobile number, or have the passcode spoken by a call.",
        ),
    }),
    **rows(_NUMBER, {
        "21217": ("the number cannot be called", "Twilio does not take this as a number to call. Check its digits."),
        "21266": (
            "the number is the sender itself",
            "A message cannot go to the number that sends it. Take another number.",
        ),
        "21610": (
            "the owner of the number has replied STOP",
            "Let the owner send START to the sender, or take another number.",
        ),
    }),
    **rows(replace(_BLOCKED, of_number=True), {
        "21202": ("the number is a premium number", "Twilio does not call premium numbers. Take another number."),
        "21216": (
            "Twilio blocks calls to this number",
            "Twilio counts the number as high risk. See Voice › Settings › Geo permissions, or ask Twilio's support.",
        ),
        "21268": (
            "the number is a premium or an information number",
            "Twilio sends nothing to such numbers. Take another number.",
        ),
    }),
    **rows(_BLOCKED, {
        "21203": ("the Twilio account may not call abroad", _VOICE_GEO),
        "21214": ("the number cannot be called", "No carrier of Twilio's reaches it. Take another number."),
        "21215": ("the Twilio account may not call this country", _VOICE_GEO),
        "21408": (
            "the Twilio account may not send to this country",
            _SMS_GEO,
        ),
        "21612": (
            "the sender cannot reach this number",
            "Take a sender of the number's country, or another number; some countries take no alphanumeric senders.",
        ),
    }),
    **rows(_REQUEST, {
        "20001": ("Twilio did not understand the request", REPORT),
        "20002": ("Twilio did not understand the request", REPORT),
        "20004": ("Twilio did not understand the request", REPORT),
        "20422": ("Twilio did not understand the request", REPORT),
        "20423": ("Twilio did not understand the request", REPORT),
        "21201": ("the request named no number", REPORT),
        "21205": ("Twilio does not take an address in the request", REPORT),
        "21208": ("Twilio does not take a time in the request", REPORT),
        "21209": ("Twilio does not take a method in the request", REPORT),
        "21213": ("the request named no sender", REPORT),
        "21218": ("Twilio did not understand the request", REPORT),
        "21602": ("the message was empty", REPORT),
        "21603": ("the request named no sender", REPORT),
        "21604": ("the request named no number", REPORT),
        "21605": ("the message was too long", "Shorten the message's template or the signature."),
        "21609": (
            "Twilio does not take the address of status callbacks",
            "Twilio must reach the public address of the API. Check the domain that the stack was deployed with.",
        ),
        "21616": ("the sender stands for several numbers", "Give the sender in international form."),
        "21617": ("the message was too long", "Shorten the message's template or the signature."),
        "21618": ("Twilio cannot send this text", "Remove unusual characters from the message's template."),
        "21619": ("the message was empty", REPORT),
        "21624": ("Twilio does not take the message's validity", REPORT),
        "21626": ("Twilio did not understand the request", REPORT),
        "21658": ("Twilio did not understand the request", REPORT),
        "21910": ("sender and number are not of the same channel", REPORT),
        "90007": ("Twilio does not take the message's validity", REPORT),
    }),
}  # fmt: skip
