"""Filters: JSON Lines in, JSON Lines out, same order, one result a line, streaming."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from plugin.errors import InvalidInputError

BAD_INPUT = 2
# A binary float's; beyond it one step of arithmetic could fill the memory.
_LARGEST_EXPONENT = 308
_LONGEST_MESSAGE = 500


def run_filter(answer: Callable[[Any], Mapping[str, object]], lines: BinaryIO | None = None) -> int:
    """Answer each line; a bad one gets its error in its place. Returns the exit code."""
    out = sys.stdout
    code = 0
    for line in sys.stdin.buffer if lines is None else lines:
        try:
            result = answer(_record(parse_json(line)))
        except InvalidInputError as bad:
            code = BAD_INPUT
            result = {"error": {"field": _short(bad.field), "message": _short(bad.message)}}
        out.write(json.dumps(result, default=_plain) + "\n")
        out.flush()
    return code


def _record(value: object) -> object:
    if not isinstance(value, dict):
        raise InvalidInputError("", "expected an object")
    return value


def _short(text: str) -> str:
    """A complaint may quote the line, and a line may be of any length."""
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}..."


def parse_json(line: bytes) -> object:
    """One line as JSON; numbers with a point are exact decimals.

    Raises:
        InvalidInputError: Not UTF-8, not JSON, NaN, a number beyond reason, a key twice, or nested
            too deeply.
    """
    try:
        return json.loads(
            line.decode(),
            parse_float=_exact,
            parse_constant=_no_constant,
            object_pairs_hook=_no_twins,
        )
    except UnicodeDecodeError as bad:
        raise InvalidInputError("", "not UTF-8") from bad
    except RecursionError as bad:
        raise InvalidInputError("", "nested too deeply") from bad
    except ValueError as bad:
        raise InvalidInputError("", f"not JSON: {bad}") from bad


def _exact(digits: str) -> Decimal:
    try:
        number = Decimal(digits)
    except InvalidOperation:
        number = None
    if number is None or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError("a number is too large or too small")
    return number


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")


def _no_twins(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} stands twice")
        found[key] = value
    return found


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
