"""Direct invocation, which IAM authorises: `{"operation": …, "input": …}`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mfa import decoding, errors
from mfa.administration.operations import INVOKED
from mfa.administration.parts import Administration


@dataclass(frozen=True, slots=True)
class Invocation:
    """A direct invocation's operation and input."""

    name: str
    given: Mapping[str, object] = field(repr=False)

    @property
    def known_name(self) -> str:
        """The name for the log. Unknown operation names are not logged: they may contain a person's name."""
        return self.name if self.name in INVOKED else "unknown"

    @property
    def scheduled(self) -> bool:
        """Whether it is one that the template's schedules make."""
        return self.name in INVOKED and INVOKED[self.name].operation.scheduled

    def carry_out(self, administration: Administration) -> object:
        """The output. Raises the errors of the API."""
        decoding.check_unicode(self.given, "input")
        if self.name not in INVOKED:
            raise errors.InvalidRequest("operation", f"must be one of {', '.join(sorted(INVOKED))}")
        return INVOKED[self.name].invoke(administration, self.given)


def read_invocation(event: object) -> Invocation:
    """The invocation in this event. Raises InvalidRequest; an event with a `requestContext` is never one."""
    if not isinstance(event, Mapping) or event.keys() - {"operation", "input"}:
        raise errors.InvalidRequest("event", "must be an object with operation and input, and nothing else")
    name, given = event.get("operation"), event.get("input", {})
    if not isinstance(name, str):
        raise errors.InvalidRequest("operation", "must be a string")
    if not isinstance(given, Mapping):
        raise errors.InvalidRequest("input", "must be an object")
    return Invocation(name, given)
