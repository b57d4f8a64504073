"""The store on every available engine, with its own table for each test.

A test marked `guards("COOLED")` runs once as things are, and once more with that condition of `mfa.store.conditions`
taken out of every expression: then it must fail, and by what the product does, not by an error of the engine. Pytest
reports these runs as xfailed; one that passes is a failure of the suite. That each condition has such a test is for
test_conditions.py to see to. A condition is taken out on one engine only: on DynamoDB Local if it is there, else on moto.

A file marked `above_the_store` makes requests whose kinds other files compare on every engine. It runs on moto, which is
several times as fast; of its tests that are marked `guards`, also on the others.
"""

from collections.abc import Iterator

import pytest

from mfa.administration.user_changes import UserAdministration
from mfa.challenges.challenge import ChallengeRefused
from mfa.challenges.sends import AccountChanged
from mfa.challenges.settings_tests import SettingsTestRefused
from mfa.errors import Refusal
from mfa.store import conditions
from tests.contract import engines
from tests.contract.engines import Engine
from tests.contract.world import Login, World

# The failures that count: wrong behaviour of the product.
BEHAVIOUR = (AssertionError, pytest.fail.Exception, Refusal, ChallengeRefused, AccountChanged, SettingsTestRefused)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "guards(*conditions): fails when one of these is taken out of mfa.store.conditions"
    )
    config.addinivalue_line("markers", "above_the_store: runs on moto, but for tests that are marked guards")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    names = [name for marker in metafunc.definition.iter_markers("guards") for name in marker.args]
    if names:
        fails = pytest.mark.xfail(strict=True, raises=BEHAVIOUR, reason="the condition is taken out")
        without = [pytest.param(name, id=f"without {name}", marks=fails) for name in names]
        metafunc.parametrize("condition", [pytest.param(None, id="guarded"), *without], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the runs without a condition to one engine, and those above the store."""
    elsewhere = {item for item in items if isinstance(item, pytest.Function) and _has_a_better_engine(item)}
    config.hook.pytest_deselected(items=list(elsewhere))
    items[:] = [item for item in items if item not in elsewhere]


def _has_a_better_engine(item: pytest.Function) -> bool:
    if (callspec := getattr(item, "callspec", None)) is None:
        return False
    if callspec.params.get("condition") is not None:
        return bool(callspec.params.get("engine", engines.BEST) != engines.BEST)
    fast = item.get_closest_marker("above_the_store") and not item.get_closest_marker("guards")
    return bool(fast and callspec.params.get("engine", engines.MOTO) != engines.MOTO)


@pytest.fixture(autouse=True)
def condition(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes out the condition without which the test must fail."""
    if (name := getattr(request, "param", None)) is not None:
        rule = getattr(conditions, name)
        # Always true, but uses every name and value of the rule, because DynamoDB refuses unused ones.
        monkeypatch.setattr(conditions, name, f"({rule}) OR NOT ({rule})")


@pytest.fixture(scope="module", params=engines.engines())
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with engines.running(request.param) as running:
        yield running


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with engine.table() as name:
        yield World(engine.client, name)


@pytest.fixture
def demo(world: World) -> Login:
    """A user with a phone, who has passed the first factor."""
    return world.person()


@pytest.fixture
def administration(world: World) -> UserAdministration:
    return world.administration()
