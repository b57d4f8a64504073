"""Action types that an administrator tries: the deed that the message of a settings test names."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import replace
from dataclasses import dataclass

from mfa import errors
from mfa.challenges.account import Account
from mfa.challenges.settings_tests import SettingsTest, TriedAction
from mfa.messages.channels import DEFAULT, Channel
from mfa.messages.composition import Reader, deed_words
from mfa.messages.deed_params import refuse_params
from mfa.messages.deeds import Deed
from mfa.settings.values import Settings
from mfa.users.user import User


@dataclass(frozen=True, slots=True)
class DeedToTry:
    """The deed as the administrator typed it. `locale` is the language to ask for."""

    type: str
    params: Mapping[str, object]
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class DeedMessage:
    """How a deed goes out: the channel, the deed, and its words in the reader's language."""

    channel: Channel
    deed: Deed | None
    words: str


# A test of the settings alone.
NO_DEED = DeedMessage(DEFAULT, None, "")


def tried_action(asked: DeedToTry, settings: Settings) -> TriedAction:
    """The deed to try. Raises InvalidRequest on `action.type`, `action.params` or `action.params.<name>`."""
    type_ = settings.actions.get(asked.type)
    if type_ is None:
        raise errors.InvalidRequest("action.type", "is no action type of these settings")
    with _errors_within("action"):
        params = refuse_params(type_.texts, asked.params, settings.passcode_length)
    return TriedAction(type=asked.type, params=params, locale=asked.locale)


def refuse_other_number(account: Account, number: str) -> None:
    """Raises InvalidRequest unless the number is a verified phone of the administrator's."""
    if not any(phone.number == number and phone.verified for phone in account.phones):
        raise errors.InvalidRequest("phone", "must be one of your own verified phones")


def deed_message(action: TriedAction | None, user: User, region: str, settings: Settings) -> DeedMessage:
    """How the deed goes out to a phone of this region with these settings. They may have changed since it was judged.

    Raises InvalidRequest as `tried_action` does, and on `action.type` if the type has other parameters by now.
    """
    if action is None:
        return NO_DEED
    type_ = settings.actions.get(action.type)
    if type_ is None or set(type_.parameters) != action.params.keys():
        raise errors.InvalidRequest("action.type", "was removed, or has other parameters by now; start another test")
    tried_action(DeedToTry(action.type, action.params), settings)
    deed = Deed(type_.texts, action.params)
    reader = Reader(action.locale, user.locale, region, settings.default_locale)
    return DeedMessage(type_.channels_in(settings)[0], deed, deed_words(deed, reader)[1])


def is_changed(test: SettingsTest, user: User, settings: Settings | None) -> bool:
    """Whether a message with these settings would name another deed than the test's last message did."""
    if test.action is None:
        return False
    if settings is None:
        return True
    try:
        return deed_message(test.action, user, test.challenge.region, settings).words != test.action.summary
    except errors.InvalidRequest:
        return True


def with_summary(test: SettingsTest, message: DeedMessage) -> SettingsTest:
    """The test with the words of its last message."""
    return replace(test, action=test.action and replace(test.action, summary=message.words))


@contextmanager
def _errors_within(field: str) -> Iterator[None]:
    """Names the fields of an InvalidRequest as members of this one."""
    try:
        yield
    except errors.InvalidRequest as refused:
        [error] = refused.members["errors"]
        raise errors.InvalidRequest(f"{field}.{error['field']}", error["message"]) from refused
