"""Unit tests use no network: sockets are blocked, and time and randomness are given."""

import hypothesis
import pytest
from pytest_socket import disable_socket, enable_socket

hypothesis.settings.register_profile("unit", deadline=None, max_examples=150)
hypothesis.settings.load_profile("unit")


@pytest.fixture(autouse=True)
def no_sockets() -> object:
    """A unit test that opens a socket fails."""
    disable_socket()
    yield
    enable_socket()
