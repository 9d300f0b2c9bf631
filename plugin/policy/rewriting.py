"""Changes single keys of a policy file's text, and leaves every other character as it was.

A change is made in the text, then the text is read again and held against what was wanted: a layout
that is not understood is refused, and never spoilt.
"""

import copy
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from yaml.nodes import Node

from plugin.documents import read
from plugin.policy.nodes import Pair, Place, Text, is_flow

Entry = Mapping[str, "str | Sequence[str] | Mapping[str, str]"]

_PLAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_ .-]*[A-Za-z0-9_.-])?")
_POLICIES = "policies"


class LayoutError(Exception):
    """The text is laid out in a way that is not understood here; it must be changed by hand."""


def set_key(source: str, policy: int, key: str, value: Any, *, after: Sequence[str]) -> str:
    """Give a policy's key a value; None takes the key away.

    Args:
        source: The file's text.
        policy: Which policy, from 0.
        key: Such as ``require``.
        value: Text, a list of texts or a mapping of texts.
        after: Behind the last of these that is there a new key is written.

    Raises:
        LayoutError: See there.
    """

    def change(tree: Any) -> None:
        entry = tree[_POLICIES][policy]
        if value is None:
            entry.pop(key, None)
        else:
            entry[key] = copy.deepcopy(value)

    def write(text: Text) -> str:
        node = _policies(text)[policy]
        pair = text.pair(node, key)
        if pair is None:
            return source if value is None else _inserted(text, node, key, value, after)
        return _without(text, node, pair) if value is None else _replaced(text, pair, value)

    return _checked(source, change, write)


def add_policy(source: str, entry: Entry) -> str:
    """Write a policy behind the last one.

    Raises:
        LayoutError: See there.
    """

    def change(tree: Any) -> None:
        tree[_POLICIES] = [*(tree.get(_POLICIES) or []), copy.deepcopy(dict(entry))]

    def write(text: Text) -> str:
        pair = text.pair(text.root, _POLICIES)
        if pair is None:
            return _with_policies(text, entry)
        items = text.items(pair.value)
        if not items:
            place = text.value_place(pair)
            block = f"\n{_block(entry, 2)}"
            return _cut(source, Place(_colon(text, pair), place.end), block)
        end = text.place(items[-1]).end
        if is_flow(pair.value):
            return _cut(source, Place(end, end), f", {_flow(entry)}")
        line_end = text.line_end(end)
        gap = "\n" if _has_gap(text, items[-1]) else ""
        block = _block(entry, pair.value.start_mark.column)
        return _cut(source, Place(line_end, line_end), f"\n{gap}{block}")

    return _checked(source, change, write)


def remove_policy(source: str, policy: int) -> str:
    """Take a policy away, with its lines. Comments above it stay.

    Raises:
        LayoutError: See there.
    """

    def change(tree: Any) -> None:
        del tree[_POLICIES][policy]

    def write(text: Text) -> str:
        pair = text.pair(text.root, _POLICIES)
        items = text.items(pair.value if pair else None)
        if pair is None or policy >= len(items):
            raise LayoutError
        if len(items) == 1:
            return _cut(source, Place(_colon(text, pair), text.place(pair.value).end), " []")
        places = [text.place(item) for item in items]
        if is_flow(pair.value):
            return _cut(source, _with_comma(places, policy))
        return _without_lines(text, places[policy], pair.value.start_mark.column)

    return _checked(source, change, write)


def set_currency(source: str, currency: str) -> str:
    """Give a file that has none its currency, behind its version.

    Raises:
        LayoutError: See there.
    """

    def change(tree: Any) -> None:
        tree["currency"] = currency

    def write(text: Text) -> str:
        return _inserted(text, text.root, "currency", currency, ("version",))

    return _checked(source, change, write)


def _checked(source: str, change: Callable[[Any], None], write: Callable[[Text], str]) -> str:
    wanted = read(source).tree
    change(wanted)
    written = write(Text(source))
    found = read(written)
    if found.problems or found.tree != wanted:
        raise LayoutError
    return written


def _policies(text: Text) -> list[Node]:
    pair = text.pair(text.root, _POLICIES)
    return text.items(pair.value if pair else None)


def _cut(source: str, place: Place, instead: str = "") -> str:
    return f"{source[: place.start]}{instead}{source[place.end :]}"


