"""An event as a signed message: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from mfa.times import seconds

_PREFIX = "whsec_"


class NoSecret(Exception):
    """The secret is empty, or not the base64 of a key. Its text is not in this message."""


class PublishedEvent(msgspec.Struct, frozen=True):
    """EventBridge's envelope of an event. Its other members are of no use to a webhook.

    Attributes:
        type: the type of the event.
        time: when it happened (RFC 3339).
        detail: the event, as docs/events/ describes it.
    """

    type: str = msgspec.field(name="detail-type")
    time: str
    detail: dict[str, Any]

    @property
    def id(self) -> str:
        """The `webhook-id`: the same at every delivery of the event. It has no dot, because dots separate what is signed."""
        moment = round(seconds(self.detail["at"], "at") * 1000)
        return f"evt_{moment}_{self.detail['id']}"

    @property
    def body(self) -> bytes:
        """The message. What the event does not have is left out: the bus has an empty text for it."""
        data = {name: value for name, value in self.detail.items() if value not in ("", None)}
        return msgspec.json.encode({"type": self.type, "timestamp": self.detail["at"], "data": data})


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of the signature. During a rotation there are two, and a message has a signature by each."""

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, texts: Sequence[bytes]) -> "Keys":
        """The keys of secrets like `whsec_…`; the prefix may be missing. Raises NoSecret."""
        try:
            keys = [base64.b64decode(text.decode().removeprefix(_PREFIX), validate=True) for text in texts]
        except (binascii.Error, UnicodeDecodeError) as error:
            raise NoSecret("a secret of the webhook is not base64") from error
        if not keys or not all(keys):
            raise NoSecret("the webhook has no secret")
        return cls(tuple(keys))

    def headers(self, event: PublishedEvent, now: float) -> dict[str, str]:
        """The headers that name and sign the event's message, at this moment."""
        timestamp = str(int(now))
        signed = f"{event.id}.{timestamp}.".encode() + event.body
        signatures = [base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in self.keys]
        return {
            "webhook-id": event.id,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
        }
