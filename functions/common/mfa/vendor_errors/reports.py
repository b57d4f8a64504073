"""Reports on messages that Twilio accepted: the carriers' codes, 30001 to 30640.

They come by status callback, or with an answer 201 whose status is already `failed`.
Source: https://www.twilio.com/docs/api/errors#3-anchor. Left out are 30435 to 30531 but for those below: they are
results of a toll-free number's verification. Of calls, Twilio reports a status and no code.
"""

from copy import replace

from mfa.errors import DestinationBlocked, PhoneUnusable
from mfa.vendor_errors.entry import REPORT, Acts, Row, group, rows

_SENDER = group(Acts.ADMINISTRATOR, field="twilio.sender", metric="sender_registration")
_ACCOUNT = group(Acts.ADMINISTRATOR, field="twilio.account_sid", metric="account")
_PHONE = group(Acts.USER, PhoneUnusable, "phone")
_DEAD_PHONE = replace(_PHONE, permanent=True)
_LANDLINE = replace(_DEAD_PHONE, messages_only=True)
_BLOCKED = group(Acts.ADMINISTRATOR, DestinationBlocked, "phone")
# One alarm tells of both.
_PUMPED = replace(_BLOCKED, metric="sms_pumping", of_number=True)
_PASSING = group(Acts.NOBODY)
_MESSAGE = group(Acts.ADMINISTRATOR)
_REQUEST = group(Acts.DEVELOPER, metric="request")

_CAMPAIGN = "See Messaging › Regulatory Compliance › A2P 10DLC in the Twilio console."
_SENDER_ID = "Register the sender for this country under Messaging › Senders › Alphanumeric Sender IDs."
_TOOLKIT = "See Messaging › Settings › Compliance Toolkit: passcodes should pass as essential messages."
_PUMPING = (
    "Twilio suspects SMS pumping and holds back messages to this number for 15 to 30 minutes, or for some hours. If the "
    "number is known, put it on the Global Safe List; see Messaging › Settings › SMS Pumping Protection."
)

