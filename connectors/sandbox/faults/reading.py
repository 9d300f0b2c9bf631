"""Reads what a test arms: JSON whose every field is known, typed and in range."""

from collections.abc import Mapping

from connectors.sandbox.faults.turns import Schedule


class FaultFormatError(ValueError):
    """A field is wrong: ``share: expected a number from 0 to 1``."""


class Order:
    """A JSON object. Fields that nobody has read by the time of `finish` are refused."""

    def __init__(self, value: object, name: str = "body") -> None:
        if not isinstance(value, Mapping):
            raise FaultFormatError(f"{name}: expected a JSON object")
        self._unread: dict[str, object] = dict(value)

    def whole(self, name: str, default: int | None, *, least: int) -> int | None:
        """An integer, `least` or above."""
        value = self._unread.pop(name, None)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise FaultFormatError(f"{name}: expected a whole number, {least} or above")
        return value

    def need_whole(self, name: str, *, least: int) -> int:
        """An integer that must be there."""
        value = self.whole(name, None, least=least)
        if value is None:
            raise FaultFormatError(f"{name}: expected a whole number, {least} or above")
        return value

    def number(self, name: str, default: float, *, most: float = 86_400.0) -> float:
        """A number from 0 to `most`."""
        value = self._unread.pop(name, None)
        if value is None:
            return default
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most:
            return float(value)
        raise FaultFormatError(f"{name}: expected a number from 0 to {most:g}")

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self._unread.pop(name, None)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise FaultFormatError(f"{name}: expected true or false")
        return value

    def text(self, name: str) -> str | None:
        """A string that is not empty."""
        value = self._unread.pop(name, None)
        if value is None or (isinstance(value, str) and value):
            return value
        raise FaultFormatError(f"{name}: expected a string")

    def one_of(self, name: str, words: tuple[str, ...]) -> str:
        """One of some words; a number is read as the word of its digits."""
        value = self._unread.pop(name, None)
        word = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(word, str) and word in words:
            return word
        raise FaultFormatError(f"{name}: expected one of {', '.join(words)}")

    def inner(self, name: str) -> "Order":
        """An object inside this one; empty where it is not there."""
        value = self._unread.pop(name, None)
        return Order({} if value is None else value, name)

    def schedule(self, times: str) -> Schedule:
        """How often; `times` is what the number is called here."""
        return Schedule(
            times=self.whole(times, None, least=1),
            after=self.whole("after", 0, least=0) or 0,
            share=self.number("share", 1.0, most=1.0),
            seed=self.whole("seed", 0, least=0) or 0,
        )

    def finish(self) -> None:
        """Refuse what was not read: a misspelt field would arm something else.

        Raises:
            FaultFormatError: There is some.
        """
        if self._unread:
            raise FaultFormatError(f"{', '.join(sorted(self._unread))}: not known for this fault")
