"""Imports each of the modules named as arguments, while sockets and processes are watched. Prints what each said, as JSON.

Each module is imported in a process that has imported no other module of the package. That process is a fork of one that
has imported the libraries, under the same watch: to import boto3 anew for each module takes most of a minute.
"""

import contextlib
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from functools import partial

# boto3's vendored requests checks what sockets can do, so only a connection counts.
WATCHED = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.", "os.system", "os.putenv")


def watch(event: str, _arguments: object) -> None:
    if event.startswith(WATCHED):
        raise RuntimeError(event)


def said_by_a_fork(run: Callable[[], object]) -> str:
    """Everything that a fork of this process prints while it runs this, errors included."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.dup2(writing, sys.stdout.fileno())
        os.dup2(writing, sys.stderr.fileno())
        try:
            run()
        except BaseException:  # noqa: BLE001 - also one that leaves
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as output:
        said = output.read()
    os.wait()
    return said


def print_libraries(names: list[str]) -> None:
    """Imports these modules, and prints the names of all others that they import."""
    for name in names:
        with contextlib.suppress(Exception):  # the module's own fork says what is wrong
            importlib.import_module(name)
    print(json.dumps([name for name in sys.modules if name.partition(".")[0] != "mfa"]))


def main(names: list[str]) -> None:
    sys.addaudithook(watch)
    for library in json.loads(said_by_a_fork(partial(print_libraries, names))):
        with contextlib.suppress(ImportError):  # six makes modules that only six can import
            importlib.import_module(library)
    assert not [name for name in sys.modules if name.partition(".")[0] == "mfa"], "a library imports the package"
    print(json.dumps({name: said_by_a_fork(partial(importlib.import_module, name)) for name in names}))


if __name__ == "__main__":
    sys.modules["OpenSSL"] = None  # type: ignore[assignment]  # not in the layer
    main(sys.argv[1:])
