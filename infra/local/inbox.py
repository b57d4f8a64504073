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

if TYPE_CHECKING:  # the AWS process needs this module without the simulated vendors
    from infra.local.delivered import Delivered

MAILS = "/local/mails"  # the path at which the AWS process lists the mails that SES sent

type Item = dict[str, str]
_KEPT = 10_000
_MEMBERS = ("to", "from", "body", "received_at", "channel", "provider")


class Inbox:
    """The last 10 000 messages, by receiver, newest first."""

    def __init__(self) -> None:
        self._texts: deque[Item] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()
        self._aws_endpoint: str | None = None

    def connect(self, aws_endpoint: str) -> None:
        """Also show the mails that SES sends at this address."""
        self._aws_endpoint = aws_endpoint

    def receive(self, message: Delivered) -> None:
        item = {"to": message.to, "from": message.sender, "body": message.body, "received_at": timestamp(message.at)}
        if message.channel != "sms":
            item["channel"] = message.channel
        if message.provider != "twilio":
            item["provider"] = message.provider
        if message.language:
            item["language"] = message.language
        with self._lock:
            self._texts.appendleft(item)

    def messages(self, to: str = "", limit: int | None = None, *, details: bool = False) -> Sequence[Item]:
        """The messages for a number, a mail address or everybody: `to`, `from`, `body`, `received_at`.

        Calls and WhatsApp messages also have a `channel` (`voice`, `whatsapp`), messages of AWS a `provider` (`aws`). The
        body of a call is its spoken text.
        `details` adds a mail's `subject` and a call's `language`. A leading blank in `to` is read as `+`, because query
        strings turn a `+` into a blank.
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
        except OSError:  # ending, or too busy: show the text messages alone
            return []
        finally:
            connection.close()
        return mails


def timestamp(at: datetime) -> str:
    """RFC 3339, UTC, with milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
