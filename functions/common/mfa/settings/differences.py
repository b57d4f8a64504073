"""The differences between two versions of the settings, for the history: without secrets and whole phone numbers."""

from typing import Any

import msgspec

from mfa.settings.values import Settings, StoredSettings

# Settings that are objects and change as a whole. The members of all others are settings of their own.
_WHOLE = frozenset({"twilio.sender"})


def differences(before: StoredSettings, after: StoredSettings) -> dict[str, dict[str, Any]]:
    """By the setting's full name, as in `budgets.number_per_hour`: its `old` and `new` value, None where there is none.

    Empty text is none as well: some engines of DynamoDB keep none. Of the Auth Token there are the last four characters, as screens show it; of a test number, the last four digits.
    """
    old, new = _flat(before), _flat(after)
    return {
        name: {"old": old.get(name), "new": new.get(name)}
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    } | _changed_secrets(before, after)


def _flat(stored: StoredSettings) -> dict[str, Any]:
    return _leaves("", _shown(stored.settings))


def _shown(settings: Settings) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(settings)
    shown["test_numbers"] = [f"****{test.number[-4:]}" for test in settings.test_numbers]
    return shown


def _leaves(path: str, members: dict[str, Any]) -> dict[str, Any]:
    leaves: dict[str, Any] = {}
    for name, value in members.items():
        full = f"{path}{name}"
        if isinstance(value, dict) and full not in _WHOLE:
            leaves |= _leaves(f"{full}.", value)
        else:
            leaves[full] = None if value == "" else value
    return leaves


def _changed_secrets(before: StoredSettings, after: StoredSettings) -> dict[str, dict[str, Any]]:
    """Changes that the values do not show: another Auth Token, and another code of a test number."""
    changed: dict[str, dict[str, Any]] = {}
    if before.auth_token != after.auth_token:
        old, new = (f"****{each.auth_token.last4}" if each.auth_token else None for each in (before, after))
        changed["twilio.auth_token"] = {"old": old, "new": new}
    if before.settings.test_numbers != after.settings.test_numbers:
        old_tests, new_tests = (_shown(each.settings)["test_numbers"] for each in (before, after))
        changed["test_numbers"] = {"old": old_tests, "new": new_tests}
    return changed
