"""The faults of the simulated AWS End User Messaging: those of every vendor (`infra.local.faults`), and these.

wrong answers
  error               exception, reason, message, status: an exception of the operation's model
on the way of an accepted message or call
  delivery            status [CARRIER_UNREACHABLE; of a call NO_ANSWER], after [0.8]: the last event's type without
                      TEXT_ or VOICE_
  delivery_delay      a message that still waits when its TimeToLive is over ends with TTL_EXPIRED
  duplicate_events, reordered_events, lost_events
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.local.faults import OUT, REQUIRED, FaultError, Kinds, seconds, shared, text, whole
from infra.local.sms_voice import model

EXCEPTIONS = (
    "AccessDeniedException",
    "ConflictException",
    "InternalServerException",
    "ResourceNotFoundException",
    "ServiceQuotaExceededException",
    "ThrottlingException",
    "ValidationException",
)
TEXT_ENDS = (
    "PENDING",
    "SUCCESSFUL",
    "DELIVERED",
    "INVALID",
    "INVALID_MESSAGE",
    "UNREACHABLE",
    "CARRIER_UNREACHABLE",
    "BLOCKED",
    "CARRIER_BLOCKED",
    "PROTECT_BLOCKED",
    "SPAM",
    "UNKNOWN",
    "TTL_EXPIRED",
)
VOICE_ENDS = ("COMPLETED", "BUSY", "NO_ANSWER", "FAILED", "TTL_EXPIRED")


def _check(fault: str, values: Mapping[str, Any]) -> None:
    """The reason must be one of the exception's own."""
    if fault != "error" or values["reason"] is None:
        return
    exception, reasons = values["exception"], model.reasons(values["exception"])
    if not reasons:
        raise FaultError(f"error: {exception} has no reason")
    if values["reason"] not in reasons:
        raise FaultError(f"error: reason of {exception} is one of {', '.join(reasons)}")


KINDS = Kinds(
    {
        **shared(200, '{"MessageId": "'),
        "error": {
            "exception": (REQUIRED, lambda value: value in EXCEPTIONS),
            "reason": (OUT, text),
            "message": (OUT, text),
            "status": (OUT, whole(400, 599)),
        },
        "delivery": {
            "status": (OUT, lambda value: value in {*TEXT_ENDS, *VOICE_ENDS}),
            "after": (0.8, seconds),
        },
        "duplicate_events": {},
        "reordered_events": {},
        "lost_events": {},
    },
    {"sms": TEXT_ENDS, "voice": VOICE_ENDS, "feedback": ()},
    apart=("feedback",),
    check=_check,
)
