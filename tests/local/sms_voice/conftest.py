"""The simulated AWS End User Messaging, running, and boto3's own client to talk to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.sms_voice_simulation import Simulation, simulated_sms_voice


@pytest.fixture(scope="module")
def running() -> Iterator[Simulation]:
    with simulated_sms_voice() as simulation:
        yield simulation


@pytest.fixture
def simulation(running: Simulation) -> Simulation:
    running.reset()
    return running


@pytest.fixture(scope="module")
def client(running: Simulation) -> Any:
    return running.client()
