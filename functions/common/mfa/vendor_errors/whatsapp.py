"""Errors of WhatsApp messages: about the template, the sender and the receiver.

Source: https://www.twilio.com/docs/api/errors#6-anchor. 63001 to 63059 but for those about media, RCS and Facebook;
63100 and above are about registering senders.
"""

from copy import replace

from mfa.errors import DestinationBlocked, PhoneUnusable
from mfa.vendor_errors.entry import Acts, Row, group, rows

_TEMPLATE = group(Acts.ADMINISTRATOR, field="whatsapp.content_sid", metric="whatsapp_template")
_SENDER = group(Acts.ADMINISTRATOR, field="twilio.sender", metric="whatsapp_sender")
_PHONE = replace(group(Acts.USER, DestinationBlocked, "phone"), of_number=True)
_OPTED_OUT = group(Acts.USER, PhoneUnusable, "phone")
_LIMITED = group(Acts.NOBODY, metric="whatsapp_limit")
_FAULT = group(Acts.NOBODY, metric="whatsapp_fault")

_SENDERS = "See Messaging › Senders › WhatsApp senders in the Twilio console."
_TEMPLATES = "See Messaging › Content Template Builder in the Twilio console."
_ONE_VARIABLE = f"The template must have the passcode as its one variable, {{{{1}}}}. {_TEMPLATES}"
_NOT_THERE = "Its owner may not use WhatsApp with this number. Send a text message, or take another number."
_META = "See the business account in Meta's Business Manager."

WHATSAPP: dict[str, Row] = {
    **rows(_PHONE, {
        "63003": ("the number is not on WhatsApp", _NOT_THERE),
        "63015": (
            "the number has not joined the WhatsApp sandbox",
            "The sandbox sends only to numbers that joined it. Use a WhatsApp sender of your own.",
        ),
        "63024": ("the number is not on WhatsApp", _NOT_THERE),
        "63031": ("the number is the sender itself", "A message cannot go to the number that sends it."),
        "63032": ("WhatsApp does not deliver to this user", "WhatsApp withholds the message. Send a text message."),
        "63058": (
            "WhatsApp does not let the business write to this country",
            f"Send text messages to this country. {_META}",
        ),
    }),
    **rows(_OPTED_OUT, {
        "63014": ("the user has blocked the sender on WhatsApp", "Let the user unblock it, or send a text message."),
        "63033": ("the user does not want WhatsApp messages", "Let the user opt in again, or send a text message."),
    }),
    **rows(_TEMPLATE, {
        "21654": ("the WhatsApp template is missing", f"Set the template's SID (HX…). {_TEMPLATES}"),
        "21655": ("there is no such WhatsApp template", f"Copy its SID (HX…) again. {_TEMPLATES}"),
        "21656": ("the WhatsApp template does not take the passcode", _ONE_VARIABLE),
        "216602": ("the template is not one for WhatsApp", f"Take an authentication template. {_TEMPLATES}"),
        "63005": ("WhatsApp rejected the text", _TEMPLATES),
        "63006": ("the text could not be made ready for WhatsApp", _TEMPLATES),
        "63013": ("the text breaks WhatsApp's rules", f"Take an authentication template. {_TEMPLATES}"),
        "63016": ("WhatsApp takes approved templates only", f"The template is not approved yet. {_TEMPLATES}"),
        "63021": ("WhatsApp rejected the text", _ONE_VARIABLE),
        "63026": ("WhatsApp takes the text for spam", f"Take an authentication template. {_TEMPLATES}"),
        "63027": ("the template does not exist in this language", _TEMPLATES),
        "63028": ("the WhatsApp template does not take the passcode", _ONE_VARIABLE),
        "63029": ("WhatsApp could not load the template", _TEMPLATES),
        "63030": ("WhatsApp does not take the request", _ONE_VARIABLE),
        "63040": ("WhatsApp has rejected the template", _TEMPLATES),
        "63041": ("WhatsApp has paused the template", _TEMPLATES),
        "63042": ("WhatsApp has disabled the template", _TEMPLATES),
        "63049": (
            "WhatsApp withheld it as a marketing message",
            f"Take a template of the category authentication. {_TEMPLATES}",
        ),
        "63050": (
            "the user wants no marketing messages on WhatsApp",
            f"Take a template of the category authentication. {_TEMPLATES}",
        ),
        "63053": ("the template is new and not ready yet", "Wait ten minutes, then send again."),
        "63054": ("the WhatsApp template cannot be used", _TEMPLATES),
        "63055": ("the template is not one of marketing", f"The sender takes marketing messages only. {_SENDERS}"),
    }),
    **rows(_SENDER, {
        "63001": ("WhatsApp does not accept the sender's credentials", _SENDERS),
        "63002": ("WhatsApp does not know the sender", _SENDERS),
        "63007": (
            "the sender is not set up for WhatsApp",
            f"The phone number of the settings must be a WhatsApp sender too. {_SENDERS}",
        ),
        "63008": ("the sender's setup for WhatsApp is not right", _SENDERS),
        "63020": ("WhatsApp has a problem with the business account", _META),
        "63022": ("WhatsApp does not accept the sender's display name", _SENDERS),
        "63051": ("WhatsApp has locked the sender", f"{_SENDERS} {_META}"),
        "63056": ("WhatsApp does not let this business account send", _META),
        "63059": ("the sender has moved to another business account", _SENDERS),
        "63112": ("Meta has disabled the business account", _META),
    }),
    **rows(_LIMITED, {
        "63017": ("too many WhatsApp messages at once", "It passes. The sender's limit rises with its use."),
        "63018": ("too many WhatsApp messages at once", "It passes. The sender's limit rises with its use."),
        "63038": (
            "the account has sent all its messages of the day",
            "A trial account, or a new sender, may send few messages a day. Upgrade the account, or ask Twilio's support.",
        ),
    }),
    **rows(_FAULT, {
        "63009": ("WhatsApp has an internal error", "It passes. If it stays, see https://status.twilio.com."),
        "63010": ("Twilio has an internal error", "It passes. If it stays, see https://status.twilio.com."),
        "63011": ("Twilio could not process the message", "It passes. If it stays, see https://status.twilio.com."),
        "63012": ("WhatsApp has an internal error", "It passes. If it stays, see https://status.twilio.com."),
        "63023": ("WhatsApp gave no reason", "If it comes often, see the message under Monitor › Logs › Messaging."),
    }),
}  # fmt: skip
