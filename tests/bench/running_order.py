"""Which files of tests begin first, where workers take one after the other.

A long file that begins last keeps one worker busy while the others have nothing to do any more. By
the number of its tests, which is what a runner goes by, the longest of all would be the last: two
tests of twenty kills each.
"""

from pathlib import PurePosixPath

# The folders with files that run for minutes, the longest first.
_FIRST = ("tests/kills", "tests/demo", "tests/web", "tests/flow", "tests/hostile")


def place(test: str) -> int:
    """Where a test's file stands, by the test's id; all of one folder stand together."""
    folder = str(PurePosixPath(test.partition("::")[0]).parent)
    return _FIRST.index(folder) if folder in _FIRST else len(_FIRST)
