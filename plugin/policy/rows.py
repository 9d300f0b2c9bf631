"""A policy file's plainest policies as rows: a ticket's tag, and the oversight it takes.

What a row cannot say stays in the text: conditions beside one amount, several roles, an allow.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from marshmallow import ValidationError

from plugin.documents import read
from plugin.errors import Problem
from plugin.models import Oversight, Role
from plugin.policy import values
from plugin.policy.load import check
from plugin.policy.model import PolicyFile
from plugin.policy.rewriting import (
    LayoutError,
    add_policy,
    remove_policy,
    set_currency,
    set_key,
)

_KEPT = {"approvals", "escalate_to", "tag", "note"}
_OF_A_ROW = {"id", "tags", "when", "require", "approvers", "deadline"}
_AMOUNT = "amount_over"
_MOST_IN_AN_ID = 48
_NO_ID = re.compile(r"[^A-Za-z0-9_.-]+")
_BY_HAND = "the text is laid out in a way that only the text itself can change"
_OF_A_POLICY = re.compile(r"policies\[([0-9]+)\]\.(.+)")
_FIELD_OF = {f"when.{_AMOUNT}": "amount", "approvers": "approver", "require": "oversight"}
OVERSIGHTS = (Oversight.REVIEW, Oversight.APPROVAL, Oversight.BLOCK)
APPROVERS = (Role.AGENT, Role.LEAD, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Row:
    """A policy as somebody who never saw YAML reads and writes it; every field as text.

    Attributes:
        id: The policy's; empty for a new one.
        tags: Commas between; any of them.
        amount: Only where an action's amount is over this; empty for always.
        approver: Who signs; counts for an approval only.
        deadline: Of an approval; empty for the file's own.
    """

    id: str = ""
    tags: str = ""
    oversight: str = Oversight.APPROVAL
    approver: str = Role.LEAD
    amount: str = ""
    deadline: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing was typed into a new row."""
        return not (self.id or self.tags.strip() or self.amount.strip() or self.deadline.strip())


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field of a row, which is counted from 0; None: of the whole file."""

    row: int | None
    field: str
    message: str


class RowsError(Exception):
    """Rows that cannot be written; `wrong` says why, all at once."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        super().__init__("; ".join(f"row {one.row}: {one.field}: {one.message}" for one in wrong))
        self.wrong = tuple(wrong)


def rows_of(source: str) -> tuple[Row, ...]:
    """The policies of a checked file that rows can say, in file order."""
    return tuple(row for row in map(_row, _entries(source)) if row)


def rewritten(source: str, rows: Sequence[Row], *, currency: str = "") -> str:
    """A checked file's text with its rows as they are wanted.

    A policy whose row is missing is removed, a row without an id becomes a new policy, and a row
    that is unchanged leaves its policy's characters as they were.

    Args:
        source: The file's text.
        rows: All rows, new ones last.
        currency: For a file without one, as soon as a row has an amount.

    Raises:
        RowsError: With all that is wrong.
    """
    rows = [_tidy(row) for row in rows]
    wrong = [one for number, row in enumerate(rows) for one in _wrong(number, row)]
    if wrong:
        raise RowsError(wrong)
    before = {row.id: row for row in rows_of(source)}
    numbers: dict[str, int] = {}
    try:
        for name in before.keys() - {row.id for row in rows}:
            source = remove_policy(source, _index(source, name))
        if currency and "currency" not in _tree(source):
            source = set_currency(source, currency)
        for number, row in enumerate(rows):
            if row.id in before:
                numbers[row.id] = number
                source = _changed(source, before[row.id], row)
            elif not row.is_empty:
                entry = _entry(source, row)
                numbers[entry["id"]] = number
                source = add_policy(source, entry)
    except LayoutError as bad:
        raise RowsError([Wrong(None, "", _BY_HAND)]) from bad
    refused = [one for one in check(source) if one.level == "error"]
    if refused:
        raise RowsError([_wrong_in(source, problem, numbers) for problem in refused])
    return source


def only_in_text(file: PolicyFile, rows: Iterable[Row]) -> tuple[str, ...]:
    """The ids of policies that no row says."""
    said = {row.id for row in rows}
    return tuple(policy.id for policy in file.policies if policy.id not in said)


