"""docs/scale.md reckons with the items that many users' logins write."""

import pytest

from benchmarks.load import writes_of_logins
from benchmarks.scale import MEASURED_LOGINS, MODELLED, of_many_users
from tests.race.conftest import DYNAMODB_URL


@pytest.mark.skipif(not DYNAMODB_URL, reason="AWS_ENDPOINT_URL_DYNAMODB is not set: moto is too slow for many logins")
def test_logins_write_no_items_of_others_but_those_of_the_model() -> None:
    found = writes_of_logins(DYNAMODB_URL, MEASURED_LOGINS)
    assert of_many_users(found) == MODELLED, found
