"""Business hours: inside or not, and deadlines that rest while nobody works."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.models import Facts
from plugin.policy.hours import BusinessHours, Span
from plugin.policy.load import check, load

from .policy_samples import decided, draft

FILE = """
version: 1
business_hours: {{timezone: Europe/Berlin, {days}}}
policies: [{{id: p, when: {{business_hours: {wanted}}}, require: block}}]
"""
OFFICE = 'mon-fri: "09:00-18:00"'
HOURS = load(FILE.format(days=OFFICE, wanted="inside")).business_hours
# A Friday in winter: Berlin is one hour ahead of UTC.
FRIDAY = datetime(2026, 1, 16, tzinfo=UTC)


def at(days: int, clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return FRIDAY + timedelta(days=days, hours=int(hours), minutes=int(minutes))


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        (at(0, "07:59"), False),
        (at(0, "08:00"), True),
        (at(0, "16:59"), True),
        (at(0, "17:00"), False),
        (at(1, "12:00"), False),
        (at(2, "23:30"), False),
        (at(3, "08:00"), True),
    ],
)
def test_inside_by_the_merchants_wall_clock(moment: datetime, inside: bool) -> None:
    for wanted in ("inside", "outside"):
        decision = decided(FILE.format(days=OFFICE, wanted=wanted), draft(), Facts(at=moment))
        assert bool(decision.policies) is (inside is (wanted == "inside"))


def test_a_time_that_is_not_known_counts_as_met() -> None:
    decision = decided(FILE.format(days=OFFICE, wanted="inside"), draft(), Facts())
    assert "not known" in decision.policies[0].reason


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (at(0, "08:00"), 2, at(0, "10:00")),
        (at(0, "16:00"), 1, at(0, "17:00")),
        (at(0, "16:00"), 2, at(3, "09:00")),
        (at(0, "05:00"), 1, at(0, "09:00")),
        (at(1, "12:00"), 4, at(3, "12:00")),
        (at(0, "08:00"), 45, at(6, "17:00")),
    ],
)
def test_a_deadline_rests_over_night_and_weekend(
    start: datetime, hours: int, due: datetime
) -> None:
    file = load(FILE.format(days=OFFICE, wanted="inside"))
    assert file.due(hours * 3600, start) == due
    assert file.time_given(start, due) == hours * 3600


def test_an_hour_that_the_clocks_skip_is_not_worked() -> None:
    # On 29 March 2026 Berlin's clocks go from 02:00 to 03:00.
    night = BusinessHours("Europe/Berlin", ((),) * 6 + ((Span(60, 240),),))
    midnight = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert night.between(midnight, midnight + timedelta(days=1)) == timedelta(hours=2)


def batched(ends: list[int]) -> list[tuple[int, int]]:
    return list(zip(ends[::2], ends[1::2], strict=True))


spans = st.lists(st.integers(0, 24), min_size=2, max_size=6, unique=True).map(
    lambda ends: tuple(Span(a * 60, b * 60) for a, b in batched(sorted(ends)[: len(ends) // 2 * 2]))
)
weeks = st.builds(
    BusinessHours,
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
    st.tuples(*[st.just(()) | spans] * 6, spans),
)
moments = st.integers(0, 3 * 366 * 86_400).map(lambda seconds: FRIDAY + timedelta(seconds=seconds))


@given(weeks, moments, st.integers(1, 40 * 3600))
def test_what_was_added_is_what_lies_between(
    hours: BusinessHours, start: datetime, seconds: int
) -> None:
    due = hours.after(start, seconds)
    assert due >= start + timedelta(seconds=seconds)
    assert hours.between(start, due) == timedelta(seconds=seconds)
    assert hours.is_inside(due - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ('mon-fry: "09:00-18:00"', "mon-fri"),
        ('mond: "09:00-18:00"', "did you mean mon"),
        ('mon-fri: "09:00-18:00", wed: "10:00-11:00"', "wed stands twice"),
        ('mon: "18:00-09:00"', "expected hours"),
        ('mon: "09:00-24:30"', "expected hours"),
        ('mon: "9-18"', "expected hours"),
        ('mon: ["09:00-12:00", "11:00-13:00"]', "overlap"),
        ("mon: []", "not an empty list"),
    ],
)
def test_a_wrong_week_is_refused_with_what_is_expected(days: str, told: str) -> None:
    (problem,) = check(FILE.format(days=days, wanted="inside"))
    assert problem.level == "error"
    assert problem.field.startswith("business_hours.")
    assert told in problem.message


@pytest.mark.parametrize("zone", ["Berlin", "../etc/passwd", "", "Europe", "UTC\\0"])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    source = FILE.format(days=OFFICE, wanted="inside").replace("Europe/Berlin", f'"{zone}"')
    assert [problem.field for problem in check(source)] == ["business_hours.timezone"]


@pytest.mark.parametrize("hours", ["{timezone: Europe/Berlin}", "nine to five", "{mon: []}"])
def test_hours_that_are_none_are_refused(hours: str) -> None:
    source = f"version: 1\nbusiness_hours: {hours}\npolicies: []\n"
    assert [problem.level for problem in check(source)] == ["error"] * len(check(source))
    assert check(source)


def test_a_condition_on_hours_needs_hours() -> None:
    source = "version: 1\npolicies: [{id: p, when: {business_hours: inside}, require: block}]"
    (problem,) = check(source)
    assert (problem.field, problem.level) == ("policies[0].when.business_hours", "error")


def test_night_and_weekend_wrap_around_the_week() -> None:
    hours = load(
        FILE.format(days='sat-mon: ["00:00-06:00", "22:00-24:00"]', wanted="inside")
    ).business_hours
    assert hours is not None
    assert [bool(day) for day in hours.week] == [True, *[False] * 4, True, True]
    assert hours.is_inside(datetime(2026, 1, 17, 22, 59, tzinfo=UTC))
