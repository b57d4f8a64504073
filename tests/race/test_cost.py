"""A login needs the requests and units that docs/deployment.md reckons with."""

from copy import replace

import pytest

from benchmarks.cost import RECORDED, RECORDED_SCHEDULES, measure_table, same_units
from tests.race.conftest import DYNAMODB_URL


@pytest.mark.skipif(not DYNAMODB_URL, reason="AWS_ENDPOINT_URL_DYNAMODB is not set: moto counts no units")
def test_a_login_and_the_schedules_need_what_is_recorded() -> None:
    (requests, reports, reads, writes), (month_reads, month_writes) = measure_table(DYNAMODB_URL)
    login = replace(RECORDED, requests=requests, reports=reports, read_units=reads, write_units=writes)
    assert same_units(login, RECORDED), login
    month = replace(RECORDED_SCHEDULES, read_units=round(month_reads), write_units=round(month_writes))
    assert same_units(month, RECORDED_SCHEDULES), month
