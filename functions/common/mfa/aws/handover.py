"""Hands notices, codes and links over to the functions that send them.

The invocation is asynchronous: Lambda keeps the event and tries it up to three times. It is repeated if Lambda's answer is lost, or a
notice of a changed factor might never go out. Who receives it claims each of its messages once (`HandedMessages`), so none is sent twice.
"""

from typing import Any

import msgspec

from mfa.aws.clients import refusing

ALIAS = "live"


class LambdaHandover:
    """Invokes one function with a notice, a code, a link or feedback, and does not wait for it."""

    def __init__(self, client: Any, function: str) -> None:
        self._client = client
        self._function = function

    def hand_over(self, notice: msgspec.Struct) -> None:
        """Raises TemporarilyUnavailable if Lambda did not take the event."""
        self._invoke({"notice": notice})

    def hand_over_link(self, mail: msgspec.Struct) -> None:
        """Raises TemporarilyUnavailable if Lambda did not take the event."""
        self._invoke({"link": mail})

    def hand_over_reset(self, mail: msgspec.Struct) -> None:
        """Raises TemporarilyUnavailable if Lambda did not take the event."""
        self._invoke({"reset": mail})

    def hand_over_code(self, mail: msgspec.Struct) -> None:
        """Raises TemporarilyUnavailable if Lambda did not take the event."""
        self._invoke({"code": mail})

    def hand_over_feedback(self, received: msgspec.Struct) -> None:
        """Raises TemporarilyUnavailable if Lambda did not take the event."""
        self._invoke({"feedback": received})

    def _invoke(self, event: dict[str, msgspec.Struct]) -> None:
        payload = msgspec.json.encode(event)
        with refusing():
            self._client.invoke(FunctionName=self._function, Qualifier=ALIAS, InvocationType="Event", Payload=payload)
