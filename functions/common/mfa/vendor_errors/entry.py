"""One error code of a vendor."""

from collections.abc import Iterator, Mapping
from copy import replace
from enum import StrEnum

from msgspec import Struct

from mfa.errors import PhoneUnusable, Refusal, SmsUnavailable

# The advice for requests that this product should not have made.
REPORT = "The request was not as Twilio takes it. Report this with the code: it is a fault of this product."


class Acts(StrEnum):
    """The people who can act on an error."""

    ADMINISTRATOR = "administrator"
    """In Twilio's console, in AWS, or on the settings page."""
    USER = "user"
    """Chooses another phone, or switches the phone on."""
    DEVELOPER = "developer"
    """The request itself is wrong: a fault of this product."""
    NOBODY = "nobody"
    """It passes by itself; the user may resend."""


class VendorError(Struct, frozen=True, kw_only=True):
    """One row of the table.

    Attributes:
        code: Twilio's number, a call's status (`busy`), SES's word (`MessageRejected`) or our own (`unreachable`).
        meaning: The event, as a clause that can follow a colon: `nobody answered`.
        advice: For administrators: what to do, in full sentences, with the place in the vendor's console.
        acts: The one who can do something about it.
        refusal: The answer to the client of a send that met this error.
        permanent: Whether the phone is marked unusable: nothing will ever reach it.
        messages_only: Of a permanent error: whether the phone can still be called.
        gives_back: Whether an answer with this code says that nothing was sent, so that the send is given back. After
            any other answer nobody knows, and the send is `unknown`. A status callback with a refusal always gives back.
        field: The setting it points at, named as in the settings test's request (`twilio.sender`, `phone`), or None.
        metric: The `error` dimension under which it is counted: the code itself, or a word for codes that need the same
            action. Each value is a paid metric, so there are few; the log has the code.
        opens_breaker: Whether Twilio does not accept the account at all, so that nothing is sent for a minute.
        proves_account: Whether Twilio answers this only after it has accepted the account, which closes the breaker.
        of_number: Whether the number itself is held back, as by a guard against pumping. No other provider gets it then.
    """

    code: str
    meaning: str
    advice: str
    acts: Acts
    refusal: type[Refusal] = SmsUnavailable
    permanent: bool = False
    messages_only: bool = False
    gives_back: bool = True
    field: str | None = None
    metric: str
    opens_breaker: bool = False
    proves_account: bool = True
    of_number: bool = False

    @property
    def explanation(self) -> str:
        """The problem and the advice, in full sentences."""
        return f"{self.meaning[0].upper()}{self.meaning[1:]}. {self.advice}"

    @property
    def lets_others_try(self) -> bool:
        """Whether another provider may send after this error: nothing went out, and the number is not the reason."""
        return self.gives_back and not self.of_number and not issubclass(self.refusal, PhoneUnusable)

    @property
    def about_setup(self) -> bool:
        """Whether the error is about the account or the settings. Users cannot fix those and are not told."""
        return self.field not in {None, "phone"}


type Row = tuple[VendorError, str, str]
"""A row of the table: the group's common part, the meaning and the advice. The entry is built when it is looked up."""


def rows(like: VendorError, texts: Mapping[str, tuple[str, str]]) -> dict[str, Row]:
    """One row per code, `like` the given entry in all but code, meaning and advice.

    Each is counted under its own code, unless `like` names a metric for the whole group:

        rows(group(Acts.USER, PhoneUnusable, "phone"), {
            "21610": ("the owner of the number has replied STOP", "Let the owner send START."),
        })
    """
    return {code: (like, meaning, advice) for code, (meaning, advice) in texts.items()}


def group(
    acts: Acts, refusal: type[Refusal] = SmsUnavailable, field: str | None = None, metric: str = ""
) -> VendorError:
    """The common part of a group's rows."""
    return VendorError(code="", meaning="", advice="", acts=acts, refusal=refusal, field=field, metric=metric)


class ErrorTable(Mapping[str, VendorError]):
    """The entries by code. Each is made when it is asked for: a function that starts pays for none."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        self._rows = rows

    def __getitem__(self, code: str) -> VendorError:
        like, meaning, advice = self._rows[code]
        return replace(like, code=code, meaning=meaning, advice=advice, metric=like.metric or code)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
