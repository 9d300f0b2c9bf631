"""A YAML file's values with their paths and lines, read step by step with one clear complaint."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from plugin.documents import Document, Path, Tree, field_of, read
from plugin.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Marked:
    """A value of a file, with its path and line.

    Attributes:
        path: Such as ``macros[3].actions[0].amount``.
        line: Counted from 1.
    """

    value: "str | list[Marked] | dict[str, Marked]"
    path: str
    line: int

    def refuse(self, message: str) -> InvalidInputError:
        """The error to raise about this value."""
        return InvalidInputError(self.path, f"line {self.line}: {message}")

    def text(self) -> str:
        """The value as text without white space around.

        Raises:
            InvalidInputError: It is a list or a mapping, or empty.
        """
        if not isinstance(self.value, str):
            raise self.refuse("expected text")
        if not self.value.strip():
            raise self.refuse("expected some text, found none")
        return self.value.strip()

    def items(self) -> "list[Marked]":
        """The value as a list.

        Raises:
            InvalidInputError: It is not one.
        """
        if not isinstance(self.value, list):
            raise self.refuse("expected a list")
        return self.value

    def fields(self, known: Iterable[str], required: Iterable[str]) -> "dict[str, Marked]":
        """The value as a mapping with only `known` keys and all `required` ones.

        Raises:
            InvalidInputError: It is not a mapping, or a key is unknown or missing.
        """
        if not isinstance(self.value, dict):
            raise self.refuse("expected a mapping of keys to values")
        allowed = tuple(known)
        for key, child in self.value.items():
            if key not in allowed:
                raise child.refuse(f"unknown key {key!r}{near_miss(key, allowed)}")
        for key in required:
            if key not in self.value:
                raise self.refuse(f"the key {key!r} is missing")
        return self.value


def near_miss(word: str, known: Iterable[str]) -> str:
    """A hint to end a complaint about `word`: the nearest known word, or all of them."""
    choices = sorted(str(choice) for choice in known)
    close = get_close_matches(word, choices, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; expected one of {', '.join(choices)}"


def load_marked(source: str, root: str) -> Marked:
    """Read one YAML document; `root` is the name its paths begin with.

    Raises:
        InvalidInputError: It cannot be read, see `plugin.documents`; the first problem is told.
    """
    document = read(source)
    for problem in document.problems:
        path = _below(root, problem.field)
        raise InvalidInputError(path, f"line {problem.line}: {problem.message}")
    if document.tree is None:
        raise InvalidInputError(root, "line 1: the file is empty")
    return _marked(document, document.tree, (), root)


def _marked(document: Document, tree: Tree, path: Path, root: str) -> Marked:
    value: str | list[Marked] | dict[str, Marked]
    if isinstance(tree, list):
        value = [_marked(document, one, (*path, i), root) for i, one in enumerate(tree)]
    elif isinstance(tree, dict):
        value = {key: _marked(document, one, (*path, key), root) for key, one in tree.items()}
    else:
        value = tree
    return Marked(value, _below(root, field_of(path)), document.lines[path])


def _below(root: str, field: str) -> str:
    return f"{root}{field if field.startswith('[') or not field else f'.{field}'}"
