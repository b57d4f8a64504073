"""Writes `docs/twilio-errors.md` from the table of vendor errors: `python -m infra.vendor_errors_page`."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "functions" / "common"))

from mfa.vendor_errors import VENDOR_ERRORS, VendorError  # noqa: E402 - the layer is not an installed package

PAGE = ROOT / "docs" / "twilio-errors.md"
_HEAD = """# Errors of Twilio and AWS

The meaning of each code, and what to do about it. `make errors` writes this page from the table that the functions use,
`functions/common/mfa/vendor_errors`. [Twilio's dictionary](https://www.twilio.com/docs/api/errors) has more details.
Codes in capitals are those of AWS End User Messaging.

- *answer*: the client's answer if a send is refused with this code. A refused send is given back: it does not count,
  and the user can choose another phone at once. `unknown` means that the message may have gone out.
- *unusable*: the phone is marked and gets nothing more until it is verified again. *messages* means that it can still
  be called.
- *field*: the settings test shows the error at this field.
- *counted as*: the `error` dimension of the metric `send_failures`. Codes that are not listed here count as `other`.
  The log has the code.

| code | means | what to do | answer | unusable | field | who acts | counted as |
|---|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    return _HEAD + "".join(_line(VENDOR_ERRORS[code]) for code in sorted(VENDOR_ERRORS, key=_place))


def _place(code: str) -> tuple[int, str]:
    """The sort key of a code: numbers by size, then words."""
    return (int(code) if code.isdecimal() else 10**9, code.casefold())


def _line(known: VendorError) -> str:
    answer = f"`{known.refusal.code}`" if known.gives_back else "`unknown`"
    unusable = ("messages" if known.messages_only else "yes") if known.permanent else ""
    field = f"`{known.field}`" if known.field else ""
    return (
        f"| `{known.code}` | {known.meaning} | {known.advice} | {answer} | {unusable} | {field} | {known.acts} "
        f"| `{known.metric}` |\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
