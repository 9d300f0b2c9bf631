"""Corrections for other programs: JSON Lines keep every text as it is, CSV is for spreadsheets.

A spreadsheet runs what looks like a formula, whoever wrote it, so a cell of CSV that begins like
one gets an apostrophe in front (https://owasp.org/www-community/attacks/CSV_Injection).
"""

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy.orm import Session

from plugin.errors import ForbiddenError
from plugin.store import exports, privacy
from plugin.store.schema import CorrectionRow
from plugin.store.scope import Scope

Record = Mapping[str, str | float | bool]

FIELDS = (
    *("id", "at", "account", "ticket", "message", "draft", "author"),
    *("outcome", "material", "hter", "similarity", "draft_text", "final_text", "taken_back"),
)
_PAGE = 50
_OPTED_OUT = (
    "This merchant's corrections are not used for learning; `bookbag merchant set-learning` changes"
    " that."
)
_BEGINS_A_FORMULA = frozenset("=+-@")
_BREAKS_A_CELL = frozenset("\t\r\n")
_QUOTES = frozenset("\"'`")
# White space, and what is not seen at all: control and format characters, marks without a letter.
_OVERLOOKED = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Mn"})


def records(session: Session, scope: Scope) -> Iterator[Record]:
    """All corrections of a merchant that have their texts, oldest first, with `FIELDS` as keys.

    Raises:
        ForbiddenError: The merchant does not let them be used.
    """
    if not privacy.choices(session, scope).learning:
        raise ForbiddenError(_OPTED_OUT)
    last = ""
    while page := exports.corrections_page(session, scope, after=last, limit=_PAGE):
        yield from (_record(row) for row in page if row.erased_at is None)
        last = page[-1].id
        session.expunge_all()


def json_lines(found: Iterable[Record]) -> Iterator[str]:
    """One JSON object a line, in ASCII."""
    for record in found:
        yield json.dumps(record) + "\n"


def csv_lines(found: Iterable[Record]) -> Iterator[str]:
    """RFC 4180 with a first line of names, every cell quoted, and none a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, FIELDS, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    yield _taken(buffer)
    for record in found:
        writer.writerow({name: plain_cell(str(value)) for name, value in record.items()})
        yield _taken(buffer)


def plain_cell(text: str) -> str:
    """`text`, after an apostrophe where a spreadsheet could take it for a formula.

    White space, quotes and unseen characters before the sign hide it from nobody but a reader, and
    some programs fold the full-width and small forms of ``= + - @`` into the plain ones.
    """
    if text[:1] in _BREAKS_A_CELL:
        return f"'{text}"
    for character in text:
        if unicodedata.normalize("NFKC", character) in _BEGINS_A_FORMULA:
            return f"'{text}"
        if character not in _QUOTES and unicodedata.category(character) not in _OVERLOOKED:
            break
    return text


def _record(row: CorrectionRow) -> Record:
    return {
        "id": row.id,
        "at": row.created_at.isoformat(),
        "account": row.account_id,
        "ticket": row.ticket_id,
        "message": row.message_id,
        "draft": row.draft_id,
        "author": row.author,
        "outcome": row.outcome.value,
        "material": row.material,
        "hter": row.hter,
        "similarity": row.similarity,
        "draft_text": row.draft_text,
        "final_text": row.final_text,
        "taken_back": row.taken_back_at is not None,
    }


def _taken(buffer: io.StringIO) -> str:
    line = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return line
