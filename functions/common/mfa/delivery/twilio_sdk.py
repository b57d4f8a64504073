"""The part of Twilio's SDK that sends, without what it imports for other uses.

The SDK imports `requests` for its own HTTP client, in place of which we give it ours, and forty resources of an account, of which
we use messages and calls. Together they take a third of the CPU of a cold start that sends. Empty modules stand for them while the
SDK is imported. docs/decisions/0051-cold-starts.md has the figures.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType

_ACCOUNT = "twilio.rest.api.v2010.account."
_USED = frozenset({f"{_ACCOUNT}call", f"{_ACCOUNT}message"})
# These would be wrong for others in the process: the first is another library, and the second has been made with it.
_ITS_CLIENT = "twilio.http.http_client"


class _Empty(ModuleType):
    """A module that has a class of each name."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


class _Empties:
    """Finds and loads them."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """For a name that we do not use; None for others."""
        left_out = name.partition(".")[0] == "requests" or (name.startswith(_ACCOUNT) and name not in _USED)
        return ModuleSpec(name, _Empties()) if left_out else None  # type: ignore[arg-type] # a loader by its methods

    @staticmethod
    def create_module(spec: ModuleSpec) -> ModuleType:
        """An empty one, which may have modules below it."""
        module = _Empty(spec.name)
        module.__path__ = []
        return module

    @staticmethod
    def exec_module(_module: ModuleType) -> None:
        """There is nothing in it."""


def _is_empty(name: str) -> bool:
    return isinstance(sys.modules[name], _Empty)


@contextmanager
def _without_the_rest() -> Iterator[None]:
    sys.meta_path.insert(0, _Empties)
    try:
        yield
    finally:
        sys.meta_path.remove(_Empties)
        empty = [name for name in sys.modules if name.partition(".")[0] == "requests" and _is_empty(name)]
        for name in (*empty, *([_ITS_CLIENT] if empty else [])):
            sys.modules.pop(name, None)


with _without_the_rest():
    from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
    from twilio.http import HttpClient
    from twilio.http.response import Response
    from twilio.rest import Client
    from twilio.rest.api import Api

__all__ = [
    "Api",
    "Client",
    "HttpClient",
    "Response",
    "TwilioException",
    "TwilioRestException",
    "TwilioServiceException",
]
