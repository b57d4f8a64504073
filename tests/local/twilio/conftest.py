"""The simulated Twilio, running, and a server that it calls back."""

from collections.abc import Iterator

import pytest

from tests.local.twilio_simulation import Listener, Simulation, listener, simulated_twilio


@pytest.fixture(scope="module")
def running() -> Iterator[Simulation]:
    with simulated_twilio() as simulation:
        yield simulation


@pytest.fixture
def simulation(running: Simulation) -> Simulation:
    running.reset()
    return running


@pytest.fixture
def told() -> Iterator[Listener]:
    with listener() as running:
        yield running
