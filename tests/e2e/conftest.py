"""For the tests of the build, which start containers."""

from tests import network


def pytest_runtestloop() -> None:
    """Waits for the tests with a browser, before the first test's time begins to count."""
    network.may_change()
