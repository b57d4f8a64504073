"""Validation of changed settings: a merge patch, and the rules that need more than one field."""

import re
from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType, structs

from mfa.decoding import convert
from mfa.errors import InvalidRequest
from mfa.messages.channels import PHONE_CHANNELS, PROVIDERS, ProviderName
from mfa.pasted import plain_number
from mfa.settings.forms import AUTH_TOKEN
from mfa.settings.routing import provided_channels, routes_of
from mfa.settings.values import Settings

# A signature in letters beyond GSM-7 makes two segments of a message that is one; not more.
MOST_FOR_OTHER_LETTERS = 2
# The use of a session is noted once a minute: a shorter idle time would end sessions that are in use.
LEAST_IDLE_MINUTES = 5
# Why a provider cannot be chosen.
SWITCHED_OFF: Mapping[ProviderName, str] = {
    "aws": "needs a stack that sends by AWS: deploy it with the parameter AwsMessages set to on first",
}
# AWS takes fewer characters than Twilio.
_AWS_SENDER_ID = re.compile(r"[A-Za-z0-9_-]{1,11}")


def merged(
    current: Settings, patch: Mapping[str, Any], lacking: Collection[ProviderName] = ()
) -> tuple[Settings, str | UnsetType | None]:
    """The settings after a merge patch (RFC 7396), and the Auth Token in it: a new one, None to remove it, or unset.

    `lacking`: the providers by which the stack does not send; the patch brings no route by them.
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
    settings = checked(convert(_with_plain_numbers(target), Settings))
    _refuse_lacking(current, settings, lacking)
    if (
        settings.twilio.account_sid != current.twilio.account_sid
        and settings.twilio.account_sid
        and not isinstance(token, str)
    ):
        raise InvalidRequest("twilio.auth_token", "must be given with a changed account_sid")
    return settings, token


def checked(settings: Settings) -> Settings:
    """The settings as they are kept, with addresses in ASCII. Raises InvalidRequest where they contradict each other."""
    # Loaded only when settings are saved: they would slow the cold starts of everything else.
    from mfa.factors import phone_numbers  # noqa: PLC0415
    from mfa.messages.addresses import email, host  # noqa: PLC0415
    from mfa.messages.templates import signature_problems  # noqa: PLC0415

    settings = structs.replace(
        settings,
        origin=host(settings.origin, "origin") if settings.origin else None,
        email_sender=email(settings.email_sender, "email_sender") if settings.email_sender else None,
    )
    if 0 < settings.admin_idle_minutes < LEAST_IDLE_MINUTES:
        raise InvalidRequest("admin_idle_minutes", f"must be 0, or at least {LEAST_IDLE_MINUTES}")
    if problems := signature_problems(settings.signature):
        raise InvalidRequest("signature", "; ".join(problems))
    if settings.regions.allow != "*":
        known = {region for region, _ in phone_numbers.regions()}
        if unknown := sorted(set(settings.regions.allow) - known):
            raise InvalidRequest("regions.allow", f"lists a region that has no telephone numbers: {unknown[0]}")
    numbers = [test.number for test in settings.test_numbers]
    if len(set(numbers)) != len(numbers):
        raise InvalidRequest("test_numbers", "must list each number once")
    _refuse_prices(settings)
    _refuse_client_budgets(settings)
    _refuse_routes(settings)
    if routes_of(settings):
        provided = provided_channels(settings)
        for channel in PHONE_CHANNELS:
            switch = channel.traits.switch
            if switch and channel.is_offered(settings) and channel not in provided:
                raise InvalidRequest(switch, f"needs {channel.traits.senders_in_words} as the sender")
    _refuse_unknown_locales(settings)
    _refuse_messages(settings)
    if settings.actions:
        from mfa.settings.action_rules import refuse_action_types  # noqa: PLC0415 - as above

        refuse_action_types(settings)
    return settings


def _refuse_prices(settings: Settings) -> None:
    """Refuses prices that would never count, and two of one kind of message, of which the last would silently count."""
    from mfa.factors import phone_numbers  # noqa: PLC0415 - as in `checked`

    known = {region for region, _ in phone_numbers.regions()}
    seen: set[tuple[str, str]] = set()
    for at, price in enumerate(settings.prices.overrides):
        name, kind = f"prices.overrides[{at}]", (price.region, price.channel)
        if price.region not in known:
            raise InvalidRequest(f"{name}.region", f"is a region that has no telephone numbers: {price.region}")
        if kind in seen:
            raise InvalidRequest(name, "gives this region and channel a second price")
        seen.add(kind)


def _refuse_client_budgets(settings: Settings) -> None:
    """Refuses two budgets of one client, of which the first would silently count."""
    seen: set[str] = set()
    for at, budget in enumerate(settings.budgets.clients):
        if budget.client_id in seen:
            raise InvalidRequest(f"budgets.clients[{at}]", "gives this client a second budget")
        seen.add(budget.client_id)


def _refuse_routes(settings: Settings) -> None:
    """Refuses routes that could never send."""
    from mfa.factors import phone_numbers  # noqa: PLC0415 - as in `checked`

    known = {region for region, _ in phone_numbers.regions()}
    for at, route in enumerate(settings.routes):
        name = f"routes[{at}]"
        if not any(route.takes(channel) for channel in PHONE_CHANNELS):
            raise InvalidRequest(f"{name}.sender.{route.sender.kind}", f"is no sender of {PROVIDERS[route.provider]}")
        if route.provider == "aws" and not _AWS_SENDER_ID.fullmatch(route.sender.alphanumeric or "A"):
            raise InvalidRequest(
                f"{name}.sender.alphanumeric", "may hold letters, digits, - and _ only, where AWS sends"
            )
        if route.provider == "twilio" and not settings.twilio.account_sid:
            raise InvalidRequest(f"{name}.provider", "needs an account of Twilio")
        if route.provider == "twilio" and route.max_price is not None:
            raise InvalidRequest(f"{name}.max_price", "is for AWS; Twilio takes no highest price")
        regions = [] if route.regions == "*" else route.regions
        if unknown := sorted(set(regions) - known):
            raise InvalidRequest(f"{name}.regions", f"lists a region that has no telephone numbers: {unknown[0]}")
        if len(set(regions)) != len(regions):
            raise InvalidRequest(f"{name}.regions", "must list each region once")
        if route in settings.routes[:at]:
            raise InvalidRequest(name, "is there twice")


def _refuse_lacking(before: Settings, after: Settings, lacking: Collection[ProviderName]) -> None:
    """Refuses new routes by providers by which the stack does not send. Saved ones stay: they must not block other changes."""
    for at, route in enumerate(after.routes):
        if route.provider in lacking and route not in before.routes:
            raise InvalidRequest(f"routes[{at}].provider", SWITCHED_OFF[route.provider])


def _refuse_messages(settings: Settings) -> None:
    """Judges each message as it will be sent, with the longest login name: the administrator's own and the built-in ones."""
    from mfa.messages.gsm7 import is_gsm7  # noqa: PLC0415 - as in `checked`
    from mfa.messages.locales import LOCALES, built_in  # noqa: PLC0415
    from mfa.messages.templates import Report, lint  # noqa: PLC0415

    def judged(template: str, origin: str | None = settings.origin) -> Report:
        return lint(template, passcode_length=settings.passcode_length, signature=settings.signature, origin=origin)

    for locale, template in settings.templates.items():
        report = judged(template)
        if not report.acceptable:
            raise InvalidRequest(f"templates.{locale}", "; ".join(problem.message for problem in report.problems))
    for locale in LOCALES:
        template = built_in(locale)
        report = judged(template)
        if not report.acceptable:
            at_fault = "origin" if judged(template, None).acceptable else "signature"
            raise InvalidRequest(at_fault, "; ".join(problem.message for problem in report.problems))
        if is_gsm7(template) and not is_gsm7(settings.signature) and report.segments > MOST_FOR_OTHER_LETTERS:
            raise InvalidRequest(
                "signature",
                f"makes a message in GSM-7 take {report.segments} segments; shorten it, or write it in Latin letters",
            )


