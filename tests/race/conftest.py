"""The real local stack with eight workers a function, and a table of its own on DynamoDB Local."""

import os
import uuid
from collections.abc import Iterator

import pytest

from tests import deeds
from tests.running import Running, running, tree_with_table

WORKERS = 8
# Read at the start: other suites change the environment later.
DYNAMODB_URL = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB", "")
# How many messages an hour a number may get here.
NUMBER_PER_HOUR = 11


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if not DYNAMODB_URL:
        pytest.skip("AWS_ENDPOINT_URL_DYNAMODB is not set: only DynamoDB Local has real conditions under real threads")
    root = tree_with_table(tmp_path_factory.mktemp("tree"), f"race-{uuid.uuid4().hex[:12]}")
    env = {
        "AWS_ENDPOINT_URL_DYNAMODB": DYNAMODB_URL,
        "WORKERS_PER_FUNCTION": str(WORKERS),
        "POWERTOOLS_LOG_LEVEL": "WARNING",
    }
    with running(env=env, root=root) as place:
        try:
            # Before any function has read the settings.
            place.admin(
                "settings.patch",
                budgets={"number_per_hour": NUMBER_PER_HOUR},
                # DynamoDB Local's build of 2020 takes ten writes at once: a resend after wrong codes has one more with fraud budgets.
                fraud={"mode": "off"},
                actions=deeds.TYPES,
                trusted_devices={"days": 30},
            )
            yield place
        finally:
            place.table.delete()
