"""The audit for other programs, a row at a time, and such an export read back to be checked.

An export verifies by itself: it has every field that is digested, `detail` and `text` as the very
JSON text that was. `who` is the person's name of today and in no digest. CSV is as that of the
corrections: no cell is a formula.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TextIO

from sqlalchemy.orm import Session

from plugin.audit.chain import as_digested
from plugin.errors import InvalidInputError
from plugin.learning.exports import plain_cell
from plugin.store import audit_reading, people
from plugin.store.audit_reading import Part, Stored
from plugin.store.scope import Scope

Record = Mapping[str, str | int | None]

FIELDS = (
    *("number", "at", "who", "actor", "event", "draft", "detail", "text"),
    *("salt", "text_digest", "previous", "digest", "id", "merchant"),
)
# A reply may be long, and each of its characters six.
_LONGEST_CELL = 2**20
_PERSON = "person:"


def records(session: Session, scope: Scope, part: Part) -> Iterator[Record]:
    """Rows of the audit, oldest first, with `FIELDS` as keys."""
    names = people.names(session, scope)
    for page in audit_reading.pages(session, scope, part):
        for row in page:
            yield _record(row, scope, names)


def json_lines(found: Iterable[Record]) -> Iterator[str]:
    """One JSON object a line, in ASCII."""
    for record in found:
        yield json.dumps(record) + "\n"


def csv_lines(found: Iterable[Record]) -> Iterator[str]:
    """RFC 4180 with a first line of names, every cell quoted, and none a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(FIELDS)
    for record in found:
        writer.writerow(plain_cell(str("" if v is None else v)) for v in record.values())
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def read_back(lines: TextIO) -> Iterator[tuple[str, Stored]]:
    """Each row of an export with its merchant's id. Both formats are known by their beginning.

    Raises:
        InvalidInputError: It is no export; names the line.
    """
    first = lines.readline()
    is_json = first.startswith("{")
    if not is_json and next(csv.reader([first]), None) != list(FIELDS):
        raise InvalidInputError("file", "line 1: this is no export of the audit")
    found = _json_records(first, lines) if is_json else _csv_records(lines)
    number = 0 if is_json else 1
    while True:
        number += 1
        try:
            record = next(found, None)
            if record is None:
                return
            yield record["merchant"], _stored(record)
        except (ValueError, KeyError, TypeError, csv.Error) as bad:
            raise InvalidInputError("file", f"line {number}: no row of the audit") from bad


def _record(row: Stored, scope: Scope, names: Mapping[str, str]) -> Record:
    number, row_id, at, actor, event, draft_id, detail, its_text, previous, digest, salt, text = row
    return {
        "number": number,
        "at": as_digested(at),
        "who": names.get(actor.removeprefix(_PERSON)) if actor.startswith(_PERSON) else None,
        "actor": actor,
        "event": event,
        "draft": draft_id,
        "detail": detail,
        "text": text,
        "salt": salt.hex() if salt is not None else None,
        "text_digest": its_text,
        "previous": previous,
        "digest": digest,
        "id": row_id,
        "merchant": scope.merchant_id,
    }


def _stored(record: Mapping[str, Any]) -> Stored:
    datetime.fromisoformat(record["at"])
    salt = record["salt"]
    return (
        *(int(record["number"]), record["id"], record["at"], record["actor"], record["event"]),
        *(record["draft"], record["detail"], record["text_digest"], record["previous"]),
        *(record["digest"], bytes.fromhex(salt) if salt else None, record["text"]),
    )


def _json_records(first: str, rest: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    yield json.loads(first)
    for line in rest:
        yield json.loads(line)


def _csv_records(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    csv.field_size_limit(_LONGEST_CELL)
    for cells in csv.reader(lines, strict=True):
        yield {name: _cell(cell) or None for name, cell in zip(FIELDS, cells, strict=True)}


def _cell(cell: str) -> str:
    """A cell as it was before `plain_cell` put an apostrophe in front, if it did."""
    return cell[1:] if cell.startswith("'") and plain_cell(cell[1:]) == cell else cell
