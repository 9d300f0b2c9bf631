"""Where things stand in a YAML text: its nodes with their first and last character.

For texts that `plugin.documents.read` accepts: no aliases, no tags, one document.
"""

from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a text: from `start` to before `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A key with its value, and where both stand."""

    name: str
    key: Place
    value: Node


def is_flow(node: Node) -> bool:
    """Whether a list or mapping is written with brackets."""
    return bool(getattr(node, "flow_style", False))


class Text:
    """A YAML text and its root mapping."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.root: Node = yaml.compose(source, Loader=_Loader) or MappingNode("", [])

    def place(self, node: Node) -> Place:
        """Where a node stands, without the white space and comments after it."""
        start = node.start_mark.index
        if isinstance(node, ScalarNode) or is_flow(node) or not node.value:
            end = node.end_mark.index
            return Place(start, max(start, len(self.source[:end].rstrip())))
        last = node.value[-1]
        return Place(start, self.place(last[1] if isinstance(last, tuple) else last).end)

    def pairs(self, node: Node) -> list[Pair]:
        """A mapping's keys and values, in order."""
        found = node.value if isinstance(node, MappingNode) else []
        return [Pair(str(key.value), self.place(key), value) for key, value in found]

    def pair(self, node: Node, name: str) -> Pair | None:
        """A mapping's key of that name."""
        return next((pair for pair in self.pairs(node) if pair.name == name), None)

    def items(self, node: Node | None) -> list[Node]:
        """A list's items, in order."""
        return list(node.value) if isinstance(node, SequenceNode) else []

    def line_start(self, at: int) -> int:
        """Where the line begins that a character stands on."""
        return self.source.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Where that line ends, before its line end."""
        end = self.source.find("\n", at)
        return len(self.source) if end < 0 else end

    def value_place(self, pair: Pair) -> Place:
        """Where a value stands; where there is none, right after its key's colon."""
        place = self.place(pair.value)
        if place.start == place.end:
            colon = self.source.index(":", pair.key.end) + 1
            return Place(colon, colon)
        return place
