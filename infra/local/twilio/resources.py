"""The resources of the account: its messages, or its calls."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from infra.local.vendor import KEPT

type Resource = dict[str, object]


class Resources:
    """The newest 10 000 resources of one kind, by SID. Each changes while it is under way."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Resource] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, resource: Resource) -> Resource:
        """Keep a resource. Returns it as Twilio answers it: the kept one changes with its steps."""
        with self._lock:
            self._kept[str(resource["sid"])] = resource
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return dict(resource)

    def get(self, sid: str) -> Resource | None:
        """A resource as it is now, or None."""
        with self._lock:
            return dict(self._kept[sid]) if sid in self._kept else None

    @contextmanager
    def changing(self, sid: str) -> Iterator[Resource | None]:
        """The kept resource, to be changed. None if it is not kept any more."""
        with self._lock:
            yield self._kept.get(sid)
