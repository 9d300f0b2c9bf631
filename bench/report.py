"""A figure beside its goal, and what limits it: as a line for people, or as JSON."""

import json
from dataclasses import dataclass

_NAME, _VALUE, _GOAL, _MET = 46, 12, 12, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One thing that was measured.

    Attributes:
        goal: None where there is none: the figure explains another one.
        at_least: The goal is a least and no most.
        limit: Where the time, or whatever it is, goes; measured, not guessed.
    """

    name: str
    value: float
    unit: str = ""
    goal: float | None = None
    at_least: bool = False
    limit: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value < self.goal

    def line(self) -> str:
        """For people."""
        goal = (
            "" if self.goal is None else f"{'>=' if self.at_least else '<'} {self._say(self.goal)}"
        )
        met = {True: "met", False: "not met", None: ""}[self.met]
        value = self._say(self.value)
        row = f"{self.name:<{_NAME}} {value:>{_VALUE}}  {goal:<{_GOAL}} {met:<{_MET}}"
        return row.rstrip() + (f"\n    {self.limit}" if self.limit else "")

    def json(self) -> str:
        """For programs: one object a line."""
        return json.dumps(
            {
                "figure": self.name,
                "value": round(self.value, 4),
                "unit": self.unit,
                "goal": self.goal,
                "goal_is": "at least" if self.at_least else "below",
                "met": self.met,
                "limit": self.limit,
            }
        )

    def _say(self, number: float) -> str:
        digits = 2 if abs(number) < 10 and number != int(number) else 0  # noqa: PLR2004 (reading)
        return f"{number:.{digits}f} {self.unit}".rstrip()


def heading() -> str:
    """Over the lines for people."""
    return f"{'figure':<{_NAME}} {'measured':>{_VALUE}}  {'goal':<{_GOAL}} met"
