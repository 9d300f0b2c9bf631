"""Other people's JSON, read once and one way only. Pure.

Python's reader takes NaN and Infinity, turns large numbers into infinity and keeps the last of two
equal keys, so that two readers of one text may see two things; and deep nesting ends in a
`RecursionError`, which is no `ValueError`.
"""

import json
import math
from collections.abc import Sequence
from typing import Any, NoReturn


class NotJsonError(ValueError):
    """Not JSON as RFC 8259 means it; the message says what was expected."""


def load(raw: bytes, *, repeated_keys: bool = False) -> Any:
    """Read one value. A byte order mark is passed over, as RFC 8259 allows.

    Args:
        raw: Untrusted.
        repeated_keys: Let the last of two equal keys win. Right only for a mere hint.

    Raises:
        NotJsonError: Not UTF-8, not JSON, nested too deeply, a number beyond a float, a key twice.
    """
    try:
        return json.loads(
            raw.decode("utf-8-sig"),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=None if repeated_keys else _without_twins,
        )
    except UnicodeDecodeError:
        raise NotJsonError("expected UTF-8") from None
    except RecursionError:
        raise NotJsonError("nested too deeply") from None
    except NotJsonError:
        raise
    except ValueError:
        raise NotJsonError("expected JSON") from None


def _refuse_constant(_: str) -> NoReturn:
    raise NotJsonError("expected JSON without NaN and Infinity")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotJsonError("a number is too large")
    return number


def _without_twins(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJsonError("a key stands twice in one object")
    return found
