"""Which scripts a page's script imports, so that a browser fetches them at once, not one by one."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r'^import (?:[^"]*? from )?"\./([\w.]+\.js)";$', re.MULTILINE)


@cache
def modules(entry: str) -> tuple[str, ...]:
    """The names of all scripts that a module of ours imports, and what those import."""
    return tuple(dict.fromkeys(_imported(entry, {entry})))


def _imported(name: str, seen: set[str]) -> Iterator[str]:
    for found in _IMPORT.findall((_STATIC / name).read_text("utf-8")):
        if found not in seen:
            seen.add(found)
            yield found
            yield from _imported(found, seen)
