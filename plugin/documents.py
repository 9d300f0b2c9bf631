"""YAML read as plain text: every scalar a string, every value with its line, nothing clever.

Aliases, explicit tags (``!!float``), several documents, duplicate keys, deep nesting, control
characters (also where they are escaped) and large files are refused. Nothing is resolved, so
nothing can be executed, multiplied or misread.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from plugin.errors import Problem

Tree = str | list["Tree"] | dict[str, "Tree"]
Path = tuple[str | int, ...]

MAX_BYTES = 1024 * 1024
_MAX_DEPTH = 10
_MAX_VALUES = 50_000
_MAX_KEY = 60
# libyaml where PyYAML was built with it: a large file takes tenths of a second instead of ten.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# https://yaml.org/spec/1.2.2/#51-character-set
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_TEXT = "expected printable text; a control character stands here"
_PLAIN_TAGS = (
    None,
    "!",
    "tag:yaml.org,2002:str",
    "tag:yaml.org,2002:seq",
    "tag:yaml.org,2002:map",
)


@dataclass(slots=True)
class Document:
    """What was read. `tree` is None where nothing usable is there; then there are problems."""

    tree: Tree | None = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: Path, message: str, level: str = "error") -> Problem:
        """A problem at `path`, with the line of the nearest thing that is there."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return Problem(self.lines.get(known, 1), field_of(path), message, level)


def field_of(path: Path) -> str:
    """``policies[2].when.amount_over``."""
    shown = ""
    for step in path:
        if isinstance(step, int):
            shown += f"[{step}]"
        else:
            key = "".join(one if one.isprintable() else "?" for one in " ".join(step.split()))
            shown += ("." if shown else "") + (
                key if len(key) <= _MAX_KEY else f"{key[:_MAX_KEY]}..."
            )
    return shown


def read(source: str) -> Document:
    """Read one YAML document. Problems are returned, never raised."""
    unusable = _unusable(source)
    if unusable:
        return Document(problems=[unusable])
    reader = _Reader(yaml.parse(source, Loader=_Loader))
    try:
        reader.read()
    except _RefusedError as refused:
        problem = Problem(refused.line, field_of(refused.path), str(refused))
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        problem = Problem(mark.line + 1 if mark else 1, "", f"not YAML: {wrong.problem}")
    except yaml.YAMLError:
        problem = Problem(1, "", "not YAML")
    else:
        return reader.document
    reader.document.tree = None
    reader.document.problems.append(problem)
    return reader.document


def _unusable(source: str) -> Problem | None:
    found = _UNPRINTABLE.search(source)
    if found:
        line = source.count("\n", 0, found.start()) + 1
        return Problem(line, "", _NOT_TEXT)
    if len(source.encode()) > MAX_BYTES:
        return Problem(1, "", "expected at most 1 MiB")
    return None


class _RefusedError(Exception):
    """Something that makes reading on pointless or dangerous."""

    def __init__(self, event: yaml.Event, path: Path, message: str) -> None:
        super().__init__(message)
        self.line = _line(event)
        self.path = path


class _Reader:
    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.document = Document()
        self._events = events
        self._values = 0

    def read(self) -> None:
        """Read the one document that is expected."""
        next(self._events)  # the stream's start
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            self.document.problems.append(Problem(1, "", "the file is empty"))
            return
        self.document.tree = self._value(next(self._events), ())
        next(self._events)  # the document's end
        more = next(self._events)
        if not isinstance(more, yaml.StreamEndEvent):
            raise _RefusedError(more, (), "expected one document")

    def _value(self, event: yaml.Event, path: Path) -> Tree:
        self._check(event, path)
        self.document.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        return str(getattr(event, "value", ""))

    def _check(self, event: yaml.Event, path: Path) -> None:
        self._values += 1
        if isinstance(event, yaml.AliasEvent):
            raise _RefusedError(event, path, "aliases are not allowed; write the value out")
        if getattr(event, "tag", None) not in _PLAIN_TAGS:
            raise _RefusedError(event, path, "YAML tags (!...) are not allowed")
        if isinstance(event, yaml.ScalarEvent) and _UNPRINTABLE.search(event.value):
            raise _RefusedError(event, path, _NOT_TEXT)
        if len(path) > _MAX_DEPTH:
            raise _RefusedError(event, path, f"expected at most {_MAX_DEPTH} levels of nesting")
        if self._values > _MAX_VALUES:
            raise _RefusedError(event, path, f"expected at most {_MAX_VALUES} values in a file")

    def _list(self, path: Path) -> list[Tree]:
        items: list[Tree] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Tree]:
        found: dict[str, Tree] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _RefusedError(event, path, "expected text as a key")
            key = event.value
            self._check(event, (*path, key))
            if key in found:
                problem = Problem(
                    _line(event), field_of((*path, key)), "this key stands here twice"
                )
                self.document.problems.append(problem)
            self.document.lines.setdefault((*path, key), _line(event))
            found[key] = self._value(next(self._events), (*path, key))
        return found


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