def _colon(text: Text, pair: Pair) -> int:
    """Right behind a key's colon."""
    return text.source.index(":", pair.key.end) + 1


def _replaced(text: Text, pair: Pair, value: Any) -> str:
    place = text.value_place(pair)
    is_below = "\n" in text.source[pair.key.end : place.start]
    if is_below or place.start == place.end:
        return _cut(text.source, Place(_colon(text, pair), place.end), f" {_scalar(value)}")
    return _cut(text.source, place, _scalar(value))


def _inserted(text: Text, node: Node, key: str, value: Any, after: Sequence[str]) -> str:
    pairs = text.pairs(node)
    anchor = max((pair for pair in pairs if pair.name in after), key=pairs.index, default=None)
    written = f"{key}: {_scalar(value)}"
    if anchor is None:
        start = pairs[0].key.start
        between = ", " if is_flow(node) else f"\n{' ' * node.start_mark.column}"
        return _cut(text.source, Place(start, start), f"{written}{between}")
    end = text.value_place(anchor).end
    if is_flow(node):
        return _cut(text.source, Place(end, end), f", {written}")
    line_end = text.line_end(end)
    indent = " " * node.start_mark.column
    return _cut(text.source, Place(line_end, line_end), f"\n{indent}{written}")


def _without(text: Text, node: Node, pair: Pair) -> str:
    pairs = text.pairs(node)
    index = next(number for number, other in enumerate(pairs) if other.name == pair.name)
    ends = [Place(one.key.start, text.value_place(one).end) for one in pairs]
    if is_flow(node):
        return _cut(text.source, _with_comma(ends, index))
    if index == 0:
        # It may stand behind the dash: the next key comes up to its place.
        return _cut(text.source, Place(ends[0].start, ends[1].start))
    start, end = text.line_start(ends[index].start), text.line_end(ends[index].end)
    return _cut(text.source, Place(start, min(end + 1, len(text.source))))


def _with_comma(places: Sequence[Place], index: int) -> Place:
    if index == 0:
        return Place(places[0].start, places[1].start)
    return Place(places[index - 1].end, places[index].end)


def _without_lines(text: Text, place: Place, column: int) -> str:
    start = text.line_start(place.start)
    while text.source[start : start + column].strip() or text.source[start + column] != "-":
        if start == 0:
            raise LayoutError
        start = text.line_start(start - 1)
    end = min(text.line_end(place.end) + 1, len(text.source))
    above = text.source[text.line_start(start - 1) : start] if start else ""
    below = text.source[end : text.line_end(end)]
    if above and not above.strip() and not below.strip():
        start -= len(above)
    return _cut(text.source, Place(start, end))


def _has_gap(text: Text, item: Node) -> bool:
    """Whether an empty line stands above an item, and above the comments that belong to it."""
    above = text.source[: text.line_start(item.start_mark.index)].split("\n")[:-1]
    lines = (line.strip() for line in reversed(above))
    return next((line == "" for line in lines if not line.startswith("#")), False)


def _with_policies(text: Text, entry: Entry) -> str:
    if is_flow(text.root):
        return _inserted_flow(text, entry)
    between = "" if text.source.endswith("\n") else "\n"
    return f"{text.source}{between}\n{_POLICIES}:\n{_block(entry, 2)}\n"


def _inserted_flow(text: Text, entry: Entry) -> str:
    end = text.value_place(text.pairs(text.root)[-1]).end
    return _cut(text.source, Place(end, end), f", {_POLICIES}: [{_flow(entry)}]")


def _block(entry: Entry, indent: int) -> str:
    lines = [f"{key}: {_scalar(value)}" for key, value in entry.items()]
    return f"\n{' ' * (indent + 2)}".join([f"{' ' * indent}- {lines[0]}", *lines[1:]])


def _flow(entry: Mapping[str, Any]) -> str:
    return f"{{{', '.join(f'{key}: {_scalar(value)}' for key, value in entry.items())}}}"


def _scalar(value: Any) -> str:
    if isinstance(value, Mapping):
        return _flow(value)
    if isinstance(value, str):
        # A quoted text of JSON is one of YAML, too.
        return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    return f"[{', '.join(map(_scalar, value))}]"