REPORTS: dict[str, Row] = {
    **rows(_PHONE, {
        "30003": (
            "the phone seems to be switched off or out of reach",
            "The carrier could not reach the phone. Ask its owner to switch it on, or to take another phone.",
        ),
        "30004": (
            "the phone or its network blocks messages like ours",
            "The owner or the carrier blocks such messages. Ask the owner to lift the block, or to take another phone.",
        ),
        "30630": (
            "the owner of the number does not want messages",
            "Twilio's list of consents says so. Let the owner send START to the sender, or take another number.",
        ),
    }),
    **rows(_DEAD_PHONE, {
        "30005": ("the number does not seem to be in service", "The carrier does not know this number. Check its digits."),
    }),
    **rows(_LANDLINE, {
        "30006": (
            "the number cannot receive text messages, it may be a landline",
            "Take a mobile number, or have the passcode spoken by a call.",
        ),
    }),
    **rows(_PUMPED, {
        "30450": ("Twilio holds back messages to this number for a while", _PUMPING),
        "30453": ("Twilio holds back messages to this number for a while", _PUMPING),
    }),
    **rows(replace(_BLOCKED, of_number=True), {
        "30640": ("Twilio counts messages to this number as a legal risk", _TOOLKIT),
    }),
    **rows(_ACCOUNT, {
        "30002": (
            "the Twilio account is suspended",
            "Log in to the Twilio console and see Account › Settings, Billing and the notices.",
        ),
        "30037": (
            "Twilio has disabled sending for the account",
            "Log in to the Twilio console and see its notices, or ask Twilio's support.",
        ),
        "30454": (
            "the trial account has sent all its messages",
            "Upgrade the account under Billing in the Twilio console. It takes some hours until Twilio sends again.",
        ),
    }),
    **rows(_SENDER, {
        "30018": ("the country wants registered senders", _SENDER_ID),
        "30022": (
            "the sender sends too much for its campaign",
            f"US carriers limit the messages a second of this campaign. {_CAMPAIGN}",
        ),
        "30023": (
            "the sender has sent all its messages of the day",
            f"US carriers limit the messages a day of this brand. {_CAMPAIGN}",
        ),
        "30024": (
            "the carrier does not know the sender",
            "The number is not set up at this carrier yet. Ask Twilio's support if it stays so for more than a day.",
        ),
        "30027": (
            "the sender has sent all its messages of the day",
            f"T-Mobile limits the messages a day of this brand. {_CAMPAIGN}",
        ),
        "30032": (
            "the toll-free sender is not verified",
            "US and Canadian carriers take messages of verified toll-free numbers only. Verify it under Phone Numbers › "
            "Manage › Active numbers › the number › Regulatory Information.",
        ),
        "30033": (
            "the sender's campaign is suspended",
            f"US carriers take nothing from this campaign. {_CAMPAIGN}",
        ),
        "30034": (
            "the sender is not registered for the United States",
            "US carriers take messages of registered numbers only. Add the number to an approved campaign under "
            "Messaging › Regulatory Compliance › A2P 10DLC.",
        ),
        "30035": (
            "the sender is still being set up",
            f"The number was added to a campaign only now. Wait a day. {_CAMPAIGN}",
        ),
        "30040": ("the carrier wants registered senders", _SENDER_ID),
        "30041": ("the country restricts this sender", _SENDER_ID),
        "30042": (
            "the sender's name is too general or not the account's",
            f"Take a name that shows whose it is, without special characters. {_SENDER_ID}",
        ),
        "30043": (
            "messages from abroad go by another route here",
            "The carrier takes this for a message from abroad. Take a sender of another kind for this country.",
        ),
    }),
    **rows(_MESSAGE, {
        "30007": (
            "the mobile network filtered the message out",
            "The carrier or Twilio takes it for spam. Register the sender, keep links out of the texts, and give three "
            "message SIDs to Twilio's support.",
        ),
        "30019": ("the message is too long for the carrier", "Shorten the message's template or the signature."),
        "30038": (
            "the number is one of Twilio's, which take no passcodes",
            "Twilio does not pass passcodes on to numbers of its own. Take another number.",
        ),
        "30039": ("Twilio took the message for part of a loop", "Let no machine answer the sender's messages."),
        "30044": (
            "the message is too long for a trial account",
            "Upgrade the account, or shorten the message's template or the signature.",
        ),
        "30610": ("Twilio holds back messages at night here", _TOOLKIT),
        "30615": ("Twilio holds back messages at night here", _TOOLKIT),
        "30620": ("Twilio's compliance checks hold the message back", _TOOLKIT),
    }),
    **rows(_PASSING, {
        "30001": (
            "too many messages were waiting at Twilio",
            "The sender's queue was full. Add senders to a Messaging Service if this comes often.",
        ),
        "30008": ("the network gave no reason", "The carrier gave no reason. If it comes often, ask Twilio's support."),
        "30017": ("the mobile network is congested", "It passes. If it stays, see https://status.twilio.com."),
        "30021": ("Twilio has an internal error", "See https://status.twilio.com."),
        "30036": (
            "it came too late, the passcode had expired",
            "Twilio kept the message until the passcode expired. The sender's queue may be too long, or the phone off.",
        ),
        "30046": ("the network did not confirm the message", "It may have arrived. The owner may resend."),
        "30410": ("the mobile network did not answer", "It passes. If it stays, see https://status.twilio.com."),
        "30500": ("Twilio has an internal error", "See https://status.twilio.com."),
    }),
    **rows(_REQUEST, {
        "30010": ("the message costs more than the request allows", REPORT),
        "30012": ("Twilio does not take the message's validity", REPORT),
        "30013": ("Twilio does not take the message's validity", REPORT),
        "30014": ("Twilio did not understand the number", REPORT),
        "30015": ("Twilio did not understand the request", REPORT),
        "30016": ("sender and number are not of the same channel", REPORT),
        "30045": ("Twilio does not take the message's validity", REPORT),
    }),
}  # fmt: skip
