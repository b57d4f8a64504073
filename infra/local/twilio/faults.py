"""The faults of the simulated Twilio: those of every vendor (`infra.local.faults`), and these.

wrong answers
  error               code, status, message
on the way of an accepted message or call
  delivery            status [undelivered; of a call no-answer], error_code, after [0.8]
  over_at_once        status [failed], error_code: Twilio answers 201, but the message or call has already ended
  delivery_delay      a message that still waits when its ValidityPeriod ends fails with 30036
  duplicate_callbacks, reordered_callbacks, lost_callbacks
of the account
  trial               verified [none]: the numbers that a trial account may reach
  whatsapp_session    free text reaches WhatsApp, as it does within 24 hours of the person's own message
"""

from __future__ import annotations

from infra.local.faults import OUT, REQUIRED, Kinds, numbers, seconds, shared, text, whole

MESSAGE_ENDS = ("queued", "sent", "delivered", "undelivered", "failed")
CALL_ENDS = ("completed", "busy", "no-answer", "failed", "canceled")

KINDS = Kinds(
    {
        **shared(201, '{"sid": "SM'),
        "error": {
            "code": (REQUIRED, whole(10_000, 999_999)),
            "status": (OUT, whole(400, 599)),
            "message": (OUT, text),
        },
        "delivery": {
            "status": (OUT, lambda value: value in {*MESSAGE_ENDS, *CALL_ENDS}),
            "error_code": (OUT, whole(10_000, 999_999)),
            "after": (0.8, seconds),
        },
        "over_at_once": {
            "status": ("failed", lambda value: value in {"undelivered", "failed", "canceled"}),
            "error_code": (OUT, whole(10_000, 999_999)),
        },
        "duplicate_callbacks": {},
        "reordered_callbacks": {},
        "lost_callbacks": {},
        "trial": {"verified": ([], numbers)},
        "whatsapp_session": {},
    },
    {"sms": MESSAGE_ENDS, "whatsapp": MESSAGE_ENDS, "voice": CALL_ENDS},
)
