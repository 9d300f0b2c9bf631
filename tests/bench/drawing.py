"""Which kind of database a test of flows and pages runs on in a whole run.

What is about SQL runs on both kinds. Of the many tests that ask the same queries through pages,
notes and commands each runs on one, drawn by its name: so does every part of the service on both,
in half the time. ``make test DATABASES=`` runs all of them on both.
"""

from collections.abc import Container
from pathlib import PurePosixPath
from zlib import crc32

from tests.bench.databases import KINDS

# What is asked for, and what a test or a module says that runs on both all the same.
OPTION, EACH = "--draw-databases", "each_database"
_DRAWN = ("tests/cli", "tests/flow", "tests/privacy", "tests/web")


def nameless(test: str) -> tuple[str | None, str]:
    """The database that stands in a test's name, and the name without it."""
    name, _, parameters = test.partition("[")
    words = parameters.rstrip("]").split("-")
    kind = next((kind for kind in KINDS if kind in words), None)
    return kind, "-".join([name, *(word for word in words if word != kind)])


def is_drawn(test: str, marks: Container[str]) -> bool:
    """Whether this test, by its id, runs on one kind only."""
    folder = PurePosixPath(test.partition("::")[0]).parent
    return str(folder) in _DRAWN and EACH not in marks


def is_left_out(test: str, marks: Container[str]) -> bool:
    """Whether the other kind was drawn for it."""
    kind, name = nameless(test)
    if kind is None or not is_drawn(test, marks) or "one_database" in marks:
        return False
    return KINDS[crc32(name.encode()) % len(KINDS)] != kind
