"""Validation of changed settings: a merge patch, and the rules that need more than one field."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from mfa.decoding import convert
from mfa.errors import InvalidRequest
from mfa.messages.channels import PHONE_CHANNELS
from mfa.settings.values import AUTH_TOKEN, Settings


def merged(current: Settings, patch: Mapping[str, Any]) -> tuple[Settings, str | UnsetType | None]:
    """The settings after a merge patch (RFC 7396), and the Auth Token in it: a new one, None to remove it, or unset.

    Raises InvalidRequest, naming the field; nothing is half-changed.
    """
    if not isinstance(patch, Mapping):
        raise InvalidRequest("body", "must be an object")
    try:
        target = _merge(msgspec.to_builtins(current), patch)
    except RecursionError as error:
        raise InvalidRequest("body", "is nested too deep") from error
    token: str | UnsetType | None = UNSET
    twilio = target.get("twilio")
    if isinstance(twilio, dict) and "auth_token" in twilio:
        token = twilio.pop("auth_token")
    elif _removes(patch, "twilio", "auth_token"):
        token = None
    if isinstance(token, str) and not re.fullmatch(AUTH_TOKEN, token):
        raise InvalidRequest("twilio.auth_token", "must be 32 hexadecimal digits")
    if not (token is None or token is UNSET or isinstance(token, str)):
        raise InvalidRequest("twilio.auth_token", "must be a string")
    if isinstance(twilio, dict) and str(twilio.get("account_sid")).startswith("SK"):
        raise InvalidRequest(
            "twilio.account_sid", "is the SID of an API key (SK…); take the Account SID, which begins with AC"
        )
    settings = checked(convert(target, Settings))
    if (
        settings.twilio.account_sid != current.twilio.account_sid
        and settings.twilio.account_sid
        and not isinstance(token, str)
    ):
        raise InvalidRequest("twilio.auth_token", "must be given with a changed account_sid")
    return settings, token


def checked(settings: Settings) -> Settings:
    """The settings, where no two of them contradict each other. Raises InvalidRequest."""
    # Loaded only when settings are saved: they would slow the cold starts of everything else.
    from mfa.factors import phone_numbers  # noqa: PLC0415
    from mfa.messages.templates import has_link, lint  # noqa: PLC0415

    if has_link(settings.signature):
        raise InvalidRequest("signature", "must not hold a link")
    if re.search(r"\d{4}", settings.signature):
        raise InvalidRequest("signature", "must not hold four digits in a row, which could pass for a passcode")
    if settings.regions.allow != "*":
        known = {region for region, _ in phone_numbers.regions()}
        if unknown := sorted(set(settings.regions.allow) - known):
            raise InvalidRequest("regions.allow", f"lists a region that has no telephone numbers: {unknown[0]}")
    numbers = [test.number for test in settings.test_numbers]
    if len(set(numbers)) != len(numbers):
        raise InvalidRequest("test_numbers", "must list each number once")
    sender = settings.twilio.sender
    for channel in PHONE_CHANNELS:
        traits = channel.traits
        unfit = sender is not None and traits.senders and sender.kind not in traits.senders
        if unfit and traits.switch and channel.is_offered(settings):
            raise InvalidRequest(traits.switch, f"needs {traits.senders_in_words} as the sender")
    for locale, template in settings.templates.items():
        report = lint(
            template,
            passcode_length=settings.passcode_length,
            signature=settings.signature,
            origin=settings.origin,
        )
        if not report.acceptable:
            raise InvalidRequest(f"templates.{locale}", "; ".join(problem.message for problem in report.problems))
    return settings


def _merge(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merge(result.get(name), value)
    return result


def _removes(patch: Any, *path: str) -> bool:
    for name in path:
        if not isinstance(patch, Mapping) or name not in patch:
            return False
        patch = patch[name]
    return patch is None
