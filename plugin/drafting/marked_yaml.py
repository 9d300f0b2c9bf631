"""YAML whose scalars stay text and remember where they stand.

So ``10.00`` is never a binary float, ``NO`` is never False, and every complaint can name its line.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import yaml

from plugin.errors import InvalidInputError

_MAX_CHARACTERS = 1_000_000
_MAX_DEPTH = 20
_OPENING = (
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)


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
        InvalidInputError: It is not YAML, repeats a key, uses aliases, or is larger than 1 MB.
    """
    if len(source) > _MAX_CHARACTERS:
        raise InvalidInputError(root, f"expected at most {_MAX_CHARACTERS} characters")
    try:
        _check_tokens(source, root)
        node = yaml.compose(source, Loader=yaml.BaseLoader)
        if node is None:
            raise InvalidInputError(root, "line 1: the file is empty")
        return _marked(node, root)
    except yaml.MarkedYAMLError as bad:
        mark = bad.problem_mark or bad.context_mark
        line = mark.line + 1 if mark else 1
        raise InvalidInputError(root, f"line {line}: not YAML: {bad.problem or bad}") from bad
    except yaml.YAMLError as bad:
        raise InvalidInputError(root, f"not YAML: {bad}") from bad


def _check_tokens(source: str, root: str) -> None:
    """Refuse what could grow without bound: an alias stands for gigabytes, nesting for hours."""
    depth = 0
    for token in yaml.scan(source, Loader=yaml.BaseLoader):
        line = token.start_mark.line + 1
        if isinstance(token, yaml.AliasToken):
            raise InvalidInputError(root, f"line {line}: aliases are not allowed")
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > _MAX_DEPTH:
            raise InvalidInputError(root, f"line {line}: nested too deeply")


def _marked(node: yaml.Node, path: str) -> Marked:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        children = [_marked(child, f"{path}[{i}]") for i, child in enumerate(node.value)]
        return Marked(children, path, line)
    if isinstance(node, yaml.MappingNode):
        return Marked(_mapping(node, path), path, line)
    return Marked(str(node.value), path, line)


def _mapping(node: yaml.MappingNode, path: str) -> dict[str, Marked]:
    found: dict[str, Marked] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise InvalidInputError(path, f"line {line}: expected a plain key")
        key = str(key_node.value)
        if key in found:
            raise InvalidInputError(f"{path}.{key}", f"line {line}: the key stands here twice")
        found[key] = Marked(_marked(value_node, f"{path}.{key}").value, f"{path}.{key}", line)
    return found
