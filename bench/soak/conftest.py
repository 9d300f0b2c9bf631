"""How long a soak is: ``make soak ARGS="--kills 200 --tickets 100 --fuzz 20000 --seed 3"``."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.soak.campaign import Plan
from tests.bench.databases import KINDS, Databases, databases
from tests.kills.nursery import Nursery
from tests.kills.scene import Scene, on_stage

_OPTIONS = {"seed": 7, "kills": 1000, "tickets": 500}
_FUZZ = {"fuzz": 200_000}


def pytest_addoption(parser: pytest.Parser) -> None:
    for name, usual in (_OPTIONS | _FUZZ).items():
        value = int(os.environ.get(f"SOAK_{name.upper()}", usual))
        parser.addoption(f"--{name}", type=int, default=value, help=f"of the soak; {value}")


@pytest.fixture
def plan(pytestconfig: pytest.Config) -> Plan:
    """As it was asked for."""
    return Plan(**{name: pytestconfig.getoption(name) for name in _OPTIONS})


@pytest.fixture(scope="session")
def all_databases() -> Iterator[Databases]:
    """The run's database servers."""
    with databases() as found:
        for kind in KINDS:
            # Else the first test of each would open the logs, onto what is captured of it alone.
            found.drop(found.fresh(kind))
        yield found


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where processes come from."""
    with Nursery() as found:
        yield found


@pytest.fixture(params=KINDS)
def scene(
    request: pytest.FixtureRequest, all_databases: Databases, nursery: Nursery, tmp_path: Path
) -> Iterator[Scene]:
    """A helpdesk and a fresh database."""
    with on_stage(all_databases.fresh(request.param), nursery, tmp_path) as found:
        yield found
