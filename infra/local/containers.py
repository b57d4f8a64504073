"""How containers reach the servers of this machine."""

from __future__ import annotations

import ipaddress
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from infra.local.relay import relayed

# Docker Desktop runs Docker in a virtual machine. There this name leads to the host.
_DESKTOP = "host.docker.internal"
# Docker writes the address of the host beside this name into the container's /etc/hosts.
_NAME = "host-of-docker"


@contextmanager
def reachable(url: str, image: str) -> Iterator[str]:
    """The address at which containers reach a server of this machine. A `url` of another machine stays as it is.

    `image` is any local image that contains `cat`. If Docker does not tell the address, a container of it is asked.
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
        except OSError:  # not an address of this machine: Docker runs in a virtual machine
            host = _DESKTOP
        yield parts._replace(netloc=f"{host}:{port}").geturl()


def _bridge() -> str | None:
    """This machine's address on Docker's bridge. A daemon on its first boot does not name it yet."""
    form = "{{range .IPAM.Config}}{{.Gateway}} {{end}}"
    return _first_address(_output("docker", "network", "inspect", "bridge", "--format", form).split())


def _host_gateway(image: str) -> str:
    """The address that containers get for `host-gateway`. If there is none, Docker Desktop's name for the host."""
    ask = ("docker", "run", "--rm", f"--add-host={_NAME}:host-gateway", "--entrypoint=cat", image, "/etc/hosts")
    lines = [line.split() for line in _output(*ask).splitlines()]
    return _first_address([words[0] for words in lines if _NAME in words[1:]]) or _DESKTOP


def _first_address(words: list[str]) -> str | None:
    """The first of these that is an IPv4 address. If Docker has none, its output depends on its version."""
    for word in words:
        try:
            return str(ipaddress.IPv4Address(word))
        except ValueError:
            continue
    return None


def _output(*command: str) -> str:
    """The output of a command, empty if it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""
