"""The pace of the job machinery holds together, and with what connectors may take."""

from dataclasses import fields

import pytest

from connectors.http import WRITE_SECONDS
from connectors.zendesk import helpdesk
from plugin import pace
from plugin.pace import HEALING_SECONDS, Pace


def test_it_knows_how_long_connectors_take() -> None:
    assert pace.WRITE_SECONDS == WRITE_SECONDS
    assert pace.LOOK_SECONDS == helpdesk._READ_SECONDS


def test_in_production_the_sweep_heals_within_a_minute() -> None:
    assert Pace().times == 1
    assert Pace().healed_within <= HEALING_SECONDS == 60


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"beat": 0}, "beat: expected more than 0 seconds"),
        ({"longest_delay": -1}, "longest_delay: expected more than 0 seconds"),
        ({"beat": 5.0}, "silent: expected three beats or more"),
        ({"claim_lease": 37.9}, "claim_lease: a look and a write take up to 38.0 s"),
        ({"claim_lease": 44.1}, "leases: the sweep heals too late"),
        ({"event_lease": 44.1}, "leases: the sweep heals too late"),
        ({"overdue": 14.1}, "leases: the sweep heals too late"),
        ({"first_delay": 301.0}, "first_delay: longer than longest_delay"),
        ({"poll": 10.0}, "overdue: no worker has looked for the job by then"),
    ],
)
def test_what_contradicts_itself_is_refused(changes: dict[str, float], told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}$"):
        Pace(**changes)


@pytest.mark.parametrize("times", [5.0, 10.0, 40.0])
def test_for_tests_everything_but_the_look_for_jobs_is_as_many_times_faster(times: float) -> None:
    faster, real = Pace.for_tests(times), Pace()
    for name in {field.name for field in fields(Pace)} - {"poll", "times"}:
        assert getattr(faster, name) == getattr(real, name) / times
    assert faster.write == WRITE_SECONDS / times
    assert (faster.times, faster.poll) == (times, real.poll)


def test_for_tests_the_rules_are_the_same() -> None:
    with pytest.raises(ValueError, match=r"claim_lease: a look and a write take up to 3\.8 s"):
        Pace.for_tests(10, claim_lease=3.7)
    with pytest.raises(ValueError, match="leases: the sweep heals too late"):
        Pace.for_tests(10, overdue=1.6)


def test_waits_double_up_to_the_longest() -> None:
    waits = [Pace().back_off(attempts) for attempts in range(40)]
    assert waits[:4] == [2, 4, 8, 16]
    assert waits == sorted(waits)
    assert set(waits[8:]) == {300.0}
