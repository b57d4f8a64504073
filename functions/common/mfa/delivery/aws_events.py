"""Reads the reports of AWS End User Messaging on messages and calls, as SNS hands them to the function."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.delivery.aws import REF
from mfa.vendor_errors import look_up

# https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html
# Of TEXT_UNKNOWN AWS says that the fate of the message is not known: it changes nothing.
STATUSES = {
    "TEXT_QUEUED": Delivery.QUEUED,
    "TEXT_PENDING": Delivery.QUEUED,
    "TEXT_SENT": Delivery.SENT,
    "TEXT_SUCCESSFUL": Delivery.SENT,
    "TEXT_DELIVERED": Delivery.DELIVERED,
    "TEXT_INVALID": Delivery.UNDELIVERED,
    "TEXT_UNREACHABLE": Delivery.UNDELIVERED,
    "TEXT_CARRIER_UNREACHABLE": Delivery.UNDELIVERED,
    "TEXT_BLOCKED": Delivery.UNDELIVERED,
    "TEXT_CARRIER_BLOCKED": Delivery.UNDELIVERED,
    "TEXT_SPAM": Delivery.UNDELIVERED,
    "TEXT_TTL_EXPIRED": Delivery.UNDELIVERED,
    "TEXT_INVALID_MESSAGE": Delivery.FAILED,
    "TEXT_PROTECT_BLOCKED": Delivery.FAILED,
    "VOICE_INITIATED": Delivery.QUEUED,
    "VOICE_RINGING": Delivery.SENT,
    "VOICE_ANSWERED": Delivery.SENT,
    "VOICE_COMPLETED": Delivery.DELIVERED,
    "VOICE_BUSY": Delivery.UNDELIVERED,
    "VOICE_NO_ANSWER": Delivery.UNDELIVERED,
    "VOICE_TTL_EXPIRED": Delivery.UNDELIVERED,
    "VOICE_FAILED": Delivery.FAILED,
}


def reports(records: object) -> Iterator[tuple[str, Outcome]]:
    """The `ref` and the outcome of each report in SNS's records. Anything else that a record holds is passed over.

    Nothing is authenticated here: IAM lets only the topic of the configuration set invoke the function.
    """
    for record in records if isinstance(records, list) else ():
        event = _event(record)
        context, status = event.get("context"), str(event.get("eventType"))
        ref = context.get(REF) if isinstance(context, Mapping) else None
        delivery = STATUSES.get(status)
        if not isinstance(ref, str) or delivery is None:
            continue
        if delivery.is_refused:
            yield ref, Outcome(delivery, status, permanent=look_up(status).permanent, vendor="aws")
        else:
            yield ref, Outcome(delivery, vendor="aws")


def _event(record: Any) -> Mapping[str, Any]:
    try:
        event = json.loads(record["Sns"]["Message"])
    except (LookupError, TypeError, ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}
