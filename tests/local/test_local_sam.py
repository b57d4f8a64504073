"""Checks before `make sam-local` starts, and the relay for its containers."""

import os
import socket
import subprocess
import sys
import threading
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infra.local.containers import reachable
from infra.local.errors import StartError
from infra.local.processes import HOME
from infra.local.relay import relayed
from infra.local.sam import SWITCHES, endpoints
from infra.local.serving import bind
from infra.local.testing import RunningStack
from tests.template.sam import source


def check(**env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.local.sam", "--check"],
        cwd=HOME,
        env={**os.environ, "PORT": "0", **env},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    """A folder with a `docker` whose engine answers."""
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\n")
    docker.chmod(0o755)
    return tmp_path


def test_a_machine_without_docker_is_told_so_in_one_line(tmp_path: Path) -> None:
    refused = check(PATH=str(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr == "sam local: this needs Docker, and there is no `docker` on the PATH\n"


def test_a_docker_without_its_engine_is_told_so_in_one_line(engine: Path) -> None:
    (engine / "docker").write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n")
    refused = check(PATH=str(engine))
    assert refused.returncode == 1
    assert refused.stderr == "sam local: this needs Docker, and no Docker engine answers: start it\n"


def test_the_containers_find_every_vendor_and_send_by_aws() -> None:
    """`sam local` passes on only variables that the template declares, and a missing one would be the real vendor."""
    stack = RunningStack(subprocess.Popen(["true"], text=True), facts=defaultdict(lambda: "http://127.0.0.1:1"))
    template = source()
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    assert endpoints(stack).keys() == {name for name, value in shared.items() if value == ""}
    for function in ("SendCodeFunction", "AdminFunction"):
        own = template["Resources"][function]["Properties"]["Environment"]["Variables"]
        assert own.keys() >= SWITCHES.keys()
    assert stack.process.wait() == 0


def first_of_two_free_ports() -> int:
    while True:
        with bind("127.0.0.1", 0) as first, suppress(StartError):
            port = int(first.getsockname()[1])
            bind("127.0.0.1", port + 1).close()
            return port


@pytest.mark.parametrize("taken", [0, 1], ids=["the API's", "the handset's"])
def test_a_port_in_use_is_named_in_one_line(engine: Path, taken: int) -> None:
    port = first_of_two_free_ports()
    with bind("127.0.0.1", port + taken):
        refused = check(PATH=str(engine), PORT=str(port))
    assert refused.returncode == 1
    line = f"sam local: cannot listen on HOST 127.0.0.1, PORT {port + taken}: Address already in use\n"
    assert refused.stderr == line


def test_an_invalid_setting_is_named_in_one_line(engine: Path) -> None:
    refused = check(PATH=str(engine), PORT="none")
    assert refused.returncode == 1
    assert refused.stderr == "sam local: PORT must be a number from 0 to 65535, not 'none'\n"


def test_nothing_is_printed_if_it_can_start(engine: Path) -> None:
    found = check(PATH=str(engine))
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_a_relay_passes_on_both_directions_and_their_ends() -> None:
    with bind("127.0.0.1", 0) as server:

        def echo() -> None:
            accepted, _ = server.accept()
            with accepted, accepted.makefile("rwb") as stream:
                stream.write(stream.read()[::-1])  # `read` returns when the caller has finished sending

        threading.Thread(target=echo, daemon=True).start()
        with (
            relayed("127.0.0.1", server.getsockname()) as port,
            socket.create_connection(("127.0.0.1", port), timeout=10) as caller,
        ):
            caller.sendall(b"ping" * 100_000)
            caller.shutdown(socket.SHUT_WR)
            with caller.makefile("rb") as answer:
                assert answer.read() == b"gnip" * 100_000


def test_a_relay_to_nobody_ends_the_connection() -> None:
    with bind("127.0.0.1", 0) as closed:
        target = closed.getsockname()
    with (
        relayed("127.0.0.1", target) as port,
        socket.create_connection(("127.0.0.1", port), timeout=10) as caller,
    ):
        assert caller.recv(1) == b""


def test_a_stopped_relay_does_not_listen() -> None:
    with relayed("127.0.0.1", ("127.0.0.1", 9)) as port:
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)


# Docker's output for the gateway of its bridge: an address; nothing, by the version as an empty word or as others, after
# the daemon's first start; nothing at all where there is no bridge.
HOSTS = "127.0.0.1 localhost\n127.0.0.3 host-of-docker\n172.17.0.2 0123456789ab\n"


def docker_that_says(folder: Path, gateway: str, hosts: str) -> None:
    (folder / "gateway").write_text(gateway)
    (folder / "hosts").write_text(hosts)
    docker = folder / "docker"
    answer = f'case "$1" in network) cat {folder}/gateway;; run) echo "$@" >{folder}/asked; cat {folder}/hosts;; esac'
    docker.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{answer}\n")
    docker.chmod(0o755)


def at(url: str) -> str:
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=10) as caller:
        return caller.recv(10).decode()


@pytest.mark.parametrize(
    ("gateway", "hosts", "host"),
    [
        ("127.0.0.2 \n", HOSTS, "127.0.0.2"),
        ("fd00::1 127.0.0.2 \n", HOSTS, "127.0.0.2"),
        (" \n", HOSTS, "127.0.0.3"),
        ("<no value> \n", HOSTS, "127.0.0.3"),
        ("invalid IP \n", HOSTS, "127.0.0.3"),
        ("", HOSTS, "127.0.0.3"),
    ],
)
def test_containers_reach_this_machine_also_after_the_daemons_first_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gateway: str, hosts: str, host: str
) -> None:
    docker_that_says(tmp_path, gateway, hosts)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with bind("127.0.0.1", 0) as server:

        def greet() -> None:
            accepted, _ = server.accept()
            with accepted:
                accepted.sendall(b"hello")

        threading.Thread(target=greet, daemon=True).start()
        port = server.getsockname()[1]
        with reachable(f"http://127.0.0.1:{port}/path", "image") as url:
            assert (urlsplit(url).hostname, urlsplit(url).path) == (host, "/path")
            assert at(url) == "hello"
    if host == "127.0.0.3":
        assert (
            "--add-host=host-of-docker:host-gateway --entrypoint=cat image /etc/hosts"
            in (tmp_path / "asked").read_text()
        )


@pytest.mark.parametrize(
    ("gateway", "hosts"), [("192.0.2.1 \n", HOSTS), (" \n", "192.0.2.1 host-of-docker\n"), (" \n", "")]
)
def test_a_docker_in_a_machine_of_its_own_is_led_here_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gateway: str, hosts: str
) -> None:
    docker_that_says(tmp_path, gateway, hosts)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with reachable("http://localhost:8001", "image") as url:
        assert url == "http://host.docker.internal:8001"


def test_another_machine_is_the_same_for_containers() -> None:
    with reachable("https://api.example.com/v1", "image") as url:
        assert url == "https://api.example.com/v1"
