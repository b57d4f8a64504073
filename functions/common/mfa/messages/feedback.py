"""Feedback to a vendor: that a message reached its reader, because its passcode came back."""

from typing import Annotated

from msgspec import Meta, Struct


class MessageReceived(Struct, frozen=True, forbid_unknown_fields=True):
    """A message whose passcode came back. The event of an asynchronous invocation.

    Attributes:
        message_id: AWS's name for the message.
    """

    message_id: Annotated[str, Meta(min_length=1, max_length=256)]