def _refuse_unknown_locales(settings: Settings) -> None:
    """Refuses other spellings of a language, and a default language without a template."""
    from mfa.messages.language_tags import canonical, closest  # noqa: PLC0415 - as in `checked`
    from mfa.messages.locales import LOCALES  # noqa: PLC0415

    for locale in settings.templates:
        if (name := canonical(locale)) != locale:
            raise InvalidRequest(f"templates.{locale}", f"is called {name}" if name else "is no language")
    default = settings.default_locale
    if default is not None and closest(default, {*LOCALES, *settings.templates}) is None:
        raise InvalidRequest("default_locale", "is a language that messages are not written in; add a template first")


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


def _with_plain_numbers(target: dict[str, Any]) -> dict[str, Any]:
    """The settings to be read, their numbers without what was pasted along with them."""
    twilio, tests, routes = (target.get(name) for name in ("twilio", "test_numbers", "routes"))
    sender = twilio.get("sender") if isinstance(twilio, dict) else None
    listed = tests if isinstance(tests, list) else []
    by_route = [each.get("sender") for each in routes if isinstance(each, dict)] if isinstance(routes, list) else []
    for holder, name in [
        *((each, "phone_number") for each in (sender, *by_route)),
        *((each, "number") for each in listed),
    ]:
        if isinstance(holder, dict) and isinstance(holder.get(name), str):
            holder[name] = plain_number(holder[name])
    return target


def _removes(patch: Any, *path: str) -> bool:
    for name in path:
        if not isinstance(patch, Mapping) or name not in patch:
            return False
        patch = patch[name]
    return patch is None
