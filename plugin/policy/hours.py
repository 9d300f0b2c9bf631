"""When a merchant's people work: whether a moment is inside, and when working time has passed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
A_DAY = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` to before `end`, in minutes after midnight; 24:00 is 1440."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """A merchant's week, on the wall clock of one time zone.

    Attributes:
        timezone: A name of the IANA database, such as ``Europe/Berlin``.
        week: Each day's spans in order, Monday first; at least one day has any.
    """

    timezone: str
    week: tuple[tuple[Span, ...], ...]

    def is_inside(self, at: datetime) -> bool:
        """Whether somebody works at this moment."""
        at = at.astimezone(UTC)
        return any(start <= at < end for start, end in self._on(self._day(at)))

    def after(self, at: datetime, seconds: float) -> datetime:
        """The moment when so much working time has passed since `at`, in UTC.

        Where clocks are put forward or back, an hour that did not happen is not worked.
        """
        left = timedelta(seconds=seconds)
        for start, end in self._from(at.astimezone(UTC)):
            if end - start >= left:
                return start + left
            left -= end - start
        raise AssertionError("a week has working time")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between two moments."""
        passed = timedelta()
        for opens, closes in self._from(start.astimezone(UTC)):
            if opens >= end:
                break
            passed += min(closes, end) - opens
        return passed

    def _from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """All working time from a moment on, without end."""
        day = self._day(at)
        while True:
            for start, end in self._on(day):
                if end > at:
                    yield max(start, at), end
            day += timedelta(days=1)

    def _day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.timezone)).date()

    def _on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for span in self.week[day.weekday()]:
            yield self._moment(day, span.start), self._moment(day, span.end)

    def _moment(self, day: date, minutes: int) -> datetime:
        days, rest = divmod(minutes, A_DAY)
        local = datetime.combine(
            day + timedelta(days=days),
            time(rest // 60, rest % 60),
            ZoneInfo(self.timezone),
        )
        return local.astimezone(UTC)
