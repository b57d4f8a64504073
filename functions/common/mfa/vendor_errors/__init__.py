"""The one table of vendors' errors: what each code means, what the client is told, and who acts.

Sending, status callbacks, the settings test, metrics, the API's `meaning` and `advice`, and `docs/twilio-errors.md`
read it. To add a code, add its row to `answers`, `reports`, `whatsapp` or `ours`, and run `make errors`:

    look_up("21614").messages_only    # True: a landline can still be called
    look_up("99999").refusal          # SmsUnavailable: an unknown code means that nothing was sent
"""

from dataclasses import replace

from mfa.vendor_errors.answers import ANSWERS
from mfa.vendor_errors.entry import Acts, ErrorTable, VendorError
from mfa.vendor_errors.ours import OURS
from mfa.vendor_errors.reports import REPORTS
from mfa.vendor_errors.whatsapp import WHATSAPP

__all__ = ["OTHER", "VENDOR_ERRORS", "Acts", "VendorError", "look_up", "metrics"]

# Under which all codes are counted that the table does not know: the number of metrics stays bounded; the log has the code.
OTHER = "other"

VENDOR_ERRORS = ErrorTable({**ANSWERS, **REPORTS, **WHATSAPP, **OURS})

_UNKNOWN = VendorError(
    code="",
    meaning="the reason is not known",
    advice="See https://www.twilio.com/docs/api/errors, and Monitor › Logs in the Twilio console.",
    acts=Acts.ADMINISTRATOR,
    metric=OTHER,
)


def look_up(code: str) -> VendorError:
    """The entry of a code. For one that the table does not know: refused for a reason that nobody can act on yet."""
    return VENDOR_ERRORS.get(code) or replace(_UNKNOWN, code=code)


def metrics() -> frozenset[str]:
    """All names under which errors are counted."""
    return frozenset(entry.metric for entry in VENDOR_ERRORS.values()) | {OTHER}
