"""The one table of vendors' errors: each code's meaning, our refusal, and who can act on it.

Sending, status callbacks, the settings test, metrics, the API's `meaning` and `advice`, and `docs/twilio-errors.md`
read it. To add a code, add its row to `answers`, `reports`, `whatsapp`, `aws` or `ours`, and run `make errors`:

    look_up("21614").messages_only    # True: a landline can still be called
    look_up("99999").refusal          # SmsUnavailable: an unknown code means that nothing was sent
"""

from copy import replace

from mfa.vendor_errors.answers import ANSWERS
from mfa.vendor_errors.aws import AWS
from mfa.vendor_errors.entry import Acts, ErrorTable, VendorError
from mfa.vendor_errors.ours import OURS
from mfa.vendor_errors.reports import REPORTS
from mfa.vendor_errors.whatsapp import WHATSAPP

__all__ = ["OTHER", "VENDOR_ERRORS", "Acts", "VendorError", "look_up", "metrics"]

# The metric of all unknown codes. So the number of metrics stays bounded; the log has the code.
OTHER = "other"

VENDOR_ERRORS = ErrorTable({**ANSWERS, **REPORTS, **WHATSAPP, **AWS, **OURS})

_UNKNOWN = VendorError(
    code="",
    meaning="the reason is not known",
    advice="See https://www.twilio.com/docs/api/errors, and Monitor › Logs in the Twilio console.",
    acts=Acts.ADMINISTRATOR,
    metric=OTHER,
)
# AWS's codes are in capitals.
_UNKNOWN_AT_AWS = replace(
    _UNKNOWN, advice="See the events of the message in Amazon CloudWatch, or ask AWS's support.", metric=OTHER
)


def look_up(code: str) -> VendorError:
    """The entry of a code. An unknown code is a refusal that nobody can act on yet."""
    return VENDOR_ERRORS.get(code) or replace(_UNKNOWN_AT_AWS if code.isupper() else _UNKNOWN, code=code)


def metrics() -> frozenset[str]:
    """The names of all error metrics."""
    return frozenset(entry.metric for entry in VENDOR_ERRORS.values()) | {OTHER}
