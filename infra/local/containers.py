"""How containers reach the servers of this machine."""

from __future__ import annotations

import ipaddress
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from infra.local.relay import relayed

# By this name Docker's machine leads to this one, where it is one of its own (Docker Desktop).
_DESKTOP = "host.docker.internal"
# Docker writes the address of the host beside this name into the container's /etc/hosts.
_NAME = "host-of-docker"


@contextmanager
def reachable(url: str, image: str) -> Iterator[str]:
    """The address at which containers reach a server of this machine; another machine's is the same for them.

    `image` is any with `cat` in it that is here already: a container of it is asked where Docker's own answer is not to be had.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if parts.hostname not in {"127.0.0.1", "localhost"}:
        yield url
        return
    host = _bridge() or _host_gateway(image)
    with ExitStack() as started:
        try:
            port = started.enter_context(relayed(host, (parts.hostname, port)))
        except OSError:  # no address of this machine: Docker runs in one of its own
            host = _DESKTOP
        yield parts._replace(netloc=f"{host}:{port}").geturl()


def _bridge() -> str | None:
    """This machine's address on Docker's bridge. A daemon that started for the first time does not name it yet."""
    form = "{{range .IPAM.Config}}{{.Gateway}} {{end}}"
    return _first_address(_output("docker", "network", "inspect", "bridge", "--format", form).split())


def _host_gateway(image: str) -> str:
    """The address that Docker gives containers for `host-gateway`, whatever it says of its bridge; else Desktop's name."""
    ask = ("docker", "run", "--rm", f"--add-host={_NAME}:host-gateway", "--entrypoint=cat", image, "/etc/hosts")
    lines = [line.split() for line in _output(*ask).splitlines()]
    return _first_address([words[0] for words in lines if _NAME in words[1:]]) or _DESKTOP


def _first_address(words: list[str]) -> str | None:
    """The first of these that is an IPv4 address. Docker prints other words where there is none, by version."""
    for word in words:
        try:
            return str(ipaddress.IPv4Address(word))
        except ValueError:
            continue
    return None


def _output(*command: str) -> str:
    """What a command prints; nothing where it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""
