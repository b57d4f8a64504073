"""Judges action types before they are saved: their sentences by the messages they make, and their channels."""

from collections.abc import Iterator
from typing import NamedTuple

from mfa.errors import InvalidRequest
from mfa.messages import deed_lint
from mfa.messages.action_texts import LOCALES
from mfa.messages.deeds import DEFAULT
from mfa.messages.language_tags import canonical, closest
from mfa.messages.templates import Problem
from mfa.settings.action_types import ActionType
from mfa.settings.values import Settings


class Fault(NamedTuple):
    """A problem of an action type: the path of the field inside it, and the problem."""

    field: str
    problem: Problem


def refuse_action_types(settings: Settings) -> None:
    """Raises InvalidRequest on the first field of an action type that may not be saved."""
    for name, action in settings.actions.items():
        for field, problem in faults(action, settings):
            raise InvalidRequest(f"actions.{name}.{field}", problem.message)


def faults(action: ActionType, settings: Settings) -> Iterator[Fault]:
    """The problems of an action type under these settings."""
    if DEFAULT not in action.texts:
        yield Fault(f"texts.{DEFAULT}", Problem("required", "is required"))
    for locale in action.texts:
        for problem in text_problems(action, locale, settings):
            yield Fault(f"texts.{locale}", problem)
    if len(set(action.channels)) != len(action.channels):
        yield Fault("channels", Problem("twice", "must list each channel once"))
    if not action.channels_in(settings):
        yield Fault("channels", Problem("not_offered", "must list a channel that the settings offer"))
    if action.clients != "*" and len(set(action.clients)) != len(action.clients):
        yield Fault("clients", Problem("twice", "must list each client once"))


def text_problems(action: ActionType, locale: str, settings: Settings) -> tuple[Problem, ...]:
    """The problems of the type's sentence in this language."""
    if (name := canonical(locale)) != locale:
        return (Problem("locale", f"is called {name}" if name else "is no language"),)
    if closest(locale, LOCALES) is None:
        return (Problem("locale", "is a language that confirmations are not written in"),)
    return deed_lint.problems(action.texts, locale, conditions(settings))


def conditions(settings: Settings) -> deed_lint.Conditions:
    """The settings that a message depends on."""
    return deed_lint.Conditions(
        passcode_length=settings.passcode_length, signature=settings.signature, origin=settings.origin
    )
