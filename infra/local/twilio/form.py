"""Reads the forms of requests. Each parameter must be known and given once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

from infra.local.twilio.errors import refusal, unknown_parameter

type Form = Mapping[str, list[str]]


def read(text: str) -> Form:
    """Read a form. Raises `TwilioError` if the body is not a form."""
    try:
        return parse_qs(text, keep_blank_values=True, strict_parsing=True) if text else {}
    except ValueError as error:
        raise refusal(20001, "The form cannot be read") from error


def values(form: Form, known: Collection[str], repeatable: Collection[str]) -> dict[str, str]:
    """The parameters that are not empty. Of a repeatable parameter, the first value."""
    for name, given in form.items():
        if name not in known or (len(given) > 1 and name not in repeatable):
            raise unknown_parameter(name)
    return {name: given[0] for name, given in form.items() if given[0]}


def check_url(url: str | None, code: int) -> None:
    """Raise the error with this code if the value is not an absolute URL."""
    if url is None:
        return
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in url):
        raise refusal(code, url)


def rfc2822(at: datetime | None = None) -> str:
    """A time as this API writes it."""
    return format_datetime(at or datetime.now(UTC))
