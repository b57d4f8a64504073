"""The real local stack with eight workers a function, and a table of its own on DynamoDB Local."""

import os
import uuid
from collections.abc import Iterator

import pytest

from infra.local.processes import HOME
from infra.local.testing import running_stack
from tests.race.place import Place

WORKERS = 8
# As the run was started: other suites give the environment endpoints of their own.
DYNAMODB_URL = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB", "")
# So many messages an hour a number may get here.
NUMBER_PER_HOUR = 11


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if not DYNAMODB_URL:
        pytest.skip("AWS_ENDPOINT_URL_DYNAMODB is not set: only DynamoDB Local has real conditions under real threads")
    # The same tree, but for the table's name: others may use that DynamoDB Local as well.
    root = tmp_path_factory.mktemp("tree")
    template = (HOME / "template.yaml").read_text(encoding="utf-8")
    named = template.replace('"${AWS::StackName}-mfa"', f'"race-{uuid.uuid4().hex[:12]}"')
    assert named != template
    (root / "template.yaml").write_text(named, encoding="utf-8")
    (root / "functions").symlink_to(HOME / "functions")
    env = {
        "AWS_ENDPOINT_URL_DYNAMODB": DYNAMODB_URL,
        "WORKERS_PER_FUNCTION": str(WORKERS),
        "POWERTOOLS_LOG_LEVEL": "WARNING",
    }
    with running_stack(env=env, root=root) as stack:
        place = Place(stack)
        try:
            # Before any function has read the settings.
            place.administer("settings.patch", budgets={"number_per_hour": NUMBER_PER_HOUR})
            yield place
        finally:
            place.dynamodb.delete_table(TableName=place.table)
            place.dynamodb.close()
