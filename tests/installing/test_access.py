"""What the doctor says of clock, scopes and calls that are left."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.administration import Headroom, Standing
from connectors.types import Person, PersonRole
from plugin.installing import check_access

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def standing(scopes: frozenset[str] | None = None, headroom: Headroom | None = None) -> Standing:
    return Standing(Person("1", "AI drafts", PersonRole.ADMIN), scopes, None, headroom)


@pytest.mark.parametrize(
    ("seconds", "health"), [(0, "ok"), (19, "ok"), (-21, "warn"), (60, "warn"), (-300, "fail")]
)
def test_a_clock_that_is_off_is_told(seconds: int, health: str) -> None:
    assert check_access._clock(NOW + timedelta(seconds=seconds), NOW).health == health


@pytest.mark.parametrize(
    ("scopes", "health"),
    [
        ("read write", "ok"),
        ("read", "fail"),
        ("", "fail"),
        ("tickets:read tickets:write", "warn"),
        ("read webhooks:write", "warn"),
    ],
)
def test_scopes_that_are_too_few_are_told(scopes: str, health: str) -> None:
    assert check_access._scopes(standing(frozenset(scopes.split()))).health == health


@pytest.mark.parametrize(("left", "health"), [(700, "ok"), (140, "ok"), (139, "warn"), (0, "warn")])
def test_calls_that_run_out_are_told(left: int, health: str) -> None:
    assert check_access._headroom(standing(None, Headroom(left, 700))).health == health


def test_what_is_not_told_is_no_fault() -> None:
    silent = standing()
    assert check_access._clock(None, NOW).health == "ok"
    assert check_access._scopes(silent).health == check_access._headroom(silent).health == "ok"
