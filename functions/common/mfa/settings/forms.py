"""The forms of values in the settings and in the API, and the label of a setting."""

from typing import Annotated

from msgspec import Meta

from mfa.decoding import form

E164 = form(r"^\+[1-9][0-9]{6,14}$(?!\n)", "must be a number in international form, such as +85292153799")
# Roughly: `mfa.messages.addresses` judges addresses and host names when they are saved.
EMAIL = form(r"^[^@\s]+@[^@\s]+$", "is not an address that mail can be sent to")
HOST = form(r"^[^\s/:@]+$", "is not a host name, as in login.example.com")
# BCP 47, as CLDR writes it: language, script, region, variants (`zh-Hant-HK`, `es-419`, `ca-valencia`).
LOCALE = form(
    r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*$(?!\n)",
    "is no language tag, such as en or pt-BR",
)
REGION = form(r"^[A-Z]{2}$(?!\n)", "must be the two capital letters of a country, such as GB")
ONE_LINE = form(r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$(?!\n)", "must not hold line breaks or control characters")
# Twilio's identifiers.
ACCOUNT_SID = form(r"^AC[0-9a-f]{32}$(?!\n)", "must be AC and 32 hexadecimal digits")
SERVICE_SID = form(r"^MG[0-9a-f]{32}$(?!\n)", "must be MG and 32 hexadecimal digits")
POOL_ID = form(r"^pool-[0-9a-f]{32}$(?!\n)", "must be pool- and 32 hexadecimal digits")
CONTENT_SID = form(r"^HX[0-9a-f]{32}$(?!\n)", "must be HX and 32 hexadecimal digits")
SENDER_NAME = form(
    r"^[0-9 +_&-]*[A-Za-z][A-Za-z0-9 +_&-]*$(?!\n)",
    "may hold letters, digits, blanks and + - _ & only, and at least one letter",
)
CLIENT_ID = form(r"^[0-9a-f]{24}$(?!\n)", "must be a client's id: 24 hexadecimal digits")
FIXED_CODE = form(r"^[0-9]{4,10}$(?!\n)", "must be 4 to 10 digits")
# Twilio's Auth Token: 32 hexadecimal digits.
AUTH_TOKEN = r"[0-9a-f]{32}"  # noqa: S105 - the form of one

type ClientId = Annotated[str, Meta(pattern=CLIENT_ID)]
type Email = Annotated[str, Meta(pattern=EMAIL, max_length=254)]


def labelled(title: str, description: str | None = None, *, unit: str | None = None) -> Meta:
    """The label of a setting on screens, a sentence of help if it needs one, and its unit."""
    return Meta(title=title, description=description, extra_json_schema={"x-unit": unit} if unit else None)
