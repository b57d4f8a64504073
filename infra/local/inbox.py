"""The handset: every message that reached a phone, and every mail."""

from __future__ import annotations

import http.client
import json
import threading
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:  # the AWS process needs this module, and not all of Twilio
    from infra.local.twilio.delivered import Delivered

MAILS = "/local/mails"  # where the AWS process lists the mails SES sent

type Item = dict[str, str]
_KEPT = 10_000
_MEMBERS = ("to", "from", "body", "received_at", "channel")


class Inbox:
    """Messages by receiver, newest first; the last 10 000 of them."""

    def __init__(self) -> None:
        self._texts: deque[Item] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()
        self._aws_endpoint: str | None = None

    def connect(self, aws_endpoint: str) -> None:
        """Show the mails that SES sends there, too."""
        self._aws_endpoint = aws_endpoint

    def receive(self, message: Delivered) -> None:
        item = {"to": message.to, "from": message.sender, "body": message.body, "received_at": timestamp(message.at)}
        if message.channel != "sms":
            item["channel"] = message.channel
        if message.language:
            item["language"] = message.language
        with self._lock:
            self._texts.appendleft(item)

    def messages(self, to: str = "", limit: int | None = None, *, details: bool = False) -> Sequence[Item]:
        """What arrived for a number or a mail address, or for anyone: `to`, `from`, `body`, `received_at`.

        What is no text message and no mail has a `channel`, `voice` or `whatsapp`; the body of a call is what it says.
        With `details`, a mail's `subject` and a call's `language` as well. A `+` that a query string turned into a blank is still a `+`.
        """
        to = to.strip().lower()
        if to and "@" not in to and not to.startswith("+"):
            to = "+" + to
        with self._lock:
            texts = list(self._texts)
        items = [item for item in [*texts, *self._mails()] if not to or item["to"].lower() == to]
        newest = sorted(items, key=lambda item: item["received_at"], reverse=True)[:limit]
        return newest if details else [{name: item[name] for name in _MEMBERS if name in item} for item in newest]

    def _mails(self) -> list[Item]:
        if self._aws_endpoint is None:
            return []
        connection = http.client.HTTPConnection(urlsplit(self._aws_endpoint).netloc, timeout=5)
        try:
            connection.request("GET", MAILS)
            mails: list[Item] = json.loads(connection.getresponse().read())
        except OSError:  # ending, or too busy: the texts are still worth showing
            return []
        finally:
            connection.close()
        return mails


def timestamp(at: datetime) -> str:
    """RFC 3339, UTC, with milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