def _tree(source: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", read(source).tree or {})


def _entries(source: str) -> list[Mapping[str, Any]]:
    return list(_tree(source).get("policies") or [])


def _index(source: str, name: str) -> int:
    return [entry["id"] for entry in _entries(source)].index(name)


def _row(entry: Mapping[str, Any]) -> Row | None:
    when, approvers = entry.get("when", {}), _many(entry.get("approvers", Role.LEAD))
    fits = (
        entry.keys() <= _OF_A_ROW | _KEPT
        and "tags" in entry
        and "require" in entry
        and when.keys() <= {_AMOUNT}
        and len(approvers) == 1
    )
    if not fits:
        return None
    return Row(
        id=entry["id"],
        tags=", ".join(_many(entry["tags"])),
        oversight=entry["require"],
        approver=approvers[0],
        amount=when.get(_AMOUNT, ""),
        deadline=entry.get("deadline", ""),
    )


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _tidy(row: Row) -> Row:
    return replace(
        row,
        tags=", ".join(tag for part in row.tags.split(",") if (tag := " ".join(part.split()))),
        amount=" ".join(row.amount.split()),
        deadline="".join(row.deadline.split()).lower().replace("min", "m"),
    )


def _wrong(number: int, row: Row) -> Iterable[Wrong]:
    if row.is_empty:
        return
    parsers: Mapping[str, values.Parser[Any]] = {
        "tags": _tags,
        "oversight": values.choice(*OVERSIGHTS),
        "approver": values.choice(*APPROVERS),
        "amount": lambda text: values.threshold(text) if text else None,
        "deadline": lambda text: values.duration(text) if text else None,
    }
    for field, parse in parsers.items():
        try:
            parse(getattr(row, field))
        except ValidationError as error:
            yield Wrong(number, field, str(error.messages[0]))


def _wrong_in(source: str, problem: Problem, numbers: Mapping[str, int]) -> Wrong:
    """What only the whole file shows, such as an amount without a currency, by its row."""
    found = _OF_A_POLICY.match(problem.field)
    number = numbers.get(_entries(source)[int(found[1])]["id"]) if found else None
    if found is None or number is None:
        return Wrong(None, problem.field, problem.message)
    return Wrong(number, _FIELD_OF.get(found[2], found[2]), problem.message)


def _tags(text: object) -> None:
    if not text:
        raise ValidationError("expected a ticket's tag")
    for tag in str(text).split(", "):
        values.name(tag)


def _changed(source: str, before: Row, row: Row) -> str:
    """A policy with what its row changes, one key after the other."""
    index = _index(source, row.id)

    def put(text: str, key: str, value: object, *after: str) -> str:
        return set_key(text, index, key, value, after=("id", *after))

    if row.tags != before.tags:
        source = put(source, "tags", row.tags.split(", "))
    if row.amount != before.amount:
        source = put(source, "when", {_AMOUNT: row.amount} if row.amount else None, "tags")
    if row.oversight != before.oversight:
        source = put(source, "require", row.oversight)
    signed = row.oversight == Oversight.APPROVAL
    was_signed = before.oversight == Oversight.APPROVAL
    if row.approver != before.approver or was_signed > signed:
        source = put(source, "approvers", [row.approver] if signed else None, "require")
    if row.deadline != before.deadline or was_signed > signed:
        deadline = row.deadline if signed and row.deadline else None
        source = put(source, "deadline", deadline, "require", "approvers")
    return source


def _entry(source: str, row: Row) -> dict[str, Any]:
    signed = row.oversight == Oversight.APPROVAL
    return {
        "id": _fresh_id(source, row.tags),
        "tags": row.tags.split(", "),
        **({"when": {_AMOUNT: row.amount}} if row.amount else {}),
        "require": str(row.oversight),
        **({"approvers": [str(row.approver)]} if signed else {}),
        **({"deadline": row.deadline} if signed and row.deadline else {}),
    }


def _fresh_id(source: str, tags: str) -> str:
    """After the first tag; numbered where that is taken."""
    tree = _tree(source)
    taken = {entry["id"] for key in ("policies", "limits") for entry in tree.get(key) or []}
    name = (
        _NO_ID.sub("-", tags.split(", ", maxsplit=1)[0]).strip("_.-")[:_MOST_IN_AN_ID] or "tagged"
    )
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)
