"""What keeps `make sam-local` from starting, and how its containers reach the rest."""

import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from infra.local.errors import StartError
from infra.local.processes import HOME
from infra.local.relay import relayed
from infra.local.serving import bind


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


def test_a_setting_that_is_none_is_named_in_one_line(engine: Path) -> None:
    refused = check(PATH=str(engine), PORT="none")
    assert refused.returncode == 1
    assert refused.stderr == "sam local: PORT must be a number from 0 to 65535, not 'none'\n"


def test_nothing_is_said_where_it_can_start(engine: Path) -> None:
    found = check(PATH=str(engine))
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_a_relay_passes_on_both_directions_and_their_ends() -> None:
    with bind("127.0.0.1", 0) as server:

        def echo() -> None:
            accepted, _ = server.accept()
            with accepted, accepted.makefile("rwb") as stream:
                stream.write(stream.read()[::-1])  # read ends when the caller's direction does

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


def test_a_relay_that_ended_listens_no_more() -> None:
    with relayed("127.0.0.1", ("127.0.0.1", 9)) as port:
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)
