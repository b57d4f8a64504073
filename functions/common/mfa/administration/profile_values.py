"""The values of a profile in the one form in which they are kept."""

from collections.abc import Mapping
from typing import Any

from mfa.errors import InvalidRequest
from mfa.messages.addresses import email
from mfa.messages.language_tags import canonical


def canonical_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """These fields of a profile, with the contact email and the language in their one spelling; others as they are.

    Empty text is no value: some engines of DynamoDB keep none.

    Raises InvalidRequest, naming the field, if mail cannot be sent to the address or the language is not a language tag.
    """
    kept: dict[str, Any] = {name: None if value == "" else value for name, value in values.items()}
    if kept.get("contact_email"):
        kept["contact_email"] = email(kept["contact_email"], "contact_email")
    if kept.get("locale"):
        kept["locale"] = canonical(kept["locale"])
        if kept["locale"] is None:
            raise InvalidRequest("locale", "is no language tag, such as en or pt-BR")
    return kept
