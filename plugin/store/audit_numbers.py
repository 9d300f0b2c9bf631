"""Which rows' texts were erased, as the row that tells of it has them: ``3,5-9``."""

import json
from collections.abc import Iterable

TEXTS_ERASED = "texts_erased"


def ranges(numbers: Iterable[int]) -> str:
    """Numbers in order, neighbours as one range."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in spans)


def erased_numbers(detail: str) -> list[tuple[int, int]]:
    """First and last number of each range that such a row's detail has.

    Raises:
        ValueError: Not written by `ranges`.
    """
    parts = str(json.loads(detail).get("numbers", "")).split(",")
    bounds = [part.partition("-") for part in parts if part]
    return [(int(first), int(last or first)) for first, _, last in bounds]
